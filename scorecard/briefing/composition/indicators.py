"""The sections about indicators: standing, exceptions, official sentences, the table, the trends.

Every number in them is text of a card or a count of cards. An empty section says so in a sentence.
"""

from collections.abc import Sequence

from scorecard.assessment.cards import Card, card as card_of
from scorecard.assessment.data_quality import aside_note
from scorecard.assessment.standings import counted, counts, standing
from scorecard.assessment.verdict import VerdictWord
from scorecard.briefing.paper.material import Material
from scorecard.briefing.paper.model import Block, Figure, Heading, PaperTable, Paragraph, columns
from scorecard.calendar.period import day_text
from scorecard.catalog.briefing_templates import Section
from scorecard.charts.trend_of_card import trend_of
from scorecard.narrative import sentences
from scorecard.narrative.attention import groups, untold
from scorecard.narrative.changes import problem_changes
from scorecard.narrative.paragraphs import domain_paragraph
from scorecard.narrative.provenance import SAMPLE
from scorecard.store.open_version import reach

_FEW = 12  # indicators that stand in one table
_CAUTIONS: tuple[tuple[VerdictWord, str], ...] = (
    ("数据待核", "数据待核，不作评价"),
    ("无数据", "没有数据"),
    ("观察期未满", "观察期未满，数值还会变化，不作评价"),
    ("在途", "报告期未结束，数值还会变化，不作评价"),
    ("样本不足", "基数小，只列数，不计比率，不作评价"),
    ("不区分涉企", "不区分涉企，不计入项数"),
)


def summary(material: Material, section: Section) -> list[Block]:
    """How many indicators stand at each word, domain by domain; then what must be known before reading on."""
    spoken, blocks = material.spoken, list[Block]()
    if not spoken:  # nothing missed may also mean that nothing could be judged
        every = tuple(material.every.values())
        text = f"{material.period.label}，没有属于本期范围的指标。全部{len(counted(every))}项指标：{standing(every)}。"
        return [Paragraph(f"{text}{reached(material)}"), *map(Paragraph, cautions(material))]
    said = f"本期反映{len(counted(spoken))}项指标：{standing(spoken)}。"
    blocks.append(Paragraph(f"{material.period.label}，{said}{reached(material)}"))
    domains = material.by_domain(spoken)
    blocks += [
        Paragraph(domain_paragraph(name, members, material.period), lead=f"{name}。") for name, members in domains
    ]
    if len(domains) > 1:
        blocks.append(_standing(domains, spoken))
    blocks += [Paragraph(line) for line in cautions(material)]
    return blocks


def reached(material: Material) -> str:
    """How far the extracts reach: one day, or the earliest and the latest; before it the days of a period of the court's own."""
    days = " 至 ".join(day_text(day) for day in dict.fromkeys(reach(material.version)))
    span = f"报告期{material.period.span}，" if material.period.span else ""
    return f"{span}数据截至{days}。"


def cautions(material: Material) -> tuple[str, ...]:
    """What a reader must know before using a number: sample data, doubtful data, immature periods, rows set aside."""
    lines: list[str] = []
    if material.version.manifest.sample:
        lines.append(f"{SAMPLE}，不得作为工作情况引用。")
    for word, meaning in _CAUTIONS:
        names = [card.indicator.name for card in material.spoken if card.verdict.word == word]
        if names:
            lines.append(f"以下{len(names)}项{meaning}：{'、'.join(names)}。")
    if material.unconfirmed:
        names = "、".join(material.unconfirmed)
        lines.append(f"以下{len(material.unconfirmed)}项的目标尚待确认，不对照目标评价：{names}。")
    earlier = [f"{card.indicator.name}（{card.period}）" for card in material.spoken if card.so_far]
    if earlier:
        lines.append(f"以下{len(earlier)}项本期观察期未满，反映和评价最近一个期满的报告期：{'、'.join(earlier)}。")
    tables = [name for card in material.spoken for name in card.indicator.formula.tables]
    aside = aside_note(material.catalog, tables, material.version.tables)
    return (*lines, f"{aside.replace('本页', '本期')}。") if aside else tuple(lines)


def _standing(domains: Sequence[tuple[str, list[Card]]], spoken: Sequence[Card]) -> PaperTable:
    """Domains against words; never added up to a score."""
    words = list(counts(spoken))
    across = columns(" | ".join(("领域 2.0", *(f"{word} 1.0 #" for word in words), "指标数 1.0 #")))
    rows = tuple(
        (name, *(str(counts(members).get(word, 0)) for word in words), str(len(members))) for name, members in domains
    )
    return PaperTable("各领域指标评价情况", across, rows, note="单位：项。各项指标不加总成分数，不作排名。")


