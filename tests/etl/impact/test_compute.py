"""影响, row by row and indicator by indicator: what publishing a version would change, on cases one can check by hand."""

from datetime import date
from pathlib import Path

import pytest

from etl.impact.compute import impact
from etl.impact.version_diff import Impact, RowChange, TableImpact
from etl.intake.batch_notes import withdraw
from etl.warehouse.build import build
from scorecard.catalog.columns import MASK
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.support.actors import OFFICER
from tests.support.extracts import cases_csv, without
from tests.support.samples import copied
from tests.support.written import csv_of, hand_in, published

SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)
TODAY = date(2026, 11, 3)
OLD = """
    案号                  | 立案日期   | 结案日期   | 结案方式 | 适用程序 | 承办部门   | 是否涉企 | 标的额
    （2026）鲁0117民初1号 | 2026-08-03 | 2026-09-10 | 判决     | 小额诉讼 | 民事审判庭 | 是       | 100
    （2026）鲁0117民初2号 | 2026-08-04 | 2026-09-11 | 判决     | 简易程序 | 民事审判庭 | 否       | 200.50
    （2026）鲁0117民初3号 | 2026-08-05 | 2026-09-12 | 判决     | 简易程序 | 民事审判庭 | 是       | 300
    （2026）鲁0117民初4号 | 2026-08-06 |            |          | 简易程序 | 民事审判庭 | 是       | 400
    （2026）鲁0117民初5号 | 2026-08-07 |            |          | 简易程序 | 民事审判庭 |          | 500
    （2026）鲁0117民初6号 | 2026-08-08 | 2026-09-15 | 调解     | 简易程序 | 民事审判庭 | 是       | 600
"""
NEW = """
    案号                  | 立案日期   | 结案日期   | 结案方式 | 适用程序 | 承办部门   | 是否涉企 | 标的额
    （2026）鲁0117民初1号 | 2026-08-03 | 2026-09-10 | 判决     | 小额诉讼 | 民事审判庭 | 是       | 100
    （2026）鲁0117民初2号 | 2026-08-04 | 2026-09-14 | 判决     | 小额诉讼 | 民事审判庭 | 否       | 200.50
    （2026）鲁0117民初3号 | 2026-08-05 |            |          | 简易程序 | 民事审判庭 | 是       | 300
    （2026）鲁0117民初4号 | 2026-08-01 | 2026-10-09 | 判决     | 简易程序 | 民事审判庭 | 是       | 450
    （2026）鲁0117民初7号 | 2026-10-10 |            |          | 简易程序 | 民事审判庭 | 是       | 700
"""


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Impact:
    data = DataDir(tmp_path_factory.mktemp("impact"))
    hand_in(data, catalog, "cases", OLD, SEPTEMBER, "九月.csv")
    current = published(data, catalog)
    hand_in(data, catalog, "cases", NEW, OCTOBER, "十月.csv")
    return impact(data, catalog, build(catalog, data), current, TODAY)


def cases(found: Impact) -> TableImpact:
    return next(table for table in found.tables if table.table == "cases")


def case(number: int) -> str:
    return f"（2026）鲁0117民初{number}号"


def test_every_row_is_new_changed_unchanged_or_missing(changed: Impact) -> None:
    table = cases(changed)
    assert (table.before, table.after) == (6, 7)
    assert (table.new, table.changed, table.unchanged, table.missing) == (1, 3, 3, 0)
    assert table.new_rows == (RowChange("十月.csv", 6, case(7)),)


def test_each_changed_cell_is_named_by_file_line_column_and_both_values(changed: Impact) -> None:
    table = cases(changed)
    assert dict(table.columns) == {"结案日期": 3, "结案方式": 2, "适用程序": 1, "立案日期": 1, "标的额": 1}
    assert [(one.line, one.column, one.before, one.after) for one in table.cells if one.key == case(4)] == [
        (5, "立案日期", "2026-08-06", "2026-08-01"),
        (5, "结案日期", "", "2026-10-09"),
        (5, "结案方式", "", "判决"),
        (5, "标的额", "400", "450"),
    ]
    assert {one.source for one in table.cells} == {"十月.csv"}


def test_rows_that_go_backwards_are_told_in_the_words_of_the_table(changed: Impact) -> None:
    told = {one.words: [row.key for row in one.rows] for one in cases(changed).backwards}
    assert told == {
        "已有结案日期，改为空白（已结→未结）": [case(3)], "结案日期改动": [case(2)], "立案日期改动": [case(4)],
    }  # fmt: skip


def test_rows_that_the_new_file_does_not_hold_are_counted_and_the_open_ones_listed(changed: Impact) -> None:
    table = cases(changed)
    assert (table.absent, table.absent_open) == (2, 1)
    assert table.absent_rows == (RowChange("九月.csv", 6, case(5)),)


