"""Plain lines are read in columns, the others one by one: a file gives the same as when every line is read by itself."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings, strategies as st

from etl.intake.examine import decode_extract, open_examination, read_options
from etl.intake.repaired import repaired_csv
from etl.problems import Findings
from etl.reading import decoding, headers, staging
from etl.reading.decoding import Decoded
from etl.reading.lines import plain
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError

AS_OF = date(2026, 11, 30)
DATA = Path(__file__).parents[2] / "data"
CASES = ("案号", "案由", "立案日期", "结案日期", "标的额", "承办部门", "开庭次数")


@contextmanager
def line_by_line() -> Generator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "_plain_rows", lambda *_: None)
        yield


def staged(raw: bytes, table: Table, con: duckdb.DuckDBPyConnection) -> Any:
    """Everything that staging says of a file; None where it has no header."""
    decoded, findings = decoding.decode(raw), Findings()
    if not isinstance(decoded, Decoded):
        return None
    header = headers.find_header(raw, decoded.utf8, table, findings, {})
    if header is None:
        return None
    with staging.as_file(memoryview(decoded.utf8)[header.body :]) as path:
        found = staging.stage(con, path, decoded.utf8, header, table, findings)
    rows = con.execute("SELECT * FROM raw").fetchall()
    return found, rows, findings.problems(), findings.counts()


def examined(raw: bytes, table: Table, catalog: Catalog) -> Any:
    """The examination, the typed rows and those set aside, and the repaired file or why there is none."""
    how = read_options(table, catalog, AS_OF, policy="set_aside")
    with open_examination(raw, decode_extract(raw, catalog), "a.csv", how, catalog) as (found, con):
        tables = ("typed", "written", *(("caught",) if found.aside else ())) if con else ()
        rows = [con.execute(f"SELECT * FROM {name}").fetchall() for name in tables if con]
    try:
        repaired: bytes | str = repaired_csv(raw, "a.csv", table, catalog, AS_OF, policy="set_aside")
    except ScorecardError as error:
        repaired = str(error)
    return found, rows, repaired


# One row in the spellings of many systems, and lines that are no rows.
DAYS = st.sampled_from(
    ["2026-03-05", "2026/3/5", "2026年3月5日", "２０２６-03-05", "20260305", " 2026-03-05", "2026.3.5", ""]
)
AMOUNTS = st.sampled_from(["12.50", "１２．５", " 3", "3万元", "无", "", "1e3", "¥5", '"1,000"', "-1"])
TEXTS = st.sampled_from([
    "买卖合同纠纷", "合同纠纷", "总承包", "全院", "合计", "小计", " ", "", "\u3000", "a\x07b", "\u200b", '"甲, 乙"', '"说""明"""',
    '5" 管', '甲"乙,丙"丁', '"甲\n乙"', '"甲\r\n,乙,丙,,,,\n"', '"甲" ', ' "甲"', '"甲', '""', "\ufeff买卖", "第1页", "注册商标",
])  # fmt: skip
NUMBERS = st.builds(
    "{0}2026{1}鲁0117民初{2}号".format, st.sampled_from("（("), st.sampled_from("）)"), st.integers(1, 30)
) | st.sampled_from(
    ["", " ", "合计", "总 计", "2026-03", "注：口径", "\ufeff（2026）鲁0117民初1号", '"（2026）鲁0117民初2号"', "案号"]
)
ROWS = st.tuples(NUMBERS, TEXTS, DAYS, DAYS, AMOUNTS, st.sampled_from(["民事审判庭", "民庭", "全院", ""]), AMOUNTS)
CUT = st.sampled_from([0] * 8 + [1, 2, 5, -1])  # cells left out at the end, or one more
NO_ROWS = st.sampled_from([
    "", ",,,,,,", " ", ",".join(CASES), ",".join(CASES[:-1]), ",".join(CASES[::-1]), "案号,甲,立案日期,,,,",
    "合计,,,,12.50,,", "合计", "小计,,,,25,,3", ",合计,,,,,", "备注：数据有误差", "说明：,,,,,,",
    "制表人：张三,,,,,,", "其中,,,,1,,", "单位：万元", "全院,,,,5,,", "2026年,合计,,,1,,", "\x1a",
])  # fmt: skip


@st.composite
def extracts(draw: st.DrawFn) -> bytes:
    clean = "（2026）鲁0117民初{}号,买卖合同纠纷,2026-03-05,2026-04-05,12.50,民事审判庭,1"
    lines = [",".join(CASES)]
    for number in range(draw(st.integers(1, 12))):
        match draw(st.integers(0, 9)):
            case 0 | 1 | 2:
                cut, row = draw(CUT), draw(ROWS)
                lines.append(",".join(row[: len(row) - max(cut, 0)]) + "," * max(-cut, 0))
            case 3:
                lines.append(draw(NO_ROWS))
            case 4:  # alike, and cut short alike
                lines += [clean.format(100 * number + n)[: draw(st.sampled_from([-2, -8]))] for n in range(20)]
            case 5:  # a cell that takes in whole rows
                rows = [clean.format(100 * number + n) for n in range(draw(st.integers(1, 20)))]
                lines += [f'（2026）鲁0117民初9号,"买卖{draw(TEXTS)}', *rows, f'合同",2026-03-05,,,{draw(TEXTS)},']
            case _:
                lines += [clean.format(100 * number + n) for n in range(draw(st.integers(1, 20)))]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    ends = [draw(st.sampled_from([end] * 30 + ["\r\n", "\n"])) for _ in lines]
    if draw(st.integers(0, 9)) == 0:
        ends[len(ends) // 2] = "\r"
    if draw(st.booleans()):
        ends[-1] = draw(st.sampled_from(["", end * 2]))
    text = "".join(line + tail for line, tail in zip(lines, ends, strict=True))
    start = draw(st.sampled_from(["", "", "\ufeff"]))
    return (start + text).encode(draw(st.sampled_from(["utf-8", "gb18030"])))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "_PIECE", 600)


@pytest.fixture(scope="module")
def con() -> Generator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        yield con


@settings(deadline=None, max_examples=120)
@given(raw=extracts())
def test_every_line_is_read_as_by_itself(raw: bytes, catalog: Catalog, con: duckdb.DuckDBPyConnection) -> None:
    found = staged(raw, catalog.tables["cases"], con)
    with line_by_line():
        assert found == staged(raw, catalog.tables["cases"], con)


@settings(deadline=None, max_examples=6)
@given(raw=extracts())
def test_a_file_is_examined_typed_and_repaired_as_line_by_line(raw: bytes, catalog: Catalog) -> None:
    found = examined(raw, catalog.tables["cases"], catalog)
    with line_by_line():
        assert found == examined(raw, catalog.tables["cases"], catalog)


def test_the_files_of_the_door_give_the_same(catalog: Catalog, con: duckdb.DuckDBPyConnection) -> None:
    for raw in (path.read_bytes() for path in DATA.rglob("*.csv")):
        for table in catalog.tables.values():
            if (found := staged(raw, table, con)) is not None:
                with line_by_line():
                    assert found == staged(raw, table, con)
                break
