"""The pages of an upper court: 法院 where rows are counted by court, their order that of the seeds, no list by value."""

import re
from pathlib import Path

import pytest

from scorecard.access import Actor
from scorecard.catalog import loader
from scorecard.storage.data_dir import SEEDS_VARIABLE, DataDir
from tests.pages.conftest import Open
from tests.pages.legible import markup, text
from tests.support.actors import LEADER
from tests.support.samples import AREA_SEEDS, published_area

UPPER = loader.load(AREA_SEEDS)
COURTS = [UPPER.department_name(name) for name in UPPER.units]


@pytest.fixture
def area(shared: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    monkeypatch.setenv(SEEDS_VARIABLE, str(AREA_SEEDS))
    return published_area(shared)


@pytest.mark.parametrize("page", ["overview", "worklists", "evidence", "briefing", "registers"])
def test_a_page_says_court_where_it_said_department(page: str, area: DataDir, open_page: Open) -> None:
    app = open_page(area, page)
    assert not app.exception
    assert "全院" not in text(app)
    assert {one.label for one in app.selectbox} & {"部门", "适用部门"} == set()


def test_courts_are_offered_in_the_order_of_the_seeds_then_who_answers(area: DataDir, open_page: Open) -> None:
    (offered,) = (one for one in open_page(area).selectbox if one.key == "department")
    assert offered.label == "法院（责任部门）"
    assert offered.options[: len(COURTS) + 1] == ["全市法院", *COURTS]
    assert set(offered.options[len(COURTS) + 1 :]) < {one.name for one in UPPER.departments.values()} - set(COURTS)


def test_the_drawer_sets_courts_beside_each_other_in_a_funnel_only(area: DataDir, open_page: Open) -> None:
    shown = markup(open_page(area, "commercial_disputes", LEADER, indicator="e_service_case_rate"))
    section = shown.split("<b>各法院</b>")[1].split("<b>各期数值</b>")[0]
    assert 'src="data:image/svg+xml' in section
    assert "Spiegelhalter" in section
    table = re.search(r'<table data-order="plan">(.*?)</table>', section, re.DOTALL)  # which no reader can sort
    assert table is not None
    listed = re.findall(r"<td><a[^>]*>(.*?)</a></td>", table[1])
    assert listed == [name for name in COURTS if name in listed]
    rates = [float(one) for one in re.findall(r"<td class=\"number\">([\d.]+)%</td>", table[1])]
    assert len(rates) > 5
    assert rates not in (sorted(rates), sorted(rates, reverse=True))
    few = [
        (name, value)
        for name, value in re.findall(r"<td><a[^>]*>(.*?)</a></td><td class=\"number\">(\d+件)</td>", table[1])
    ]
    assert all(f"{name}（" in section.split("<details>")[0] for name, _ in few)
    assert not re.search("由高到低|由低到高|排名第|最高的|最低的", shown)


def test_durations_are_not_set_beside_each_other(area: DataDir, open_page: Open) -> None:
    shown = markup(open_page(area, "commercial_disputes", indicator="first_enforcement_mean_days"))
    assert "用时不画漏斗图" in shown.split("<b>各法院</b>")[1].split("<b>各期数值</b>")[0]


def test_an_account_of_a_court_starts_at_its_own_cases(area: DataDir, open_page: Open) -> None:
    east = Actor("城东内勤", "department", department="east")
    assert "法院账户只能看本院的案件" in text(open_page(area, "evidence", east, indicator="small_claims_rate"))
    own = text(open_page(area, "evidence", east, indicator="small_claims_rate", department="城东区人民法院"))
    assert "鲁9901民初" in own
    assert not re.search("鲁99(0[2-9]|1[0-9])", own)
