"""What explains most of a change, in words."""

from fractions import Fraction

import pytest

from scorecard.assessment.comparison import ChangeSplit, PeriodChange
from scorecard.narrative.breakdown.contribution_words import because
from scorecard.statistics.contributions import Contribution
from tests.support.court import indicator


@pytest.mark.parametrize(("kind", "way"), [("ratio", "自身的比率升高"), ("count", "增加")])
def test_a_rate_whose_shares_stood_still_is_no_count(kind: str, way: str) -> None:
    parts = (Contribution("买卖合同", Fraction(4), Fraction(0)), Contribution("借款合同", Fraction(1), Fraction(0)))
    split = ChangeSplit("案由", PeriodChange("同比", "同比上升5", None, Fraction(5)), parts)
    assert because([split], indicator(kind)) == f"同比上升5，主要因买卖合同{way}"
