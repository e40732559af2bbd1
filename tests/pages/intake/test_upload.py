"""数据报送: four steps, each on a button of its own; nothing done twice, nothing lost, nothing published unseen."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import DateInput

from etl.intake.accept import accept
from etl.intake.batch_notes import withdraw
from etl.intake.batches import list_batches
from etl.intake.header_mapping import remembered_mapping
from etl.intake.set_aside import aside_csv, outstanding_counts
from etl.versions.publish import publish
from etl.warehouse.build import build, chosen_batches
from scorecard.access import Actor
from scorecard.calendar.clock import today
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.pages.conftest import Open, turn
from tests.pages.test_pages import markup, text
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, VISITOR
from tests.support.extracts import AS_OF, cases_csv
from tests.support.office import Book
from tests.support.samples import copied


@pytest.fixture
def own(sample: DataDir, tmp_path: Path) -> Iterator[DataDir]:
    """The sample in a folder this test may change."""
    yield copied(sample, tmp_path / "own")


def labels(app: AppTest) -> list[str]:
    return [one.label for one in app.button]


def press(app: AppTest, label: str) -> AppTest:
    return next(one for one in app.button if one.label == label).click().run()


def agree(app: AppTest) -> AppTest:
    """The answer before a first publication, to which tables are owed."""
    return next(one for one in app.checkbox if one.label == "这些表随后补报，先发布已有的").check().run()


def choose(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    return app.file_uploader[0].set_value([(name, raw, "text/csv") for name, raw in files]).run()


def hand_in(app: AppTest, raw: bytes, name: str = "cases.csv") -> AppTest:
    return choose(app, (name, raw))


def day(app: AppTest, file: int = 0) -> DateInput:
    """数据截至 of a selected file."""
    return [one for one in app.date_input if one.label == "数据截至"][file]


def revisits_csv(rows: int) -> bytes:
    lines = ["回访编号,案号,结案日期,回访日期,部门,问题数,办结数"]
    lines += [f"H{n},（2026）鲁0117民初{n}号,2026-03-02,2026-03-20,民事审判庭,1,1" for n in range(1, rows + 1)]
    return "\n".join(lines).encode()


def broken(rows: int = 60) -> bytes:
    """Line 2 has a word that is not registered, line 3 a day that does not exist."""
    lines = cases_csv(rows).decode().splitlines()
    lines[1] = lines[1].replace("小额诉讼", "小额诉颂").replace("简易程序", "简易程徐")
    lines[2] = re.sub(r"\d{4}-\d\d-\d\d", "2026-02-30", lines[2], count=1)
    return "\r\n".join(lines).encode("gb18030")


def test_a_sound_extract_goes_through_four_steps_each_on_its_own_button(data: DataDir, open_page: Open) -> None:
    app = hand_in(open_page(data, "upload"), cases_csv(60))
    assert "可以接收" in text(app)
    assert "预览" in text(app)
    assert list_batches(data) == ()
    press(app, "接收")
    assert "已接收：审判案件表 60 行" in text(app)
    assert len(list_batches(data)) == 1
    assert store.current(data).version is None
    assert "发布" not in labels(app), "nobody publishes what he has not looked at"
    press(app, "计算影响")
    assert store.current(data).version is None
    agree(app)
    press(app, "发布")
    assert not app.exception
    assert store.current(data).version is not None
    assert "当前版本已包含全部批次" in text(app)
    assert "示例数据" not in text(turn(app, "overview"))


def test_the_table_is_recognised_from_the_headers_and_can_be_corrected(data: DataDir, open_page: Open) -> None:
    app = hand_in(open_page(data, "upload"), revisits_csv(7), "导出.csv")
    box = next(one for one in app.selectbox if one.label.startswith("数据表"))
    assert box.value == "revisits"
    box.set_value("cases").run()
    assert "未通过" in text(app)
    assert "接收" not in labels(app)


def test_of_a_workbook_with_several_sheets_the_officer_picks_one(data: DataDir, open_page: Open) -> None:
    book = Book()
    for name, rows in (("回访", revisits_csv(4)), ("案件", cases_csv(60))):
        book.sheet(name, [line.split(",") for line in rows.decode().splitlines()])
    app = hand_in(open_page(data, "upload"), book.content(), "十月.xlsx")
    assert "工作簿有 2 个有内容的工作表" in text(app)
    assert "接收" not in labels(app)
    box = next(one for one in app.selectbox if one.label == "工作表")
    box.set_value("案件").run()
    assert next(one for one in app.selectbox if one.label.startswith("数据表")).value == "cases"
    press(app, "接收")
    assert [(batch.table, batch.rows, batch.sheet) for batch in list_batches(data)] == [("cases", 60, "案件")]


def test_several_files_are_checked_each_by_itself_and_taken_in_together(data: DataDir, open_page: Open) -> None:
    app = choose(open_page(data, "upload"), ("a.csv", cases_csv(60)), ("b.csv", broken()), ("c.csv", revisits_csv(5)))
    assert text(app).count("可以接收") == 2
    assert text(app).count("未通过，文件没有写入系统") == 1
    press(app, "接收全部 2 个合格的文件")
    assert {batch.table for batch in list_batches(data)} == {"cases", "revisits"}
    assert "接收" not in labels(app)


def test_each_file_has_its_own_date_proposed_from_its_latest_day_and_editable(data: DataDir, open_page: Open) -> None:
    app = choose(open_page(data, "upload"), ("a.csv", cases_csv(60)), ("2026年8月.csv", revisits_csv(5)))
    assert "最晚日期 2026-09-08（当月 2 行）" in text(app)
    assert "最晚日期 2026-03-20（当月 5 行）" in text(app)
    assert [day(app, file).value for file in (0, 1)] == [date(2026, 9, 30), date(2026, 8, 31)]
    day(app, 1).set_value(date(2026, 3, 31)).run()
    press(app, "接收全部 2 个合格的文件")
    assert {batch.table: batch.as_of for batch in list_batches(data)} == {
        "cases": date(2026, 9, 30),
        "revisits": date(2026, 3, 31),
    }
    assert "2026年3月31日" in text(app)


def test_a_wrong_date_is_one_line_and_buries_no_other_problem(data: DataDir, open_page: Open) -> None:
    app = hand_in(open_page(data, "upload"), broken())
    day(app).set_value(date(2026, 2, 28)).run()
    assert "晚于数据截至 2026-02-28" in text(app)
    assert re.search(r"等 \d+ 行，\d+ 种取值", text(app))
    assert "简易程徐" in text(app)
    assert "2026-02-30" in text(app)
    assert "按最晚日期，数据截至应为" in text(app)
    assert markup(app).count("晚于数据截至") <= 3, "one line for each column of dates"


def test_a_month_without_such_data_is_declared_and_waits_like_any_batch(data: DataDir, open_page: Open) -> None:
    app = open_page(data, "upload")
    press(app, "声明该月无此类数据")
    assert [one.value for one in app.warning] == ["请选择数据表。"]
    app.selectbox(key="none_table").set_value("leads")
    press(app, "声明该月无此类数据")
    assert not app.exception
    (batch,) = list_batches(data)
    assert (batch.table, batch.none, batch.actor) == ("leads", True, OFFICER.name)
    assert batch.as_of == today().replace(day=1) - timedelta(days=1)
    assert "已声明：涉非线索登记表" in text(app)
    assert "本月无此类数据（声明）" in text(app)


def test_a_correction_of_an_earlier_month_is_offered_where_newer_rows_are_and_shown_as_one(
    data: DataDir, open_page: Open, catalog: Catalog
) -> None:
    app = hand_in(open_page(data, "upload"), cases_csv(60))
    assert "用途" not in [one.label for one in app.selectbox], "there is nothing to correct"
    accept(cases_csv(60), "九月.csv", catalog.tables["cases"], catalog, date(2026, 9, 30), OFFICER, data)
    accept(cases_csv(61), "十月.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data)
    publish(data, build(catalog, data), OFFICER)
    corrected = cases_csv(1).decode().replace("买卖合同纠纷", "民间借贷纠纷").encode()
    app = hand_in(open_page(data, "upload"), corrected, "更正.csv")
    box = next(one for one in app.selectbox if one.label == "用途")
    assert box.options == ["新报或补报", "更正截至 2026-10-31 的数据", "更正截至 2026-09-30 的数据"]
    box.set_value(date(2026, 9, 30)).run()
    assert not app.date_input, "a correction has the date of what it corrects"
    press(app, "接收")
    assert "1 行（更正）" in text(app)
    press(app, "计算影响")
    assert "更正，截至 2026-09-30" in text(app)
    assert "民间借贷纠纷" in text(app)
    assert "件未结的不在本次文件中" not in text(app)


def test_a_rerun_another_page_and_the_same_file_again_submit_nothing_twice(data: DataDir, open_page: Open) -> None:
    app = hand_in(open_page(data, "upload"), cases_csv(60))
    turn(app, "glossary")
    turn(app, "upload")
    assert list_batches(data) == (), "leaving the page takes nothing in"
    hand_in(app, cases_csv(60))
    press(app, "接收")
    app.run()
    app.run()
    assert len(list_batches(data)) == 1
    turn(app, "glossary")
    turn(app, "upload")
    assert "cases.csv" in text(app), "what was accepted still waits"
    press(hand_in(app, cases_csv(60), "again.csv"), "接收")
    assert "此前已接收，没有重复写入" in text(app)
    assert len(list_batches(data)) == 1


def test_a_broken_gb18030_file_shows_each_line_and_nothing_is_written(data: DataDir, open_page: Open) -> None:
    app = hand_in(open_page(data, "upload"), broken(), "案件.csv")
    assert "未通过，文件没有写入系统" in text(app)
    assert "2026-02-30" in text(app)
    assert ">3<" in markup(app)
    assert "接收" not in labels(app)
    assert list_batches(data) == ()


def test_good_rows_get_in_where_the_officer_says_so_and_the_others_wait_for_correction(
    data: DataDir, open_page: Open
) -> None:
    app = hand_in(open_page(data, "upload"), broken())
    next(one for one in app.selectbox if one.label == "有错时").set_value("set_aside").run()
    assert "搁置 2 行" in text(app)
    press(app, "接收")
    (batch,) = list_batches(data)
    assert (batch.rows, batch.aside) == (58, 2)
    assert outstanding_counts(data, (batch,)) == {"cases": 2}
    assert "审判案件表 2 行尚未改正" in text(app)
    assert "「立案日期」“2026-02-30”：没有这一天" in text(app)
    assert text(app).index("没有这一天") > text(app).index("搁置原因"), "the row itself waits on screen"
    rest = aside_csv(data, OFFICER, batch).decode("utf-8-sig")
    for wrong, right in ("小额诉颂", "小额诉讼"), ("简易程徐", "简易程序"), ("2026-02-30", "2026-01-05"):
        rest = rest.replace(wrong, right)
    press(hand_in(app, rest.encode("utf-8-sig"), "改正.csv"), "接收")
    assert outstanding_counts(data, list_batches(data)) == {}
    assert "搁置待改正的行" not in text(app), "nothing waits: nothing is said"


def test_an_unknown_header_is_mapped_once_remembered_and_offered_the_next_time(
    data: DataDir, open_page: Open, catalog: Catalog
) -> None:
    raw = cases_csv(60).decode().replace("承办部门", "经办庭室", 1).encode()
    app = hand_in(open_page(data, "upload"), raw)
    assert "经办庭室" in text(app)
    box = next(one for one in app.selectbox if one.label.startswith("未登记的列"))
    assert box.value is None
    box.set_value("department").run()
    press(app, "记住这些对应关系")
    (told,) = remembered_mapping(data, catalog.tables["cases"]).values()
    assert (told.answer, told.actor) == ("department", OFFICER.name)
    press(app, "接收")
    (batch,) = list_batches(data)
    build(catalog, data)
    other = hand_in(open_page(data, "upload"), cases_csv(30, 200).decode().replace("承办部门", "经办庭室").encode())
    offered = next(one for one in other.selectbox if one.label.startswith("未登记的列"))
    assert offered.value == "department"
    assert f"{OFFICER.name}于" in text(other)
    assert batch.rows == 60


def test_unknown_values_are_mapped_on_screen_remembered_and_offered_the_next_time(
    data: DataDir, open_page: Open
) -> None:
    raw = (
        cases_csv(60)
        .decode()
        .replace("买卖合同纠纷", "买卖合同纠纷一案", 1)
        .replace("民事审判庭", "民一庭", 1)
        .encode()
    )
    app = hand_in(open_page(data, "upload"), raw)
    assert "接收" not in labels(app), "an unknown department is refused"
    boxes = {one.key: one for one in app.selectbox if one.label.startswith("未登记的取值")}
    assert [one.value for one in boxes.values()] == [None, None]
    next(one for key, one in boxes.items() if "民一庭" in (key or "")).set_value("civil").run()
    next(one for one in app.selectbox if "一案" in (one.key or "")).set_value("买卖合同纠纷").run()
    assert "按对应关系读作“民事审判庭”" in text(app)
    press(app, "记住这些对应关系")
    press(app, "接收")
    (batch,) = list_batches(data)
    assert {word for _, _, word in batch.words} == {"civil", "买卖合同纠纷"}
    other = hand_in(open_page(data, "upload"), cases_csv(30, 200).decode().replace("民事审判庭", "民一庭").encode())
    (offered,) = [one for one in other.selectbox if one.label.startswith("未登记的取值")]
    assert offered.value == "civil"
    assert f"{OFFICER.name}于" in text(other)
    assert "接收" in labels(other), "the remembered answer is used"


def test_what_changed_in_the_meantime_must_be_looked_at_again(data: DataDir, open_page: Open, catalog: Catalog) -> None:
    app = press(hand_in(open_page(data, "upload"), cases_csv(60)), "接收")
    press(app, "计算影响")
    assert "发布" in labels(app)
    accept(cases_csv(5, 500), "另.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data)
    app.run()
    assert "发布" not in labels(app)
    press(app, "计算影响")
    press(app, "发布")
    assert store.current(data).version is None, "a first publication asks whether what is owed may follow"
    agree(app)
    press(app, "发布")
    current = store.current(data).version
    assert current is not None
    assert sum(batch["rows"] for batch in store.manifest(data, current).batches) == 65


def test_a_file_whose_batch_was_withdrawn_stays_out_and_the_officer_is_told(data: DataDir, open_page: Open) -> None:
    app = press(hand_in(open_page(data, "upload"), cases_csv(60)), "接收")
    (batch,) = list_batches(data)
    withdraw(data, batch.table, batch.name, "报错了表", OFFICER)
    app = hand_in(open_page(data, "upload"), cases_csv(60))
    press(app, "接收")
    assert "此前已接收又被撤回，仍不计入" in text(app)
    assert chosen_batches(data) == ()


def test_the_note_of_a_file_travels_with_its_batch(data: DataDir, open_page: Open) -> None:
    app = open_page(data, "upload")
    app.text_input(key="note").set_value("因系统原因，略有误差").run()
    press(hand_in(app, cases_csv(60)), "接收")
    (batch,) = list_batches(data)
    assert batch.note == "因系统原因，略有误差"
    assert "因系统原因，略有误差" in text(app)


def test_names_and_cells_are_shown_as_text_whatever_they_contain(data: DataDir, open_page: Open) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    raw = cases_csv(60).decode().replace("小额诉讼", f'"{hostile.replace(chr(34), chr(34) * 2)}"', 1)
    raw = raw.replace("是否涉企", '"<b>[x](http://a.b)</b>"', 1)
    app = hand_in(open_page(data, "upload"), raw.encode(), f"{hostile}.csv")
    assert hostile in text(app)
    assert "<img src=x" not in markup(app)
    assert "<b>[x]" not in markup(app)
    shown = [one.label for one in (*app.selectbox, *app.button, *app.expander)]
    assert not any("img" in label or "http" in label for label in shown), "labels are Markdown: no data in them"


def test_the_first_own_extract_takes_the_place_of_the_sample(own: DataDir, open_page: Open) -> None:
    app = press(hand_in(open_page(own, "upload"), cases_csv(60)), "接收")
    assert "示例数据不再使用" in text(app)
    press(app, "计算影响")
    invented = store.current(own).version
    press(app, "发布")
    assert store.current(own).version == invented, "the first of the court's own asks whether what is owed may follow"
    agree(app)
    press(app, "发布")
    shown = text(turn(app, "overview"))
    assert "示例数据" not in shown
    assert "尚未报送" in shown


def test_the_impact_names_rows_that_go_backwards_before_anything_is_published(
    data: DataDir, open_page: Open, catalog: Catalog
) -> None:
    accept(cases_csv(60), "案件.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data)
    publish(data, build(catalog, data), OFFICER)
    lines = cases_csv(60).decode().splitlines()
    cells = lines[5].split(",")
    cells[3] = cells[4] = ""  # closed, and now open again
    lines[5] = ",".join(cells)
    app = hand_in(open_page(data, "upload"), "\n".join(lines).encode())
    day(app).set_value(AS_OF).run()
    press(app, "接收")
    press(app, "计算影响")
    assert "已结→未结" in text(app)
    assert cells[0] in text(app)
    assert len(chosen_batches(data)) == 2


@pytest.mark.parametrize("actor", [VISITOR, LEADER, CIVIL, ADMINISTRATOR])
def test_nobody_else_hands_anything_in(actor: Actor, sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "upload", actor=actor)
    assert not app.exception
    assert not app.file_uploader
