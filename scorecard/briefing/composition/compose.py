"""The paper from its material: its sections in the template's order, numbered, with every word and digit final.

Numbers come only from the cards, sentences and tallies that the pages show. The same version, request and manifest give
the same paper.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from scorecard.assessment.cards import Card
from scorecard.briefing.composition import (
    digest,
    indicators,
    leader,
    registers,
    report,
    requirements,
    session,
    slides,
    work,
)
from scorecard.briefing.paper.material import Material, spoken_of
from scorecard.briefing.paper.model import (
    Beside,
    Block,
    ExportManifest,
    Figure,
    FigurePair,
    Heading,
    Paper,
    PaperTable,
    Paragraph,
)
from scorecard.briefing.paper.numbers import require_own_numbers
from scorecard.briefing.paper.request import issue_text
from scorecard.calendar.period import day_text
from scorecard.catalog.briefing_templates import Section, SectionKind, filled
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.errors import ScorecardError
from scorecard.narrative.attention import groups
from scorecard.narrative.glossary import entry
from scorecard.narrative.provenance import SAMPLE, SCOPES
from scorecard.storage.file_names import safe

_SECTIONS: Mapping[SectionKind, tuple[str, Callable[[Material, Section], list[Block]]]] = {
    "lead": ("", leader.lead),
    "asked": ("需要过问的{asked}项", leader.attention),
    "pictures": ("", leader.pictures),
    "done": ("落实情况", leader.done),
    "requests": ("请决定", leader.requests),
    "moved": ("明显变化的指标", report.moved),
    "paragraphs": ("分领域情况", report.domains),
    "overdue": ("需要督办的事项", report.overdue),
    "next": ("下步工作", report.upcoming),
    "annexes": ("附件", report.annexes),
    "summary": ("总体情况", indicators.summary),
    "attention": ("需要关注的情况", indicators.attention),
    "changes": ("比上期的变化", indicators.changes),
    "domains": ("指标情况", indicators.domains),
    "table": ("指标一览", indicators.table),
    "figures": ("走势图", indicators.figures),
    "measures": ("配套措施落实情况", work.measures),
    "requirements": ("工作要求落实情况", requirements.requirements),
    "plan_rows": ("措施落实中的登记与清单", requirements.plan_rows),
    "worklists": ("台账与预警", work.worklists),
    "prompts": ("提示核查", work.prompts),
    "decisions": ("上次会商决定及进展", session.decisions),
    "agenda": ("会商事项", session.matters),
    "minutes": ("议定事项", session.minutes),
    "registers": ("登记情况", registers.registers),
    "adoptions": ("信息采用情况", registers.adopted),
    "assessment": ("指标和决定的落实", registers.assessment),
    "turned": ("指标变化", digest.turned),
    "waiting": ("要办的事", digest.waits),
}
_DIGITS = "〇一二三四五六七八九"


def compose(material: Material, manifest: ExportManifest, *, alone: bool = False) -> Paper:
    """The paper, its slides and its annexes; `alone` the paper by itself, for a look at it.

    Raises ScorecardError when nothing of what was chosen is left, Forbidden for case rows that are not the actor's.
    """
    annexes, order = material.annexes, material.spec
    if order.rows and any(one.has_rows for one in (material.template, *annexes)):
        material.actor.require("evidence", None if material.whose == ALL_DEPARTMENTS else material.whose)
    _require_exceptions(material)
    paper = _paper(material, manifest, stem(material, manifest.id))
    if alone and not order.headline:
        return paper
    own = (
        replace(material, template=annex, spoken=spoken_of(annex, order, tuple(material.every.values())))
        for annex in annexes
    )
    paper = replace(
        paper,
        slides=slides.slides(material) if material.template.ordered and material.spoken else (),
        annexes=tuple(
            replace(
                _paper(one, manifest, f"{paper.name}_附件{at}_{safe(one.template.name)}"),
                masthead="",
                issue=f"附件{at}",
            )
            for at, one in enumerate(own, 1)
        ),
    )
    require_own_numbers(order.headline, paper)
    return paper


def _paper(material: Material, manifest: ExportManifest, name: str) -> Paper:
    version, order, template = material.version, material.spec, material.template
    court = material.catalog.court
    sample = version.manifest.sample
    return Paper(
        name=name,
        masthead=template.masthead or court.briefing.masthead,
        issue=issue_text(order),
        issuer=court.briefing.issuer or court.name,
        date=day_text(order.dated),
        audience=order.audience,
        title=(not template.annex and order.headline) or proposed_headline(material),
        subtitle=_scope(material),
        note=order.note,
        blocks=_blocks(material),
        lines=() if template.reader else tuple(material.line(card) for card in material.spoken),
        definitions=tuple(
            entry(card.indicator, material.catalog, material.inputs.today) for card in _defined(material)
        ),
        provenance=(
            f"{indicators.reached(material).removesuffix('。')}　版本 {version.id}",
            f"{court.name}{f'　{SAMPLE}' if sample else ''}{f'　导出编号{manifest.id}' if manifest.id else ''}",
        ),
        manifest=manifest,
        sample=sample,
        brief=template.brief or template.reader is not None,
        landscape=template.landscape,
        contents=template.contents,
        mark="内部资料" if template.has_rows and order.rows else "",
    )


def exceptions(material: Material) -> Mapping[str, str]:
    """What the paper says must be looked at, id -> name: what a writer may move or leave out. Without such a section nothing."""
    kinds = {section.kind for section in material.template.sections}
    cards = [one.card for one in leader.asked(material)] if "asked" in kinds else []
    if "attention" in kinds:
        cards += [item.card for group in groups(material.spoken) for item in group.items]
    return {card.indicator.id: card.indicator.name for card in cards}


def _require_exceptions(material: Material) -> None:
    """An indicator that is none of them cannot be left out of them: who asked for it would think that it was gone."""
    known, order = exceptions(material), material.spec
    for name in (*order.order, *order.omitted):
        if name not in known:
            found = f"“{material.catalog.indicators[name].name}”不在需要过问的指标里，没有次序可排，也没有可略去的"
            listed = "、".join(known.values()) or "本期这份简报一项也没有"
            raise ScorecardError("简报", found, f"需要过问的指标：{listed}", "请去掉它，或改选指标")


def proposed_headline(material: Material) -> str:
    """The headline where the writer gives none: a judgement where the template asks for one, otherwise the template's title."""
    template = material.template
    return leader.proposed_headline(material) if template.headline else filled(template.title, material.places)


