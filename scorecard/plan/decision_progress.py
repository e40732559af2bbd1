"""What became of a decision: the last value before it was recorded, the settled ones since, and the evidence it is closed by.

Read by months of the whole court and all cases: values so far of a year hold months of before and after in one.
"""

from collections.abc import Sequence

from scorecard.assessment.cards import Card
from scorecard.assessment.verdict import JudgedPeriod
from scorecard.records.decisions import Decision

_LISTED = 12  # months written out; earlier ones are counted


def since_decided(card: Card, decision: Decision) -> str:
    """ "自记录以来：3个月，61.20%→67.90%"; empty where no settled value of before, or none after, can stand in it.

    Never across a change of definition. `decision` is the first of its run (scorecard.records.decisions.began).
    """
    told = [point for point in card.points if point.takes_part]
    before = [point for point in told if point.period.last < decision.session_on]
    now = card.judged
    if not before or not now.takes_part or now.period.last_month <= before[-1].period.last_month:
        return ""
    if any(before[-1].period.first < day <= now.period.last for day in card.breaks):
        return "自记录以来口径已调整，不可比"
    months = now.period.last_month - _ended_before(now, decision)
    return f"自记录以来：{months}个月，{before[-1].text}→{now.text}"


def _ended_before(point: JudgedPeriod, decision: Decision) -> int:
    """The last month that had ended when it was decided, whether it has a value that can be compared or not."""
    return point.period.months.month_of(decision.session_on) - 1


def evidence_of(card: Card, decision: Decision) -> str:
    """The same with every value it rests on, its halves, and the verdict now; empty where nothing can be compared.

    Months of too few cases stand with their count and no rate, those that were not judged with the reason's word.
    """
    since = since_decided(card, decision)
    if "→" not in since:
        return ""
    before = [point for point in card.points if point.takes_part and point.period.last < decision.session_on][-1]
    first, last = _ended_before(before, decision), card.judged.period.last_month
    after = [point for point in card.points if first < point.period.last_month <= last]
    left = len(after) - _LISTED
    values = "、".join(_value(point) for point in after[-_LISTED:])
    more = f"前{left}个月略，" if left > 0 else ""
    now = f"；{card.period}{card.verdict.word}，目标{card.target}" if card.verdict.word in ("达标", "未达标") else ""
    return f"{since}（记录前{_value(before)}；记录以来{more}{values}{now}）"


def _value(point: JudgedPeriod) -> str:
    if point.takes_part:
        return f"{point.label}{point.text}{f'（{point.halves}）' if point.halves else ''}"
    return f"{point.label}{point.text}，太少不计率" if point.word == "样本不足" else f"{point.label}{point.word}"


def then_and_now(decision: Decision, facts: Sequence[str]) -> str:
    """What was on the table when it was decided beside what is there now, of a matter that is no indicator."""
    return f"会商时：{decision.facts}；现在：{'；'.join(facts)}" if decision.facts and facts else ""
