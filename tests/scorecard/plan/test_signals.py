"""Signals that departments are asked about: who owes an answer, since when, what stands as one, when nobody is asked any more.

By hand: twelve months around 61 % of 100 cases each give limits of about 56 % to 66 %; a month of 40 % falls below them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from scorecard.assessment.cards import CardInputs, card
from scorecard.assessment.data_quality import TableState
from scorecard.calendar.period import CALENDAR, between, containing, has_no_word, month_index, of_span, span_of
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.plan.agenda import agenda
from scorecard.plan.due_items import due_items
from scorecard.plan.signals import (
    ANSWERED_WITHIN,
    AskedSignal,
    answer_text,
    asked_signals,
    said_ever,
    said_text,
    short_text,
)
from scorecard.records.annotations import REDEFINED, Annotation
from scorecard.records.baselines import Baseline
from scorecard.records.decisions import contradictions
from scorecard.records.parameters import Parameter
from scorecard.records.remarks import CAUSE, COMMENT, IndicatorRemark, from_rows
from scorecard.store.open_version import Version
from scorecard.store.versions import VersionManifest
from tests.scorecard.assessment.test_cards import evidence, reading
from tests.support.naive import months_from

FIRST = month_index(date(2025, 1, 1))
USUAL = [60, 62, 61, 63, 59, 61, 60, 62, 61, 63, 59, 61]  # 2025
NAME = "pre_mediation_success_rate"  # 立案庭 answers for it
TODAY = date(2026, 3, 1)
TERM = [Parameter(ANSWERED_WITHIN, 2024, Decimal(30), date(2024, 1, 1))]
FELL = [*USUAL, 61, 40]  # February 2026 signals


def version(catalog: Catalog, *days: tuple[str, str]) -> Version:
    """Published on these days with extracts that reach so far."""
    shown = tuple((date.fromisoformat(day), dict.fromkeys(catalog.tables, reached)) for day, reached in days)
    last = days[-1] if days else ("2026-03-01", "2026-02-28")
    states = {table: TableState(table, date.fromisoformat(last[1]), 100, 1) for table in catalog.tables}
    manifest = VersionManifest("v", f"{last[0]}T09:00:00+08:00", "", False, {}, ())
    return Version("v", None, manifest, catalog, (), {}, states, (), (), (), (), (), shown, {})


def shown(
    catalog: Catalog, values: Sequence[int], remarks: Sequence[IndicatorRemark] = (), *days: tuple[str, str], bottom: int = 100,
    departments: tuple[str, ...] = ("filing",), today: date = TODAY, **inputs: object,
) -> tuple[AskedSignal, ...]:  # fmt: skip
    of = replaced(catalog, departments)
    found = card(judged(catalog, of, values, bottom, **inputs), of, containing("month", FIRST + len(values) - 1))
    return asked_signals(version(catalog, *(days or (("2026-03-01", "2026-02-28"),))), [found], remarks, TERM, today)


def replaced(catalog: Catalog, departments: tuple[str, ...]) -> Indicator:
    return catalog.indicators[NAME].model_copy(update={"departments": departments})


def judged(catalog: Catalog, of: Indicator, values: Sequence[int], bottom: int = 100, **inputs: object) -> CardInputs:
    """Shares of `bottom` rows a month; a month of 0 has one row, too few to be judged."""
    months = between("month", FIRST, FIRST + len(values) - 1)
    readings = (
        reading(of.id, month, value * bottom // 100, bottom if value else 1)
        for month, value in zip(months, values, strict=True)
    )
    return replace(evidence(catalog, *readings), today=TODAY, **inputs)


def answer(
    catalog: Catalog, month: int = 14, department: str = "filing", lasting: str = "临时", **other: str
) -> IndicatorRemark:
    """An answer of the month with this number since January 2025."""
    year, span = span_of(containing("month", FIRST + month - 1))
    one = IndicatorRemark(
        catalog.indicators[NAME].name, CAUSE, year, span, department, "调解员换届", lasting, "", date(2026, 3, 12)
    )
    return replace(one, **other)


def test_a_month_that_truly_worsens_is_asked_of_the_department_within_thirty_days_of_its_publication(
    catalog: Catalog,
) -> None:
    (one,) = shown(
        catalog, FELL, (), ("2026-02-08", "2026-01-31"), ("2026-03-09", "2026-02-28"), ("2026-03-20", "2026-02-28")
    )
    assert (one.id, one.owing, one.current) == (f"signal:{NAME}:2026-02", ("filing",), True)
    assert (one.seen, one.due) == (date(2026, 3, 9), date(2026, 4, 8)), "nine March and thirty days"
    assert answer_text(catalog, one) == "待立案庭(诉讼服务中心)说明原因（2026年4月8日前）"
    assert [one.overdue(date(2026, 4, day)) for day in (8, 9)] == [False, True]


def test_unanswered_after_its_term_it_is_a_matter_and_answered_it_is_none(catalog: Catalog) -> None:
    late = date(2026, 4, 9)
    asked = shown(catalog, FELL, (), ("2026-03-09", "2026-02-28"))
    (matter,) = agenda(catalog, {}, (), (), (), (), late, asked)
    assert (matter.id, matter.departments) == (f"signal:{NAME}:2026-02", ("filing",))
    assert matter.title == "诉前调解成功率：立案庭(诉讼服务中心)没有说明2026年2月的信号"
    assert matter.facts[0].startswith("2026年2月为40.00%，低于控制下限")
    assert agenda(catalog, {}, (), (), (), (), late - timedelta(days=1), asked) == ()
    assert agenda(catalog, {}, (), (), (), (), late, shown(catalog, FELL, [answer(catalog)])) == ()
    row = {"item": matter.id, "conclusion": "限期说明"}
    assert contradictions(row, catalog) == []
    assert contradictions({**row, "item": "signal:no_such:2026-02"}, catalog) != []


def test_the_liaison_has_it_with_the_form_filled_in(catalog: Catalog) -> None:
    found = due_items(catalog, {}, (), (), (), TODAY, None, shown(catalog, FELL))
    (line,) = [one for one in found if one.what.startswith("说明信号原因")]
    ((name, page, query),) = line.things
    assert (name, page, line.by) == ("诉前调解成功率（2026年2月）", "registers", date(2026, 3, 31))
    assert query == {
        "table": "remarks", "indicator": "诉前调解成功率", "kind": CAUSE, "value_year": "2026", "span": "2月",
        "value_then": "40.00%", "department": "filing", "said_on": "2026-03-01",
    }  # fmt: skip


def test_an_answer_says_who_when_and_whether_it_lasts(catalog: Catalog) -> None:
    (one,) = shown(catalog, FELL, [answer(catalog)])
    assert (one.owing, one.rebase_from) == ((), None)
    assert answer_text(catalog, one) == "立案庭(诉讼服务中心)2026年3月12日说明原因（临时）：调解员换届"
    (one,) = shown(catalog, FELL, [answer(catalog, lasting="长期")])
    assert one.rebase_from == containing("month", FIRST + 13)
    assert answer_text(catalog, one).endswith("；建议自2026年2月起重设基准，待审管办决定")


def test_a_recorded_rebase_settles_what_lasts(catalog: Catalog) -> None:
    decided = Baseline(NAME, date(2026, 2, 1), "有效", "做法已变", "某副院长", datetime(2026, 3, 15))
    assert shown(catalog, FELL, [answer(catalog, lasting="长期")], baselines=(decided,)) == ()


def test_a_change_of_definition_signals_nothing_across_it(catalog: Catalog) -> None:
    mark = Annotation(NAME, date(2026, 2, 1), REDEFINED, "口径", "依据", "有效", "某人", datetime(2026, 3, 1))
    assert shown(catalog, FELL, annotations=(mark,)) == ()


def test_of_two_departments_each_is_asked_and_one_does_not_answer_for_the_other(catalog: Catalog) -> None:
    both = ("filing", "enforcement")
    (one,) = shown(catalog, FELL, departments=both)
    assert one.owing == both
    (one,) = shown(catalog, FELL, [answer(catalog)], departments=both)
    assert one.owing == ("enforcement",)
    assert answer_text(catalog, one).endswith("；待执行局说明原因（2026年3月31日前）")
    (matter,) = agenda(catalog, {}, (), (), (), (), date(2026, 4, 1), [one])
    assert matter.departments == ("enforcement",)


def test_a_collective_is_answered_by_any_of_its_members(catalog: Catalog) -> None:
    (one,) = shown(catalog, FELL, departments=("business",))
    assert one.owing == ("business",)
    (line,) = [one for one in due_items(catalog, {}, (), (), (), TODAY, None, [one]) if one.by]
    assert "department" not in line.things[0][2], "whoever follows it chooses his own"
    (one,) = shown(catalog, FELL, [answer(catalog, department="civil")], departments=("business",))
    assert one.owing == ()
    (one,) = shown(catalog, FELL, [answer(catalog, department="political")], departments=("business",))
    assert one.owing == ("business",)


def test_a_department_that_ended_owes_nothing_and_its_successor_answers(catalog: Catalog) -> None:
    """立案庭 ended on 2026-03-31, after the month of the signal; what it said before settles it too."""
    old = catalog.departments
    heir = old["filing"].model_copy(update={"id": "service", "name": "诉讼服务局", "start": date(2026, 4, 1)})
    ended = old["filing"].model_copy(update={"until": date(2026, 3, 31), "succeeded_by": "service"})
    later = replace(catalog, departments={**old, "filing": ended, "service": heir})
    for today, owing in ((date(2026, 3, 31), ("filing",)), (date(2026, 4, 1), ("service",))):
        (one,) = shown(later, FELL, today=today)
        assert one.owing == owing
    for department in ("filing", "service"):
        (one,) = shown(later, FELL, [answer(later, department=department)], today=date(2026, 4, 1))
        assert one.owing == ()


def test_where_nobody_is_responsible_the_office_is_asked(catalog: Catalog) -> None:
    (one,) = shown(catalog, FELL, departments=())
    assert one.owing == ("case_management",)


def test_a_signal_that_a_correction_takes_away_asks_nothing_and_its_answer_is_kept(catalog: Catalog) -> None:
    said = [answer(catalog)]
    assert shown(catalog, [*USUAL, 61, 60], said) == ()
    of = catalog.indicators[NAME]
    found = card(judged(catalog, of, [*USUAL, 61, 60]), of, containing("month", FIRST + 13))
    ((label, text),) = said_ever(catalog, found, (), said)
    assert label == "2026年2月"
    assert text.endswith("：调解员换届（现在的数据中，该月没有要说明的信号）")
    assert said_text(catalog, found, (), said) == "", "the card says nothing of it"


def test_an_answer_of_an_earlier_version_stands_and_says_that_the_value_moved(catalog: Catalog) -> None:
    (one,) = shown(catalog, [*USUAL, 61, 42], [answer(catalog, value_then="40.00%")])
    assert one.owing == ()
    assert answer_text(catalog, one).endswith("：调解员换届（说明时为40.00%，数据更正后为42.00%）")
    (one,) = shown(catalog, FELL, [answer(catalog, value_then="40.00%")])
    assert answer_text(catalog, one).endswith("：调解员换届")


def test_an_answer_holds_while_the_run_goes_on_and_not_for_the_next_one(catalog: Catalog) -> None:
    (one,) = shown(catalog, [*USUAL, 61, 40, 41], [answer(catalog)])
    assert (one.id, one.owing) == (f"signal:{NAME}:2026-02", ())
    new, old = shown(catalog, [*USUAL, 61, 40, 61, 40], [answer(catalog)])
    assert (old.owing, old.current) == ((), False)
    assert (new.id, new.owing, new.current) == (f"signal:{NAME}:2026-04", ("filing",), True)


def test_a_run_on_one_side_is_seen_with_its_seventh_month(catalog: Catalog) -> None:
    """The rule marks all its months once it holds; nobody could have seen it before."""
    (one,) = shown(catalog, [*USUAL, 61, *[60] * 7])
    assert (one.months[0].period.key, one.id) == ("2026-02", f"signal:{NAME}:2026-08")


def test_two_of_three_near_a_limit_are_one_signal_that_a_further_month_does_not_move(catalog: Catalog) -> None:
    """The limits of 2025 are 61 ± 4.4, the close line is 58.1: 57, 60, 57 signals with its third month, and one answer is enough."""
    near = [*USUAL, 57, 60, 57]
    (one,) = shown(catalog, near)
    assert ([month.period.key for month in one.months], one.id) == (["2026-01", "2026-03"], f"signal:{NAME}:2026-03")
    for further in ([61], [57], [60, 57], [61, 57]):
        *_, first = shown(catalog, [*near, *further])
        assert first.id == one.id


@settings(deadline=None, max_examples=30)
@given(following=st.lists(st.integers(53, 64), min_size=3, max_size=12))
def test_no_two_signals_have_one_id(catalog: Catalog, following: list[int]) -> None:
    ids = [one.id for one in shown(catalog, [*USUAL, *following])]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("bottom", [1, 4])
def test_months_of_fewer_than_five_cases_ask_nothing(catalog: Catalog, bottom: int) -> None:
    assert shown(catalog, FELL, bottom=bottom) == ()


def test_a_signal_of_more_than_a_year_ago_is_not_asked_about(catalog: Catalog) -> None:
    year = [60, 62, 61, 63, 59, 61, 60, 62, 61, 63, 59]
    assert len(shown(catalog, [*USUAL, 40, *year])) == 1
    assert shown(catalog, [*USUAL, 40, *year, 61]) == ()
    assert shown(catalog, [*USUAL, 40, *year, 0]) == (), "a month that is read and not judged counts too"


def test_a_card_has_one_short_line_and_a_comment_stands_at_its_own_period(catalog: Catalog) -> None:
    of = catalog.indicators[NAME]
    found = card(judged(catalog, of, FELL), of, containing("month", FIRST + 13))
    comment = answer(catalog, kind=COMMENT, text="本月集中结案" * 9)
    assert said_text(catalog, found, (), [comment]).startswith("立案庭(诉讼服务中心)2026年3月12日评论：本月集中结案")
    assert len(short_text(catalog, found, (), [comment])) == 26
    assert short_text(catalog, found, (), [answer(catalog, 13, kind=COMMENT)]) == ""
    assert short_text(catalog, found, shown(catalog, FELL), []) == "待立案庭(诉讼服务中心)说明原因"
    so_far = replace(found, judged=replace(found.judged, period=containing("ytd", FIRST + 13)))
    told = said_text(catalog, so_far, shown(catalog, FELL), [])
    assert told == "2026年2月属真实恶化，待立案庭(诉讼服务中心)说明原因（2026年3月31日前）", (
        "a year so far has no chart to say it"
    )


@given(
    said=st.lists(st.tuples(st.integers(1, 16), st.sampled_from(["filing", "civil"]), st.integers(1, 28)), max_size=8)
)
def test_the_row_recorded_last_stands_and_no_remark_is_left_out(said: list[tuple[int, str, int]]) -> None:
    def row(month: int, department: str, day: int) -> dict[str, object]:
        year, span = span_of(containing("month", FIRST + month - 1))
        told = ("某项指标", CAUSE, year, span, department, "因", "临时", "", date(2026, 3, day))
        return dict(zip(IndicatorRemark.__dataclass_fields__, told, strict=True))

    found = from_rows(row(*one) for one in said)
    assert {(of_span(*one.at, CALENDAR).last_month - FIRST + 1, one.department): one.said_on.day for one in found} == {
        (month, department): day for month, department, day in said
    }
    assert [one.said_on for one in found] == sorted((one.said_on for one in found), reverse=True)


def test_a_remark_is_of_the_courts_own_period(catalog: Catalog) -> None:
    """In a court whose years begin in October 年初累计 to March is of six months; registers have no word for it to December."""
    months = (months_from(date(2025, 10, 1), year_begins=10),)
    court = replace(catalog, court=catalog.court.model_copy(update={"statistical_months": months}))
    of = court.indicators[NAME]
    found = card(judged(court, of, FELL), of, containing("month", FIRST + 13))
    ((label, _),) = said_ever(court, found, (), [answer(court, kind=COMMENT, span="1—3月")])
    assert label == "2025年10月—2026年3月"
    ytd = [court.court.months.containing("ytd", FIRST + month) for month in (9, 11, 12, 14, 20)]
    assert [has_no_word(one) for one in ytd] == [False, True, True, True, False], (
        "one month, and the whole year, have words"
    )
    assert not any(has_no_word(containing("ytd", FIRST + month)) for month in range(12))
