"""The monthly paper between its table of what must be asked about and its annexes: what moved, what is behind, what comes next."""

from collections import defaultdict

from scorecard.assessment.cards import Card
from scorecard.briefing.composition.leader import asked, months_of
from scorecard.briefing.composition.work import overdue_lists
from scorecard.briefing.paper.material import Material
from scorecard.briefing.paper.model import Block, Figure, FigurePair, PaperTable, Paragraph, columns
from scorecard.calendar.period import day_text
from scorecard.catalog.briefing_templates import Section
from scorecard.charts.trend_of_card import trend_of
from scorecard.narrative import paragraphs
from scorecard.narrative.control_words import variation_sentence
from scorecard.records.decisions import unresolved
from scorecard.store import warehouse

_PICTURES = 2


def moved(material: Material, section: Section) -> list[Block]:
    """What truly worsened and improved by the months' own limits, two of them drawn."""
    monthly = [material.month_of(card) or card for card in material.spoken]
    blocks: list[Block] = []
    drawn: list[Card] = []
    others: list[Card] = []
    for word, said in (("需要关注", "变差"), ("真实改善", "好转")):
        members = [card for card in monthly if card.control is not None and card.control.variation == word]
        drawn += members[:1]
        others += members[1:]
        if members:
            listed = "；".join(_told(material, card) for card in members)
            blocks.append(Paragraph(f"按单月数值，超出正常波动而{said}的{len(members)}项：{listed}。"))
    figures = tuple(
        Figure(0, material.line(card), trend_of(material.version, material.month_inputs(), card), _signal(card))
        for card in [*drawn, *others][:_PICTURES]
    )
    if not blocks:
        return [Paragraph("按单月数值，没有超出正常波动的变化。")]
    return [*blocks, *([FigurePair(figures)] if figures else [])]


def _told(material: Material, card: Card) -> str:
    said = filter(None, (_signal(card), material.why(card), material.said(card)))
    return f"{card.indicator.name}{card.value}，{'，'.join(said)}"


def _signal(card: Card) -> str:
    assert card.control is not None
    return variation_sentence(card.control)


def domains(material: Material, section: Section) -> list[Block]:
    """A paragraph for each domain, of what moved."""
    return [
        Paragraph(
            paragraphs.domain_paragraph(name, members, material.period, months_of(material, members)), name, level=2
        )
        for name, members in material.by_domain(material.spoken)
    ]


def overdue(material: Material, section: Section) -> list[Block]:
    """What each department is behind with, in the plan's order: lists past their term, reports owed; measures nothing speaks for."""
    catalog, today = material.catalog, material.inputs.today
    lists: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for one, number in overdue_lists(material):
        lists[catalog.responsible(one.departments, today)].append(f"{one.name}{number:,}件")
    reports: dict[tuple[str, ...], list[str]] = defaultdict(list)
    lines = material.measures()
    for line in lines:
        for duty in line.owing:
            if material.answers(duty.department):
                told = "从未汇报" if duty.latest is None else f"{duty.days}天前汇报"
                reports[(duty.department,)].append(f"{line.measure.title}（{told}）")
    blocks: list[Block] = []
    place = list(catalog.departments).index
    rows = tuple(
        (catalog.department_names(whose, today), "；".join(lists[whose]) or "—", "；".join(reports[whose]) or "—")
        for whose in sorted(lists.keys() | reports.keys(), key=lambda ids: [place(one) for one in ids])
    )
    if rows:
        every = material.reported_every()
        note = "没有设定汇报间隔，不判断是否欠汇报。" if every is None else f"汇报间隔不超过{every}天。"
        across = columns("责任部门 2.0 | 台账超期 4.2 | 欠进展汇报 3.4")
        blocks.append(PaperTable("台账和进展汇报中的问题", across, rows, note))
    else:
        blocks.append(Paragraph("台账没有超期，汇报没有拖欠。"))
    if silent := [line.measure.title for line in lines if line.silent]:
        blocks.append(Paragraph(f"既没有可靠的指标、也没有汇报的措施{len(silent)}项：{'、'.join(silent)}。"))
    return blocks


def upcoming(material: Material, section: Section) -> list[Block]:
    """下步工作: who looks into what was missed, and what sessions gave a term."""
    by_department: dict[str, list[str]] = defaultdict(list)
    for one in asked(material):
        by_department[one.card.departments].append(one.card.indicator.name)
    said = [f"{names}就{'、'.join(indicators)}说明原因、提出措施" for names, indicators in by_department.items()]
    every = [one for one in warehouse.decisions(material.version.connection) if one.session_on <= material.spec.dated]
    said += [
        f"{material.catalog.department_name(one.department)}在{day_text(one.due_on)}前办结“{one.title}”"
        for one in unresolved(every)
        if one.department and one.due_on and one.due_on >= material.spec.dated and material.answers(one.department)
    ]
    listed = "；".join(f"{at}．{text}" for at, text in enumerate(said, 1))
    return [Paragraph(f"{listed}。" if listed else "按方案继续监测，没有新增事项。")]


def annexes(material: Material, section: Section) -> list[Block]:
    """Which files lie beside the paper."""
    names = [annex.name for annex in material.annexes]
    listed = "；".join(f"附件{at}　{name}" for at, name in enumerate(names, 1))
    return [Paragraph(f"{listed}。附件各成一个文件；数据表另见工作簿。")] if names else []
