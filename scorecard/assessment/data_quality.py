"""Why a table, and the indicators that rest on it, must not be judged: late, unbalanced, or too many rows set aside.

All reasons are here and nowhere else. They turn an indicator to 数据待核; below the share of rows set aside that a court
tolerates its numbers are judged, and the rows are counted beside them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from scorecard.assessment.due_dates import overdue
from scorecard.assessment.number_format import distinct_texts, value_text
from scorecard.calendar.period import Period
from scorecard.catalog.definitions import Catalog, Indicator


@dataclass(frozen=True)
class TableState:
    """A table of a version: how far its data reach, its rows, how many batches they came from, rows set aside and not
    corrected since, and faults in the data themselves (a balance that does not hold, days beyond the calendar).
    """

    table: str
    as_of: date
    rows: int
    batches: int
    aside: int = 0
    faults: tuple[str, ...] = ()

    @property
    def aside_share(self) -> Fraction:
        """Rows set aside among all rows that were handed in."""
        return Fraction(self.aside, self.rows + self.aside) if self.aside else Fraction(0)


def table_reasons(catalog: Catalog, table: str, state: TableState | None, today: date) -> tuple[str, ...]:
    """Everything against a table today: that it is late or never came, out of balance, or set aside in large part."""
    late = overdue(catalog, table, state.as_of if state else None, today)
    if state is None:
        return (late,)
    return tuple(reason for reason in (late, *state.faults, rejected(catalog, state)) if reason)


def indicator_reasons(
    catalog: Catalog,
    indicator: Indicator,
    period: Period,
    tables: Mapping[str, TableState],
    faults: Iterable[str],
    today: date,
) -> tuple[str, ...]:
    """Why an indicator's value of one period must not be judged; empty when it may be.

    `faults` are those of the columns it reads. Lateness counts only where the period reaches beyond the data cut: what
    was complete stays true. Rows set aside may belong to any period.
    """
    reasons = list(faults)
    for name in indicator.formula.tables:
        state = tables.get(name)
        if state is None or state.as_of < period.last:
            reasons.append(overdue(catalog, name, state.as_of if state else None, today))
        if state is not None:
            reasons.append(rejected(catalog, state))
    return tuple(dict.fromkeys(reason for reason in reasons if reason))


def rejected(catalog: Catalog, state: TableState) -> str:
    """The sentence that says too many rows of a table were set aside, or an empty string."""
    limit = Fraction(str(catalog.court.max_aside_share))
    if state.aside_share <= limit:
        return ""
    share, tolerated, _ = distinct_texts(state.aside_share * 100, limit * 100, "%")
    return f"{catalog.tables[state.table].name}搁置 {state.aside:,} 行（占 {share}，超过 {tolerated}）未改正"


def aside_note(catalog: Catalog, names: Iterable[str], tables: Mapping[str, TableState]) -> str:
    """How many rows of these tables are set aside and so in none of the numbers; empty when none are."""
    counted = [
        f"{catalog.tables[name].name} {state.aside:,} 行（占 {value_text(state.aside_share * 100, '%')}）"
        for name in dict.fromkeys(names)
        if (state := tables.get(name)) is not None and state.aside
    ]
    return f"搁置待改正、未计入本页数字的行：{'、'.join(counted)}" if counted else ""
