"""The sections that set registers out: tabulations and listings whole, information adopted, a department's year.

Departments stand in the plan's order and are never compared; nothing is added up over indicators, nothing is ranked.
"""

from collections.abc import Collection
from datetime import date

from scorecard.assessment.cards import Card, cards
from scorecard.briefing.composition.requirements import reading_of
from scorecard.briefing.paper.material import Material
from scorecard.briefing.paper.model import Block, PaperColumn, PaperTable, Paragraph, columns
from scorecard.catalog.briefing_templates import Section
from scorecard.catalog.court import ALL_DEPARTMENTS
from scorecard.catalog.tabulations.declarations import RowListing, Tabulation
from scorecard.plan.adoption_points import LEVELS, TABLE, department_lines, has_table, standard_lines
from scorecard.records.decisions import LISTED, falls_to, latest_decisions
from scorecard.store import warehouse
from scorecard.store.listings import listed
from scorecard.store.open_version import card_inputs
from scorecard.store.registers import adoptions
from scorecard.store.tabulations import tabulate

MOST_LINES = 30  # of a listing; a longer one is read on the page
_LATIN = 0x2E7F  # signs beyond are as wide as they are high


def registers(material: Material, section: Section) -> list[Block]:
    """Each tabulation and listing that the section names, or why it cannot be told."""
    tabulations, listings = material.catalog.tabulations, material.catalog.listings
    return [
        _tabulation(material, tabulations[id]) if id in tabulations else _listing(material, listings[id])
        for id in section.shows
    ]


def _tabulation(material: Material, tabulation: Tabulation) -> Block:
    of, whose = reading_of(material, tabulation)
    told = tabulate(of, tabulation)
    if told.basis.reason or not told.rows:
        return Paragraph(f"{tabulation.name}{whose}：{told.basis.reason or f'{of.period.label}没有。'}")
    groups = len(told.head) - len(tabulation.numbers)
    across = fitted(told.head, told.printed, range(groups, len(told.head)))
    note = "".join(f"{text.rstrip('。')}。" for text in (tabulation.note, told.basis.source) if text)
    return PaperTable(f"{tabulation.name}{whose}（{of.period.label}）", across, told.printed, note=note)


def _listing(material: Material, listing: RowListing) -> Block:
    of, whose = reading_of(material, listing)
    told = listed(of, listing, material.actor, limit=MOST_LINES)
    if told.basis.reason or told.withheld or not told.count:
        return Paragraph(f"{listing.name}{whose}：{told.basis.reason or told.withheld or f'{of.period.label}没有。'}")
    shown = [at for at, column in enumerate(listing.columns) if not listing.printed or column in listing.printed]
    head, rows = tuple(told.head[at] for at in shown), tuple(tuple(row.cells[at] for at in shown) for row in told.rows)
    more = f"共{told.count:,}行，列前{len(rows)}行。" if told.count > len(rows) else ""
    return PaperTable(
        f"{listing.name}{whose}（{of.period.label}）", fitted(head, rows), rows, note=f"{more}{told.basis.source}。"
    )


def fitted(
    head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], numbers: Collection[int] = ()
) -> tuple[PaperColumn, ...]:
    """Columns as wide as their longest cell wants, none more than a few others; dates and amounts never break."""
    return tuple(
        PaperColumn(name, width([name, *(row[at] for row in rows)]), at in numbers) for at, name in enumerate(head)
    )


def width(cells: list[str]) -> float:
    """The part of the width a column of these cells wants."""
    longest = max(sum(1.0 if ord(sign) > _LATIN else 0.55 for sign in cell) for cell in cells)
    return min(max(longest, 3.0), 14.0)


