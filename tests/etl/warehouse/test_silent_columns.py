"""What an extract does not say is never a number: every optional column of every sample table dropped in turn.

The rule itself says what is right: a value either stays what it was, or is withheld with the reason. Which values may be
withheld is counted a second time here, from the columns that the definitions name.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import zip_longest

import duckdb
import pytest

from etl.duckdb_connection import open_build
from etl.engines.engine import DuckDBEngine
from etl.intake.accept import accept
from etl.intake.batches import Batch, list_batches
from etl.problems import Count
from etl.warehouse import rollup, silent_columns, tables, worklist_items
from etl.warehouse.build import build
from scorecard.assessment.cards import Card, CardInputs, cards
from scorecard.calendar.period import Grain, parse
from scorecard.catalog import loader
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.catalog.formulas import to_formula
from scorecard.storage.data_dir import DataDir
from scorecard.store import warehouse
from tests.conftest import ROOT
from tests.support.actors import TESTER

CATALOG = loader.load(ROOT / "seeds")
EXTRACTS = [table for table in CATALOG.tables.values() if table.entered_by == "upload"]
_KEYS = "indicator, grain, period, department, scope"
Values = dict[tuple[str, ...], tuple[object, ...]]


def _built(catalog: Catalog, batches: Sequence[Batch], table: Table) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory of the indicators and worklists that read the table."""
    indicators = [one for one in catalog.indicators.values() if table.id in one.formula.tables]
    worklists = {name: one for name, one in catalog.worklists.items() if table.id in one.tables}
    needed = {name for one in indicators for name in one.formula.tables}
    needed |= {table.id, *(name for one in worklists.values() for name in one.tables)}
    batches = [batch for batch in batches if batch.table in needed]
    connection = open_build(None)
    as_of = tables.load(DuckDBEngine(connection), catalog, batches)
    rollup.compute(DuckDBEngine(connection), catalog, as_of, indicators)
    silent_columns.write(DuckDBEngine(connection), catalog, batches, as_of)
    worklist_items.write(DuckDBEngine(connection), replace(catalog, worklists=worklists), as_of)
    return connection


def _without(batches: Sequence[Batch], table: Table, *dropped: str) -> list[Batch]:
    """The batches as if their files had not had the columns."""
    absent = [Count("header_absent", "report", table.columns[column].header, 1) for column in dropped]
    return [replace(batch, counts=(*batch.counts, *absent)) if batch.table == table.id else batch for batch in batches]


def _values(connection: duckdb.DuckDBPyConnection) -> Values:
    rows = connection.execute(
        f"SELECT {_KEYS}, numerator, denominator, base, round(value, 9) FROM indicator_value"
    ).fetchall()
    return {row[:5]: row[5:] for row in rows}


def _parts(connection: duckdb.DuckDBPyConnection) -> Values:
    rows = connection.execute(f"SELECT {_KEYS}, part::VARCHAR, numerator, denominator FROM indicator_part").fetchall()
    return {row[:6]: row[6:] for row in rows}


def _doubts(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, ...], str]:
    rows = connection.execute(f"SELECT {_KEYS}, string_agg(reason, '；') FROM value_doubt GROUP BY ALL").fetchall()
    return {row[:5]: row[5] for row in rows}


def _reads(indicator: Indicator, table: Table, column: str) -> bool:
    """Whether the column goes into any condition, sum or clock: followed through the derived columns by hand."""
    wanted, grown = {column}, True
    while grown:
        more = {name for name, derived in table.derived.items() if wanted & set(derived.inputs)}
        grown = not more <= wanted
        wanted |= more
    return any(term.table == table.id and term.columns & wanted for term in indicator.formula.terms)


@pytest.fixture(scope="module")
def batches(sample: DataDir) -> tuple[Batch, ...]:
    return list_batches(sample)


