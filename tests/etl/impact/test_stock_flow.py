"""收结存 and 分项之和: published figures that do not add up must show by how much, and which cases are behind it."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from etl.impact.attached_versions import AttachedVersions, describe_side
from etl.impact.compute import impact
from etl.impact.stock_flow import balance
from etl.impact.version_diff import Balance, Impact, StockFlow
from etl.intake.batch_notes import withdraw
from etl.warehouse.build import build
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import OFFICER
from tests.support.extracts import cases_csv
from tests.support.written import hand_in, published

SINCE, UNTIL, TODAY = date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 3)

# CEPEJ, Croatia: incoming, resolved, pending at the end, pending at the beginning, and the published gap.
CROATIA = {
    2020: (505_473, 476_446, 400_277, 371_163, 87),
    2021: (593_464, 539_125, 456_489, 400_277, 1_873),
    2022: (557_759, 610_476, 413_953, 466_685, -15),
}


@pytest.mark.parametrize("year", CROATIA)
def test_the_gaps_of_the_croatian_courts_are_found(year: int) -> None:
    received, closed, closing, opening, gap = CROATIA[year]
    assert StockFlow("all", "全部", opening, received, closed, closing).difference == gap


@pytest.fixture
def croatia(catalog: Catalog) -> Iterator[AttachedVersions]:
    """The year 2022 as a million cases: 466,685 pending before, and after it rows that leave 413,953, fifteen short."""
    connection = duckdb.connect()
    for place in ("published", "candidate"):
        connection.execute(f"ATTACH ':memory:' AS {place}")
        connection.execute(
            f"CREATE TABLE {place}.cases (case_no VARCHAR, filed_on DATE, closed_on DATE, department VARCHAR,"
            " case_type VARCHAR, _batch INTEGER, _line BIGINT)"
        )
        connection.execute(f"CREATE TABLE {place}.table_state (table_id VARCHAR, as_of DATE)")
        connection.execute(f"CREATE TABLE {place}.batch (number INTEGER, record VARCHAR)")
        cut = "2021-12-31" if place == "published" else "2022-12-31"
        connection.execute(f"INSERT INTO {place}.table_state VALUES ('cases', ?)", [cut])
    opening = "SELECT '旧' || i, DATE '2021-05-01', NULL::DATE, 'civil', '民初', 1, i FROM range(466685) r(i)"
    connection.execute(f"INSERT INTO published.cases {opening}")
    # 610,476 resolved: all but 15 of the old ones that were resolved stand in the year, 15 carry a day of the year before.
    connection.execute(
        "INSERT INTO candidate.cases SELECT '旧' || i, DATE '2021-05-01', CASE WHEN i < 400000 THEN DATE '2022-06-01'"
        " WHEN i < 400015 THEN DATE '2021-11-30' END, 'civil', '民初', 1, i FROM range(466685) r(i)"
    )
    connection.execute(
        "INSERT INTO candidate.cases SELECT '新' || i, DATE '2022-03-01', CASE WHEN i < 210476 THEN DATE '2022-09-01' END,"
        " 'civil', '民初', 1, i FROM range(557759) r(i)"
    )
    yield AttachedVersions(
        connection, describe_side(connection, "published"), describe_side(connection, "candidate"), catalog
    )
    connection.close()


def test_a_gap_in_a_million_cases_comes_with_exactly_the_cases_behind_it(
    croatia: AttachedVersions, catalog: Catalog
) -> None:
    found = balance(croatia, catalog.tables["cases"])
    assert found is not None
    (whole,) = [flow for flow in found.flows if flow.by == "all"]
    received, closed, closing, opening, gap = CROATIA[2022]
    assert whole == StockFlow("all", "全部", opening, received, closed, closing)
    assert whole.difference == gap == sum(case.effect for case in found.cases)
    assert found.reasons == (("结案日期补填在期初之前", 15),)
    assert [case.row.key for case in found.cases] == [f"旧{i}" for i in range(400000, 400015)]


# 河南某区法院 2022年1—2月: 旧存、新收、结案 of criminal, civil and administrative cases. The parts add up to 1,642 new
# and 1,118 closed; the bulletin prints 1,643 and 1,119.
HENAN = {
    "刑初": ("刑事审判庭", 47, 92, 78),
    "民初": ("民事审判庭", 602, 1527, 1030),
    "行初": ("行政审判庭", 21, 23, 10),
}
YEAR_BEFORE, FEBRUARY = date(2021, 12, 31), date(2022, 2, 28)


def bulletin(departments: dict[str, str]) -> tuple[str, str]:
    """The extract at the end of 2021 and the one of February 2022, with one case of no department in between."""
    head = "案号,立案日期,结案日期,结案方式,适用程序,承办部门"
    old, new = [head], [head]
    for kind, (_, pending, received, closed) in HENAN.items():
        name = departments[kind]
        for number in range(pending):
            stem = f"（2021）鲁0117{kind}{number + 1}号,2021-11-01"
            old.append(f"{stem},,,,{name}")
            new.append(f"{stem},2022-01-20,判决,简易程序,{name}" if number < closed else f"{stem},,,,{name}")
        for number in range(received):
            stem = f"（2022）鲁0117{kind}{number + 1}号,2022-01-10"
            left = closed - pending
            new.append(f"{stem},2022-02-10,判决,简易程序,{name}" if number < left else f"{stem},,,,{name}")
    new.append("（2022）鲁0117民初99999号,2022-01-11,2022-02-11,判决,简易程序,")
    return "\r\n".join(old), "\r\n".join(new)


@pytest.fixture(scope="module")
def henan(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Impact:
    data = DataDir(tmp_path_factory.mktemp("henan"))
    known = [one.name for one in catalog.departments.values() if not one.collective]
    names = dict(zip(HENAN, known, strict=False))
    old, new = bulletin(names)
    hand_in(data, catalog, "cases", old.encode(), YEAR_BEFORE)
    current = published(data, catalog)
    hand_in(data, catalog, "cases", new.encode(), FEBRUARY)
    return impact(data, catalog, build(catalog, data), current, TODAY)


def cases_of(found: Impact) -> Balance:
    return next(one for one in found.balances if one.table == "cases")


def test_the_bulletin_of_a_district_court_closes_as_a_whole_and_by_case_type(henan: Impact) -> None:
    flows = cases_of(henan).flows
    assert flows[0] == StockFlow("all", "全部", 670, 1643, 1119, 670 + 1643 - 1119)
    assert cases_of(henan).open_flows == ()
    types = {flow.name: (flow.opening, flow.received, flow.closed) for flow in flows if flow.by == "type"}
    assert types == {"刑初": (47, 92, 78), "行初": (21, 23, 10), "民初": (602, 1528, 1031)}


def test_the_bulletins_parts_fall_one_short_and_the_case_is_named(henan: Impact) -> None:
    parts = {one.what: one for one in henan.parts if one.by == "部门" and one.what.startswith("审判案件表")}
    told = {what.split("　")[1]: (one.total, one.other) for what, one in parts.items()}
    assert told == {"全部行": (2313, 1), "期末未结": (1194, 0), "本期新收": (1643, 1), "本期结案": (1119, 1)}
    assert sum(count for _, count in parts["审判案件表　本期新收"].parts) == 1642
    assert [row.key for row in parts["审判案件表　全部行"].rows] == ["（2022）鲁0117民初99999号"]


def test_indicators_of_which_departments_do_not_add_up_are_named(data: DataDir, catalog: Catalog) -> None:
    lines = cases_csv(40).decode().splitlines()
    lines[5] = lines[5].replace(",民事审判庭,", ",,")
    hand_in(data, catalog, "cases", "\r\n".join(lines).encode(), UNTIL)
    found = impact(data, catalog, build(catalog, data), None, TODAY)
    named = [one for one in found.parts if one.what.startswith("小额诉讼程序适用率　分母")]
    assert [one.other for one in named] == [1]
    closed = lines[5].split(",")[3]
    assert named[0].what.endswith(f"{closed[:4]}年{int(closed[5:7])}月")


OPENING = """
    案号                  | 立案日期   | 结案日期   | 结案方式 | 适用程序 | 承办部门
    （2026）鲁0117民初1号 | 2026-08-01 |            |          | 简易程序 | 民事审判庭
    （2026）鲁0117民初2号 | 2026-08-02 |            |          | 简易程序 | 民事审判庭
    （2026）鲁0117民初3号 | 2026-08-03 |            |          | 简易程序 | 民事审判庭
    （2026）鲁0117民初4号 | 2026-08-04 | 2026-09-20 | 判决     | 简易程序 | 民事审判庭
    （2026）鲁0117民初5号 | 2026-08-05 |            |          | 简易程序 | 民事审判庭
    （2026）鲁0117民初6号 | 2026-08-06 |            |          | 简易程序 | 民事审判庭
    （2026）鲁0117民初7号 | 2026-08-07 | 2026-09-21 | 判决     | 简易程序 | 民事审判庭
