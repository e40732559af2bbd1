"""What a visitor may do: hand in, publish, set a target, roll back. Each once, each on purpose, nothing lost."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from etl.batches import list_batches
from scorecard import store
from scorecard.layout import DataDir
from tests.actors import TESTER
from tests.extracts import cases_csv
from tests.pages.conftest import Open, turn
from tests.pages.test_pages import markup, text
from tests.samples import copied


@pytest.fixture
def own(sample: DataDir, tmp_path: Path) -> Iterator[DataDir]:
    """The sample in a folder this test may change."""
    yield copied(sample, tmp_path / "own")


def button(app: AppTest, key: str) -> object:
    return next((one for one in app.button if one.key == key), None)


def press(app: AppTest, key: str) -> AppTest:
    return next(one for one in app.button if one.key == key).click().run()


def hand_in(app: AppTest, raw: bytes, name: str = "cases.csv") -> AppTest:
    app.selectbox(key="table").set_value("cases")
    return app.file_uploader[0].upload(name, raw, "text/csv").run()


def test_a_sound_extract_is_previewed_accepted_and_published_each_on_its_own_button(
    data: DataDir, open_page: Open
) -> None:
    app = hand_in(open_page(data, "upload"), cases_csv(60))
    assert "可以接收" in text(app)
    assert "预览" in text(app)
    assert list_batches(data) == ()
    press(app, "accept")
    assert "已接收" in text(app)
    assert len(list_batches(data)) == 1
    assert store.current(data).version is None
    app.run()
    assert len(list_batches(data)) == 1
    press(app, "publish")
    assert not app.exception
    assert store.current(data).version is not None
    assert button(app, "publish") is None
    assert "示例数据" not in text(turn(app, "overview"))


def test_accepting_the_same_file_again_says_so_and_writes_nothing(data: DataDir, open_page: Open) -> None:
    app = hand_in(open_page(data, "upload"), cases_csv(60))
    press(app, "accept")
    press(app, "accept")
    assert "此前已接收" in text(app)
    assert len(list_batches(data)) == 1


def test_a_broken_gb18030_file_shows_each_line_and_nothing_is_written(data: DataDir, open_page: Open) -> None:
    lines = cases_csv(60).decode("utf-8-sig").splitlines()
    lines[1] = lines[1].replace("小额诉讼", "小额诉颂").replace("简易程序", "简易程徐")
    lines[2] = re.sub(r"\d{4}-\d\d-\d\d", "2026-02-30", lines[2], count=1)
    app = hand_in(open_page(data, "upload"), "\r\n".join(lines).encode("gb18030"), "案件.csv")
    assert "未通过，文件没有写入系统" in text(app)
    assert "2026-02-30" in text(app)
    assert ">3<" in markup(app)
    assert button(app, "accept") is None
    assert list_batches(data) == ()


def test_names_and_cells_are_shown_as_text_whatever_they_contain(data: DataDir, open_page: Open) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    raw = (
        cases_csv(60).decode("utf-8-sig").replace("小额诉讼", f'"{hostile.replace(chr(34), chr(34) * 2)}"', 1)
    )
    app = hand_in(open_page(data, "upload"), raw.encode(), f"{hostile}.csv")
    assert hostile in text(app) or "&lt;img" in markup(app)
    assert "<img src=x" not in markup(app)


def test_the_first_own_extract_takes_the_place_of_the_sample(own: DataDir, open_page: Open) -> None:
    app = hand_in(open_page(own, "upload"), cases_csv(60))
    press(app, "accept")
    assert "示例数据不再使用" in text(app)
    press(app, "publish")
    shown = text(turn(app, "overview"))
    assert "示例数据" not in shown
    assert "尚未报送" in shown


def fill_target(app: AppTest, **fields: str) -> AppTest:
    for box in app.selectbox:
        if box.label in fields:
            box.set_value(fields[box.label])
    for line in app.text_input:
        if line.label in fields:
            line.set_value(fields[line.label])
    return next(one for one in app.button if one.label == "记录目标").click().run()


def test_a_new_target_replaces_the_older_one_and_both_stay_on_the_list(own: DataDir, open_page: Open) -> None:
    app = open_page(own, "targets")
    before = markup(app).count("小额诉讼程序适用率")
    fill_target(
        app,
        指标="small_claims_rate",
        类型="下限",
        下限="40",
        依据类别="上级",
        依据文件="某院〔2026〕1号",
        确认人="院长办公会",
    )
    assert not app.exception
    assert markup(app).count("小额诉讼程序适用率") == before + 1
    assert "≥40%（上级）" in text(app)
    assert "已被替代" in text(app)
    app.query_params["indicator"] = "small_claims_rate"
    assert "未达标" in text(turn(app, "commercial_disputes"))


def test_a_target_that_contradicts_its_indicator_is_refused_before_it_is_recorded(
    own: DataDir, open_page: Open
) -> None:
    batches = len(list_batches(own))
    app = fill_target(
        open_page(own, "targets"),
        指标="small_claims_mean_days",
        类型="下限",
        下限="十天",
        依据文件="x",
        确认人="y",
    )
    assert "没有记录，请先改正" in text(app)
    assert "不是数字" in text(app)
    assert len(list_batches(own)) == batches


def test_rolling_back_asks_for_a_confirmation(own: DataDir, open_page: Open) -> None:
    old = store.current(own).version
    app = hand_in(open_page(own, "upload", actor=TESTER), cases_csv(60))
    press(app, "accept")
    press(app, "publish")
    assert store.current(own).version != old
    turn(app, "versions")

    def roll_back() -> None:
        next(one for one in app.button if one.label == "回退").click().run()

    roll_back()
    assert "勾选确认" in app.warning[0].value
    assert store.current(own).version != old
    app.checkbox[0].set_value(True)
    roll_back()
    assert store.current(own).version == old
    assert "示例数据" in text(app)
