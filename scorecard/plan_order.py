"""Indicators and worklists in the plan's order: by what they serve, as the plan counts it; never by a value."""

from scorecard.definitions import Domain, Indicator, Measure, Requirement
from scorecard.worklists import Worklist


def by_measure(
    worklists: list[Worklist], measures: dict[str, Measure], requirements: dict[str, Requirement]
) -> dict[str, Worklist]:
    """By the first measure each serves, then by id: the plan's order."""
    order = [*measures, *requirements]

    def place(one: Worklist) -> tuple[int, str]:
        return min((order.index(m) for m in one.measures if m in order), default=len(order)), one.id

    return {one.id: one for one in sorted(worklists, key=place)}


def in_plan_order(
    indicators: list[Indicator],
    domains: dict[str, Domain],
    measures: dict[str, Measure],
    requirements: dict[str, Requirement],
) -> dict[str, Indicator]:
    """By domain, then by the first measure of that domain, then by id: the plan's order, never a value's."""
    domain_order = list(domains)
    measure_order = [*measures, *requirements]

    def place(indicator: Indicator) -> tuple[int, int, str]:
        own = [m for m in indicator.measures if m.startswith(f"{indicator.domain}.")] or list(
            indicator.measures
        )
        positions = [measure_order.index(m) for m in own if m in measure_order]
        domain = (
            domain_order.index(indicator.domain) if indicator.domain in domain_order else len(domain_order)
        )
        return domain, min(positions, default=len(measure_order)), indicator.id

    return {indicator.id: indicator for indicator in sorted(indicators, key=place)}
