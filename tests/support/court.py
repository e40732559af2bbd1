"""A small court for tests of judging and wording: indicators of every kind, readings and targets in one line each."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.verdict import Verdict, judge
from scorecard.calendar import period as periods
from scorecard.calendar.period import Grain, Period
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog, Indicator, PeriodState
from scorecard.records.targets import Target, TargetKind, bounds

GOOD_SEEDS = Path(__file__).resolve().parents[1] / "bad_seeds" / "good"
CATALOG: Catalog = loader.load(GOOD_SEEDS)

_FORMULAS: dict[str, dict[str, Any]] = {
    "ratio": {"kind": "ratio", "numerator": {"procedure": "小额诉讼"}},
    "mean": {"kind": "mean", "of": "trial_days"},
    "median": {"kind": "median", "of": "trial_days"},
    "sum": {"kind": "sum", "of": "claimed_yuan"},
    "count": {"kind": "count"},
}
_UNITS = {"ratio": "%", "mean": "天", "median": "天", "sum": "万元", "count": "件"}


def indicator(kind: str = "ratio", direction: str = "higher", *, stock: bool = False, **formula: Any) -> Indicator:
    """An indicator over the cases table; extra keys go into its formula."""
    clock = {"stock": {"from": "filed_on", "until": "closed_on"}} if stock else {"period": "closed_on"}
    return Indicator.model_validate(
        {
            "id": "rate", "domain": "disputes", "name": "某项指标", "definition": "", "exclusions": "", "why": "",
            "measures": [], "departments": [], "unit": _UNITS[kind], "direction": direction, "counterweight": "",
            "sources": [], "formula": {"table": "cases", **clock, **_FORMULAS[kind], **formula},
            "example": {"rows": "case_no", "expect": {"period": "2026-01"}},
        }
    )  # fmt: skip


def period(key: str = "2026-03", grain: Grain = "month") -> Period:
    parsed = periods.parse(grain, key)
    assert parsed is not None
    return parsed


def reading(
    of: Indicator,
    numerator: int | str,
    denominator: int | str | None = None,
    *,
    base: int | None = None,
    state: PeriodState = "complete",
    at: Period | None = None,
) -> IndicatorValue:
    """A reading with its exact value as the store makes it of the halves."""
    top, bottom = Decimal(numerator), None if denominator is None else Decimal(denominator)
    up, down = of.scale
    exact = None if bottom == 0 else Fraction(top) / Fraction(1 if bottom is None else bottom) * up / down
    rests_on = base if base is not None else int(top if bottom is None else bottom)
    return IndicatorValue("rate", at or period(), "all", "all", top, bottom, rests_on, exact, state)


def target(
    kind: str = "下限",
    lower: str | None = None,
    upper: str | None = None,
    *,
    ladder: tuple[int, ...] = (),
    since: date = date(2024, 1, 1),
    until: date | None = None,
    set_at: datetime = datetime(2026, 1, 1),
    basis: str = "待确认",
    of: str = "rate",
) -> Target:
    low, high = (None if bound is None else Decimal(bound) for bound in (lower, upper))
    steps = tuple(Decimal(step) for step in ladder)
    return Target(of, cast(TargetKind, kind), low, high, steps, since, until, basis, "文件", "某人", set_at, "")


def verdict_on(of: Indicator, reading: IndicatorValue | None, goal: Target | None, **other: Any) -> Verdict:
    """The verdict against what a target asks of the reading's own period."""
    limits = None if goal is None or reading is None else bounds(goal, reading.period)
    return judge(of, reading, goal, limits, **other)
