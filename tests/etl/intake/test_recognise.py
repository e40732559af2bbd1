"""A file is recognised by its headers: the right table first, doubt kept as doubt, and nothing where nothing fits."""

from dataclasses import replace
from datetime import date
from time import perf_counter

import pytest

from etl.intake.accept import template
from etl.intake.recognise import recognise
from etl.sample.invented_court import extracts
from scorecard.catalog.definitions import Catalog
from tests.support.contracts import contract, extract, rows
from tests.support.extracts import cases_csv


def tables(catalog: Catalog, raw: bytes) -> list[str]:
    return [one.table for one in recognise(raw, catalog)]


def test_every_template_is_recognised_as_its_own_table_and_no_other(catalog: Catalog) -> None:
    sent = [table for table in catalog.tables.values() if table.comes_as_file]
    assert len(sent) > 10
    assert {table.id: tables(catalog, template(table)) for table in sent} == {table.id: [table.id] for table in sent}


def test_targets_and_reports_of_progress_have_their_own_pages(catalog: Catalog) -> None:
    others = [table for table in catalog.tables.values() if not table.comes_as_file]
    assert others
    assert all(table.id not in tables(catalog, template(table)) for table in others)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_an_extract_of_any_encoding_below_a_title_is_recognised(catalog: Catalog, encoding: str) -> None:
    raw = ("2026年10月审判案件明细表\r\n" + cases_csv(30).decode()).encode(encoding)
    found = recognise(raw, catalog)
    assert found[0].table == "cases"
    assert (found[0].matched, found[0].headers, found[0].missing, found[0].unknown) == (11, 11, (), ())


def test_missing_and_unknown_headers_are_named(catalog: Catalog) -> None:
    raw = cases_csv(3).replace("立案日期".encode(), "立案时间戳".encode())
    best = recognise(raw, catalog)[0]
    assert (best.table, best.missing, best.unknown) == ("cases", ("立案日期",), ("立案时间戳",))


def test_a_file_that_may_be_either_of_two_tables_is_both(catalog: Catalog) -> None:
    one = contract(id="one", name="甲")
    two = contract(id="two", name="乙", columns={"contact": {"header": "经办人"}})
    both = replace(catalog, tables={"one": one, "two": two})
    headers = ["案号", "立案日期", "结案日期", "案由"]
    assert sorted(tables(both, extract(rows(2), headers))) == ["one", "two"]
    assert tables(both, extract(rows(2), [*headers, "联系人"]))[0] == "one"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xef\xbb\xbf\r\n",
        b"a,b,c\r\n1,2,3\r\n",
        b"PK\x03\x04 xl/workbook.xml",
        "案号,立案日期\r\n".encode("utf-16"),
        b"\xff\xfe\xfd\x80" * 50,
        b'"' + b"x" * 300_000,
        b"\0" * 1000,
    ],
)
def test_what_is_no_table_of_ours_is_none(catalog: Catalog, raw: bytes) -> None:
    assert recognise(raw, catalog) == ()


def test_hostile_files_cost_no_more_than_a_large_good_one(catalog: Catalog) -> None:
    good = cases_csv(60_000)
    begin = perf_counter()
    assert tables(catalog, good)[0] == "cases"
    usual = perf_counter() - begin
    for hostile in (
        b"," * 20_000_000,
        b"a," * 1_000_000 + b"\n",
        "案".encode() * 4_000_000,
        b'"' + "案\n".encode() * 3_000_000,
        b" " * 20_000_000,
        ("案号,立案日期\r\n" + "甲" * 10_000_000).encode(),
    ):
        begin = perf_counter()
        recognise(hostile, catalog)
        assert perf_counter() - begin < 10 * usual + 0.5


def test_the_sample_extracts_are_recognised(catalog: Catalog) -> None:
    made = extracts(date(2026, 3, 31), catalog=catalog)
    sent = {table: raw for table, raw in made.items() if catalog.tables[table].comes_as_file}
    assert len(sent) > 8
    assert {table: tables(catalog, raw) for table, raw in sent.items()} == {table: [table] for table in sent}
