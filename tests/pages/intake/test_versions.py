"""版本 on the screen: what is listed, who may do what, and an older version opened by its address."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from etl.intake.batch_notes import withdraw, withdrawn
from etl.intake.batches import list_batches
from etl.versions.publish import publish
from etl.versions.retention import prune
from etl.warehouse.build import build
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.versions import retain
from tests.pages.conftest import Open, files, turn
from tests.pages.test_pages import markup, text
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER
from tests.support.extracts import cases_csv
from tests.support.samples import copied
from tests.support.written import hand_in, published

SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)
HOSTILE = '<img src=x onerror="alert(1)">.csv'


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> tuple[DataDir, str, str]:
    """Two publications: of September, and of October with a file of a hostile name."""
    data = DataDir(tmp_path_factory.mktemp("versions page"))
    hand_in(data, catalog, "cases", cases_csv(60), SEPTEMBER, "九月.csv")
    old = published(data, catalog)
    more = cases_csv(60, first=31).decode().replace("简易程序", "小额诉讼", 12)
    hand_in(data, catalog, "cases", more.encode(), OCTOBER, HOSTILE)
    new = build(catalog, data)
    publish(data, new, OFFICER, note="十月数据，<b>已核</b>")
    return data, old, new


@pytest.fixture
def two(original: tuple[DataDir, str, str], tmp_path: Path) -> Iterator[tuple[DataDir, str, str]]:
    yield copied(original[0], tmp_path / "data"), original[1], original[2]


def labels(app: AppTest) -> list[str]:
    return [one.label for one in app.button]


def press(app: AppTest, label: str) -> AppTest:
    return next(one for one in app.button if one.label == label).click().run()


def tick(app: AppTest, label: str) -> None:
    next(one for one in app.checkbox if one.label == label).set_value(True)


def write(app: AppTest, label: str, value: str) -> None:
    next(one for one in app.text_input if one.label == label).set_value(value)


def test_each_version_says_who_when_what_changed_and_its_note_as_text(
    two: tuple[DataDir, str, str], open_page: Open
) -> None:
    data, old, new = two
    app = open_page(data, "versions", actor=LEADER)
    assert not app.exception
    shown = text(app)
    assert shown.index(new[:8]) < shown.rindex(old[:8])  # as people read them out
    for wanted in ("李四", "首次发布", "新增 <img src=x", "十月数据，<b>已核</b>", "九月.csv", "当前"):
        assert wanted in shown
    assert "<img src=x" not in markup(app)
    assert "<b>已核</b>" not in markup(app)


@pytest.mark.parametrize(
    ("actor", "may"),
    [(CIVIL, set()), (LEADER, set()), (OFFICER, {"重新发布", "撤回或恢复"}), (ADMINISTRATOR, {"回退"})],
)
def test_buttons_are_for_those_who_may(
    actor: object, may: set[str], two: tuple[DataDir, str, str], open_page: Open
) -> None:
    app = open_page(two[0], "versions", actor=actor)
    assert not app.exception
    assert set(labels(app)) & {"重新发布", "撤回或恢复", "回退"} == may
    assert "比较" in labels(app)


def test_withdrawing_asks_for_a_reason_and_a_confirmation_shows_the_impact_and_then_publishes(
    two: tuple[DataDir, str, str], open_page: Open
) -> None:
    data, old, new = two
    app = open_page(data, "versions")
    assert "建库并看影响" not in labels(app)
    press(app, "撤回或恢复")
    assert "勾选确认" in app.warning[0].value
    tick(app, "我确认撤回（已撤回的则恢复）这个批次")
    press(app, "撤回或恢复")
    assert "写明理由" in app.warning[0].value
    assert withdrawn(data) == {}
    tick(app, "我确认撤回（已撤回的则恢复）这个批次")
    write(app, "理由", "报错了<i>月份</i>")
    press(app, "撤回或恢复")
    assert not app.exception
    assert len(withdrawn(data)) == 1
    assert store.current(data).version == new
    assert "报错了<i>月份</i>" in text(app)
    assert "<i>月份</i>" not in markup(app)
    assert "当前版本仍在用，待发布" in text(app)
    press(app, "建库并看影响")
    assert "消失 30 行" in text(app)
    assert "这一版本此前发布过，再次发布不另写说明，当时没有写说明" in text(app)
    assert not any(one.label == "版本说明（可不填）" for one in app.text_input)
    press(app, "发布候选版本")
    assert store.current(data).version == new
    tick(app, "我已看过影响，确认发布")
    press(app, "发布候选版本")
    assert not app.exception
    assert store.current(data).version == old
    assert "建库并看影响" not in labels(app)
    assert len(list_batches(data)) == 2


def test_a_candidate_that_is_given_up_leaves_nothing(
    two: tuple[DataDir, str, str], catalog: Catalog, open_page: Open
) -> None:
    data, _, new = two
    hand_in(data, catalog, "cases", cases_csv(5, first=200), OCTOBER, "补报.csv")
    app = press(open_page(data, "versions"), "建库并看影响")
    assert "新增 5 行" in text(app)
    files = {path.name for path in data.warehouse.iterdir()}
    assert len(files) == 3
    press(app, "放弃候选版本")
    assert not app.exception
    assert {path.name for path in data.warehouse.iterdir()} < files
    assert store.current(data).version == new
    assert "新增 5 行" not in text(app)


def test_any_two_versions_are_compared_indicator_by_indicator_even_by_those_who_only_read(
    two: tuple[DataDir, str, str], open_page: Open
) -> None:
    app = press(open_page(two[0], "versions", actor=LEADER), "比较")
    assert not app.exception
    shown = text(app)
    assert "小额诉讼程序适用率" in shown
    assert "个百分点" in shown
    assert "鲁0117民初" not in shown
    assert files(app)


def test_publishing_again_asks_for_a_confirmation(two: tuple[DataDir, str, str], open_page: Open) -> None:
    data, old, new = two
    app = press(open_page(data, "versions"), "重新发布")
    assert store.current(data).version == new
    tick(app, "我确认改用这个版本，所有读者随即看到它的数据")
    press(app, "重新发布")
    assert not app.exception
    assert store.current(data).version == old


def test_a_pruned_version_is_listed_as_such_and_not_offered(two: tuple[DataDir, str, str], open_page: Open) -> None:
    data, old, _ = two
    prune(data, OFFICER, newest=1)
    app = open_page(data, "versions")
    assert "已清理" in text(app)
    assert f"version={old}" not in markup(app)
    assert not {"重新发布", "比较"} & set(labels(app))


def test_a_version_a_briefing_names_is_marked(two: tuple[DataDir, str, str], open_page: Open) -> None:
    data, old, _ = two
    retain(data, old, "简报", LEADER)
    assert "简报引用" in text(open_page(data, "versions"))


def test_the_line_of_a_batch_leads_to_its_withdrawal(two: tuple[DataDir, str, str], open_page: Open) -> None:
    data, _, _ = two
    for batch in list_batches(data):
        app = open_page(data, "versions", batch=f"{batch.table}/{batch.name}")
        assert next(one for one in app.selectbox if one.label == "批次").value == (batch.table, batch.name)
        assert f"versions?batch={batch.table}%2F{batch.name}" in markup(app)
    assert "versions?batch=" not in markup(open_page(data, "versions", actor=LEADER))


def test_a_withdrawn_batch_stays_on_the_list(two: tuple[DataDir, str, str], open_page: Open) -> None:
    data, _, _ = two
    batch = list_batches(data)[0]
    withdraw(data, "cases", batch.name, "重报", OFFICER)
    shown = text(open_page(data, "versions", actor=LEADER))
    assert "已撤回" in shown
    assert batch.file_name in shown


# --- ?version= ------------------------------------------------------------------------------------------------

ANALYSIS = ("overview", "commercial_disputes", "minority_investors", "insolvency", "requirements", "glossary")


@pytest.mark.parametrize("page", ANALYSIS)
def test_a_page_of_an_older_version_says_so_and_its_links_stay_in_it(
    page: str, two: tuple[DataDir, str, str], open_page: Open
) -> None:
    data, old, new = two
    app = open_page(data, "overview", version=old)
    app.query_params["version"] = old
    if page != "overview":
        turn(app, page)
    assert not app.exception
    shown = text(app)
    assert "历史版本" in shown
    assert "不是当前版本" in shown
    assert f"版本 {old[:8]}" in shown
    assert new not in shown
    links = re.findall(r'href="([^"]*indicator=[^"]*)"', markup(app))
    assert links
    assert all(f"version={old}" in link for link in links)
    back = re.search(r'href="([^"]*)">返回当前版本', markup(app))
    assert back
    assert "version" not in back[1]


def test_the_older_version_shows_its_own_numbers_and_the_current_one_its_own(
    two: tuple[DataDir, str, str], open_page: Open
) -> None:
    data, old, _ = two
    app = open_page(data, "overview", period="2026年8月")
    app.query_params["indicator"] = "small_claims_rate"
    now = text(turn(app, "commercial_disputes"))
    app.query_params["version"] = old
    app.query_params["indicator"] = "small_claims_rate"
    then = text(turn(app, "commercial_disputes"))
    assert "历史版本" in then
    assert "历史版本" not in now
    assert re.search(r"2026年9月30日", then)
    assert then != now


def test_the_menu_does_not_leave_an_older_version_and_the_way_back_does(
    two: tuple[DataDir, str, str], open_page: Open
) -> None:
    data, old, new = two
    app = open_page(data, "overview", version=old)
    app.query_params.clear()  # as the menu does
    assert f"版本 {old[:8]}" in text(turn(app, "insolvency"))
    app.query_params.clear()  # as the link on the page does
    assert f"版本 {new[:8]}" in text(app.run())
    app.query_params.clear()
    assert f"版本 {new[:8]}" in text(turn(app, "overview"))


@pytest.mark.parametrize("page", ["upload", "targets", "versions"])
def test_pages_that_act_never_work_on_an_older_version(
    page: str, two: tuple[DataDir, str, str], open_page: Open
) -> None:
    data, old, new = two
    app = open_page(data, "overview")
    app.query_params["version"] = old
    turn(app, page)
    assert not app.exception
    assert "历史版本" not in text(app)
    assert f"版本 {new[:8]}" in text(app)


@pytest.mark.parametrize("wanted", ["0123456789abcdef", "../../CURRENT", "<b>x</b>", "ZZ", "a" * 5000])
def test_an_id_that_names_no_version_is_said_and_the_current_one_is_shown(
    wanted: str, two: tuple[DataDir, str, str], open_page: Open
) -> None:
    data, _, new = two
    app = open_page(data, "overview", version=wanted)
    app.query_params["version"] = wanted
    app.run()
    assert not app.exception
    shown = text(app)
    assert "没有这个已发布的版本" in shown
    assert "这里显示的是当前版本" in shown
    assert f"版本 {new[:8]}" in shown
    assert "<b>x</b>" not in markup(app)


def test_a_pruned_version_cannot_be_opened_by_its_address(two: tuple[DataDir, str, str], open_page: Open) -> None:
    data, old, new = two
    prune(data, OFFICER, newest=1)
    app = open_page(data, "overview", version=old)
    assert not app.exception
    assert "已按保留规则清理" in text(app)
    assert f"版本 {new[:8]}" in text(app)
    assert data.manifest(old).is_file()


def test_a_candidate_nobody_published_cannot_be_opened_by_its_address(
    two: tuple[DataDir, str, str], catalog: Catalog, open_page: Open
) -> None:
    data, _, new = two
    hand_in(data, catalog, "cases", cases_csv(5, first=200), OCTOBER, "补报.csv")
    app = open_page(data, "overview", version=build(catalog, data))
    assert "没有这个已发布的版本" in text(app)
    assert f"版本 {new[:8]}" in text(app)
