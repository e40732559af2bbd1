"""Criminal and administrative suits: a few hundred and a few dozen a year. None is about securities."""

from datetime import date, timedelta

from etl.sample import parameters
from etl.sample.chance import Chance
from etl.sample.extracts.disputes import FIRM, OFFICE, PERSON, Dispute
from etl.sample.extracts.suits import COUNTER, MAILED, SIMPLE, give_number, suit_of
from etl.sample.matters import Matter
from etl.sample.numbering import CaseRegister
from etl.sample.pace import arrivals, closing_day, months_later

_PARAMETERS = parameters.of("public_suits")


def public_suits(seed: int, until: date, register: CaseRegister) -> list[Matter]:
    """All criminal and administrative suits filed up to a day, in the order of their numbers."""
    suits = [_suit(chance, kind, day) for kind in ("刑初", "行初") for day, chance in arrivals(seed, kind, until)]
    for suit in suits:
        give_number(suit, register)
    return suits


def _suit(chance: Chance, kind: str, filed_on: date) -> Matter:
    criminal = kind == "刑初"
    procedure, outcome = chance.pick(_PARAMETERS["procedures"][kind]), chance.pick(_PARAMETERS["outcomes"][kind])
    if criminal:
        matter = Dispute(chance.pick(_PARAMETERS["crimes"]), OFFICE, PERSON, None)
    else:
        sued_by = chance.pick({PERSON: 0.72, FIRM: 0.28})
        matter = Dispute(chance.pick(_PARAMETERS["acts"]), sued_by, OFFICE, None)
    days = chance.days(_PARAMETERS["days"][procedure])
    closed_on = closing_day(chance, filed_on, 45 + days if not criminal and procedure == SIMPLE else days)
    if criminal and procedure in _PARAMETERS["limit_days"]:
        limit_on = filed_on + timedelta(days=_PARAMETERS["limit_days"][procedure])
    else:
        limit_on = months_later(filed_on, 3 if criminal or procedure == SIMPLE else 6)
    if closed_on > limit_on and chance.happens(0.92):
        limit_on = max(months_later(limit_on, 1), closed_on + timedelta(days=5))
    return {
        **suit_of(kind, matter, filed_on, closed_on, outcome),
        "limit_on": limit_on,
        **dict.fromkeys(("procedure", "original_procedure"), procedure),
        "department": "criminal" if criminal else "civil",
        "filing_channel": MAILED if criminal else COUNTER,
        "e_service": chance.happens(0.5),
        "hearings": 1,
        "online_hearings": int(chance.happens(0.2)),
        "appealed": chance.happens((0.03 if procedure == "速裁程序" else 0.12) if criminal else 0.35)
        and outcome == "判决",
    }
