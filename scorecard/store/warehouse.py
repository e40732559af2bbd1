"""What a version's warehouse holds: definitions, indicator values, states of the tables, rows that people entered.

Every query takes a cursor of its own: a connection shared between threads gives wrong rows.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar, cast

import duckdb

from scorecard.assessment.data_quality import TableState
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.calendar.period import Grain, Period
from scorecard.calendar.workdays import WorkCalendar
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog, Indicator, PeriodState
from scorecard.records.annotations import TABLE as ANNOTATIONS, from_rows as annotation_rows
from scorecard.records.baselines import TABLE as BASELINES, from_rows as baseline_rows
from scorecard.records.decisions import TABLE as DECISIONS, from_rows as decision_rows
from scorecard.records.official_values import TABLE as OFFICIAL, OfficialValue, from_rows as official_rows
from scorecard.records.parameters import TABLE as PARAMETERS, from_rows as parameter_rows
from scorecard.records.remarks import TABLE as REMARKS, from_rows as remark_rows
from scorecard.records.targets import Target, from_rows
from scorecard.records.work_calendar import TABLE as WORK_CALENDAR, from_rows as arranged_days

Entered = TypeVar("Entered")
_ANSWERS, _SCREENFUL = 256, 200  # how many are kept, and of how many rows


def fetched(connection: duckdb.DuckDBPyConnection, query: str, values: object = None) -> list[tuple[Any, ...]]:
    """All rows of a query, read with a cursor of its own: a connection shared between threads gives wrong rows.

    A published version never changes: the newest answers of a screenful are kept as long as it is open. The key is all that
    the answer depends on, the reader's department in the conditions too.
    """
    answers: dict[tuple[str, str], list[tuple[Any, ...]]] | None = getattr(connection, "answers", None)
    asked = (query, repr(values))
    if answers is not None and (known := answers.pop(asked, None)) is not None:
        answers[asked] = known
        return list(known)
    with connection.cursor() as cursor:
        rows = cursor.execute(query, values).fetchall()
    if answers is not None and len(rows) <= _SCREENFUL:
        answers[asked] = rows
        for oldest in list(answers)[:-_ANSWERS]:
            answers.pop(oldest, None)
    return list(rows)


def catalog(connection: duckdb.DuckDBPyConnection) -> Catalog:
    """The definitions as they were when the version was built."""
    return loader.parse(dict(fetched(connection, "SELECT name, content FROM seed_file")))


def series(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, grain: Grain, department: str, scope: str
) -> dict[str, tuple[IndicatorValue, ...]]:
    """Indicator -> its values of one grain, department and scope, in time order."""
    where, keys = "WHERE grain = ? AND department = ? AND scope = ?", [grain, department, scope]
    columns = "indicator, period, numerator, denominator, base, unknown, state"
    query = f"SELECT {columns} FROM {rows_of(connection, 'indicator_value')} {where} ORDER BY indicator, period"
    rows = fetched(connection, query, keys)
    query = f"SELECT indicator, period, name, numerator, denominator FROM indicator_part {where} AND name <> '' ORDER BY part"
    staged = fetched(connection, query, keys)
    query = f"SELECT indicator, period, reason FROM {rows_of(connection, 'value_doubt')} {where} ORDER BY reason"
    doubted = fetched(connection, query, keys)
    doubts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for indicator, key, reason in doubted:
        doubts[indicator, key].append(reason)
    parts: dict[tuple[str, str], list[tuple[str, Decimal, Decimal]]] = defaultdict(list)
    for indicator, key, name, numerator, denominator in staged:
        parts[indicator, key].append((name, numerator or Decimal(0), denominator or Decimal(0)))
    values: dict[str, list[IndicatorValue]] = defaultdict(list)
    for indicator, key, numerator, denominator, base, unknown, state in rows:
        period = catalog.court.months.parse(grain, key)
        assert period is not None
        reasons = tuple(doubts.get((indicator, key), ()))
        stages = () if reasons else tuple(parts.get((indicator, key), ()))
        definition, days = catalog.definitions[indicator].at(period), period.days * (state != "partial")
        values[indicator].append(
            IndicatorValue(
                indicator=indicator,
                period=period,
                department=department,
                scope=scope,
                numerator=numerator,
                denominator=denominator,
                base=int(base or 0),
                exact=exact_value(definition, numerator, denominator, stages, days),
                state=cast(PeriodState, state),
                parts=stages,
                unknown=int(unknown or 0),
                doubts=reasons,
            )
        )
    return {indicator: tuple(readings) for indicator, readings in values.items()}


def exact_value(
    indicator: Indicator,
    numerator: Decimal | None,
    denominator: Decimal | None,
    stages: tuple[tuple[str, Decimal, Decimal], ...],
    days: int,
) -> Fraction | None:
    """numerator ÷ denominator in the indicator's unit, or the sum of the stages' means; None where undefined.

    `days` of the period, 0 while it runs: a disposition time is of whole periods.
    """
    halves = [(top, bottom) for _, top, bottom in stages] if stages else [(numerator, denominator)]
    total = Fraction(0)
    for top, bottom in halves:
        if top is None or (bottom is not None and bottom <= 0):
            return None
        total += Fraction(top) / (Fraction(bottom) if bottom is not None else 1)
    up, down = indicator.scale
    if indicator.formula.kind == "disposition":
        return total * days if days else None
    return total * up / down


def tables(connection: duckdb.DuckDBPyConnection) -> dict[str, TableState]:
    """The state of every table that came from extracts."""
    rows = fetched(connection, "SELECT table_id, as_of, rows, batches, aside FROM table_state")
    faults = fetched(connection, "SELECT table_id, reason FROM table_fault")
    return {
        row[0]: TableState(*row, faults=tuple(reason for table, reason in faults if table == row[0])) for row in rows
    }


def is_sample(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the version was built from invented rows."""
    return fetched(connection, "SELECT value FROM meta WHERE key = 'sample'") == [("true",)]


