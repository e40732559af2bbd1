"""One cell: its value, or why it is none; and the database takes only what the judge takes."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import example, given, settings, strategies as st

from etl.reading.cell_results import CellResult
from etl.reading.cells import reader
from etl.reading.spelling.units import StatedUnit, read_unit
from etl.reading.sql_casts import clean_sql, needs_judgement_sql, repaired
from scorecard.catalog import columns
from scorecard.catalog.columns import CellValue, Column
from scorecard.catalog.definitions import Catalog

AS_OF = date(2026, 10, 31)
DATE = Column(header="立案日期", type=columns.DATE)
MOMENT = Column(header="申请时间", type=columns.DATETIME)
YUAN = Column(header="标的额", type=columns.DECIMAL, unit="元", minimum=0)
SIGNED = Column(header="差额", type=columns.DECIMAL)
TIMES = Column(header="庭审次数", type=columns.INTEGER, unit="次", minimum=0)
BOOLEAN = Column(header="是否涉企", type=columns.BOOLEAN)
TEXT = Column(header="案由", type=columns.TEXT)
OUTCOME = Column(
    header="结案方式", type=columns.CODE, values={"判决": ("判决结案",), "普通程序（独任）": ("普通独任",)}
)
OWN = Column(header="案号", type=columns.CASE_NO, court="own")
ANY = Column(header="关联案号", type=columns.CASE_NO)
DEPARTMENT = Column(header="承办部门", type=columns.DEPARTMENT)


@pytest.fixture(scope="module")
def court(catalog: Catalog) -> Catalog:
    """The committed court and departments alone: short enough to stand in a failing example."""
    return replace(catalog, files={}, indicators={}, tables={}, measures={}, sources={}, requirements={})


def judged(catalog: Catalog, column: Column, text: str, as_of: date | None = AS_OF) -> CellResult:
    return reader(column, catalog, as_of)(text)


def codes(outcome: CellResult) -> list[tuple[str, str]]:
    return [(note.code, note.severity) for note in outcome.notes]


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (DATE, "2026-01-05", date(2026, 1, 5)),
        (DATE, "2026/1/5", date(2026, 1, 5)),
        (DATE, "2026.1.5", date(2026, 1, 5)),
        (DATE, "20260105", date(2026, 1, 5)),
        (DATE, "2026年1月5日", date(2026, 1, 5)),
        (DATE, " 2026-1-5 ", date(2026, 1, 5)),
        (DATE, "2026-01-05 23:59:59", date(2026, 1, 5)),
        (DATE, "2026-01-05T00:00:00.000", date(2026, 1, 5)),
        (DATE, "2026/1/5 8:05", date(2026, 1, 5)),
        (DATE, "2024-02-29", date(2024, 2, 29)),
        (DATE, "2026-10-31", date(2026, 10, 31)),
        (DATE, "", None),
        (MOMENT, "2026-01-05 09:30", datetime(2026, 1, 5, 9, 30)),
        (MOMENT, "2026/1/5 9:30:15", datetime(2026, 1, 5, 9, 30, 15)),
        (MOMENT, "2026年1月5日9时30分", datetime(2026, 1, 5, 9, 30)),
        (MOMENT, "2026-10-31 23:59:59", datetime(2026, 10, 31, 23, 59, 59)),
        (YUAN, "1200.5", Decimal("1200.5")),
        (YUAN, "0", Decimal(0)),
        (YUAN, "99999999999999.9999", Decimal("99999999999999.9999")),
        (YUAN, "1.23400", Decimal("1.234")),
        (SIGNED, "-3.5", Decimal("-3.5")),
        (TIMES, "12", 12),
        (TIMES, "3.0", 3),
        (BOOLEAN, "是", True),
        (BOOLEAN, "有", True),
        (BOOLEAN, "1", True),
        (BOOLEAN, "Y", True),
        (BOOLEAN, "否", False),
        (BOOLEAN, "无", False),
        (BOOLEAN, "0", False),
        (BOOLEAN, "n", False),
        (BOOLEAN, " ", None),
        (OUTCOME, "判决", "判决"),
        (OUTCOME, "判决结案", "判决"),
        (OUTCOME, "普通程序(独任)", "普通程序（独任）"),
        (OUTCOME, "普通程序（独任）", "普通程序（独任）"),
        (DEPARTMENT, "民事审判庭", "civil"),
        (DEPARTMENT, "民庭", "civil"),
        (DEPARTMENT, "立案庭（诉讼服务中心）", "filing"),
        (TEXT, "买卖合同纠纷", "买卖合同纠纷"),
        (TEXT, "２０２６版（内部）", "２０２６版（内部）"),
        (TEXT, " a ", "a"),
        (OWN, "（2026）鲁0117民初1号", "（2026）鲁0117民初1号"),
        (ANY, "（2014）昭中民二终字第498号", "（2014）昭中民二终字第498号"),
    ],
)
def test_what_is_written_as_usual_is_taken_without_a_word(
    catalog: Catalog, column: Column, text: str, value: CellValue | None
) -> None:
    assert judged(catalog, column, text) == CellResult(value)


@pytest.mark.parametrize(
    ("column", "text", "value", "code"),
    [
        (DATE, "２０２６－０１－０５", date(2026, 1, 5), "width_folded"),
        (DATE, "　2026-01-05", date(2026, 1, 5), "width_folded"),
        (MOMENT, "２０２６/1/5 9：30", datetime(2026, 1, 5, 9, 30), "width_folded"),
        (YUAN, "１２００", Decimal(1200), "width_folded"),
        (YUAN, "1,200.50", Decimal("1200.50"), "number_cleaned"),
        (YUAN, "1200元", Decimal(1200), "number_cleaned"),
        (YUAN, "¥1200", Decimal(1200), "number_cleaned"),
        (YUAN, "12万元", Decimal(120000), "unit_converted"),
        (YUAN, "3.5亿", Decimal(350000000), "unit_converted"),
        (TIMES, "3次", 3, "number_cleaned"),
        (BOOLEAN, "１", True, "width_folded"),
        (BOOLEAN, "是　", True, "width_folded"),
        (OUTCOME, "判决\u00a0", "判决", "width_folded"),
        (DEPARTMENT, "民　庭", "civil", "width_folded"),
        (TEXT, "　买卖", "买卖", "blanks_trimmed"),
        (TEXT, "买卖\u200b", "买卖", "blanks_trimmed"),
        (OWN, "(2026)鲁0117民初1号", "（2026）鲁0117民初1号", "case_no_brackets"),
        (OWN, "（２０２６）鲁0117民初1号", "（2026）鲁0117民初1号", "case_no_form"),
        (OWN, "（2026）鲁0117 民初 1号", "（2026）鲁0117民初1号", "case_no_form"),
    ],
)
def test_what_can_mean_only_one_thing_is_repaired_and_reported(
    catalog: Catalog, column: Column, text: str, value: CellValue, code: str
) -> None:
    found = judged(catalog, column, text)
    assert found.value == value
    assert codes(found) == [(code, "repair")]


@pytest.mark.parametrize(
    ("column", "text", "value", "code"),
    [
        (MOMENT, "2026-01-05", datetime(2026, 1, 5), "time_missing"),
        (OWN, "（2025）鲁1203民初1号", "（2025）鲁1203民初1号", "court_legacy"),
        (OWN, "（2014）钢民初字第12号", "（2014）钢民初字第12号", "case_no_old"),
        (ANY, "（2016）鲁0827民初886、901号", "（2016）鲁0827民初886、901号", "case_no_several"),
        (ANY, "渝0107民初15380号", "渝0107民初15380号", "case_no_yearless"),
    ],
)
def test_what_is_odd_but_usable_is_kept_and_reported(
    catalog: Catalog, column: Column, text: str, value: CellValue, code: str
) -> None:
    found = judged(catalog, column, text)
    assert found.value == value
    assert codes(found) == [(code, "report")]


@pytest.mark.parametrize(
    ("column", "text", "code", "words"),
    [
        (DATE, "2026-02-30", "date_impossible", "没有这一天"),
        (DATE, "2025-02-29", "date_impossible", "没有这一天"),
        (DATE, "20261301", "date_impossible", "没有这一天"),
        (MOMENT, "2026-01-05 25:00", "date_impossible", "这一时刻"),
        (DATE, "1899-12-30", "date_placeholder", "占位"),
        (DATE, "1900-01-00", "date_placeholder", "占位"),
        (DATE, "1900/1/1", "date_placeholder", "占位"),
        (DATE, "0000-00-00", "date_placeholder", "占位"),
        (DATE, "1970-01-01", "date_placeholder", "占位"),
        (DATE, "9999-12-31", "date_placeholder", "占位"),
        (DATE, "0", "date_placeholder", "留空"),
        (DATE, "00:00:00", "date_placeholder", "留空"),
        (DATE, "46027", "date_serial", "2026-01-05"),
        (DATE, "46027.4375", "date_serial", "2026-01-05"),
        (DATE, "2026-11-01", "date_future", "2026-10-31"),
        (MOMENT, "2026-11-01 00:00", "date_future", "2026-10-31"),
        (DATE, "2026-01", "date_unreadable", "缺少“日”"),
        (DATE, "2026年1月", "date_unreadable", "缺少“日”"),
        (DATE, "01/05/2026", "date_unreadable", "分不清月和日"),
        (DATE, "26-1-5", "date_unreadable", "年份须写四位"),
        (DATE, "undefined", "date_unreadable", "留空"),
        (DATE, "未结", "date_unreadable", "2026-01-05"),
        (YUAN, "12万美元", "number_unit", "“元”"),
        (YUAN, "60%", "number_unit", "“元”"),
        (SIGNED, "3.5亿", "number_unit", "不带单位"),
        (YUAN, "-1", "number_minimum", "小于 0"),
        (YUAN, "1.23456", "number_precision", "4 位"),
        (YUAN, "100000000000000", "number_range", "14 位"),
        (YUAN, "1,23", "number_unreadable", "不是数字"),
        (YUAN, "3 5", "number_unreadable", "像是两个数"),  # two lines of a workbook's cell come so
        (YUAN, "1 234", "number_unreadable", "像是两个数"),
        (YUAN, "1.2E+07", "number_unreadable", "科学计数法"),
        (YUAN, "约三万", "number_unreadable", "不是数字"),
        (YUAN, "NULL", "number_unreadable", "留空"),
        (TIMES, "2.5", "number_precision", "整数"),
        (BOOLEAN, "可能", "boolean_unknown", "“是”或“否”"),
        (OUTCOME, "判决书", "code_unknown", "“判决”"),
        (OUTCOME, "普通程序独任", "code_unknown", "普通"),
        (OUTCOME, "／", "code_unknown", "留空"),
        (DEPARTMENT, "民事审判一庭", "department_unknown", "“民事审判庭”"),
        (DEPARTMENT, "各审判执行业务部门", "department_unknown", "统称"),
        (OWN, "民 事 判 决 书", "case_no_unreadable", "不是案号"),
        (OWN, "（2026）鲁0116民初1号", "court_foreign", "鲁0117"),
        (OWN, "（2026）鲁01民终1号", "court_foreign", "鲁01"),
        (OWN, "（2026）鲁0117民初1、2号", "case_no_several", "一案一行"),
        (OWN, "鲁0117民初1号", "case_no_yearless", "年度"),
    ],
)
def test_what_is_wrong_or_could_mean_two_things_is_refused_with_a_way_out(
    catalog: Catalog, column: Column, text: str, code: str, words: str
) -> None:
    found = judged(catalog, column, text)
    assert found.value is None
    assert codes(found) == [(code, "refuse")]
    note = found.notes[0]
    assert words in note.reason + note.suggestion
    assert note.suggestion


def test_a_date_may_lie_ahead_where_the_contract_says_so_or_nothing_is_cut(catalog: Catalog) -> None:
    ahead = Column(header="审限届满日", type=columns.DATE, future=True)
    assert judged(catalog, ahead, "2027-01-05").value == date(2027, 1, 5)
    assert judged(catalog, DATE, "2027-01-05", as_of=None).value == date(2027, 1, 5)


# --- the database and the judge -------------------------------------------------------------------------------

STATED = [
    (column, StatedUnit(unit, 1, unit.word))
    for column in (
        YUAN,
        Column(header="金额", type=columns.DECIMAL, unit="万元"),
        Column(header="金额", type=columns.INTEGER, unit="元"),
    )
    for unit in map(read_unit, ("元", "千元", "万元", "亿元"))
    if unit
]
TYPED = (DATE, MOMENT, YUAN, SIGNED, TIMES, TEXT, OWN, ANY)
SNIPPETS = st.lists(
    st.sampled_from(
        [*"0123456789-/.:, T年月日", "2026", "2026-01-05", "1970-01-01", "1900", "10:30", ":00", "\\", "\t", "\n", "\u3000",
         "\u00a0", "（2026）", "(2026)", "鲁0117", "民初", "字第", "号", "e5", "+", "元", "万", "２", "infinity", "epoch", "BC",
         "null"]
    ),
    min_size=1,
    max_size=9,
).map("".join)  # fmt: skip
DAYS = st.dates(date(1940, 1, 1), date(2110, 1, 1))
SHAPES = st.sampled_from(
    ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", " %Y-%m-%d"]
)
CELLS = (
    SNIPPETS
    | st.builds(lambda moment, shape: moment.strftime(shape), st.datetimes(datetime(1940, 1, 1), datetime(2110, 1, 1)), SHAPES)
    | st.builds(lambda day: f"{day.year}-{day.month}-{day.day}", DAYS)
    | st.decimals(-(10**15), 10**15, places=5).map(lambda value: str(value.normalize()))
    | st.integers(-(10**16), 10**16).map(str)
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(CELLS, min_size=1, max_size=40))
@example(
    ["02026-1-05", "2026 1 05", "2026\\01\\05", "2026-01-05\t", "-026-01-05", "2026-01-05 24:00:00", "1e5", ".5", "5."]
)
def test_the_database_takes_only_what_the_judge_takes_and_as_the_same_value(court: Catalog, texts: list[str]) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE raw AS SELECT unnest(?::VARCHAR[]) AS c0", [texts])
        for column, unit in [*((column, None) for column in TYPED), *STATED]:
            value = clean_sql("c0", column, court, AS_OF, unit.places_to(column.unit) if unit else 0)
            mended = repaired("c0", column, value) or "false"
            found = con.execute(f"SELECT c0, {value}, {mended} FROM raw").fetchall()
            for text, stored, changed in found:
                outcome = reader(column, court, AS_OF, unit.unit if unit else None)(text)
                if stored is not None:
                    assert stored == outcome.value, (column.type, text)
                    assert bool(changed) == bool(outcome.notes), (column.type, text)


@settings(deadline=None)
@given(st.lists(st.text(max_size=6) | SNIPPETS, min_size=1))
def test_texts_that_need_no_trimming_are_told_from_those_that_do(court: Catalog, texts: list[str]) -> None:
    usable = [text.replace("\0", "") for text in texts]
    with duckdb.connect() as con:
        con.execute("CREATE TABLE raw AS SELECT nullif(unnest(?::VARCHAR[]), '') AS c0", [usable])
        found = con.execute(f"SELECT c0, {needs_judgement_sql('c0')} FROM raw WHERE c0 IS NOT NULL").fetchall()
    for text, is_padded in found:
        assert is_padded == (judged(court, TEXT, text).value != text or text.startswith(("'", "#")))
