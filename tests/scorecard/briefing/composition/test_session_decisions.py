"""What sessions decided stands in the papers until it is closed, and once more with its evidence; numbers are the store's."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from scorecard.briefing.composition.session import decisions
from scorecard.briefing.paper.material import Material, gather
from scorecard.briefing.paper.model import PaperTable, Paragraph
from scorecard.briefing.paper.request import BriefingRequest, resolve
from scorecard.catalog.briefing_templates import Section
from scorecard.records.decisions import Decision, Status
from scorecard.storage.data_dir import DataDir
from scorecard.store import warehouse
from scorecard.store.open_version import Version, open_published
from tests.support.actors import OFFICER

NOW = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
NAME = "small_claims_rate"
Rows = Callable[..., tuple[tuple[str, ...], ...]]


@pytest.fixture(scope="module")
def material(sample: DataDir) -> Iterator[Material]:
    """Of the monthly paper of October, dated 9 November."""
    version = open_published(sample)
    yield gather(version, resolve(version, BriefingRequest("monthly", "2026-10"), OFFICER, NOW), OFFICER)
    version.connection.close()


def decided(day: str, status: Status = "待办", of: str = f"indicator:{NAME}", **other: object) -> Decision:
    at = datetime.fromisoformat(f"{day}T09:00")
    due = date(2026, 11, 5) if status == "待办" else None
    return replace(
        Decision(of, "小额诉讼程序适用率", at.date(), "", "扩大适用", "filing", due, status, "v", "李四", at), **other
    )


@pytest.fixture
def rows(material: Material, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """rows(decision, …): the lines of the section."""

    def made(*rows: Decision, whose: str = "all", dated: date | None = None) -> tuple[tuple[str, ...], ...]:
        monkeypatch.setattr(warehouse, "decisions", lambda _: rows)
        spec = replace(material.spec, dated=dated or material.spec.dated)
        (block,) = decisions(replace(material, spec=spec, whose=whose), Section(kind="decisions"))
        if isinstance(block, PaperTable):
            return block.rows
        assert block == Paragraph("没有待落实的会商决定。")
        return ()

    return made


def value(version: Version, month: str) -> str:
    """Both halves by SQL, divided here."""
    top, bottom = version.connection.execute(
        "SELECT numerator, denominator FROM indicator_value WHERE (indicator, period, grain, department, scope)"
        " = (?, ?, 'month', 'all', 'all')",
        [NAME, month],
    ).fetchone()
    return f"{float(round(Fraction(top) / Fraction(bottom) * 100, 2)):.2f}%"


def test_an_open_decision_stands_there_with_the_values_since(rows: Rows, material: Material) -> None:
    ((day, title, conclusion, who, due, became),) = rows(decided("2026-07-15"))
    version = material.version
    assert (day, title, conclusion, due) == ("2026年7月15日", "小额诉讼程序适用率", "扩大适用", "2026年11月5日")
    assert who == version.catalog.departments["filing"].name
    assert became == f"待办。自记录以来：4个月，{value(version, '2026-06')}→{value(version, '2026-10')}。已过期限4天"


def test_a_department_reads_its_own(rows: Rows) -> None:
    both = (decided("2026-07-15"), decided("2026-07-16", of="other:1", department="civil"))
    assert [row[0] for row in rows(*both, whose="civil")] == ["2026年7月16日"]
    assert rows(*both, whose="enforcement") == ()


def test_what_is_closed_stands_once_more_with_its_evidence_and_then_no_more(rows: Rows) -> None:
    """In the papers of that month and the next one, so that no monthly paper misses it."""
    both = (decided("2026-07-15"), decided("2026-10-20", "已办结", evidence="自记录以来：3个月，1%→2%"))
    ((day, *_, became),) = rows(*both)
    assert became == "已办结。自记录以来：3个月，1%→2%"
    assert day == "2026年7月15日", "the day it was decided, not the day it was closed"
    assert rows(*both, dated=date(2026, 12, 1)) == ()
    assert rows(decided("2026-07-15"), decided("2026-10-20", "不再跟踪")) == ()


def test_what_was_decided_after_the_paper_is_not_in_it_nor_what_was_only_put_on_the_agenda(rows: Rows) -> None:
    assert rows(decided("2026-11-10")) == ()
    assert rows(decided("2026-07-15", "列入会商")) == ()


def test_papers_inside_the_court_have_the_section_and_those_for_others_not(material: Material) -> None:
    having = [
        id for id, one in material.catalog.briefings.items() if "decisions" in {part.kind for part in one.sections}
    ]
    assert having == ["monthly", "department"]
