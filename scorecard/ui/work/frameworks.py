"""对标体系: the items of others' systems of indicators, each with what answers it here, its range, and what was published officially.

Nothing is added up and nothing is ranked: a value inside its range is 达标, and what the sources do not state is said to be not stated.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal

import streamlit as st

from scorecard.assessment.cards import card
from scorecard.assessment.number_format import value_text
from scorecard.assessment.verdict import VerdictWord
from scorecard.calendar.period import of_span
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.catalog.frameworks.declarations import Framework, FrameworkItem, TabulationCell
from scorecard.records.official_values import OfficialValue
from scorecard.records.targets import Target
from scorecard.store.open_version import Selection
from scorecard.store.registers import FrameworkRange, benchmarks, framework_ranges
from scorecard.store.tabulations import with_unit
from scorecard.ui.shell.cached import all_cards, card_inputs
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show_on_screen, show_template
from scorecard.ui.work.tabulations import told

_ADDRESS = "framework"


@dataclass(frozen=True)
class ItemLine:
    """An item as the page shows it. `where` leads to what answers it; without `value` there is the reason."""

    item: FrameworkItem
    how: str
    where: str = ""
    href: str = ""
    value: str = ""
    period: str = ""
    reason: str = ""
    verdict: VerdictWord | None = None
    range: FrameworkRange | None = None
    bounds: str = ""
    official: OfficialValue | None = None


def page(view: View) -> None:
    """The framework of the address, else the first."""
    frameworks = view.catalog.frameworks
    if not frameworks:  # an earlier version knows none
        show_on_screen("ui/shell/note.html", text="这一版建库时还没有对标体系，请看当前版本。")
        return
    named = st.query_params.get(_ADDRESS, "")
    chosen = st.segmented_control(
        "体系",
        list(frameworks),
        format_func=lambda name: frameworks[name].short,
        default=named if named in frameworks else next(iter(frameworks)),
        required=True,
        key=_ADDRESS,
        bind="query-params",
        label_visibility="collapsed",
    )
    framework = frameworks[chosen]
    known = framework_ranges(view.version.connection)
    names = {item.name for one in frameworks.values() for item in one.items}
    lines = [_line(view, item, known) for item in framework.items]
    show_template(
        "ui/work/frameworks.html",
        framework=framework,
        lines=lines,
        counts={how: sum(line.how == how for line in lines) for how in dict.fromkeys(line.how for line in lines)},
        sources=view.catalog.sources,
        used=_used(framework),
        scope=view.scope,
        label=view.selection.period.label,
        strangers=[one for one in known if one.item not in names],
        register_href=view.href("registers", table="framework_ranges"),
        official_href=view.href("registers", table="official_values"),
    )


def _used(framework: Framework) -> list[str]:
    """Every source of the framework once, in the order of first mention."""
    parts = (framework, *framework.editions, *framework.items)
    return list(dict.fromkeys(source for part in parts for source in part.sources))


def _line(view: View, item: FrameworkItem, known: tuple[FrameworkRange, ...]) -> ItemLine:
    period, official = view.selection.period, _official(view, item)
    if official is not None and not item.indicator and item.tabulation is None:  # it is the value that is judged
        period = of_span(official.value_year, official.span, period.months)
    valid = next((one for one in known if one.item == item.name and one.in_force(period.last)), None)
    if item.indicator:
        line = _of_indicator(view, item, valid)
    elif item.tabulation is not None:
        line = _of_tabulation(view, item, item.tabulation)
    elif official is not None:
        line = ItemLine(item, "公布值登记", verdict=_inside(official.value, valid))
    else:
        line = ItemLine(item, "不再统计" if item.listed == "已取消" else "现有数据不能计算", reason=item.missing)
    unit = view.catalog.indicators[item.indicator].unit if item.indicator else official.unit if official else ""
    return replace(line, range=valid, bounds=_bounds(valid, unit), official=official)


def _of_indicator(view: View, item: FrameworkItem, valid: FrameworkRange | None) -> ItemLine:
    """Our indicator's value, judged by the range as by a target: a small base, doubtful data and open periods are not judged."""
    indicator = view.catalog.indicators[item.indicator]
    goals = () if valid is None else (_goal(indicator.id, valid),)
    judged = card(replace(card_inputs(view.version, view.selection), targets=goals), indicator, view.selection.period)
    return ItemLine(
        item,
        "本院计算",
        where=indicator.name,
        href=view.card_href(judged),
        value="" if judged.verdict.word in ("无数据", "数据待核") else judged.value,
        period=judged.period,
        reason=judged.verdict.reason,
        verdict=None if valid is None and judged.verdict.word == "仅监测" else judged.verdict.word,
    )


