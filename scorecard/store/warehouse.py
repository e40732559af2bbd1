"""What a version's warehouse holds: definitions, indicator values, states of the tables, rows that people entered.

Every query takes a cursor of its own: a connection shared between threads gives wrong rows.
"""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

import duckdb

from scorecard.assessment.data_quality import TableState
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.calendar.period import Grain, parse
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog, Indicator, PeriodState
from scorecard.records.annotations import TABLE as ANNOTATIONS, Annotation, from_rows as annotation_rows
from scorecard.records.baselines import TABLE as BASELINES, Baseline, from_rows as baseline_rows
from scorecard.records.decisions import TABLE as DECISIONS, Decision, from_rows as decision_rows
from scorecard.records.parameters import TABLE as PARAMETERS, Parameter, from_rows as parameter_rows
from scorecard.records.targets import Target, from_rows
from scorecard.store.earlier_versions import rows_of


def catalog(connection: duckdb.DuckDBPyConnection) -> Catalog:
    """The definitions as they were when the version was built."""
    with connection.cursor() as cursor:
        rows = cursor.execute("SELECT name, content FROM seed_file").fetchall()
    return loader.parse(dict(rows))


def series(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, grain: Grain, department: str, scope: str
) -> dict[str, tuple[IndicatorValue, ...]]:
    """Indicator -> its values of one grain, department and scope, in time order."""
    where, keys = "grain = ? AND department = ? AND scope = ?", [grain, department, scope]
    with connection.cursor() as cursor:
        rows = cursor.execute(
            "SELECT indicator, period, numerator, denominator, base, unknown, state"
            f" FROM {rows_of(cursor, 'indicator_value')}"
            f" WHERE {where} ORDER BY indicator, period",
            keys,
        ).fetchall()
        staged = cursor.execute(
            f"SELECT indicator, period, name, numerator, denominator FROM indicator_part"
            f" WHERE {where} AND name <> '' ORDER BY part",
            keys,
        ).fetchall()
        doubted = cursor.execute(
            f"SELECT indicator, period, reason FROM {rows_of(cursor, 'value_doubt')} WHERE {where} ORDER BY reason",
            keys,
        ).fetchall()
    doubts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for indicator, key, reason in doubted:
        doubts[indicator, key].append(reason)
    parts: dict[tuple[str, str], list[tuple[str, Decimal, Decimal]]] = defaultdict(list)
    for indicator, key, name, numerator, denominator in staged:
        parts[indicator, key].append((name, numerator or Decimal(0), denominator or Decimal(0)))
    values: dict[str, list[IndicatorValue]] = defaultdict(list)
    for indicator, key, numerator, denominator, base, unknown, state in rows:
        period = parse(grain, key)
        assert period is not None
        reasons = tuple(doubts.get((indicator, key), ()))
        stages = () if reasons else tuple(parts.get((indicator, key), ()))
        values[indicator].append(
            IndicatorValue(
                indicator=indicator,
                period=period,
                department=department,
                scope=scope,
                numerator=numerator,
                denominator=denominator,
                base=int(base or 0),
                exact=_exact(catalog.indicators[indicator], numerator, denominator, stages),
                state=cast(PeriodState, state),
                parts=stages,
                unknown=int(unknown or 0),
                doubts=reasons,
            )
        )
    return {indicator: tuple(readings) for indicator, readings in values.items()}


def _exact(
    indicator: Indicator,
    numerator: Decimal | None,
    denominator: Decimal | None,
    stages: tuple[tuple[str, Decimal, Decimal], ...],
) -> Fraction | None:
    """numerator ÷ denominator in the indicator's unit, or the sum of the stages' means; None where undefined."""
    halves = [(top, bottom) for _, top, bottom in stages] if stages else [(numerator, denominator)]
    total = Fraction(0)
    for top, bottom in halves:
        if top is None or (bottom is not None and bottom <= 0):
            return None
        total += Fraction(top) / (Fraction(bottom) if bottom is not None else 1)
    up, down = indicator.scale
    return total * up / down


