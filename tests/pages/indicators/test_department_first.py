"""A department reads what it answers for before its own cases, and no reassurance while one of its duties misses."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest

from scorecard.briefing.digest.compose import DigestWriter, readers
from scorecard.calendar.period import CALENDAR, Grain, month_index
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.narrative.plain_verdict import asks
from scorecard.plan.waiting import open_work, waiting
from scorecard.records.decisions import Decision
from scorecard.storage.data_dir import DATA_VARIABLE, DataDir
from scorecard.store.open_version import Selection, Version, open_published
from scorecard.ui.indicators import overview
from scorecard.ui.shell import page_blocks
from scorecard.ui.shell.cached import all_cards, periods
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import StandingLine
from scorecard.ui.shell.selection import departments, query_of
from tests.pages.conftest import Open, turn
from tests.pages.test_pages import markup, text

REASSURING = "可评的指标都达标"


@pytest.fixture
def version(sample: DataDir, monkeypatch: pytest.MonkeyPatch) -> Iterator[Version]:
    monkeypatch.setenv(DATA_VARIABLE, str(sample.root))
    opened = open_published(sample)
    yield opened
    opened.connection.close()


def answers(catalog: Catalog, department: str, names: tuple[str, ...]) -> bool:
    """By the seeds, of which none has ended: named, or a member of a collective that is."""
    return department in names or any(department in catalog.departments[name].members for name in names)


def test_who_answers_for_an_indicator_may_be_chosen_with_or_without_cases(version: Version, catalog: Catalog) -> None:
    named = {name for one in catalog.indicators.values() for name in one.departments}
    single = [
        id for id, one in catalog.departments.items() if not one.collective and answers(catalog, id, tuple(named))
    ]
    assert set(single) <= set(departments(version))
    assert departments(version) == [id for id in catalog.departments if id in departments(version)], "the plan's order"


def test_in_every_month_no_department_is_reassured_while_one_of_its_duties_misses(
    version: Version, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All departments of the sample in its last twelve months; what misses is read from the whole court's cards by the seeds."""
    shown: list[str] = []
    monkeypatch.setattr(page_blocks, "show", shown.append)
    checked = 0
    for number, period in enumerate(periods(version, "month")[:12]):
        court = all_cards(version, Selection(period, ALL_DEPARTMENTS, "all"))
        for department in departments(version):
            selection = Selection(period, department, "all")
            own = {} if number else all_cards(version, selection)  # what the duties say does not rest on them
            view = View(version, selection, own, query_of(version, selection))
            missed = {
                name
                for name, card in court.items()
                if card.verdict.word == "未达标" and answers(catalog, department, catalog.indicators[name].departments)
            }
            overview.first_screen(view, (), None, [StandingLine("数据", "", (("齐", ""),))])
            duties, _, cases = shown.pop().partition("承办的案件")
            assert "无数据" not in cases
            if missed:
                assert REASSURING not in duties
                assert missed <= set(re.findall(r"indicator=(\w+)", duties))
                checked += 1
    assert checked > 20


def test_of_a_department_without_duties_the_other_way_says_no_number_of_the_court(
    version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(page_blocks, "show", shown.append)
    selection = Selection(periods(version, "month")[0], "civil", "all")
    view = View(version, selection, all_cards(version, selection), query_of(version, selection))
    overview.first_screen(view, (), None, [StandingLine("数据", "", (("齐", ""),))])
    assert "go way" in shown.pop()
    monkeypatch.setattr(View, "duties", {})
    overview.first_screen(view, (), None, [StandingLine("数据", "", (("齐", ""),))])
    assert "go way" not in shown.pop()


@pytest.mark.parametrize(("grain", "judged"), [("month", True), ("ytd", False)])
def test_only_where_months_are_judged_it_says_that_none_truly_worsens(
    version: Version, monkeypatch: pytest.MonkeyPatch, grain: Grain, judged: bool
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(page_blocks, "show", shown.append)
    selection = Selection(periods(version, grain)[0], ALL_DEPARTMENTS, "all")
    met = {
        name: one for name, one in all_cards(version, selection).items() if one.verdict.word == "达标" and not asks(one)
    }
    overview.first_screen(View(version, selection, met, {}), (), None, [StandingLine("数据", "", (("齐", ""),))])
    assert REASSURING in shown[0]
    assert ("真实变差" in shown[0]) == judged


@pytest.mark.parametrize("page", ["overview", "commercial_disputes", "measures"])
def test_whole_court_values_of_a_department_are_marked_as_such(sample: DataDir, open_page: Open, page: str) -> None:
    app = open_page(sample, page)
    shown = text(app.selectbox("department").set_value("general_office").run())
    assert "按全院数值" in shown
    assert "综合办公室承办的案件" not in shown, "it has none, and nothing is said of none"


def test_a_duty_opens_at_the_courts_value_it_was_shown_with(sample: DataDir, catalog: Catalog, open_page: Open) -> None:
    app = open_page(sample)
    app.selectbox("department").set_value("civil").run()
    duties = markup(app).split("承办的案件")[0]
    (name, query) = re.findall(r'href="\w+\?([^"]*indicator=(\w+)[^"]*)"', duties)[0][::-1]
    assert "values=" in query
    turn(app, catalog.indicators[name].domain)
    app.query_params["indicator"] = name
    app.query_params["values"] = "全院"
    app.run()
    assert not app.exception
    drawer = markup(app).split("detail-head")[-1]
    assert "全院" in drawer


def test_who_took_over_from_a_department_reads_its_indicators_of_the_month_before(
    sample: DataDir, version: Version, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """民事审判庭 became 民商事审判庭 on 1 October: what September asks about is the heir's, on its home and in its digest."""
    september = CALENDAR.containing("month", month_index(date(2026, 9, 1)))
    civil = catalog.departments["civil"]
    ended = civil.model_copy(update={"until": september.last, "succeeded_by": "commercial"})
    heir = civil.model_copy(
        update={"id": "commercial", "name": "民商事审判庭", "aliases": (), "start": date(2026, 10, 1)}
    )
    known = {**version.catalog.departments, "civil": ended, "commercial": heir}
    merged = replace(version, catalog=replace(version.catalog, departments=known))
    told_in = datetime(2026, 9, 20, 9)
    decision = Decision(
        "other:a", "事项", told_in.date(), "", "结论", "civil", date(2026, 11, 9), "待办", "v", "李四", told_in
    )
    work = open_work(merged, september, (decision,), ())
    duties = {name for name, one in catalog.indicators.items() if answers(catalog, "civil", one.departments)}
    missed = {card.indicator.name for name, card in work.cards.items() if name in duties and asks(card)}
    told = {line.name: set(line.things) for line in waiting("department", "commercial", work)}
    assert missed
    assert told["要过问的指标"] == missed
    court = View(merged, Selection(september, ALL_DEPARTMENTS, "all"), work.cards, {})
    monkeypatch.setattr(View, "whole", court)
    for department in ("commercial", "civil"):  # in September it was there
        assert set(replace(court, selection=Selection(september, department, "all")).duties) == duties
    whom = {reader.department: reader for reader in readers(merged, work)}
    assert "civil" not in whom, "who is no more gets no digest"
    assert "会商决定" in [item.what for item in whom["commercial"].due]
    paper = DigestWriter(sample, merged, work, date(2026, 10, 31)).paper(whom["commercial"], None)
    assert f"反映{len(duties)}项指标" in str(paper)
