"""What the annexes of a paper say, before they have a form: the facts of each definition, the two tables of numbers."""

from collections.abc import Sequence

from scorecard.briefing.paper.model import IndicatorLine, PaperColumn, PaperTable
from scorecard.catalog.definitions import BibliographicSource
from scorecard.narrative.glossary import GlossaryEntry

DEFINITIONS, NUMBERS, RECORD = "指标口径", "指标数值", "数据来源与校验"
_VALUES = (
    PaperColumn("指标", 2.6),
    PaperColumn("数值", 1.3, number=True),
    PaperColumn("结论", 1.4),
    PaperColumn("目标", 1.6),
    PaperColumn("差距或说明", 2.2),
)
_BASES = (
    PaperColumn("指标", 1.7),
    PaperColumn("分子 / 分母", 1.8),
    PaperColumn("同比、环比、变异", 2.2),
    PaperColumn("目标依据", 3.0),
    PaperColumn("责任部门", 1.4),
)


def facts(entry: GlossaryEntry) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What an indicator is and how it is computed, as the glossary has it, without worked examples and
    computed columns, whose lists of causes alone fill a page: (name, lines).
    """
    one = entry.indicator
    found = (
        ("定义", (one.definition,)),
        ("不含", (one.exclusions,)),
        ("口径", entry.formula),
        ("单位与方向", (f"{one.unit}，{entry.direction}",)),
        ("方案依据", (f"“{one.why}”",)),
        ("配套措施", ("；".join(entry.measures),)),
        ("责任部门", (entry.departments,)),
        ("制衡指标", (entry.counterweight,)),
        ("说明", (one.note,)),
        ("来源", tuple(_source(source) for source in entry.sources)),
    )
    return tuple((name, lines) for name, lines in found if any(lines))


def numbers(lines: Sequence[IndicatorLine]) -> tuple[PaperTable, PaperTable]:
    """Every number the paper speaks of, and what it is made of."""
    values = tuple((one.name, one.value, one.word, one.target, one.gap or one.reason) for one in lines)
    bases = tuple(
        (
            one.name,
            one.halves or "—",
            "\n".join(text for text in (*one.changes, one.variation) if text) or "—",
            one.basis or "—",
            one.departments,
        )
        for one in lines
    )
    periods = "、".join(dict.fromkeys(one.period for one in lines))
    reached = "；".join(dict.fromkeys(one.as_of for one in lines if one.as_of))
    return (
        PaperTable(f"附表1　数值、目标与结论（{periods}）", _VALUES, values, note=reached),
        PaperTable(f"附表2　数值的构成与依据（{periods}）", _BASES, bases, note=reached),
    )


def _source(source: BibliographicSource) -> str:
    """An address is text here, never a link."""
    year = f"（{source.year}）" if source.year else ""
    return f"{source.title}{year}{f' {source.url}' if source.url else ''}"
