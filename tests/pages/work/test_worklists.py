"""台账与预警: counts for everybody, rows only for those who may see them, by due date, and a file that is on record."""

import csv
import io
import re
from pathlib import Path

import pytest

from etl.intake.accept import accept
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.access import Actor, Forbidden
from scorecard.audit import log as audit
from scorecard.catalog import loader
from scorecard.catalog.columns import MASK
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from scorecard.store.row_files import exported
from scorecard.store.worklist_rows import counted, items, tallies, worklist_dates
from tests.pages.conftest import Open, files, turn
from tests.pages.test_pages import markup, text
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, ROLES, TESTER, VISITOR
from tests.support.extracts import AS_OF, cases_csv
from tests.support.samples import copied, lacking


@pytest.fixture
def version(sample: DataDir):
    named = store.current(sample).version
    assert named is not None
    connection = store.connect(sample, named)
    yield connection, warehouse.catalog(connection)
    connection.close()


def test_every_list_is_counted_in_the_order_of_the_plan(sample: DataDir, catalog: Catalog, open_page: Open) -> None:
    app = open_page(sample, "worklists", actor=LEADER)
    assert not app.exception
    names = re.findall(r'<td><a class="go" href="worklists[^"]*">([^<]+)</a>', markup(app))
    assert names == [one.name for one in catalog.worklists.values()]
    assert "数据截至" in text(app)


def test_the_counts_of_the_departments_and_the_unknown_add_up_to_the_court(version) -> None:
    connection, catalog = version
    found = tallies(connection, catalog)
    for one in catalog.worklists:
        parts = [counted(found, one, department) for department in catalog.departments]
        unknown = sum(each.count for each in found if each.worklist == one and each.department is None)
        whole = counted(found, one, ALL_DEPARTMENTS)
        assert sum(sum(part.values()) for part in parts) + unknown == sum(whole.values())


@pytest.mark.parametrize("actor", [LEADER, ADMINISTRATOR], ids=lambda one: one.role)
def test_rows_are_not_shown_to_those_without_the_right(actor: Actor, sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "worklists", actor=actor)
    assert not app.exception
    assert "逐行清单不对当前账户开放" in text(app)
    assert "鲁0117" not in markup(app)
    assert not files(app)


def test_a_department_starts_with_its_own_rows_and_gets_no_others(sample: DataDir, open_page: Open, version) -> None:
    app = open_page(sample, "worklists", actor=CIVIL, list="普通程序临近或超过审限")
    shown = text(app)
    assert "民事审判庭" in shown
    assert "第 1 至" in shown
    app.selectbox(key="whose").set_value(ALL_DEPARTMENTS).run()
    assert "部门账户只能看本部门的行" in text(app)
    connection, catalog = version
    for other in (ALL_DEPARTMENTS, "enforcement"):
        with pytest.raises(Forbidden):
            items(connection, catalog, catalog.worklists["revisit_due"], CIVIL, other, limit=1)


def test_a_department_finds_a_text_among_its_own_rows_and_no_others(version) -> None:
    connection, catalog = version
    one = next(one for one in catalog.worklists.values() if items(connection, catalog, one, CIVIL, "civil", limit=1))
    own = items(connection, catalog, one, CIVIL, "civil", limit=10_000)
    wanted = own[-1].cells[0]  # a case number: "in no other row" is counted here, not taken for granted
    expected = [row for row in own if any(wanted in cell for cell in row.cells)]
    assert list(items(connection, catalog, one, CIVIL, "civil", limit=10_000, text=wanted)) == expected
    assert items(connection, catalog, one, CIVIL, "civil", limit=10_000, text="没有这样的行") == ()


def test_rows_come_by_due_date_and_by_nothing_else(sample: DataDir, open_page: Open, version) -> None:
    connection, catalog = version
    for one in catalog.worklists.values():
        found = items(connection, catalog, one, OFFICER, ALL_DEPARTMENTS, limit=10_000)
        terms = [row.late for row in found if row.late is not None]
        assert [row.late is None for row in found] == sorted(row.late is None for row in found)
        assert sorted(terms, reverse=True) == terms or one.to_the_minute
        assert len(found) == sum(counted(tallies(connection, catalog), one.id).values())
        assert [row.due for row in found if row.late is not None] == sorted(
            row.due for row in found if row.late is not None
        )
    assert "按期限先后排列" in text(open_page(sample, "worklists", list="涉诉企业回访到期"))


def test_private_columns_are_masked_on_the_page_and_in_the_file(
    sample: DataDir, tmp_path: Path, open_page: Open, version
) -> None:
    connection, catalog = version
    app = open_page(sample, "worklists", list="失信企业台账与排查")
    assert MASK in text(app)
    assert "91990117" not in markup(app)
    data = copied(sample, tmp_path / "own")
    one = catalog.worklists["dishonest_firm_screening"]
    raw = exported(data, connection, catalog, "v", one, OFFICER, ALL_DEPARTMENTS)
    assert b"91990117" not in raw


