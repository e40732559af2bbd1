"""联络员: what is owed by when, in the order of the days; the way to where it is done; punctuality by due day."""

from datetime import date, datetime

from scorecard.assessment.data_quality import timeliness
from scorecard.catalog.definitions import Catalog
from scorecard.plan.due_items import due_items, week_end
from scorecard.plan.measure_matrix import lines
from scorecard.records.decisions import Decision, Status
from scorecard.records.progress_reports import ProgressReport
from scorecard.storage.data_dir import DataDir
from scorecard.store.worklist_rows import Tally
from tests.pages.conftest import Open
from tests.pages.test_pages import markup
from tests.support.actors import LEADER

TODAY = date(2026, 5, 6)  # a Wednesday


def decision(item: str, due: date, status: Status = "待办") -> Decision:
    at = datetime(2026, 3, 20, 10)
    return Decision(item, "公告送达率", at.date(), "", "逐案核对", "filing", due, status, "", "李四", at)


def test_a_week_ends_on_its_sunday() -> None:
    assert [week_end(date(2026, 5, day)) for day in (4, 6, 10, 11)] == [date(2026, 5, 10)] * 3 + [date(2026, 5, 17)]


def test_what_is_owed_stands_in_the_order_of_its_days_and_what_has_none_comes_last(catalog: Catalog) -> None:
    # 立案庭 reported on 商4 on 1 March; with 60 days between two reports the next one was due on 30 April.
    report = ProgressReport("commercial_disputes.4", "filing", date(2026, 3, 1), "推进中", None, "", "")
    found = due_items(
        catalog,
        {"cases": date(2026, 3, 31)},
        lines(catalog, {}, [report], (), TODAY, 60),
        [decision("other:1", date(2026, 5, 8)), decision("other:2", date(2026, 5, 7), "已办结")],
        [Tally("revisit_due", "civil", "超期", 2), Tally("delisting_due", None, "超期", 9)],
        TODAY,
        60,
    )
    dated = [(item.what, item.by, item.standing(TODAY)) for item in found if item.by]
    assert dated == [
        ("措施进展汇报 1 项", date(2026, 4, 30), "逾期 6 天"),
        ("会商决定", date(2026, 5, 8), "还有 2 天"),
        ("数据表 1 张，2026年4月", date(2026, 5, 10), "还有 4 天"),
    ]
    rest = found[len(dated) :]
    assert {item.what.partition(" ")[0] for item in rest} == {"数据表", "措施进展汇报", "台账"}
    # Only lists that serve a requirement: 删除 of dishonest firms is the enforcement bureau's own.
    assert [item.note for item in rest if item.what == "台账"] == ["超期 2 项"]
    never = {name for item in rest if item.what.startswith("数据表") for name, _, _ in item.things}
    assert "执行案件表" in never
    assert "审判案件表" not in never


def test_without_an_interval_nobody_owes_a_report(catalog: Catalog) -> None:
    found = due_items(catalog, {}, lines(catalog, {}, [], (), TODAY, None), [], [], TODAY, None)
    assert [item.what.partition(" ")[0] for item in found] == ["数据表"]


def test_a_line_leads_to_the_act_where_the_reader_may_do_it(sample: DataDir, open_page: Open) -> None:
    assert 'href="upload?table=' in markup(open_page(sample, "liaison"))
    shown = markup(open_page(sample, "liaison", actor=LEADER))
    assert "审判案件表" in shown
    assert "upload?" not in shown
    assert 'href="progress?measure=' in shown


# --- punctuality --------------------------------------------------------------------------------------------------


def batch(as_of: str, accepted: str, table: str = "cases") -> dict[str, str]:
    return {"table": table, "as_of": as_of, "accepted_at": f"{accepted}T09:00:00+08:00"}


def months(catalog: Catalog, *batches: dict[str, str], today: date) -> list[tuple[str, str, int]]:
    found = timeliness(catalog, batches, today)["cases"]
    return [(f"{one.through:%Y-%m}", one.word, one.days) for one in found]


def test_a_month_is_in_time_through_its_due_day_and_late_from_the_next(catalog: Catalog) -> None:
    first = batch("2026-06-30", "2026-07-10")
    assert months(catalog, first, today=date(2026, 7, 20)) == [("2026-06", "按期", 0)]
    late = batch("2026-07-31", "2026-08-13")
    assert months(catalog, first, late, today=date(2026, 8, 20)) == [("2026-07", "迟报", 3), ("2026-06", "按期", 0)]
    assert months(catalog, first, today=date(2026, 8, 10)) == [("2026-06", "按期", 0)]
    assert months(catalog, first, today=date(2026, 8, 11)) == [("2026-07", "逾期未报", 1), ("2026-06", "按期", 0)]


def test_a_first_delivery_is_no_proof_for_the_years_it_brings_along(catalog: Catalog) -> None:
    assert months(catalog, batch("2026-09-30", "2026-10-30"), today=date(2026, 11, 1)) == [("2026-09", "迟报", 20)]


def test_a_cut_in_the_middle_of_a_month_delivers_the_month_before(catalog: Catalog) -> None:
    found = months(catalog, batch("2026-07-20", "2026-07-21"), today=date(2026, 8, 1))
    assert found == [("2026-06", "迟报", 11)]


def test_one_delivery_may_bring_two_months_each_judged_by_its_own_due_day(catalog: Catalog) -> None:
    found = months(
        catalog, batch("2026-05-31", "2026-06-05"), batch("2026-07-31", "2026-08-05"), today=date(2026, 8, 6)
    )
    assert found == [("2026-07", "按期", 0), ("2026-06", "迟报", 26), ("2026-05", "按期", 0)]


def test_a_later_correction_does_not_make_a_month_late(catalog: Catalog) -> None:
    found = months(
        catalog, batch("2026-06-30", "2026-07-08"), batch("2026-06-30", "2026-07-25"), today=date(2026, 8, 1)
    )
    assert found == [("2026-06", "按期", 0)]