def test_a_changed_value_is_told_before_and_after_with_its_halves(changed: Impact) -> None:
    rate = next(
        one
        for one in changed.indicators.changes
        if (one.indicator.id, one.period.grain, one.period.key) == ("small_claims_rate", "month", "2026-09")
    )
    # 1 of 4 closed in September; then 2 of 3, since one was reopened. Fewer than five are counted, never a rate.
    assert (rate.before, rate.after, rate.size) == ("4件", "3件", "")
    assert (rate.before_halves, rate.after_halves) == ("1 / 4", "2 / 3")
    assert (rate.before_word, rate.after_word) == ("样本不足", "样本不足")


def test_new_periods_are_apart_from_changed_ones(changed: Impact) -> None:
    new = {(one.indicator.id, one.period.grain, one.period.key) for one in changed.indicators.new}
    assert ("small_claims_rate", "month", "2026-10") in new
    both = {(one.indicator.id, one.period.grain, one.period.key) for one in changed.indicators.changes}
    assert new & both == set()
    assert changed.indicators.gone == ()


def test_batches_taken_in_are_named(changed: Impact) -> None:
    assert [one["file_name"] for one in changed.taken_in] == ["十月.csv"]
    assert changed.left_out == ()


def test_a_version_against_itself_changes_nothing(data: DataDir, catalog: Catalog) -> None:
    hand_in(data, catalog, "cases", OLD, SEPTEMBER)
    current = published(data, catalog)
    found = impact(data, catalog, current, current, TODAY)
    assert found.nothing
    assert cases(found).unchanged == 6
    assert [balance.open_flows for balance in found.balances] == [()]


def test_the_first_publication_has_only_new_rows_and_new_values(data: DataDir, catalog: Catalog) -> None:
    hand_in(data, catalog, "cases", OLD, SEPTEMBER)
    found = impact(data, catalog, build(catalog, data), None, TODAY)
    assert (cases(found).new, cases(found).changed, cases(found).missing) == (6, 0, 0)
    assert found.indicators.changes == ()
    assert found.indicators.new
    assert "没有期初" in found.balances[0].skipped
    assert not found.nothing


def test_withdrawing_shows_the_rows_that_go_and_the_values_that_come_back(data: DataDir, catalog: Catalog) -> None:
    hand_in(data, catalog, "cases", OLD, SEPTEMBER, "九月.csv")
    published(data, catalog)
    batch = hand_in(data, catalog, "cases", NEW, OCTOBER, "十月.csv")
    current = published(data, catalog)
    withdraw(data, "cases", batch.name, "报错了", OFFICER)
    found = impact(data, catalog, build(catalog, data), current, TODAY)
    table = cases(found)
    assert (table.new, table.changed, table.missing) == (0, 3, 1)
    assert table.missing_rows == (RowChange("十月.csv", 6, case(7)),)
    assert table.absent is None
    assert [one["file_name"] for one in found.left_out] == ["十月.csv"]
    assert found.indicators.gone
    assert "早于已发布的" in found.balances[0].skipped


def test_rates_differ_in_percentage_points_and_verdicts_come_first(data: DataDir, catalog: Catalog) -> None:
    hand_in(data, catalog, "cases", cases_csv(60), SEPTEMBER)
    current = published(data, catalog)
    every_second = cases_csv(60).decode().replace("简易程序", "小额诉讼", 10)
    hand_in(data, catalog, "cases", every_second.encode(), SEPTEMBER, "更正.csv")
    found = impact(data, catalog, build(catalog, data), current, TODAY).indicators
    kinds = [one.kind for one in found.changes]
    assert kinds == sorted(kinds, key=["verdict", "value", "halves"].index)
    year = next(
        one
        for one in found.changes
        if one.indicator.id == "small_claims_rate" and one.period.grain == "ytd" and one.period.key == "2026-09"
    )
    # 15 of 60 and then 25 of 60 cases.
    assert (year.before, year.after, year.size) == ("25.00%", "41.67%", "+16.67个百分点")
    assert year.kind == "verdict"
    assert (year.before_word, year.after_word) == ("达标", "未达标")
    assert found.parts_changed > 0
    assert found.parts_compared > found.parts_changed


