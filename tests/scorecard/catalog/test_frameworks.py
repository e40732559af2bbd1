"""What the framework seeds say, beside the facts that public sources state of both systems.

The expected values were copied by hand from what the sources (seeds/sources.toml) say: name, sense, source; nothing else may be stated.
"""

import pytest

from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.errors import SeedErrors
from tests.conftest import ROOT

# id: name, listed, sense, formula is stated or proposed, sources, our indicator
SPC = {
    "case_event_ratio": ("案-件比", "未载", "越低越好", True, "S1", ""),
    "within_limit": ("审限内结案率", "未载", "越高越好，或在区间内为好", True, "S1 S20", "within_limit_closure_rate"),
    "pending_over_12m": ("超12个月未结案件比", "未载", "越低越好", True, "S1", "pending_over_12m_share"),
    "appeal": ("上诉率", "未载", "越低越好，或在区间内为好", True, "S10 S11 S24", "first_instance_appeal_rate"),
    "petition": ("申诉申请再审率", "未载", "", False, "S10 S11", ""),
    "civil_ruling_enforced": ("民事裁判申请执行率", "未载", "越低越好", True, "S10", ""),
    "enforcement_recovery": ("执行到位率", "未载", "越高越好", True, "S1 S33", "enforcement_recovery_rate"),
    "enforcement_completion": ("执行完毕率", "未载", "越高越好", True, "S10", "enforcement_completion_rate"),
    "first_enforcement_terminated": (
        "首次执行案件终本率", "未载", "越低越好，或在区间内为好", True, "", "first_enforcement_terminated_rate",
    ),
    "pre_mediation_diversion": (
        "诉前调解成功分流率", "未载", "在区间内为好", True, "S9", "pre_mediation_diversion_rate",
    ),
    "second_instance_altered_remanded": ("二审改判-发回重审比", "在列", "不分高低", True, "S2", ""),
    "retrial_altered_remanded": ("再审改判-发回重审比", "在列", "不分高低", True, "S2", ""),
    "second_instance_hearing": ("二审开庭率", "未载", "", False, "S9", ""),
    "appeal_transfer_days": ("上诉案件移送时间", "未载", "", True, "S9", ""),
    "mean_closing_days": ("平均结案时间", "未载", "", True, "S9", ""),
    "closure_rate": ("结案率", "未载", "越高越好", True, "S20", "closure_rate"),
    "clearance_rate": ("结收比", "未载", "越高越好", True, "S20", "case_clearance_rate"),
    "closed_per_judge": ("法官人均结案数", "已取消", "", False, "S3 S4", ""),
    "limit_extended": ("延长审限率", "已取消", "", False, "S3 S4", ""),
    "ruled_retrial": ("裁定再审率", "已取消", "", False, "S3 S4", ""),
    "advice_answered": ("司法建议反馈率", "已取消", "", False, "S3 S4", ""),
}  # fmt: skip
# since, how many items, sources
EDITIONS = [
    ("2023年第三季度", "29项", "S1"),
    ("2023年第四季度", "28项", "S1"),
    ("2024年1月", "26项", "S1"),
    ("2024年9月", "18项", "S1 S2 S4"),
]
# National movements of the reference, by item: the number and its source.
MOVED = {
    "case_event_ratio": ["0.02（S9）", "0.04（S10）"],
    "within_limit": ["3.22个百分点（S9）"],
    "appeal": ["0.72个百分点（S10）", "0.96个百分点（S11）"],
    "petition": ["0.06个百分点（S10）", "0.29个百分点（S11）"],
    "civil_ruling_enforced": ["7.39个百分点（S10）"],
    "enforcement_recovery": ["4.46个百分点（S9）"],
    "enforcement_completion": ["5.27个百分点（S10）"],
    "pre_mediation_diversion": ["3.19个百分点（S9）"],
    "appeal_transfer_days": ["26.09%（S9）"],
}
# Three pillars, the mean of them, and of the third the time and cost of liquidation and reorganisation.
B_READY = {
    "topic_score": ("主题分值", None),
    "regulatory": ("监管框架", None),
    "public_services": ("公共服务", None),
    "liquidation_time": ("清算时间", ("清算", "平均审理天数")),
    "liquidation_cost": ("清算成本", ("清算", "破产成本率")),
    "reorganisation_time": ("重整时间", ("重整", "平均审理天数")),
    "reorganisation_cost": ("重整成本", ("重整", "破产成本率")),
}


