"""What people and firms of the invented district bring to court: cause, kinds of party, amount."""

from dataclasses import dataclass
from decimal import Decimal

from etl.sample import parameters
from etl.sample.chance import Chance, yuan

PERSON, FIRM, OFFICE = "自然人", "企业", "机关事业单位"
_PARAMETERS = parameters.of("disputes")


@dataclass(frozen=True, slots=True)
class Cause:
    """How often a cause comes, how often a firm sues or is sued, and how its amounts compare with the average's."""

    weight: float
    firm_sues: float
    firm_sued: float
    amount: float  # 0: no sum of money is in dispute
    personal: bool = False  # family and status: no small claims (民事诉讼法第166条)
    hard: float = 0.07  # share that needs the ordinary procedure


_CAUSES = {name: Cause(**cause) for name, cause in _PARAMETERS["causes"].items()}
_SHAREHOLDER_CAUSES = {name: Cause(**cause) for name, cause in _PARAMETERS["shareholder_causes"].items()}
_ALL = {**_CAUSES, **_SHAREHOLDER_CAUSES}
_WEIGHTS = {name: cause.weight for name, cause in _CAUSES.items()}
_SHAREHOLDER_WEIGHTS = {name: cause.weight for name, cause in _SHAREHOLDER_CAUSES.items()}


@dataclass(frozen=True, slots=True)
class Dispute:
    """One quarrel, whether it ends in mediation, in a judgment or in enforcement."""

    cause: str
    plaintiff: str
    defendant: str
    claimed_yuan: Decimal | None

    @property
    def kind(self) -> Cause:
        return _ALL[self.cause]

    @property
    def firm_related(self) -> bool:
        return FIRM in (self.plaintiff, self.defendant)

    @property
    def owed_to_firm(self) -> bool:
        """Whether a firm or an office owes money to a firm: 拖欠企业账款."""
        owed = self.cause in _PARAMETERS["owed_to_firms"]
        return owed and self.plaintiff == FIRM and self.defendant in (FIRM, OFFICE)


def dispute(chance: Chance, shareholder: bool = False) -> Dispute:
    """A dispute as they come; or one between shareholders and their company."""
    name = chance.pick(_SHAREHOLDER_WEIGHTS if shareholder else _WEIGHTS)
    cause = _ALL[name]
    plaintiff = FIRM if chance.happens(cause.firm_sues) else chance.pick(_PARAMETERS["no_firm"])
    defendant = FIRM if chance.happens(cause.firm_sued) else chance.pick(_PARAMETERS["no_firm"])
    cents = int(chance.along(_PARAMETERS["amounts"]) * cause.amount)
    round_sum = chance.happens(0.55)
    if cents > 1_000_000 and round_sum:
        cents -= cents % 10_000
    return Dispute(name, plaintiff, defendant, yuan(cents) if cause.amount else None)
