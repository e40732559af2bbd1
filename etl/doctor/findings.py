"""What the self-check finds: about what, how it is, what is lost, what to do, and the repair where the program has one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Condition = Literal["损坏", "留意", "正常"]
CONDITIONS: tuple[Condition, ...] = ("损坏", "留意", "正常")
NOTHING = "没有"


@dataclass(frozen=True)
class Finding:
    """One finding. `lost` says what is lost for good, `repair` puts it right and needs no answer from anybody."""

    what: str
    condition: Condition
    text: str
    lost: str = ""
    remedy: str = ""
    repair: Callable[[], object] | None = field(default=None, compare=False, repr=False)

    @property
    def to_do(self) -> str:
        """What to do, in one sentence; of what the program repairs itself the command that does so."""
        return self.remedy or (REPAIR if self.repair else "")


REPAIR = "运行 python -m etl doctor --repair"


def noted(what: str, amiss: object, text: str, remedy: str) -> Finding:
    """留意 with the remedy where something is amiss, else 正常."""
    return Finding(what, "留意", text, remedy=remedy) if amiss else Finding(what, "正常", text)