@pytest.mark.parametrize("table", EXTRACTS, ids=lambda table: table.id)
def test_no_value_changes_silently_when_a_column_is_dropped(table: Table, batches: tuple[Batch, ...]) -> None:
    whole = _built(CATALOG, batches, table)
    before, parts_before, items_before = _values(whole), _parts(whole), _items(whole)
    optional = [column for column, contract in table.columns.items() if not contract.required]
    for pair in zip_longest(optional[::2], optional[1::2]):  # two at a time: each costs a whole build
        dropped = [column for column in pair if column]
        headers = [table.columns[column].header for column in dropped]
        connection = _built(CATALOG, _without(batches, table, *dropped), table)
        after, doubts = _values(connection), _doubts(connection)
        for key, value in after.items():
            if key in doubts:
                assert value == (None, None, None, None)
                assert any(f"没有“{header}”一列" in doubts[key] for header in headers)
            else:
                assert value == before[key], f"{dropped}: {key}"
        for key, halves in _parts(connection).items():
            assert halves == ((None, None) if key[:5] in doubts else parts_before[key]), f"{dropped}: {key}"
        dimensions = {name for name in (table.department, table.firm) if name}
        for indicator in (CATALOG.indicators[key[0]] for key in doubts):
            read = [column for column in dropped if _reads(indicator, table, column) or column in dimensions]
            assert read, f"{dropped}: {indicator.id}"
        for worklist, unknown in connection.execute("SELECT worklist, unknown FROM worklist_state").fetchall():
            now = {item for item in _items(connection) if item[0] == worklist}
            same = now == {item for item in items_before if item[0] == worklist}
            named = [header for header in headers if any(header in reason for reason in unknown)]
            assert same or named, f"{dropped}: {worklist}"
        connection.close()
    whole.close()


def _items(connection: duckdb.DuckDBPyConnection) -> set[tuple[object, ...]]:
    return set(
        connection.execute("SELECT worklist, department, due_at, state, _batch, _line FROM worklist_item").fetchall()
    )


# --- the extracts of tests/data/door --------------------------------------------------------------------------------


def _delivered(data: DataDir, catalog: Catalog, *files: tuple[str, str, date]) -> duckdb.DuckDBPyConnection:
    """A version of these files: (file, table, 数据截至)."""
    for name, table, as_of in files:
        raw = (ROOT / "tests/data/door" / name).read_bytes()
        accept(raw, name, catalog.tables[table], catalog, as_of, TESTER, data)
    return duckdb.connect(str(data.database(build(catalog, data))), read_only=True)


def _cards(connection: duckdb.DuckDBPyConnection, catalog: Catalog, grain: Grain, period: str) -> dict[str, Card]:
    chosen = parse(grain, period)
    assert chosen is not None
    inputs = CardInputs(
        catalog,
        warehouse.series(connection, catalog, grain, "all", "all"),
        warehouse.targets(connection),
        warehouse.doubts(connection),
        warehouse.tables(connection),
        "all",
        "all",
        date(2026, 11, 30),
    )
    return {card.indicator.id: card for card in cards(inputs, chosen)}


def test_a_month_without_the_column_leaves_no_appeal_rate(data: DataDir) -> None:
    october = ("column_absent_october.csv", "cases", date(2026, 10, 31))
    november = ("column_absent_november.csv", "cases", date(2026, 11, 29))
    before = _cards(_delivered(data, CATALOG, october), CATALOG, "ytd", "2026-10")["first_instance_appeal_rate"]
    assert (before.value, before.halves) == ("20.00%", "2 / 10")
    after = _cards(_delivered(data, CATALOG, november), CATALOG, "ytd", "2026-10")["first_instance_appeal_rate"]
    assert (after.verdict.word, after.value, after.halves) == ("数据待核", "—", "")
    assert "2026年11月的审判案件表没有“是否上诉”一列" in after.verdict.reason


