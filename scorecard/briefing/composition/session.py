"""The sections of a session: its agenda, each matter once with room for what is decided; what it decided; what became of that."""

from collections.abc import Iterable

from scorecard.assessment import standings
from scorecard.assessment.cards import Card
from scorecard.assessment.counterweights import pairs, year_on_year
from scorecard.briefing.composition.indicators import figure_of, reached
from scorecard.briefing.paper.material import Material
from scorecard.briefing.paper.model import Beside, Block, Heading, PaperTable, Paragraph, columns
from scorecard.calendar.period import day_text, month_index
from scorecard.catalog.briefing_templates import Section
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.narrative.shortfall import missed_since, shortfall
from scorecard.plan.agenda import AgendaItem, Subject
from scorecard.plan.decision_progress import since_decided
from scorecard.records.decisions import LISTED, Decision, began, falls_to, latest_decisions, unresolved
from scorecard.store import warehouse

_LISTS: dict[Subject, str] = {  # matters without a figure and without a decision before stand on a line each
    "indicator": "其他指标",
    "signal": "信号逾期没有说明原因",
    "worklist": "台账到期未办",
    "report": "欠进展汇报",
    "target": "目标待复核",
    "other": "其他事项",
}
_ROOM = columns("拟办 3.0 | 结论 3.0 | 责任部门 1.4 | 期限 1.2")


def matters(material: Material, section: Section) -> list[Block]:
    """The agenda on the paper's date: half a page for each matter that has a figure or a decision before, a line for the others."""
    items, version = material.agenda(), material.version
    settled = "；".join(f"{one.title}（{one.evidence or '当时未写明依据'}）" for one in _closed(material))
    standing = standings.standing(tuple(material.every.values()))
    blocks: list[Block] = [
        Paragraph(f"{material.period.label}，全部{len(material.every)}项指标：{standing}。{reached(material)}")
    ]
    blocks += [Paragraph(f"近两月办结：{settled}。")] if settled else []
    if not items:
        return [*blocks, Paragraph("没有需要会商的事项，以前的决定也都已了结。")]
    carried = sum(item.carried for item in items)
    left = f"，其中以前会商留下的{carried}项" if carried else ""
    blocks.append(Paragraph(f"共{len(items)}项{left}。会商记录以数据版本{version.id[:8]}所含的为准。"))
    decided = warehouse.decisions(version.connection)
    whole = [item for item in items if item.history or (item.subject == "indicator" and item.name in material.every)]
    for item in whole:
        blocks += _matter(material, item, decided)
    for subject, title in _LISTS.items():
        rows = [item for item in items if item.subject == subject and item not in whole]
        if rows:
            blocks += [Heading(f"{title}（{len(rows)}项）", 2), _lines(material, title, rows)]
    return blocks


def _matter(material: Material, item: AgendaItem, every: Iterable[Decision]) -> list[Block]:
    """Its title, what is the case beside the figure, what was decided last and came of it, and blank room."""
    card = material.every.get(item.name) if item.subject == "indicator" else None
    said = [("事由。", "、".join(item.reasons) or "以前的决定未了结")]
    if card is None:
        said.append(("情况。", _told(item)))
    else:
        said += [("情况。", "；".join(filter(None, (*_standing(card, item), card.so_far))))]
        said += [("原因。", "；".join(filter(None, (material.why(card), material.said(card)))))]
        said += [("制衡指标。", _counterweight(material, card))]
    if last := item.last:
        due = f"，期限{day_text(last.due_on)}" if last.due_on else ""
        who = _named(material, last.department)
        said += [("上次决定。", f"{day_text(last.session_on)}：{last.conclusion.rstrip('。；')}（{who}{due}）")]
        then = f"{last.status}{_late(material, last)}。会商时：{last.facts}"
        said += [("落实。", _became(material, last, began(every, last), item) if card or not last.facts else then)]
    texts = tuple(Paragraph(_sentence(text), lead) for lead, text in said if text)
    figure = None if card is None else figure_of(material, card)
    facts: list[Block] = [Beside(texts, figure)] if figure is not None else [*texts]
    room = PaperTable("", _ROOM, (("", "", _whose(material, item), ""), ("", "", "", "")))
    return [Heading(item.title, 2), *facts, room]


def _standing(card: Card, item: AgendaItem) -> tuple[str, ...]:
    """Value, target and what is missing of an indicator that was missed; otherwise what put it on the agenda."""
    if card.verdict.word != "未达标":
        return item.facts[:1]
    return f"{card.period}为{card.value}，目标{card.target}", shortfall(card), missed_since(card)


def _counterweight(material: Material, card: Card) -> str:
    """How the indicator stands that must not get worse meanwhile, and whether both went apart."""
    partner = material.every.get(card.indicator.counterweight)
    if partner is None:
        return ""
    change = year_on_year(partner)
    hint = next(pair.hint for pair in pairs({card.indicator.id: card, partner.indicator.id: partner}))
    word = partner.verdict.word
    value = (
        f"{partner.indicator.name}{partner.period}{word if partner.value == '—' else f'为{partner.value}（{word}）'}"
    )
    return "；".join(filter(None, (value, change.text if change else "", hint)))


