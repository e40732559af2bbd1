"""A unit, wherever it is written, is converted exactly and reported, or refused; it is never dropped.

The expected values of the door files are those of the officer's README beside the originals (six times 50万元 = 300.00万元).
"""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from etl.intake.accept import accept
from etl.intake.examine import Examination, examine
from etl.intake.repaired import repaired_csv
from etl.intake.set_aside import aside_csv
from etl.reading.headers import fold
from etl.reading.spelling.units import UnclearUnit, in_any_header, in_header, in_line
from etl.warehouse import build
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from tests.conftest import ROOT
from tests.support.actors import TESTER
from tests.support.contracts import HEADERS, TRIALS, contract, extract, rows

AS_OF = date(2026, 10, 31)
DOOR = ROOT / "tests/data/door"
MONEY = HEADERS.index("标的额")


@pytest.fixture(scope="module")
def court(catalog: Catalog) -> Catalog:
    """The committed court and departments alone: short enough to stand in a failing example."""
    return replace(catalog, files={}, indicators={}, tables={}, measures={}, sources={}, requirements={})


def file(values: list[str], header: str = "标的额", above: str = "") -> bytes:
    """An extract with these amounts, under this header, with a line above."""
    lines = [{**line, header: value} for line, value in zip(rows(len(values)), values, strict=True)]
    body = extract(lines, [header if known == "标的额" else known for known in HEADERS])
    return (f"{above}\r\n".encode() if above else b"") + body


def looked_at(catalog: Catalog, raw: bytes, table: Table = TRIALS, **how: Any) -> Examination:
    return examine(raw, "a.csv", table, catalog, AS_OF, **how)


def amounts(catalog: Catalog, raw: bytes, folder: Path, table: Table = TRIALS, **how: Any) -> list[Decimal | None]:
    batch = accept(raw, "a.csv", table, catalog, AS_OF, TESTER, DataDir(folder), **how)
    return pq.read_table(batch.path).column("claimed_yuan").to_pylist()


def kinds(examination: Examination) -> set[tuple[str, str]]:
    return {(problem.code, problem.severity) for problem in examination.problems}


# --- how units are written ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    ["实际到位（万元）", "实际到位(万元)", "实际到位【万元】", "实际到位［万元］", "实际到位（人民币万元）", "实际到位万元",
     "实际到位(单位:万元)", "实际到位/万元", "实际到位_万元", "实际到位-万元", "实际到位，万元", "实际到位 万元",
     "实际到位（单位：人民币 万元）", "实际到位（万元人民币）", "实际到位（人民币）（万元）",
     "实际到位（以万元计）", "实际到位（万）", "实际到位(RMB万元)", "实际到位（金额单位为万元）", "实际到位（萬元）", "实际到位（万圆）"],
)  # fmt: skip
def test_a_unit_in_a_header_is_read_however_it_is_written(header: str) -> None:
    base, unit = in_header(fold(header))
    assert base == "实际到位"
    assert unit is not None
    assert (unit.kind, unit.power) == ("元", 4)


@pytest.mark.parametrize(
    "header", ["实际到位", "立案日", "结案年", "公元年份", "实际到位（截至10月）", "承办部门（全称）"]
)
def test_a_header_without_a_unit_has_none(header: str) -> None:
    assert in_header(fold(header)) == (fold(header), None)


@pytest.mark.parametrize(
    ("header", "power"), [("万元实际到位", 4), ("到位（截至10月，万元）", 4), ("金额（千元）合计", 3), ("单元数", None)]
)
def test_in_a_header_that_an_officer_maps_the_only_unit_mentioned_is_the_unit(header: str, power: int | None) -> None:
    unit = in_any_header(fold(header))
    assert (unit and unit.power) == power


def test_a_header_that_mentions_two_units_is_not_guessed() -> None:
    with pytest.raises(UnclearUnit):
        in_any_header(fold("到位元折合万元数"))


