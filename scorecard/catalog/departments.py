"""Departments, and the days on which they exist."""

from collections.abc import Mapping
from datetime import date

from pydantic import ConfigDict, Field, model_validator

from scorecard.catalog.conditions import Frozen, Texts, mistake


class Department(Frozen):
    """A department as the plan names it; a collective one has no cases of its own and stands for its members.

    It exists from the day `from` to the day `until`, both included; afterwards `succeeded_by` answers for what was its own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    id: str
    name: str
    aliases: Texts = ()
    collective: bool = False
    members: Texts = ()
    start: date | None = Field(default=None, alias="from")
    until: date | None = None
    succeeded_by: str = ""

    @model_validator(mode="after")
    def _stands_for_members(self) -> "Department":
        if self.collective != bool(self.members):
            raise mistake(
                f"collective = {str(self.collective).lower()}，members 有 {len(self.members)} 个",
                "统称（collective = true）必须、且只有统称可以写 members = [部门编号，…]",
            )
        if self.collective and (self.start or self.until):
            raise mistake("统称写了 from 或 until", "统称没有起止，由它的 members 决定")
        if bool(self.until) != bool(self.succeeded_by):
            raise mistake(
                f"until {'有' if self.until else '没有'}，succeeded_by {'有' if self.succeeded_by else '没有'}",
                "撤并的部门两者都写：until = 最后一日，succeeded_by = “承继部门编号”",
            )
        if self.start and self.until and self.start > self.until:
            raise mistake(f"from = {self.start}，until = {self.until}", "from 不晚于 until")
        return self


Departments = Mapping[str, Department]  # id -> department