def _lines(material: Material, title: str, items: list[AgendaItem]) -> PaperTable:
    across = columns("事项 2.4 | 情况 2.8 | 责任部门 1.4 | 拟办 1.0 | 结论 1.0 | 期限 0.7")
    rows = tuple((_short(material, item), _told(item), _whose(material, item), "", "", "") for item in items)
    return PaperTable(title, across, rows)


def _short(material: Material, item: AgendaItem) -> str:
    """The title without what the heading says already."""
    row = material.catalog.plan_rows.get(item.name.partition(":")[0]) if item.subject == "report" else None
    return row.title if row is not None else item.title


def _told(item: AgendaItem) -> str:
    """What is the case, in a cell: of a list its numbers without its definition, of a report since when it is owed."""
    facts = item.facts[:-1] if item.subject in ("worklist", "report") and len(item.facts) > 1 else item.facts
    return "；".join(facts)


def _whose(material: Material, item: AgendaItem) -> str:
    known = tuple(name for name in item.departments if name in material.catalog.departments)
    return material.catalog.department_names(known) or "未定"


def _closed(material: Material) -> list[Decision]:
    """What was marked done this month or the last, by the paper's date."""
    dated, every = material.spec.dated, _known(material)
    recent = (one for one in latest_decisions(every).values() if month_index(dated) - month_index(one.session_on) <= 1)
    return [one for one in recent if one.status == "已办结"]


def _known(material: Material) -> list[Decision]:
    """What was recorded by the paper's date."""
    return [one for one in warehouse.decisions(material.version.connection) if one.session_on <= material.spec.dated]


def decisions(material: Material, section: Section) -> list[Block]:
    """What sessions decided, by due date, and what became of it; what was closed this month or the last, with its evidence."""
    dated, whose, every = material.spec.dated, material.whose, _known(material)
    told = [*unresolved(every), *_closed(material)]
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
    note = f"以数据版本{material.version.id[:8]}所含的会商记录为准；已办结的列到次月。"
    return [PaperTable("会商决定及进展", across, rows, note=note)]


def open_decisions(material: Material) -> tuple[str, ...]:
    """What is unresolved, by due date, each with what became of it: "回访逾期（执行局，11月30日前）：落实中。…"."""
    every = _known(material)
    items = {item.id: item for item in material.agenda()}
    return tuple(
        f"{one.title}（{_named(material, one.department)}"
        f"{f'，{day_text(one.due_on)}前' if one.due_on else ''}）{_became(material, one, began(every, one), items.get(one.item))}"
        for one in unresolved(every)
        if one.department is None or material.answers(one.department)
    )


def _became(material: Material, one: Decision, begun: Decision, item: AgendaItem | None) -> str:
    """The evidence of what is closed; otherwise the values since, or what is on the table now, and how late it is."""
    if one.status == "已办结":
        return f"已办结。{one.evidence or '当时未写明依据'}"
    kind, _, name = one.item.partition(":")
    card = material.monthly.get(name) if kind == "indicator" else None
    now = "；".join((*item.reasons, *item.facts[:1])) if item else "数据中没有这一问题"
    since = (since_decided(card, begun) or "记录以来还没有可比的数值") if card else now
    return f"{one.status}。{since}{_late(material, one)}"


def _late(material: Material, one: Decision) -> str:
    days = one.late(material.spec.dated)
    return f"。已过期限{days}天" if days else ""


def minutes(material: Material, section: Section) -> list[Block]:
    """What the last session before the paper's date decided, each matter as it was recorded last on that day."""
    made = [one for one in _known(material) if one.status != LISTED]
    if not made:
        return [Paragraph(f"数据版本{material.version.id[:8]}中没有会商记录。请先在“会商”页记录并发布。")]
    held = max(one.session_on for one in made)
    latest = tuple(latest_decisions([one for one in made if one.session_on == held]).values())
    recorders = "、".join(dict.fromkeys(one.recorded_by for one in latest))
    head = PaperTable("", columns("主持 1.5 | 出席 4.0 | 列席 3.0 | 记录 1.5"), (("", "", "", recorders),))
    blocks: list[Block] = [Paragraph(f"{day_text(held)}，领导小组会商，对{len(latest)}项事项作出决定。"), head]
    for one in latest:
        due = f"，期限{day_text(one.due_on)}" if one.due_on else ""
        done = f"，依据：{one.evidence}" if one.evidence else ""
        said = (("情况。", one.facts), ("议定。", one.conclusion))
        blocks += [Heading(one.title, 2), *(Paragraph(_sentence(text), lead) for lead, text in said if text)]
        blocks.append(Paragraph(f"责任部门：{_named(material, one.department)}{due}。状态：{one.status}{done}。"))
    return blocks


def _named(material: Material, department: str | None) -> str:
    return material.catalog.departments[department].name if department else "未定责任部门"


def _sentence(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else f"{text}。"