def adopted(material: Material, section: Section) -> list[Block]:
    """Adoptions by department and level, a piece once at each; points only by the court's own table, which stands below."""
    version, catalog, period = material.version, material.catalog, material.period
    cut, known = version.as_of.get(TABLE, date.min), warehouse.parameters(version.connection)
    if period.first > cut:
        said = f"《{catalog.tables[TABLE].name}》没有{period.label}的数据，采用情况看不出来，不等于没有采用。"
        return [Paragraph(said)]
    lines = department_lines(
        catalog, known, adoptions(version.connection, period.first, min(period.last, cut)), material.whose
    )
    scored = has_table(known)
    blocks: list[Block] = []
    if lines:
        levels = "".join(f" | {level}（次） 1.2 #" for level in LEVELS)
        across = columns(
            f"{catalog.words.unit} 2.4{levels} | 合计（次） 1.2 #{' | 计分（分） 1.4 #' if scored else ''}"
        )
        rows = tuple(
            (name, *map(str, counts), str(sum(counts)), *((points,) if scored else ()))
            for name, counts, points in lines
        )
        note = f"按采用日期计入，一篇被几级采用，各级各计一次。{catalog.words.unit}按方案次序，不排名。"
        blocks.append(PaperTable(f"信息采用情况（{period.label}）", across, rows, note=note))
    else:
        blocks.append(Paragraph(f"{period.label}没有信息被采用。"))
    standard = tuple((*one[:3], one[3] or "没有写明依据") for one in standard_lines(catalog, known, period.last))
    if standard:
        across = columns("采用级别 1.2 | 计分（分） 1.0 # | 生效日期 1.5 | 依据 3.6")
        blocks.append(PaperTable("本院的计分标准", across, standard, note="每次采用按采用之日有效的标准计分。"))
    else:
        blocks.append(Paragraph("本院没有录入考核的计分标准，只列次数，不计分。"))
    return blocks


def assessment(material: Material, section: Section) -> list[Block]:
    """The facts of a department's year: its own values beside the court's, with targets first; what became of decisions."""
    version, spec, whose = material.version, material.spec, material.whose
    words, own_word = material.catalog.words, material.catalog.own_word(whose)
    all, own = words.whole, dict[str, Card]()
    if whose in version.departments:
        inputs = card_inputs(version, spec.grain, whose, spec.scope, spec.judged_on)
        own = {card.indicator.id: card for card in cards(inputs, material.period)}
    inputs = card_inputs(version, spec.grain, ALL_DEPARTMENTS, spec.scope, spec.judged_on)
    named = {card.indicator.id for card in material.spoken}
    spoken = [card for card in cards(inputs, material.period) if card.indicator.id in named]
    aimed = [card for card in spoken if card.judged.goal is not None]
    watched = [card for card in spoken if card.judged.goal is None]
    blocks: list[Block] = []
    if aimed:
        across = columns(f"指标 2.8 | {own_word} 1.3 # | {all} 1.3 # | {all}目标 1.6 | {all}评价 1.2 | 说明 2.6")
        rows = tuple(
            (*_both(card, own, words.unit), card.target, card.verdict.word, card.gap or card.note or "—")
            for card in aimed
        )
        blocks.append(PaperTable(f"有目标的指标（{material.period.label}）", across, rows))
    if watched:
        across = columns(f"指标 4.0 | {own_word} 1.6 # | {all} 1.6 # | 说明 3.4")
        rows = tuple((*_both(card, own, words.unit), card.note or "—") for card in watched)
        blocks.append(PaperTable(f"没有目标、只监测的指标（{material.period.label}）", across, rows))
    note = f"{own_word}的数只在数据表分得清{words.unit}时列出；件数太少的只列件数，不评价。"
    return [*(blocks or [Paragraph(f"没有由{own_word}负责的指标。")]), Paragraph(f"{note}{_decided(material)}")]


def _both(card: Card, own: dict[str, Card], unit: str) -> tuple[str, str, str]:
    """An indicator's name with the period that is read where it is another, the department's value and the court's."""
    mine = own.get(card.indicator.id)
    value = mine.value if mine is not None and mine.judged.reading is not None else f"不分{unit}"
    return f"{card.indicator.name}（{card.period}）" if card.so_far else card.indicator.name, value, card.value


def _decided(material: Material) -> str:
    """What sessions of the period decided for the department, and what became of it by the paper's date."""
    period, dated = material.period, material.spec.dated
    every = [one for one in warehouse.decisions(material.version.connection) if one.session_on <= dated]
    held = {one.item for one in every if one.status != LISTED and period.first <= one.session_on <= dated}
    told = [
        one
        for item, one in latest_decisions(every).items()
        if item in held and falls_to(one, material.whose, material.catalog, dated)
    ]
    closed, late = sum(one.status == "已办结" for one in told), sum(one.late(dated) > 0 for one in told)
    who = material.catalog.own_word(material.whose)
    said = f"会商交{who}{len(told)}项，已办结{closed}项、过期限未办{late}项。"
    return said if told else f"会商没有交{who}的事项。"
