"""After an act the page says what it came to and where to look, until the next act; before the first publication what is owed."""

from contextlib import closing
from datetime import date

from streamlit.testing.v1 import AppTest

from etl.intake.accept import accept
from etl.intake.batch_notes import withdrawn
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.provenance import short
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.pages.conftest import Open, turn
from tests.pages.intake.test_upload import agree, hand_in, labels, press
from tests.pages.test_pages import markup, text
from tests.support.actors import ADMINISTRATOR, LEADER, OFFICER
from tests.support.extracts import AS_OF, cases_csv


def write(app: AppTest, label: str, text: str) -> AppTest:
    return next(one for one in app.text_input if one.label == label).set_value(text).run()


def test_the_first_publication_says_what_is_owed_asks_once_and_then_says_what_was_published(
    data: DataDir, catalog: Catalog, open_page: Open
) -> None:
    app = hand_in(open_page(data, "upload"), cases_csv(60))
    press(press(app, "接收"), "计算影响")
    # Of the thirteen tables that systems export one came; an indicator is lost if it reads another of them.
    others = {one.id for one in catalog.tables.values() if one.exported_from} - {"cases"}
    lost = [one.id for one in catalog.indicators.values() if others & set(one.formula.tables)]
    assert f"12 张表未报，{len(lost)} 项指标将无法评价" in text(app)
    assert "诉前调解表" in text(app).split("未报的 12 张表")[1]
    press(app, "发布")
    assert store.current(data).version is None
    assert "请勾选" in app.warning[0].value
    agree(app)
    press(app, "发布")
    version = store.current(data).version or ""
    assert f"已发布版本 {short(version)}，所有读者现在看到的就是它" in text(app)
    assert '<a class="go" href="./">“总览”</a>页' in markup(app)
    # The warehouse says the same of them: not one has a value.
    with closing(store.connect(data, version)) as warehouse:
        valued = "SELECT DISTINCT indicator FROM indicator_value WHERE value IS NOT NULL"
        found = {name for (name,) in warehouse.execute(valued).fetchall()}
    assert found
    assert not found & set(lost)


def test_later_publications_ask_nothing_and_their_sentence_stays_until_the_next_act(
    data: DataDir, catalog: Catalog, open_page: Open
) -> None:
    accept(cases_csv(60), "a.csv", catalog.tables["cases"], catalog, date(2026, 9, 30), OFFICER, data)
    publish(data, build(catalog, data), OFFICER)
    accept(cases_csv(70), "b.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data)
    app = press(open_page(data, "upload"), "计算影响")
    assert "张表未报，" not in text(app)
    press(app, "发布")
    told = f"已发布版本 {short(store.current(data).version or '')}"
    assert told in text(app)
    assert told in text(app.run())
    assert told in text(turn(app, "versions"))
    assert told not in text(turn(app, "overview"))
    app = turn(app, "versions")
    next(one for one in app.text_input if one.label == "理由").set_value("导错了")
    next(one for one in app.checkbox if one.label.startswith("我确认撤回")).check()
    press(app, "撤回或恢复")
    assert len(withdrawn(data)) == 1
    assert told not in text(app)
    assert "已撤回《审判案件表》b.csv，看板暂时不变。" in text(app)
    assert '<a class="go" href="upload">“数据报送”</a>页' in markup(app)
    assert "当前版本已包含全部批次" not in text(turn(app, "upload"))


def test_a_reload_says_who_published_what_is_shown_and_publishes_nothing_again(
    data: DataDir, catalog: Catalog, open_page: Open
) -> None:
    accept(cases_csv(60), "a.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data)
    publish(data, build(catalog, data), OFFICER)
    assert "当前版本已包含全部批次，没有等待发布的内容。它是 李四于" in text(open_page(data, "upload"))
    assert len(store.manifests(data)) == 1


def test_who_keeps_the_accounts_makes_that_of_the_office_where_it_is_missed(data: DataDir, open_page: Open) -> None:
    app = open_page(data, "upload", actor=ADMINISTRATOR)
    assert "现在还没有审管办的账户" in text(app)
    write(app, "账户名", "审管办")
    press(app, "新增")
    assert "2—32 个汉字、字母、数字" in text(app)  # a role's name is nobody's: the rules of 账户 hold
    write(app, "账户名", "李四")
    press(app, "新增")
    assert "已新增账户“李四”。请其打开" in text(app)
    assert "审管办账户：李四" in text(app)
    assert "新增" not in labels(app)
    assert "新增" not in labels(open_page(data, "upload", actor=LEADER))