def test_months_delivered_with_the_column_stay_judged(data: DataDir) -> None:
    raw = (ROOT / "tests/data/door/column_absent_october.csv").read_text("utf-8-sig")
    older = raw.replace("（2026）", "（2025）").replace("2026/", "2025/").encode("utf-8-sig")
    accept(older, "2025.csv", CATALOG.tables["cases"], CATALOG, date(2025, 10, 31), TESTER, data)
    connection = _delivered(data, CATALOG, ("column_absent_november.csv", "cases", date(2026, 11, 29)))
    year = _cards(connection, CATALOG, "year", "2025")["first_instance_appeal_rate"]
    assert (year.value, year.halves) == ("20.00%", "2 / 10")
    assert _cards(connection, CATALOG, "ytd", "2026-10")["first_instance_appeal_rate"].verdict.word == "数据待核"


def test_what_reads_no_absent_column_stays_judged(data: DataDir) -> None:
    connection = _delivered(data, CATALOG, ("cases_optional_columns_absent.csv", "cases", date(2026, 10, 31)))
    read = {indicator for indicator, *_ in _doubts(connection)}
    assert {"small_claims_rate", "announcement_service_rate", "preservation_rate", "e_service_case_rate"} <= read
    assert _cards(connection, CATALOG, "ytd", "2026-10")["small_claims_rate"].verdict.word == "数据待核"
    table = CATALOG.tables["cases"]
    absent = set(table.columns) - {"case_no", "filed_on", "closed_on", "cause", "department"}
    untouched = [
        one
        for one in CATALOG.indicators.values()
        if one.formula.tables == ("cases",) and not any(_reads(one, table, column) for column in absent)
    ]
    assert untouched
    assert not {indicator for indicator, *_, scope in _doubts(connection) if scope == "all"} & {
        one.id for one in untouched
    }


def test_an_objection_nobody_was_asked_for_is_not_a_perfect_rate(data: DataDir) -> None:
    connection = _delivered(
        data, CATALOG, ("preservation_without_objection_columns.csv", "preservation", date(2026, 10, 31))
    )
    card = _cards(connection, CATALOG, "ytd", "2026-10")["over_limit_seizure_upheld_rate"]
    assert (card.verdict.word, card.value) == ("数据待核", "—")
    assert "没有“异议类型”一列" in card.verdict.reason


def test_a_sum_of_which_nothing_is_known_is_no_zero(data: DataDir) -> None:
    """The figures are those of the file: 2014 has 4,589,375 cases taken in; one part of the four is blank there."""
    numbers = {
        name: {"header": name, "type": "integer"} for name in ("收案", "结案", "判决", "驳回", "撤诉", "调解", "其他")
    }
    table = Table.model_validate(
        {
            "id": "years", "name": "年报", "key": ["年份"],
            "columns": {"年份": {"header": "年份", "type": "date", "required": True}, **numbers},
            "derived": {"parts": {"header": "各方式合计", "total": ["判决", "驳回", "撤诉", "调解", "其他"]}},
        }
    )  # fmt: skip
    model = CATALOG.indicators["small_claims_rate"]
    sums = {
        name: model.model_copy(
            update={
                "id": name, "unit": "件",
                "formula": to_formula({"kind": "sum", "table": "years", "period": "年份", "of": column}),
            }
        )
        for name, column in {"taken": "收案", "parts": "parts"}.items()
    }  # fmt: skip
    catalog = replace(CATALOG, tables={"years": table}, indicators=sums, worklists={})
    accept(
        (ROOT / "tests/data/door/blank_sum_is_zero.csv").read_bytes(),
        "a.csv",
        table,
        catalog,
        date(2014, 12, 31),
        TESTER,
        data,
    )
    batches = list_batches(data)
    connection = open_build(None)
    catalog = replace(catalog, court=catalog.court.model_copy(update={"statistics_from": None}))
    as_of = tables.load(DuckDBEngine(connection), catalog, batches)
    rollup.compute(DuckDBEngine(connection), catalog, as_of)
    rows = connection.execute(
        "SELECT indicator, period, numerator, unknown FROM indicator_value WHERE grain = 'year' AND scope = 'all' ORDER BY ALL"
    ).fetchall()
    assert rows == [
        ("parts", "2013", None, 1), ("parts", "2014", None, 1),
        ("taken", "2013", None, 1), ("taken", "2014", Decimal(4_589_375), 0),
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["", "  ", "　", "NA", "N/A", "NULL", "无", "—", "——", "不详", "ＮＡ"])
def test_a_blank_column_is_as_silent_as_an_absent_one(data: DataDir, word: str) -> None:
    """So is one that holds only words for unknown."""
    raw = (ROOT / "tests/data/door/column_absent_october.csv").read_text("utf-8-sig")
    head, *lines = raw.splitlines()
    blank = "\n".join([head, *(f"{line.rsplit(',', 1)[0]},{word}" for line in lines)])
    accept(blank.encode(), "blank.csv", CATALOG.tables["cases"], CATALOG, date(2026, 10, 31), TESTER, data)
    connection = duckdb.connect(str(data.database(build(CATALOG, data))), read_only=True)
    card = _cards(connection, CATALOG, "ytd", "2026-10")["first_instance_appeal_rate"]
    assert card.verdict.word == "数据待核"
    assert "“是否上诉”一列全部空白" in card.verdict.reason


