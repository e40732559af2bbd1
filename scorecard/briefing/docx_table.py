"""A table of a Word paper: its title above, heads on every page, rows whole, hairlines, the status as sign, word, colour."""

from collections.abc import Sequence
from itertools import pairwise

from scorecard.briefing.docx_styles import TWIPS, WIDTH, colour
from scorecard.briefing.docx_xml import Element, paragraph, run, w
from scorecard.briefing.measure import POINTS, width
from scorecard.briefing.paper import Column, Table
from scorecard.theme import mark, palette
from scorecard.verdict import WORDS, Word

_THICK, _THIN = 8, 4  # ⅛ pt
_SIZE = 10.5  # points of the text in a cell
_ASIDE = 70  # twips between a cell's edge and its text
_MOST = 0.75  # of the width may be bound by numbers and verdicts


def table(given: Table) -> list[Element]:
    """The title, the table and its note; the note stands even when empty, for two tables must not grow together."""
    return [
        paragraph("Caption", given.title),
        grid(given.columns, given.rows),
        paragraph("TableNote", given.note),
    ]


def grid(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Element:
    """The table alone, as wide as the type area."""
    widths = _widths(columns, rows)
    hairline = colour(palette().grey)
    borders = w(
        "tblBorders",
        w("top", val="single", sz=_THICK, space=0, color="auto"),
        w("bottom", val="single", sz=_THICK, space=0, color="auto"),
        w("insideH", val="single", sz=_THIN, space=0, color=hairline),
    )
    return w(
        "tbl",
        w(
            "tblPr",
            w("tblW", w=WIDTH, type="dxa"),
            borders,
            w("tblLayout", type="fixed"),
            w("tblCellMar", *(w(side, w=_ASIDE, type="dxa") for side in ("left", "right"))),
            w("tblLook", firstRow=1, noHBand=1, noVBand=1),
        ),
        w("tblGrid", *(w("gridCol", w=wide) for wide in widths)),
        _row("TableHead", columns, widths, [column.name for column in columns]),
        *(_row("TableText", columns, widths, row) for row in rows),
    )


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    """Parts of the type area by weight, but numbers and verdicts are not broken while there is room for the rest.

    Rounded so that together they are the whole of it.
    """
    least = [_whole(column, [row[at] for row in rows]) for at, column in enumerate(columns)]
    if sum(least) > _MOST * WIDTH:
        least = [0.0] * len(columns)
    given = [column.weight for column in columns]
    fixed: set[int] = set()
    while True:  # a column that would be too narrow takes what it needs, and the others share what is left
        room = WIDTH - sum(least[at] for at in fixed)
        share = room / sum(given[at] for at in range(len(columns)) if at not in fixed)
        narrow = {at for at in range(len(columns)) if at not in fixed and given[at] * share < least[at]}
        if not narrow:
            break
        fixed |= narrow
    wide = [least[at] if at in fixed else given[at] * share for at in range(len(columns))]
    edges = [round(sum(wide[:at])) for at in range(len(columns) + 1)]
    return [right - left for left, right in pairwise(edges)]


def _whole(column: Column, texts: Sequence[str]) -> float:
    """Twips that the column's numbers or verdicts, and its name above them, take in one line; 0 for running text."""
    said = [f"▲ {text}" for text in texts if text in WORDS]
    if not said and not column.number:
        return 0
    widest = max(width(text, _SIZE) for text in (*(said or texts), column.name))
    return widest * POINTS * TWIPS + 2 * _ASIDE


def _row(style: str, columns: Sequence[Column], widths: Sequence[int], texts: Sequence[str]) -> Element:
    head = style == "TableHead"
    cells = [
        w(
            "tc",
            w("tcPr", w("tcW", w=wide, type="dxa"), w("vAlign", val="center")),
            _cell(style, column, text),
        )
        for column, wide, text in zip(columns, widths, texts, strict=True)
    ]
    return w("tr", w("trPr", w("cantSplit"), w("tblHeader") if head else None), *cells)


def _cell(style: str, column: Column, text: str) -> Element:
    """A verdict is a sign and its word in its colour; everything else is text as it stands."""
    word: Word | None = next((one for one in WORDS if one == text), None)
    if word is None or style == "TableHead":
        content = run(text)
    else:
        shown = mark(word)
        content = run(f"{shown.symbol} {word}", w("color", val=colour(shown.colour)))
    return paragraph(style, content, **({"jc": "right"} if column.number else {}))