@pytest.mark.parametrize(
    ("cells", "powers"),
    [
        (["单位：万元"], {"元": 4}),
        (["", "单位：", "万元"], {"元": 4}),
        (["金额单位:人民币万元"], {"元": 4}),
        (["执行情况（单位：亿元）"], {"元": 8}),
        (["执行情况表（千元）"], {"元": 3}),
        (["本表金额以万元为单位"], {"元": 4}),
        (["2026年10月", "万元"], {"元": 4}),
        (["单位：件、万元、‰"], {"件": 0, "元": 4, "%": -1}),
        (["报送单位：市中级人民法院 金额单位：万元"], {"元": 4}),
        (["备注：以上金额以万元计"], {"元": 4}),
        (["以下金额单位：千元"], {"元": 3}),
        (["按季度报送，单位：万元"], {"元": 4}),
        (["本表所列金额，除特别说明外，均以人民币万元列示"], {"元": 4}),
        (["金额以“万元”计"], {"元": 4}),
        (["金额：万元"], {"元": 4}),
        (["（金额：万元）"], {"元": 4}),
        (["数额均为亿元"], {"元": 8}),
        (["标的额500万元以上案件"], {}),
        (["标的额千万元以上案件"], {}),
        (["合计金额：300万元"], {}),
        (["填报单位：某某法院"], {}),
        (["单位：某某法院"], {}),
        (["填报单位：万年县人民法院"], {}),
        (["执行案件台账（2026年10月）"], {}),
    ],
)
def test_a_line_above_the_header_states_its_units(cells: list[str], powers: dict[str, int]) -> None:
    assert {unit.kind: unit.power for unit in in_line(cells)} == powers


@pytest.mark.parametrize("cell", ["注：万元", "到位金额精确到万元", "币种人民币，万元"])
def test_money_in_another_unit_that_is_no_plain_statement_is_not_passed_over(cell: str) -> None:
    with pytest.raises(UnclearUnit):
        in_line([cell])


# --- what becomes of them -------------------------------------------------------------------------------------

UNITS = {"元": 0, "千元": 3, "万元": 4, "百万元": 6, "亿元": 8}
BRACKETS = ("{}（{}）", "{}({})", "{}{}", "{}/{}", "{}（单位：{}）", "{}（人民币{}）", "{}【{}】", "{} {}")
ABOVE = ("单位：{}", ",,单位：,{}", "台账（单位:{}）", "金额单位：人民币{}", "（{}）")
PLACES = ("header", "mapped", "above", "cell")


def written(place: str, unit: str, values: list[str], form: int) -> tuple[bytes, dict[str, Any]]:
    """The amounts with their unit in one of the four places, and how to read the file."""
    match place:
        case "header":
            return file(values, BRACKETS[form % len(BRACKETS)].format("标的额", unit)), {}
        case "mapped":
            header = BRACKETS[form % len(BRACKETS)].format("金额", unit)
            return file(values, header), {"mapping": {header: "claimed_yuan"}}
        case "above":
            return file(values, above=ABOVE[form % len(ABOVE)].format(unit)), {}
        case _:
            return file([f"{value}{' ' * (form % 2)}{unit}" for value in values]), {}


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(PLACES),
    st.sampled_from(sorted(UNITS)),
    st.lists(st.decimals(0, 10**7, places=6).map(lambda value: f"{value.normalize():f}"), min_size=1, max_size=4),
    st.integers(0, 40),
)
@example("header", "亿元", ["0.00000001"], 0)
@example("above", "元", ["1.5"], 0)
@example("cell", "万元", ["99999999999"], 0)
def test_an_amount_is_converted_exactly_and_reported_or_refused(
    court: Catalog, tmp_path_factory: pytest.TempPathFactory, place: str, unit: str, values: list[str], form: int
) -> None:
    """The expected amount is the written number times the power of ten, which Decimal has exactly."""
    raw, how = written(place, unit, values, form)
    expected = [Decimal(value) * 10 ** UNITS[unit] for value in values]
    fit = all(amount == round(amount, 4) and amount < 10**14 for amount in expected)
    found = looked_at(court, raw, **how)
    assert found.refused != fit
    if fit:
        assert amounts(court, raw, tmp_path_factory.mktemp("door"), **how) == expected
        assert (("unit_converted", "repair") in kinds(found)) == (UNITS[unit] != 0)


