"""Every indicator whose event may come after its month declares how long a month waits before it is judged."""

import re

from scorecard.catalog.definitions import Catalog, Indicator

# What decides here is known on the day by which the row is counted, or is no later event at all.
KNOWN_AT_ONCE = {
    "enforcement_problem_on_time_rate": "按整改期限归期：到期那天就知道是否按期办结",
    "online_filing_timely_review_rate": "按应审核之日归期：到期那天就知道是否按期审核",
    "repair_granted_rate": "按答复日期归期，结果与答复同时登记",
    "exec_to_bankruptcy_acceptance_rate": "按审查裁定日归期，结果与裁定同时登记",
}


def later_events(catalog: Catalog, indicator: Indicator) -> set[str]:
    """Columns that a numerator tests beyond its denominator and that a blank says nothing has happened in yet."""
    found: set[str] = set()
    for part in indicator.formula.parts if indicator.formula.kind == "ratio" else ():
        below = [test for term in part.denominator for test in term.where]
        for term in part.numerator:
            table = catalog.tables[term.table]
            tested = {column for test in term.where if test not in below for column in test.columns}
            found |= {
                column
                for column in table.sources(tested) - table.sources([term.clock])
                if table.columns[column].blank_means and term.stock is None
            }
    return found


def test_an_event_that_may_still_come_has_its_window(catalog: Catalog) -> None:
    waiting = {
        name
        for name, one in catalog.indicators.items()
        if later_events(catalog, one) and one.formula.matures_after is None
    }
    assert waiting == set(KNOWN_AT_ONCE)


def test_no_note_says_that_new_months_are_low_without_a_window(catalog: Catalog) -> None:
    moving = re.compile("总是偏低|会偏低|随后续报送更新|自动改计|实施当期的数值上升")
    said = {name for name, one in catalog.indicators.items() if moving.search(one.note)}
    assert {"revisit_issue_closure_rate", "briefing_adoption_rate", "first_instance_appeal_rate"} <= said
    assert [name for name in said if catalog.indicators[name].formula.matures_after is None] == []
