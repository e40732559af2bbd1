"""Who may see the rows behind a number, and in which words anybody else is told why not."""

from scorecard.access import Actor, Forbidden
from scorecard.definitions import Catalog
from scorecard.readings import ALL_DEPARTMENTS

_WHERE = "案件清单"


def require_evidence(actor: Actor, department: str, catalog: Catalog) -> None:
    """Raise Forbidden unless the actor may see rows of this department; 全院 is for 审管办 only."""
    if actor.may("evidence", department):
        return
    if actor.role == "department" and actor.department in catalog.departments:
        own = catalog.departments[actor.department].name
        chosen = "全院" if department == ALL_DEPARTMENTS else catalog.departments[department].name
        raise Forbidden(
            _WHERE,
            f"当前选择的是“{chosen}”，部门账户只能看本部门的案件",
            f"部门“{own}”",
            f"请在上方“部门”选择“{own}”；只按全院统计的指标没有分部门的清单，请向审管办索取",
        )
    actor.require("evidence", department)