def attention(material: Material, section: Section) -> list[Block]:
    """Exceptions by the question they raise, each indicator once; then 数据待核 by the reason."""
    blocks: list[Block] = []
    for group in groups(material.arranged(material.spoken)):
        total = len(group.items) + group.elsewhere
        blocks.append(Heading(f"{group.title}（{total}项）", 2))
        for at, item in enumerate(group.items, 1):
            card = item.card
            said = "；".join(filter(None, (item.sentence, material.why(card), card.so_far, material.said(card))))
            blocks.append(Paragraph(f"{at}．{card.indicator.name}：{said}。责任部门：{card.departments}。"))
        if group.elsewhere:
            blocks.append(Paragraph(f"另有{group.elsewhere}项已列在上面。"))
    listed = {item.card.indicator.id for group in groups(material.spoken) for item in group.items}
    if left_out := len(listed & set(material.spec.omitted)):
        blocks.append(Paragraph(f"另有{left_out}项本期从略，见附表。"))
    doubtful: dict[str, list[str]] = {}
    for card in material.spoken:
        if card.verdict.word == "数据待核":
            doubtful.setdefault(card.verdict.reason, []).append(card.indicator.name)
    blocks += [Paragraph(f"{note}。") for note in (untold(material.spoken), material.bridge) if note]
    if doubtful:
        blocks.append(Heading("数据待核", 2))
        blocks += [
            Paragraph(f"{reason}。涉及{len(names)}项：{'、'.join(names)}。") for reason, names in doubtful.items()
        ]
    return blocks


def _sentence(material: Material, card: Card) -> str:
    """The indicator in official words, then what its departments say of it."""
    said = material.said(card)
    return sentences.of_indicator(card) + (f"{said}。" if said else "")


def changes(material: Material, section: Section) -> list[Block]:
    """Problems that are new against the period before, and resolved, in one paragraph that names the indicators."""
    period = material.period
    ends = period.last_month if period.grain == "ytd" else period.first_month
    before = period.months.containing(period.grain, ends - 1)
    whole = material.inputs.catalog.indicators
    earlier = [card_of(material.inputs, whole[one.indicator.id], before, one.points) for one in material.spoken]
    if all(card.judged.reading is None for card in earlier):
        return [Paragraph(f"上期（{before.label}）没有数据，不作比较。")]
    found, parts = problem_changes(earlier, material.spoken), list[str]()
    for appeared, words in ((True, "新增"), (False, "消除")):
        said = [f"{one.indicator.name}（{one.problem}，{one.text}）" for one in found if one.appeared == appeared]
        parts.append(f"{words}问题{len(said)}项：{'、'.join(said)}" if said else f"没有{words}的问题")
    return [Paragraph(f"与{before.label}相比，{'；'.join(parts)}。")]


def domains(material: Material, section: Section) -> list[Block]:
    """Every indicator in an official sentence, under its domain."""
    blocks: list[Block] = []
    for name, members in material.by_domain(material.cards_of(section)):
        blocks.append(Heading(name, 2))
        blocks += [Paragraph(_sentence(material, card)) for card in members]
    return blocks or [_none(material)]


def table(material: Material, section: Section) -> list[Block]:
    """Every indicator on a line, a table for each domain, or one for a few. Numerators and denominators stand in the annexes.

    Another court is not told who answers in this one, and reads value beside target.
    """
    monthly, outside = material.spec.grain == "month", material.template.outside
    variation = " | 真变化 1.1" if monthly else ""
    own = "" if outside else f" | 差距 1.6{variation} | 责任部门 1.9"
    across = columns(f"指标 2.6 | 数值 1.3 # | 目标 1.7 | 评价 1.1{own}")
    blocks: list[Block] = []
    chosen = material.cards_of(section)
    for name, members in [("主要", chosen)] if 0 < len(chosen) <= _FEW else material.by_domain(chosen):
        rows = tuple(_row(card, monthly)[: len(across)] for card in members)
        blocks.append(PaperTable(f"{name}指标（{material.period.label}）", across, rows))
    return blocks or [_none(material)]


def _row(card: Card, monthly: bool) -> tuple[str, ...]:
    variation = card.control.variation if card.control is not None else None
    return (
        f"{card.indicator.name}（{card.period}）" if card.so_far else card.indicator.name,
        card.value,
        card.target,
        card.verdict.word,
        "；".join(filter(None, (card.gap, card.so_far))) or "—",
        *((variation or "—",) if monthly else ()),
        card.departments,
    )


def figures(material: Material, section: Section) -> list[Block]:
    """A trend of each indicator that has one; those without data are named. `compose` numbers them."""
    blocks: list[Block] = []
    empty: list[str] = []
    for name, members in material.by_domain(material.cards_of(section)):
        drawn = [block for card in members if (block := figure_of(material, card)) is not None]
        empty += [card.indicator.name for card in members if not card.points]
        if drawn:
            blocks += [Heading(name, 2), *drawn]
    if empty:
        blocks.append(Paragraph(f"以下{len(empty)}项没有可画的数据：{'、'.join(empty)}。"))
    return blocks or [_none(material)]


def figure_of(material: Material, card: Card) -> Figure | None:
    """The card's trend with its official sentence; None without any period. `compose` numbers it."""
    if not card.points:
        return None
    drawn = trend_of(material.version, material.inputs, card)
    return Figure(0, material.line(card), drawn, _sentence(material, card))


def _none(material: Material) -> Paragraph:
    return Paragraph(f"{material.period.label}，没有属于本节范围的指标。")
