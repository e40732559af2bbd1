"""What is missing to a target, in cases where they are clearer, and since when it has been missed.

How long is counted in months, never in periods that each hold the one before: one late case in April is in every 累计 of the year.
Months that were not judged end no run in silence; they are named.
"""

from collections.abc import Iterable, Sequence
from math import floor

from scorecard.assessment.cards import Card
from scorecard.assessment.comparison import comparable, counted_in, share_of_rows
from scorecard.assessment.number_format import distinct_texts
from scorecard.assessment.verdict import JudgedPeriod
from scorecard.calendar.period import month_label

_NAMED = 3  # months named one by one; more are counted
_ENDS = ("达标", "仅监测")  # a month without a target asked for nothing


def shortfall(card: Card, *, alone: bool = False) -> str:
    """What is missing of a missed target: "173家中8家未排查", "再排查4家即达标", "比法定期限多3.2天", "低26.53个百分点"; else empty.

    `alone`: where no target stands beside it, "距目标26.53个百分点".
    """
    if card.verdict.word != "未达标" or card.judged.bounds is None or card.judged.exact is None:
        return ""
    return card.pace or _in_rows(card) or distance(card, alone=alone)


def _in_rows(card: Card) -> str:
    """In the indicator's own words for what falls short; as the card has it without any, empty where no rows are counted."""
    judged, word = card.judged, card.indicator.shortfall
    bounds, goal = judged.bounds, judged.goal
    assert bounds is not None
    if card.indicator.formula.kind == "count" and bounds.upper == 0 and word:
        return f"{judged.text}{word[1:]}"
    short, whole = _short(card, judged), judged.reading and judged.reading.denominator
    if short is None or not whole or not counted_in(card.indicator):
        return ""
    if not word or goal is None or goal.kind not in ("下限", "上限"):
        return card.to_meet
    most = 1 - bounds.lower / 100 if bounds.lower is not None else (bounds.upper or 0) / 100
    if most == 0:
        return f"{int(whole):,}{word[0]}中{short:,}{word}"
    over = short - floor(most * int(whole))
    return f"再{word[2:]}{over:,}{word[0]}即达标" if word[1] == "未" else f"再少{over:,}{word}即达标"


def _short(card: Card, point: JudgedPeriod) -> int | None:
    """How many rows of a period fall short; None where its halves do not tell."""
    reading, bounds = point.reading, card.judged.bounds
    if reading is None or reading.numerator is None or reading.denominator is None or bounds is None:
        return None
    return int(reading.numerator if bounds.lower is None else reading.denominator - reading.numerator)


def distance(card: Card, *, alone: bool = False) -> str:
    """How far a judged value is from its bound, "低26.53个百分点", "比法定期限少109.89天"; empty on it and between two."""
    gap, exact, unit, goal = card.verdict.gap, card.judged.exact, card.indicator.unit, card.judged.goal
    if not gap or exact is None:
        return ""
    far = distinct_texts(exact, exact - gap, unit)[2].lstrip("+-")
    if unit == "%":
        below, above = ("距目标", "超目标") if alone else ("低", "高")
        return f"{below if gap < 0 else above}{far}"
    limit = "法定期限" if unit == "天" and goal is not None and goal.basis == "法定" else "目标"
    return f"比{limit}{'少' if gap < 0 else '多'}{far}"


def missed_since(card: Card) -> str:
    """Since which month the target has been missed, or which months made a cumulative value miss it; empty where that is one month's."""
    judged, month = card.judged, card.month
    if card.verdict.word != "未达标":
        return ""
    if judged.goal is not None and judged.goal.kind == "累计":
        run, _ = _run(card, [one for one in card.points if one.period.first_month == judged.period.first_month])
        behind = "落后于进度" if judged.goal.lower is not None else "超出进度上限"
        return f"{_since(run)}一直{behind}" if len(run) > 1 else ""
    if month is None:
        return ""
    run, unjudged = _run(card, month.points)
    if len(run) > 1:
        return f"{_since(run)}一直未达标{_unjudged(card, unjudged)}"
    return "" if judged.period.grain == "month" else _made_by(card, month.points)


def _since(run: Sequence[JudgedPeriod]) -> str:
    return f"{month_label(run[-1].period.last_month)}以来"


