"""Which cells SQL takes as they stand: the spelling that needs no judgement, per column type. NULL for all others.

Every expression here takes only what `cells` would give the same value without a word; a test holds the two together.
"""

import datetime as dt
from collections.abc import Mapping

from etl.invisible_characters import HIDDEN
from etl.reading import cells
from etl.reading.staging import ASCII_BLANKS, BLANKS
from scorecard.catalog import case_number
from scorecard.catalog.contracts import SQL_TYPES, Column
from scorecard.catalog.definitions import Catalog

# 2026-01-05 and 2026/1/5; times as 2026-01-05 10:30 or 2026-01-05T10:30:00.
_DATE = "strlen({0}) <= 10 AND {0} >= '1' AND {0} < '3'"
_MOMENT = "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
_INTEGER = f"-?[0-9]{{1,{cells.INTEGER_DIGITS}}}"
_MARK = ord("'")
_DECIMAL = rf"{_INTEGER}(\.[0-9]{{1,{cells.FRACTION_DIGITS}}})?"


def clean_sql(cell: str, column: Column, catalog: Catalog, as_of: dt.date | None) -> str:
    """SQL for the value of the cells of a column that is not of words."""
    kind = SQL_TYPES[column.type]
    latest = cells.LAST_DAY if column.future or as_of is None else as_of
    match column.type:
        case "case_no":
            own = catalog.court.court_codes if column.court == "own" else ()
            return case_number.normal_sql(cell, own)
        case "date":
            return _within(_cast(cell, kind, _DATE.format(cell)), latest)
        case "datetime":
            return _within(_cast(cell, kind, f"regexp_full_match({cell}, '{_MOMENT}')"), latest)
        case "integer" | "decimal":
            pattern = _INTEGER if column.type == "integer" else _DECIMAL
            value = _cast(cell, kind, f"regexp_full_match({cell}, '{pattern}')")
            return (
                value if column.minimum is None else f"CASE WHEN {value} >= {column.minimum} THEN {value} END"
            )
        case _:
            known = f"ascii({cell}) <> {_MARK} AND length({cell}) <= {cells.LONGEST}"
            seen = f"NOT regexp_matches({cell}, '[{HIDDEN}]')"
            return f"nullif(trim(CASE WHEN {known} AND {seen} THEN {cell} END, '{BLANKS}'), '')"


def _cast(cell: str, kind: str, guard: str) -> str:
    """The guard stops the database's lenient cast at what `cells` takes. It stands inside: so the cast is made once."""
    return f"try_cast(CASE WHEN {guard} THEN {cell} END AS {kind})"


def _within(value: str, latest: dt.date) -> str:
    bounds = f"BETWEEN DATE '{cells.FIRST_DAY}' AND DATE '{latest}'"
    return f"CASE WHEN {value}::DATE {bounds} AND {value}::DATE <> DATE '{cells.EPOCH}' THEN {value} END"


def needs_judgement_sql(cell: str, *, hidden: bool = True) -> str:
    """SQL that is true where a text may not stand as it is: cheaper than to judge what needs no judgement.

    A blank at its beginning or end, a spreadsheet's mark before it, longer than a cell may be, or (where the file has any:
    `hidden`) a character that nobody sees.
    """
    codes = ", ".join(str(ord(first)) for first in f"{BLANKS}'")
    tests = [
        f"ascii({cell}) IN ({codes})",
        f"regexp_matches({cell}, '[{BLANKS}]$')",
        f"strlen({cell}) > {cells.LONGEST}",
    ]
    if hidden:
        tests.append(f"regexp_matches({cell}, '[{HIDDEN}]')")
    return f"({' OR '.join(tests)})"


def repaired(cell: str, column: Column, value: str) -> str | None:
    """SQL that is true where a taken cell does not stand there exactly so; None where that cannot be."""
    if column.type == "case_no":
        return f"((contains({cell}, '(') OR contains({cell}, ')')) AND ({value}) <> {cell})"
    if column.type == "text":
        return f"({value}) <> trim({cell}, '{ASCII_BLANKS}')"
    return None


def registered_words_sql(cell: str, clean: Mapping[str, cells.CellValue], *, all_of_them: bool) -> str:
    """SQL for the value of the words that are registered as they stand; they are all the column has, or not."""
    if not clean:
        return "NULL"
    if all_of_them and all(text == value for text, value in clean.items()):
        return cell
    branches = " ".join(f"WHEN {literal(text)} THEN {literal(value)}" for text, value in clean.items())
    return f"CASE {cell} {branches} END"


def literal(value: cells.CellValue) -> str:
    """A word or a boolean as SQL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "'" + str(value).replace("'", "''") + "'"
