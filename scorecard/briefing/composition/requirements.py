"""Sections about the rows of the plan: the indicators that serve each requirement, and what each row's registers show."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from scorecard.assessment.cards import Card
from scorecard.briefing.paper.material import Material
from scorecard.briefing.paper.model import Block, Heading, PaperColumn, PaperTable, Paragraph
from scorecard.calendar.period import Period
from scorecard.catalog.briefing_templates import Section
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.catalog.tabulations.declarations import RowChoice
from scorecard.store.listings import listed
from scorecard.store.tabulations import Basis, Reading, Tabulated, flow_of, part_of, tabulate, with_unit

Choice = TypeVar("Choice", bound=RowChoice)


def requirements(material: Material, section: Section) -> list[Block]:
    """Each requirement of the plan: the indicators that serve it, and what its registers show of the period."""
    told = _Told(material)
    blocks: list[Block] = []
    for requirement in material.catalog.requirements.values():
        serving = [card for card in material.every.values() if requirement.id in card.indicator.measures]
        values = "、".join(map(_value, serving))
        content: list[Block] = [Paragraph(f"{material.period.label}，有关指标：{values}。")] if values else []
        content += [Paragraph(f"{name}：{said}。") for name, said in told.row(requirement.id)]
        if content:
            blocks += [Heading(requirement.title, 2), *content]
    return [*blocks, *told.silence()] or [Paragraph("没有反映工作要求的指标和登记表。")]


def plan_rows(material: Material, section: Section) -> list[Block]:
    """Each row of the plan that has something in the period, a line for each tabulation and listing: totals and lengths.

    The groups of a tabulation and the rows of a listing are on screen: with them the section had nine pages.

    A paper with a section on the requirements has theirs there; one for a department has the measures it answers for.
    """
    told, catalog = _Told(material), material.catalog
    apart = any(other.kind == "requirements" for other in material.template.sections)
    if apart:
        told.leave_to(catalog.requirements)
    lines: list[tuple[str, str, str]] = []
    for row in (*catalog.measures, *(() if apart else catalog.requirements)):
        for at, said in enumerate(told.row(row)):
            lines.append(("" if at else catalog.row_title(row), *said))
    columns = (PaperColumn("方案条目", 1.4), PaperColumn("统计表或清单", 1.4), PaperColumn("本期合计", 3.0))
    table = PaperTable("登记与清单的本期合计", columns, tuple(lines), note=told.basis())
    return [*([table] if lines else []), *told.silence()] or [Paragraph("本期各项措施没有登记的事项。")]


class _Told:
    """What tabulations and listings say of rows of the plan, each once, and what none of them can say."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._seen: set[str] = set()
        self._unsaid: dict[str, list[str]] = defaultdict(list)
        self._bases: list[str] = []

    def leave_to(self, rows: Iterable[str]) -> None:
        """What serves these rows stands in another section."""
        for row in rows:
            for choices in self._material.catalog.of_measure(row):
                self._seen |= {choice.id for choice in choices}

    def row(self, row: str) -> list[tuple[str, str]]:
        """Name and total of each tabulation, name and length of each listing; nothing where there is nothing in the period."""
        said: list[tuple[str, str]] = []
        if not self._answers(row):
            return said
        tabulations, listings = self._material.catalog.of_measure(row)
        for tabulation in self._new(tabulations):
            of, whose = reading_of(self._material, tabulation)
            told = tabulate(of, tabulation)
            # Of a balance the year may be told where the period of the paper is not.
            own = part_of(of, tabulation)[1] if tabulation.balance and not told.basis.reason else told.basis
            if self._says(tabulation, own) and told.rows:
                said.append((f"{tabulation.name}{whose}", _total(told, of.period)))
        for listing in self._new(listings):
            of, whose = reading_of(self._material, listing)
            rows = listed(of, listing, self._material.actor, limit=0)
            if self._says(listing, rows.basis) and rows.count:
                said.append((f"{listing.name}{whose}", f"{rows.count:,}行"))
        return said

    def basis(self) -> str:
        """Which days and which tables what was said rests on."""
        return f"{'；'.join(dict.fromkeys(self._bases))}。分组和逐行见看板“措施与要求”。"

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
        else:
            self._bases.append(basis.source)
        return not basis.reason


def reading_of(material: Material, choice: RowChoice) -> tuple[Reading, str]:
    """The department's own rows, 涉企 where asked for; a table that does not tell has all, and says so."""
    version, spec, table = material.version, material.spec, material.catalog.tables[choice.table]
    owner = material.catalog.department_on(choice.owner, material.inputs.today)
    department = material.whose if table.department or owner == material.whose else ALL_DEPARTMENTS
    scope = spec.scope if table.firm else "all"
    whole = [material.catalog.words.whole] * (department != material.whose) + ["全部案件"] * (scope != spec.scope)
    of = Reading(version.connection, version.catalog, version.as_of, material.period, department, scope)
    return of, f"（{'、'.join(whole)}）" if whole else ""


def _value(card: Card) -> str:
    """Value and verdict, with their period and what the paper's says until now where that is another."""
    period, beside = (f"{card.period}为", f"；{card.so_far}") if card.so_far else ("", "")
    return f"{card.indicator.name} {period}{card.value}（{card.verdict.word}{beside}）"


def _total(told: Tabulated, period: Period) -> str:
    """What a tabulation adds up to: its first figure and the others that are not 0: "发现3件、已办结2件"."""
    whole, numbers = flow_of(told, period) if told.tabulation.balance else told.total, told.tabulation.numbers
    if whole is None and told.tabulation.by:  # nothing of it adds up
        return f"{told.rows:,}{told.tabulation.row_unit}"
    cells = [(whole, at) for at, _ in enumerate(numbers)] if whole else [(line, 0) for line in told.lines]
    return "、".join(
        f"{name}{with_unit(line, at, unit)}"
        for number, ((name, unit), (line, at)) in enumerate(zip(numbers, cells, strict=True))
        if line.figures[at] and (number == 0 or line.figures[at] != "0")
    )
