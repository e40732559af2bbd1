"""The four rows of the card: the command line loads DuckDB, a page a domain, a broken file mended, a picture with its origin."""

import csv
import io
import re
from pathlib import Path

import duckdb
from PIL import Image
from playwright.sync_api import expect

from etl.commands.cli import main
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.browser.plan_rows.conftest import Enter, Office, choose, go, plan_row, row, to_row
from tests.support.plan.own_court import AS_OF, extracts
from tests.support.samples import SEEDS

NUMBERS = (
    "SELECT numerator, denominator FROM indicator_value WHERE grain = 'month' AND department = 'all' AND scope = 'all'"
)


@plan_row("card.etl")
def test_card_etl_the_command_line_loads_the_extract_that_the_page_tells_of(enter: Enter, data: DataDir) -> None:
    # As 中4: five first enforcements of arrears closed in January, 350,000 of 500,000 yuan.
    raw = extracts()["enforcement"]
    rows = len(list(csv.DictReader(raw.decode().splitlines())))
    file = data.root.parent / "执行.csv"
    file.write_bytes(raw)
    where = ("--data", str(data.root), "--seeds", str(SEEDS))
    assert main(["accept", *where, "--table", "enforcement", "--as-of", str(AS_OF), str(file)]) == 0
    assert main(["publish", *where]) == 0
    version = store.current(data).version
    assert version is not None
    with duckdb.connect(str(data.database(version)), read_only=True) as warehouse:
        assert warehouse.execute("SELECT count(*) FROM enforcement").fetchall() == [(rows,)]
        rate = f"{NUMBERS} AND indicator = 'arrears_recovery_rate' AND period = '2026-01'"
        assert warehouse.execute(rate).fetchall() == [(350_000, 500_000)]
    watched = enter("管理员", "总览")
    watched.page.get_by_text("各表截至日期、应报期限").click()
    expect(row(watched.page, "执行案件表").locator("td").nth(4)).to_have_text(str(rows))
    watched.undisturbed()


@plan_row("card.pages")
def test_card_pages_every_domain_has_a_page_and_measures_itself_against_its_targets(enter: Enter) -> None:
    # As in 商4, 中4, 破3 and 破6; the targets stand in seeds/targets.csv.
    watched = enter("领导小组", "解决商业纠纷")
    page = choose(watched, "报告期", "2026年1月")
    cards = {
        "解决商业纠纷": {"网上立案率": ("63.64%", "达标", "≥50%"), "网上立案按期审核率": ("71.43%", "未达标", "≥90%")},
        "保护中小投资者": {"拖欠企业账款执行到位率": ("70.00%", "仅监测", "")},
        "办理破产": {
            "管理人履职评价率": ("80.00%", "未达标", "≥100%"),
            "超两年未结破产案件数": ("1件", "未达标", "≤0"),
        },
    }
    for domain, facts in cards.items():
        go(watched, domain)
        for name, (value, verdict, target) in facts.items():
            card = page.get_by_role("link", name=re.compile(f"^{name}，{value}，{verdict}"))
            expect(card).to_contain_text(target) if target else expect(card).not_to_contain_text("目标")
    watched.undisturbed()


@plan_row("card.upload")
def test_card_upload_a_broken_file_is_refused_by_line_and_the_mended_one_published(
    enter: Enter, own_office: Office, tmp_path: Path
) -> None:
    # April: five suits closed, all by 调解, one without electronic service: 4 of 5 = 80.00 %.
    head = "案号,案由,立案日期,结案日期,结案方式,适用程序,承办部门,是否涉企,是否电子送达"
    suits = [
        f"（2026）鲁0117民初{number}号,买卖合同纠纷,2026-04-0{number - 900},2026-04-2{number - 900},调解,简易程序,民事审判庭,是,是"
        for number in range(901, 906)
    ]
    suits[4] = suits[4].removesuffix("是") + "否"
    broken = [*suits]
    broken[1] = broken[1].replace("2026-04-22", "2026-02-30")
    broken[3] = broken[3].replace("简易程序", "简易程徐")
    file = tmp_path / "四月.csv"
    watched = enter("审管办", "数据", "数据报送", office=own_office)
    page = watched.page
    file.write_bytes("\r\n".join((head, *broken)).encode("gb18030"))
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("未通过，文件没有写入系统")).to_be_visible()
    problems = page.locator("table.problems tbody")
    expect(problems.locator("tr", has_text="2026-02-30")).to_contain_text("3")
    expect(problems.locator("tr", has_text="简易程徐")).to_contain_text("5")
    watched.settle()
    expect(page.get_by_role("button", name="接收", exact=True)).to_have_count(0)
    file.write_bytes("\r\n".join((head, *suits)).encode("gb18030"))
    page.reload()
    watched.settle()
    page.locator("input[type=file]").set_input_files(file)
    watched.press("接收")
    expect(page.get_by_text("已接收：审判案件表 5 行")).to_be_visible()
    watched.press("计算影响", "发布")
    expect(page.get_by_text("当前版本已包含全部批次")).to_be_visible()
    go(watched, "解决商业纠纷")
    choose(watched, "报告期", "2026年4月")
    expect(page.get_by_role("link", name=re.compile("^电子送达适用率（按案），80.00%"))).to_be_visible()
    watched.undisturbed()


@plan_row("card.pictures")
def test_card_pictures_the_picture_of_a_page_says_where_its_numbers_come_from(enter: Enter, office: Office) -> None:
    watched = to_row(enter, "领导小组", "依法严厉打击证券违法活动", "2026年1月")
    page, version = watched.page, store.current(office.data).version
    assert version is not None
    with page.expect_download() as coming:
        page.locator(".st-key-picture_page_a4 button").click()
    name = coming.value.suggested_filename
    assert re.fullmatch(rf".*依法严厉打击证券违法活动_2026年1月_截至20260331_v{version[:4]}\.png", name)
    picture = Image.open(io.BytesIO(Path(coming.value.path()).read_bytes()))
    told = str(picture.info["manifest"])
    assert version in told
    assert "示例" not in told
    assert picture.width == 1842
    watched.undisturbed()
