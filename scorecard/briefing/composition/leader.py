"""What a leader reads on one page: how things stand, what must be asked about, two trends, what was decided, what to decide.

The same order of importance serves the monthly paper and the slides: `asked`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scorecard.assessment.cards import Card
from scorecard.assessment.data_quality import aside_note
from scorecard.assessment.standings import counted, counts
from scorecard.assessment.verdict import VerdictWord
from scorecard.briefing.composition.session import open_decisions
from scorecard.briefing.composition.work import overdue_lists
from scorecard.briefing.paper.material import Material
from scorecard.briefing.paper.model import Block, Figure, FigurePair, PaperTable, Paragraph, columns
from scorecard.catalog.briefing_templates import Section
from scorecard.charts.trend_of_card import trend_of
from scorecard.narrative import paragraphs
from scorecard.narrative.attention import untold
from scorecard.narrative.plain_verdict import asks
from scorecard.narrative.provenance import SAMPLE
from scorecard.narrative.shortfall import missed_since, shortfall
from scorecard.narrative.trend import Trend

# Why the others were not judged.
_WHY: dict[VerdictWord, str] = {
    "仅监测": "未设目标",
    "观察期未满": "观察期未满",
    "在途": "报告期未结束",
    "样本不足": "基数小",
    "无数据": "没有数据",
    "数据待核": "数据待核",
    "不区分涉企": "不区分涉企、不计在内",
}
MOST = 6  # rows of a leader's table; what is more stands in the annex
_PICTURES, _REQUESTS, _NAMED = 2, 3, 3


@dataclass(frozen=True)
class Asked:
    """An indicator that must be asked about, by the card that says so: the paper's own, or that of its last month."""

    card: Card
    month: bool = False

    @property
    def name(self) -> str:
        """With its period where that is not the paper's: the last month, or the last one whose cohort is through."""
        own = f"（{self.card.period.partition('年')[2]}）" if self.month or self.card.so_far else ""
        return f"{self.card.indicator.name}{own}"

    @property
    def target(self) -> str:
        """Without its basis, which a page has no room for; one that is not confirmed is marked."""
        bare = self.card.target.partition("（")[0]
        return f"{bare}*" if self.card.judged.tentative else bare


def asked(material: Material) -> tuple[Asked, ...]:
    """What must be asked about, the most pressing first: missed and worsening, missed, worsening, never met as it runs now.

    Inside each of them the plan's order stands. A cumulative paper has the last month's own signals too; each indicator once.
    """
    found: list[Asked] = []
    for card in material.spoken:
        month = material.month_of(card)
        if asks(card):
            found.append(Asked(card))
        elif month is not None and asks(month):
            found.append(Asked(month, month=True))
    return tuple(sorted(found, key=_pressing))


def _pressing(one: Asked) -> int:
    """A cumulative miss that its last month does not share is less pressing: one late case of April stands in every total since."""
    card, chart = one.card, one.card.control
    worsens = chart is not None and chart.variation == "需要关注"
    if card.verdict.word != "未达标":
        return 3 if worsens else 4
    over = card.month is not None and card.month.verdict.word == "达标"
    return 0 if worsens else 2 if over else 1


def arranged(material: Material) -> tuple[Asked, ...]:
    """The same as the writer wants them: in the order's own sequence, without those omitted."""
    by_id = {one.card.indicator.id: one for one in asked(material)}
    return tuple(by_id[card.indicator.id] for card in material.arranged([one.card for one in by_id.values()]))


def trend_in(material: Material, one: Asked) -> Trend:
    """Its trend, by the months or by the paper's own periods."""
    return trend_of(material.version, material.month_inputs() if one.month else material.inputs, one.card)


def months_of(material: Material, chosen: Sequence[Card]) -> list[Card]:
    """The last month's own cards of these, where the paper counts by more than a month."""
    return [month for card in chosen if (month := material.month_of(card)) is not None]


