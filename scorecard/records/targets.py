"""Targets as dated rows: the bounds, the basis, the first and last day, and who set them. Never a constant in code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal

from scorecard.calendar.period import Period
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.records.rows import SEED_BATCH, Contradiction, records, unknown_indicator

TargetKind = Literal["下限", "上限", "区间", "累计", "较上年"]
TENTATIVE = "待确认"  # the basis of a target that nobody has confirmed yet
FIRMS = "涉企"  # the scope of a target that is set for cases of firms only
NOTICE_DAYS = 30  # a review or the end of a target is told so long before
MONTHS = 12
TABLE, PROBLEM_CODE = "targets", "target_contradicts"


@dataclass(frozen=True)
class Target:
    """One row of the target table. Bounds in the indicator's unit; 累计 gives the yearly value in one of them, 较上年 by how much
    the value is to be higher (`lower`) or lower (`upper`) than in the same period of the year before. Without department and
    scope it is the court's.

    `preset` came with the program, not by a decision of the court. `refused` says why a row that was accepted by an earlier
    program judges nothing.
    """

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
    department: str = ""
    scope: str = ""
    review_on: date | None = None
    preset: bool = False
    refused: str = ""


@dataclass(frozen=True)
class Bounds:
    """The bounds of one period, both inside the target; either side may be open."""

    lower: Fraction | None
    upper: Fraction | None


def from_rows(rows: Iterable[Mapping[str, object]], catalog: Catalog | None = None) -> tuple[Target, ...]:
    """Targets in the order of the rows; with a catalog, each row that the door would refuse today says why."""
    return records(Target, (_read(row, catalog) for row in rows))


def _read(row: Mapping[str, object], catalog: Catalog | None) -> dict[str, object]:
    faults = [] if catalog is None else contradictions(row, catalog)
    wrong = (f"{fault.statement}，应为{fault.expected}" for fault in faults)
    ladder = _ladder(str(row["ladder"] or ""))
    return {**row, "ladder": ladder, "preset": row.get("_batch") == SEED_BATCH, "refused": "；".join(wrong)}


def _ladder(text: str) -> tuple[Decimal, ...]:
    """Twelve month values joined by ; (full-width too); an empty ladder means evenly by month."""
    return tuple(Decimal(step.strip()) for step in text.replace("；", ";").split(";")) if text.strip() else ()


def in_force(
    targets: Sequence[Target], indicator: str, day: date, department: str = "", scope: str = ""
) -> Target | None:
    """The target in force on a day: of several valid ones the one recorded last, the court's own before one of the program.

    Of a department, and of 涉企 cases, it is the one set for exactly them, else the court's.
    """
    valid = [
        target
        for target in targets
        if (target.indicator, target.department, target.scope) == (indicator, department, scope)
        and not target.refused
        and target.valid_from <= day
        and (target.valid_until is None or day <= target.valid_until)
    ]
    found = max(reversed(valid), key=lambda target: (not target.preset, target.set_at), default=None)
    return found or (in_force(targets, indicator, day) if department or scope else None)


def effective(
    targets: Sequence[Target], indicator: str, period: Period, department: str = "", scope: str = ""
) -> Target | None:
    """The target in force on the period's last day; 自统计起 has none, for a target is of a year at most."""
    return None if period.grain == "total" else in_force(targets, indicator, period.last, department, scope)


def to_review(targets: Sequence[Target], now: date) -> dict[Target, str]:
    """Targets in force that are to be reviewed, or end, within a month: each with the sentence that says so."""
    notices: dict[Target, str] = {}
    soon = now + timedelta(days=NOTICE_DAYS)
    for target in targets:
        if target is not in_force(targets, target.indicator, now, target.department, target.scope):
            continue
        if target.review_on is not None and target.review_on <= soon:
            notices[target] = f"{'已过' if target.review_on < now else '临近'}复核日期 {target.review_on}"
        elif target.valid_until is not None and target.valid_until <= soon:
            notices[target] = f"{target.valid_until} 到期，其后没有目标，只作监测"
    return notices


def bounds(target: Target, period: Period, year_before: Fraction | None = None) -> Bounds | None:
    """The bounds for this period. A 累计 target has bounds in 年度累计 and year only, by the pace through the year.

    较上年 counts from the value of the same period of the year before, and has none without it.
    """
    if target.kind == "较上年":
        if year_before is None:
            return None
        lower = None if target.lower is None else year_before + Fraction(target.lower)
        return Bounds(lower, None if target.upper is None else year_before - Fraction(target.upper))
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
    month = min(period.last_month - period.first_month + 1, MONTHS)
    return Fraction(target.ladder[month - 1]) if target.ladder else Fraction(value) * month / MONTHS


