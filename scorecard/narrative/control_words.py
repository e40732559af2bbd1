"""What 变异 and 保障 mean in sentences: which rule fired, on which numbers, on what baseline, what would change it."""

from collections.abc import Sequence
from fractions import Fraction

from scorecard.assessment.cards import Card
from scorecard.assessment.control_chart import ChartedMonth, ControlChart
from scorecard.assessment.number_format import distinct_texts, figure_text, value_text
from scorecard.assessment.spc import RUN, Limits, LimitSegment, LimitSide, Variation
from scorecard.calendar.period import day_text

_CLOSING: dict[Variation, str] = {
    "真实改善": "属真实改善",
    "需要关注": "属真实恶化，需要关注",
    "显著变化": "属显著变化，本身不分好坏",
    "正常波动": "属正常波动",
}
_COUNTED = ("件", "家", "篇", "个")
_TELLING_RUN = 3  # a shorter run on one side of the mean is not worth a sentence


def variation_sentence(shown: ControlChart) -> str:
    """ "连续9个月低于均值50.5天，属真实改善" or "本月上升属正常波动" or why there is no word."""
    if shown.variation is None:
        return shown.reason
    if shown.last.signal is None:
        return f"{_when(shown)}{_moved(shown.months)}属正常波动"
    return f"{rule_sentence(shown, len(shown.months) - 1)}，{_CLOSING[shown.variation]}"


def rule_sentence(shown: ControlChart, position: int) -> str:
    """The rule a month signals by, with the numbers it fired on."""
    month, unit = shown.months[position], shown.indicator.unit
    by, signal = month.limits, month.signal
    assert by is not None
    assert signal is not None
    behind, up = shown.signal_months(position), signal.side > 0
    count = f"{'' if _adjacent(behind) else '有数据的'}连续{len(behind)}个月"
    match signal.rule:
        case "outside":
            limit = by.upper if up else by.lower
            value, beyond, _ = distinct_texts(month.value, limit, unit)
            if unit in _COUNTED:
                value, beyond = value_text(month.value, unit), level(limit, unit)
            return f"{month.period.label}为{value}，{'高于控制上限' if up else '低于控制下限'}{beyond}"
        case "trend":
            first, last = (value_text(one.value, unit) for one in (behind[0], behind[-1]))
            return f"{count}{'上升' if up else '下降'}（{first}→{last}）"
        case "close":
            near, far = (by.close_upper, by.upper) if up else (by.close_lower, by.lower)
            span = f"{level(near, unit)}与{level(far, unit)}之间"
            close = sum(near < one.value <= far if up else far <= one.value < near for one in behind)
            return f"{_span(behind)}的{len(behind)}个月中有{close}个月接近控制{'上' if up else '下'}限（在{span}）"
        case "shift":
            return f"{count}{'高于' if up else '低于'}均值{level(by.mean, unit)}"


def signal_span(shown: ControlChart) -> str:
    """Since when: the months of a run that signals now; empty where the sentence names the month itself."""
    signal = shown.last.signal
    if signal is None or signal.rule in ("outside", "close"):
        return ""
    return _span(shown.signal_months(len(shown.months) - 1))


def last_signal_sentence(shown: ControlChart) -> str:
    """The last signal, where the last month itself gives none: a long run that just ended must not be forgotten."""
    position = shown.last_signal
    if position is None or position == len(shown.months) - 1:
        return ""
    month = shown.months[position]
    assert month.word is not None
    assert month.signal is not None
    dated = month.signal.rule in ("outside", "close")
    when = "" if dated else f"{_span(shown.signal_months(position))}，"
    return f"最近一次信号：{when}{rule_sentence(shown, position)}，{_CLOSING[month.word]}"


def assurance_sentence(shown: ControlChart) -> str:
    """Why the target is met, or missed, or both, as the process runs; empty without a word."""
    by = shown.limits
    if by is None or shown.assurance is None:
        return ""
    span = f"正常波动范围{range_text(by, shown)}"
    return {
        "稳定达标": f"{span}全部在目标之内，按基准期的水平会一直达标",
        "稳定不达标": f"{span}全部在目标之外，按基准期的水平不会达标",
        "时达时不达": f"目标在{span}之内，单月达标与否带有偶然",
    }[shown.assurance]


def range_text(by: Limits, shown: ControlChart) -> str:
    """The limits, cut where a value cannot be: a share ends at 0 and 100, a count or a duration at 0."""
    low, high = possible(by, shown)
    return f"{level(low, shown.indicator.unit)}—{level(high, shown.indicator.unit)}"


def level(value: Fraction, unit: str) -> str:
    """A mean or a limit: of counts with one decimal, because no month's count is 8.3 and their mean may be."""
    return f"{figure_text(value, unit, 1 if unit in _COUNTED else 0)}{unit}"


def possible(by: Limits, shown: ControlChart) -> tuple[Fraction, Fraction]:
    """The limits without the part no value can reach."""
    low, high = by.lower, by.upper
    if all(one.value >= 0 for one in shown.months):
        low = max(low, Fraction(0))
    return low, min(high, Fraction(100)) if shown.indicator.formula.share else high


def what_would_change(shown: ControlChart) -> str:
    """What the next month would have to be for another word; empty without one."""
    by, unit = shown.limits, shown.indicator.unit
    if by is None or shown.variation is None or by.flat:
        return ""
    signal = shown.last.signal
    if signal is None:
        return "；".join(part for part in (_limits_ahead(by, shown), _run_ahead(shown)) if part)
    mean = level(by.mean, unit)
    match signal.rule:
        case "shift":
            return f"下月回到均值{mean}{'以下' if signal.side > 0 else '以上'}，这一轮连续即告中断"
        case "trend":
            return f"下月不再{'上升' if signal.side > 0 else '下降'}，这一轮趋势即告中断"
        case "outside" | "close":
            return f"下月回到均值{mean}附近（{level(by.close_lower, unit)}—{level(by.close_upper, unit)}之间），即转为正常波动"


