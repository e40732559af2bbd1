"""启用: how far each table has come, what it still lacks, and what the sample has to do with it: nothing."""

import pytest

from etl.intake.accept import accept
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open
from tests.pages.test_pages import markup, text
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER
from tests.support.extracts import AS_OF, cases_csv

TABLES = 13  # those that a case system or another one exports, three registers and the reports of progress


def test_every_table_that_is_handed_in_says_where_it_comes_from_and_whose_it_is(catalog: Catalog) -> None:
    told = [table for table in catalog.tables.values() if table.exported_from]
    assert len(told) == TABLES
    assert all(table.exported_by for table in told)
    handed_in = [table for table in catalog.tables.values() if table.entered_by in ("upload", "report")]
    assert [table.id for table in handed_in if table.seed is None and table not in told] == []


def test_the_sample_counts_for_nothing(sample: DataDir, open_page: Open) -> None:
    shown = text(open_page(sample, "go_live"))
    assert "现在显示的是示例数据" in shown
    assert f"各表来过 0 / {TABLES}" in shown
    assert "还没有来过" in shown


def test_a_table_comes_is_published_and_says_which_columns_it_lacks(
    data: DataDir, catalog: Catalog, open_page: Open
) -> None:
    assert "还没有发布数据" in text(open_page(data, "go_live"))
    accept(cases_csv(200), "a.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data)
    accepted = text(open_page(data, "go_live"))
    assert f"1 / {TABLES}" in accepted
    assert "1 张待发布" in accepted
    assert "已接收，还没有发布" in accepted
    publish(data, build(catalog, data), OFFICER)
    published = text(open_page(data, "go_live"))
    assert "已改用本院数据" in published
    assert (
        "没有“案件标识”“收到诉状日期”“审限届满日”等" in published
    )  # the contract's first columns that this extract has not
    assert "待发布" not in published


@pytest.mark.parametrize("actor", [LEADER, CIVIL])
def test_it_is_the_page_of_the_office_and_the_administrator(actor: object, sample: DataDir, open_page: Open) -> None:
    assert "查看启用进度" in text(open_page(sample, "go_live", actor=actor))


def test_the_administrator_who_hands_nothing_in_is_led_to_no_closed_page(sample: DataDir, open_page: Open) -> None:
    assert 'href="upload' in markup(open_page(sample, "go_live"))
    assert 'href="upload' not in markup(open_page(sample, "go_live", actor=ADMINISTRATOR))
