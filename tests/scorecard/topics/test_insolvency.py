"""办理破产 in depth: cases as they stood on a day, the same numbers as the cards, nothing ranked, nothing told of too few."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.calendar.period import GRAINS, Grain, parse
from scorecard.catalog.definitions import Catalog
from scorecard.charts import insolvency as charts
from scorecard.charts.figure import FigureFrame
from scorecard.charts.flow import FlowSegment, FlowStage, flow
from scorecard.store import warehouse
from scorecard.topics import insolvency
from scorecard.topics.insolvency import Case
from scorecard.topics.slices import Slice, obstacle, slice_of
from scorecard.topics.survival import Spell, survival
from tests.support.samples import AS_OF

SHEET = FigureFrame("标题<b>", "副题", ("口径 一", "版本 二"), True)


def slice_at(grain: Grain, key: str, department: str = "all") -> Slice:
    period = parse(grain, key)
    assert period is not None
    return slice_of(period, AS_OF, department, "all")


def readings(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, grain: Grain, indicator: str
) -> list[IndicatorValue]:
    return list(warehouse.series(connection, catalog, grain, "all", "all")[indicator])


def case(accepted: str, ended: str | None = None, day: str = "2026-10-31", **more: Any) -> Case:
    terminated = None if ended is None else date.fromisoformat(ended)
    plain = Case(
        "（2026）鲁0117破1号", date.fromisoformat(accepted), terminated, date.fromisoformat(day), False, False, "清算",
        None, None, None, None,
    )  # fmt: skip
    return replace(plain, **more)


# ------------------------------------------------------------------------------------------- the same as the cards


@pytest.mark.parametrize("grain", GRAINS)
def test_what_is_shown_in_depth_is_what_the_cards_say(
    connection: duckdb.DuckDBPyConnection, found: Catalog, grain: Grain
) -> None:
    compared = 0
    for mean in readings(connection, found, grain, "bankruptcy_mean_days"):
        chosen = slice_at(grain, mean.period.key)
        cases = insolvency.cases(connection, found, chosen)
        ended = [one for one in cases if one.terminated_on and one.terminated_on >= chosen.first]
        assert (sum(one.days for one in ended), len(ended)) == (mean.numerator, mean.denominator)
        compared += len(ended)
    for name, compute in (("creditor_recovery_rate", insolvency.recovery), ("bankruptcy_cost_rate", insolvency.costs)):
        for rate in readings(connection, found, grain, name):
            chosen = slice_at(grain, rate.period.key)
            sums = compute(insolvency.cases(connection, found, chosen), chosen)
            assert (sums.top, sums.bottom) == (rate.numerator, rate.denominator)
            assert sum((share.top for share in sums.shares), Decimal(0)) == sums.top
    for over in readings(connection, found, grain, "bankruptcy_pending_over_2y_count"):
        cases = insolvency.cases(connection, found, slice_at(grain, over.period.key))
        assert sum(one.over_two_years for one in cases) == over.numerator
    assert compared > 5


def test_a_case_that_ended_later_was_open_on_an_earlier_day(
    connection: duckdb.DuckDBPyConnection, found: Catalog
) -> None:
    earlier = insolvency.cases(connection, found, slice_at("month", "2026-01"))
    later = {one.number: one for one in insolvency.cases(connection, found, slice_at("month", "2026-10"))}
    changed = [one for one in earlier if not one.ended and later[one.number].ended]
    assert changed
    assert all(one.day == date(2026, 1, 31) and one.terminated_on is None for one in changed)
    assert {one.number for one in earlier} < set(later)


# ------------------------------------------------------------------------------------------------- days and months


@pytest.mark.parametrize(
    ("day", "months", "over"),
    [
        ("2026-01-09", 23, False),
        ("2026-01-10", 23, False),
        ("2026-01-11", 24, True),
        ("2024-02-10", 0, False),
        ("2024-02-11", 1, False),
    ],
)
def test_two_years_are_calendar_years_and_over_on_the_day_after(day: str, months: int, over: bool) -> None:
    one = case("2024-01-10", day=day)
    assert (one.months, one.over_two_years) == (months, over)


def test_a_fast_track_is_six_calendar_months_and_names_what_became_of_it() -> None:
    assert case("2026-08-31").six_months_on == date(2027, 2, 28)
    tracks = [
        case("2026-01-01", fast_track=fast, converted=left).track
        for fast, left in ((True, False), (True, True), (False, False))
    ]
    assert tracks == ["快审", "快审转普通", "普通"]


def test_cases_from_before_the_statistics_do_not_enter_the_estimate() -> None:
    """Of them the data hold only those that lasted: with them every court would look slow."""
    since, day = date(2024, 1, 1), date(2026, 10, 31)
    listed = [
        case("2022-01-01"),
        case("2024-03-01", "2024-05-01"),
        case("2025-01-01", "2026-10-05"),
        case("2026-06-01"),
    ]
    shown = insolvency.durations(listed, Slice(date(2026, 10, 1), day, "all", "all"), since)
    assert (shown.left_out, shown.survival.cases, shown.survival.ended) == (1, 3, 2)
    assert [(one.closed, one.mean) for one in shown.closed] == [(1, Fraction(642)), (2, Fraction(61 + 642, 2))]
    assert [(group.label, group.count) for group in shown.ages] == [
        ("6个月以内", 1), ("6个月以上至1年", 0), ("1年以上至2年", 0), ("超过2年", 1),
    ]  # fmt: skip


def test_an_amount_that_is_unknown_leaves_its_case_out_of_both_sums() -> None:
    chosen = Slice(date(2026, 1, 1), date(2026, 12, 31), "all", "all")
    listed = [
        case("2025-01-01", "2026-02-01", paid=Decimal(30), claims=Decimal(100)),
        case("2025-01-01", "2026-01-01", paid=Decimal(10), claims=Decimal(300)),
        case("2025-01-01", "2026-03-01", paid=None, claims=Decimal(900)),
        case("2025-01-01", "2025-12-31", paid=Decimal(9), claims=Decimal(9)),
        case("2025-01-01", paid=Decimal(9), claims=Decimal(9)),
    ]
    sums = insolvency.recovery(listed, chosen)
    assert (sums.top, sums.bottom, sums.unknown, sums.rate) == (40, 400, 1, Fraction(1, 10))
    assert [share.ended_on for share in sums.shares] == [date(2026, 1, 1), date(2026, 2, 1)]  # by day, not by amount
    assert insolvency.costs(listed, chosen).rate is None


def test_administrators_stand_in_the_order_of_their_names_which_stay_in_the_store(
    connection: duckdb.DuckDBPyConnection, found: Catalog
) -> None:
    listed = insolvency.administrators(connection, found, slice_at("year", "2026"))
    rows = connection.cursor().execute(
        "SELECT administrator, count(*) FROM bankruptcies WHERE case_type = '破' AND appointed_on IS NOT NULL"
        " AND administrator IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    names = rows.fetchall()
    assert [one.appointed for one in listed] == [n for _, n in names]
    assert [one.appointed for one in listed] != sorted((one.appointed for one in listed), reverse=True)
    assert not any(name in repr(one) for one in listed for name, _ in names)
    assert all(one.pending + one.terminated == one.appointed for one in listed)


# --------------------------------------------------------------------------------------------- what cannot be shown


def test_a_topic_says_which_choice_or_extract_it_lacks(found: Catalog) -> None:
    as_of = {"cases": AS_OF, "credit_register": AS_OF}
    assert "还没有报送" in obstacle(found, as_of, {"bankruptcies": ("case_no",)}, ("all", "all"), {})
    assert "不分部门" in obstacle(found, as_of, {"credit_register": ("firm_code",)}, ("civil", "all"), {})
    assert "不区分涉企" in obstacle(found, as_of, {"credit_register": ("firm_code",)}, ("all", "firm"), {})
    assert "没有这些列：no_such" in obstacle(found, as_of, {"cases": ("case_no", "no_such")}, ("all", "all"), {})
    assert "没有登记" in obstacle(found, as_of, {"nothing": ()}, ("all", "all"), {})
    assert obstacle(found, as_of, {"cases": ("case_no",)}, ("civil", "firm"), {}) == ""
    silent = {("cases", "firm_related"): "2026年11月的审判案件表没有“是否涉企”一列"}
    assert obstacle(found, as_of, {"cases": ("case_no",)}, ("civil", "all"), silent) == ""
    assert "没有“是否涉企”一列，无法计算" in obstacle(found, as_of, {"cases": ("case_no",)}, ("civil", "firm"), silent)


# ---------------------------------------------------------------------------------------------------------- figures


def spec(figure: Any) -> dict[str, Any]:
    return json.loads(figure.to_json())


def words(figure: Any) -> str:
    return json.dumps(spec(figure), ensure_ascii=False)


def test_every_pending_case_gets_a_line_whatever_the_number_of_closed_ones() -> None:
    old = [case("2022-01-01", number="老案")]
    closed = [case("2024-01-01", "2024-02-01", number=f"{n}") for n in range(100)]
    drawn = charts.drawn([*old, *closed])
    assert len(drawn) == charts.MOST_LINES
    assert drawn[0].number == "老案"
    assert drawn[-1].number == "99"


def test_a_case_over_two_years_is_named_in_words_and_not_by_its_colour_alone() -> None:
    listed = [case("2022-01-01"), case("2026-01-01", "2026-03-01", fast_track=True)]
    figure = charts.case_lines(SHEET, listed, ["甲", "乙"])
    assert words(figure).count("▼ 超两年") == 1
    symbols = [one["marker"]["symbol"] for one in spec(figure)["data"] if one["mode"] == "markers"]
    assert symbols == ["circle-open", "circle", "triangle-right-open", "line-ns-open"]
    assert [len(one["x"]) for one in spec(figure)["data"] if one["mode"] == "markers"] == [2, 1, 1, 1]


@pytest.mark.parametrize(
    "figure",
    [
        charts.case_lines(SHEET, [], []),
        charts.open_share(SHEET, survival([])),
        charts.age_bars(SHEET, []),
        charts.amounts(SHEET, insolvency.Sums(Decimal(0), Decimal(0), (), 0), [], ("甲", "乙")),
        flow(SHEET, []),
        charts.open_share(SHEET, survival([Spell(3, True), Spell(5, True), Spell(9, False)])),
    ],
)
def test_every_figure_carries_its_provenance_says_it_is_a_sample_and_holds_no_tag(figure: Any) -> None:
    shown = words(figure)
    assert "口径 一<br>版本 二" in shown
    assert "示例数据" in shown
    assert "标题&lt;b&gt;" in shown


def test_a_flow_is_as_wide_as_its_counts_and_tells_segments_apart_without_colour() -> None:
    rows = [
        FlowStage("全部", (FlowSegment("进入", 100, "main"),)),
        FlowStage(
            "结果",
            (
                FlowSegment("成", 60, "main"),
                FlowSegment("败", 35, "out"),
                FlowSegment("无", 0),
                FlowSegment("待", 5, "open"),
            ),
        ),
        FlowStage("败之后", (FlowSegment("转", 30),)),
    ]
    bars = spec(flow(SHEET, rows))["data"]
    assert [(bar["base"], bar["x"]) for bar in bars] == [
        ([0], [100]),
        ([0], [60]),
        ([60], [35]),
        ([95], [5]),
        ([0], [30]),
    ]
    looks = {(bar["marker"]["color"], bar["marker"]["pattern"]["shape"]) for bar in bars}
    assert len(looks) == 4
    assert bars[3]["text"] == [""]  # too narrow for words
    assert "35" in bars[2]["text"][0]
