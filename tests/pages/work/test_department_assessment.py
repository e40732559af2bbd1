"""部门考核: departments in the plan's order and never compared; points only from a dated table, each adoption by its day."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from scorecard.catalog.definitions import Catalog
from scorecard.plan.adoption_points import has_table, points, standards
from scorecard.records.parameters import Parameter
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.registers import adoptions
from tests.pages.conftest import Open
from tests.pages.test_pages import markup, text
from tests.support.samples import lacking

TOPIC = "部门考核"
SPAN = (date(2026, 1, 1), date(2026, 10, 31))


def test_the_cards_come_first(sample: DataDir, open_page: Open) -> None:
    assert "加强组织领导" in text(open_page(sample, "requirements"))


def test_departments_stand_in_the_order_of_the_plan_and_nothing_is_added_up(
    sample: DataDir, catalog: Catalog, open_page: Open
) -> None:
    shown = markup(open_page(sample, "requirements", topic=TOPIC))
    order = [one.name for one in catalog.departments.values()]
    found = [name for name in re.findall(r"<h3>([^<]+)</h3>", shown) if name in order]
    assert found == sorted(found, key=order.index)
    assert len(found) > 2
    assert not re.search(r"名次|总分|第[一1]名", shown)
    app = open_page(sample, "requirements", topic=TOPIC, department="民事审判庭", scope="涉企案件").run()
    assert not app.exception
    assert [name for name in re.findall(r"<h3>([^<]+)</h3>", markup(app)) if name in order] == ["民事审判庭"]


def test_adoptions_are_those_a_plain_reading_finds(sample: DataDir) -> None:
    named = store.current(sample).version
    assert named is not None
    with store.connect(sample, named) as connection:
        rows = connection.execute("SELECT department, level, adopted_on FROM information_reports").fetchall()
        found = adoptions(connection, *SPAN)
    wanted = [(who, level, day) for who, level, day in rows if level != "未采用" and day and SPAN[0] <= day <= SPAN[1]]
    assert sorted((who, *one) for who, adopted in found.items() for one in adopted) == sorted(wanted)
    assert len(wanted) > 10


def parameter(level: str, value: int, valid_from: date) -> Parameter:
    return Parameter(f"信息采用计分-{level}", valid_from.year, Decimal(value), valid_from)


def test_points_are_those_in_force_on_the_day_of_the_adoption() -> None:
    table = [parameter("省级", 5, date(2026, 1, 1)), parameter("省级", 8, date(2026, 7, 1))]
    assert points(table, [("省级", date(2026, 6, 30))]).total == 5
    assert points(table, [("省级", date(2025, 12, 31))]).unset == 1
    adopted = [("省级", date(2026, 6, 30)), ("省级", date(2026, 7, 1)), ("区级", date(2026, 7, 1))]
    assert points(table, adopted).total == 13
    assert points(table, adopted).unset == 1
    assert [one.value for one in standards(table, date(2026, 6, 30))] == [5]


def test_without_a_points_table_no_points_are_shown_and_it_says_who_enters_one(
    sample: DataDir, open_page: Open
) -> None:
    assert not has_table([])
    shown = text(open_page(sample, "requirements", topic=TOPIC))
    assert "没有录入考核的计分标准，故不计分。由审管办录入" in shown
    assert "计分 " not in shown.split("没有录入")[0].split("信息采用计分")[1]


def test_information_that_has_not_come_in_is_not_taken_for_nothing_adopted(
    sample: DataDir, tmp_path: Path, open_page: Open
) -> None:
    app = open_page(lacking(sample, tmp_path / "partial", "information_reports"), "requirements", topic=TOPIC)
    assert not app.exception
    assert "不等于没有采用" in text(app)
