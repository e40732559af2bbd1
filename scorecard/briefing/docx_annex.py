"""The annexes of a Word paper: 指标口径, 指标数值, 数据来源与校验. Each begins a page."""

from collections.abc import Sequence

from scorecard.briefing.docx_styles import HEI
from scorecard.briefing.docx_table import table
from scorecard.briefing.docx_xml import Element, paragraph, run, w
from scorecard.briefing.manifest import Manifest
from scorecard.briefing.paper import Column, Line, Paper, Table
from scorecard.definitions import Source
from scorecard.glossary import Entry

RECORD = "本文件内另附可由程序读取的清单（customXml/item1.xml），与以下所列一致。"
_VALUES = (
    Column("指标", 2.6),
    Column("数值", 1.3, number=True),
    Column("结论", 1.4),
    Column("目标", 1.6),
    Column("差距或说明", 2.2),
)
_BASES = (
    Column("指标", 1.8),
    Column("分子 / 分母", 2.0),
    Column("同比、环比、变异", 2.4),
    Column("目标依据", 2.6),
    Column("责任部门", 1.5),
)


def annexes(paper: Paper) -> list[Element]:
    """All of them, in order; a paper that speaks of no indicator has only the last."""
    parts: list[tuple[str, list[Element]]] = []
    if paper.definitions:
        parts.append(("指标口径", [one for entry in paper.definitions for one in _definition(entry)]))
    if paper.lines:
        parts.append(("指标数值", _numbers(paper.lines)))
    parts.append(("数据来源与校验", _record(paper.manifest)))
    return [
        one
        for number, (title, content) in enumerate(parts, start=1)
        for one in (paragraph("AnnexMark", f"附件{number}"), paragraph("AnnexTitle", title), *content)
    ]


def _definition(entry: Entry) -> list[Element]:
    """What an indicator is and how it is computed, as the glossary has it."""
    one = entry.indicator
    facts = (
        ("定义", one.definition),
        ("不含", one.exclusions),
        ("口径", "\n".join(entry.formula)),
        ("单位与方向", f"{one.unit}，{entry.direction}"),
        ("方案依据", f"“{one.why}”"),
        ("配套措施", "；".join(entry.measures)),
        ("责任部门", entry.departments),
        ("制衡指标", entry.counterweight),
        ("说明", one.note),
        ("来源", "\n".join(_source(source) for source in entry.sources)),
    )
    labelled = [(name, text) for name, text in facts if text]
    return [
        paragraph("AnnexHeading", f"{one.name}　", run(one.id, w("sz", val=18))),
        *(paragraph("AnnexText", run(f"{name}\t", face=HEI.name), text) for name, text in labelled),
    ]


def _source(source: Source) -> str:
    """An address is text here, never a link."""
    year = f"（{source.year}）" if source.year else ""
    return f"{source.title}{year}{f' {source.url}' if source.url else ''}"


def _numbers(lines: Sequence[Line]) -> list[Element]:
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
    return [
        *table(Table(f"附表1　数值、目标与结论（{periods}）", _VALUES, values, note=reached)),
        *table(Table(f"附表2　数值的构成与依据（{periods}）", _BASES, bases, note=reached)),
    ]


def _record(manifest: Manifest) -> list[Element]:
    return [paragraph("Record", one) for one in (RECORD, *manifest.lines())]
