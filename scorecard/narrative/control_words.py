"""变异 and 保障 in sentences: the rule behind a word, its numbers, the baseline, and what would change the word."""

from collections.abc import Sequence
from fractions import Fraction

from scorecard.assessment.cards import Card
from scorecard.assessment.control_chart import ChartedMonth, ControlChart
from scorecard.assessment.control_limits import RUN, Limits, LimitSegment, Variation
from scorecard.assessment.number_format import distinct_texts, figure_text, value_text
from scorecard.calendar.period import day_text, month_index, month_label
from scorecard.catalog.definitions import COUNTED_UNITS
from scorecard.narrative.shortfall import missed_since
from scorecard.statistics.baseline_fitness import BASELINE, BaselineFault

_CLOSING: dict[Variation, str] = {
    "真实改善": "属真实改善",
    "需要关注": "属真实恶化，需要关注",
    "显著变化": "属显著变化，本身不分好坏",
    "正常波动": "属正常波动",
    "基准不稳": "基准不稳，不作判断",
}
_NAMED = 4  # months that do not fit are named one by one up to so many


def variation_sentence(chart: ControlChart) -> str:
    """ "连续9个月低于均值50.5天，属真实改善" or "本月上升属正常波动" or why there is no word."""
    if chart.variation is None:
        return chart.reason
    if chart.fault is not None:
        return f"{_CLOSING[chart.variation]}：{fault_sentence(chart, chart.fault)}"
    if chart.last.signal is None:
        by, value = chart.last.limits, chart.last.value
        beyond = by is not None and not by.lower <= value <= by.upper
        few = "在控制界限之外，但当月件数少，按件数计仍" if beyond else _moved(chart.recent)
        # The month by its name where the one that is read is not settled yet.
        when = "本月" if chart.last.period == chart.read else chart.last.period.label
        return f"{when}{few}属正常波动"
    return f"{rule_sentence(chart, len(chart.months) - 1)}，{_CLOSING[chart.variation]}"


def fault_sentence(chart: ControlChart, fault: BaselineFault) -> str:
    """What is wrong with the last baseline, with the months that show it."""
    unit, months = chart.indicator.unit, chart.recent[:BASELINE]
    named = [f"{months[at].period.label}为{value_text(months[at].value, unit)}" for at in fault.months]
    match fault.kind:
        case "few":
            usual = next(month for at, month in enumerate(months) if at not in fault.months)
            others = f"（不同的只有{'、'.join(named)}）" if len(named) <= _NAMED else ""
            same = f"基准期{len(months)}个月中{len(months) - len(named)}个月同为{value_text(usual.value, unit)}{others}"
            return f"{same}，取值太少，无从估计正常波动的范围"
        case "end":
            ends = "或".join(dict.fromkeys(value_text(months[at].value, unit) for at in fault.months))
            count = f"基准期{len(months)}个月中{len(fault.months)}个月为{ends}"
            return f"{count}，数值到了尽头，正常波动的范围估计不准"
        case "coarse":
            return "基准期内所计的事项少，多一件少一件就是一次起落，无从估计正常波动的范围"
        case "linked":
            return f"基准期内相邻月份彼此接近、缓慢起伏（{'，'.join(named)}），各月并非独立，控制界限会过窄"
        case "rising" | "falling":
            ways = "走高" if fault.kind == "rising" else "走低"
            return f"基准期内总体{ways}（{'，'.join(named)}），均值不代表现在的水平"
        case "odd":
            return f"基准期内{'、'.join(named)}，与其余月份相差悬殊"
        case "step":
            cut = fault.months[0]
            before, after = (
                level(sum((month.value for month in side), Fraction(0)) / len(side), unit)
                for side in (months[:cut], months[cut:])
            )
            return f"基准期内水平有变，{months[cut].period.label}以前平均{before}，此后平均{after}"


def rule_sentence(chart: ControlChart, position: int) -> str:
    """The rule a month signals by, with the numbers it fired on."""
    month, unit = chart.months[position], chart.indicator.unit
    by, signal = month.limits, month.signal
    assert by is not None
    assert signal is not None
    months, up = chart.signal_months(position), signal.side > 0
    adjacent = months[-1].period.first_month - months[0].period.first_month == len(months) - 1
    count = f"{'' if adjacent else '有数据的'}连续{len(months)}个月"
    match signal.rule:
        case "outside":
            limit = by.upper if up else by.lower
            value, beyond, _ = distinct_texts(month.value, limit, unit)
            if unit in COUNTED_UNITS:
                value, beyond = value_text(month.value, unit), level(limit, unit)
            return f"{month.period.label}为{value}，{'高于控制上限' if up else '低于控制下限'}{beyond}"
        case "trend":
            first, last = (value_text(end.value, unit) for end in (months[0], months[-1]))
            return f"{count}{'上升' if up else '下降'}（{first}→{last}）"
        case "close":
            near, far = (by.close_upper, by.upper) if up else (by.close_lower, by.lower)
            span = f"{level(near, unit)}与{level(far, unit)}之间"
            close = sum(near < each.value <= far if up else far <= each.value < near for each in months)
            return f"{_span(months)}的{len(months)}个月中有{close}个月接近控制{'上' if up else '下'}限（在{span}）"
        case "shift":
            return f"{count}{'高于' if up else '低于'}均值{level(by.mean, unit)}"