def _of_tabulation(view: View, item: FrameworkItem, cell: TabulationCell) -> ItemLine:
    tabulation = view.catalog.tabulations[cell.id]
    (counted,) = told(view, (tabulation,))
    at = [figure.name for figure in tabulation.figures].index(cell.figure)
    line = next((one for one in counted.lines if one.groups[0] == cell.line), None)
    return ItemLine(
        item,
        "本院计算",
        where=f"{tabulation.name}（{cell.line}）",
        href=view.href("measures", measure=tabulation.measures[0]),
        value=with_unit(line, at, tabulation.figures[at].measured_in) if line else "",
        period=view.selection.period.label,
        reason=counted.basis.reason or "本期没有",
    )


def _goal(indicator: str, valid: FrameworkRange) -> Target:
    kind = "区间" if None not in (valid.lower, valid.upper) else "下限" if valid.upper is None else "上限"
    begun, no_end = valid.valid_from, valid.valid_until
    told_at = datetime.combine(begun, time())
    return Target(indicator, kind, valid.lower, valid.upper, (), begun, no_end, "上级", valid.document, "", told_at, "")


def _inside(value: Decimal, valid: FrameworkRange | None) -> VerdictWord | None:
    """达标 inside the range, its ends included; None without one."""
    if valid is None:
        return None
    met = (valid.lower is None or value >= valid.lower) and (valid.upper is None or value <= valid.upper)
    return "达标" if met else "未达标"


def _bounds(valid: FrameworkRange | None, unit: str) -> str:
    if valid is None:
        return ""
    low, high = (
        None if end is None else f"{end.normalize():f}{unit.replace('无单位', '')}"
        for end in (valid.lower, valid.upper)
    )
    return f"{low}—{high}" if low and high else f"≥{low}" if low else f"≤{high}"


def _official(view: View, item: FrameworkItem) -> OfficialValue | None:
    """The latest value published of the item, or of our indicator that answers it, up to the period that is read."""
    names = {item.name, view.catalog.indicators[item.indicator].name if item.indicator else item.name}
    known = [one for one in view.version.official if one.indicator in names and one.scope == "全部案件"]
    last = view.selection.period.last_month
    until = [(of_span(one.value_year, one.span, view.selection.period.months), one) for one in known]
    told_by = [(period.last_month, one.published_on, one) for period, one in until if period.last_month <= last]
    return max(told_by, key=lambda entry: entry[:2])[2] if told_by else None


def alignment(view: View) -> None:
    """要2: targets by the level of their document, and other courts' values beside its own, for the whole court."""
    cards = all_cards(view.version, Selection(view.selection.period, ALL_DEPARTMENTS, "all")).values()
    aimed = [(card.selected, card, goal) for card in cards if (goal := card.selected.goal) is not None]
    levels = {
        level: [
            (card.indicator.name, asked.target, goal.document) for asked, card, goal in aimed if goal.basis == level
        ]
        for level in view.catalog.tables["targets"].columns["basis"].values
    }
    values = [(one, *_ours(view, one)) for one in benchmarks(view.version.connection) or ()]
    show_template("ui/work/plan_row_alignment.html", levels=levels, without=len(cards) - len(aimed), values=values,
                label=view.selection.period.label,
                frameworks=[(one, view.href("frameworks", framework=one.id)) for one in view.catalog.frameworks.values()])  # fmt: skip


def _ours(view: View, one: OfficialValue) -> tuple[str, str, str]:
    """The other value, ours of the same period, and our latest settled one of that length; a sentence where none is of a kind."""
    theirs = value_text(one.value, one.unit)
    indicator = next((known for known in view.catalog.indicators.values() if known.name == one.indicator), None)
    if indicator is None or indicator.unit != one.unit:
        return theirs, "指标口径中没有这一名称" if indicator is None else f"本院以“{indicator.unit}”计，不能对照", ""
    period = of_span(one.value_year, one.span, view.selection.period.months)
    card = all_cards(view.version, Selection(period, ALL_DEPARTMENTS, "all"))[indicator.id]
    last = view.selection.period.last_month
    settled = [
        point for point in card.points if point.word != "无数据" and point.settled and point.period.last_month <= last
    ]
    latest = f"{settled[-1].text}（{settled[-1].label}）" if settled else "没有"
    same = card.selected  # of that very period, settled or not
    words = same.text if same.settled else f"{same.text}（{same.word}）"
    return theirs, words if same.word != "无数据" else "没有该期数据", latest
