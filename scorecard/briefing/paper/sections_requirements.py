"""Sections about the rows of the plan: the indicators that serve each requirement, and what each row's registers show."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from scorecard.assessment.cards import Card
from scorecard.briefing.paper.material import Material
from scorecard.briefing.paper.model import Block, Heading, PaperColumn, PaperTable, Paragraph
from scorecard.catalog.briefing_templates import Section
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.catalog.tabulations.declarations import RowChoice
from scorecard.store.tabulations import Basis, Reading, Tabulated, listed, tabulate

Choice = TypeVar("Choice", bound=RowChoice)


def requirements(material: Material, section: Section) -> list[Block]:
    """Each requirement of the plan: the indicators that serve it, and what its registers show of the period."""
    told = _Told(material)
    blocks: list[Block] = []
    for requirement in material.catalog.requirements.values():
        serving = [card for card in material.every.values() if requirement.id in card.indicator.measures]
        values = "、".join(map(_value, serving))
        content: list[Block] = [Paragraph(f"{material.period.label}，有关指标：{values}。")] if values else []
        content += told.row(requirement.id)
        if content:
            blocks += [Heading(requirement.title, 2), *content]
    return [*blocks, *told.silence()] or [Paragraph("没有反映工作要求的指标和登记表。")]


def plan_rows(material: Material, section: Section) -> list[Block]:
    """Each row of the plan that has something in the period: its tabulations, and how long its listings are.

    A paper with a section on the requirements has theirs there; one for a department has the measures it answers for.
    """
    told, catalog = _Told(material), material.catalog
    apart = any(other.kind == "requirements" for other in material.template.sections)
    if apart:
        told.leave_to(catalog.requirements)
    blocks: list[Block] = []
    for row in (*catalog.measures, *(() if apart else catalog.requirements)):
        if content := told.row(row):
            blocks += [Heading(catalog.row_title(row), 2), *content]
    return [*blocks, *told.silence()] or [Paragraph("本期各项措施没有登记的事项。")]


class _Told:
    """What tabulations and listings say of rows of the plan, each once, and what none of them can say."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._seen: set[str] = set()
        self._unsaid: dict[str, list[str]] = defaultdict(list)

    def leave_to(self, rows: Iterable[str]) -> None:
        """What serves these rows stands in another section."""
        for row in rows:
            for choices in self._material.catalog.of_measure(row):
                self._seen |= {choice.id for choice in choices}

    def row(self, row: str) -> list[Block]:
        """Tables, then the counts of listings; nothing where there is nothing in the period."""
        blocks: list[Block] = []
        if not self._answers(row):
            return blocks
        tabulations, listings = self._material.catalog.of_measure(row)
        for tabulation in self._new(tabulations):
            of, whose = self._reading(tabulation)
            told = tabulate(of, tabulation)
            if self._says(tabulation, told.basis) and told.rows:
                blocks.append(_table(told, whose))
        counts: dict[str, list[str]] = defaultdict(list)
        for listing in self._new(listings):
            of, whose = self._reading(listing)
            rows = listed(of, listing, self._material.actor, limit=0)
            if self._says(listing, rows.basis) and rows.count:
                counts[rows.basis.span].append(f"{listing.name}{whose}{rows.count:,}项")
        said = "；".join(f"{span}，{'、'.join(named_rows)}" for span, named_rows in counts.items())
        return [*blocks, Paragraph(f"清单：{said}。逐行见看板。")] if counts else blocks

    def silence(self) -> list[Block]:
        """What cannot be said, each reason once."""
        said = [f"{'、'.join(names)}：{reason}" for reason, names in self._unsaid.items()]
        return [Paragraph(f"以下登记不能反映，不等于没有做。{'　'.join(said)}")] if said else []

    def _answers(self, row: str) -> bool:
        measure, whose = self._material.catalog.measures.get(row), self._material.whose
        if measure is None or whose == ALL_DEPARTMENTS:
            return True
        return whose in self._material.catalog.responsible(measure.departments, self._material.inputs.today)

    def _new(self, choices: Iterable[Choice]) -> list[Choice]:
        new = [choice for choice in choices if choice.id not in self._seen]
        self._seen |= {choice.id for choice in new}
        return new

    def _says(self, choice: RowChoice, basis: Basis) -> bool:
        if basis.reason:
            self._unsaid[basis.reason.rstrip("。") + "。"].append(choice.name)
        return not basis.reason

    def _reading(self, choice: RowChoice) -> tuple[Reading, str]:
        """The department's own rows, 涉企 where asked for; a table that does not tell has all, and says so."""
        version, spec, table = self._material.version, self._material.spec, self._material.catalog.tables[choice.table]
        owner = self._material.catalog.department_on(choice.owner, self._material.inputs.today)
        department = self._material.whose if table.department or owner == self._material.whose else ALL_DEPARTMENTS
        scope = spec.scope if table.firm else "all"
        whole = ["全院"] * (department != self._material.whose) + ["全部案件"] * (scope != spec.scope)
        of = Reading(version.connection, version.catalog, version.as_of, self._material.period, department, scope)
        return of, f"（{'、'.join(whole)}）" if whole else ""


def _value(card: Card) -> str:
    """Value and verdict, with their period and what the paper's says until now where that is another."""
    period, beside = (f"{card.period}为", f"；{card.so_far}") if card.so_far else ("", "")
    return f"{card.indicator.name} {period}{card.value}（{card.verdict.word}{beside}）"


def _table(told: Tabulated, whose: str) -> PaperTable:
    """A tabulation as a table of the paper: groups to the left, figures as numbers."""
    groups = len(told.tabulation.by) or 1
    across = tuple(
        PaperColumn(name, 1.6 if at < groups else 1.0, number=at >= groups) for at, name in enumerate(told.head)
    )
    note = "".join([f"{told.basis.source}；{told.basis.span}。", told.tabulation.note])
    return PaperTable(f"{told.tabulation.name}{whose}", across, told.printed, note=note)


def named(material: Material, department: str | None) -> str:
    """The department's name; 未登记部门 for rows without one."""
    return material.catalog.departments[department].name if department else "未登记部门"


def count_columns(*names: str) -> tuple[PaperColumn, ...]:
    """Columns of counts."""
    return tuple(PaperColumn(name, 1.0, number=True) for name in names)


def count_cells(*numbers: int) -> tuple[str, ...]:
    """Counts as a paper prints them."""
    return tuple(f"{number:,}" for number in numbers)