def program(connection: duckdb.DuckDBPyConnection) -> str:
    """What computed the numbers of the version; empty for one that an earlier program built."""
    rows = fetched(connection, "SELECT value FROM meta WHERE key = 'program'")
    return rows[0][0] if rows else ""


def targets(connection: duckdb.DuckDBPyConnection, catalog: Catalog | None = None) -> tuple[Target, ...]:
    """All targets ever recorded, in the order they were recorded; with the catalog, those that judge nothing say why."""
    return from_rows(_dictionaries(connection, "targets"), catalog)


def _reader(
    table: str, from_rows: Callable[[list[dict[str, Any]]], tuple[Entered, ...]]
) -> Callable[[duckdb.DuckDBPyConnection], tuple[Entered, ...]]:
    """What reads the rows of a table that people enter, as objects; none where the version does not have the table."""
    return lambda connection: from_rows(_dictionaries(connection, table))


baselines = _reader(BASELINES, baseline_rows)
annotations = _reader(ANNOTATIONS, annotation_rows)
decisions = _reader(DECISIONS, decision_rows)
parameters = _reader(PARAMETERS, parameter_rows)
remarks = _reader(REMARKS, remark_rows)  # those that stand, the latest said first


def official_values(connection: duckdb.DuckDBPyConnection) -> tuple[OfficialValue, ...]:
    """What upper courts and platforms published of our indicators, in the order it was recorded."""
    return official_rows(_dictionaries(connection, OFFICIAL), parameters(connection))


def work_calendar(connection: duckdb.DuckDBPyConnection) -> WorkCalendar:
    """The working days that the version was computed with."""
    return WorkCalendar({day.day: day for day in arranged_days(_dictionaries(connection, WORK_CALENDAR))})


def has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the version holds this table: one that nobody delivered yet, or newer than the version, is not there."""
    return bool(fetched(connection, "SELECT 1 FROM information_schema.tables WHERE table_name = ?", [table]))


def _dictionaries(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    if not has_table(connection, table):
        return []
    rows = fetched(connection, f'SELECT one_row FROM "{table}" AS one_row ORDER BY _batch, _line')
    return [dict(row) for (row,) in rows]


def doubts(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """Indicator -> the reasons in the data why it must not be judged."""
    doubts: dict[str, list[str]] = defaultdict(list)
    for indicator, reason in fetched(connection, "SELECT indicator, reason FROM indicator_doubt"):
        doubts[indicator].append(reason)
    return {indicator: tuple(reasons) for indicator, reasons in doubts.items()}


def silent_columns(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """(table, column) -> the sentence about a column that some extract says nothing of."""
    query = f"SELECT table_id, column_name, reason FROM {rows_of(connection, 'silent_column')}"
    return {(table, column): reason for table, column, reason in fetched(connection, query)}


def withheld(connection: duckdb.DuckDBPyConnection, indicator: str) -> tuple[str, ...]:
    """The reasons for which values of an indicator are withheld, each once."""
    query = f"SELECT DISTINCT reason FROM {rows_of(connection, 'value_doubt')} WHERE indicator = ? ORDER BY 1"
    return tuple(reason for (reason,) in fetched(connection, query, [indicator]))


def department_halves(
    connection: duckdb.DuckDBPyConnection, indicator: str, period: Period, scope: str
) -> dict[str, tuple[int, int]]:
    """Department -> numerator and denominator of an indicator that counts rows; those whose values are withheld are left out."""
    query = (
        "SELECT department, numerator, denominator FROM indicator_value WHERE indicator = ? AND grain = ?"
        " AND period = ? AND scope = ? AND numerator IS NOT NULL AND denominator IS NOT NULL"
    )
    rows = fetched(connection, query, [indicator, period.grain, period.key, scope])
    return {department: (int(top), int(bottom)) for department, top, bottom in rows}


def told_months(connection: duckdb.DuckDBPyConnection, tables: Collection[str]) -> frozenset[int]:
    """The months of which all of these tables tell by every date: no row in another month is no zero."""
    if not has_table(connection, "table_month"):
        return frozenset()
    query = (
        "SELECT month FROM table_month WHERE clock IS NULL AND list_contains($tables, table_id)"
        " GROUP BY month HAVING count(DISTINCT table_id) = len($tables)"
    )
    return frozenset(month for (month,) in fetched(connection, query, {"tables": list(tables)}))


def departments(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Departments that have values of their own; callers put them in the plan's order."""
    query = "SELECT DISTINCT department FROM indicator_value ORDER BY 1"
    return tuple(department for (department,) in fetched(connection, query))


# What versions built by earlier programs lack stands there empty: they are served as they were published.
# Table -> what came to it later; a table that is not there at all came later as a whole.
_CAME_LATER = {
    "indicator_value": "NULL::BIGINT AS unknown",
    "worklist_state": "NULL::VARCHAR[] AS unknown",
    "value_doubt": ", ".join(
        f"NULL::VARCHAR AS {name}" for name in ("indicator", "grain", "period", "department", "scope", "reason")
    ),
    "silent_column": ", ".join(f"NULL::VARCHAR AS {name}" for name in ("table_id", "column_name", "reason")),
}


def rows_of(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """SQL for the rows of a table of a version, with every column that it has today; NULL where the version lacks it."""
    later = f"SELECT {_CAME_LATER[table]} WHERE false"
    if not has_table(connection, table):
        return f"({later})"
    return f"(FROM {table} UNION ALL BY NAME {later})"