def lead(material: Material, section: Section) -> list[Block]:
    """What could be judged and how it stands, and the month's own signals; then the domains side by side.

    A paper for another court has its few indicators in a table of its own, so that neither counts nor reasons are repeated.
    """
    domains, note = material.by_domain(material.spoken), _unjudged(material)
    text = Paragraph(paragraphs.lead(domains, months_of(material, material.spoken), material.period))
    if len(domains) < 2 or material.template.outside:
        return [text, *([Paragraph(note)] if note else [])]
    names = columns(" | ".join(f"{name} 1.0" for name, _ in domains))
    return [text, PaperTable("", names, (tuple(_standing(members) for _, members in domains),), note)]


def _unjudged(material: Material) -> str:
    """What a reader must know before using a number: why the rest was not judged, doubtful data by name, rows set aside, sample data."""
    inside, parts = not material.template.outside, list[str]()
    for word, said in _WHY.items():
        names = [card.indicator.name for card in material.spoken if card.verdict.word == word]
        named = f"（{'、'.join(names)}）" if word == "数据待核" else ""
        parts += [f"{said}{len(names)}项{named}"] if names and (inside or named) else []
    earlier = sum(bool(card.so_far) for card in material.spoken)
    settled = f"另有{earlier}项本期观察期未满，按最近一个期满的报告期反映和评价" if earlier else ""
    tables = [name for card in material.spoken for name in card.indicator.formula.tables]
    aside = aside_note(material.catalog, tables, material.version.tables).replace("本页", "本期")
    sample = f"{SAMPLE}，不得作为工作情况引用" if inside and material.version.manifest.sample else ""
    unsure = material.unconfirmed
    unsure_text = f"{len(unsure)}项的目标尚待确认，不对照目标评价：{'、'.join(unsure)}" if unsure else ""
    between = "" if material.template.brief or not inside else material.bridge
    told = (f"不作评价的：{'、'.join(parts)}" if parts else "", settled, unsure_text, between, aside, sample)
    return "".join(f"{text}。" for text in told if text)


def proposed_headline(material: Material) -> str:
    """The judgement a writer may change, made from the same facts."""
    return paragraphs.headline(
        material.by_domain(material.spoken), months_of(material, material.spoken), material.period
    )


def _standing(members: Sequence[Card]) -> str:
    """ "达标8　未达标2　不作评价28": never added up to a score."""
    numbers = counts(members)
    judged = [f"{word}{numbers[word]}" for word in ("达标", "未达标") if word in numbers]
    rest = len(counted(members)) - sum(numbers.get(word, 0) for word in ("达标", "未达标"))
    return "　".join((*judged, *([f"不作评价{rest}"] if rest else [])))


def attention(material: Material, section: Section) -> list[Block]:
    """A line for each of what must be asked about: value and halves, target, what is missing, who answers, the trend.

    A paper that is not `brief` has them all, with the last month's value beside the one to date.
    """
    listed, brief = arranged(material), material.template.brief
    omitted = len(asked(material)) - len(listed)
    left_out = f"另有{omitted}项本期从略，见附件。" if omitted else ""
    if not listed:
        return [Paragraph(left_out or f"{untold(material.spoken)}。")]
    shown = listed[:MOST] if brief else listed
    both = not brief and any(material.month_of(one.card) for one in shown)
    rows = tuple(
        (
            one.name,
            value_of(one.card),
            *([_month_value(material, one)] if both else []),
            one.target,
            wrong(one.card, brief=True) if brief else _explained(material, one.card),
            one.card.departments,
            "",
        )
        for one in shown
    )
    month = " | 当月 1.2 #" if both else ""
    across = columns(f"指标 2.3 | 数值 2.0 #{month} | 目标 1.3 # | 差在哪里 3.1 | 责任部门 1.5 | 走势 1.6 ~")
    rest = listed[len(shown) :]
    named = f"（{'、'.join(one.card.indicator.name for one in rest)}）" if len(rest) <= _NAMED else ""
    more = f"另有{len(rest)}项{named}，见附件。" if rest else ""
    note = more + left_out + ("*目标待领导小组确认。" if any(one.target.endswith("*") for one in shown) else "")
    return [PaperTable("", across, rows, note, drawings=tuple(trend_in(material, one) for one in shown))]


