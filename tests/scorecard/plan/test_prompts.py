"""Every prompt of the seeds: its worked example on DuckDB, planted patterns found, and nothing noticed where there is nothing."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from types import SimpleNamespace

import pytest

from scorecard.access import Actor
from scorecard.calendar.period import parse
from scorecard.calendar.workdays import PACKAGE
from scorecard.catalog import loader, worked_examples
from scorecard.catalog.tabulations.prompts import Prompt
from scorecard.errors import SeedMistake
from scorecard.plan.prompts import PromptReading, read_prompt
from scorecard.store.listings import listed
from scorecard.store.tabulations import Reading
from scorecard.ui.shell.templating import render
from tests.conftest import ROOT
from tests.scorecard.store import naive_tabulations
from tests.support.engine import built
from tests.support.naive import Row

CATALOG = loader.load(ROOT / "seeds")
OFFICE = Actor("审管办", "case_management")


def _rows(one: Prompt) -> list[Row]:
    mistakes: list[SeedMistake] = []
    table = CATALOG.tables[one.table]
    read = worked_examples.read_rows(one.example.rows, table, CATALOG.departments, one.id, "rows", mistakes)
    assert mistakes == []
    return list(read.rows)


@contextmanager
def _reading(one: Prompt, rows: Sequence[Row], key: str, as_of: date) -> Generator[Reading]:
    period = parse("month", key)
    assert period is not None
    with built(CATALOG, [], {one.table: list(rows)}, {one.table: as_of}) as connection:
        yield Reading(connection, CATALOG, {one.table: as_of}, period, "all", "all")


def _listed(told: PromptReading) -> list[int]:
    return [row.line - 1 for row in listed(told.of, told.listing, OFFICE, limit=100).rows]


@pytest.mark.parametrize("name", CATALOG.prompts)
def test_the_worked_example_of_a_prompt_holds(name: str) -> None:
    """Rows and numbers of the example were counted by hand; 2025 had 248 working days."""
    one = CATALOG.prompts[name]
    with _reading(one, _rows(one), one.example.period, one.example.as_of) as of:
        told = read_prompt(of, one, PACKAGE)
        assert told.reason == ""
        assert _listed(told) == list(one.example.expect)
    sides = [[row for row in told.stretches if row[0] is side] for side in (True, False)]
    assert [sum(len(row[3] or ()) for row in side) for side in sides] == [len(one.example.expect), one.example.others]
    assert tuple(sum(row[1] for row in side) for side in sides) == one.example.exposure
    assert told.state == "件数过少"


def _cases(number: int, kind: str) -> list[Row]:
    """As many rows of a court as a case table needs; the pattern of this kind is planted, or none for an empty kind."""
    chance, rows = Random(f"{number} {kind}"), []
    for serial in range(1, number + 1):
        filed = date(2025, 1, 1) + timedelta(chance.randrange(365))
        if kind == "year_end" and filed.month == 12 and serial % 2:
            filed = date(2025, 1 + chance.randrange(11), 15)
        limit = filed + timedelta(chance.choice([92, 92, 184]))
        closed = filed + timedelta(chance.randrange(20, 90))
        if kind == "before_limit" and serial % 4 == 0:
            closed = limit - timedelta(chance.randrange(7))
        row = dict.fromkeys(TABLE.columns, None) | {
            "case_no": f"（2025）鲁0117民初{serial}号", "filed_on": filed, "closed_on": closed, "limit_on": limit,
            "outcome": chance.choice(["判决", "撤诉"]),
        }  # fmt: skip
        if kind == "filed_again" and filed >= date(2025, 12, 1) and rows:
            row["earlier_case_no"] = next(
                (one["case_no"] for one in rows if 0 <= (filed - one["closed_on"]).days <= 90 and one["outcome"] == "撤诉"), None
            )  # fmt: skip
        rows.append(row)
    return rows


TABLE = CATALOG.tables["cases"]
OF_CASES = [one for one in CATALOG.prompts.values() if one.table == "cases" and one.period != "converted_on"]


def _naive(one: Prompt, rows: list[Row], key: str) -> tuple[int, int]:
    """How many events the two sides have, in plain Python and from the definition of the kind; 2025 whole, or one month."""
    days = [row[str(one.period)] for row in rows]
    first, last = naive_tabulations.month(key).first, naive_tabulations.month(key).last
    if one.kind == "year_end":
        return sum(day >= date(2025, 12, 1) for day in days if day.year == 2025), sum(
            day < date(2025, 12, 1) for day in days
        )
    if one.kind == "before_limit":
        left = [(row["limit_on"] - row["closed_on"]).days for row in rows if first <= row["closed_on"] <= last]
        return sum(0 <= n < 7 for n in left), sum(7 <= n < 21 for n in left)
    if one.kind == "filed_again":
        ended = {row["case_no"]: row["closed_on"] for row in rows if row["outcome"] == "撤诉"}
        again = [
            row["filed_on"]
            for row in rows
            if 0 <= (row["filed_on"] - ended.get(row["earlier_case_no"], date.max)).days <= 90
        ]
        return sum(first <= day <= last for day in again), sum(day < first for day in again)
    working = [first + timedelta(n) for n in range((last - first).days + 1) if PACKAGE.is_workday(first + timedelta(n))]
    within = [day for day in days if first <= day <= last]
    return sum(day >= working[-3] for day in within), sum(day < working[-3] for day in within)


@pytest.mark.parametrize("kind", ["", "before_limit", "year_end", "filed_again"])
def test_what_was_planted_is_noticed_and_nothing_else_and_counted_as_in_plain_python(kind: str) -> None:
    """A court of 3,000 cases a year. The rush at a month's end is planted on the page's own tests."""
    rows = _cases(3000, kind)
    for one in OF_CASES:
        key = "2025-12"
        with _reading(one, rows, key, date(2026, 3, 31)) as of:
            told = read_prompt(of, one, PACKAGE)
        assert told.found is not None, (one.id, told.reason)
        assert (told.found.count, told.found.other) == _naive(one, rows, key), one.id
        assert (told.state == "提示核查") == (one.kind == kind), (one.id, told.sentence)


@pytest.mark.parametrize(("cases", "state"), [(70, "提示核查"), (71, "未提示")])
def test_what_is_said_of_a_years_end_is_what_is_compared(cases: int, state: str) -> None:
    """Eleven months of 100 and a last one of 70: exactly 0.7 of what they lead to expect, which is 不超过 0.7."""
    one = next(prompt for prompt in OF_CASES if prompt.kind == "year_end").model_copy(update={"times": 0.7})
    stretches = [(False, 21, 30, (("",) * 100))] * 11 + [(True, 21, 30, ("",) * cases)]
    told = PromptReading(one, SimpleNamespace(catalog=CATALOG), "2025年12月", stretches=tuple(stretches))  # pyright: ignore[reportArgumentType]
    assert told.state == state
    page = render(
        "ui/work/prompt.html",
        one=SimpleNamespace(prompt=one, sentence=""),
        before=SimpleNamespace(sentence=""),
        results=(),
        enter="",
    )
    assert "不超过应有数的0.7倍" in page
