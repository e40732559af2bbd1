"""总览 tells a reader what changed since the day before: by account, not on older versions, not to visitors."""

from datetime import date
from pathlib import Path

import pytest

from scorecard.access import Actor
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open
from tests.pages.test_pages import text
from tests.support.actors import LEADER, OFFICER
from tests.support.extracts import cases_csv
from tests.support.written import hand_in, published

SEPTEMBER = date(2026, 9, 30)


def test_the_changes_since_a_reader_last_looked_stand_in_one_folded_line(
    tmp_path: Path, catalog: Catalog, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = DataDir(tmp_path / "since")

    def looked(day: date, actor: Actor = LEADER, **query: str) -> str:
        monkeypatch.setattr("scorecard.ui.indicators.since.today", lambda: day)
        app = open_page(data, actor=actor, **query)
        assert not app.exception
        return text(app)

    hand_in(data, catalog, "cases", cases_csv(60), SEPTEMBER)
    old = published(data, catalog)
    assert "自您上次查看" not in looked(date(2026, 11, 2)), "the first look has nothing before it"
    assert "自您上次查看（2026年11月2日）以来：没有变化" in looked(date(2026, 11, 3))
    # Ten of the sixty were 小额诉讼 all along: 15 of 60 in the year become 25, and single months with it.
    more = cases_csv(60).decode().replace("简易程序", "小额诉讼", 10)
    hand_in(data, catalog, "cases", more.encode(), SEPTEMBER, "更正.csv")
    published(data, catalog)
    told = looked(date(2026, 11, 4))
    assert "自您上次查看（2026年11月3日）以来：" in told
    assert "项变化" in told
    assert "小额诉讼程序适用率" in told
    assert "此前的数据有增减或更正" in told
    assert "自您上次查看" not in looked(date(2026, 11, 4), OFFICER), "another account has its own first look"
    assert "自您上次查看" not in looked(date(2026, 11, 5), version=old)
