"""A closing date that looks like the day of an export withholds what rests on it, until an officer says which it is."""

from datetime import date

import duckdb
import pytest

from etl.intake.accept import accept
from etl.intake.batch_notes import Ruling, rule_on_cut_date, withdrawn
from etl.intake.batches import Batch
from etl.warehouse.build import build, chosen_batches
from etl.warehouse.cut_dates import doubtful_days
from scorecard.audit import log as audit
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir
from tests.support.actors import TESTER

AS_OF = date(2026, 10, 31)


def _extract() -> bytes:
    """Forty cases open since January, all with the day of the export; ten that were really closed, in September."""
    head = "案号,立案日期,结案日期,结案方式,适用程序"
    sham = [f"（2026）鲁0117民初{n}号,2026-01-05,2026-10-31,," for n in range(1, 41)]
    true = [f"（2026）鲁0117民初{n}号,2026-01-05,2026-09-15,判决,简易程序" for n in range(41, 51)]
    return "\n".join([head, *sham, *true]).encode()


@pytest.fixture
def batch(data: DataDir, catalog: Catalog) -> Batch:
    return accept(_extract(), "cases.csv", catalog.tables["cases"], catalog, AS_OF, TESTER, data)


def _built(data: DataDir, catalog: Catalog) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(data.database(build(catalog, data))), read_only=True)


def _counts(connection: duckdb.DuckDBPyConnection) -> tuple[object, ...]:
    """Cases with a closing date in October; the reasons against the civil cases' small claims rate of October and 2025."""
    (closed,) = connection.execute("SELECT count(*) FROM cases WHERE closed_on >= '2026-10-01'").fetchall()[0]
    reasons = connection.execute(
        "SELECT DISTINCT reason FROM value_doubt WHERE indicator = 'small_claims_rate' AND period = '2026-10'"
        " AND grain = 'month' AND scope = 'all'"
    ).fetchall()
    return closed, [reason for (reason,) in reasons]


def test_nothing_that_rests_on_such_a_date_is_shown_until_somebody_says_which_it_is(
    data: DataDir, catalog: Catalog, batch: Batch
) -> None:
    closed, reasons = _counts(_built(data, catalog))
    assert closed == 40
    assert reasons == ["2026年10月的审判案件表有40件的结案日期都是2026-10-31而没有结案方式，是否已结待核定"]
    (day,) = doubtful_days(catalog, chosen_batches(data))
    assert (day.batch, day.day, day.rows) == (batch, "2026-10-31", 40)


@pytest.mark.parametrize(("ruling", "closed", "rate"), [("按未结", 0, (0, 0)), ("按已结", 40, (0, 40))])
def test_a_ruling_settles_it_either_way(
    data: DataDir, catalog: Catalog, batch: Batch, ruling: Ruling, closed: int, rate: tuple[int, int]
) -> None:
    before = build(catalog, data)
    rule_on_cut_date(data, "cases", batch.name, "2026-10-31", ruling, "已与办案系统核对", TESTER)
    connection = _built(data, catalog)
    assert build(catalog, data) != before
    assert _counts(connection) == (closed, [])
    halves = connection.execute(
        "SELECT numerator::INT, denominator::INT FROM indicator_value WHERE indicator = 'small_claims_rate'"
        " AND grain = 'month' AND period = '2026-10' AND department = 'all' AND scope = 'all'"
    ).fetchall()
    assert halves == [rate]
    assert doubtful_days(catalog, chosen_batches(data)) == ()
    assert withdrawn(data) == {}
    assert audit.entries(data)[-1].action == "核定截数日期"


def test_closings_that_were_never_in_doubt_stay(data: DataDir, catalog: Catalog, batch: Batch) -> None:
    connection = _built(data, catalog)
    doubted = connection.execute(
        "SELECT count(*) FROM value_doubt WHERE indicator = 'small_claims_rate' AND period = '2025-12'"
    ).fetchall()
    assert doubted == [(0,)]


def test_a_ruling_needs_a_reason_and_a_batch(data: DataDir, catalog: Catalog, batch: Batch) -> None:
    with pytest.raises(ScorecardError, match="没有写理由"):
        rule_on_cut_date(data, "cases", batch.name, "2026-10-31", "按未结", " ", TESTER)
    with pytest.raises(ScorecardError, match="没有这个批次"):
        rule_on_cut_date(data, "cases", "no-such", "2026-10-31", "按未结", "理由", TESTER)


def test_a_list_is_not_empty_where_a_row_may_be_open_and_may_be_of_its_kind(data: DataDir, catalog: Catalog) -> None:
    """The cases say neither whether they are closed nor, for want of the column, by which procedure they are tried."""
    raw = b"\n".join(line.rsplit(b",", 1)[0] for line in _extract().splitlines())
    accept(raw, "cases.csv", catalog.tables["cases"], catalog, AS_OF, TESTER, data)
    unknown = dict(_built(data, catalog).execute("SELECT worklist, unknown FROM worklist_state").fetchall())
    for worklist, columns in (("pending_over_12m", ["结案日期"]), ("small_claims_limit", ["结案日期", "适用程序"])):
        assert all(any(column in reason for reason in unknown[worklist]) for column in columns), worklist
