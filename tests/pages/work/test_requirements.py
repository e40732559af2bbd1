"""工作要求 in depth: registers by department in the plan's order, points only from a table."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest

from scorecard.catalog.definitions import Catalog
from scorecard.plan.adoption_points import has_table, points
from scorecard.records.parameters import Parameter
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.registers import activities, pieces, register, revisits
from scorecard.ui.work.requirements import MODEL_KINDS, TOPICS
from tests.pages.conftest import Open
from tests.pages.test_pages import markup, text
from tests.support.samples import lacking

Row = TypeVar("Row")
SPAN = (date(2026, 1, 1), date(2026, 10, 31))


@pytest.fixture
def connection(sample: DataDir):
    named = store.current(sample).version
    assert named is not None
    opened = store.connect(sample, named)
    yield opened
    opened.close()


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_renders_on_the_sample_and_for_one_department(topic: str, sample: DataDir, open_page: Open) -> None:
    for query in ({}, {"department": "民事审判庭", "scope": "涉企案件"}):
        app = open_page(sample, "requirements", topic=topic, **query)
        assert not app.exception
        assert "工作要求" in text(app)


def test_the_cards_come_first(sample: DataDir, open_page: Open) -> None:
    assert "加强组织领导" in text(open_page(sample, "requirements"))


@pytest.mark.parametrize("topic", ["回访与整改", "信息简报", "部门考核"])
def test_departments_stand_in_the_order_of_the_plan_and_nothing_is_added_up(
    topic: str, sample: DataDir, catalog: Catalog, open_page: Open
) -> None:
    shown = markup(open_page(sample, "requirements", topic=topic))
    names = re.findall(r"<h3>([^<]+)</h3>" if topic == "部门考核" else r"<tr><td>([^<]+)</td>", shown)
    order = [one.name for one in catalog.departments.values()]
    found = [name for name in names if name in order]
    assert found == sorted(found, key=order.index)
    assert len(found) > 2
    assert not re.search(r"名次|总分|第[一1]名", shown)


# --- second readings of the registers ----------------------------------------------------------------------------


def there(found: tuple[Row, ...] | None) -> tuple[Row, ...]:
    assert found is not None
    return found


def rows_of(connection: Any, table: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_information_by_department_is_what_a_plain_reading_counts(connection: Any) -> None:
    rows = rows_of(connection, "information_reports")
    for one in there(pieces(connection, *SPAN)):
        own = [row for row in rows if row["department"] == one.department]
        assert one.submitted == len({r["report_no"] for r in own if SPAN[0] <= r["submitted_on"] <= SPAN[1]})
        adopted = [r for r in own if r["adopted_on"] and SPAN[0] <= r["adopted_on"] <= SPAN[1]]
        for level in ("国家级", "省级", "市级", "区级"):
            assert one.adopted(level) == sum(r["level"] == level for r in adopted)
    assert sum(one.submitted for one in there(pieces(connection, *SPAN))) > 20


def test_model_cases_are_one_line_a_piece_with_all_levels_that_adopted_it(connection: Any) -> None:
    rows = rows_of(connection, "information_reports")
    numbers = {r["report_no"] for r in rows if r["kind"] in MODEL_KINDS and SPAN[0] <= r["submitted_on"] <= SPAN[1]}
    found = there(register(connection, MODEL_KINDS, *SPAN))
    assert len(found) == len(numbers) > 0
    assert [one.submitted_on for one in found] == sorted((one.submitted_on for one in found), reverse=True)
    levels = sum(r["level"] != "未采用" and r["report_no"] in numbers for r in rows)
    assert sum(len(one.levels) for one in found) == levels


def test_revisits_count_issues_only_where_both_numbers_are_known(connection: Any) -> None:
    rows = [r for r in rows_of(connection, "revisits") if SPAN[0] <= r["revisited_on"] <= SPAN[1]]
    for one in there(revisits(connection, *SPAN)):
        own = [r for r in rows if r["department"] == one.department]
        known = [r for r in own if r["issues"] is not None and r["closed_issues"] is not None]
        assert (one.visits, one.cases) == (len(own), len({r["case_no"] for r in own}))
        assert (one.issues, one.closed) == (sum(r["issues"] for r in known), sum(r["closed_issues"] for r in known))
        assert one.unclear == len(own) - len(known)


def test_activities_count_entries_and_different_firms(connection: Any) -> None:
    rows = [r for r in rows_of(connection, "work_log") if SPAN[0] <= r["held_on"] <= SPAN[1]]
    found = there(activities(connection, *SPAN))
    assert sum(one.entries for one in found) == len(rows)
    for one in found:
        own = [r for r in rows if (r["kind"], r["department"]) == (one.kind, one.department)]
        assert (one.entries, one.firms) == (len(own), len({r["firm_code"] for r in own} - {None}))


# --- points -------------------------------------------------------------------------------------------------------


def parameter(level: str, value: int, valid_from: date) -> Parameter:
    name = f"信息采用计分-{level}"
    return Parameter(name, valid_from.year, Decimal(value), valid_from)


def test_points_are_those_in_force_on_the_day_of_the_adoption() -> None:
    table = [parameter("省级", 5, date(2026, 1, 1)), parameter("省级", 8, date(2026, 7, 1))]
    assert points(table, [("省级", date(2026, 6, 30))]).total == 5
    assert points(table, [("省级", date(2025, 12, 31))]).unset == 1
    adoptions = [("省级", date(2026, 6, 30)), ("省级", date(2026, 7, 1)), ("区级", date(2026, 7, 1))]
    assert points(table, adoptions).total == 13
    assert points(table, adoptions).unset == 1


def test_without_a_points_table_no_points_are_shown(catalog: Catalog, sample: DataDir, open_page: Open) -> None:
    assert not has_table([])
    shown = text(open_page(sample, "requirements", topic="信息简报"))
    assert "没有录入考核的计分标准，故不计分" in shown
    assert "计分 " not in shown.split("没有录入")[0]


def test_a_register_that_has_not_come_in_is_named_and_not_taken_for_nothing_done(
    sample: DataDir, tmp_path: Path, open_page: Open
) -> None:
    data = lacking(sample, tmp_path / "partial", "revisits", "information_reports", "work_log")
    for topic in ("回访与整改", "信息简报", "典型案例与创新做法", "宣传与走访"):
        app = open_page(data, "requirements", topic=topic)
        assert not app.exception
        assert "不等于没有做" in text(app)
