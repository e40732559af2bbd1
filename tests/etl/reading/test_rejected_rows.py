"""The rows that must be corrected are shown as they are written, with the wrong cells named."""

from etl.intake.examine import examine
from etl.reading.rejected_rows import SHOWN
from scorecard.catalog.columns import MASK
from scorecard.catalog.definitions import Catalog
from tests.support.extracts import AS_OF, cases_csv


def lines_of(rows: int) -> list[list[str]]:
    return [line.split(",") for line in cases_csv(rows).decode().splitlines()]


def raw(lines: list[list[str]]) -> bytes:
    return "\n".join(map(",".join, lines)).encode("gb18030")


def test_a_wrong_row_is_shown_whole_with_its_wrong_cells(catalog: Catalog) -> None:
    lines = lines_of(9)
    lines[2][5], lines[2][2] = "简易程徐", "2026-02-30"
    lines[7][0] = ""
    found = examine(raw(lines), "a.csv", catalog.tables["cases"], catalog, AS_OF).wrong
    assert [(row.line, row.wrong) for row in found] == [(3, {"适用程序", "立案日期"}), (8, {"案号"})]
    assert found[0].cells["适用程序"] == "简易程徐"
    assert found[0].cells["案号"] == lines[2][0]
    assert found[1].cells["案号"] == ""


def test_a_broken_rule_names_its_row_too(catalog: Catalog) -> None:
    lines = lines_of(4)
    lines[2][3] = "2025-01-01"  # closed before it was filed
    (row,) = examine(raw(lines), "a.csv", catalog.tables["cases"], catalog, AS_OF).wrong
    assert (row.line, row.wrong) == (3, {"结案日期"})


def test_rows_kept_aside_are_shown_like_refused_ones_and_no_more_than_fit_a_screen(catalog: Catalog) -> None:
    lines = lines_of(60)
    for line in lines[1:51]:
        line[5] = "简易程徐"
    found = examine(raw(lines), "a.csv", catalog.tables["cases"], catalog, AS_OF, policy="set_aside")
    assert (found.refused, found.aside) == (False, 50)
    assert [row.line for row in found.wrong] == list(range(2, 2 + SHOWN))


def test_a_sound_extract_has_none(catalog: Catalog) -> None:
    assert examine(cases_csv(5), "a.csv", catalog.tables["cases"], catalog, AS_OF).wrong == ()


def test_private_cells_are_masked(catalog: Catalog) -> None:
    content = "回访编号,案号,结案日期,回访日期,统一社会信用代码\nH1,（2026）鲁0117民初1号,2026-03-02,2026-03-99,91370117MA0000000X\n"
    (row,) = examine(content.encode(), "a.csv", catalog.tables["revisits"], catalog, AS_OF).wrong
    assert row.cells["统一社会信用代码"] == MASK
    assert row.wrong == {"回访日期"}