@pytest.mark.parametrize("word", ["", "NA", "无", "—", "未知"])
def test_a_category_of_words_for_unknown_is_as_silent_as_an_absent_one(data: DataDir, word: str) -> None:
    raw = (ROOT / "tests/data/door/cause_prefixed.csv").read_text("utf-8-sig")
    for cause in ("301.证券虚假陈述责任纠纷", "101.买卖合同纠纷", "买卖合同纠纷"):
        raw = raw.replace(f",{cause},", f",{word},")
    accept(raw.encode(), "a.csv", CATALOG.tables["cases"], CATALOG, date(2026, 10, 31), TESTER, data)
    connection = duckdb.connect(str(data.database(build(CATALOG, data))), read_only=True)
    card = _cards(connection, CATALOG, "ytd", "2026-10")["investor_case_median_days"]
    assert (card.verdict.word, card.value) == ("数据待核", "—")
    assert "“案由”一列全部空白" in card.verdict.reason


def test_a_blank_counts_as_no_only_where_the_contract_declares_it(data: DataDir) -> None:
    """Two of ten were appealed; the other eight cells are blank in this copy of the file."""
    raw = (ROOT / "tests/data/door/column_absent_october.csv").read_text("utf-8-sig")
    written = raw.replace(",否\n", ",\n").replace(",否\r\n", ",\r\n").encode()
    cases = CATALOG.tables["cases"]
    declared = cases.columns["appealed"].model_copy(update={"blank_means": "否"})
    table = cases.model_copy(update={"columns": {**cases.columns, "appealed": declared}})
    catalog = replace(CATALOG, tables={**CATALOG.tables, "cases": table})
    accept(written, "a.csv", table, catalog, date(2026, 10, 31), TESTER, data)
    for one, denied in ((CATALOG, 0), (catalog, 8)):
        connection = open_build(None)
        tables.load(DuckDBEngine(connection), one, list_batches(data))
        assert connection.execute("SELECT count(*) FILTER (NOT appealed) FROM cases").fetchall() == [(denied,)]


def test_a_blank_amount_is_zero_only_where_the_contract_declares_it(data: DataDir) -> None:
    """One case with three hearings, one whose cell is blank."""
    raw = "案号,立案日期,庭审次数\n（2026）鲁0117民初1号,2026-01-05,3\n（2026）鲁0117民初2号,2026-01-06,\n".encode()
    cases = CATALOG.tables["cases"]
    declared = cases.columns["hearings"].model_copy(update={"blank_means": "0"})
    table = cases.model_copy(update={"columns": {**cases.columns, "hearings": declared}})
    accept(raw, "a.csv", cases, CATALOG, date(2026, 10, 31), TESTER, data)
    for one, expected in ((CATALOG, [3, None]), (replace(CATALOG, tables={**CATALOG.tables, "cases": table}), [3, 0])):
        connection = open_build(None)
        tables.load(DuckDBEngine(connection), one, list_batches(data))
        assert [
            row[0] for row in connection.execute("SELECT hearings FROM cases ORDER BY _line").fetchall()
        ] == expected
