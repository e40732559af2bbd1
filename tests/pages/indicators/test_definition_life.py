"""The drawer and the rows of an indicator that was redefined: the words and the rows are those of the period that is read."""

from pathlib import Path

import pytest

from scorecard.catalog import loader
from scorecard.storage.data_dir import DataDir
from tests.etl.warehouse.redefined import LIFE, NAME, NEW_WORDS, OLD_WORDS, publish_rows, redefined
from tests.pages.conftest import Open
from tests.pages.test_pages import text


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> DataDir:
    folder = tmp_path_factory.mktemp("life")
    data = DataDir(folder / "data")
    publish_rows(data, loader.load(redefined(seeds, folder)))
    return data


def test_the_drawer_has_the_words_of_its_period_and_both_values_of_the_overlap(court: DataDir, open_page: Open) -> None:
    app = open_page(court, "commercial_disputes", indicator=NAME, period="2026年2月").run()
    assert not app.exception
    read = text(app)
    for said in (
        NEW_WORDS,
        "2026年2月适用的口径，2026年1月1日起",
        "口径沿革",
        "新旧口径并行的 3 期",
        "按原口径（至2026年3月31日）为50%",
    ):
        assert said in read
    older = text(open_page(court, "commercial_disputes", indicator=NAME, period="2025年12月").run())
    assert "2025年12月适用的口径，至2026年3月31日" in older
    assert f"报告期内结束的诉前调解中，{OLD_WORDS}" in older


def test_the_rows_of_an_older_month_are_those_its_definition_counted(court: DataDir, open_page: Open) -> None:
    """Twenty rows and not sixteen: the withdrawn ones counted then."""
    app = open_page(court, "evidence", indicator=NAME, period="2025年12月").run()
    assert not app.exception
    assert "与看板一致" in text(app) and "共 20 行" in text(app)
    assert "共 16 行" in text(open_page(court, "evidence", indicator=NAME, period="2026年2月").run())


def test_of_a_quarter_that_no_definition_covers_the_drawer_says_so(
    tmp_path: Path, seeds: Path, open_page: Open
) -> None:
    """Old to the end of January, new from February: the first quarter lies across."""
    life = LIFE.replace("2026-01-01", "2026-02-01").replace("2026-03-31", "2026-01-31")
    data = DataDir(tmp_path / "data")
    publish_rows(data, loader.load(redefined(seeds, tmp_path, life)))
    app = open_page(data, "commercial_disputes")
    app.get("button_group")[0].set_value("quarter").run()
    app.query_params["indicator"] = NAME
    app.selectbox(key="period").set_value("2026年一季度").run()
    assert not app.exception
    read = text(app)
    assert "2026年一季度横跨新旧口径，不合并计算；以下为2026年2月1日起的口径" in read
    assert "适用的口径" not in read