def test_the_report_names_the_column_the_factor_and_how_many_cells(catalog: Catalog) -> None:
    for raw, line in ((file(["5", "", "6"], "标的额（万元）"), 1), (file(["5", "", "6"], above="单位：万元"), 1)):
        (told,) = [problem for problem in looked_at(catalog, raw).problems if problem.code == "unit_converted"]
        assert (told.severity, told.line, told.column) == ("repair", line, "标的额")
        assert "×10,000" in told.reason
        assert "2 格" in told.reason


@pytest.mark.parametrize(
    ("values", "header", "above", "expected"),
    [
        (["5万元", "6"], "标的额（万元）", "", [50000, 60000]),  # said twice, taken once
        (["5万", "6"], "标的额（万元）", "", [50000, 60000]),
        (["5万元", "6"], "标的额", "单位：万元", [50000, 60000]),
        (["5", "6"], "标的额（元）", "单位：万元", [5, 6]),  # the header of a column is nearer than a line above all
        (["5", "6"], "标的额（万元）", "单位：万元", [50000, 60000]),
        (["5", "6"], "标的额", "单位：件、万元", [50000, 60000]),
        (["5", "6"], "标的额", "填报单位：万年县人民法院", [5, 6]),
        (["5", "6"], "标的额", "标的额以上500万元、按1000元收费的案件", [5, 6]),
    ],
)
def test_a_unit_that_is_said_twice_is_taken_once(
    catalog: Catalog, tmp_path: Path, values: list[str], header: str, above: str, expected: list[int]
) -> None:
    assert amounts(catalog, file(values, header, above), tmp_path) == list(map(Decimal, expected))


@pytest.mark.parametrize(
    ("raw", "code", "line"),
    [
        (file(["5元"], "标的额（万元）"), "number_unit", 2),
        (file(["5万元"], "标的额（元）"), "number_unit", 2),
        (file(["5千元"], above="单位：万元"), "number_unit", 3),
        (file(["30%"]), "number_unit", 2),
        (file(["5万美元"]), "number_unit", 2),
        (file(["5"], "标的额（万美元）"), "header_unit", 1),
        (file(["5"], "标的额（%）"), "header_unit", 1),
        (file(["5"], above="单位：万美元"), "header_unit", 1),
        (file(["5"], above="单位：元、万元"), "header_unit", 1),
        (file(["5"], above="单位：万元\r\n单位：元"), "header_unit", 2),
        (file(["5"], above="单位：约万元"), "header_unit", 1),
        (file(["5"]) + "注：金额单位为万元\r\n".encode(), "header_unit", 3),
        (file(["5"]) + "单位：万元\r\n".encode(), "header_unit", 3),
    ],
)
def test_units_that_contradict_or_cannot_be_converted_are_refused_with_their_line(
    catalog: Catalog, raw: bytes, code: str, line: int
) -> None:
    (problem,) = [problem for problem in looked_at(catalog, raw).problems if problem.severity == "refuse"]
    assert (problem.code, problem.line) == (code, line)
    assert problem.suggestion


def test_a_unit_that_only_the_name_of_the_file_says_is_refused_and_one_that_agrees_is_not(catalog: Catalog) -> None:
    """50 under 标的额 in 台账（单位：万元）.csv is not 50元."""
    silent, stated = file(["50"]), file(["50"], "标的额（万元）")
    for name, raw, refused in (
        ("台账（单位：万元）.csv", silent, True),
        ("台账（万元）.csv", silent, True),
        ("台账（万元）.csv", stated, False),
        ("台账（单位：元）.csv", silent, False),
        ("标的额500万元以上的案件.csv", silent, False),
        ("填报单位：钢城区法院.csv", silent, False),
    ):
        found = examine(raw, name, TRIALS, catalog, AS_OF)
        assert [(p.code, p.line) for p in found.problems if p.severity == "refuse"] == [("header_unit", None)] * refused


