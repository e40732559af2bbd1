"""The sections about work: measures and their reports, worklists, what a department owes, prompts.

Departments stand in the plan's order and are never compared. Case rows are masked as on the page and need the right to see them.
"""

from decimal import Decimal

from scorecard.assessment.counterweights import pairs
from scorecard.assessment.standings import counts
from scorecard.briefing.composition.registers import fitted
from scorecard.briefing.paper.material import Material
from scorecard.briefing.paper.model import Block, PaperTable, Paragraph, columns
from scorecard.calendar.period import day_text
from scorecard.catalog.briefing_templates import Section
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.catalog.worklists import STATES, Worklist
from scorecard.plan.measure_matrix import Duty, MeasureLine
from scorecard.plan.prompts import read_prompts
from scorecard.storage.spreadsheet_csv import CsvValue
from scorecard.store.registers import check_results
from scorecard.store.tabulations import Reading
from scorecard.store.worklist_rows import counted, headers, items, worklist_dates

MOST_ROWS = 50  # cases of one list that are printed; a longer list is read on the page


def measures(material: Material, section: Section) -> list[Block]:
    """Each measure on a line: departments, verdicts of its indicators, last report, overdue reports."""
    lines = [line for line in material.measures() if _duties(material, line)]
    if not lines:
        return [Paragraph(f"方案的配套措施中没有由{material.catalog.own_word(material.whose)}负责的。")]
    overdue = "台账超期" if material.whose == ALL_DEPARTMENTS else f"{material.catalog.words.whole}台账超期"
    across = columns(f"配套措施 2.4 | 责任部门 2.0 | 指标 1.5 | {overdue} 0.9 # | 最近一次汇报 3.0")
    rows = tuple(
        (
            material.catalog.row_title(line.measure.id),
            line.measure.responsible,
            "、".join(f"{word}{number}" for word, number in counts(line.cards).items()) or "无",
            f"{line.waiting('超期'):,}",
            "；".join(_reported(material, duty) for duty in _duties(material, line)),
        )
        for line in lines
    )
    every = material.reported_every()
    earlier = any(card.so_far for line in lines for card in line.cards)
    note = "本期观察期未满的指标，按最近一个期满的报告期评价。" if earlier else ""
    note += f"汇报间隔不超过{every}天。" if every is not None else "没有设定汇报间隔，不判断是否欠汇报。"
    blocks: list[Block] = [PaperTable("配套措施落实情况", across, rows, note=note)]
    silent = [line.measure.title for line in lines if line.silent]
    if silent:
        blocks.append(Paragraph(f"既没有可靠的指标、也没有汇报的措施{len(silent)}项：{'、'.join(silent)}。"))
    owing = [
        f"{material.catalog.departments[duty.department].name}（{line.measure.title}）"
        for line in lines
        for duty in _duties(material, line)
        if duty.owed
    ]
    if owing:
        blocks.append(Paragraph(f"欠进展汇报{len(owing)}项：{'、'.join(owing)}。"))
    return blocks


def _duties(material: Material, line: MeasureLine) -> list[Duty]:
    return [duty for duty in line.duties if material.whose in (ALL_DEPARTMENTS, duty.department)]


def _reported(material: Material, duty: Duty) -> str:
    name, latest = material.catalog.departments[duty.department].name, duty.latest
    if latest is None:
        return f"{name}：从未汇报"
    return f"{name}：{day_text(latest.reported_on)} {latest.status} {latest.percent_text}".rstrip()


