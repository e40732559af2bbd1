"""A table of a Word paper: its title above, heads on every page, rows whole, hairlines, the status as sign, word, colour."""

from collections.abc import Sequence

from scorecard.briefing.docx.styles import CELL, SMALL, WIDTH, colour
from scorecard.briefing.docx.xml import Element, paragraph, run, w
from scorecard.briefing.layout.column_widths import ASIDE, MARKED, Marked, widths
from scorecard.briefing.paper.model import PaperColumn, PaperTable
from scorecard.charts.theme import mark, palette

_THICK, _THIN = 8, 4  # ⅛ pt
_SHORT = 8  # rows at most of a table that stays on one page
_MANY = 7  # columns from which a table is set smaller


def table(given: PaperTable) -> list[Element]:
    """The title, the table and its note; the note stands even when empty, for two tables must not grow together."""
    return [
        paragraph("Caption", given.title),
        grid(given.columns, given.rows),
        paragraph("TableNote", given.note),
    ]


def grid(columns: Sequence[PaperColumn], rows: Sequence[Sequence[str]], *, dense: bool = False) -> Element:
    """The table alone, as wide as the type area; many columns are set a size smaller, and what asks to be."""
    dense = dense or len(columns) >= _MANY
    head, text = ("DenseHead", "DenseText") if dense else ("TableHead", "TableText")
    wide = widths(columns, rows, SMALL if dense else CELL)
    short = len(rows) <= _SHORT
    return w(
        "tbl",
        w(
            "tblPr",
            w("tblW", w=WIDTH, type="dxa"),
            w(
                "tblBorders",
                w("top", val="single", sz=_THICK, space=0, color="auto"),
                w("bottom", val="single", sz=_THICK, space=0, color="auto"),
                w("insideH", val="single", sz=_THIN, space=0, color=colour(palette().grey)),
            ),
            w("tblLayout", type="fixed"),
            w("tblCellMar", *(w(side, w=ASIDE, type="dxa") for side in ("left", "right"))),
            w("tblLook", firstRow=1, noHBand=1, noVBand=1),
        ),
        w("tblGrid", *(w("gridCol", w=one) for one in wide)),
        _row([_cell(head, column, run(column.name)) for column in columns], wide, w("tblHeader")),
        *(
            _row(
                [
                    _cell(text, column, _content(said), keep=short or at == len(rows))
                    for column, said in zip(columns, row, strict=True)
                ],
                wide,
            )
            for at, row in enumerate(rows, start=1)
        ),
    )


def _row(cells: Sequence[Element], wide: Sequence[int], *properties: Element) -> Element:
    """A row that no page divides."""
    return w(
        "tr",
        w("trPr", w("cantSplit"), *properties),
        *(
            w("tc", w("tcPr", w("tcW", w=one, type="dxa"), w("vAlign", val="center")), cell)
            for cell, one in zip(cells, wide, strict=True)
        ),
    )


def _cell(style: str, column: PaperColumn, content: Element, *, keep: bool = False) -> Element:
    """What a cell holds; `keep` holds the row on the page of what follows, so that no note begins a page alone."""
    switches = {"keepNext": 1} if keep else {}
    return paragraph(style, content, **switches, **({"jc": "right"} if column.number else {}))


def _content(text: str) -> Element:
    """A verdict is a sign and its word in its colour; everything else is text as it stands."""
    word: Marked | None = next((one for one in MARKED if one == text), None)
    if word is None:
        return run(text)
    shown = mark(word)
    return run(f"{shown.symbol} {word}", w("color", val=colour(shown.colour)))