def _limits_ahead(by: Limits, shown: ControlChart) -> str:
    low, high = possible(by, shown)
    unit = shown.indicator.unit
    sides = [
        text
        for text, reachable in (
            (f"高于{level(by.upper, unit)}", high == by.upper),
            (f"低于{level(by.lower, unit)}", low == by.lower),
        )
        if reachable
    ]
    return f"下月{'或'.join(sides)}，即为信号" if sides else ""


def _run_ahead(shown: ControlChart) -> str:
    """How many more months on the same side of the mean make a signal."""
    part = shown.parts[-1]
    side, length = _current_run(part)
    if side is None or not _TELLING_RUN <= length < RUN:
        return ""
    place = "高于" if side > 0 else "低于"
    return f"已连续{length}个月{place}均值，再连续{RUN - length}个月即为信号"


def rebasing_hint(shown: ControlChart) -> str:
    """Where months on end have signalled the same way: the baseline may be of the past, which only people can decide."""
    recent = shown.months[-RUN:]
    sides = {one.signal.side if one.signal else None for one in recent}
    if len(recent) < RUN or len(sides) > 1 or None in sides:
        return ""
    return f"近{RUN}个月都是同一方向的信号；如做法确已改变，可在“基准与标注”页记录一次有理由的重设"


def _current_run(part: LimitSegment) -> tuple[LimitSide | None, int]:
    assert part.limits is not None
    side: LimitSide | None = None
    length = 0
    for value in reversed(part.values):
        here: LimitSide | None = 1 if value > part.limits.mean else -1 if value < part.limits.mean else None
        if here is None or (side is not None and here != side):
            break
        side, length = here, length + 1
    return side, length


def baseline_lines(shown: ControlChart) -> tuple[str, ...]:
    """The choice of baseline, one line a part: which months, screened or not, trial or fixed, whose decision."""
    lines: list[str] = []
    cuts = {0: None, **dict(zip((part.start for part in shown.parts[1:]), _cut_groups(shown), strict=True))}
    for part in shown.parts:
        if part.limits is not None:
            lines.append(_baseline_line(shown, part, part.limits))
        elif shown.parts[0] is not part:
            lines.append(f"{shown.months[part.start].period.label}起重设基准，可评判的月份还不够画界限")
        cut = cuts[part.start]
        if cut:
            lines.append(cut)
    if shown.left_out:
        left = "、".join(f"{word}{count}个月" for word, count in shown.left_out)
        lines.append(f"未计入：{left}")
    return tuple(lines)


def _baseline_line(shown: ControlChart, part: LimitSegment, by: Limits) -> str:
    months = shown.months[part.start : part.start + by.baseline]
    if by.flat:
        return f"基准期{_span(months)}的{by.baseline}个月没有可用的波动，不画控制界限"
    screened = f"，剔除异常移动极差{by.screened}个" if by.screened else ""
    if by.trial:
        return f"试用界限：{_span(months)}共{by.baseline}个月，满12个月后固定{screened}"
    return f"均值和控制界限：以{_span(months)}的{by.baseline}个月为固定基准{screened}"


def _cut_groups(shown: ControlChart) -> list[str]:
    """For every later part, the decisions that begin it."""
    groups: dict[int, list[str]] = {part.start: [] for part in shown.parts[1:]}
    for one in shown.cuts:
        month = one.from_month.year * 12 + one.from_month.month - 1
        start = next(at for at, judged in enumerate(shown.months) if judged.period.first_month >= month)
        label = f"{one.from_month.year}年{one.from_month.month}月"
        groups[start].append(
            f"{label}起重设基准：{one.reason}（{one.decided_by}，{day_text(one.decided_at.date())}）"
        )
    return ["；".join(found) for found in groups.values()]


def _when(shown: ControlChart) -> str:
    """本月, or the month by name where the month that is read is not settled yet."""
    return "本月" if shown.last.period == shown.read else shown.last.period.label


def _moved(months: Sequence[ChartedMonth]) -> str:
    if len(months) < 2:
        return ""
    before, after = months[-2].value, months[-1].value
    return "持平" if before == after else "上升" if after > before else "下降"


def _adjacent(months: Sequence[ChartedMonth]) -> bool:
    return months[-1].period.first_month - months[0].period.first_month == len(months) - 1


def _span(months: Sequence[ChartedMonth]) -> str:
    first, last = months[0].period.label, months[-1].period.label
    return first if first == last else f"{first}至{last}"


def state_note(card: Card) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(heading, lines) in reading order; headings without anything to say are left out."""
    rows: list[tuple[str, tuple[str, ...]]] = [
        ("判定", (card.verdict.reason, card.since)),
        ("怎样会变", (card.pace, card.to_meet)),
        ("同比环比", tuple(one.text for one in card.changes)),
    ]
    shown = card.control
    if shown is not None:
        rows += [
            ("变异", (variation_sentence(shown), last_signal_sentence(shown), what_would_change(shown))),
            ("保障", (assurance_sentence(shown),)),
            ("基准", (*baseline_lines(shown), rebasing_hint(shown))),
        ]
    kept = [(title, tuple(line for line in lines if line)) for title, lines in rows]
    return tuple(row for row in kept if row[1])
