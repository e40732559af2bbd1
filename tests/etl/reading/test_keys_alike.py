"""Keys that a spreadsheet wrote another way (001 and 1, Ａ1 and A1) are two rows of what may be one matter: that is said."""

import re
import unicodedata
from datetime import date

from hypothesis import HealthCheck, given, settings, strategies as st

from etl.intake.examine import examine
from scorecard.catalog.definitions import Catalog


def reported(catalog: Catalog, keys: list[str]) -> list[tuple[int | None, str]]:
    rows = [f"{key},2026-10-05,送法进企,政治部,1,1" for key in keys]
    raw = "\n".join(["编号,日期,类别,部门,问题数,办结数", *rows, ""]).encode()
    found = examine(raw, "a.csv", catalog.tables["work_log"], catalog, date(2026, 10, 31))
    assert (found.refused, found.rows) == (False, len(keys))
    return [(one.line, one.reason) for one in found.problems if one.code == "key_alike"]


def test_the_row_is_named_beside_the_first_that_is_written_another_way(catalog: Catalog) -> None:
    said = "与第2行的“2026-001”只差全角半角、大小写、空格或开头的零，各计一行"
    assert reported(catalog, ["2026-001", "2026-1", "2026-10", "２０２６-1"]) == [(3, said), (5, said)]


def test_numbers_that_only_look_alike_are_different(catalog: Catalog) -> None:
    assert reported(catalog, ["A1", "A10", "A100", "B1", "0", "10", "1"]) == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keys=st.lists(st.text("Aab01Ａ０1-", min_size=1, max_size=4).map(lambda key: f"x{key}"), unique=True, max_size=8)
)
def test_the_rows_are_those_that_unicode_and_python_fold_to_one(catalog: Catalog, keys: list[str]) -> None:
    """The second implementation: NFKC, lower case, no zero before a digit that begins a number."""
    keys = ["start", *keys]
    first: dict[str, str] = {}
    expected: list[int] = []
    for line, key in enumerate(keys, 2):
        folded = re.sub("(?<![0-9])0+(?=[0-9])", "", unicodedata.normalize("NFKC", key).lower())
        if first.setdefault(folded, key) != key:
            expected.append(line)
    assert [line for line, _ in reported(catalog, keys)] == expected
