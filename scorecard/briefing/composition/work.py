"""The sections about work: measures and their reports, worklists, matters of a session.

Departments stand in the plan's order and are never compared. Case rows are masked as on the page and need the right to see them.
"""

from collections.abc import Sequence

from scorecard.assessment.counterweights import pairs
from scorecard.assessment.standings import counts
from scorecard.briefing.paper.material import Material
from scorecard.briefing.paper.model import Block, Heading, PaperColumn, PaperTable, Paragraph, columns
from scorecard.calendar.period import day_text, month_index
from scorecard.catalog.briefing_templates import Section
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.catalog.worklists import STATES, Worklist
from scorecard.plan.agenda import AgendaItem
from scorecard.plan.decision_progress import since_decided
from scorecard.plan.measure_matrix import Duty, MeasureLine
from scorecard.plan.prompts import read_prompts
from scorecard.records.decisions import Decision, began, falls_to, latest_decisions, unresolved
from scorecard.store import warehouse
from scorecard.store.registers import check_results
from scorecard.store.tabulations import Reading
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
        return [*blocks, Paragraph("逐行清单由审管办和案件所属部门登录后查看，本件不列。")]
    material.actor.require("evidence", None if material.whose == ALL_DEPARTMENTS else material.whose)
    totals = (
        (one, sum(counted(counts_of_lists, one.id, material.whose).values())) for one in catalog.worklists.values()
    )
    return [*blocks, *(_rows(material, worklist, total) for worklist, total in totals if total)]


def _rows(material: Material, worklist: Worklist, total: int) -> PaperTable:
    """The first cases of one list by due date, masked."""
    connection, catalog = material.version.connection, material.catalog
    cases = items(connection, catalog, worklist, material.actor, material.whose, limit=MOST_ROWS)
    names = ("状态", *(("期限",) if worklist.dated else ()), *headers(catalog, worklist))
    rows = tuple((case.state, *((case.due,) if worklist.dated else ()), *case.cells) for case in cases)
    across = tuple(PaperColumn(name, _width([name, *cells])) for name, *cells in zip(names, *rows, strict=True))
    more = f"，列前{len(cases)}行，其余见看板“台账与预警”页" if total > len(cases) else ""
    taken = f"导出：{material.spec.made_by}　{material.spec.made_at[:16].replace('T', ' ')}"
    return PaperTable(f"台账：{worklist.name}", across, rows, note=f"共{total:,}行{more}。不公开的内容已遮盖。{taken}")


def _width(cells: Sequence[str]) -> float:
    """The part of the width a column of these cells wants: by its longest, no column more than a few others."""
    longest = max(sum(1.0 if ord(sign) > _LATIN else 0.55 for sign in cell) for cell in cells)
    return min(max(longest, 3.0), 14.0)


def decisions(material: Material, section: Section) -> list[Block]:
    """What sessions decided, by due date, and what became of it; what was closed this month or the last, with its evidence."""
    dated, whose = material.spec.dated, material.whose
    every = [one for one in warehouse.decisions(material.version.connection) if one.session_on <= dated]
    in_force = [
        one for one in latest_decisions(every).values() if month_index(dated) - month_index(one.session_on) <= 1
    ]
    told = [*unresolved(every), *(one for one in in_force if one.status == "已办结")]
    own = [one for one in told if whose == ALL_DEPARTMENTS or falls_to(one, whose, material.catalog, dated)]
    if not own:
        return [Paragraph("没有待落实的会商决定。")]
    items = {item.id: item for item in material.agenda()}
    rows = tuple(
        (
            day_text(began(every, one).session_on),
            one.title,
            one.conclusion,
            _named(material, one.department),
            day_text(one.due_on) if one.due_on else "—",
            _became(material, one, began(every, one), items.get(one.item)),
        )
        for one in own
    )
    across = columns("会商日期 1.2 | 事项 1.8 | 决定 2.4 | 责任部门 1.3 | 期限 1.2 | 进展 2.8")
    note = f"以数据版本{material.version.id}所含的会商记录为准；已办结的列到次月。"
    return [PaperTable("会商决定及进展", across, rows, note=note)]