def signal_span(chart: ControlChart) -> str:
    """Since when: the months of a run that signals now; empty where the sentence names the month itself."""
    signal = chart.last.signal
    if signal is None or signal.rule in ("outside", "close"):
        return ""
    return _span(chart.signal_months(len(chart.months) - 1))


def last_signal_sentence(chart: ControlChart) -> str:
    """The last signal, where the last month itself gives none: a long run that just ended still counts for the reader."""
    position = chart.last_signal
    if chart.fault is not None or position is None or position == len(chart.months) - 1:
        return ""
    month = chart.months[position]
    assert month.word is not None
    assert month.signal is not None
    dated = month.signal.rule in ("outside", "close")
    when = "" if dated else f"{_span(chart.signal_months(position))}，"
    return f"最近一次真变化：{when}{rule_sentence(chart, position)}，{_CLOSING[month.word]}"


def assurance_sentence(chart: ControlChart) -> str:
    """Why the target is met, or missed, or both, as the process runs; empty without a word."""
    by = chart.limits
    if by is None or chart.assurance is None:
        return ""
    span = f"正常波动范围{range_text(by, chart)}"
    return {
        "稳定达标": f"{span}全部在目标之内，按基准期的水平会一直达标",
        "稳定不达标": f"{span}全部在目标之外，按基准期的水平不会达标",
        "时达时不达": f"目标在{span}之内，单月达标与否带有偶然",
    }[chart.assurance]


def joint_sentence(card: Card) -> str:
    """What holds a verdict and a word together that seem to contradict each other; empty where they do not."""
    chart, met = card.control, card.verdict.word == "达标"
    if chart is None or chart.variation is None or not (met or card.verdict.word == "未达标"):
        return ""
    if chart.assurance == ("稳定不达标" if met else "稳定达标"):
        return "按以往的水平不会达标，本期好于以往" if met else "按以往的水平足以达标，本期不及以往"
    if chart.variation == ("需要关注" if met else "真实改善"):
        return "虽达标，但比以往变差" if met else "虽未达标，但确有改善"
    return ""


def range_text(by: Limits, chart: ControlChart) -> str:
    """The limits, cut where a value cannot be: a share ends at 0 and 100, a count or a duration at 0."""
    low, high = possible(by, chart)
    return f"{level(low, chart.indicator.unit)}—{level(high, chart.indicator.unit)}"


def level(value: Fraction, unit: str) -> str:
    """A mean or a limit: of counts with one decimal, because no month's count is 8.3 and their mean may be."""
    return f"{figure_text(value, unit, 1 if unit in COUNTED_UNITS else 0)}{unit}"


def possible(by: Limits, chart: ControlChart) -> tuple[Fraction, Fraction]:
    """The limits without the part no value can reach."""
    low, high = by.lower, by.upper
    if all(month.value >= 0 for month in chart.months):
        low = max(low, Fraction(0))
    return low, min(high, Fraction(100)) if chart.indicator.formula.share else high


def what_would_change(chart: ControlChart) -> str:
    """What the next month would have to be for another word; empty without one."""
    by, unit = chart.limits, chart.indicator.unit
    if by is None or chart.variation is None or by.flat:
        return ""
    signal = chart.last.signal
    if signal is None:
        return _limits_ahead(by, chart)
    mean = level(by.mean, unit)
    match signal.rule:
        case "shift":
            return f"下月回到均值{mean}{'以下' if signal.side > 0 else '以上'}，这一轮连续即告中断"
        case "trend":
            return f"下月不再{'上升' if signal.side > 0 else '下降'}，这一轮趋势即告中断"
        case "outside" | "close":
            return f"下月回到均值{mean}附近（{level(by.close_lower, unit)}—{level(by.close_upper, unit)}之间），即转为正常波动"


def _limits_ahead(by: Limits, chart: ControlChart) -> str:
    low, high = possible(by, chart)
    unit = chart.indicator.unit
    sides = [
        text
        for text, reachable in (
            (f"高于{level(by.upper, unit)}", high == by.upper),
            (f"低于{level(by.lower, unit)}", low == by.lower),
        )
        if reachable
    ]
    return f"下月{'或'.join(sides)}，即属真变化" if sides else ""