def _scope(material: Material) -> str:
    """Whose cases the numbers are of. A department's sheet has the whole court's, as it answers for them."""
    scope = SCOPES[material.spec.scope]
    if material.whose != material.inputs.department:
        return f"指标为{material.catalog.words.whole}数值　{scope}"
    return f"{material.places['department']}　{scope}"


def _defined(material: Material) -> tuple[Card, ...]:
    """The indicators whose 口径 stands in the annex."""
    sections = [section for section in material.template.sections if section.kind == "definitions"]
    return material.cards_of(sections[0]) if sections else ()


def _blocks(material: Material) -> tuple[Block, ...]:
    """The sections, one after the other, with headings, tables and figures numbered through."""
    order = material.spec
    if not material.spoken and (order.indicators or order.domains):
        raise ScorecardError("简报", "所选领域和指标没有交集，一项指标也没有", "至少一项指标", "请放宽领域，或改选指标")
    blocks: list[Block] = []
    for section in material.template.sections:
        if section.kind == "definitions":  # they stand in the annex of every format
            blocks += [Paragraph(section.lead)] if section.lead else []
            continue
        usual, write = _SECTIONS[section.kind]
        written = write(material, section)
        if not written:
            continue
        heading, (first, *rest) = section.heading or usual, written
        if "{asked}" in heading:
            heading = heading.format(asked=len(leader.asked(material)))
        if heading and section.run_in and isinstance(first, Paragraph):
            first = replace(first, lead=heading, level=1)
        elif heading:
            blocks.append(Heading(heading))
        if section.lead:
            blocks.append(Paragraph(section.lead))
        blocks += [first, *rest]
    return tuple(_numbered(blocks))


def _numbered(blocks: Iterable[Block]) -> Iterable[Block]:
    """一、 and （一） before headings, the second kind anew under each first; 表1, and figures from 1."""
    first = second = tables = drawn = 0
    for block in blocks:
        match block:
            case Heading(level=1) | Paragraph(level=1):
                first, second = first + 1, 0
                yield _marked(block, f"{numeral(first)}、")
            case Heading(level=2) | Paragraph(level=2):
                second += 1
                yield _marked(block, f"（{numeral(second)}）")
            case PaperTable(title) if title:
                tables += 1
                yield replace(block, title=f"表{tables}　{title}")
            case Figure():
                drawn += 1
                yield replace(block, number=drawn)
            case FigurePair(figures):
                yield FigurePair(tuple(replace(figure, number=drawn + at) for at, figure in enumerate(figures, 1)))
                drawn += len(figures)
            case Beside(texts, figure):
                drawn += 1
                yield Beside(texts, replace(figure, number=drawn))
            case _:
                yield block


def _marked(block: Heading | Paragraph, mark: str) -> Block:
    if isinstance(block, Heading):
        return replace(block, text=f"{mark}{block.text}")
    return replace(block, lead=f"{mark}{block.lead}。")


def numeral(number: int) -> str:
    """1 to 999 as a paper counts: 一, 十, 十二, 二十, 一百〇三."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    if hundreds:
        tail = "" if not rest else f"{_DIGITS[tens]}十" if tens else "〇"
        return f"{_DIGITS[hundreds]}百{tail}{_DIGITS[ones] if ones else ''}"
    return (
        f"{'' if not tens else '十' if tens == 1 else f'{_DIGITS[tens]}十'}{_DIGITS[ones] if ones or not tens else ''}"
    )


def stem(material: Material, export: str) -> str:
    """The name of its files, without an ending: "领导小组月报_2026年1—10月_第10期_20261109093000-7f3a1b".

    The number of the export is in it, so that no two papers overwrite each other.
    """
    order = material.spec
    parts: Sequence[str] = (
        material.template.name,
        material.places["department"] if order.department != ALL_DEPARTMENTS else "",
        SCOPES[order.scope] if order.scope != "all" else "",
        material.period.label,
        issue_text(order),
        export,
    )
    return "_".join(safe(part) for part in parts if part)
