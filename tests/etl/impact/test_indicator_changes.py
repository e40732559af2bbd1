"""Two versions, indicator by indicator: what differs, in which words, and what the cause is called."""

import shutil
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from etl.duckdb_connection import open_build
from etl.impact.indicator_changes import indicator_changes
from etl.warehouse.build import build
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.errors import StorageError
from scorecard.narrative.changes import IndicatorChanges, ValueChange
from scorecard.storage import checksums
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from tests.support.extracts import cases_csv
from tests.support.written import hand_in, published

SEPTEMBER, OCTOBER, TODAY = date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 3)


def of(found: IndicatorChanges, indicator: str, grain: str, key: str) -> ValueChange:
    return next(
        one for one in found.changes if (one.indicator.id, one.period.grain, one.period.key) == (indicator, grain, key)
    )


@pytest.fixture
def changed_seeds(seeds: Path, tmp_path: Path) -> Path:
    """The committed seeds in a folder this test may change."""
    shutil.copytree(seeds, tmp_path / "seeds")
    return tmp_path / "seeds"


def indicator_file(seeds: Path, name: str) -> Path:
    (found,) = seeds.glob(f"indicators/*/{name}.toml")
    return found


def edited(seeds: Path, name: str, old: str, new: str) -> Catalog:
    path = indicator_file(seeds, name)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return loader.load(seeds)


def test_the_other_way_round_the_signs_turn(data: DataDir, catalog: Catalog) -> None:
    hand_in(data, catalog, "cases", cases_csv(60), SEPTEMBER)
    old = published(data, catalog)
    more = cases_csv(60).decode().replace("简易程序", "小额诉讼", 10)
    hand_in(data, catalog, "cases", more.encode(), SEPTEMBER, "更正.csv")
    new = published(data, catalog)
    there, back = (indicator_changes(data, *pair, TODAY) for pair in ((old, new), (new, old)))
    one, other = (of(found, "small_claims_rate", "ytd", "2026-09") for found in (there, back))
    assert (one.before, one.after, one.size) == ("25.00%", "41.67%", "+16.67个百分点")
    assert (other.before, other.after, other.size) == ("41.67%", "25.00%", "-16.67个百分点")
    assert (one.before_word, one.after_word) == (other.after_word, other.before_word)
    assert len(there.changes) == len(back.changes)
    assert (there.parts_changed, there.parts_compared) == (back.parts_changed, back.parts_compared)


def test_a_version_against_itself_has_no_difference(data: DataDir, catalog: Catalog) -> None:
    hand_in(data, catalog, "cases", cases_csv(60), SEPTEMBER)
    version = published(data, catalog)
    found = indicator_changes(data, version, version, TODAY)
    assert (found.changes, found.new, found.gone, found.redefined, found.parts_changed) == ((), (), (), (), 0)
    assert found.compared > 100


def test_both_sides_are_judged_on_the_same_day_so_that_lateness_alone_is_no_change(
    data: DataDir, catalog: Catalog
) -> None:
    hand_in(data, catalog, "cases", cases_csv(60), SEPTEMBER)
    old = published(data, catalog)
    hand_in(data, catalog, "cases", cases_csv(60), SEPTEMBER, "又一次.csv")  # the same bytes are the same batch
    assert build(catalog, data) == old
    late = indicator_changes(data, old, old, date(2027, 6, 1))
    assert late.changes == ()


def test_a_running_period_that_closes_changes_its_word_and_says_why(data: DataDir, catalog: Catalog) -> None:
    cut = date(2026, 7, 15)
    head, *lines = cases_csv(60).decode().splitlines()
    until = [line for line in lines if line.split(",")[3] <= cut.isoformat()]
    hand_in(data, catalog, "cases", "\r\n".join([head, *until]).encode(), cut)
    old = published(data, catalog)
    hand_in(data, catalog, "cases", cases_csv(61), SEPTEMBER, "九月.csv")
    found = indicator_changes(data, old, build(catalog, data), date(2026, 7, 20))
    july = of(found, "small_claims_rate", "month", "2026-07")
    assert july.kind == "verdict"
    assert july.before_word == "在途"
    assert july.after_word in ("达标", "未达标")
    assert july.reason


def test_a_changed_definition_is_named_before_anyone_looks_for_it_in_the_data(
    data: DataDir, catalog: Catalog, changed_seeds: Path
) -> None:
    hand_in(data, catalog, "cases", cases_csv(60), SEPTEMBER)
    old = published(data, catalog)
    other = edited(changed_seeds, "small_claims_rate", 'numerator = { procedure = "小额诉讼" }',
                   'numerator = { procedure = "简易程序" }')  # fmt: skip
    found = indicator_changes(data, old, build(other, data), TODAY)
    assert [(one.indicator, one.what) for one in found.redefined] == [("small_claims_rate", "口径改变")]
    assert {one.indicator.id for one in found.changes} == {"small_claims_rate"}
    assert of(found, "small_claims_rate", "ytd", "2026-09").after == "75.00%"


def test_words_alone_are_told_apart_from_a_changed_formula(
    data: DataDir, catalog: Catalog, changed_seeds: Path
) -> None:
    hand_in(data, catalog, "cases", cases_csv(60), SEPTEMBER)
    old = published(data, catalog)
    words = catalog.indicators["small_claims_rate"].definition
    other = edited(changed_seeds, "small_claims_rate", words, f"{words}（试行）")
    found = indicator_changes(data, old, build(other, data), TODAY)
    assert [(one.what, one.after) for one in found.redefined] == [("说明改变", f"{words}（试行）")]
    assert found.changes == ()