def test_a_correction_of_an_earlier_month_is_shown_as_such_and_raises_no_alarm_about_open_cases(
    data: DataDir, catalog: Catalog
) -> None:
    hand_in(data, catalog, "cases", OLD, SEPTEMBER, "九月.csv")
    hand_in(data, catalog, "cases", NEW, OCTOBER, "十月.csv")
    current = published(data, catalog)
    # Case 1 was 简易程序 in both files. Case 4 was open in September and closed in October; its cause becomes known.
    corrected = """
        案号                  | 案由         | 立案日期   | 结案日期   | 结案方式 | 适用程序 | 承办部门   | 是否涉企 | 标的额
        （2026）鲁0117民初1号 | 买卖合同纠纷 | 2026-08-03 | 2026-09-10 | 判决     | 简易程序 | 民事审判庭 | 是       | 100
        （2026）鲁0117民初4号 | 买卖合同纠纷 | 2026-08-06 |            |          | 简易程序 | 民事审判庭 | 是       | 400
    """
    hand_in(data, catalog, "cases", corrected, SEPTEMBER, "更正.csv", corrects=True)
    found = impact(data, catalog, build(catalog, data), current, TODAY)
    table = cases(found)
    assert (table.absent, table.absent_open, table.absent_rows) == (None, None, ())
    assert {(cell.key, cell.column, cell.before, cell.after) for cell in table.cells} == {
        (case(1), "适用程序", "小额诉讼", "简易程序"),
        (case(1), "案由", "", "买卖合同纠纷"),
        (case(4), "案由", "", "买卖合同纠纷"),
    }
    assert table.backwards == (), "no case is open again"
    (one,) = found.corrections
    assert (one.file, one.as_of, one.rows, one.overridden) == ("更正.csv", "2026-09-30", 2, 1)
    assert {(cell.column, cell.before, cell.after, cell.source) for cell in one.cells} == {
        ("立案日期", "2026-08-06", "2026-08-01", "十月.csv"),
        ("结案日期", "", "2026-10-09", "十月.csv"),
        ("结案方式", "", "判决", "十月.csv"),
        ("标的额", "400", "450", "十月.csv"),
    }
    assert [record["corrects"] for record in found.taken_in] == [True]


def test_private_cells_are_masked_in_every_list(data: DataDir, catalog: Catalog) -> None:
    first = """
        线索编号 | 发现日期   | 来源案号              | 研判日期
        甲-1     | 2026-09-01 | （2026）鲁0117民初88号 |
    """
    hand_in(data, catalog, "leads", first, SEPTEMBER)
    current = published(data, catalog)
    hand_in(data, catalog, "leads", first.replace("88", "99"), SEPTEMBER, "更正.csv")
    found = impact(data, catalog, build(catalog, data), current, TODAY)
    (cell,) = next(one for one in found.tables if one.table == "leads").cells
    assert (cell.column, cell.before, cell.after) == ("来源案号", MASK, MASK)
    assert "民初" not in str(found.tables)


def test_between_the_sample_and_real_rows_nothing_is_compared(
    sample: DataDir, catalog: Catalog, tmp_path: Path
) -> None:
    own = copied(sample, tmp_path / "own")
    hand_in(own, catalog, "cases", csv_of(OLD), SEPTEMBER)
    found = impact(own, catalog, build(catalog, own), store.current(own).version, TODAY)
    assert found.leaves_sample
    assert (cases(found).new, cases(found).missing) == (6, 0)
    assert found.indicators.changes == ()


def test_a_new_target_is_named_as_the_cause(data: DataDir, catalog: Catalog) -> None:
    hand_in(data, catalog, "cases", cases_csv(60), SEPTEMBER)
    current = published(data, catalog)
    target = """
        指标id                       | 类型 | 上限 | 生效起     | 依据类别 | 依据文件 | 确认人     | 确认时间
        small_claims_conversion_rate | 上限 | 5    | 2026-01-01 | 上级     | 某院文件 | 院长办公会 | 2026-10-01 09:00
    """
    hand_in(data, catalog, "targets", target, OCTOBER, "目标.csv")
    found = impact(data, catalog, build(catalog, data), current, TODAY).indicators
    named = next(one for one in found.redefined if one.what == "目标改变")
    assert named.indicator == "small_claims_conversion_rate"
    assert (named.before, named.after) == ("未设目标", "≤5%（上级）")
    assert {one.indicator.id for one in found.changes} == {"small_claims_conversion_rate"}
    assert {(one.before_word, one.after_word, one.size) for one in found.verdicts} == {("仅监测", "达标", "持平")}


def test_rows_that_vanish_are_in_the_headline_with_what_they_would_change(data: DataDir, catalog: Catalog) -> None:
    hand_in(data, catalog, "cases", cases_csv(60), SEPTEMBER, "九月.csv")
    current = published(data, catalog)
    hand_in(data, catalog, "cases", without(cases_csv(60), 15, 16, 26), OCTOBER, "十月.csv")
    found = impact(data, catalog, build(catalog, data), current, TODAY)
    assert not found.nothing
    assert cases(found).missing == 0
    ((sentence, rows),) = found.vanished
    assert "没有此前报送过的 3 行" in sentence
    assert [row.key for row in rows] == [case(15), case(16), case(26)]
    assert found.if_taken_out is not None
    year = next(
        one
        for one in found.if_taken_out.changes
        if (one.indicator.id, one.period.grain, one.period.key) == ("small_claims_rate", "ytd", "2026-09")
    )
    # Every fourth of sixty is 小额诉讼, case 16 among them: 15 of 60, and 14 of 57 without the three.
    assert (year.before_halves, year.after_halves) == ("15 / 60", "14 / 57")
    assert (year.before, year.after) == ("25.00%", "24.56%")
