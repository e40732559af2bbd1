"""The two sections of a digest: what turned bad and good, and what its reader has to do.

They fill a page; of the paper, in its large type, two where every list is full. What a session decided is free text: a
digest counts decisions and names none. No case, and nobody by name, stands in it.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from scorecard.assessment.standings import counted, standing
from scorecard.briefing.composition.indicators import changes, reached
from scorecard.briefing.paper.material import DigestFacts, Material
from scorecard.briefing.paper.model import Block, PaperTable, Paragraph, columns
from scorecard.calendar.period import day_text
from scorecard.catalog.briefing_templates import Section
from scorecard.errors import ScorecardError
from scorecard.narrative.changes import NotedChange
from scorecard.narrative.plain_verdict import asks, plain_verdict
from scorecard.plan.due_items import DueItem
from scorecard.plan.waiting import Waiting

_MOST, _FEW = 6, 3  # lines of a list, names in a line
_FREE = ("meeting",)  # pages whose things are named in words that somebody typed


def turned(material: Material, section: Section) -> list[Block]:
    """How the indicators stand, what turned since the digest before (or the period before), what must be asked about."""
    facts, spoken = _given(material), material.spoken
    blocks: list[Block] = [
        Paragraph(f"{material.period.label}，反映{len(counted(spoken))}项指标：{standing(spoken)}。{reached(material)}")
    ]
    if facts.since is None:
        blocks += changes(material, section)
    else:
        named = {card.indicator.id for card in spoken}
        own = [one for one in facts.changes if one.indicator in named]
        bad = [one for one in own if one.kind.startswith("新增：")]
        good = [
            one
            for one in own
            if one.kind.startswith("消除：") or (one.kind == "信号出现" and one.text.endswith("真实改善"))
        ]
        rest = len(own) - len(bad) - len(good)
        day = day_text(facts.since)
        blocks += [_turned(material, f"{title}的指标（{len(ones)}项，与{day}的提要相比）", ones)
                   for title, ones in (("变差", bad), ("变好", good)) if ones]  # fmt: skip
        unturned = "" if bad or good else "没有变差或变好的指标"
        more = f"另有修订等{rest}处，见总览" if rest else ""
        if said := "；".join(filter(None, (unturned, more))):
            blocks.append(Paragraph(f"与{day}的提要相比，{said}。"))
    asked = [
        f"{card.indicator.name}（{card.period if card.asked else ''}{card.value}，{plain_verdict(card).text}）"
        for card in spoken
        if asks(card)
    ]
    return [*blocks, Paragraph(f"要过问的{len(asked)}项：{_listed(asked, _MOST)}。")] if asked else blocks


def _turned(material: Material, title: str, ones: Sequence[NotedChange]) -> PaperTable:
    indicators, shown = material.catalog.indicators, ones[:_MOST]
    return PaperTable(
        title,
        columns("指标 2.4 | 变化 1.3 | 现在 3.2"),
        tuple((one.name, one.kind.replace("：", ""), one.text) for one in shown),
        f"另有{len(ones) - _MOST}项，见总览。" if len(ones) > _MOST else "",
        tuple(f"{indicators[one.indicator].domain}?{urlencode({'indicator': one.indicator})}" for one in shown),
    )


def waits(material: Material, section: Section) -> list[Block]:
    """What the reader owes or has to decide, as the first page has it; then what is due next."""
    facts = _given(material)
    blocks: list[Block] = []
    if facts.waiting:
        rows = tuple((one.name, _parts(one)) for one in facts.waiting)
        links = tuple(f"{one.page or './'}?{urlencode(one.query)}".removesuffix("?") for one in facts.waiting)
        blocks.append(PaperTable("待办", columns("事项 1.6 | 情况 5.2"), rows, links=links))
    if facts.due:
        shown = facts.due[:_MOST]
        more = f"另有{len(facts.due) - _MOST}项，见“联络员”页。" if len(facts.due) > _MOST else ""
        rows = tuple(
            (_due(item), day_text(item.by) if item.by else "", item.standing(material.inputs.today)) for item in shown
        )
        links = tuple(f"{item.things[0][1]}?{urlencode(item.things[0][2])}".removesuffix("?") for item in shown)
        blocks.append(PaperTable("将到期", columns("事项 4.2 | 期限 1.5 | 还有 1.1"), rows, more, links))
    blocks += [Paragraph(f"自检：{_listed(facts.findings, _MOST)}。")] if facts.findings else []
    return blocks or [Paragraph("没有待办的事，近期也没有到期的。")]


def _parts(one: Waiting) -> str:
    told = "，".join(text for text, _ in one.parts)
    return f"{told}：{_listed(one.things, _FEW)}" if one.things and one.page not in _FREE else told


def _due(item: DueItem) -> str:
    names = [name for name, page, _ in item.things if page not in _FREE]
    return f"{item.what}：{_listed(names, _FEW)}" if names else item.what


def _listed(names: Sequence[str], most: int) -> str:
    """The first of the names, and how many there are beside them."""
    return "、".join(names[:most]) + (f" 等{len(names)}项" if len(names) > most else "")


def _given(material: Material) -> DigestFacts:
    if material.digest is None:
        remedy = "运行 python -m etl digest，或打开“管理 → 提要”页"
        raise ScorecardError("简报", "提要不能单独生成", "由系统按日期和发布写成的提要", remedy)
    return material.digest