def test_every_item_of_the_supreme_court_is_a_fact_of_the_sources(catalog: Catalog) -> None:
    framework = catalog.frameworks["spc_18"]
    said = {
        one.id: (one.name, one.listed, one.sense, bool(one.formula), " ".join(one.sources), one.indicator)
        for one in framework.items
    }
    assert said == SPC
    assert {one.id for one in framework.items if one.reference} == set(MOVED)
    for one in framework.items:
        assert all(moved in one.reference for moved in MOVED.get(one.id, []))
        assert not one.formula or one.basis  # a formula says where it is from, or that it is proposed
    told = [(one.since, " ".join(one.sources)) for one in framework.editions]
    assert told == [(since, sources) for since, _, sources in EDITIONS]
    assert all(number in one.text for (_, number, _), one in zip(EDITIONS, framework.editions, strict=True))
    assert "18项全表和各项参考区间的数值未见公开" in framework.unstated


def test_every_item_of_b_ready_is_a_fact_of_the_sources(catalog: Catalog) -> None:
    framework = catalog.frameworks["b_ready"]
    said = {
        one.id: (one.name, (one.tabulation.line, one.tabulation.figure) if one.tabulation else None)
        for one in framework.items
    }
    assert said == B_READY
    assert all({"S71", "S72"} <= set(one.sources) for one in framework.items)
    assert framework.editions == ()


def test_no_range_is_shipped_for_none_was_published(catalog: Catalog) -> None:
    assert catalog.tables["framework_ranges"].entered_by == "register"
    assert catalog.tables["framework_ranges"].seed is None
    assert not (ROOT / "etl/sample/registers/framework_ranges.toml").exists()


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('indicator = "case_clearance_rate"', 'indicator = "case_clearance_rat"', "“case_clearance_rat”未登记"),
        ('sources = ["S2"]', 'sources = ["S9999"]', "“S9999”未登记"),
        ('name = "结收比"', 'name = "结案率"', "“结案率”写了 2 次"),
        ('indicator = "case_clearance_rate"\n', "", "须恰好写一个"),
        ('listed = "在列"', 'listed = "大概在列"', "在列、未载、已取消"),
    ],
)
def test_an_item_that_names_nothing_is_refused(catalog: Catalog, was: str, now: str, said: str) -> None:
    _refused(catalog, "frameworks/spc_18.toml", was, now, said)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('line = "清算"', 'line = "破产清算"', "没有“破产清算”这一行；应为：清算、重整、和解"),
        ('figure = "平均审理天数"', 'figure = "审理天数"', "没有“审理天数”这一项"),
        ('id = "bankruptcy_by_procedure"', 'id = "case_balance"', "“case_balance”按 0 列分组"),
        ('id = "bankruptcy_by_procedure"', 'id = "pending_age_by_month"', "“pending_age_by_month”未登记"),
    ],
)
def test_a_line_that_can_never_come_up_is_refused(catalog: Catalog, was: str, now: str, said: str) -> None:
    """The page would say 本期没有 for ever."""
    _refused(catalog, "frameworks/b_ready.toml", was, now, said)


def _refused(catalog: Catalog, name: str, was: str, now: str, said: str) -> None:
    spoilt = catalog.files[name].decode().replace(was, now, 1).encode()
    assert spoilt != catalog.files[name]
    with pytest.raises(SeedErrors) as refused:
        loader.parse({**catalog.files, name: spoilt})
    assert said in str(refused.value)
