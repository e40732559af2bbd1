"""The tables of seeds/examples/court_tables: small extracts through them, counted by hand, and a case of which fewer lines come later."""

from datetime import date

import pytest

from etl.impact.compute import impact
from etl.impact.version_diff import Impact, RowChange
from etl.warehouse.build import build
from scorecard.catalog import loader
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from tests.conftest import ROOT
from tests.support.written import hand_in, published

SEEDS = ROOT / "seeds" / "examples" / "court_tables"
RETURN = "2026年各月收结案,,,\n,1月,2月,3月\n收案,5,6,\n结案,4,7,\n"
LINES = """
    案号                  | 状态 | 立案日期   | 结案日期   | 本金 | 利息 | 标的额
    （2026）鲁0117民初1号 | 审结 | 2026-01-05 | 2026-01-10 | 100  | 1    | 101
    （2026）鲁0117民初1号 | 审结 | 2026-01-05 | 2026-01-15 | 200  | 2    | 202
    （2026）鲁0117民初1号 | 审结 | 2026-01-06 | 2026-01-15 | 300  | 3    | 303
    （2026）鲁0117民初2号 | 审结 | 2026-01-05 | 2026-01-25 | 10   | 1    | 11
    （2026）鲁0117民初3号 | 中止 | 2026-01-05 | 2026-01-06 | 10   | 1    | 11
"""
LATER = """
    案号                  | 状态 | 立案日期   | 结案日期   | 本金 | 利息 | 标的额
    （2026）鲁0117民初1号 | 审结 | 2026-01-05 | 2026-01-15 | 200  | 2    | 202
    （2026）鲁0117民初2号 | 审结 | 2026-01-05 | 2026-01-25 | 10   | 2    | 12
"""
FEBRUARY, MARCH = date(2026, 2, 28), date(2026, 3, 10)
Built = tuple[DataDir, str, Impact]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    catalog, data = loader.load(SEEDS), DataDir(tmp_path_factory.mktemp("example"))
    hand_in(data, catalog, "monthly_return", RETURN.encode(), FEBRUARY)
    hand_in(data, catalog, "party_lines", LINES, FEBRUARY)
    current = published(data, catalog)
    hand_in(data, catalog, "party_lines", LATER, MARCH, "三月.csv")
    return data, current, impact(data, catalog, build(catalog, data), current, date(2026, 3, 12))


def test_a_printed_return_and_lines_of_parties_come_to_the_numbers_counted_by_hand(built: Built) -> None:
    """5 + 6 filed, March unknown; 10 and 20 days of two cases, of which the first stands on three lines; the suspended one is not over."""
    connection = store.connect(built[0], built[1])
    query = (
        "SELECT grain, period, numerator::INTEGER, base FROM indicator_value"
        " WHERE indicator = ? AND grain IN ('month', 'total') AND department = 'all' ORDER BY ALL"
    )
    assert warehouse.fetched(connection, query, ["returned_filings"]) == [
        ("month", "2026-01", 5, 1), ("month", "2026-02", 6, 1), ("total", "2026-01..2026-02", 11, 2),
    ]  # fmt: skip
    assert warehouse.fetched(connection, query, ["days_per_case_median"]) == [
        ("month", "2026-01", 15, 2),
        ("month", "2026-02", None, 0),
    ]
    connection.close()


def test_a_case_of_which_a_later_file_holds_fewer_lines_is_told_before_anything_is_published(built: Built) -> None:
    (table,) = (one for one in built[2].tables if one.table == "party_lines")
    told = {one.words.partition("（")[0]: one.rows for one in table.backwards}
    case = "（2026）鲁0117民初1号"
    assert told == {
        "本金变小": (RowChange("三月.csv", 2, case, "本金", "600", "200"),),
        "利息变小": (RowChange("三月.csv", 2, case, "利息", "6", "2"),),
        "标的额变小": (RowChange("三月.csv", 2, case, "标的额", "606", "202"),),
    }
    assert table.changed == 2, "of the second case the interest grew"