@pytest.mark.parametrize("unit", ["万元", "（元）", "(万)"])
def test_a_second_line_of_the_header_with_units_is_never_set_aside_as_a_row(catalog: Catalog, unit: str) -> None:
    """The rows below would get in without their unit; nor are rows below another header, in which the unit is another one."""
    found = looked_at(catalog, file([unit, "5", "6"]), policy="set_aside")
    assert [(p.code, p.line) for p in found.problems if p.severity == "refuse"] == [("header_unit", 2)]
    again = file(["5"]) + file(["6", "7"], f"标的额（{unit.strip('（）()')}）")
    found = looked_at(catalog, again, policy="set_aside")
    assert [(p.code, p.line) for p in found.problems if p.severity == "refuse"] == [("header_differs", 3)]


@pytest.mark.parametrize("above", ["单位：万元", "单位：%"])
def test_a_line_that_may_be_for_numbers_of_unknown_unit_is_refused(catalog: Catalog, above: str) -> None:
    plain = contract(columns={"claimed_yuan": {"unit": ""}, "hearings": {"unit": ""}})
    assert ("header_unit", "refuse") in kinds(looked_at(catalog, file(["5"], above=above), plain))
    assert not looked_at(catalog, file(["5"], above="单位：件"), plain).refused


@pytest.mark.parametrize("note", ["注：单位：万元", "单位：人", "注：填报单位为万年县人民法院", "制表单位：某某法院"])
def test_a_note_below_that_says_nothing_new_is_a_note(catalog: Catalog, note: str) -> None:
    raw = file(["5"], above="单位：万元") + f"{note}\r\n".encode()
    assert ("header_unit", "refuse") not in kinds(looked_at(catalog, raw))


SHARE = contract(columns={"claimed_yuan": {"unit": "%", "header": "占比（%）", "aliases": ["标的额"]}})


def test_shares_are_converted_among_each_other(catalog: Catalog, tmp_path: Path) -> None:
    def read(name: str, values: list[str], header: str = "标的额", above: str = "") -> list[Decimal | None]:
        return amounts(catalog, file(values, header, above), tmp_path / name, SHARE)

    assert read("a", ["300", "5%"], "标的额（%）") == [Decimal(300), Decimal(5)]
    assert read("b", ["300"], "标的额（‰）") == [Decimal(30)]
    assert read("c", ["300‰", "30%"]) == [Decimal(30), Decimal(30)]
    assert read("d", ["300"], above="单位：‰") == [Decimal(30)]


@pytest.mark.parametrize(
    ("header", "values", "percent"),
    [
        ("占比（%）", ["85.2", "0.852"], ["85.2", "0.852"]),
        ("占比(％)", ["85.2%", "０.８"], ["85.2", "0.8"]),
        ("占比（小数）", ["0.852", "1.05"], ["85.2", "105"]),
        ("占比（‰）", ["852"], ["85.2"]),
        ("占比", ["85.2%", "0.852%"], ["85.2", "0.852"]),
        ("占比", ["85.2", "12.1", "0"], ["85.2", "12.1", "0"]),
        ("占比", ["0", ""], ["0", None]),
    ],
)
def test_percentages_are_read_by_the_unit_that_header_cell_or_contract_says(
    catalog: Catalog, tmp_path: Path, header: str, values: list[str], percent: list[str | None]
) -> None:
    wanted = [None if value is None else Decimal(value) for value in percent]
    assert amounts(catalog, file(values, header), tmp_path, SHARE) == wanted


@pytest.mark.parametrize(
    ("header", "values", "lines"),
    [
        ("占比", ["0.852", "1.05"], [2, 3]),
        ("标的额", ["0.852", "", "0"], [2]),
        ("占比", ["85.2%", "0.9"], [3]),
        ("占比", ["85.2", "0.8", "0.7"], [3, 4]),
        ("占比", ["０.８"], [2]),
        ("占比", ["85", "90", "0.852", "70", "100"], [4]),  # also one of them beside many that are none
    ],
)
def test_bare_numbers_that_may_be_shares_of_one_are_refused(
    catalog: Catalog, header: str, values: list[str], lines: list[int]
) -> None:
    found = looked_at(catalog, file(values, header), SHARE)
    assert [(p.code, p.line) for p in found.problems if p.severity == "refuse"] == [("share_unclear", n) for n in lines]
    aside = looked_at(catalog, file([*values, "5%"], header), SHARE, policy="set_aside")
    assert (aside.refused, aside.aside) == (False, len(lines))