"""
CLOSING = """
    案号                   | 立案日期   | 结案日期   | 结案方式 | 适用程序 | 承办部门
    （2026）鲁0117民初1号  | 2026-08-01 | 2026-10-08 | 判决     | 简易程序 | 民事审判庭
    （2026）鲁0117民初2号  | 2026-08-02 | 2026-09-28 | 判决     | 简易程序 | 民事审判庭
    （2026）鲁0117民初3号  | 2026-10-02 |            |          | 简易程序 | 民事审判庭
    （2026）鲁0117民初4号  | 2026-08-04 |            |          | 简易程序 | 民事审判庭
    （2026）鲁0117民初5号  | 2026-08-05 |            |          | 简易程序 | 立案庭
    （2026）鲁0117民初7号  | 2026-08-07 | 2026-10-21 | 判决     | 简易程序 | 民事审判庭
    （2026）鲁0117民初8号  | 2026-10-09 |            |          | 简易程序 | 民事审判庭
    （2026）鲁0117民初9号  | 2026-09-09 |            |          | 简易程序 | 民事审判庭
    （2026）鲁0117民初10号 | 2026-10-10 | 2026-10-20 | 判决     | 简易程序 | 民事审判庭
"""


@pytest.fixture(scope="module")
def tangled(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Balance:
    data = DataDir(tmp_path_factory.mktemp("tangled"))
    hand_in(data, catalog, "cases", OPENING, SINCE)
    current = published(data, catalog)
    hand_in(data, catalog, "cases", CLOSING, UNTIL)
    return cases_of(impact(data, catalog, build(catalog, data), current, TODAY))


def test_each_way_a_flow_can_fail_to_close_is_named(tangled: Balance) -> None:
    told = {case.row.key.removeprefix("（2026）鲁0117民初").rstrip("号"): case for case in tangled.cases}
    assert {number: (case.reason, case.effect) for number, case in told.items()} == {
        "2": ("结案日期补填在期初之前", -1),
        "3": ("立案日期有改动", -1),
        "4": ("已结又改为未结", 1),
        "5": ("承办部门有变动", 0),
        "7": ("结案日期有改动", 1),
        "9": ("补报：立案日期在期初之前，期初没有这一件", 1),
    }
    moved = told["5"]
    assert moved.left != moved.joined


def test_the_differences_are_the_sum_of_the_cases(tangled: Balance) -> None:
    whole, *others = tangled.flows
    # Pending on 30 September: 1, 2, 3, 5, 6. New in October: 3, 8, 10. Closed in October: 1, 7, 10. Pending: 3, 4, 5, 6, 8, 9.
    assert (whole.opening, whole.received, whole.closed, whole.closing) == (5, 3, 3, 6)
    assert whole.difference == sum(case.effect for case in tangled.cases) == 1
    departments = {flow.name: flow.difference for flow in others if flow.by == "department"}
    assert sum(departments.values()) == whole.difference
    assert sorted(departments.values()) == [0, 1]


def test_a_case_that_vanished_is_named(data: DataDir, catalog: Catalog) -> None:
    first = hand_in(data, catalog, "cases", OPENING, SINCE)
    current = published(data, catalog)
    withdraw(data, "cases", first.name, "重报", OFFICER)
    without = "\n".join(line for line in OPENING.splitlines() if "民初6号" not in line)
    hand_in(data, catalog, "cases", without, SINCE, "重报.csv")
    found = cases_of(impact(data, catalog, build(catalog, data), current, TODAY))
    assert [(case.reason, case.effect) for case in found.cases] == [("期初在册，新版本中已没有这一件", -1)]
    assert found.flows[0].difference == -1
