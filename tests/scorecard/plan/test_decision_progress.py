"""What became of a decision: the values are those of the small court below, counted by hand; too few cases give no rate."""

from dataclasses import replace
from datetime import date, datetime

from scorecard.assessment.cards import Card, card
from scorecard.assessment.data_quality import TableState
from scorecard.calendar.period import between, containing
from scorecard.catalog.definitions import Catalog
from scorecard.plan.decision_progress import evidence_of, since_decided, then_and_now
from scorecard.records.decisions import Decision, Status, began, latest_decisions, listed
from tests.scorecard.assessment.test_cards import evidence, reading
from tests.scorecard.plan.test_signals import FIRST

NAME = "pre_mediation_success_rate"
# Of how many, and how many of them, in January to June 2025: 60 %, 62 %, 50 %, three cases, 66 %, 70 %.
MONTHS = ((100, 60), (100, 62), (100, 50), (3, 1), (50, 33), (100, 70))


def june(catalog: Catalog) -> Card:
    months = between("month", FIRST, FIRST + len(MONTHS) - 1)
    inputs = evidence(
        catalog, *(reading(NAME, month, top, of) for month, (of, top) in zip(months, MONTHS, strict=True))
    )
    inputs = replace(
        inputs,
        today=date(2025, 7, 20),
        tables={name: TableState(name, date(2025, 6, 30), 9, 1) for name in catalog.tables},
    )
    return card(inputs, catalog.indicators[NAME], containing("month", FIRST + len(MONTHS) - 1))


def decided(day: str, status: Status = "待办", of: str = f"indicator:{NAME}", facts: str = "") -> Decision:
    at = datetime.fromisoformat(f"{day}T09:00")
    return Decision(of, "事项", at.date(), facts, "结论", "filing", None, status, "v", "李四", at)


def test_the_evidence_names_every_value_it_rests_on(catalog: Catalog) -> None:
    """Decided in April: March is the last month before it."""
    found = june(catalog)
    assert since_decided(found, decided("2025-04-10")) == "自记录以来：3个月，50.00%→70.00%"
    said = evidence_of(found, decided("2025-04-10"))
    for part in ("记录前2025年3月50.00%（50 / 100）", "2025年5月66.00%（33 / 50）、2025年6月70.00%（70 / 100）"):
        assert part in said
    assert "2025年4月3件，太少不计率" in said
    assert "33.33" not in said


def test_a_month_of_before_that_has_no_rate_is_no_month_since(catalog: Catalog) -> None:
    """Decided in May: April had ended, with three cases; the last rate before it is March's, and two months have passed."""
    found, decision = june(catalog), decided("2025-05-10")
    assert since_decided(found, decision) == "自记录以来：2个月，50.00%→70.00%"
    said = evidence_of(found, decision)
    assert "记录前2025年3月50.00%" in said
    assert "2025年4月" not in said
    assert "记录以来2025年5月66.00%" in said


def test_without_a_settled_value_before_and_after_there_is_no_evidence(catalog: Catalog) -> None:
    found = june(catalog)
    for day in ("2025-01-10", "2025-07-10"):  # nothing before; nothing after
        assert since_decided(found, decided(day)) == evidence_of(found, decided(day)) == ""
    broken = replace(found, breaks=(date(2025, 5, 1),))
    assert since_decided(broken, decided("2025-04-10")) == "自记录以来口径已调整，不可比"
    assert evidence_of(broken, decided("2025-04-10")) == ""


def test_time_counts_from_the_first_row_of_a_run_not_from_its_last_correction(catalog: Catalog) -> None:
    closed, first, later, done = (
        decided("2025-01-05", "已办结"), decided("2025-02-10"), decided("2025-05-10"), decided("2025-06-10", "已办结")
    )  # fmt: skip
    rows = [later, decided("2025-03-01", "列入会商"), first, closed, decided("2025-03-02", of="other:1"), done]
    assert began(rows, later) == began(rows, done) == first
    assert began(rows, closed) == closed


def test_what_only_puts_a_matter_on_the_agenda_decides_nothing() -> None:
    asked, done = decided("2025-03-01", "列入会商"), decided("2025-02-01", "已办结")
    assert latest_decisions([asked, done]) == {asked.item: done}
    assert listed([done, asked]) == (asked,)
    assert listed([asked, decided("2025-03-02")]) == ()


def test_a_matter_that_is_no_indicator_shows_then_beside_now() -> None:
    assert (
        then_and_now(decided("2025-02-01", facts="超期 12 项"), ("超期 3 项", "办法"))
        == "会商时：超期 12 项；现在：超期 3 项；办法"
    )
    assert then_and_now(decided("2025-02-01"), ("超期 3 项",)) == ""