def test_percentages_of_which_none_exceeds_one_are_taken_and_pointed_out(catalog: Catalog) -> None:
    for values, said in ((["0.852", "1", ""], [("占比（%）", "占比（%）")]), (["0.852", "85.2"], []), (["0", ""], [])):
        found = looked_at(catalog, file(values, "占比（%）"), SHARE)
        assert not found.refused
        assert [(p.column, p.value) for p in found.problems if p.code == "shares_small"] == said
    assert "shares_small" not in {
        code for code, _ in kinds(looked_at(catalog, file(["0.0005"], "占比（小数）"), SHARE))
    }


def test_a_mapped_header_with_a_unit_of_another_kind_is_refused(catalog: Catalog) -> None:
    for header in ("到位率（%）", "到位（万美元）", "到位元折合万元数"):
        with pytest.raises(ScorecardError, match="单位"):
            looked_at(catalog, file(["5"], header), mapping={header: "claimed_yuan"})


def test_a_column_whose_contract_is_in_another_unit_is_converted_down(catalog: Catalog, tmp_path: Path) -> None:
    in_ten_thousands = contract(columns={"claimed_yuan": {"unit": "万元"}})
    raw = file(["12345", "5万元", "50000元"], above="")
    assert amounts(catalog, file(["12345", "500"], "标的额（元）"), tmp_path / "a", in_ten_thousands) == [
        Decimal("1.2345"),
        Decimal("0.05"),
    ]
    assert amounts(catalog, raw, tmp_path / "b", in_ten_thousands) == [Decimal(12345), Decimal(5), Decimal(5)]
    assert looked_at(catalog, file(["12345.6"], "标的额（元）"), in_ten_thousands).refused


# --- files that the door gives back ---------------------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
def test_the_repaired_file_has_the_converted_amounts_and_is_not_converted_again(
    catalog: Catalog, tmp_path: Path, place: str
) -> None:
    raw, how = written(place, "万元", ["5", "6.5"], 0)
    again = repaired_csv(raw, "a.csv", TRIALS, catalog, AS_OF, **how)
    assert amounts(catalog, again, tmp_path) == [Decimal(50000), Decimal(65000)]


@pytest.mark.parametrize("place", ["header", "above"])
def test_a_row_set_aside_keeps_its_unit_when_it_comes_back(catalog: Catalog, tmp_path: Path, place: str) -> None:
    raw, how = written(place, "万元", ["5", *["6"] * 40], 0)
    raw = raw.replace("判决".encode(), "判绝".encode(), 1)
    data = DataDir(tmp_path)
    batch = accept(raw, "a.csv", TRIALS, catalog, AS_OF, TESTER, data, policy="set_aside", **how)
    assert batch.aside == 1
    row = next(csv.DictReader(io.StringIO(aside_csv(data, TESTER, batch).decode("utf-8-sig"))))
    assert row["标的额"] == "5万元"
    corrected = aside_csv(data, TESTER, batch).replace("判绝".encode(), "判决".encode())
    assert amounts(catalog, corrected, tmp_path) == [Decimal(50000)]


# --- the files of the door ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "how", "columns"),
    [
        ("unit_title_enforcement.csv", {}, {"申请执行标的", "实际到位"}),
        ("unit_in_header_mapped.csv", {"mapping": {"实际到位（人民币万元）": "recovered_yuan"}}, {"实际到位"}),
        ("unit_in_header_mapped.csv", {}, {"实际到位"}),
    ],
)
def test_six_times_500000_yuan_are_three_million(
    catalog: Catalog, data: DataDir, name: str, how: dict[str, Any], columns: set[str]
) -> None:
    raw, table = (DOOR / name).read_bytes(), catalog.tables["enforcement"]
    batch = accept(raw, name, table, catalog, AS_OF, TESTER, data, **how)
    assert {count.column for count in batch.counts if count.code == "unit_converted"} == columns
    connection = store.connect(data, build.build(catalog, data))
    try:
        value = warehouse.series(connection, catalog, "month", "all", "all")["arrears_recovered_amount"][-1]
    finally:
        connection.close()
    assert value.numerator == 3_000_000
