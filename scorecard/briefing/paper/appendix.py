"""The content of the annexes: the facts of each definition, how the indicators stand."""

from collections.abc import Sequence

from scorecard.assessment.verdict import WORDS
from scorecard.briefing.paper.model import IndicatorLine, PaperTable, columns
from scorecard.catalog.definitions import BibliographicSource
from scorecard.narrative.glossary import GlossaryEntry
from scorecard.narrative.provenance import untagged

_EXCEPTIONS = columns("指标 2.6 | 数值 1.3 | 目标 1.7 | 评价 1.1 | 差距或说明 2.6 | 责任部门 1.9")


def definition_facts(entry: GlossaryEntry) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What an indicator is and how it is computed, as the glossary has it, without worked examples and
    computed columns, whose lists of causes alone fill a page: (name, lines).
    """
    indicator = entry.indicator
    facts = (
        ("定义", (indicator.definition,)),
        ("不含", (indicator.exclusions,)),
        ("口径", entry.formula),
        ("口径沿革", entry.life),
        ("单位与方向", (f"{indicator.unit}，{entry.direction}",)),
        ("方案依据", (f"“{indicator.why}”",)),
        ("配套措施", ("；".join(entry.measures),)),
        ("责任部门", (entry.departments,)),
        ("制衡指标", (entry.counterweight,)),
        ("说明", (indicator.note,)),
        ("来源", tuple(_source(source) for source in entry.sources)),
    )
    return tuple((name, tuple(map(untagged, lines))) for name, lines in facts if any(lines))


def standing(lines: Sequence[IndicatorLine]) -> PaperTable:
    """How many indicators stand at each word, in each domain and in all; never added up to a score."""
    domains = tuple(dict.fromkeys(line.domain for line in lines))
    across = columns(" | ".join(("评价 1.2", *(f"{domain} 1.0 #" for domain in domains), "合计 1.0 #")))
    words = [word for word in WORDS if any(line.word == word for line in lines)]
    rows = [(word, [line.domain for line in lines if line.word == word]) for word in words]
    rows.append(("合计", [line.domain for line in lines]))
    counted = tuple((word, *(str(among.count(domain)) for domain in domains), str(len(among))) for word, among in rows)
    return PaperTable("各领域指标评价情况", across, counted, note="单位：项。各项指标不加总成分数，不作排名。")


def exceptions(lines: Sequence[IndicatorLine]) -> PaperTable:
    """What missed its target or really worsened, in the plan's order."""
    listed = [line for line in lines if line.word == "未达标" or line.variation == "需要关注"]
    rows = tuple((line.name, line.value, line.target, line.word, line.remark, line.departments) for line in listed)
    note = "" if listed else "可以评价的指标中没有未达标或真实恶化的。"
    return PaperTable(f"未达标或真实恶化的指标（{len(rows)}项）", _EXCEPTIONS, rows, note=note)


def _source(source: BibliographicSource) -> str:
    """An address is text here, never a link."""
    year = f"（{source.year}）" if source.year else ""
    return f"{source.title}{year}{f' {source.url}' if source.url else ''}"
