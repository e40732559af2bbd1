"""An order: what may be asked of a version and in which words it is refused; as data it comes back the same."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from scorecard.access import Actor
from scorecard.briefing.composition.indicators import cautions
from scorecard.briefing.paper.material import gather
from scorecard.briefing.paper.request import LONGEST_NOTE, BriefingRequest, earliest_issue, from_data, resolve
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import Version, open_published
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, TESTER

NOW = datetime(2026, 11, 8, 17, 30, tzinfo=UTC)  # 9 November 01:30 at the court
MONTHLY = BriefingRequest("monthly", "2026-10")


@pytest.fixture(scope="module")
def version(sample: DataDir) -> Iterator[Version]:
    opened = open_published(sample)
    yield opened
    opened.connection.close()


def test_what_is_left_empty_is_the_templates_choice_or_today_at_the_court(version: Version) -> None:
    order = resolve(version, MONTHLY, OFFICER, NOW)
    template = version.catalog.briefings["monthly"]
    assert (order.grain, order.department, order.scope) == (template.grain, "all", "all")
    assert order.audience == template.audience
    assert order.dated == date(2026, 11, 9)
    assert order.made_at == "2026-11-09T01:30:00+08:00"
    assert order.made_by == "李四（审管办）"
    assert order.judged_on == date(2026, 10, 31)  # a sample is judged on the day its extracts reach


def test_an_order_comes_back_the_same_from_its_json(version: Version) -> None:
    wish = BriefingRequest(
        "department", "2026-Q3", "quarter", "civil", "firm", ("insolvency",), ("creditor_recovery_rate",),
        "民事审判庭", "10", date(2026, 11, 9), "请审阅。\n第二段。", "两项待补", ("creditor_recovery_rate",), ("small_claims_rate",),
    )  # fmt: skip
    order = resolve(version, wish, CIVIL, NOW)
    assert from_data(json.loads(json.dumps(order.data(), ensure_ascii=False))) == order
    assert order.span(version.catalog.court.months).label == "2026年三季度"


def test_words_people_use_are_taken_as_well_as_ids(version: Version) -> None:
    wish = BriefingRequest("部门情况单", "2026-10", "年度累计", "民事审判庭", domains=("办理破产",))
    order = resolve(version, wish, OFFICER, NOW)
    assert (order.template, order.grain, order.department) == ("department", "ytd", "civil")
    assert order.domains == ("insolvency",)


PERIODS = {
    "2026年10月": ("ytd", "2026-10"),
    "2026 年 1—10 月": ("ytd", "2026-10"),
    "2026年1-9月": ("ytd", "2026-09"),
    "2026年三季度": ("quarter", "2026-Q3"),
    "2025年": ("year", "2025"),
}


@pytest.mark.parametrize(("written", "read"), PERIODS.items())
def test_a_period_may_be_written_as_it_is_printed(version: Version, written: str, read: tuple[str, str]) -> None:
    order = resolve(version, replace(MONTHLY, period=written, scope="涉企"), OFFICER, NOW)
    assert ((order.grain, order.period), order.scope) == (read, "firm")


def test_a_record_from_before_a_writer_could_edit_is_read_as_unedited(version: Version) -> None:
    content = resolve(version, MONTHLY, OFFICER, NOW).data()
    old = {name: value for name, value in content.items() if name not in ("headline", "order", "omitted", "formats")}
    assert from_data(old) == from_data(content)


REFUSED = {
    "months of another grain": (replace(MONTHLY, period="2026年1—10月", grain="month"), ("“2026年1—10月”不是单月的报告期",)),
    "a row that is no indicator": (replace(MONTHLY, omitted=("small_claim_rate",)), ("是否为“small_claims_rate”？",)),
    "a template misspelt": (replace(MONTHLY, template="montly"), ("没有模板“montly”", "monthly（领导小组月报）", "是否为“monthly”？")),
    "a period of another grain": (replace(MONTHLY, period="2026-Q3"), ("不是年度累计的报告期", "如 2026-10")),
    "a month of one digit": (replace(MONTHLY, period="2026-9"), ("不是年度累计的报告期", "是否为“2026-09”？")),
    "a period without data": (replace(MONTHLY, period="2023-10"), ("没有2023年1—10月的数据", "2024年1月 至 2026年1—10月")),
    "a grain misspelt": (replace(MONTHLY, grain="monat"), ("没有统计方式“monat”", "是否为“month”？")),
    "a department misspelt": (
        BriefingRequest("department", "2026-10", department="民事庭审判"),
        ("没有部门“民事庭审判”", "是否为“民事审判庭”？"),
    ),
    "a department of a paper of the whole court": (
        BriefingRequest("meeting", "2026-10", department="civil"),
        ("不按部门写", "部门情况单"),
    ),
    "a department not named": (BriefingRequest("department", "2026-10"), ("没有写部门", "请选择部门")),
    "a scope misspelt": (replace(MONTHLY, scope="firms"), ("没有案件范围“firms”", "是否为“firm”？")),
    "a domain misspelt": (replace(MONTHLY, domains=("insolvenci",)), ("没有领域“insolvenci”", "是否为“insolvency”？")),
    "an indicator misspelt": (replace(MONTHLY, indicators=("small_claim_rate",)), ("个编号之一", "是否为“small_claims_rate”？")),
    "a note as long as an article": (replace(MONTHLY, note="字" * (LONGEST_NOTE + 1)), ("编者按 1001 字", "不超过 1000 字")),
    "an issue number that is a text": (replace(MONTHLY, issue="期" * 61), ("期号 61 字",)),
}  # fmt: skip


@pytest.mark.parametrize(("wish", "said"), REFUSED.values(), ids=REFUSED)
def test_what_the_version_does_not_know_is_refused_with_the_nearest_word(
    version: Version, wish: BriefingRequest, said: tuple[str, ...]
) -> None:
    with pytest.raises(ScorecardError) as refused:
        resolve(version, wish, OFFICER, NOW)
    for part in said:
        assert part in str(refused.value)


def test_signs_that_no_file_may_hold_are_taken_out_of_what_was_typed(version: Version) -> None:
    wish = replace(MONTHLY, issue=" 10\x00\n期\u202e ", note="一\x0b\r\n\r\n  二\u200b\ud800三  \t四\u2028五 ")
    order = resolve(version, wish, OFFICER, NOW)
    assert order.issue == "10 期"
    assert order.note == "一\n二 三 四\n五"


def test_what_looks_like_markup_or_a_place_is_text_and_stays(version: Version) -> None:
    text = "<img src=x onerror=alert(1)> {period} =1+1 {0.__class__}"
    order = resolve(version, replace(MONTHLY, note=text, audience=text), OFFICER, NOW)
    assert (order.note, order.audience) == (text, text)


@pytest.mark.parametrize(
    ("actor", "department", "rows"),
    [
        (OFFICER, "civil", True), (OFFICER, "filing", True), (TESTER, "civil", True), (CIVIL, "civil", True),
        (CIVIL, "filing", False), (LEADER, "civil", False), (ADMINISTRATOR, "civil", False),
    ],
    ids=lambda one: one.role if isinstance(one, Actor) else str(one),
)  # fmt: skip
def test_case_rows_are_ordered_only_by_who_may_see_them(
    version: Version, actor: Actor, department: str, rows: bool
) -> None:
    assert resolve(version, BriefingRequest("department", "2026-10", department=department), actor, NOW).rows is rows
    assert not resolve(version, MONTHLY, actor, NOW).rows


def test_a_store_without_a_version_is_refused_in_words(data: DataDir) -> None:
    with pytest.raises(StorageError, match=r"还没有发布任何数据.*请先在“数据报送”页"):
        open_published(data)


def test_a_version_from_before_there_were_templates_is_refused_in_words(version: Version) -> None:
    old = replace(version, catalog=replace(version.catalog, briefings={}))
    with pytest.raises(ScorecardError, match=r"在简报功能之前建的.*请重新发布"):
        resolve(old, MONTHLY, OFFICER, NOW)


def test_a_paper_is_not_dated_before_its_data_or_its_version(version: Version) -> None:
    """Of the sample, which is made any day, before its data alone; the day that is proposed is never refused."""
    with pytest.raises(ScorecardError, match=r"印发日期2026年10月30日早于数据截至日或版本发布日.*2026年10月31日或以后"):
        resolve(version, replace(MONTHLY, dated=date(2026, 10, 30)), OFFICER, NOW)
    real = replace(version, manifest=replace(version.manifest, sample=False, published_at="2026-11-20T08:00:00+08:00"))
    with pytest.raises(ScorecardError, match=r"2026年11月20日或以后"):
        resolve(real, replace(MONTHLY, dated=date(2026, 11, 19)), OFFICER, NOW)
    assert earliest_issue(real) == date(2026, 11, 20)
    assert resolve(real, replace(MONTHLY, dated=date(2026, 11, 20)), OFFICER, NOW).dated == date(2026, 11, 20)
    assert resolve(real, MONTHLY, OFFICER, NOW).dated == date(2026, 11, 20)  # the clock is behind it
    assert resolve(real, MONTHLY, OFFICER, datetime(2026, 12, 1, 2, tzinfo=UTC)).dated == date(2026, 12, 1)


def test_a_paper_for_outside_judges_by_no_target_that_is_still_to_be_confirmed(version: Version) -> None:
    unsure = ("dishonest_firm_screening_rate",)
    for template, outside in (("monthly", False), ("information", True)):
        order = resolve(version, BriefingRequest(template, "2026-10", indicators=unsure), OFFICER, NOW)
        material = gather(version, order, OFFICER)
        (card,) = material.spoken
        assert card.verdict.word == ("仅监测" if outside else "未达标")
        assert material.monthly[unsure[0]].verdict.word == card.verdict.word
        assert material.unconfirmed == ((card.indicator.name,) if outside else ())
        said = "\n".join(cautions(material))
        assert ("以下1项的目标尚待确认，不对照目标评价：失信企业台账排查率。" in said) is outside
