"""What the time axis says: targets that changed, re-basings, events, each with a number and a footnote."""

from datetime import date, datetime
from fractions import Fraction

import pytest

from scorecard.assessment.verdict import JudgedPeriod, Verdict
from scorecard.calendar.period import Grain, between
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.time_axis_notes import axis_notes, footnotes
from scorecard.records.annotations import Annotation, contradictions, in_force
from scorecard.records.baselines import Baseline


def points(*targets: str, grain: Grain = "month") -> list[JudgedPeriod]:
    """One point a period from January 2026 on, with these targets."""
    periods = between(grain, 2026 * 12, 2026 * 12 + 11)
    return [
        JudgedPeriod(one, Verdict("仅监测", ""), Fraction(1), figure="1", target=target)
        for one, target in zip(periods, targets, strict=False)
    ]


def mark(month: int = 3, text: str = "送达中心启用", **other: object) -> Annotation:
    row: dict[str, object] = {
        "indicator": "", "month": date(2026, month, 1), "kind": "事项", "text": text, "reason": "会议纪要",
        "state": "有效", "recorded_by": "审管办", "recorded_at": datetime(2026, 11, 2),
    }  # fmt: skip
    return Annotation(**(row | other))  # pyright: ignore


def test_a_new_target_draws_a_break_with_a_footnote_where_it_begins() -> None:
    found = axis_notes(points("未设目标", "≥60%（同类）", "≥60%（同类）", "≥65%（上级）"), "month", ())
    assert [(one.position, one.before, one.breaks) for one in found] == [(1, True, False), (3, True, False)]
    assert footnotes(found) == (
        "① 2026年2月起目标由“未设目标”改为“≥60%（同类）”",
        "② 2026年4月起目标由“≥60%（同类）”改为“≥65%（上级）”",
    )


def test_a_paced_target_is_one_target_through_the_year() -> None:
    assert axis_notes(points(*["全年≥120家（待确认）"] * 12, grain="ytd"), "ytd", ()) == ()


def test_marks_stand_in_time_order_with_who_when_and_why() -> None:
    cut = Baseline("x", date(2026, 2, 1), "有效", "标的额上限调整", "某副院长", datetime(2026, 11, 1))
    found = axis_notes(points(*["—"] * 4), "month", [mark(4, "换系统"), mark(1)], [cut])
    assert footnotes(found) == (
        "① 2026年1月　送达中心启用（会议纪要；审管办，2026年11月2日）",
        "② 2026年2月起重设基准：标的额上限调整（某副院长，2026年11月1日）",
        "③ 2026年4月　换系统（会议纪要；审管办，2026年11月2日）",
    )


def test_only_a_changed_definition_breaks_the_curve() -> None:
    event, redefined = axis_notes(points(*["—"] * 4), "month", [mark(2), mark(3, kind="口径调整")])
    assert (event.before, event.breaks) == (False, False)
    assert (redefined.before, redefined.breaks) == (True, True)
    assert "口径调整，前后不可直接相比" in redefined.note


@pytest.mark.parametrize(("grain", "place"), [("month", 2), ("quarter", 0), ("ytd", 2), ("year", 0)])
def test_an_event_stands_in_the_period_that_holds_its_month(grain: Grain, place: int) -> None:
    (found,) = axis_notes(points(*["—"] * 12, grain=grain), grain, [mark(3)])
    assert found.position == place


def test_an_event_outside_the_figure_is_left_out() -> None:
    assert axis_notes(points("—", "—"), "month", [mark(9)]) == ()


def test_more_marks_than_there_are_circled_numbers_are_still_told_apart() -> None:
    found = axis_notes(points(*["—"] * 12), "month", [mark(1, f"事项{n}") for n in range(23)])
    assert [one.symbol for one in found][18:22] == ["⑲", "⑳", "(21)", "(22)"]


def test_a_withdrawn_mark_is_gone_and_others_indicators_marks_are_not_shown() -> None:
    kept, gone = mark(1), mark(1, state="撤销", recorded_at=datetime(2026, 11, 3))
    assert in_force([kept], "rate") == (kept,)
    assert in_force([gone, kept], "rate") == ()
    assert in_force([mark(1, indicator="other")], "rate") == ()
    own = mark(1, indicator="rate")
    assert in_force([own, kept], "rate") == (kept, own)


@pytest.mark.parametrize(
    ("changed", "column"),
    [({"indicator": "nonsense"}, "indicator"), ({"month": date(2026, 1, 9)}, "month"), ({"text": "长" * 61}, "text")],
)
def test_a_mark_that_cannot_stand_is_named(catalog: Catalog, changed: dict[str, object], column: str) -> None:
    row: dict[str, object] = {"indicator": None, "month": date(2026, 1, 1), "text": "换系统"}
    assert contradictions(row, catalog) == []
    assert contradictions(row | {"indicator": "small_claims_rate"}, catalog) == []
    assert [found[0] for found in contradictions(row | changed, catalog)] == [column]
