"""Every table whose rows people enter on a page has its module, and its contradictions a code that problem lists know."""

from etl.problems import KINDS
from scorecard.catalog.definitions import Catalog
from scorecard.records.registry import RECORDS


def test_each_table_that_people_enter_on_a_page_is_checked_for_contradictions(catalog: Catalog) -> None:
    entered = {table.id for table in catalog.tables.values() if not table.comes_as_file}
    assert entered <= set(RECORDS)


def test_each_contradiction_has_its_own_kind_of_problem() -> None:
    codes = [module.PROBLEM_CODE for module in RECORDS.values()]
    assert set(codes) <= set(KINDS)
    assert len(set(codes)) == len(codes)