def contradictions(row: Mapping[str, object], catalog: Catalog) -> list[Contradiction]:
    """Everything in a row that cannot be right; empty when it is sound."""
    indicator = catalog.indicators.get(str(row["indicator"]))
    if indicator is None:
        return unknown_indicator(row, catalog)
    if not indicator.takes_target:
        remedy = "只作观察，请删去这一行"
        return [Contradiction("indicator", f"“{indicator.name}”不设目标", "口径中没有写明不设目标的指标", remedy)]
    return [*_wrong_bounds(row), *_wrong_ladder(row, indicator), *_wrong_kind(row, indicator, catalog)]


def _wrong_bounds(row: Mapping[str, object]) -> list[Contradiction]:
    kind, lower, upper = row["kind"], row["lower"], row["upper"]
    filled = {"下限": lower is not None, "上限": upper is not None}
    wanted = {"下限": (True, False), "上限": (False, True), "区间": (True, True)}
    text = "、".join(name for name, is_filled in filled.items() if is_filled) or "空白"
    wrong: list[Contradiction] = []
    if kind in ("累计", "较上年") and sum(filled.values()) != 1:
        of = {"累计": ("至少", "至多"), "较上年": ("至少提高", "至少降低")}[str(kind)]
        expected = f"下限（{of[0]}）、上限（{of[1]}）恰好填一个"
        wrong.append(Contradiction("kind", f"{kind}目标填了 {text}", expected))
    elif kind in wanted and tuple(filled.values()) != wanted[str(kind)]:
        expected = {"下限": "只填下限", "上限": "只填上限", "区间": "下限和上限都填"}[str(kind)]
        wrong.append(Contradiction("kind", f"{kind}目标填了 {text}", expected))
    if isinstance(lower, Decimal) and isinstance(upper, Decimal) and lower > upper:
        problem = f"下限 {lower:f} 大于上限 {upper:f}"
        wrong.append(Contradiction("lower", problem, "下限不大于上限", "请核对两列是否填反"))
    valid_from, valid_until = row["valid_from"], row["valid_until"]
    if isinstance(valid_from, date) and isinstance(valid_until, date) and valid_until < valid_from:
        problem = f"生效止 {valid_until} 早于生效起 {valid_from}"
        wrong.append(Contradiction("valid_until", problem, "不早于生效起的日期"))
    return wrong


def _wrong_ladder(row: Mapping[str, object], indicator: Indicator) -> list[Contradiction]:
    text = str(row["ladder"] or "")
    if not text.strip():
        return []
    rising = "，逐月不减" if indicator.accumulates else ""
    expected = f"{MONTHS} 个数，以分号相隔{rising}"
    if row["kind"] != "累计":
        return [Contradiction("ladder", f"{row['kind']}目标写了月度阶梯", "只有累计目标有月度阶梯")]
    try:
        ladder = _ladder(text)
    except InvalidOperation:
        return [Contradiction("ladder", f"“{text}”含有不是数字的项", expected)]
    if len(ladder) != MONTHS or (rising and list(ladder) != sorted(ladder)):
        return [Contradiction("ladder", f"“{text}”有 {len(ladder)} 项", expected)]
    return []


def _wrong_kind(row: Mapping[str, object], indicator: Indicator, catalog: Catalog) -> list[Contradiction]:
    kind = str(row["kind"])
    bound = kind if kind not in ("累计", "较上年") else "下限" if row["upper"] is None else "上限"
    better = {("lower", "下限"): "上限", ("higher", "上限"): "下限"}.get((indicator.direction, bound))
    if better:
        sense = "越高越好" if indicator.direction == "higher" else "越低越好"
        return [Contradiction("kind", f"“{indicator.name}”{sense}，目标却是{bound}", f"{better}或区间")]
    tables = [catalog.tables[name] for name in indicator.formula.tables if name in catalog.tables]
    if row.get("department") and not (tables and all(table.department for table in tables)):
        words = catalog.words
        problem = f"“{indicator.name}”只按{words.whole}统计"
        remedy = f"不分{words.unit}的指标不能给{words.unit}设目标"
        return [Contradiction("department", problem, "空白", remedy)]
    if row.get("scope") and not all(table.firm for table in tables):
        return [Contradiction("scope", f"“{indicator.name}”的数据表不区分涉企", "空白")]
    if kind == "累计" and not indicator.accumulates and not str(row["ladder"] or "").strip():
        problem = f"“{indicator.name}”不是按月累加的数，累计目标没有写月度阶梯"
        expected = "下限、上限或区间，或者写明十二个月各自的值"
        return [Contradiction("kind", problem, expected, "比率和存量不能按十二分之一推进")]
    if indicator.accumulates and kind not in ("累计", "较上年"):
        problem, remedy = f"“{indicator.name}”按期累加，目标却是{kind}", "月、季、年的数不能用同一个值评判"
        return [Contradiction("kind", problem, "累计目标（全年值）", remedy)]
    return []
