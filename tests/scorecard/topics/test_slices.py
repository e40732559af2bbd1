"""Counts of a topic stand in the order of the contract's words."""

from scorecard.topics.slices import counts_in_order


def test_counts_follow_the_order_of_the_words_and_are_added_up_by_word() -> None:
    counts = [("驳回申请", 1), ("受理", 2), ("驳回申请", 3), ("不予受理", 0)]
    assert counts_in_order(("受理", "不予受理", "撤回申请", "驳回申请"), counts) == (("受理", 2), ("驳回申请", 4))