def open_decisions(material: Material) -> tuple[str, ...]:
    """What is unresolved, by due date, each with what became of it: "回访逾期（执行局，11月30日前）：落实中。…"."""
    every = [one for one in warehouse.decisions(material.version.connection) if one.session_on <= material.spec.dated]
    items = {item.id: item for item in material.agenda()}
    return tuple(
        f"{one.title}（{_named(material, one.department)}"
        f"{f'，{day_text(one.due_on)}前' if one.due_on else ''}）{_became(material, one, began(every, one), items.get(one.item))}"
        for one in unresolved(every)
        if one.department is None or material.answers(one.department)
    )


def overdue_lists(material: Material) -> tuple[tuple[Worklist, int], ...]:
    """The lists with items past their term, in the catalogue's order, and how many those are."""
    tallies = material.tallies()
    counts = ((one, counted(tallies, one.id, material.whose)["超期"]) for one in material.catalog.worklists.values())
    return tuple((one, number) for one, number in counts if number)


def _became(material: Material, one: Decision, begun: Decision, item: AgendaItem | None) -> str:
    """The evidence of what is closed; otherwise the values since, or what is on the table now, and how late it is."""
    if one.status == "已办结":
        return f"已办结。{one.evidence or '当时未写明依据'}"
    kind, _, name = one.item.partition(":")
    card = material.monthly.get(name) if kind == "indicator" else None
    now = "；".join((*item.reasons, *item.facts[:1])) if item else "数据中没有这一问题"
    since = (since_decided(card, begun) or "记录以来还没有可比的数值") if card else now
    late = one.late(material.spec.dated)
    return f"{one.status}。{since}{f'。已过期限{late}天' if late else ''}"


def matters(material: Material, section: Section) -> list[Block]:
    """The agenda on the paper's date: each item with its facts and earlier decisions."""
    agenda_items = material.agenda()
    if not agenda_items:
        return [Paragraph("没有需要会商的事项，以前的决定也都已了结。")]
    carried = sum(item.carried for item in agenda_items)
    left = f"，其中以前会商留下的{carried}项" if carried else ""
    lead = f"共{len(agenda_items)}项{left}。会商决定以数据版本{material.version.id}所含的为准。"
    return [Paragraph(lead), *(block for item in agenda_items for block in _matter(material, item))]


def _matter(material: Material, item: AgendaItem) -> list[Block]:
    reasons = "、".join(item.reasons) or "以前的决定未了结"
    catalog = material.catalog
    departments = catalog.department_names(tuple(name for name in item.departments if name in catalog.departments))
    decided = [  # the latest first
        Paragraph(
            f"{day_text(decision.session_on)}会商决定：{decision.conclusion}"
            f"（责任部门：{_named(material, decision.department)}；"
            f"期限：{day_text(decision.due_on) if decision.due_on else '无'}；状态：{decision.status}"
            f"{f'；办结依据：{decision.evidence}' if decision.evidence else ''}）。"
        )
        for decision in item.history
    ]
    lead = Paragraph(f"事由：{reasons}。责任部门：{departments or '未定'}。")
    return [Heading(item.title, 2), lead, *_facts(material, item), *decided]


def _facts(material: Material, item: AgendaItem) -> list[Block]:
    """The facts of an item; those of an indicator in one paragraph, where numerator and denominator are named."""
    card = material.every.get(item.name) if item.subject == "indicator" else None
    if card is None:
        return [Paragraph(_sentence(fact)) for fact in item.facts]
    facts = [f"{card.period}分子/分母 {fact}" if fact == card.halves else fact for fact in item.facts]
    return [Paragraph(_sentence("；".join(filter(None, (*facts, material.why(card), card.so_far)))))]


def _named(material: Material, department: str | None) -> str:
    return material.catalog.departments[department].name if department else "未登记部门"


def _sentence(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


def prompts(material: Material, section: Section) -> list[Block]:
    """A line on what asks for a look at its cases, for those who may know of it; never part of a paper for other courts."""
    version, whose = material.version, material.whose
    whole = whose == ALL_DEPARTMENTS
    if not material.actor.may("prompts", None if whole else whose):
        return [Paragraph("提示核查由审管办和领导小组查看，部门只看本部门的，本件不列。")]
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
