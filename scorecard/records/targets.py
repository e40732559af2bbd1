"""Targets as dated rows: who set which bound, on what basis, from when. Never a constant in code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal, cast

from scorecard.calendar.period import Period
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.errors import hint

TargetKind = Literal["下限", "上限", "区间", "累计"]
MONTHS = 12
TABLE = "targets"  # the table contract whose rows are targets


@dataclass(frozen=True)
class Target:
    """One row of the target table. Bounds in the indicator's unit; 累计 gives the yearly value in one of them."""

    indicator: str
    kind: TargetKind
    lower: Decimal | None
    upper: Decimal | None
    ladder: tuple[Decimal, ...]
    valid_from: date
    valid_until: date | None
    basis: str
    document: str
    set_by: str
    set_at: datetime
    note: str


@dataclass(frozen=True)
class Bounds:
    """What a value is compared with in one period; either side may be open. Both are inside the target."""

    lower: Fraction | None
    upper: Fraction | None


def from_rows(rows: Iterable[Mapping[str, object]]) -> tuple[Target, ...]:
    """Targets in the order they were recorded; rows come from the door, so their types are right."""
    return tuple(_target(row) for row in rows)


def _target(row: Mapping[str, object]) -> Target:
    return Target(
        indicator=str(row["indicator"]),
        kind=cast(TargetKind, row["kind"]),
        lower=cast(Decimal | None, row["lower"]),
        upper=cast(Decimal | None, row["upper"]),
        ladder=_ladder(str(row["ladder"] or "")),
        valid_from=cast(date, row["valid_from"]),
        valid_until=cast(date | None, row["valid_until"]),
        basis=str(row["basis"]),
        document=str(row["document"] or ""),
        set_by=str(row["set_by"] or ""),
        set_at=cast(datetime, row["set_at"]),
        note=str(row["note"] or ""),
    )


def _ladder(text: str) -> tuple[Decimal, ...]:
    """Twelve month values joined by ; (full-width too); an empty ladder means evenly by month."""
    return tuple(Decimal(step.strip()) for step in text.replace("；", ";").split(";")) if text.strip() else ()


def effective(targets: Sequence[Target], indicator: str, period: Period) -> Target | None:
    """The target in force on the period's last day: of several valid ones the one recorded last."""
    valid = [
        target
        for target in targets
        if target.indicator == indicator
        and target.valid_from <= period.last
        and (target.valid_until is None or period.last <= target.valid_until)
    ]
    return max(enumerate(valid), key=lambda item: (item[1].set_at, item[0]))[1] if valid else None


def bounds(target: Target, period: Period) -> Bounds | None:
    """The bounds for this period. A 累计 target speaks only of 年度累计 and year, by the pace through the year."""
    if target.kind != "累计":
        return Bounds(_fraction(target.lower), _fraction(target.upper))
    if period.grain not in ("ytd", "year"):
        return None
    return Bounds(_paced(target.lower, target, period), _paced(target.upper, target, period))


def _fraction(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _paced(value: Decimal | None, target: Target, period: Period) -> Fraction | None:
    """The part of the yearly value due by the period's last month: the ladder's step, else evenly."""
    if value is None:
        return None
    month = period.last.month
    return Fraction(target.ladder[month - 1]) if target.ladder else Fraction(value) * month / MONTHS


# --- what a target row must say -------------------------------------------------------------------------------


def mistakes(row: Mapping[str, object], catalog: Catalog) -> list[tuple[str, str, str, str]]:
    """(column, found, expected, remedy) for each contradiction in a target row; empty when it is sound."""
    indicator = catalog.indicators.get(str(row["indicator"]))
    if indicator is None:
        name = str(row["indicator"])
        return [
            (
                "indicator",
                f"“{name}”不是已登记的指标",
                "指标口径页所列的指标 id",
                hint(name, catalog.indicators),
            )
        ]
    return [*_bound_mistakes(row), *_ladder_mistakes(row), *_sense_mistakes(row, indicator)]


def _bound_mistakes(row: Mapping[str, object]) -> list[tuple[str, str, str, str]]:
    kind, lower, upper = row["kind"], row["lower"], row["upper"]
    given = {"下限": lower is not None, "上限": upper is not None}
    wanted = {"下限": (True, False), "上限": (False, True), "区间": (True, True)}
    text = "、".join(name for name, there in given.items() if there) or "空白"
    found: list[tuple[str, str, str, str]] = []
    if kind == "累计" and sum(given.values()) != 1:
        found.append(("kind", f"累计目标填了 {text}", "下限（至少）、上限（至多）恰好填一个", ""))
    elif kind in wanted and tuple(given.values()) != wanted[str(kind)]:
        expected = {"下限": "只填下限", "上限": "只填上限", "区间": "下限和上限都填"}[str(kind)]
        found.append(("kind", f"{kind}目标填了 {text}", expected, ""))
    if isinstance(lower, Decimal) and isinstance(upper, Decimal) and lower > upper:
        found.append(("lower", f"下限 {lower:f} 大于上限 {upper:f}", "下限不大于上限", "请核对两列是否填反"))
    valid_from, valid_until = row["valid_from"], row["valid_until"]
    if isinstance(valid_from, date) and isinstance(valid_until, date) and valid_until < valid_from:
        found.append(
            ("valid_until", f"生效止 {valid_until} 早于生效起 {valid_from}", "不早于生效起的日期", "")
        )
    return found


def _ladder_mistakes(row: Mapping[str, object]) -> list[tuple[str, str, str, str]]:
    text = str(row["ladder"] or "")
    if not text.strip():
        return []
    expected = f"{MONTHS} 个数，以分号相隔，逐月不减"
    if row["kind"] != "累计":
        return [("ladder", f"{row['kind']}目标写了月度阶梯", "只有累计目标有月度阶梯", "")]
    try:
        ladder = _ladder(text)
    except InvalidOperation:
        return [("ladder", f"“{text}”含有不是数字的项", expected, "")]
    if len(ladder) != MONTHS or list(ladder) != sorted(ladder):
        return [("ladder", f"“{text}”有 {len(ladder)} 项", expected, "")]
    return []


def _sense_mistakes(row: Mapping[str, object], indicator: Indicator) -> list[tuple[str, str, str, str]]:
    kind = row["kind"]
    against = {("lower", "下限"): "上限", ("higher", "上限"): "下限"}
    better = against.get((indicator.direction, str(kind)))
    if better:
        sense = "越高越好" if indicator.direction == "higher" else "越低越好"
        return [("kind", f"“{indicator.name}”{sense}，目标却是{kind}", f"{better}或区间", "")]
    flow = all(term.stock is None for term in indicator.formula.terms)
    if indicator.formula.kind in ("count", "sum") and flow and kind != "累计":
        return [
            (
                "kind",
                f"“{indicator.name}”按期累加，目标却是{kind}",
                "累计目标（全年值）",
                "月、季、年的数不能用同一个值评判",
            )
        ]
    return []
