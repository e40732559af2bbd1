"""Counts of a topic stand in the order of the contract's words; what has not come in is asked for where it is entered."""

import pytest

from scorecard.catalog.definitions import Catalog
from scorecard.topics.slices import counts_in_order, obstacle


def test_counts_follow_the_order_of_the_words_and_are_added_up_by_word() -> None:
    counts = [("驳回申请", 1), ("受理", 2), ("驳回申请", 3), ("不予受理", 0)]
    assert counts_in_order(("受理", "不予受理", "撤回申请", "驳回申请"), counts) == (("受理", 2), ("驳回申请", 4))


@pytest.mark.parametrize(
    ("table", "said"),
    [("documents", "还没有登记。请在“登记”页登记并发布。"), ("cases", "还没有报送。请在“数据报送”页上传并发布。")],
)
def test_a_register_without_rows_is_asked_for_on_its_own_page(catalog: Catalog, table: str, said: str) -> None:
    reason = obstacle(catalog, {}, {table: []}, ("all", "all"), {})
    assert reason == f"《{catalog.tables[table].name}》{said}"
