"""The rows behind a number: counted or added up they give it again, they are shown only to those allowed, masked."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from scorecard.access import Actor, Forbidden
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.audit import log as audit
from scorecard.calendar.period import GRAINS, Grain, parse
from scorecard.catalog import loader, worked_examples
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog, Indicator
from scorecard.errors import ScorecardError
from scorecard.queries.evidence import EvidenceQuery, TermRole, cut_of, evidence_queries
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import unescape_cell
from scorecard.store import evidence_rows, row_files, warehouse
from scorecard.store.evidence_rows import EvidencePart, half_of, totals
from scorecard.store.row_files import EvidenceSelection, export
from tests.conftest import ROOT
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, VISITOR
from tests.support.engine import built
from tests.support.naive import aggregate

CATALOG = loader.load(ROOT / "seeds")


def rows_behind(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    indicator: str,
    grain: Grain,
    key: str,
    department: str = ALL_DEPARTMENTS,
    scope: str = "all",
) -> tuple[EvidenceQuery, ...]:
    as_of = {name: state.as_of for name, state in warehouse.tables(connection).items()}
    chosen, period = catalog.indicators[indicator], parse(grain, key)
    cut = cut_of(chosen, as_of)
    assert period is not None
    assert cut is not None
    return evidence_queries(catalog, chosen, period, department, scope, cut)


def halves(reading: IndicatorValue) -> list[tuple[Decimal | None, Decimal | None]]:
    if reading.parts:
        return [(numerator, denominator) for _, numerator, denominator in reading.parts]
    return [(reading.numerator, reading.denominator)]


def from_rows(
    connection: duckdb.DuckDBPyConnection, rows: tuple[EvidenceQuery, ...], parts: int
) -> list[tuple[Decimal | None, Decimal | None]]:
    counted = [total for one in rows for total in totals(connection, one)]
    return [(half_of(counted, "numerator", n), half_of(counted, "denominator", n)) for n in range(parts)]


# ---------------------------------------------------------------------------------- the rows are the number, exactly


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize(
    ("department", "scope"), [("all", "all"), ("all", "firm"), ("civil", "all"), ("enforcement", "firm")]
)
def test_counting_the_rows_gives_both_halves_of_every_indicator_again(
    connection: duckdb.DuckDBPyConnection, found: Catalog, grain: Grain, department: str, scope: str
) -> None:
    compared = 0
    for name, readings in warehouse.series(connection, found, grain, department, scope).items():
        for reading in readings[-2 if (department, scope) == ("all", "all") else -1 :]:
            rows = rows_behind(connection, found, name, grain, reading.period.key, department, scope)
            wanted = halves(reading)
            assert from_rows(connection, rows, len(wanted)) == wanted, f"{name} {reading.period.label}"
            compared += 1
    assert compared >= (60 if (department, scope) == ("all", "all") else 10)


def plain(connection: duckdb.DuckDBPyConnection, rows: EvidenceQuery) -> list[tuple[TermRole, list[dict[str, Any]]]]:
    """The rows of each role as plain Python has them."""
    cursor = connection.cursor().execute(rows.query)
    names = [column[0] for column in cursor.description or ()]
    listed = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [(role, [row for row in listed if row[role.flag]]) for role in rows.roles]


def added_up(roles: list[tuple[TermRole, list[dict[str, Any]]]], half: str, part: int) -> Fraction | None:
    amounts = [
        (aggregate(role.term, rows), role.term.minus) for role, rows in roles if role.half == half and role.part == part
    ]
    known = [-amount if minus else amount for amount, minus in amounts if amount is not None]
    return sum(known, Fraction(0)) if amounts and len(known) == len(amounts) else None


@pytest.mark.parametrize("indicator", list(CATALOG.indicators))
def test_the_rows_of_a_worked_example_added_up_by_plain_python_are_its_halves(indicator: str) -> None:
    chosen = CATALOG.indicators[indicator]
    expect = chosen.example.expect
    rows = {one.table: list(one.rows) for one in worked_examples.tables(chosen, CATALOG)}
    cut = worked_examples.cut_date(chosen)
    period = parse(expect.grain, expect.period)
    assert period is not None
    with built(CATALOG, [chosen], rows, dict.fromkeys(rows, cut)) as opened:
        (reading,) = [
            one
            for one in warehouse.series(opened, CATALOG, expect.grain, ALL_DEPARTMENTS, expect.scope)[indicator]
            if one.period == period
        ]
        stands = evidence_queries(CATALOG, chosen, period, ALL_DEPARTMENTS, expect.scope, cut)
        roles = [role for one in stands for role in plain(opened, one)]
    for part, (numerator, denominator) in enumerate(halves(reading)):
        assert added_up(roles, "numerator", part) == numerator
        assert added_up(roles, "denominator", part) == denominator
    assert any(kept for _, kept in roles)


def test_the_rows_of_the_listed_pages_together_are_the_rows_of_the_denominator(
    connection: duckdb.DuckDBPyConnection, found: Catalog
) -> None:
    (rows,) = rows_behind(connection, found, "pre_mediation_overdue_rate", "month", "2026-08")
    listed = pages(connection, found, rows)
    labels = [line.cells[0] for line in listed]
    counted = {total.role.label: total.rows for total in totals(connection, rows)}
    assert counted["分子（减）"] > 0
    for label, number in counted.items():
        assert sum(label in one.split("、") for one in labels) == number
    net = evidence_rows.count(connection, found, OFFICER, rows, part="numerator")
    assert net == counted["分子"] - counted["分子（减）"]
    assert evidence_rows.count(connection, found, OFFICER, rows, part="rest") == counted["分母"] - net


def pages(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    rows: EvidenceQuery,
    part: EvidencePart = "all",
    text: str = "",
) -> list[evidence_rows.ShownRow]:
    """Every row, seven at a time."""
    listed: list[evidence_rows.ShownRow] = []
    while more := evidence_rows.evidence_rows(
        connection, catalog, OFFICER, rows, part=part, text=text, limit=7, offset=len(listed)
    ):
        listed += more
    return listed


def test_every_row_names_its_file_and_the_line_it_stands_in(
    connection: duckdb.DuckDBPyConnection, found: Catalog
) -> None:
    (rows,) = rows_behind(connection, found, "bankruptcy_mean_days", "year", "2026")
    header = evidence_rows.headers(rows)
    listed = pages(connection, found, rows)
    case_no, line, file = (header.index(name) for name in ("案号", "源文件行号", "来源文件"))
    assert listed
    for one in listed:
        where = connection.cursor().execute("SELECT case_no FROM bankruptcies WHERE _line = ?", [int(one.cells[line])])
        assert where.fetchall() == [(one.cells[case_no],)]
        assert one.cells[file].endswith("破产案件表.csv")


def test_the_sources_of_a_number_together_give_all_of_its_rows(
    connection: duckdb.DuckDBPyConnection, found: Catalog
) -> None:
    (rows,) = rows_behind(connection, found, "small_claims_rate", "month", "2026-09")
    batches = evidence_rows.sources(connection, rows)
    assert sum(one.rows for one in batches) == evidence_rows.count(connection, found, OFFICER, rows)
    assert all(one.batch and one.file and one.as_of == "2026-10-31" for one in batches)


# --------------------------------------------------------------------------------------------------- masks and search


def private_values(connection: duckdb.DuckDBPyConnection, catalog: Catalog, rows: EvidenceQuery) -> set[str]:
    hidden = [name for name, column in rows.table.columns.items() if column.private]
    listed = ", ".join(f'"{column}"::VARCHAR' for column in hidden)
    fetched = connection.cursor().execute(f"SELECT {listed} FROM ({rows.query})").fetchall()
    return {value for row in fetched for value in row if value}


@pytest.mark.parametrize(
    ("indicator", "grain", "key"),
    [
        ("credit_repair_firm_count", "year", "2026"),
        ("administrator_concentration_share", "year", "2026"),
        ("asset_auction_success_rate", "year", "2026"),
        ("firm_revisit_rate", "quarter", "2026-Q2"),
    ],
)
def test_no_private_cell_is_shown_whole_and_equal_ones_can_still_be_told(
    connection: duckdb.DuckDBPyConnection, found: Catalog, indicator: str, grain: Grain, key: str
) -> None:
    for rows in rows_behind(connection, found, indicator, grain, key):
        hidden = {name for name, column in rows.table.columns.items() if column.private}
        if not hidden:
            continue
        secrets = private_values(connection, found, rows)
        listed = pages(connection, found, rows)
        assert secrets
        assert not secrets & {cell for line in listed for cell in line.cells}
        place = evidence_rows.headers(rows).index(rows.table.header(min(hidden)))
        column = min(hidden)
        different = (
            connection.cursor().execute(f'SELECT count(DISTINCT "{column}") FROM ({rows.query})').fetchall()[0][0]
        )
        assert len({line.cells[place] for line in listed} - {""}) == different


def test_a_search_cannot_ask_for_what_is_hidden(connection: duckdb.DuckDBPyConnection, found: Catalog) -> None:
    (rows,) = rows_behind(connection, found, "credit_repair_firm_count", "year", "2026")
    for secret in sorted(private_values(connection, found, rows))[:5]:
        assert evidence_rows.count(connection, found, OFFICER, rows, text=secret) == 0


def test_a_search_finds_what_is_shown_every_word_of_it_and_nothing_else(
    connection: duckdb.DuckDBPyConnection, found: Catalog
) -> None:
    (rows,) = rows_behind(connection, found, "small_claims_rate", "month", "2026-09")
    everything = pages(connection, found, rows)
    for words in ("小额诉讼", "人民法庭", "2026-09-1 买卖合同", "不存在的词", "%", "' OR true --"):
        expected = [line for line in everything if all(word in "\t".join(line.cells[1:-3]) for word in words.split())]
        assert pages(connection, found, rows, text=words) == expected, words
    assert 0 < len(pages(connection, found, rows, text="人民法庭")) < len(everything)


# ------------------------------------------------------------------------------------------------------------- rights


def read(connection: duckdb.DuckDBPyConnection, catalog: Catalog, actor: Actor, department: str) -> int:
    (rows,) = rows_behind(connection, catalog, "small_claims_rate", "year", "2026", department)
    evidence_rows.count(connection, catalog, actor, rows)
    return len(evidence_rows.evidence_rows(connection, catalog, actor, rows, limit=5))


def test_the_office_sees_all_rows_and_a_department_its_own(
    connection: duckdb.DuckDBPyConnection, found: Catalog
) -> None:
    assert read(connection, found, OFFICER, ALL_DEPARTMENTS) == 5
    assert read(connection, found, CIVIL, "civil") == 5


@pytest.mark.parametrize("actor", [LEADER, VISITOR, ADMINISTRATOR])
def test_nobody_else_sees_a_row(connection: duckdb.DuckDBPyConnection, found: Catalog, actor: Actor) -> None:
    with pytest.raises(Forbidden, match="没有这项权限"):
        read(connection, found, actor, ALL_DEPARTMENTS)


@pytest.mark.parametrize("department", [ALL_DEPARTMENTS, "tribunal"])
def test_a_department_is_told_to_choose_itself(
    connection: duckdb.DuckDBPyConnection, found: Catalog, department: str
) -> None:
    with pytest.raises(Forbidden, match="部门账户只能看本部门的案件") as caught:
        read(connection, found, CIVIL, department)
    assert "民事审判庭" in caught.value.remedy


def test_a_department_sees_no_row_of_another_one(connection: duckdb.DuckDBPyConnection, found: Catalog) -> None:
    (rows,) = rows_behind(connection, found, "small_claims_rate", "year", "2026", "civil")
    place = evidence_rows.headers(rows).index("承办部门")
    listed = evidence_rows.evidence_rows(connection, found, CIVIL, rows, limit=100_000)
    assert {line.cells[place] for line in listed} == {"民事审判庭"}


# --------------------------------------------------------------------------------------------------------------- file


def choice(rows: EvidenceQuery, part: EvidencePart = "all", text: str = "") -> EvidenceSelection:
    return EvidenceSelection(rows, part, text, "案件清单 small_claims_rate 测试", ("口径 small_claims_rate", "版本 v"))


def test_a_file_has_a_mark_for_excel_every_row_and_its_provenance_and_is_recorded(
    connection: duckdb.DuckDBPyConnection, found: Catalog, data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_files, "_PAGE", 50)
    (rows,) = rows_behind(connection, found, "small_claims_rate", "month", "2026-09")
    raw = export(data, connection, found, OFFICER, choice(rows))
    assert raw.startswith(b"\xef\xbb\xbf")
    read_back = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    total = evidence_rows.count(connection, found, OFFICER, rows)
    assert total > 50
    assert tuple(read_back[0]) == (*evidence_rows.headers(rows), "导出人和时间")
    taken = {row.pop() for row in read_back[1 : total + 1]}
    assert len(taken) == 1
    assert re.fullmatch(OFFICER.name + r"　\d{4}-\d\d-\d\d \d\d:\d\d", taken.pop())
    assert [tuple(map(unescape_cell, row)) for row in read_back[1 : total + 1]] == [
        line.cells for line in pages(connection, found, rows)
    ]
    assert read_back[total + 1 :] == [[], ["口径 small_claims_rate"], ["版本 v"]]
    (entry,) = audit.entries(data)
    assert (entry.action, entry.result, entry.detail) == ("导出", "成功", {"rows": total})


def test_a_refused_export_gives_nothing_and_is_recorded(
    connection: duckdb.DuckDBPyConnection, found: Catalog, data: DataDir
) -> None:
    (rows,) = rows_behind(connection, found, "small_claims_rate", "month", "2026-09")
    with pytest.raises(Forbidden):
        export(data, connection, found, LEADER, choice(rows))
    (entry,) = audit.entries(data)
    assert (entry.action, entry.result) == ("导出", "拒绝")


def test_a_file_longer_than_a_spreadsheet_opens_is_refused(
    connection: duckdb.DuckDBPyConnection, found: Catalog, data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_files, "MOST_ROWS", 10)
    (rows,) = rows_behind(connection, found, "small_claims_rate", "month", "2026-09")
    with pytest.raises(ScorecardError, match="不超过 10 行"):
        export(data, connection, found, OFFICER, choice(rows))


def test_a_number_cut_at_the_earlier_of_two_tables_leaves_later_rows_out(catalog: Catalog) -> None:
    """Both halves cover the same days: a case filed after the mediations' cut is no row of the ratio."""
    chosen: Indicator = catalog.indicators["pre_mediation_diversion_rate"]
    cases = [
        {"case_no": "（2026）鲁0117民初1号", "filed_on": parse_day("2026-10-05")},
        {"case_no": "（2026）鲁0117民初2号", "filed_on": parse_day("2026-10-25")},
    ]
    talks = [
        {
            "mediation_no": "（2026）鲁0117民诉前调1号",
            "received_on": parse_day("2026-10-01"),
            "ended_on": parse_day("2026-10-08"),
            "outcome": "成功",
        }
    ]
    as_of = {"cases": parse_day("2026-10-31"), "pre_mediations": parse_day("2026-10-20")}
    period = parse("month", "2026-10")
    assert period is not None
    with built(catalog, [chosen], {"cases": cases, "pre_mediations": talks}, as_of) as opened:
        cut = cut_of(chosen, as_of)
        assert cut == parse_day("2026-10-20")
        stands = evidence_queries(catalog, chosen, period, ALL_DEPARTMENTS, "all", cut)
        assert from_rows(opened, stands, 1) == [(Decimal(1), Decimal(2))]
    assert cut_of(chosen, {"cases": parse_day("2026-10-31")}) is None


def parse_day(text: str) -> date:
    return date.fromisoformat(text)
