"""关注: marked in the drawer, told on the first page of that reader when the verdict changed, and of nobody else."""

from datetime import timedelta
from pathlib import Path

from scorecard.calendar.clock import today
from scorecard.storage import reader_notes
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open
from tests.pages.legible import text
from tests.support.actors import LEADER, OFFICER
from tests.support.samples import copied

FOLLOWED = "bankruptcy_pending_over_2y_count"  # 未达标 in the sample's last month (docs/overview.png)


def test_an_indicator_is_followed_in_its_drawer_and_its_change_is_told_at_home(
    sample: DataDir, tmp_path: Path, open_page: Open
) -> None:
    data = copied(sample, tmp_path / "follow")
    app = open_page(data, "insolvency", actor=LEADER, indicator=FOLLOWED)
    assert not app.exception
    app.button(key=f"follow-{FOLLOWED}").click().run()
    assert not app.exception
    assert app.button(key=f"follow-{FOLLOWED}").label == "取消关注"
    assert reader_notes.notes_of(data, LEADER.name).followed[FOLLOWED].now == "未达标"
    assert "您关注的指标" not in text(open_page(data, actor=LEADER)), "nothing has changed yet"
    reader_notes.follow(data, LEADER.name, FOLLOWED, "", today(), sample=True)
    reader_notes.follow(data, LEADER.name, FOLLOWED, "达标", today() - timedelta(days=3), sample=True)
    told = text(open_page(data, actor=LEADER))
    assert "您关注的指标" in told
    assert "超两年未结破产案件数 达标 → 未达标" in told
    assert "您关注的指标" not in text(open_page(data, actor=OFFICER))