def rebasing_hint(chart: ControlChart) -> str:
    """Where months on end have signalled the same way: the baseline may be of the past, which only people can decide."""
    recent = chart.recent[-RUN:]
    sides = {month.signal.side if month.signal else None for month in recent}
    if len(recent) < RUN or len(sides) > 1 or None in sides:
        return ""
    return f"近{RUN}个月都是同一方向的真变化；如做法确已改变，可在“基准与标注”页记录一次有理由的重设"


def baseline_lines(chart: ControlChart) -> tuple[str, ...]:
    """The choice of baseline, one line a part: which months, screened or not, trial or fixed, whose decision."""
    lines: list[str] = []
    cuts = {0: None, **dict(zip((part.start for part in chart.parts[1:]), _cut_groups(chart), strict=True))}
    for part in chart.parts:
        if part.limits is not None:
            lines.append(_baseline_line(chart, part, part.limits))
        elif part.fault is not None:
            lines.append(_unfit_line(chart, part))
        elif chart.parts[0] is not part:
            why = "口径调整" if part.start in chart.broken else "重设基准"
            lines.append(f"{chart.months[part.start].period.label}起{why}，可评判的月份还不够画界限")
        cut = cuts[part.start]
        if cut:
            lines.append(cut)
    if chart.left_out:
        lines.append(f"未计入：{'、'.join(f'{word}{count}个月' for word, count in chart.left_out)}")
    return tuple(lines)


def _baseline_line(chart: ControlChart, part: LimitSegment, by: Limits) -> str:
    months = chart.months[part.start : part.start + by.baseline]
    if by.flat:
        return f"基准期{_span(months)}的{by.baseline}个月没有可用的波动，不画控制界限"
    screened = f"，剔除异常移动极差{by.screened}个" if by.screened else ""
    if by.trial:
        return f"试用界限：{_span(months)}共{by.baseline}个月，满12个月后固定{screened}"
    return f"均值和控制界限：以{_span(months)}的{by.baseline}个月为固定基准{screened}"


def _unfit_line(chart: ControlChart, part: LimitSegment) -> str:
    """That there are no limits; of the last part also why, and who decides where there is something to decide."""
    months = chart.months[part.start :][: min(len(part.values), BASELINE)]
    line = f"{_span(months)}的{len(months)}个月不宜作基准，不画控制界限"
    if part is not chart.parts[-1] or chart.fault is None:
        return line
    way = "由审管办在“基准与标注”页决定从哪个月起重设基准" if chart.proposal else "此后也还没有适合作基准的月份"
    return f"{line}：{fault_sentence(chart, chart.fault)}；{way}"


def _cut_groups(chart: ControlChart) -> list[str]:
    """For every later part, the decisions and the change of definition that begin it."""
    groups: dict[int, list[str]] = {part.start: [] for part in chart.parts[1:]}
    for cut in chart.cuts:
        first = month_index(cut.from_month)
        start = next(at for at, month in enumerate(chart.months) if month.period.first_month >= first)
        groups[start].append(
            f"{month_label(first)}起重设基准：{cut.reason}（{cut.decided_by}，{day_text(cut.decided_at.date())}）"
        )
    for start in chart.broken:
        groups[start].append(f"{chart.months[start].period.label}起口径调整，不与以前的月份合并判断")
    return ["；".join(sentences) for sentences in groups.values()]


def _moved(months: Sequence[ChartedMonth]) -> str:
    if len(months) < 2:
        return ""
    before, after = months[-2].value, months[-1].value
    return "持平" if before == after else "上升" if after > before else "下降"


def _span(months: Sequence[ChartedMonth]) -> str:
    first, last = months[0].period.label, months[-1].period.label
    return first if first == last else f"{first}至{last}"


def state_note(card: Card) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(heading, lines) in reading order; headings without anything to say are left out."""
    ahead = card.ahead
    coming = "" if ahead is None else f"{ahead.reason}，不作推算" if ahead.reason else ahead.text
    rows: list[tuple[str, tuple[str, ...]]] = [
        ("判定", (card.verdict.reason, missed_since(card), joint_sentence(card))),
        ("样本", (f"{card.interval}：不足三十件，升降多属偶然" if card.interval else "",)),
        ("怎样会变", (card.pace, card.to_meet)),
        ("全年推算", (coming, ahead.needed if ahead else "")),
        ("公布值", card.official),
        ("同比环比", tuple(change.text for change in card.changes)),
    ]
    chart = card.control
    if chart is not None:
        rows += [
            ("是否真变化", (variation_sentence(chart), last_signal_sentence(chart), what_would_change(chart))),
            ("能否稳定达标", (assurance_sentence(chart),)),
            ("基准", (*baseline_lines(chart), rebasing_hint(chart))),
        ]
    filled = [(title, tuple(line for line in lines if line)) for title, lines in rows]
    return tuple(row for row in filled if row[1])
