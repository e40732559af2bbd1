"""What people and firms of the invented district bring to court: cause, kinds of party, amount."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from etl.sample.chance import Chance, Curve, yuan

PERSON, FIRM, TRADER, OFFICE, OTHER = "自然人", "企业", "个体工商户", "机关事业单位", "其他组织"


@dataclass(frozen=True, slots=True)
class Cause:
    """How often a cause comes, how often a firm sues or is sued, and how its amounts compare with the average's."""

    weight: float
    firm_sues: float
    firm_sued: float
    amount: float  # 0: no sum of money is in dispute
    personal: bool = False  # family and status: no small claims (民事诉讼法第166条)
    hard: float = 0.07  # share that needs the ordinary procedure


CAUSES: Mapping[str, Cause] = {
    "民间借贷纠纷": Cause(16, 0.04, 0.06, 1.0),
    "买卖合同纠纷": Cause(13, 0.52, 0.42, 1.0),
    "离婚纠纷": Cause(11, 0, 0, 0, personal=True),
    "机动车交通事故责任纠纷": Cause(9, 0.02, 0.45, 0.9),
    "金融借款合同纠纷": Cause(8, 1, 0.14, 2.6),
    "物业服务合同纠纷": Cause(9, 0.94, 0.02, 0.08, hard=0.01),
    "劳动争议": Cause(5, 0.08, 0.8, 0.6),
    "信用卡纠纷": Cause(4, 1, 0, 0.5, hard=0.02),
    "建设工程施工合同纠纷": Cause(3.5, 0.4, 0.66, 4.5, hard=0.4),
    "租赁合同纠纷": Cause(4, 0.28, 0.32, 0.8),
    "承揽合同纠纷": Cause(3.5, 0.4, 0.46, 0.9),
    "供用热力合同纠纷": Cause(3, 0.95, 0.04, 0.07, hard=0.01),
    "劳务合同纠纷": Cause(3, 0.05, 0.42, 0.5),
    "追偿权纠纷": Cause(2.5, 0.5, 0.12, 1.0),
    "健康权纠纷": Cause(2.5, 0, 0.1, 0.6, hard=0.12),
    "继承纠纷": Cause(2.5, 0, 0, 1.2, personal=True),
    "抚养费纠纷": Cause(1.5, 0, 0, 0.15, personal=True),
    "房屋买卖合同纠纷": Cause(2, 0.2, 0.3, 3.0, hard=0.15),
    "不当得利纠纷": Cause(1.5, 0.15, 0.05, 0.6),
    "保证合同纠纷": Cause(1, 0.4, 0.15, 1.6),
}
SHAREHOLDER_CAUSES: Mapping[str, Cause] = {
    "股东知情权纠纷": Cause(3, 0.1, 1, 0, hard=0.45),
    "股权转让纠纷": Cause(3, 0.2, 0.5, 5.0, hard=0.5),
    "损害公司利益责任纠纷": Cause(1.5, 0.9, 0.2, 4.0, hard=0.6),
    "股东资格确认纠纷": Cause(1, 0, 1, 0, hard=0.6),
    "公司决议纠纷": Cause(1, 0.1, 1, 0, hard=0.5),
}
_ALL = {**CAUSES, **SHAREHOLDER_CAUSES}
_WEIGHTS = {name: cause.weight for name, cause in CAUSES.items()}
_SHAREHOLDER_WEIGHTS = {name: cause.weight for name, cause in SHAREHOLDER_CAUSES.items()}
_NO_FIRM = {PERSON: 0.86, TRADER: 0.09, OFFICE: 0.02, OTHER: 0.03}
_OWED_TO_FIRMS = {"买卖合同纠纷", "建设工程施工合同纠纷", "承揽合同纠纷", "租赁合同纠纷"}

# In cents, before the cause's own factor: median 40,000 yuan, a long upper tail.
_AMOUNTS: Curve = (
    (0, 120_000),
    (0.25, 1_300_000),
    (0.5, 4_000_000),
    (0.75, 10_500_000),
    (0.93, 36_000_000),
    (0.99, 80_000_000),
    (1, 150_000_000),
)


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
        return self.cause in _OWED_TO_FIRMS and self.plaintiff == FIRM and self.defendant in (FIRM, OFFICE)


def dispute(chance: Chance, shareholder: bool = False) -> Dispute:
    """A dispute as they come; or one between shareholders and their company."""
    name = chance.pick(_SHAREHOLDER_WEIGHTS if shareholder else _WEIGHTS)
    cause = _ALL[name]
    plaintiff = FIRM if chance.happens(cause.firm_sues) else chance.pick(_NO_FIRM)
    defendant = FIRM if chance.happens(cause.firm_sued) else chance.pick(_NO_FIRM)
    cents = int(chance.along(_AMOUNTS) * cause.amount)
    round_sum = chance.happens(0.55)
    if cents > 1_000_000 and round_sum:
        cents -= cents % 10_000
    return Dispute(name, plaintiff, defendant, yuan(cents) if cause.amount else None)
