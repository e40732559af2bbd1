"""Criminal and administrative suits: a few hundred and a few dozen a year. None is about securities."""

from collections.abc import Mapping
from datetime import date, timedelta

from etl.sample.chance import Chance, Curve
from etl.sample.extracts.disputes import OFFICE, PERSON, Dispute
from etl.sample.extracts.suits import COUNTER, MAILED, PANEL, SIMPLE, Suit
from etl.sample.numbering import CaseRegister
from etl.sample.pace import WORLD_FROM, arrivals, closing_day, months_later

_CRIMES: Mapping[str, float] = {
    "危险驾驶罪": 30,
    "盗窃罪": 17,
    "诈骗罪": 11,
    "故意伤害罪": 8,
    "交通肇事罪": 7,
    "帮助信息网络犯罪活动罪": 9,
    "掩饰、隐瞒犯罪所得、犯罪所得收益罪": 8,
    "寻衅滋事罪": 5,
    "开设赌场罪": 3,
    "非法吸收公众存款罪": 1,
    "职务侵占罪": 1,
}
_ACTS: Mapping[str, float] = {"行政处罚": 4, "工伤保险资格认定": 4, "政府信息公开": 3, "行政登记": 2, "行政赔偿": 1}
_FAST, _ORDINARY = "速裁程序", "普通程序"
_DAYS: Mapping[str, Curve] = {
    _FAST: ((0, 3), (0.5, 8), (1, 15)),
    SIMPLE: ((0, 6), (0.5, 17), (0.9, 20), (1, 45)),
    _ORDINARY: ((0, 25), (0.5, 62), (0.9, 100), (1, 210)),
    PANEL: ((0, 30), (0.5, 110), (0.9, 175), (1, 260)),
}
_LIMIT_DAYS = {_FAST: 15, SIMPLE: 20}


def public_suits(seed: int, until: date, register: CaseRegister) -> list[Suit]:
    """All criminal and administrative suits filed up to a day, in the order of their numbers."""
    suits: list[Suit] = []
    for kind, a_year in (("刑初", {2022: 240}), ("行初", {2022: 36})):
        for day, chance in arrivals(seed, kind, a_year, WORLD_FROM, until):
            suit = _criminal(chance, day) if kind == "刑初" else _act(chance, day)
            suit.number, suit.serial = register.numbered(kind, day.year)
            suits.append(suit)
    return suits


def _criminal(chance: Chance, filed_on: date) -> Suit:
    procedure = chance.pick({_FAST: 38, SIMPLE: 34, _ORDINARY: 28})
    outcome = chance.pick({"判决": 97, "裁定": 2, "撤诉": 1})
    matter = Dispute(chance.pick(_CRIMES), OFFICE, PERSON, None)
    suit = _suit(chance, "刑初", filed_on, matter, procedure, outcome)
    suit.department = "criminal"
    suit.appealed = chance.happens(0.03 if procedure == _FAST else 0.12) and outcome == "判决"
    suit.channel = MAILED
    return suit


def _act(chance: Chance, filed_on: date) -> Suit:
    procedure = chance.pick({SIMPLE: 30, PANEL: 70})
    outcome = chance.pick({"判决": 58, "撤诉": 24, "驳回起诉": 16, "移送": 2})
    sued_by = chance.pick({PERSON: 0.72, "企业": 0.28})
    suit = _suit(chance, "行初", filed_on, Dispute(chance.pick(_ACTS), sued_by, OFFICE, None), procedure, outcome)
    suit.department = "civil"
    suit.appealed = chance.happens(0.35) and outcome == "判决"
    suit.channel = COUNTER
    return suit


def _suit(chance: Chance, kind: str, filed_on: date, matter: Dispute, procedure: str, outcome: str) -> Suit:
    days = chance.days(_DAYS[procedure])
    closed_on = closing_day(chance, filed_on, 45 + days if kind == "行初" and procedure == SIMPLE else days)
    if procedure in _LIMIT_DAYS and kind == "刑初":
        limit_on = filed_on + timedelta(days=_LIMIT_DAYS[procedure])
    else:
        limit_on = months_later(filed_on, 3 if kind == "刑初" or procedure == SIMPLE else 6)
    if closed_on > limit_on and chance.happens(0.92):
        limit_on = max(months_later(limit_on, 1), closed_on + timedelta(days=5))
    return Suit(
        kind=kind,
        dispute=matter,
        received_on=None,
        filed_on=filed_on,
        closed_on=closed_on,
        limit_on=limit_on,
        outcome=outcome,
        procedure=procedure,
        original=procedure,
        converted_on=None,
        department=None,
        channel=None,
        appealed=False,
        e_service=chance.happens(0.5),
        announced=False,
        hearings=1,
        online_hearings=int(chance.happens(0.2)),
        firm_related=matter.firm_related,
    )