def _run(card: Card, points: Sequence[JudgedPeriod]) -> tuple[list[JudgedPeriod], list[tuple[int, str]]]:
    """The periods missed up to the one that is read, newest first, with nothing met between; and those between that were not judged."""
    by_month = {point.period.last_month: point for point in points}
    missed, between, silent = list[JudgedPeriod](), list[tuple[int, str]](), list[tuple[int, str]]()
    for month in range(card.judged.period.last_month, min(by_month, default=0) - 1, -1):
        point = by_month.get(month)
        if point and point.reading and point.reading.hidden:
            return [], []  # those signed in see how long
        if point and (point.word in _ENDS or not comparable(point.period, card.judged.period, card.breaks)):
            break
        if point and point.word == "未达标":
            missed.append(point)
            between, silent = [*between, *silent], []
        else:
            silent.append((month, point.word if point else "无数据"))
    return missed, between


def _made_by(card: Card, points: Sequence[JudgedPeriod]) -> str:
    """Which months of a cumulative period fell short: "年内1件超时（4月），其余9个月均为100%"."""
    own = card.judged.period
    months = [
        one for one in points if own.first_month <= one.period.first_month and one.period.last_month <= own.last_month
    ]
    span = (
        "全年"
        if own.grain == "year" or own.last_month - own.first_month == 11
        else "本季"
        if own.grain == "quarter"
        else "年内"
    )
    by_rows = _rows_of_months(card, months, span)
    if by_rows:
        return by_rows
    missed = [one.period.last_month for one in months if one.word == "未达标"]
    unjudged = [(one.period.last_month, one.word) for one in months if one.word not in ("未达标", *_ENDS)]
    judged = len(months) - len(unjudged)
    if missed:
        return f"{span}可评价的{judged}个月中{len(missed)}个月未达标（{_listed(missed)}）{_unjudged(card, unjudged)}"
    run, between = _run(card, card.points)
    if len(run) > 1:
        return f"{_since(run)}累计一直未达标{_unjudged(card, between)}"
    return "可以单独评价的月份都达标" if judged else "各月件数少，不单独评价"


def _rows_of_months(card: Card, months: Sequence[JudgedPeriod], span: str) -> str:
    """Only where no row may fall short, and the months' rows are those of the period."""
    bounds, indicator = card.judged.bounds, card.indicator
    if (
        bounds is None
        or not share_of_rows(indicator)
        or 100 not in (bounds.lower, None)
        or bounds.upper not in (0, None)
    ):
        return ""
    counted = [one for one in months if one.reading is not None and one.reading.denominator]
    short = {one.period.last_month: count for one in counted if (count := _short(card, one)) is not None}
    total = sum(short.values())
    if total == 0 or total != _short(card, card.judged):
        return ""
    late = [month for month, count in short.items() if count]
    busy = [month for month, count in short.items() if not count]
    word = indicator.shortfall or "件未达标"
    each = "、".join(f"{_short_label(at)}{short[at]}{word[0]}" for at in late)
    counts = _short_label(late[0]) if len(late) == 1 else each if len(late) <= _NAMED else f"分在{len(late)}个月"
    rest = "100%" if bounds.lower is not None else "0"
    none = len(months) - len(short)
    others = f"，其余{len(busy)}个月均为{rest}" if busy else ""
    return f"{span}{total:,}{word}（{counts}）{others}{f'，{none}个月没有案件' if none else ''}"


def _unjudged(card: Card, months: Iterable[tuple[int, str]]) -> str:
    """The months of a run that were not judged, by why: "（其间2月样本不足，未评价）"."""
    by_word: dict[str, list[int]] = {}
    for month, word in sorted(months):
        by_word.setdefault(word, []).append(month)
    told = "、".join(f"{_listed(each, card.judged.period.last_month)}{word}" for word, each in by_word.items())
    return f"（其间{told}，未评价）" if told else ""


def _listed(months: Sequence[int], read: int | None = None) -> str:
    """Up to three months by name, with their year where it is another than that of the month that is read; more are counted."""
    if len(months) > _NAMED:
        return f"{len(months)}个月"
    same = read is None or all(month // 12 == read // 12 for month in months)
    return "、".join(_short_label(month) if same else month_label(month) for month in months)


def _short_label(month: int) -> str:
    return month_label(month).partition("年")[2]
