"""The content of the annexes: the facts of each definition, the two tables of numbers."""

from collections.abc import Sequence

from scorecard.assessment.verdict import WORDS
from scorecard.briefing.paper.model import IndicatorLine, PaperTable, columns, dated
from scorecard.catalog.definitions import BibliographicSource
from scorecard.narrative.glossary import GlossaryEntry
from scorecard.narrative.provenance import untagged

_VALUES = columns("指标 2.6 | 数值 1.3 # | 结论 1.4 | 目标 1.6 | 差距或说明 2.2")
_EXCEPTIONS = columns("指标 2.6 | 数值 1.3 | 目标 1.7 | 评价 1.1 | 差距或说明 2.6 | 责任部门 1.9")
_BASES = columns("指标 1.7 | 分子 / 分母 1.8 | 同比、环比、真变化 2.2 | 目标依据 3.0 | 责任部门 1.4")


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


def number_tables(lines: Sequence[IndicatorLine]) -> tuple[PaperTable, PaperTable]:
    """Every number of the paper, and its parts; the period they share stands in the titles, others on their lines."""
    periods = {line.period for line in lines}
    mixed = len(periods) != 1
    shared = "" if mixed else f"（{periods.pop()}）"
    values = tuple(
        (line.name, *((line.period,) if mixed else ()), line.value, line.word, line.target, line.remark)
        for line in lines
    )
    bases = tuple(
        (
            line.name,
            *((line.period,) if mixed else ()),
            line.halves or "—",
            "\n".join(text for text in (*line.changes, line.variation) if text) or "—",
            line.basis or "—",
            line.departments,
        )
        for line in lines
    )
    reached = "；".join(dict.fromkeys(line.as_of for line in lines if line.as_of))
    return (
        PaperTable(f"附表1　数值、目标与结论{shared}", dated(_VALUES) if mixed else _VALUES, values, note=reached),
        PaperTable(f"附表2　数值的构成与依据{shared}", dated(_BASES) if mixed else _BASES, bases, note=reached),
    )


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