def test_the_file_holds_every_row_opens_in_excel_and_is_on_record(sample: DataDir, tmp_path: Path, version) -> None:
    connection, catalog = version
    data = copied(sample, tmp_path / "own")
    one = catalog.worklists["revisit_due"]
    total = sum(counted(tallies(connection, catalog), one.id).values())
    raw = exported(data, connection, catalog, "abc", one, OFFICER, ALL_DEPARTMENTS)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert len(rows) == total + 1
    assert rows[0][:4] == ["台账", "状态", "期限", "部门"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
    last = audit.entries(data)[-1]
    assert (last.action, last.subject, last.result, last.detail["rows"]) == ("导出", "台账/revisit_due", "成功", total)


@pytest.mark.parametrize("actor", [VISITOR, LEADER, CIVIL, ADMINISTRATOR], ids=lambda one: one.role)
def test_who_may_not_see_the_rows_gets_no_file_and_the_attempt_is_on_record(
    actor: Actor, sample: DataDir, tmp_path: Path, version
) -> None:
    connection, catalog = version
    data = copied(sample, tmp_path / "own")
    with pytest.raises(Forbidden):
        exported(data, connection, catalog, "abc", catalog.worklists["revisit_due"], actor, ALL_DEPARTMENTS)
    assert audit.entries(data)[-1].result == "拒绝"


def test_a_list_that_cannot_be_judged_says_so_instead_of_showing_nothing(
    sample: DataDir, tmp_path: Path, open_page: Open
) -> None:
    data = lacking(sample, tmp_path / "partial", "revisits")
    named = store.current(data).version
    assert named is not None
    connection = store.connect(data, named)
    assert worklist_dates(connection, warehouse.catalog(connection))["revisit_due"].lacking == ("revisits",)
    connection.close()
    shown = text(open_page(data, "worklists", list="涉诉企业回访到期"))
    assert "缺少涉诉企业回访表，无法判断，不等于没有" in shown
    # 涉诉企业回访到期 and 回访问题整改到期: seeds/worklists/revisit_due.toml and revisit_issues.toml read that table.
    assert "2 张无法判断" in text(open_page(data))


def test_the_overview_counts_what_is_overdue_and_leads_there(sample: DataDir, open_page: Open, version) -> None:
    connection, catalog = version
    found = tallies(connection, catalog)
    late, soon = (sum(counted(found, name)[state] for name in catalog.worklists) for state in ("超期", "临期"))
    assert late > 0
    assert f"台账与预警 超期 {late:,} 项 · 临期 {soon:,} 项" in " ".join(text(open_page(sample)).split())


@pytest.fixture
def only_cases(data: DataDir, catalog: Catalog) -> DataDir:
    """A deployment on its first day: one table of a few months, nothing else."""
    accept(cases_csv(60), "案件.csv", catalog.tables["cases"], catalog, AS_OF, TESTER, data)
    publish(data, build(catalog, data), TESTER)
    return data


@pytest.mark.parametrize("actor", ROLES, ids=lambda one: one.role)
@pytest.mark.parametrize("page", ["worklists", "measures", "meeting"])
def test_the_pages_stand_with_a_single_table_for_every_role(
    page: str, actor: Actor, only_cases: DataDir, open_page: Open
) -> None:
    app = open_page(only_cases, page, actor=actor)
    assert not app.exception
    assert ("需要“查看明细”的权限" in text(app)) == (actor is VISITOR)
    if page == "worklists" and actor is not VISITOR:
        assert "缺少诉前调解表，无法判断，不等于没有" in text(app)


def test_with_a_single_table_every_row_of_the_plan_says_what_is_missing_and_who_enters_it(
    only_cases: DataDir, catalog: Catalog, open_page: Open
) -> None:
    app = open_page(only_cases, "overview")
    for row in catalog.plan_rows:
        app.query_params["measure"] = row
        turn(app, "measures")
        assert not app.exception
        shown = text(app)
        assert re.search(r"尚未(报送|登记)|从未汇报|还没有议定事项", shown), row
        assert re.search(r"(报送|登记|填报)《|填报措施进展|会商议定事项", shown), row


def test_a_version_from_before_there_were_worklists_says_so_and_claims_nothing(
    data: DataDir, catalog: Catalog, open_page: Open
) -> None:
    older = loader.parse({name: raw for name, raw in catalog.files.items() if not name.startswith("worklists/")})
    accept(cases_csv(60), "案件.csv", older.tables["cases"], older, AS_OF, TESTER, data)
    publish(data, build(older, data), TESTER)
    assert "台账与预警" not in text(open_page(data))
    for page in ("worklists", "measures", "meeting"):
        app = open_page(data, page)
        assert not app.exception
        assert page != "worklists" or "这个版本没有台账" in text(app)
