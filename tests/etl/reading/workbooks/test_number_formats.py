"""What a number format says of a number: a unit, a currency, or that what is seen is smaller than what is kept."""

import pytest

from etl.reading.workbooks.facts import MARKED, SCALED, meaning
from scorecard.catalog.definitions import Catalog
from tests.etl.reading.workbooks.test_workbook_rows import codes, seen
from tests.support.contracts import GOOD, HEADERS
from tests.support.office import typed, workbook


@pytest.mark.parametrize(
    "code", ["0\\.0000", "0!.0000", '0"."0000', "#,##0,", '0!.0,"万"', "0.0,,", "[Red]#,##0,;(#,##0,)"]
)
def test_a_format_that_shows_a_number_smaller_than_it_is_kept_is_known(code: str) -> None:
    """ECMA-376, 18.8.31: a comma behind the digits divides by a thousand; an escaped character is only written."""
    assert meaning(176, code) == SCALED


@pytest.mark.parametrize(
    "code", ["#,##0", "#,##0.00", "0.00", '"¥"#,##0.00', "[$¥-804]#,##0", "[$-804]0.0", "General", "0,000"]
)
def test_a_plain_number_or_one_in_yuan_is_as_it_is_kept(code: str) -> None:
    assert meaning(176, code) is None


@pytest.mark.parametrize(
    ("code", "currency"),
    [
        ('"$"#,##0', "$"),
        ("[$$-409]#,##0", "$"),
        ("$#,##0", "$"),
        ("[$€-2] 0.00", "€"),
        ("[$USD] 0", "USD"),
        ("£0,", "£"),
    ],
)
def test_a_foreign_currency_is_the_unit_of_the_number(code: str, currency: str) -> None:
    """Not read as yuan, also where the number is shown smaller."""
    mark = meaning(176, code)
    assert mark is not None
    assert MARKED[mark] == currency


def test_below_a_header_in_another_unit_such_a_number_is_refused(catalog: Catalog) -> None:
    """500000 shown as 50.0 below 标的额（万元）: 50万元 is seen, 50亿元 would be read."""
    headers = ["标的额（万元）" if name == "标的额" else name for name in HEADERS]
    found = seen(workbook([{**typed(GOOD), "标的额（万元）": (500_000, "scaled")}], headers), catalog)
    assert codes(found, "refuse") == ["number_scaled_unit"]
    (problem,) = [one for one in found.problems if one.code == "number_scaled_unit"]
    assert (problem.line, problem.column) == (2, "标的额")
    assert "写明是“万元”，不能确定存的数是哪个单位" in problem.reason


def test_without_a_unit_in_the_header_it_is_read_as_kept_and_said(catalog: Catalog) -> None:
    found = seen(workbook([{**typed(GOOD), "标的额": (500_000, "scaled")}]), catalog)
    assert (found.refused, found.preview[0]["标的额"]) == (False, "500000")
    assert "number_scaled" in codes(found, "report")
