"""A framework as its seed file declares it. Frozen pydantic models."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, model_validator

from scorecard.catalog.conditions import Frozen, Texts, as_tuple, mistake


class TabulationCell(Frozen):
    """One figure of one line of a tabulation."""

    id: str
    line: str
    figure: str


class FrameworkItem(Frozen):
    """One item of a framework: what of ours answers it and where that `differs`, or what is `missing` to compute it.

    `listed` says whether the sources name it in the edition in force; what they do not state is empty.
    """

    id: str
    name: str
    listed: Literal["在列", "未载", "已取消"]
    sense: str = ""
    formula: str = ""
    basis: str = ""
    sources: Texts
    indicator: str = ""
    tabulation: TabulationCell | None = None
    differs: str = ""
    missing: str = ""
    reference: str = ""

    @model_validator(mode="after")
    def _answered(self) -> "FrameworkItem":
        if sum(map(bool, (self.indicator, self.tabulation, self.missing))) != 1:
            raise mistake("indicator、tabulation、missing 须恰好写一个", "由哪项指标或统计表回答，或者为什么不能计算")
        return self


class FrameworkEdition(Frozen):
    """An edition of a framework: from when on, what it holds, by which sources."""

    since: str
    text: str
    sources: Texts


class Framework(Frozen):
    """A system of indicators of somebody else, as far as public sources state it, seen through what this court has."""

    id: str
    position: int = 100  # among the frameworks
    name: str
    short: str
    issuer: str
    stance: str
    unstated: str
    sources: Texts
    editions: Annotated[tuple[FrameworkEdition, ...], BeforeValidator(as_tuple)]
    items: Annotated[tuple[FrameworkItem, ...], BeforeValidator(as_tuple)]
