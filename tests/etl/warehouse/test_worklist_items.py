"""Every worklist of the seeds: its worked example on both engines, and the sample's rows judged alike by both."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

import duckdb
import pytest

from etl.engines.engine import DuckDBEngine
from etl.warehouse import worklist_items
from scorecard.catalog import loader, worked_examples
from scorecard.catalog.columns import Column
from scorecard.catalog.definitions import Catalog
from scorecard.catalog.worklists import Worklist
from scorecard.errors import SeedMistake
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from tests.conftest import ROOT
from tests.support import naive_worklists
from tests.support.engine import built
from tests.support.naive import Rows
from tests.support.naive_worklists import Item

CATALOG = loader.load(ROOT / "seeds")
IDS = list(CATALOG.worklists)
LISTED_IN_ISSUE_4 = {
    "small_claims_limit", "summary_limit", "ordinary_limit", "pre_mediation_30d", "urgent_preservation",
    "delisting_due", "dishonest_firm_screening", "exec_to_bankruptcy_leads", "simple_bankruptcy", "fast_track_6m",
    "pending_over_12m", "bankruptcy_over_2y", "arrears_green_channel", "revisit_due", "revisit_issues",
    "outreach_issues",
}  # fmt: skip


def _rows(worklist: Worklist) -> Rows:
    mistakes: list[SeedMistake] = []
    read = worked_examples.of_worklist(worklist, CATALOG, worklist.id, mistakes)
    assert mistakes == []
    return {one.table: list(one.rows) for one in read}


def _as_of(worklist: Worklist) -> dict[str, date]:
    return dict.fromkeys(worklist.tables, worklist.example.as_of)


def _expected(worklist: Worklist) -> list[Item]:
    return [
        (one.row, one.state, datetime.fromisoformat(one.due) if one.due else None) for one in worklist.example.expect
    ]


def _found(connection: duckdb.DuckDBPyConnection, worklist: str) -> list[Item]:
    return connection.execute(
        "SELECT _line - 1, state, due_at FROM worklist_item WHERE worklist = ? ORDER BY _line", [worklist]
    ).fetchall()


def _only(worklist: Worklist) -> Catalog:
    gathered = {name: CATALOG.worklists[name] for name in worklist.gathers}
    return replace(CATALOG, worklists={**gathered, worklist.id: worklist})


def _on_duckdb(worklist: Worklist, rows: Rows, as_of: dict[str, date]) -> list[Item]:
    with built(CATALOG, [], rows, as_of) as connection:
        worklist_items.write(DuckDBEngine(connection), _only(worklist), as_of)
        return _found(connection, worklist.id)


def test_every_list_the_plan_of_work_names_is_declared(catalog: Catalog) -> None:
    assert set(catalog.worklists) >= LISTED_IN_ISSUE_4


@pytest.mark.parametrize("name", IDS)
def test_the_worked_example_holds_in_plain_python(name: str) -> None:
    one = CATALOG.worklists[name]
    assert naive_worklists.items(CATALOG, one, _rows(one), _as_of(one)) == _expected(one)


@pytest.mark.parametrize("name", IDS)
def test_the_worked_example_holds_on_duckdb(name: str) -> None:
    one = CATALOG.worklists[name]
    assert _on_duckdb(one, _rows(one), _as_of(one)) == _expected(one)


@pytest.mark.parametrize("name", IDS)
def test_the_worked_example_notices_when_any_condition_is_left_out(name: str) -> None:
    one = CATALOG.worklists[name]
    unnoticed = [
        what
        for what, careless in _careless(one)
        if naive_worklists.items(CATALOG, careless, _rows(one), _as_of(one)) == _expected(one)
    ]
    assert unnoticed == []


def _careless(one: Worklist) -> Iterator[tuple[str, Worklist]]:
    """The list with one of its rules left out or a day wrong, for each of its rules."""
    for test in one.where:
        if one.repeated is None or test.column != one.repeated.column:  # a repeated column is known anyway
            yield test.column, one.model_copy(update={"where": tuple(t for t in one.where if t != test)})
    for key, empty in (("unless", ()), ("without", None), ("repeated", None), ("stock", None), ("one_of", ())):
        if getattr(one, key):
            yield key, one.model_copy(update={key: empty})
    for number in range(len(one.one_of)):
        yield (f"one_of {number}", one.model_copy(update={"one_of": one.one_of[:number] + one.one_of[number + 1 :]}))
    for number, due in enumerate(one.due):
        rest = one.due[:number] + one.due[number + 1 :]
        yield f"due {number}", one.model_copy(update={"due": rest})
        longer = due.model_copy(
            update={"working_days": due.working_days + 1} if due.working_days else {"days": due.days + 1}
        )
        yield (
            f"due {number} a day later",
            one.model_copy(update={"due": (*one.due[:number], longer, *one.due[number + 1 :])}),
        )
    for name in one.gathers:
        yield name, one.model_copy(update={"gathers": tuple(other for other in one.gathers if other != name)})
    if one.due:
        yield "warn_days", one.model_copy(update={"warn_days": 0})
        yield "from_warning", one.model_copy(update={"from_warning": not one.from_warning})


def test_what_is_over_unless_closed_this_month_are_the_open_cases_whose_last_day_lies_in_it(
    version: duckdb.DuckDBPyConnection,
) -> None:
    """The sample ends with October: counted by plain SQL from the case table, by the limits as the law has them."""
    ((by_law,),) = version.execute(
        "SELECT count(*) FROM (SELECT coalesce(limit_on, filed_on + CASE WHEN procedure = '小额诉讼' THEN INTERVAL 2 MONTH"
        " WHEN procedure = '简易程序' THEN INTERVAL 3 MONTH ELSE INTERVAL 6 MONTH END)::DATE AS last, * FROM cases"
        " WHERE closed_on IS NULL AND case_type = '民初' AND procedure NOT IN ('特别程序', '督促程序', '公示催告程序', '速裁程序')"
        " OR closed_on IS NULL AND case_type IN ('刑初', '行初') AND limit_on IS NOT NULL)"
        " WHERE last BETWEEN DATE '2026-10-31' AND DATE '2026-11-30'"
    ).fetchall()
    found = _found(version, "over_limit_this_month")
    assert by_law > 0
    assert [state for _, state, _ in found] == ["临期"] * by_law


# --- the sample ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def version(sample: DataDir) -> Iterator[duckdb.DuckDBPyConnection]:
    named = store.current(sample).version
    assert named is not None
    connection = store.connect(sample, named)
    yield connection
    connection.close()


@pytest.mark.parametrize("name", IDS)
def test_both_engines_list_the_same_rows_of_the_sample(name: str, version: duckdb.DuckDBPyConnection) -> None:
    one = CATALOG.worklists[name]
    rows: dict[str, list[dict[str, object]]] = {}
    for table in one.tables:
        columns = list(CATALOG.tables[table].columns)
        picked = ", ".join(f'"{column}"' for column in columns)
        found = version.execute(f'SELECT {picked}, _line FROM "{table}" ORDER BY _batch, _line').fetchall()
        rows[table] = [dict(zip([*columns, "_line"], row, strict=True)) for row in found]
    as_of = {name: state.as_of for name, state in warehouse.tables(version).items()}
    lines = [row["_line"] for row in rows[one.table]]
    wanted = [
        (lines[number - 1], state, due) for number, state, due in naive_worklists.items(CATALOG, one, rows, as_of)
    ]
    found = version.execute(
        "SELECT _line, state, due_at FROM worklist_item WHERE worklist = ? ORDER BY _batch, _line", [name]
    ).fetchall()
    assert found == wanted


def test_the_sample_has_something_on_every_list_but_those_it_says_are_empty(version: duckdb.DuckDBPyConnection) -> None:
    counted = dict(version.execute("SELECT worklist, count(*) FROM worklist_item GROUP BY 1").fetchall())
    assert {name for name in IDS if name not in counted} <= {
        "urgent_preservation", "simple_bankruptcy", "over_limit_objections"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("worklist", "indicator"),
    [("pending_over_12m", "pending_over_12m_share"), ("bankruptcy_over_2y", "bankruptcy_pending_over_2y_count")],
)
def test_what_is_overdue_is_what_the_indicator_counts(
    worklist: str, indicator: str, version: duckdb.DuckDBPyConnection
) -> None:
    ((overdue,),) = version.execute(
        "SELECT count(*) FROM worklist_item WHERE worklist = ? AND state = '超期'", [worklist]
    ).fetchall()
    ((counted,),) = version.execute(
        "SELECT numerator FROM indicator_value WHERE indicator = ? AND grain = 'month' AND department = 'all'"
        " AND scope = 'all' AND period = '2026-10'",
        [indicator],
    ).fetchall()
    assert overdue == counted > 0


# --- any rows -----------------------------------------------------------------------------------------------------


def _asked(worklist: Worklist) -> dict[str, list[object]]:
    """The words and flags the list asks for by column: drawn more often, so that some rows pass all conditions."""
    return {
        test.column: list(test.value) if isinstance(test.value, tuple) else [test.value]
        for test in worklist.where
        if test.operator in ("eq", "in")
    }


def _cell(name: str, column: Column, draw: Random, day: date, asked: dict[str, list[object]]) -> object:
    """Any cell a column may hold, often blank, dates close to the day and to one another, few different texts."""
    if draw.random() < 0.25:
        return None
    if name in asked and draw.random() < 0.7:
        return draw.choice(asked[name])
    moment = datetime.combine(day, time()) + timedelta(hours=draw.randint(-24 * 800, 24 * 5))
    match column.type.name:
        case "date":
            near = draw.choice([0, 1, 2, 3, 5, 30, 31, 60, 90, 180, 365, 730])
            return day - timedelta(days=near + draw.randint(-2, 2)) if draw.random() < 0.7 else moment.date()
        case "datetime":
            return (
                moment if draw.random() < 0.5 else datetime.combine(day, time(10)) - timedelta(days=draw.randint(-1, 4))
            )
        case "boolean":
            return draw.random() < 0.5
        case "code":
            return draw.choice(list(column.values))
        case "department":
            return draw.choice(list(CATALOG.departments))
        case "integer":
            return draw.randint(0, 25)
        case "decimal":
            return Decimal(draw.choice([0, 1, 4_999_999, 5_000_000, 5_000_001]))
        case "case_no":
            kinds = ["民初", "刑初", "行初", "民特", "破", "强清", "执", *asked.get("case_type", []) * 2]
            return f"（2026）鲁0117{draw.choice(kinds)}{draw.randint(1, 40)}号"
        case _:
            return f"文{draw.randint(1, 30)}"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", IDS)
def test_both_engines_list_the_same_of_any_rows(name: str, seed: int) -> None:
    one, draw = CATALOG.worklists[name], Random(f"{name} {seed}")
    day = date(2026, draw.randint(1, 12), draw.choice([1, 15, 28]))
    rows: dict[str, list[dict[str, object]]] = {
        table: [
            {
                column: _cell(column, told, draw, day, _asked(one))
                for column, told in CATALOG.tables[table].columns.items()
            }
            for _ in range(1_500 if table == one.table else 20)
        ]
        for table in one.tables
    }
    as_of = dict.fromkeys(one.tables, day)
    wanted = naive_worklists.items(CATALOG, one, rows, as_of)
    assert wanted
    assert _on_duckdb(one, rows, as_of) == wanted


# --- terms --------------------------------------------------------------------------------------------------------


def test_three_working_days_skip_the_spring_festival_and_count_the_make_up_days() -> None:
    """2026: holiday 15–23 February, Saturday 14 and Saturday 28 February are worked (State Council notice)."""
    one = CATALOG.worklists["delisting_due"]
    row = {
        "firm_code": "91990117EXA000001T", "case_no": "（2025）鲁0117执1号", "listed_on": date(2025, 1, 5),
        "condition_met_on": date(2026, 2, 13),
    }  # fmt: skip
    (item,) = _on_duckdb(one, {"credit_register": [row]}, {"credit_register": date(2026, 2, 28)})
    assert item == (1, "超期", datetime(2026, 2, 25))


def test_beyond_the_years_the_state_council_has_arranged_the_term_is_unknown_not_guessed() -> None:
    one = CATALOG.worklists["delisting_due"]
    row = {
        "firm_code": "91990117EXA000001T", "case_no": "（2025）鲁0117执1号", "listed_on": date(2035, 1, 5),
        "condition_met_on": date(2035, 2, 13),
    }  # fmt: skip
    (item,) = _on_duckdb(one, {"credit_register": [row]}, {"credit_register": date(2035, 2, 28)})
    assert item == (1, "期限不明", None)


def test_a_list_whose_table_has_not_come_in_is_not_empty_but_lacking() -> None:
    one = CATALOG.worklists["revisit_due"]
    rows = _rows(one)
    with built(CATALOG, [], {"cases": rows["cases"]}, {"cases": one.example.as_of}) as connection:
        worklist_items.write(DuckDBEngine(connection), _only(one), {"cases": one.example.as_of})
        assert connection.execute("SELECT * FROM worklist_state").fetchall() == [("revisit_due", None, "revisits", [])]
        assert _found(connection, one.id) == []


def test_rows_of_one_firm_carry_one_group_number() -> None:
    one = CATALOG.worklists["exec_to_bankruptcy_leads"]
    with built(CATALOG, [], _rows(one), _as_of(one)) as connection:
        worklist_items.write(DuckDBEngine(connection), _only(one), _as_of(one))
        groups = connection.execute("SELECT _line, group_no FROM worklist_item ORDER BY 1").fetchall()
    assert groups == [(2, 1), (3, 1)]


def test_a_row_belongs_to_the_department_in_its_column_otherwise_to_the_first_responsible_one() -> None:
    preserved, firms = CATALOG.worklists["small_claims_limit"], CATALOG.worklists["dishonest_firm_screening"]
    rows = _rows(preserved)
    rows["cases"][0]["department"] = "tribunal"
    with built(CATALOG, [], {**rows, **_rows(firms)}, _as_of(preserved) | _as_of(firms)) as connection:
        for one in (preserved, firms):
            worklist_items.write(DuckDBEngine(connection), _only(one), _as_of(one))
            found = connection.execute("SELECT DISTINCT department FROM worklist_item ORDER BY 1").fetchall()
            assert found == ([("tribunal",), (None,)] if one is preserved else [("enforcement",)])
            connection.execute("DROP TABLE worklist_item; DROP TABLE worklist_state")


# --- seeds --------------------------------------------------------------------------------------------------------


def test_the_reason_of_every_worklist_is_words_of_the_plan(catalog: Catalog) -> None:
    plan = [one.text for one in (*catalog.measures.values(), *catalog.requirements.values())]
    plan += [domain.goal for domain in catalog.domains.values()]
    assert [one.id for one in catalog.worklists.values() if not any(one.why in text for text in plan)] == []


def test_worklists_stand_in_the_order_of_the_measures_they_serve(catalog: Catalog) -> None:
    order = [*catalog.measures, *catalog.requirements]
    firsts = [min(order.index(one) for one in each.measures) for each in catalog.worklists.values()]
    assert firsts == sorted(firsts)


def test_a_worklist_shows_no_judge_and_no_party(catalog: Catalog) -> None:
    """The contracts drop those columns at the door; a list may not name one that slips by under another word."""
    for one in catalog.worklists.values():
        headers = [catalog.tables[one.table].header(column) for column in one.columns]
        assert not [header for header in headers if any(word in header for word in ("法官", "承办人", "当事人"))]
