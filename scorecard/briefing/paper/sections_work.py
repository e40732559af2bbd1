"""The sections about work: measures and their reports, worklists, matters of a session.

Departments stand in the plan's order and are never compared. Case rows are masked as on the page and need the right to see them.
"""

from collections.abc import Sequence

from scorecard.assessment.cards import counts
from scorecard.briefing.paper.material import Material
from scorecard.briefing.paper.model import Block, Heading, PaperColumn, PaperTable, Paragraph, columns
from scorecard.briefing.paper.sections_requirements import count_cells, count_columns, named
from scorecard.calendar.period import day_text
from scorecard.catalog.briefing_templates import Section
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.catalog.worklists import STATES, Worklist
from scorecard.plan.agenda import AgendaItem, agenda
from scorecard.plan.measure_matrix import Duty, MeasureLine
from scorecard.records.decisions import Decision
from scorecard.store import warehouse
from scorecard.store.worklist_rows import counted, headers, items, worklist_dates

_LATIN = 0x2E7F  # signs beyond are as wide as they are high
MOST_ROWS = 50  # cases of one list that are printed; a longer list is read on the page


def measures(material: Material, section: Section) -> list[Block]:
    """Each measure on a line: departments, verdicts of its indicators, last report, overdue reports."""
    lines = [line for line in material.measures() if _duties(material, line)]
    if not lines:
        return [Paragraph("方案的配套措施中没有由本部门负责的。")]
    overdue = "台账超期" if material.whose == ALL_DEPARTMENTS else "全院台账超期"
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
    percent = f" {latest.percent.normalize():f}%" if latest.percent is not None else ""
    return f"{name}：{day_text(latest.reported_on)} {latest.status}{percent}"


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
            rows.append(
                (
                    worklist.name,
                    catalog.department_names(worklist.departments, material.inputs.today),
                    *count_cells(*(numbers[state] for state in STATES)),
                )
            )
    blocks: list[Block] = []
    if rows:
        across = columns("台账 2.6 | 责任部门 2.0") + count_columns(*STATES)
        note = "按各表数据截至日判断，同一案件可在几张台账上；没有期限的台账只计“在列”。"
        blocks.append(PaperTable("台账情况", across, tuple(rows), note=note))
    else:
        blocks.append(Paragraph("到数据截至日为止，没有应当列入台账的事项。"))
    if unknown:
        blocks.append(Paragraph(f"无法判断、不等于没有的台账：{'、'.join(unknown)}。"))
    if not section.rows:
        return blocks
    if not material.spec.rows:
        return [*blocks, Paragraph("逐行清单由审管办和案件所属部门登录后查看，本件不列。")]
    material.actor.require("evidence", None if material.whose == ALL_DEPARTMENTS else material.whose)
    return [
        *blocks,
        *(
            block
            for worklist in catalog.worklists.values()
            if (total := sum(counted(counts_of_lists, worklist.id, material.whose).values()))
            for block in _rows(material, worklist, total)
        ),
    ]


def _rows(material: Material, worklist: Worklist, total: int) -> list[Block]:
    """The first cases of one list by due date, masked."""
    cases = items(
        material.version.connection, material.catalog, worklist, material.actor, material.whose, limit=MOST_ROWS
    )
    names = ("状态", *(("期限",) if worklist.due else ()), *headers(material.catalog, worklist))
    rows = tuple((case.state, *((case.due,) if worklist.due else ()), *case.cells) for case in cases)
    across = tuple(PaperColumn(name, _width([name, *cells])) for name, *cells in zip(names, *rows, strict=True))
    more = f"，列前{len(cases)}行，其余见看板“台账与预警”页" if total > len(cases) else ""
    taken = f"导出：{material.spec.made_by}　{material.spec.made_at[:16].replace('T', ' ')}"
    return [
        PaperTable(f"台账：{worklist.name}", across, rows, note=f"共{total:,}行{more}。不公开的内容已遮盖。{taken}")
    ]


def _width(cells: Sequence[str]) -> float:
    """The part of the width a column of these cells wants: by its longest, no column more than a few others."""
    longest = max(sum(1.0 if ord(sign) > _LATIN else 0.55 for sign in cell) for cell in cells)
    return min(max(longest, 3.0), 14.0)


def matters(material: Material, section: Section) -> list[Block]:
    """The agenda on the paper's date: each item with its facts and earlier decisions."""
    agenda_items = agenda(
        material.catalog,
        material.every,
        material.measures(),
        material.tallies(),
        warehouse.decisions(material.version.connection),
        material.version.targets,
        material.spec.dated,
    )
    if not agenda_items:
        return [Paragraph("没有需要会商的事项，以前的决定也都已了结。")]
    carried = sum(item.carried for item in agenda_items)
    left = f"，其中以前会商留下的{carried}项" if carried else ""
    lead = f"共{len(agenda_items)}项{left}。会商决定以数据版本{material.version.id}所含的为准。"
    return [Paragraph(lead), *(block for item in agenda_items for block in _matter(material, item))]


def _matter(material: Material, item: AgendaItem) -> list[Block]:
    reasons = "、".join(item.reasons) or "以前的决定未了结"
    departments = material.catalog.department_names(
        tuple(name for name in item.departments if name in material.catalog.departments)
    )
    blocks: list[Block] = [
        Heading(item.title, 2),
        Paragraph(f"事由：{reasons}。责任部门：{departments or '未定'}。"),
        *_facts(material, item),
    ]
    return [*blocks, *_decided(material, item.history)]


def _facts(material: Material, item: AgendaItem) -> list[Block]:
    """The facts of an item; those of an indicator in one paragraph, where numerator and denominator are named."""
    card = material.every.get(item.name) if item.subject == "indicator" else None
    if card is None:
        return [Paragraph(_sentence(fact)) for fact in item.facts]
    facts = [f"{card.period}分子/分母 {fact}" if fact == card.halves else fact for fact in item.facts]
    return [Paragraph(_sentence("；".join(filter(None, (*facts, card.so_far)))))]


def _decided(material: Material, history: Sequence[Decision]) -> list[Block]:
    """Earlier decisions, the latest first."""
    return [
        Paragraph(
            f"{day_text(decision.session_on)}会商决定：{decision.conclusion}"
            f"（责任部门：{named(material, decision.department)}；"
            f"期限：{day_text(decision.due_on) if decision.due_on else '无'}；状态：{decision.status}）。"
        )
        for decision in history
    ]


def _sentence(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else f"{text}。"
