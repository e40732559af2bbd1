"""措施与要求: the matrix shows at a glance which measure nothing speaks for and which department owes a report."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from scorecard.catalog.definitions import Catalog
from scorecard.plan.measure_matrix import interval, lines
from scorecard.records.parameters import Parameter
from scorecard.records.progress_reports import ProgressReport
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open
from tests.pages.test_pages import markup, text
from tests.pages.work.test_plan_row import row_page
from tests.support.samples import lacking

DAY = date(2026, 10, 31)
PARAMETER = Parameter("配套措施进展汇报间隔天数", 2024, Decimal(100), date(2024, 10, 9))


def report(measure: str, department: str, day: date, evidence: str = "材料.pdf") -> ProgressReport:
    return ProgressReport(measure, department, day, "推进中", Decimal(40), "进展", evidence)


def duties(
    catalog: Catalog, measure: str, *reports: ProgressReport, every: int | None = 100
) -> list[tuple[str, int | None, bool | None]]:
    newest = sorted(reports, key=lambda one: one.reported_on, reverse=True)
    found = {line.measure.id: line for line in lines(catalog, {}, newest, (), DAY, every)}
    return [(duty.department, duty.days, duty.owed) for duty in found[measure].duties]


def test_a_report_is_owed_from_the_day_after_the_interval(catalog: Catalog) -> None:
    # 2026-07-23 is the 100th day before 2026-10-31: 8 of July, 31 of August, 30 of September, 31 of October.
    assert duties(
        catalog, "commercial_disputes.2", report("commercial_disputes.2", "enforcement", date(2026, 7, 23))
    ) == [("enforcement", 100, False)]
    assert duties(
        catalog, "commercial_disputes.2", report("commercial_disputes.2", "enforcement", date(2026, 7, 22))
    ) == [("enforcement", 101, True)]


def test_a_department_that_never_reported_owes_and_a_report_on_another_measure_does_not_help(catalog: Catalog) -> None:
    assert duties(catalog, "insolvency.2", report("insolvency.1", "civil", DAY)) == [
        ("enforcement", None, True), ("civil", None, True)
    ] or duties(catalog, "insolvency.2", report("insolvency.1", "civil", DAY)) == [
        ("civil", None, True), ("enforcement", None, True)
    ]  # fmt: skip


def test_without_an_interval_days_are_counted_and_nobody_owes(catalog: Catalog) -> None:
    assert interval([], DAY) is None
    assert duties(catalog, "commercial_disputes.2", every=None) == [("enforcement", None, None)]


def test_the_interval_in_force_is_the_latest_one_that_has_begun() -> None:
    later = replace(PARAMETER, valid_from=date(2026, 11, 1), value=Decimal(30))
    assert interval([PARAMETER, later], DAY) == 100
    assert interval([PARAMETER, later], date(2026, 11, 1)) == 30


def test_a_report_dated_after_the_day_does_not_count_yet(catalog: Catalog) -> None:
    found = duties(catalog, "commercial_disputes.2", report("commercial_disputes.2", "enforcement", date(2026, 11, 1)))
    assert found == [("enforcement", None, True)]


def test_a_collective_owes_through_each_of_its_members(catalog: Catalog) -> None:
    members = catalog.departments["business"].members
    assert duties(catalog, "minority_investors.1") == [(one, None, True) for one in members]
    found = duties(catalog, "minority_investors.1", report("minority_investors.1", "civil", DAY))
    assert dict.fromkeys(members, (None, True)) | {"civil": (0, False)} == {
        one: (days, owed) for one, days, owed in found
    }


def test_what_is_lacking_is_named_and_a_measure_without_anything_is_silent(catalog: Catalog) -> None:
    def line(*reports: ProgressReport):
        found = lines(catalog, {}, reports, (), DAY, 100)
        return next(one for one in found if one.measure.id == "commercial_disputes.2")

    assert (line().lacking, line().silent) == (("指标", "汇报"), True)
    told = report("commercial_disputes.2", "enforcement", DAY)
    assert (line(told).lacking, line(told).silent) == (("指标",), False)
    bare = replace(told, evidence="")
    assert line(bare).lacking == ("指标", "佐证材料")


def test_the_matrix_leads_to_every_row_in_the_order_of_the_plan(
    sample: DataDir, catalog: Catalog, open_page: Open
) -> None:
    app = open_page(sample, "measures")
    assert not app.exception
    assert re.findall(r'href="measures\?measure=([\w.]+)"', markup(app)) == list(catalog.plan_rows)
    assert re.findall(r"\d．([^<]+)</a>", markup(app)) == [one.title for one in catalog.plan_rows.values()]


def test_departments_are_columns_in_the_order_of_the_plan(sample: DataDir, catalog: Catalog, open_page: Open) -> None:
    heads = re.findall(r'<th class="wrap"[^>]*>([^<]+)</th>', markup(open_page(sample, "measures")))
    order = [one.name for one in catalog.departments.values()]
    assert heads == [name for name in order if name in heads]
    assert {"执行局", "民事审判庭", "政治部"} <= set(heads)


def test_without_reports_every_department_owes_and_the_page_says_where_to_enter_one(
    sample: DataDir, tmp_path: Path, open_page: Open
) -> None:
    data = lacking(sample, tmp_path / "partial", "measure_progress")
    assert "从未汇报" in text(open_page(data, "measures"))
    app = row_page(open_page, data, "commercial_disputes.2")
    assert "执行局从未汇报进展" in text(app)
    assert "还没有进展汇报" in text(app)
    assert 'href="progress' in markup(app)


def test_the_overview_names_the_measures_whose_reports_are_owed(sample: DataDir, open_page: Open) -> None:
    shown = text(open_page(sample))
    assert re.search(r"欠进展汇报\s+[1-9]\d* 项措施", shown)