def tables(connection: duckdb.DuckDBPyConnection) -> dict[str, TableState]:
    """The state of every table that came from extracts."""
    with connection.cursor() as cursor:
        rows = cursor.execute("SELECT table_id, as_of, rows, batches, aside FROM table_state").fetchall()
        faults = cursor.execute("SELECT table_id, reason FROM table_fault").fetchall()
    return {
        row[0]: TableState(*row, faults=tuple(reason for table, reason in faults if table == row[0])) for row in rows
    }


def is_sample(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the version was built from invented rows."""
    with connection.cursor() as cursor:
        return cursor.execute("SELECT value FROM meta WHERE key = 'sample'").fetchall() == [("true",)]


def program(connection: duckdb.DuckDBPyConnection) -> str:
    """What computed the numbers of the version; empty for one that an earlier program built."""
    with connection.cursor() as cursor:
        rows = cursor.execute("SELECT value FROM meta WHERE key = 'program'").fetchall()
    return rows[0][0] if rows else ""


def targets(connection: duckdb.DuckDBPyConnection, catalog: Catalog | None = None) -> tuple[Target, ...]:
    """All targets ever recorded, in the order they were recorded; with the catalog, those that judge nothing say why."""
    return from_rows(_dictionaries(connection, "targets"), catalog)


def baselines(connection: duckdb.DuckDBPyConnection) -> tuple[Baseline, ...]:
    """All re-basings, in the order they were recorded."""
    return baseline_rows(_dictionaries(connection, BASELINES))


def annotations(connection: duckdb.DuckDBPyConnection) -> tuple[Annotation, ...]:
    """All marks on the time axis, in the order they were recorded."""
    return annotation_rows(_dictionaries(connection, ANNOTATIONS))


def decisions(connection: duckdb.DuckDBPyConnection) -> tuple[Decision, ...]:
    """All decisions of sessions, in the order they were recorded."""
    return decision_rows(_dictionaries(connection, DECISIONS))


def parameters(connection: duckdb.DuckDBPyConnection) -> tuple[Parameter, ...]:
    """All dated parameters."""
    return parameter_rows(_dictionaries(connection, PARAMETERS))


def has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the version holds this table: one that nobody delivered yet, or newer than the version, is not there."""
    with connection.cursor() as cursor:
        query = "SELECT 1 FROM duckdb_tables() WHERE table_name = ?"
        return cursor.execute(query, [table]).fetchone() is not None


def _dictionaries(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        if not has_table(connection, table):
            return []
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY _batch, _line')
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def doubts(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """Indicator -> the reasons in the data why it must not be judged."""
    with connection.cursor() as cursor:
        rows = cursor.execute("SELECT indicator, reason FROM indicator_doubt").fetchall()
    doubts: dict[str, list[str]] = defaultdict(list)
    for indicator, reason in rows:
        doubts[indicator].append(reason)
    return {indicator: tuple(reasons) for indicator, reasons in doubts.items()}


def silent_columns(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """(table, column) -> the sentence about a column that some extract says nothing of."""
    with connection.cursor() as cursor:
        query = f"SELECT table_id, column_name, reason FROM {rows_of(cursor, 'silent_column')}"
        rows = cursor.execute(query).fetchall()
    return {(table, column): reason for table, column, reason in rows}


def withheld(connection: duckdb.DuckDBPyConnection, indicator: str) -> tuple[str, ...]:
    """The reasons for which values of an indicator are withheld, each once."""
    with connection.cursor() as cursor:
        query = f"SELECT DISTINCT reason FROM {rows_of(cursor, 'value_doubt')} WHERE indicator = ? ORDER BY 1"
        return tuple(reason for (reason,) in cursor.execute(query, [indicator]).fetchall())


def departments(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Departments that have values of their own; callers put them in the plan's order."""
    with connection.cursor() as cursor:
        rows = cursor.execute("SELECT DISTINCT department FROM indicator_value ORDER BY 1").fetchall()
    return tuple(row[0] for row in rows)