def worklists(material: Material, section: Section) -> list[Block]:
    """How many items each list has in each state; the cases themselves where the template asks and the actor may see."""
    catalog, counts_of_lists = material.catalog, material.tallies()
    judged = worklist_dates(material.version.connection, catalog)
    rows: list[tuple[str, ...]] = []
    unknown: list[str] = []
    for worklist in catalog.worklists.values():
        numbers = counted(counts_of_lists, worklist.id, material.whose)
        if unjudged := judged[worklist.id].unjudged(catalog):
            unknown.append(f"{worklist.name}（{unjudged}）")
        elif material.whose == ALL_DEPARTMENTS or any(numbers.values()):
            whose = catalog.department_names(worklist.departments, material.inputs.today)
            rows.append((worklist.name, whose, *(f"{numbers[state]:,}" for state in STATES)))
    blocks: list[Block] = []
    if rows:
        across = columns(" | ".join(("台账 2.6", "责任部门 2.0", *(f"{state} 1.0 #" for state in STATES))))
        note = "按各表数据截至日判断，同一案件可在几张台账上；没有期限的台账只计“在列”。"
        blocks.append(PaperTable("台账情况", across, tuple(rows), note=note))
    else:
        blocks.append(Paragraph("到数据截至日为止，没有应当列入台账的事项。"))
    if unknown:
        blocks.append(Paragraph(f"无法判断、不等于没有的台账：{'、'.join(unknown)}。"))
    if not section.rows:
        return blocks
    if not material.spec.rows:
        return [*blocks, Paragraph(f"逐行清单由审管办和案件所属{catalog.words.unit}登录后查看，本件不列。")]
    totals = (
        (one, sum(counted(counts_of_lists, one.id, material.whose).values())) for one in catalog.worklists.values()
    )
    return [*blocks, *(_rows(material, worklist, total) for worklist, total in totals if total)]


def _rows(material: Material, worklist: Worklist, total: int) -> PaperTable:
    """The first cases of one list by due date, masked."""
    connection, catalog = material.version.connection, material.catalog
    table, group = catalog.tables[worklist.table], [""] if worklist.repeated else []
    cases = items(connection, catalog, worklist, material.actor, material.whose, limit=MOST_ROWS)
    units = [*group, *(table.unit_of(column) if table.type_of(column).is_number else "" for column in worklist.columns)]
    named = (
        f"{name}（{unit}）" if unit else name for name, unit in zip(headers(catalog, worklist), units, strict=True)
    )
    first = ("状态", *(("期限",) if worklist.dated else ()))
    rows = tuple(
        (case.state, *((case.due,) if worklist.dated else ()), *map(_cell, case.values, case.cells, units))
        for case in cases
    )
    across = fitted((*first, *named), rows, [len(first) + at for at, unit in enumerate(units) if unit])
    more = f"，列前{len(cases)}行，其余见看板“台账与预警”页" if total > len(cases) else ""
    taken = f"导出：{material.spec.made_by}　{material.spec.made_at[:16].replace('T', ' ')}"
    return PaperTable(f"台账：{worklist.name}", across, rows, note=f"共{total:,}行{more}。不公开的内容已遮盖。{taken}")


def overdue_lists(material: Material) -> tuple[tuple[Worklist, int], ...]:
    """The lists with items past their term, in the catalogue's order, and how many those are."""
    tallies = material.tallies()
    counts = ((one, counted(tallies, one.id, material.whose)["超期"]) for one in material.catalog.worklists.values())
    return tuple((one, number) for one, number in counts if number)


def _cell(value: CsvValue, text: str, unit: str) -> str:
    """An amount in groups of three, everything else as the page shows it."""
    return f"{value:,}" if unit and isinstance(value, int) else f"{value:,f}" if isinstance(value, Decimal) else text


def prompts(material: Material, section: Section) -> list[Block]:
    """A line on what asks for a look at its cases, for those who may know of it; never part of a paper for other courts."""
    version, whose = material.version, material.whose
    whole = whose == ALL_DEPARTMENTS
    if not material.actor.may("prompts", None if whole else whose):
        words = material.catalog.words
        return [Paragraph(f"提示核查由审管办和领导小组查看，{words.unit}只看{words.own}的，本件不列。")]
    part = (material.period, whose, material.spec.scope)
    told = read_prompts(Reading(version.connection, version.catalog, version.as_of, *part))
    found = [(one.prompt.name, one.period) for one in told if one.state == "提示核查"]
    found += [(one.card.indicator.name, one.card.period) for one in pairs(material.every) if whole and one.hint]
    checked = {
        (one["prompt"], one["span"]) for one in check_results(version.connection) if whole or one["department"] == whose
    }
    names = "、".join(f"{name}（{span}{'，已核查' if (name, span) in checked else ''}）" for name, span in found)
    said = f"有{len(found)}项请核查：{names}。这只提示看一看案件，不表示存在问题。" if found else "没有需要核查的提示。"
    unsaid = sum(one.state == "不作判断" for one in told)
    return [Paragraph(f"{said}另有{unsaid}种形态因数据不足不作判断，不等于没有。" if unsaid else said)]
