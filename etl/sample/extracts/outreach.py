"""Work with firms: the work log of visits and lectures, revisits after a suit, leads on illegal finance."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from etl.sample.chance import Chance, Curve, in_year
from etl.sample.extracts.credit import firm_code
from etl.sample.extracts.suits import Suit
from etl.sample.numbering import running
from etl.sample.pace import EXTRACTS_FROM, arrivals, in_extract, known_on, workday_from

_FIRMS_OF_THE_DISTRICT = (2_000, 2_650)  # codes apart from those of the register of dishonest firms
_VISITS, _CHECKUPS, _TALKS = "送法进企", "法治体检", "走访座谈"
# Rows a year and who does it.
_WORK: Mapping[str, tuple[Mapping[int, float], Mapping[str, float]]] = {
    _VISITS: ({2024: 62, 2025: 74, 2026: 88}, {"political": 7, "case_management": 3}),
    _CHECKUPS: ({2024: 30, 2025: 42, 2026: 50}, {"case_management": 6, "political": 2, "civil": 2}),
    _TALKS: ({2024: 24}, {"case_management": 5, "filing": 3, "enforcement": 2}),
    "普法宣传": ({2024: 22}, {"political": 8, "tribunal": 2}),
    "专项评查": ({2024: 6}, {"case_management": 1}),
    "专项调研": ({2024: 5}, {"case_management": 1}),
    "集中执行": ({2024: 14}, {"enforcement": 1}),
    "府院联动": ({2024: 7}, {"civil": 3, "enforcement": 1}),
}
_TOPICS: Mapping[str, str] = {
    _VISITS: "走进工业园区，讲解合同履行与投资风险",
    _CHECKUPS: "检查合同文本、用工和应收账款管理，提出改进建议",
    _TALKS: "听取企业对立案、审理、执行工作的意见",
    "普法宣传": "在厂区普法阵地宣讲投资者保护和防范非法集资",
    "专项评查": "评查涉企案件的程序、期限和保全措施",
    "专项调研": "分析涉企纠纷的成因并提出建议",
    "集中执行": "集中执行拖欠企业账款案件",
    "府院联动": "会商破产企业资产处置、税务和信用修复问题",
}
_UNTIL_CLOSED: Curve = ((0, 3), (0.5, 19), (0.9, 55), (0.95, 90), (1, 600))
_UNTIL_REVISIT: Curve = ((0, 8), (0.5, 43), (0.93, 86), (1, 125))
_REVISITED = {2024: 0.36, 2025: 0.48, 2026: 0.57}
_CAUGHT_UP = 0.96  # of the others, after the ninety days: too late for the rate, but no longer on the list of those due
_UNTIL_CAUGHT_UP: Curve = ((0, 95), (0.9, 130), (1, 170))
_LEADS_A_YEAR = {2024: 13}


def _firm(chance: Chance) -> str:
    return firm_code(chance.between(*_FIRMS_OF_THE_DISTRICT))


@dataclass(slots=True)
class Issues:
    """The issues that a firm raised, each by the day on which it is closed."""

    closings: list[date]

    def closed(self, as_of: date) -> int:
        return sum(day <= as_of for day in self.closings)


def _issues(chance: Chance, day: date, weights: Mapping[int, float]) -> Issues:
    count = chance.pick(weights)
    return Issues([day + timedelta(days=chance.days(_UNTIL_CLOSED)) for _ in range(count)])


def _rectify_by(day: date, raised: Issues) -> date | None:
    """Sixty days later where there are issues, otherwise None."""
    return day + timedelta(days=60) if raised.closings else None


def work_rows(seed: int, as_of: date) -> list[Mapping[str, object]]:
    """The work log up to a day."""
    entries: list[tuple[date, str, Chance]] = []
    for kind, (a_year, _) in _WORK.items():
        entries += [(day, kind, chance) for day, chance in arrivals(seed, kind, a_year, EXTRACTS_FROM, as_of)]
    entries.sort(key=lambda entry: entry[0])
    numbers = running("台账", (day for day, _, _ in entries))
    return [
        _work_row(chance, number, day, kind, as_of)
        for number, (day, kind, chance) in zip(numbers, entries, strict=True)
    ]


def _work_row(chance: Chance, number: str, day: date, kind: str, as_of: date) -> Mapping[str, object]:
    department, firm = chance.pick(_WORK[kind][1]), _firm(chance)
    raised = _issues(chance, day, {0: 42, 1: 32, 2: 18, 3: 8})
    with_firm = kind in (_VISITS, _CHECKUPS, _TALKS)
    return {
        "entry_no": number,
        "held_on": day,
        "kind": kind,
        "topic": _TOPICS[kind],
        "department": department,
        "firm_code": firm if with_firm else None,
        "rectify_by": _rectify_by(day, raised) if with_firm else None,
        "issues": len(raised.closings) if with_firm else None,
        "closed_issues": raised.closed(as_of) if with_firm else None,
    }


def revisit_rows(seed: int, suits: Sequence[Suit], as_of: date) -> list[Mapping[str, object]]:
    """Revisits to firms after their suits, up to a day; a few are made twice, most that were missed are made late."""
    visits: list[tuple[date, int, Suit, Chance]] = []
    for n, suit in enumerate(suits):
        if not suit.firm_related or not EXTRACTS_FROM <= suit.closed_on <= as_of:
            continue
        chance = Chance(seed, "revisit", suit.number)
        day = workday_from(suit.closed_on + timedelta(days=chance.days(_UNTIL_REVISIT)))
        again, later = chance.happens(0.04), workday_from(day + timedelta(days=chance.between(20, 60)))
        if chance.happens(in_year(_REVISITED, suit.closed_on.year)):
            days = [day, later] if again else [day]
            visits += [(visited_on, n, suit, chance) for visited_on in days if visited_on <= as_of]
            continue
        chance = Chance(seed, "late revisit", suit.number)
        day = workday_from(suit.closed_on + timedelta(days=chance.days(_UNTIL_CAUGHT_UP)))
        if chance.happens(_CAUGHT_UP) and day <= as_of:
            visits.append((day, n, suit, chance))
    visits.sort(key=lambda entry: entry[:2])
    numbers = running("回访", (day for day, _, _, _ in visits))
    return [
        _revisit_row(chance, number, day, suit, as_of)
        for number, (day, _, suit, chance) in zip(numbers, visits, strict=True)
    ]


def _revisit_row(chance: Chance, number: str, day: date, suit: Suit, as_of: date) -> Mapping[str, object]:
    raised = _issues(chance, day, {0: 70, 1: 22, 2: 8})
    return {
        "revisit_no": number,
        "case_no": suit.number,
        "closed_on": suit.closed_on,
        "revisited_on": day,
        "firm_code": _firm(chance),
        "department": suit.department,
        "rectify_by": _rectify_by(day, raised),
        "issues": len(raised.closings),
        "closed_issues": raised.closed(as_of),
    }


def lead_rows(seed: int, suits: Sequence[Suit], as_of: date) -> list[Mapping[str, object]]:
    """Leads found in loan suits that the same extracts hold; nearly all that should be transferred are, in days."""
    loans = [suit for suit in suits if suit.dispute.cause == "民间借贷纠纷"]
    filed = [suit.filed_on for suit in loans]
    leads = list(arrivals(seed, "lead", _LEADS_A_YEAR, EXTRACTS_FROM, as_of))
    rows: list[Mapping[str, object]] = []
    for (day, chance), number in zip(leads, running("涉非", (day for day, _ in leads)), strict=True):
        suit = loans[bisect_left(filed, day) - chance.between(1, 12)]
        assessed_on = workday_from(day + timedelta(days=chance.between(2, 14)))
        assessment = chance.pick({"应当移送": 60, "不予移送": 28, "继续核查": 12})
        transferred_on = workday_from(assessed_on + timedelta(days=chance.pick({0: 4, 1: 8, 3: 6, 6: 2, 40: 1})))
        receipt_on = workday_from(transferred_on + timedelta(days=chance.between(3, 12)))
        sent = known_on(transferred_on, as_of) if assessment == "应当移送" else None
        rows.append(
            {
                "lead_no": number,
                "found_on": day,
                "source_case_no": suit.number if in_extract(suit.filed_on, suit.closed_on, as_of) else None,
                "department": suit.department,
                "assessed_on": known_on(assessed_on, as_of),
                "assessment": assessment if assessed_on <= as_of else None,
                "transferred_on": sent,
                "receipt_on": known_on(receipt_on, as_of) if sent else None,
            }
        )
    return rows
