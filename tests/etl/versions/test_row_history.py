"""What the batches said of one row of a listing, masked as the listing is, and only for those who see the row."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from etl.intake.batch_notes import withdraw
from etl.versions.row_history import RowSaid, row_history
from scorecard.access import Actor, Forbidden
from scorecard.audit import log as audit
from scorecard.calendar.period import parse
from scorecard.catalog.columns import MASK
from scorecard.catalog.definitions import Catalog
from scorecard.catalog.tabulations.declarations import RowListing
from scorecard.storage.data_dir import DataDir
from scorecard.store.listings import listed
from scorecard.store.open_version import Selection, open_published
from scorecard.store.row_files import exported_listing
from scorecard.store.tabulations import Reading, reading
from tests.support.actors import CIVIL, LEADER, OFFICER
from tests.support.written import hand_in, published

HEAD = "回访编号 | 案号 | 结案日期 | 回访日期 | 统一社会信用代码 | 部门 | 问题数 | 办结数"
FIRST = f"{HEAD}\n1 | （2026）鲁0117民初1号 | 2026-01-05 | 2026-01-20 | 91990117EXAMPLE013 | 民事审判庭 | 2 | 0"
CODE = "91990117EXAMPLE013"
See = Callable[..., tuple[RowSaid, ...]]


@pytest.fixture
def listing(catalog: Catalog) -> RowListing:
    changes = {
        "table": "revisits",
        "period": "revisited_on",
        "where": (),
        "order": (),
        "columns": ("case_no", "firm_code"),
    }
    return catalog.listings["model_pieces"].model_copy(update={**changes, "named": True})


@pytest.fixture
def of(data: DataDir, catalog: Catalog) -> Reading:
    """January's extract, then February's with one more issue closed, then one that was a mistake and withdrawn."""
    hand_in(data, catalog, "revisits", FIRST, date(2026, 1, 31), "一月.csv")
    hand_in(data, catalog, "revisits", FIRST[:-1] + "1", date(2026, 2, 28), "二月.csv")
    wrong = hand_in(data, catalog, "revisits", FIRST[:-5] + "9 | 9", date(2026, 3, 31), "误报.csv")
    withdraw(data, "revisits", wrong.name, "报错了", OFFICER)
    tables = {name: table for name, table in catalog.tables.items() if table.seed is None}
    published(data, replace(catalog, indicators={}, worklists={}, tables=tables))
    hand_in(data, catalog, "revisits", FIRST[:-1] + "2", date(2026, 4, 30), "四月.csv")
    period = parse("month", "2026-01")
    assert period is not None
    return reading(open_published(data), Selection(period, "all", "all"))


@pytest.fixture
def see(data: DataDir, of: Reading, listing: RowListing) -> See:
    def made(actor: Actor, department: str = "all", named: bool = True) -> tuple[RowSaid, ...]:
        looked, one = replace(of, department=department), listing.model_copy(update={"named": named})
        (row,) = listed(of, listing, OFFICER, limit=5).rows
        return row_history(data, looked, open_published(data).manifest, one, actor, (row.batch, row.line))

    return made


def test_each_batch_with_what_it_changed_and_whether_it_counts(see: See) -> None:
    said = see(OFFICER)
    assert [(one.file, one.standing) for one in said] == [
        ("一月.csv", ""), ("二月.csv", ""), ("误报.csv", "已撤回"), ("四月.csv", "待发布"),
    ]  # fmt: skip
    first, second, wrong, last = (one.changes for one in said)
    assert ("统一社会信用代码", "", CODE) in first
    assert second == (("办结数", "0", "1"),)
    assert wrong == (("问题数", "2", "9"), ("办结数", "1", "9"))
    assert last == (("办结数", "1", "2"),)  # beside February's: what was withdrawn was never said


def test_private_cells_are_masked_as_in_the_listing(see: See) -> None:
    assert ("统一社会信用代码", "", MASK) in see(OFFICER, named=False)[0].changes
    assert ("统一社会信用代码", "", CODE) in see(CIVIL, "civil")[0].changes


def test_nobody_sees_the_history_of_a_row_that_he_may_not_see(see: See) -> None:
    for actor, department in ((LEADER, "all"), (CIVIL, "all"), (CIVIL, "enforcement")):
        with pytest.raises(Forbidden):
            see(actor, department)


def test_a_department_gets_nothing_of_a_row_of_another(data: DataDir, of: Reading, listing: RowListing) -> None:
    office = Actor("执行局内勤", "department", department="enforcement")
    (row,) = listed(of, listing, OFFICER, limit=5).rows
    looked = replace(of, department="enforcement")
    assert row_history(data, looked, open_published(data).manifest, listing, office, (row.batch, row.line)) == ()


def test_a_listing_leaves_as_a_file_with_its_version_and_a_line_in_the_audit(
    data: DataDir, of: Reading, listing: RowListing
) -> None:
    raw = exported_listing(data, of, "v1", listing, OFFICER)
    head, row = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
    assert head == ["清单", "报告期", "案号", "统一社会信用代码", "来源文件", "源文件行号", "数据版本", "导出人和时间"]
    assert row[2:4] == ["（2026）鲁0117民初1号", CODE]
    assert row[4:7] == ["二月.csv", "2", "v1"]
    last = audit.entries(data)[-1]
    assert (last.action, last.subject, last.detail["rows"]) == ("导出", "清单/model_pieces", 1)
    with pytest.raises(Forbidden):
        exported_listing(data, of, "v1", listing, LEADER)
    assert audit.entries(data)[-1].result == "拒绝"
