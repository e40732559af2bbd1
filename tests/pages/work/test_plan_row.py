"""The page of one row of the plan: every row answers by the same parts, and each says what comes next."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from scorecard.access import Actor
from scorecard.catalog.columns import MASK
from scorecard.catalog.definitions import Catalog
from scorecard.records.parameters import Parameter
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.registers import BENCHMARKS
from tests.pages.conftest import Open, files, turn
from tests.pages.test_pages import markup, text
from tests.pages.work.test_meeting import decision
from tests.support.actors import CIVIL, LEADER, OFFICER, VISITOR
from tests.support.samples import lacking

PARTS = ["指标", "台账", "所欠", "在哪里办"]


def row_page(open_page: Open, data: DataDir, row: str, actor: Actor = OFFICER, **query: str) -> AppTest:
    """The page of a row, as its address opens it."""
    app = open_page(data, "overview", actor, **query)
    app.query_params["measure"] = row
    app = turn(app, "measures")
    return app.run() if query else app  # the test runner gives a choice to the next page only in its second run


def test_every_row_of_the_plan_answers_with_its_words_and_the_same_parts(
    sample: DataDir, catalog: Catalog, open_page: Open
) -> None:
    app = open_page(sample, "overview")
    for row, entry in catalog.plan_rows.items():
        app.query_params["measure"] = row
        turn(app, "measures")
        assert not app.exception
        assert entry.text in text(app)
        assert f"<h2>{catalog.row_title(row)}</h2>" in markup(app)
        assert re.findall(r'aria-label="(指标|台账|所欠|在哪里办)"', markup(app)) == PARTS
        shown = re.findall(r'indicator=(\w+)"', markup(app))
        assert [one.id for one in catalog.indicators.values() if row in one.measures] == list(
            dict.fromkeys(name for name in shown if row in catalog.indicators[name].measures)
        )
        assert "没有可由数据反映" not in text(app)
        for one in (*(of_row := catalog.of_measure(row))[0], *of_row[1]):
            name = "对标" if one.table == BENCHMARKS else one.name  # beside the court's own values, once
            assert f'aria-label="{name}"' in markup(app)
            assert name == "对标" or one.definition in text(app)


def test_a_choice_of_the_row_goes_into_the_address_and_back(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "measures")
    app.selectbox(key="plan_row").set_value("insolvency.2").run()
    assert app.query_params["measure"] == "insolvency.2"
    assert "<h2>办理破产 2．" in markup(app)
    app.selectbox(key="plan_row").set_value("").run()
    assert "measure" not in app.query_params
    assert "方案 17 项配套措施、7 项工作要求" in text(app)


def test_a_table_that_never_came_is_owed_by_name_with_who_hands_it_in(
    sample: DataDir, tmp_path: Path, open_page: Open
) -> None:
    data = lacking(sample, tmp_path / "partial", "revisits")
    shown = text(row_page(open_page, data, "requirements.3"))
    assert shown.count("涉诉企业回访表尚未报送") >= 2  # in the sentence at the head and among what is owed
    assert "报送《涉诉企业回访表》" in shown
    assert "缺少涉诉企业回访表，无法判断，不等于没有" in shown
    assert "审管办报送《涉诉企业回访表》" in text(row_page(open_page, data, "requirements.3", LEADER))


def test_a_department_sees_the_counts_of_its_own_rows_and_is_led_to_them(sample: DataDir, open_page: Open) -> None:
    app = row_page(open_page, sample, "requirements.3", CIVIL, department="民事审判庭")
    assert not app.exception
    assert re.search(r'href="worklists\?[^"]*whose=%E6%B0%91', markup(app))


@pytest.mark.parametrize("page", ["commercial_disputes", "requirements"])
def test_the_headings_of_a_domain_lead_to_the_rows_and_not_for_visitors(
    page: str, sample: DataDir, open_page: Open
) -> None:
    assert f'href="measures?measure={page}.1"' in markup(open_page(sample, page))
    assert "measures?measure=" not in markup(open_page(sample, page, VISITOR))


def test_a_worklist_and_what_is_owed_lead_to_their_row(sample: DataDir, open_page: Open) -> None:
    assert 'href="measures?measure=requirements.3"' in markup(open_page(sample, "worklists", list="涉诉企业回访到期"))
    assert 'href="measures">欠进展汇报' in markup(open_page(sample))


def test_a_tabulation_is_a_table_with_a_bar_for_its_first_figure(
    sample: DataDir, catalog: Catalog, open_page: Open
) -> None:
    app = row_page(open_page, sample, "commercial_disputes.3")
    section = markup(app).split('aria-label="诉前调解按案由"')[1].split("</section>")[0]
    rows = [re.findall(r'<td class="number">([\d,]+)</td>', row) for row in section.split("<tr>")[2:]]
    widths = [float(width) for width in re.findall(r'<span style="width:([\d.]+)%"', section)]
    first = [int(row[0].replace(",", "")) for row in rows if row]
    assert len(widths) == len(first) > 1
    assert widths == [round(100 * count / max(first), 1) for count in first]


def test_a_listing_is_read_by_pages_and_only_by_who_may_see_rows(
    sample: DataDir, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scorecard.ui.work.tabulations.PAGE_ROWS", 2)
    whole = row_page(open_page, sample, "insolvency.5")
    (count,) = map(int, re.findall(r"破产财产处置明细　(\d+) 行", markup(whole)))
    assert count > 2
    assert f"第 1 至 2 行，共 {count} 行" in text(whole)
    leader = row_page(open_page, sample, "insolvency.5", LEADER)
    assert f"破产财产处置明细　{count} 行" in markup(leader)
    assert 'class="records"' not in markup(leader)
    assert "逐行清单由审管办和案件所属部门登录后查看" in text(leader)
    civil = row_page(open_page, sample, "insolvency.5", CIVIL)
    assert re.search(r'href="measures\?measure=insolvency.5&amp;department=[^"]+">看民事审判庭的行', markup(civil))
    assert f"导出全部 {count} 行（CSV）" in files(whole)
    assert not files(leader)


def test_names_stand_in_clear_for_the_office_and_the_department_whose_rows_they_are(
    sample: DataDir, open_page: Open
) -> None:
    # The ledger of dishonest firms is the enforcement bureau's: names for it and for the office, nothing of it for others.
    def rows(actor: Actor, **query: str) -> str:
        return markup(row_page(open_page, sample, "commercial_disputes.2", actor, **query)).partition(
            'class="records"'
        )[2]

    enforcement = Actor("执行局内勤", "department", department="enforcement")
    for shown in (rows(OFFICER), rows(enforcement, department="执行局")):
        assert re.search(r"<td[^>]*>示例企业\d+", shown)
        assert MASK not in shown
    assert rows(LEADER) == rows(CIVIL, department="民事审判庭") == ""


def test_a_row_of_a_listing_opens_what_its_batches_said(sample: DataDir, open_page: Open) -> None:
    app = row_page(open_page, sample, "insolvency.5")
    listing, line = re.findall(r"listing=(\w+)&amp;line=([\d.]+)", markup(app))[0]
    cells = re.findall(r"<td[^>]*>([^<]+)</td>", markup(app).split('class="records"')[1].split("</tr>")[1])
    app.query_params["listing"], app.query_params["line"] = listing, line
    drawer = app.run().get("html")[-1].proto.body
    assert not app.exception
    assert "示例-破产财产处置表" in drawer
    assert cells[1] in drawer  # what was sold, as the first batch said it
    app.query_params["line"] = "1.999999"
    assert not app.run().exception
    leader = row_page(open_page, sample, "insolvency.5", LEADER)
    leader.query_params["listing"], leader.query_params["line"] = listing, line
    leader.run()
    assert cells[1] not in markup(leader)


# --- what single rows say in their own terms ----------------------------------------------------------------------


def test_organisation_is_sessions_held_matters_decided_closed_and_overdue_and_the_latest_row_of_a_matter_stands(
    sample: DataDir, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    # October: sessions on the 8th and the 22nd, three matters. Of four in all one is closed (its second row), one no longer
    # followed, two open; one of the open ones, due long ago, is late. Another department's matter is not the civil division's.
    rows = [
        decision("other:甲", "2026-09-10T09:00", due=date(2026, 9, 30)),
        decision("other:乙", "2026-10-08T09:00"),
        decision("other:乙", "2026-10-22T09:00", status="已办结"),
        decision("other:丙", "2026-10-08T09:10", status="不再跟踪"),
        replace(decision("worklist:revisit_due", "2026-10-22T09:10", due=date(2999, 1, 1)), department="filing"),
    ]
    monkeypatch.setattr("etl.intake.entered_rows.recorded_decisions", lambda data, of_sample: rows)
    app = row_page(open_page, sample, "requirements.1")
    assert "本期会商2次，议定3项；历次4项中已办结1项、待办2项，已过期限1项" in "".join(text(app).split())
    table = markup(app).split('aria-label="议定事项"')[1]
    assert re.findall(r'<td class="tight">(待办|已办结|不再跟踪)</td>', table) == ["待办", "待办", "已办结", "不再跟踪"]
    assert re.search(r'href="meeting\?matter=\w+%3A', table)
    shown = "".join(text(row_page(open_page, sample, "requirements.1", department="民事审判庭")).split())
    assert "本期会商2次，议定2项；历次3项中已办结1项、待办1项，已过期限1项" in shown


def test_without_a_session_the_page_says_who_records_one_and_where(sample: DataDir, open_page: Open) -> None:
    shown = text(row_page(open_page, sample, "requirements.1"))
    assert "还没有议定事项的记录" in shown
    assert "审管办在“会商”页逐项记录结论、责任部门和期限" in shown


def test_a_department_has_its_own_values_beside_the_courts_and_no_total(
    sample: DataDir, catalog: Catalog, open_page: Open
) -> None:
    # The second reading: the civil division's value as its own selection shows it on the page of the domain.
    own = (
        markup(row_page(open_page, sample, "requirements.7")).split('aria-label="民事审判庭"')[1].split("</section>")[0]
    )
    name = catalog.indicators["bankruptcy_pending_over_2y_count"].name
    cells = [
        re.sub(r"<[^>]+>", "", cell) for cell in own.split(f">{name}</a>")[1].split("</tr>")[0].split("</td>")[1:5]
    ]
    domain = markup(turn(open_page(sample, "overview", department="民事审判庭"), "insolvency").run())
    assert f'aria-label="{name}，{cells[0]}，{cells[1].lstrip("▲▼○◆")}' in domain
    whole = markup(open_page(sample, "insolvency"))
    assert f'aria-label="{name}，{cells[2]}，{cells[3].lstrip("▲▼○◆")}' in whole
    assert not re.search(r"名次|总分|第[一1]名", text(row_page(open_page, sample, "requirements.7")))


def test_points_stand_beside_the_table_they_are_computed_by_in_the_order_of_the_plan(
    sample: DataDir, catalog: Catalog, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = [
        *(
            Parameter(f"信息采用计分-{level}", 2026, Decimal(5), date(2026, 1, 1), "关于信息采用计分的通知")
            for level in ("国家级", "省级", "市级", "区级")
        ),
        Parameter("信息采用计分-市级", 2027, Decimal(9), date(2027, 1, 1), "明年的通知"),
    ]
    monkeypatch.setattr("scorecard.store.warehouse.parameters", lambda connection: tuple(parameters))
    named = store.current(sample).version
    assert named is not None
    with store.connect(sample, named) as connection:
        adopted = dict(
            connection.execute(
                "SELECT department, count(*) FROM information_reports WHERE level <> '未采用'"
                " AND adopted_on BETWEEN '2026-10-01' AND '2026-10-31' GROUP BY 1"
            ).fetchall()
        )
    app = row_page(open_page, sample, "requirements.7")
    assert adopted
    table = markup(app).split('aria-label="信息采用计分"')[1].split("</section>")[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in table.split("</table>")[0].split("<tr>")[2:]]
    found = {cells[0]: cells[-1].split("（")[0] for cells in rows}
    order = [one.name for one in catalog.departments.values()]
    assert list(found) == [name for name in order if name in found]
    assert {catalog.departments[who].name: str(5 * count) for who, count in adopted.items()} == {
        name: points for name, points in found.items() if points != "0"
    }
    assert "关于信息采用计分的通知" in table
    assert "2026年1月1日" in table
    assert "明年的通知" not in table


def test_the_documents_of_a_row_stand_with_date_and_place(sample: DataDir, open_page: Open) -> None:
    # etl/sample/registers/documents.toml: the first document serves 商1, none serves 商4.
    app = row_page(open_page, sample, "commercial_disputes.1")
    noted = markup(app).split('aria-label="制度文件"')[1].split("</p>")[0]
    assert "关于办理财产保全案件若干问题的规定（试行）》" in noted
    assert re.search(r"\d{4}-\d{2}-\d{2}.*存审管办文件柜（示例）", noted)
    bare = row_page(open_page, sample, "commercial_disputes.4")
    assert "还没有登记本项所依据的文件" in text(bare)
    assert 'href="registers?table=documents"' in markup(bare)
