"""Words for unknown throughout a column make it a blank one; among other values each is judged as the type has it."""

from datetime import date

import pytest

from etl.intake.examine import Examination, examine
from scorecard.catalog.definitions import Catalog
from tests.conftest import ROOT

AS_OF = date(2026, 10, 31)
OCTOBER = (ROOT / "tests/data/door/column_absent_october.csv").read_text("utf-8-sig")


def with_last(catalog: Catalog, *values: str) -> Examination:
    """October's ten cases with these values of 是否上诉, over and over."""
    head, *lines = OCTOBER.splitlines()
    told = [f"{line.rsplit(',', 1)[0]},{values[place % len(values)]}" for place, line in enumerate(lines)]
    return examine("\n".join([head, *told]).encode(), "a.csv", catalog.tables["cases"], catalog, AS_OF)


@pytest.mark.parametrize("values", [("NA",), ("无",), ("—", "无", ""), ("N/A", "null", "　")])
def test_a_column_of_words_for_unknown_is_blank_and_reported(catalog: Catalog, values: tuple[str, ...]) -> None:
    found = with_last(catalog, *values)
    assert not found.refused
    assert found.known is not None
    assert found.known.known["appealed"] == 0
    assert {count.code for count in found.counts if count.column == "是否上诉"} == {"value_unknown"}


@pytest.mark.parametrize("values", [("是", "NA"), ("是", "无"), ("否", "无"), ("1", "—")])
def test_among_answers_a_word_that_may_mean_two_things_is_refused(catalog: Catalog, values: tuple[str, ...]) -> None:
    found = with_last(catalog, *values)
    assert {
        (problem.code, problem.column, problem.value) for problem in found.problems if problem.severity == "refuse"
    } == {("boolean_unknown", "是否上诉", values[1])}


def test_beside_you_wu_is_no(catalog: Catalog) -> None:
    found = with_last(catalog, "有", "无")
    assert not found.refused
    assert [row["是否上诉"] for row in found.preview] == ["是", "否"] * 5


@pytest.mark.parametrize("word", ["无", "NA", "—"])
def test_where_a_blank_means_something_a_word_for_unknown_is_no_blank(catalog: Catalog, word: str) -> None:
    """尚未审结 is what a blank closing date says; NA does not say so."""
    lines = [line.split(",") for line in OCTOBER.splitlines()]
    place = lines[0].index("结案日期")
    raw = "\n".join(
        ",".join([*line[:place], line[place] if not n else word, *line[place + 1 :]]) for n, line in enumerate(lines)
    )
    found = examine(raw.encode(), "a.csv", catalog.tables["cases"], catalog, AS_OF)
    assert found.refused
    assert {problem.column for problem in found.problems if problem.severity == "refuse"} == {"结案日期"}
