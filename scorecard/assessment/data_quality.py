"""When a table is due and how punctual it was; why it, and the indicators that rest on it, must not be judged.

Monthly extracts are due by a day of the next month. All reasons (late, unbalanced, too many rows set aside) are here and nowhere
else. They turn an indicator to 数据待核; below the share of rows set aside that a court tolerates its numbers are judged, and the
rows are counted beside them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, Literal

from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.number_format import distinct_texts, value_text
from scorecard.assessment.small_counts import UNTOLD
from scorecard.assessment.verdict import withheld
from scorecard.calendar.period import Period, StatisticalCalendar, day_of_month, day_text, month_index
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.records.official_values import OfficialValue

TimelinessWord = Literal["按期", "迟报", "逾期未报"]


@dataclass(frozen=True)
class NextDelivery:
    """The first month a table has not delivered whole: its last day, the day it is due by, days late (0 while in time)."""

    through: date
    by: date
    days_late: int


def due_through(today: date, due_day: int, months: StatisticalCalendar) -> date:
    """The last day that extracts handed in on time reach today: the end of the last month already due."""
    month = months.month_of(today) - 1
    while deadline(months.month_end(month), due_day) >= today:
        month -= 1
    return months.month_end(month)


def next_delivery(catalog: Catalog, table: str, as_of: date | None, today: date) -> NextDelivery:
    """What a table owes next. One that never came owes the last month already due, not all months of the past."""
    due_day, months = catalog.tables[table].due_day or catalog.court.due_day, catalog.court.months
    # The first month it does not hold to its end: a cut in the middle of a month leaves that month owed.
    owed = None if as_of is None else months.month_end(months.month_of(as_of + timedelta(1)))
    through = owed or due_through(today, due_day, months)
    by = deadline(through, due_day)
    return NextDelivery(through, by, max(0, (today - by).days))


def deadline(through: date, due_day: int) -> date:
    """The day by which the month that ends on `through` is due: the next such day of a calendar month, or its last one."""
    soon = day_of_month(month_index(through), due_day)
    return soon if soon > through else day_of_month(month_index(through) + 1, due_day)


def overdue(catalog: Catalog, table: str, as_of: date | None, today: date) -> str:
    """The sentence that says a table is late, or an empty string."""
    contract = catalog.tables[table]
    register = contract.entered_by == "register"  # kept as things happen: no month of it is due
    if as_of is None or register:
        return f"{contract.name}尚未{'登记' if register else '报送'}" if as_of is None else ""
    through = due_through(today, contract.due_day or catalog.court.due_day, catalog.court.months)
    if as_of < through:
        days = next_delivery(catalog, table, as_of, today).days_late
        return f"{contract.name}数据截至{as_of}，应报送至{through}，已逾期{days}天"
    return ""


# --- month after month: the day a table was first accepted against the day it was due. Tables are named, never people.


@dataclass(frozen=True)
class Delivery:
    """One month of one table: when it was due, when it was first in (None: not yet), days late."""

    through: date
    due: date
    accepted: date | None
    word: TimelinessWord
    days: int


def timeliness(catalog: Catalog, batches: Iterable[Mapping[str, Any]], today: date) -> dict[str, tuple[Delivery, ...]]:
    """Table -> its months, newest first, for every table that is handed in; months not yet due and not in are left out.

    A first delivery brings the whole past at once and proves no punctuality for it: months count from the one it reached.
    """
    handed_in = [one.id for one in catalog.tables.values() if one.seed is None and one.entered_by == "upload"]
    records: dict[str, list[Mapping[str, Any]]] = {table: [] for table in handed_in}
    for record in batches:
        records.setdefault(record["table"], []).append(record)
    return {table: tuple(_months(catalog, table, records[table], today))[::-1] for table in handed_in}


def _months(catalog: Catalog, table: str, batches: list[Mapping[str, Any]], today: date) -> Iterable[Delivery]:
    """In time order. A cut in the middle of a month delivers the month before it."""
    reached = sorted(
        (date.fromisoformat(batch["as_of"]), datetime.fromisoformat(batch["accepted_at"]).date()) for batch in batches
    )
    if not reached:
        return
    due_day, months = catalog.tables[table].due_day or catalog.court.due_day, catalog.court.months
    first = min(reached, key=lambda cut: cut[1])[0]
    month = months.month_of(first + timedelta(1)) - 1
    while True:
        through = months.month_end(month)
        due = deadline(through, due_day)
        accepted = min((day for cut, day in reached if cut >= through), default=None)
        if accepted is None and due >= today:
            return
        days = max(0, ((accepted or today) - due).days)
        word: TimelinessWord = "逾期未报" if accepted is None else "迟报" if days else "按期"
        yield Delivery(through, due, accepted, word, days)
        month += 1


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


@dataclass(frozen=True)
class OfficialComparison:
    """A published value beside ours, in a sentence; `doubted` where the difference is beyond its tolerance and unexplained."""

    text: str
    doubted: bool


def beside_official(
    published: Iterable[OfficialValue], indicator: Indicator, reading: IndicatorValue | None, minimum_base: int
) -> tuple[OfficialComparison, ...]:
    """Published values of one period beside ours. A visitor learns that one differs, no number."""
    told = tuple(_beside(one, indicator, reading, minimum_base) for one in published)
    if reading is not None and reading.public:
        return tuple(OfficialComparison(UNTOLD, True) for one in told if one.doubted)
    return told


def _beside(
    official: OfficialValue, indicator: Indicator, reading: IndicatorValue | None, minimum_base: int
) -> OfficialComparison:
    """The comparison, or why there is none: a value that moves still, or of too small a base, contradicts nobody."""
    unit = indicator.unit
    named = f"（{official.document}，{day_text(official.published_on)}）"
    ours = None if reading is None else reading.exact
    why = "没有该期数值"
    if reading is not None and ours is not None:
        why = {"partial": "本期未结束", "immature": "观察期未满"}.get(reading.state, "")
        if withheld(indicator, reading, minimum_base):
            why = f"{reading.base}件，样本不足"
    if why or ours is None:
        return OfficialComparison(
            f"{official.issuer}公布{value_text(official.value, unit)}{named}，本院{why}，不比", False
        )
    theirs = Fraction(official.value)
    shown, published, gap = distinct_texts(ours, theirs, unit)
    text = f"本院{shown}，{official.issuer}公布{published}{named}，本院较公布值{gap}"
    if official.explanation and official.explained_on:
        return OfficialComparison(f"{text}；{day_text(official.explained_on)}说明：{official.explanation}", False)
    if official.tolerance is None:
        return OfficialComparison(f"{text}，没有设定允许差", False)
    allowed = f"{official.tolerance.normalize():f}{'个百分点' if unit == '%' else unit}"
    beyond = abs(ours - theirs) > official.tolerance
    return OfficialComparison(f"{text}，{'超过' if beyond else '不超过'}允许差{allowed}", beyond)


def aside_note(catalog: Catalog, names: Iterable[str], tables: Mapping[str, TableState]) -> str:
    """How many rows of these tables are set aside and so in none of the numbers; empty when none are."""
    counted = [
        f"{catalog.tables[name].name} {state.aside:,} 行（占 {value_text(state.aside_share * 100, '%')}）"
        for name in dict.fromkeys(names)
        if (state := tables.get(name)) is not None and state.aside
    ]
    return f"搁置待改正、未计入本页数字的行：{'、'.join(counted)}" if counted else ""
