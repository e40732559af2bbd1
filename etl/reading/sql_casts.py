"""SQL for the values of cleanly written cells, per column type; NULL for all others.

Every expression here takes only cells that `cells` gives the same value without a note; a test compares the two.
"""

import datetime as dt
from collections.abc import Mapping

from etl.invisible_characters import ASCII_BLANKS, BLANKS, HIDDEN
from etl.reading import cells
from scorecard import case_number
from scorecard.catalog.columns import CaseNumberType, CellValue, Column, CreditCodeType, MomentType, NumberType
from scorecard.catalog.definitions import Catalog
from scorecard.storage.sql_text import quoted

# 2026-01-05 and 2026/1/5; times as 2026-01-05 10:30 or 2026-01-05T10:30:00.
_DATE = "strlen({0}) <= 10 AND {0} >= '1' AND {0} < '3'"
_MOMENT = "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
_MARK, _SIGN = ord("'"), ord("#")  # of a spreadsheet: this is a text; this is an error


def clean_sql(cell: str, column: Column, catalog: Catalog, as_of: dt.date | None, places: int = 0) -> str:
    """SQL for the value of the cells of a column that is not of words; `places` is how far the point of numbers moves."""
    latest = cells.LAST_DAY if column.future or as_of is None else as_of
    match column.type:
        case CaseNumberType():
            own = catalog.court.court_codes if column.court == "own" else ()
            return case_number.normal_sql(cell, own)
        case CreditCodeType() as kind:
            return _credit_code_sql(cell, kind)
        case MomentType() as kind if column.period:
            return f"NULL::{kind.sql}"
        case MomentType() as kind:
            spelt = _matches(cell, _MOMENT) if kind.has_time else _DATE.format(cell)
            return _within(_cast(cell, kind.sql, spelt), latest)
        case NumberType() as kind:
            value = _number_sql(cell, kind, places)
            return value if column.minimum is None else f"CASE WHEN {value} >= {column.minimum} THEN {value} END"
        case kind if not kind.is_free_text:
            return _cast(cell, kind.sql, _matches(cell, kind.pattern))
        case _:
            known = f"ascii({cell}) NOT IN ({_MARK}, {_SIGN}) AND length({cell}) <= {cells.LONGEST}"
            seen = f"NOT regexp_matches({cell}, '[{HIDDEN}]')"
            return f"nullif(trim(CASE WHEN {known} AND {seen} THEN {cell} END, '{BLANKS}'), '')"


_CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _credit_code_sql(cell: str, kind: CreditCodeType) -> str:
    """A code whose check digit is right (GB 32100-2015: weights are the powers of 3 modulo 31)."""
    total = " + ".join(f"{3**i % 31} * (strpos('{_CODE_CHARACTERS}', {cell}[{i + 1}]) - 1)" for i in range(17))
    check = f"substr('{_CODE_CHARACTERS}', (31 - ({total}) % 31) % 31 + 1, 1)"
    spelt = f"{_matches(cell, kind.pattern)} AND NOT {_matches(cell, '[0-9]{15}000')}"
    return f"CASE WHEN {spelt} AND {check} = {cell}[18] THEN {cell} END"


def _number_sql(cell: str, kind: NumberType, places: int) -> str:
    """The number with its point moved: as many digits as come out whole, so that nothing is rounded."""
    whole, fraction = cells.INTEGER_DIGITS - max(places, 0), kind.fraction_digits + places
    if whole < 1 or fraction < 0:
        return f"NULL::{kind.sql}"
    spelt = _matches(cell, rf"-?[0-9]{{1,{whole}}}" + (rf"(\.[0-9]{{1,{fraction}}})?" if fraction else ""))
    if not places:
        return _cast(cell, kind.sql, spelt)
    times = (
        f"{10**places}::DECIMAL({places + 1},0)"
        if places > 0
        else f"{10.0**places:.{-places}f}::DECIMAL({1 - places},{-places})"
    )
    return f"({_cast(cell, f'DECIMAL({cells.INTEGER_DIGITS + fraction},{fraction})', spelt)} * {times})::{kind.sql}"


def _matches(cell: str, pattern: str) -> str:
    return f"regexp_full_match({cell}, {quoted(pattern)})"


def _cast(cell: str, type_: str, guard: str) -> str:
    """A cast of the cells that match the guard: the database alone casts more than `cells` takes. Inside, so that it casts once."""
    return f"try_cast(CASE WHEN {guard} THEN {cell} END AS {type_})"


def _within(value: str, latest: dt.date) -> str:
    bounds = f"BETWEEN DATE '{cells.FIRST_DAY}' AND DATE '{latest}'"
    return f"CASE WHEN {value}::DATE {bounds} AND {value}::DATE <> DATE '{cells.EPOCH}' THEN {value} END"


def needs_judgement_sql(cell: str, *, hidden: bool = True) -> str:
    """SQL that is true where a text may not stand as it is: cheaper than to judge what needs no judgement.

    A blank at its beginning or end, a spreadsheet's mark before it, longer than a cell may be, or (where the file has any:
    `hidden`) a character that nobody sees.
    """
    codes = ", ".join(str(ord(first)) for first in f"{BLANKS}'#")
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
    if isinstance(column.type, CaseNumberType):
        return f"((contains({cell}, '(') OR contains({cell}, ')')) AND ({value}) <> {cell})"
    if column.type.is_free_text:
        return f"({value}) <> trim({cell}, '{ASCII_BLANKS}')"
    return None


def registered_words_sql(cell: str, clean: Mapping[str, CellValue], *, all_of_them: bool) -> str:
    """SQL for the value of the words that are registered as they stand; they are all the column has, or not."""
    if not clean:
        return "NULL"
    if all_of_them and all(text == value for text, value in clean.items()):
        return cell
    branches = " ".join(f"WHEN {literal(text)} THEN {literal(value)}" for text, value in clean.items())
    return f"CASE {cell} {branches} END"


def literal(value: CellValue) -> str:
    """A word or a boolean as SQL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(str(value))
