"""工作日历: a notice is entered as its lines stand in it; what is wrong is named; who may not sees no form."""

from pathlib import Path

from etl.intake.batches import list_batches
from scorecard.storage.data_dir import DataDir
from scorecard.store.versions import current
from tests.pages.conftest import Open
from tests.pages.test_pages import text
from tests.support.actors import LEADER, OFFICER
from tests.support.samples import copied


def test_a_notice_is_entered_and_waits_for_publication(sample: DataDir, tmp_path: Path, open_page: Open) -> None:
    data = copied(sample, tmp_path / "own")
    before = current(data).version
    app = open_page(data, "work_calendar", actor=OFFICER)
    assert "没有安排" in text(app)

    def send(days: str) -> str:
        app.text_area(key="calendar_days").set_value(days)
        next(one for one in app.button if one.label == "录入安排").click().run()
        assert not app.exception
        return text(app)

    assert "请填写文件" in send("2027-01-01至2027-01-03 休息日 元旦")
    app.text_input(key="calendar_document").set_value("国办发明电〔2026〕1号<b>")
    assert "第1行“元旦放三天”读不懂" in send("元旦放三天")
    assert "2027-01-05 是周一至周五，本来就上班" in send("2027-01-05 调休上班 元旦")
    said = send("2027-01-01至2027-01-03 休息日 元旦")
    assert "已录入；下一次发布的版本按它计算" in said
    assert "不齐" in said
    assert "缺 春节、清明节" in said
    assert current(data).version == before  # nothing is published unseen
    assert [batch.rows for batch in list_batches(data) if batch.table == "work_calendar"] == [3]


def test_who_may_not_set_targets_reads_only(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "work_calendar", actor=LEADER)
    assert not app.text_area
    assert "审管办" in text(app)
