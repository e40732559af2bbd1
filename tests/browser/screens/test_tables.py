"""Tables that can be searched, filtered, sorted and copied; the search of everything; and what an opened indicator costs."""

from collections.abc import Callable
from urllib.parse import unquote, urlencode

from playwright.sync_api import expect

from tests.browser.conftest import App, Watched, eventually
from tests.support.actors import account

Visit = Callable[..., Watched]
ROWS = "table[data-alive=rows] tbody tr:not([hidden])"
# Sorted by hand: numbers by their amount in one unit, days by the calendar, words after numbers, and what says nothing last.
ASCENDING = ["还有 12 天", "当日", "1.5小时", "已过 3 天", "9.5%（19/200）", "61.2%", "1,234", "3.5万元", "2亿元"]
WORDS = ["（2026）鲁0117民初9号", "（2026）鲁0117民初10号"]
NOTHING = ["—", "无数据", "2件，太少不计率"]
_SORT = """([texts, way]) => texts.map(text => [text, window.scorecardTables.keyOf(text)])
  .sort((a, b) => window.scorecardTables.compare(a[1], b[1], way)).map(one => one[0])"""
_PASTED = """() => document.addEventListener('copy',
  event => { window.pasted = event.clipboardData.getData('text/plain'); }, {once: true})"""


def test_a_worklist_is_found_in_sorted_filtered_and_copied_and_the_address_keeps_it(app: App, visit: Visit) -> None:
    watched = visit()
    onward = f"/worklists?{urlencode({'list': '涉诉企业回访到期'})}"
    page = watched.sign_in(str(app), account(app.data, "case_management", "李四"), onward)
    tools = page.locator(".traced .tools")
    whole = eventually(lambda: page.locator(ROWS).count(), bool)
    expect(tools.get_by_role("status")).to_have_text(f"{whole} 行")
    tools.get_by_label("在表中查找").fill("买卖")
    tools.get_by_label("部门", exact=True).select_option("民事审判庭")
    tools.get_by_label("距期限").select_option("已过期限")
    late = page.locator(ROWS)
    left = eventually(lambda: late.count(), lambda count: 1 < count < whole)
    assert 1 < left < whole
    for text in eventually(lambda: late.all_inner_texts(), lambda texts: len(texts) == left):
        assert "买卖" in text
        assert "民事审判庭" in text
        assert "已过" in text
    expect(tools.get_by_role("status")).to_have_text(f"{left} 行，共 {whole} 行")
    head = page.locator("table[data-alive=rows] th", has_text="距期限")
    head.focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    days = eventually(
        lambda: [int(text.split("已过 ")[1].split(" 天")[0].replace(",", "")) for text in late.all_inner_texts()],
        lambda days: days == sorted(days),
    )
    assert days == sorted(days)
    assert "rows.find=买卖" in unquote(page.url).partition("#")[2]
    page.reload()
    watched.settle()
    expect(late).to_have_count(left)
    expect(head).to_have_attribute("aria-sort", "ascending")

    page.evaluate(_PASTED)
    tools.get_by_role("button").click()
    expect(tools.get_by_role("button")).to_have_text(f"已复制 {left} 行")
    lines = [line.split("\t") for line in page.evaluate("window.pasted").split("\n")]
    assert {len(line) for line in lines} == {len(lines[0])}
    assert (lines[0][0], lines[0][-1]) == ("状态", "导出人和时间")
    assert all(line[-1].startswith("李四　") for line in lines[1:])
    safe = page.evaluate(
        "texts => texts.map(window.scorecardTables.safe)", ["=1+1", '"=1+1"', "@x", "-3.5%", "91370100MA3", "0123"]
    )
    assert safe == ["'=1+1", '\'"=1+1"', "'@x", "-3.5%", "91370100MA3", "'0123"]

    wanted = [*ASCENDING, *WORDS]
    for way in (1, -1):
        mixed = [*NOTHING, *reversed(wanted)]
        got = page.evaluate(_SORT, [mixed, way])
        assert got == [*(wanted if way == 1 else [*reversed(ASCENDING), *reversed(WORDS)]), *NOTHING]
    watched.undisturbed()


def test_an_indicator_opens_from_the_overview_without_a_reload_and_its_figures_are_read_ahead(
    app: App, visit: Visit
) -> None:
    watched = visit()
    fetched: list[str] = []
    watched.page.on("request", lambda request: fetched.append(request.url))
    with watched.page.expect_request("**/PlotlyChart.*.js"):
        page = watched.open(str(app))
    page.evaluate("window.sameDocument = true")
    before = len(fetched)
    page.locator("table.asks a.go").first.click()
    expect(page.locator("[data-testid=stPlotlyChart] .main-svg").first).to_be_attached()
    page.wait_for_url("**indicator=**")
    assert page.evaluate("window.sameDocument") is True
    assert [url for url in fetched[before:] if url.endswith(".js") and "Plotly" in url] == []
    page.keyboard.press("Escape")
    expect(page.locator("[data-testid=stDialog]")).to_have_count(0)
    watched.undisturbed()


def test_the_search_of_everything_is_a_key_away_and_leads_to_the_very_row(app: App, visit: Visit) -> None:
    watched = visit()
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(f"{request.url} {request.headers.get('referer', '')}"))
    onward = f"/worklists?{urlencode({'list': '涉诉企业回访到期', 'whose': '民事审判庭'})}"
    page = watched.sign_in(str(app), account(app.data, "department", "民庭内勤", "civil"), onward)
    number = eventually(lambda: page.locator("table[data-alive=rows] td[data-label=案号]").first.inner_text(), len)
    page.keyboard.press("/")
    page.keyboard.type(number.removeprefix("（2026）"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/search")
    expect(page.locator(".sc h2").first).to_contain_text("查找“")
    watched.settle()
    row = page.locator("tr", has_text=number)
    row.get_by_role("link", name="涉诉企业回访到期").click()
    page.wait_for_url("**/worklists**")
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator(ROWS)).to_contain_text(number)
    page.go_back()
    page.wait_for_url("**/search")
    expect(page.locator("tr", has_text=number)).to_be_visible()
    # The number stands behind the # of an address and in the session: no request and no referer has it.
    typed = number.removeprefix("（2026）")
    assert [one for one in asked if typed in unquote(one)] == []
    watched.undisturbed()
