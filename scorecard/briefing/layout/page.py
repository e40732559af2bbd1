"""What HTML and Word have alike: the type area of GB/T 9704-2012, the sizes of figures, what no line end divides."""

import re

from scorecard.briefing.paper.model import Paper, PaperTable
from scorecard.narrative.provenance import SAMPLE

PORTRAIT, LANDSCAPE = 8844, 12758  # twips: the type area, 156 mm wide, 225 on a sheet that is turned
WIDE, HALF, SMALL = (156, 62), (75, 42), (22, 6)  # mm: a figure alone, one of two beside each other, one in a cell

_MANY = 7  # columns from which a table is set smaller

# A date, a number with its unit (GB/T 9704, 7.3.1), a word of letters.
WHOLE = re.compile(
    r"\d{4}年(?:\d{1,2}(?:—\d{1,2})?月(?:\d{1,2}日)?|[一二三四]季度)?"
    r"|[+-]?\d[\d,]*(?:\.\d+)?(?:—\d[\d,]*(?:\.\d+)?)?(?:%|个|万元|元|件|家|户|天|小时|项|次|人|年|月|日)"
    r"|（[\u4e00-\u9fff]{1,3}）"
    r"|[+-]?[0-9A-Za-z][0-9A-Za-z.,:%-]*"
)


def table_size(paper: Paper, table: PaperTable) -> float:
    """Points of the letters in a table: 五号, smaller in a brief paper, 小五 where there are many columns."""
    return 9.0 if len(table.columns) >= _MANY else 9.5 if paper.brief else 10.5


def across(paper: Paper) -> int:
    """Twips of the type area's width."""
    return LANDSCAPE if paper.landscape else PORTRAIT


def head(paper: Paper) -> str:
    """What stands at the head of every page."""
    return "　".join(filter(None, (paper.mark, SAMPLE if paper.sample else "")))
