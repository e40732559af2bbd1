"""A briefing built from the published sample, which the tests of every format write and read back.

Its content comes from cards, sentences and trends of the version; only hostile names are added by hand.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from scorecard.assessment import cards
from scorecard.assessment.cards import Card, CardInputs
from scorecard.briefing.composition.compose import compose
from scorecard.briefing.export import export_records
from scorecard.briefing.paper.material import gather
from scorecard.briefing.paper.model import (
    Beside,
    ExportManifest,
    ExportSource,
    Figure,
    FigurePair,
    Heading,
    IndicatorLine,
    Paper,
    PaperColumn,
    PaperTable,
    Paragraph,
    Slide,
)
from scorecard.briefing.paper.request import BriefingRequest, resolve
from scorecard.calendar import period
from scorecard.calendar.period import Period
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.charts.trend_of_card import trend_of
from scorecard.narrative import glossary, sentences
from scorecard.narrative.control_words import variation_sentence
from scorecard.narrative.paragraphs import domain_paragraph
from scorecard.narrative.provenance import as_of_text
from scorecard.records.targets import effective
from scorecard.storage.data_dir import DataDir
from scorecard.store import open_version
from scorecard.store.open_version import Version
from tests.support.actors import OFFICER

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
PERIOD = "2026-10"
MADE_AT = "2026-11-09T09:30:00+08:00"
MADE_BY = "李四（审管办）"

CHOSEN = (
    "pre_mediation_success_rate",  # 达标, a lower bound
    "small_claims_rate",  # 达标, inside a range
    "urgent_preservation_48h_rate",  # 未达标, by less than a percentage point
    "first_enforcement_mean_days",  # days, an upper bound
    "sales_contract_total_days",  # a sum of stage means
    "arrears_recovered_amount",  # 万元, no target
    "credit_repair_firm_count",  # a count
    "bankruptcy_pending_over_2y_count",  # 未达标, a stock
    "pre_mediation_overdue_rate",  # under observation: the last settled period, and beside it what this one says
    "investor_case_median_days",  # 样本不足: a count only
    "online_filing_rate",  # 数据待核
)
DOUBTED = {"online_filing_rate": ("收结存不平：期初 120 + 收 35 - 结 30 不等于期末 119",)}
DRAWN = ("pre_mediation_success_rate", "small_claims_rate", "creditor_recovery_rate")

HOSTILE = (
    "<img src=x onerror=1>",
    "=1+1",
    "@SUM(A1)",
    "+1+cmd|'/C calc'!A0",
    "-2+3",
    "![](http://x/y)",
    "</script><script>alert(1)</script>",
    "<a href='http://x/y'>点此</a>",
    "{{ 7*7 }}&amp;<b>粗</b>",
    "]]>",
)


def paper(sample: DataDir, catalog: Catalog) -> Paper:
    """The paper of January to October 2026, with figures, a table of all indicators, and the hostile names."""
    version = open_version.open_published(sample)
    chosen = period.parse("ytd", PERIOD)
    assert chosen is not None
    whole = open_version.card_inputs(version, "ytd", ALL_DEPARTMENTS, "all", open_version.judged_on(version))
    whole = replace(whole, doubts={**whole.doubts, **DOUBTED})
    every = cards.cards(whole, chosen)
    by_id = {card.indicator.id: card for card in every}
    spoken = [by_id[name] for name in (*CHOSEN, "creditor_recovery_rate")]
    lines = [line(version, whole, card, chosen) for card in spoken]
    drawn = [_figure(number, version, whole, by_id[name], chosen) for number, name in enumerate(DRAWN, start=1)]
    payload = replace(lines[0], id="hostile", name=HOSTILE[0], basis=HOSTILE[1], measures=HOSTILE[5])
    entries = tuple(glossary.entry(card.indicator, catalog) for card in spoken)
    about = manifest(version, [card.indicator.id for card in spoken])
    made = Paper(
        name=f"营商环境工作简报_{chosen.label}_截至20261031_v{version.id[:4]}",
        masthead="营商环境工作简报",
        issue="第10期",
        issuer="优化营商环境领导小组办公室",
        date="2026年11月9日",
        audience="领导小组",
        title=f"{chosen.label}法治化营商环境指标运行情况",
        subtitle="全院　全部案件",
        note=f"本期反映{chosen.label}指标运行情况，供会商参考。{HOSTILE[6]}",
        blocks=(
            Heading("一、总体情况"),
            Paragraph(domain_paragraph("三大领域", every, chosen)),
            Heading("二、主要指标"),
            Heading("（一）诉前调解", 2),
            *(Paragraph(sentences.of_indicator(card)) for card in spoken[:4]),
            drawn[0],
            Heading("（二）适用程序", 2),
            *(Paragraph(sentences.of_indicator(card)) for card in spoken[4:]),
            *drawn[1:],
            Heading("三、指标一览"),
            _table(every),
            Heading(f"四、名称如实照录{HOSTILE[7]}"),
            _hostile(lines[0], HOSTILE),
            *(Paragraph(text) for text in HOSTILE),
        ),
        lines=(*lines, payload),
        definitions=entries,
        provenance=(
            f"数据版本 {version.id}　数据截至 2026年10月31日",
            f"{catalog.court.name}　示例数据，由程序生成，不是真实案件　导出编号{about.id}",
        ),
        manifest=about,
        sample=version.manifest.sample,
        slides=(
            Slide(f"{chosen.label}，指标总体平稳", (), notes=(HOSTILE[2],)),
            *(_slide(figure) for figure in drawn),
            Slide("名称如实照录7项", _hostile(lines[0], HOSTILE[:7]), "附录", (HOSTILE[1],)),
            Slide(HOSTILE[7], HOSTILE[3:]),
        ),
    )
    version.connection.close()
    return made


def _slide(figure: Figure) -> Slide:
    line = figure.line
    return Slide(
        f"{line.name}{line.value}，{line.gap}", figure, line.domain, (figure.sentence, *figure.trend.provenance)
    )


def _hostile(line: IndicatorLine, texts: Sequence[str]) -> PaperTable:
    columns = (PaperColumn("名称", 2), PaperColumn("数值", 1, number=True), PaperColumn("结论", 1))
    rows = tuple((text, line.value, line.word) for text in texts)
    return PaperTable("表2　名称如实照录", columns, rows, note=f"注：{HOSTILE[8]}")


def laid_out(made: Paper) -> Paper:
    """The paper with what only HTML and Word set: a pair of figures, a figure beside a text, small trends in cells."""
    first, *others = made.figures
    at = made.blocks.index(others[0])
    trends = PaperTable(
        "表3　走势",
        (PaperColumn("指标", 2), PaperColumn("走势", drawn=True), PaperColumn("数值（分子/分母）", 1, number=True)),
        tuple((one.line.name, "升至目标以上", f"{one.line.value}（{one.line.halves}）") for one in made.figures),
        drawings=(first.trend, others[0].trend, None),
    )
    beside = Beside((Paragraph(first.sentence, "三、当月。"),), replace(first, number=4))
    return replace(made, blocks=(*made.blocks[:at], FigurePair(tuple(others)), beside, *made.blocks[at + 2 :], trends))


def composed(sample: DataDir, template: str) -> Paper:
    """The paper of a shipped template, as the page and the command line make it."""
    version = open_version.open_published(sample)
    whose = "civil" if version.catalog.briefings[template].department == "asked" else ""
    order = resolve(
        version,
        BriefingRequest(template, PERIOD, department=whose, issue="10"),
        OFFICER,
        datetime.fromisoformat(MADE_AT),
    )
    made = compose(gather(version, order, OFFICER), export_records.describe(sample, version, order, CHOSEN, "1"))
    version.connection.close()
    return made


def line(version: Version, whole: CardInputs, card: Card, read: Period) -> IndicatorLine:
    """An indicator as the paper has it, from its card alone: of the period that the card reads, and `read` beside it."""
    chosen, at = card.indicator, {point.period: point for point in card.points}
    settled = card.judged.period
    point = at[settled]
    reading = next(value for value in whole.series[chosen.id] if value.period == settled)
    target = effective(version.targets, chosen.id, settled)
    return IndicatorLine(
        id=chosen.id,
        name=chosen.name,
        domain=version.catalog.domains[chosen.domain].name,
        measures="；".join(glossary.serves(measure, version.catalog) for measure in chosen.measures),
        departments=card.departments,
        period=card.period,
        value=card.value,
        unit=chosen.unit,
        word=card.verdict.word,
        reason=card.verdict.reason,
        target=card.target,
        basis=f"{target.basis}　{target.document}".strip() if target else "",
        gap=card.gap,
        changes=tuple(change.text for change in card.changes),
        variation=variation_sentence(card.control) if card.control and card.control.variation else "",
        halves=card.halves,
        as_of=as_of_text(card, version.catalog, version.as_of),
        exact=point.exact if card.unit else None,
        numerator=reading.numerator,
        denominator=reading.denominator,
        base=reading.base,
        lower=point.bounds.lower if point.bounds else None,
        upper=point.bounds.upper if point.bounds else None,
        so_far="" if settled == read else f"{read.label}暂为{at[read].text}，观察期未满",
    )


def manifest(version: Version, indicators: Sequence[str]) -> ExportManifest:
    """The manifest of an export of these indicators."""
    definitions = {
        file.relative_to(SEEDS).as_posix(): sha256(file.read_bytes()).hexdigest()
        for file in sorted(SEEDS.glob("indicators/*/*.toml"))
        if file.stem in indicators
    }
    return ExportManifest(
        id="20261109-093000-7f3a",
        made_at=MADE_AT,
        made_by=MADE_BY,
        version=version.id,
        published_at="2026-11-08T17:02:11+08:00",
        sample=version.manifest.sample,
        order={"template": "monthly", "period": PERIOD, "grain": "ytd", "indicators": list(indicators)},
        sources=tuple(
            ExportSource(batch["table"], batch["name"], batch["source_sha256"], batch["as_of"], batch["rows"])
            for batch in version.manifest.batches
        ),
        definitions=definitions,
        program=sha256(b"program").hexdigest()[:16],
        audit=version.manifest.audit,
    )


def _figure(number: int, version: Version, whole: CardInputs, card: Card, chosen: Period) -> Figure:
    drawn = trend_of(version, whole, card)
    return Figure(number, line(version, whole, card, chosen), drawn, sentences.of_indicator(card))


def _table(every: Sequence[Card]) -> PaperTable:
    """All indicators, a row each: 60 rows, which no page holds."""
    columns = (
        PaperColumn("序号", 0.5, number=True),
        PaperColumn("指标", 2.2),
        PaperColumn("数值", 1.1, number=True),
        PaperColumn("目标", 1.4),
        PaperColumn("差距", 1.7),
        PaperColumn("结论", 1.2),
        PaperColumn("责任部门", 1.7),
    )
    rows = tuple(
        (str(number), card.indicator.name, card.value, card.target, card.gap, card.verdict.word, card.departments)
        for number, card in enumerate(every, start=1)
    )
    return PaperTable("表1　指标一览", columns, rows, note="注：差距为数值与目标最近一端之差。")