def test_an_indicator_that_came_or_went_is_named_and_its_values_are_new_or_gone(
    data: DataDir, catalog: Catalog, changed_seeds: Path
) -> None:
    hand_in(data, catalog, "cases", cases_csv(60), SEPTEMBER)
    old = published(data, catalog)
    indicator_file(changed_seeds, "model_judgment_parallel_count").unlink()
    new = build(loader.load(changed_seeds), data)
    gone = indicator_changes(data, old, new, TODAY)
    came = indicator_changes(data, new, old, TODAY)
    assert [(one.indicator, one.what) for one in gone.redefined] == [("model_judgment_parallel_count", "指标已撤销")]
    assert [(one.indicator, one.what) for one in came.redefined] == [("model_judgment_parallel_count", "新增指标")]
    assert {one.indicator.id for one in gone.gone} == {"model_judgment_parallel_count"}
    assert [one.period for one in gone.gone] == [one.period for one in came.new]
    assert gone.changes == came.changes == ()


def test_a_version_that_cannot_be_opened_is_refused_in_words(data: DataDir, catalog: Catalog) -> None:
    hand_in(data, catalog, "cases", cases_csv(5), SEPTEMBER)
    version = published(data, catalog)
    with pytest.raises(StorageError, match="数据文件不存在"):
        indicator_changes(data, "0123456789abcdef", version, TODAY)


def test_a_version_of_an_older_program_is_refused_in_words(data: DataDir, catalog: Catalog) -> None:
    hand_in(data, catalog, "cases", cases_csv(5), SEPTEMBER)
    version = published(data, catalog)
    connection = open_build(data.database(version))
    connection.execute("DROP TABLE table_fault")
    connection.close()
    checksums.forget(data, data.database(version))
    checksums.note(data, data.database(version))  # it is as that program wrote it, not damaged
    with pytest.raises(StorageError, match="由较早的程序建成"):
        indicator_changes(data, version, version, TODAY)


def test_a_damaged_version_file_is_refused_in_words(data: DataDir, catalog: Catalog) -> None:
    hand_in(data, catalog, "cases", cases_csv(5), SEPTEMBER)
    version = published(data, catalog)
    data.database(version).write_bytes(b"not a database")
    with pytest.raises(StorageError, match="已损坏"):
        indicator_changes(data, version, version, TODAY)


def test_a_recorded_break_changes_the_verdict_that_rests_on_a_comparison_across_it(
    data: DataDir, catalog: Catalog
) -> None:
    """Four of five succeed in October 2025, all five in October 2026: 20 points better, until the definition is said to have changed."""
    lines = [
        f"（{year}）鲁0117民诉前调{n}号 | {year}-10-01 | {year}-10-20 | {'失败' if (year, n) == (2025, 1) else '成功'}"
        for year in (2025, 2026)
        for n in range(1, 6)
    ]
    hand_in(data, catalog, "pre_mediations", "\n".join(["调解案号 | 收案日期 | 结束日期 | 结果", *lines]), OCTOBER)
    goal = "指标id | 类型 | 下限 | 生效起 | 依据类别 | 依据文件 | 确认人 | 确认时间"
    row = "pre_mediation_success_rate | 较上年 | 2 | 2026-01-01 | 待确认 | 会议纪要 | 张三 | 2026-01-01 09:00"
    hand_in(data, catalog, "targets", f"{goal}\n{row}", OCTOBER)
    before = published(data, catalog)
    mark = "指标id | 月份 | 类别 | 事项 | 原因或依据 | 状态 | 记录人 | 记录时间"
    said = "pre_mediation_success_rate | 2026-03-01 | 口径调整 | 调整 | 文件 | 有效 | 李四 | 2026-10-30 09:00"
    hand_in(data, catalog, "annotations", f"{mark}\n{said}", OCTOBER)
    change = of(
        indicator_changes(data, before, published(data, catalog), TODAY),
        "pre_mediation_success_rate",
        "month",
        "2026-10",
    )
    assert (change.before_word, change.after_word) == ("达标", "仅监测")


def test_months_that_close_on_another_day_are_said_and_the_published_version_keeps_its_own(
    data: DataDir, catalog: Catalog
) -> None:
    hand_in(data, catalog, "cases", cases_csv(60), SEPTEMBER)
    old = published(data, catalog)
    line = b"\n[[statistical_months]]\nfrom = 2026-07-01\ncloses_on = 20\n"
    new = build(loader.parse({**catalog.files, "court.toml": catalog.files["court.toml"] + line}), data)
    found = indicator_changes(data, old, new, TODAY)
    assert [(one.name, one.what, one.before, one.after) for one in found.redefined] == [
        ("全部指标", "统计月改变", "自然月", "2026年7月起每月20日结账")
    ]
    assert {one.cause.split("、")[0] for one in found.changes} == {"统计月改变"}
    assert {one.cause for one in found.signals} <= {"口径或统计月改变"}
    july: dict[str, str] = {}
    for version in (old, new):
        with closing(store.connect(data, version)) as connection:
            series = warehouse.series(connection, warehouse.catalog(connection), "month", "all", "all")
        july[version] = next(one.period.dated for one in series["small_claims_rate"] if one.period.key == "2026-07")
    assert july == {old: "2026年7月", new: "2026年7月（2026年7月1日至2026年7月20日，统计期调整，共20天）"}
