"""What a tabulation or listing must not say: silence is no zero, a small base no rate, and rows are for those with the right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from etl.intake.batch_notes import rule_on_cut_date
from etl.intake.declared_none import declare_none
from scorecard.access import Actor, Forbidden
from scorecard.calendar.period import parse
from scorecard.catalog.columns import MASK
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store.listings import Listed, listed
from scorecard.store.open_version import Selection, for_visitors, open_published
from scorecard.store.tabulations import Reading, Tabulated, reading, tabulate
from tests.support.actors import CIVIL, LEADER, OFFICER
from tests.support.written import hand_in, published

HEAD = "调解案号 | 案由 | 收案日期 | 结束日期 | 结果 | 承办部门 | 是否涉企"
JANUARY = f"""{HEAD}
（2026）鲁0117民诉前调1号 | 买卖合同纠纷 | 2026-01-05 | 2026-01-25 | 成功 | 民事审判庭 | 是
（2026）鲁0117民诉前调2号 | 买卖合同纠纷 | 2026-01-05 | 2026-01-26 | 失败 | 立案庭 | 否"""
Look = Callable[..., Reading]


@pytest.fixture
def look(data: DataDir, catalog: Catalog) -> Look:
    """The current version of everything handed in, under a selection."""

    def made(month: str = "2026-01", department: str = "all", scope: str = "all") -> Reading:
        tables = {name: table for name, table in catalog.tables.items() if table.seed is None}
        published(data, replace(catalog, indicators={}, worklists={}, tables=tables))
        period = parse("month", month)
        assert period is not None
        return reading(open_published(data), Selection(period, department, scope))

    return made


def _told(of: Reading) -> Tabulated:
    return tabulate(of, of.catalog.tabulations["mediation_by_cause_group"])


def test_a_column_that_a_later_extract_lacks_refuses_its_rows_only(data: DataDir, catalog: Catalog, look: Look) -> None:
    """February's extract has no 案由: nobody knows how its mediations divide; January's are known."""
    hand_in(data, catalog, "pre_mediations", JANUARY, date(2026, 1, 31))
    later = JANUARY.replace("案由 | ", "").replace("买卖合同纠纷 | ", "").replace("2026-01", "2026-02")
    hand_in(
        data, catalog, "pre_mediations", later.replace("调1号", "调3号").replace("调2号", "调4号"), date(2026, 2, 28)
    )
    assert [line[1] for line in _told(look("2026-01")).printed] == ["2", "2"]  # 买卖合同, 合计
    refused = _told(look("2026-02"))
    assert (refused.lines, refused.rows) == ((), 0)
    assert "2026年2月的诉前调解表没有“案由”一列" in refused.basis.reason
    assert "不等于没有" in refused.basis.reason


def test_a_department_or_scope_that_nobody_tells_refuses_its_part_only(
    data: DataDir, catalog: Catalog, look: Look
) -> None:
    raw = JANUARY.replace(" | 是否涉企", "").replace(" | 是", "").replace(" | 否", "")
    hand_in(data, catalog, "pre_mediations", raw, date(2026, 1, 31))
    assert _told(look()).rows == 2
    assert "没有“是否涉企”一列" in _told(look(scope="firm")).basis.reason
    assert _told(look(department="civil")).rows == 1


def test_a_balance_is_refused_for_rows_that_left_in_its_first_months(
    data: DataDir, catalog: Catalog, look: Look
) -> None:
    """Seven cases pending at new year were closed in January; whether they are 涉企 the extract does not say: not 期初 0."""
    head = "案号 | 案由 | 立案日期 | 结案日期 | 承办部门"
    told = [f"（2025）鲁0117民初{n}号 | 买卖合同纠纷 | 2025-12-{n:02} | 2026-01-1{n} | 民事审判庭" for n in range(1, 8)]
    hand_in(data, catalog, "cases", "\n".join([head, *told]), date(2026, 1, 31))
    later = f"{head} | 是否涉企\n（2026）鲁0117民初9号 | 买卖合同纠纷 | 2026-02-05 | | 民事审判庭 | 是"
    hand_in(data, catalog, "cases", later, date(2026, 2, 28))
    balance = catalog.tabulations["case_balance"]
    for month in ("2026-01", "2026-02"):
        assert "没有“是否涉企”一列" in tabulate(look(month, scope="firm"), balance).basis.reason
    assert tabulate(look("2026-02"), balance).printed[-1] == ("合计", "7", "1", "7", "1")


def test_days_that_look_like_the_day_of_an_export_are_counted_only_after_a_ruling(
    data: DataDir, catalog: Catalog, look: Look
) -> None:
    """Thirty mediations share 2026-01-31 as their end and have no outcome: ended, or still pending when exported?"""
    sham = [
        f"（2026）鲁0117民诉前调{n}号 | 买卖合同纠纷 | 2026-01-05 | 2026-01-31 | | 民事审判庭 | 是"
        for n in range(9, 39)
    ]
    batch = hand_in(data, catalog, "pre_mediations", "\n".join([JANUARY, *sham]), date(2026, 1, 31))
    assert "是否已结待核定" in _told(look()).basis.reason
    rule_on_cut_date(data, "pre_mediations", batch.name, "2026-01-31", "按未结", "已核对", OFFICER)
    assert _told(look()).rows == 2


def test_a_month_declared_empty_is_zero_and_one_that_nobody_told_of_is_not(
    data: DataDir, catalog: Catalog, look: Look
) -> None:
    hand_in(data, catalog, "pre_mediations", JANUARY, date(2026, 1, 31))
    declare_none(catalog.tables["pre_mediations"], date(2026, 3, 31), OFFICER, data)
    zero = _told(look("2026-03"))
    assert (zero.rows, zero.lines, zero.basis.reason) == (0, (), "")
    assert "没有报送2026年2月" in _told(look("2026-02")).basis.reason
    assert "的数据只到2026年3月31日" in _told(look("2026-04")).basis.reason
    assert "没有2025年12月的数据" in _told(look("2025-12")).basis.reason


def test_a_table_that_has_not_come_says_so(data: DataDir, catalog: Catalog, look: Look) -> None:
    hand_in(data, catalog, "pre_mediations", JANUARY, date(2026, 1, 31))
    of = look()
    assert "还没有报送" in tabulate(of, catalog.tabulations["revisits_by_department"]).basis.reason
    assert "还没有报送" in listed(of, catalog.listings["model_pieces"], OFFICER, limit=5).basis.reason


# --- rights -----------------------------------------------------------------------------------------------------

VISITS = """回访编号 | 案号 | 结案日期 | 回访日期 | 统一社会信用代码 | 部门
1 | （2026）鲁0117民初1号 | 2026-01-05 | 2026-01-20 | 91990117EXAMPLE013 | 民事审判庭
2 | （2026）鲁0117执2号 | 2026-01-05 | 2026-01-21 | 91990117EXAMPLE013 | 执行局"""


@pytest.fixture
def visits(data: DataDir, catalog: Catalog, look: Look) -> Callable[[Actor, str, bool], Listed]:
    hand_in(data, catalog, "revisits", VISITS, date(2026, 1, 31))
    of = look()
    seed = catalog.listings["model_pieces"].model_copy(
        update={"table": "revisits", "period": "revisited_on", "where": (), "order": ("revisited_on",)}
    )

    def seen(actor: Actor, department: str, named: bool) -> Listed:
        choice = seed.model_copy(update={"columns": ("case_no", "firm_code"), "named": named})
        return listed(replace(of, department=department), choice, actor, limit=10)

    return seen


def test_private_cells_are_in_clear_only_where_the_listing_and_the_right_both_say_so(
    visits: Callable[[Actor, str, bool], Listed],
) -> None:
    code = "91990117EXAMPLE013"
    assert [row.values[1] for row in visits(OFFICER, "all", True).rows] == [code, code]
    assert [row.values[1] for row in visits(OFFICER, "all", False).rows] == [MASK, MASK]
    assert [row.values[1] for row in visits(CIVIL, "civil", True).rows] == [code]


def test_rows_are_for_those_who_may_see_them_and_the_count_for_all(
    visits: Callable[[Actor, str, bool], Listed],
) -> None:
    for actor, department in ((LEADER, "all"), (CIVIL, "all"), (CIVIL, "enforcement")):
        shown = visits(actor, department, True)
        assert shown.rows == ()
        assert shown.withheld
        assert shown.count == (2 if department == "all" else 1)


def test_rows_that_name_no_case_are_for_all_who_see_details(catalog: Catalog, data: DataDir, look: Look) -> None:
    """What other courts published and what was asked from above is nobody's case."""
    assert [catalog.tables[name].names_cases for name in ("cases", "revisits", "credit_register", "leads")] == [
        True
    ] * 4
    assert not catalog.tables["information_reports"].names_cases
    rows = "编号,标题,类别,提交日期,采用级别,部门\n1,甲,典型案例,2026-01-05,未采用,执行局\n"
    hand_in(data, catalog, "information_reports", rows, date(2026, 1, 31))
    shown = listed(look(), catalog.listings["model_pieces"], LEADER, limit=10)
    assert (shown.count, len(shown.rows), shown.withheld) == (1, 1, "")


def test_a_visitor_sees_neither(data: DataDir, catalog: Catalog, look: Look) -> None:
    hand_in(data, catalog, "pre_mediations", JANUARY, date(2026, 1, 31))
    of = look()
    public = replace(of, connection=for_visitors(open_published(data)).connection)
    with pytest.raises(Forbidden):
        _told(public)
    changes = {"table": "pre_mediations", "period": "ended_on", "where": (), "order": (), "columns": ("cause",)}
    with pytest.raises(Forbidden):
        listed(public, catalog.listings["model_pieces"].model_copy(update=changes), LEADER, limit=1)