def _explained(material: Material, card: Card) -> str:
    """What is missing, what explains most of it, and what the departments say."""
    return "；".join(filter(None, (wrong(card), material.why(card), material.said(card))))


def _month_value(material: Material, one: Asked) -> str:
    month = None if one.month else material.month_of(one.card)
    return month.value if month is not None and not month.so_far else "—"


def value_of(card: Card) -> str:
    """ "97.67%（168/172）": a share with its halves."""
    halves = card.halves.replace(" ", "") if card.indicator.formula.share and card.unit else ""
    return f"{card.value}（{halves}）" if halves else card.value


def wrong(card: Card, *, brief: bool = False) -> str:
    """What is missing, in cases where that is clearer, and since when; where single months made the miss, those say both.

    `brief` leaves out which months of a long miss were not judged.
    """
    since = missed_since(card)
    if "其余" in since:
        return since
    return "；".join(filter(None, (shortfall(card), since.partition("（其间")[0] if brief else since)))


def pictures(material: Material, section: Section) -> list[Block]:
    """Trends two by two: of the first two that must be asked about, or of the section's own indicators."""
    chosen = arranged(material) if section.which == "all" else [Asked(card) for card in material.cards_of(section)]
    drawn = [one for one in chosen if one.card.points]
    drawn = drawn[:_PICTURES] if section.which == "all" else drawn
    figures = [Figure(0, material.line(one.card), trend_in(material, one), wrong(one.card)) for one in drawn]
    return [FigurePair(tuple(figures[at : at + 2])) for at in range(0, len(figures), 2)]


def done(material: Material, section: Section) -> list[Block]:
    """What became of what sessions decided; lists past their term; reports owed."""
    owing = Counter(
        duty.department for line in material.measures() for duty in line.owing if material.answers(duty.department)
    )
    named = [f"{material.catalog.departments[department].name}{count}项" for department, count in owing.items()]
    said = [_first(open_decisions(material), "上次决定", "项") or "没有待落实的会商决定"]
    said.append(_first([f"{one.name}{number:,}件" for one, number in overdue_lists(material)], "超期台账", "张"))
    if owing:
        said.append(f"欠进展汇报{sum(owing.values())}项（{'、'.join(named)}）")
    return [Paragraph("；".join(filter(None, said)) + "。")]


def _first(things: Sequence[str], what: str, unit: str) -> str:
    """How many there are, and the first of them by name."""
    if not things:
        return ""
    return f"{what}{len(things)}{unit}：{'、'.join(things[:_NAMED])}{'等' if len(things) > _NAMED else ''}"


def requests(material: Material, section: Section) -> list[Block]:
    """What the reader is asked to decide, in one paragraph."""
    listed = [f"{at}．{text}" for at, text in enumerate(to_decide(material), 1)]
    return [Paragraph(f"{'；'.join(listed)}。" if listed else "本期没有需要决定的事项。")]


def to_decide(material: Material) -> tuple[str, ...]:
    """At most three: terms that ran out, targets to confirm, matters nobody decided on."""
    decided = {item.name for item in material.agenda() if item.history and item.last and item.last.status != "已办结"}
    said = [
        f"“{item.title}”已过期限{item.last.late(material.spec.dated)}天，是否展期或另定措施"
        for item in material.agenda()
        if item.last is not None and item.last.late(material.spec.dated) > 0
    ]
    for one in asked(material):
        card = one.card
        if one.target.endswith("*"):
            said.append(f"{card.indicator.name}的目标是否确认")
        elif card.indicator.id not in decided:
            what = "未达标" if card.verdict.word == "未达标" else "变差"
            said.append(f"{card.indicator.name}{what}的原因和整改期限，请{card.departments}说明")
    return tuple(said[:_REQUESTS])
