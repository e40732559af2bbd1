"""Clocks and flows of enforcement in depth: preservation against its 48 hours, the register of dishonest firms, arrears."""

from scorecard.assessment.number_format import half_up, value_text
from scorecard.charts.flow import FlowSegment, FlowStage
from scorecard.topics import deadline_queries, dispute_queries
from scorecard.topics.deadline_queries import PRESERVATION_NEEDED, REGISTER_NEEDED
from scorecard.topics.dispute_queries import ARREARS_NEEDED
from scorecard.topics.disputes import Arrears
from scorecard.ui.shell.frame import View
from scorecard.ui.topics.disputes import stage_rows
from scorecard.ui.topics.topic import result_for, show_counts, show_flow


def preservation(view: View) -> None:
    """诉前 and urgent preservation: how many hours until the ruling."""
    rulings = result_for(view, PRESERVATION_NEEDED, deadline_queries.preservation)
    if rulings is None:
        return
    within = sum(n for _, n in rulings.groups[:2])
    enough = rulings.median_hours is not None and rulings.counted >= view.catalog.court.minimum_base
    middle = (
        f"，一半在 {half_up(rulings.median_hours, 1)} 小时内" if enough and rulings.median_hours is not None else ""
    )
    tones = ("main", "side", "out", "open")
    segments = (FlowSegment(name, n, tone) for (name, n), tone in zip(rulings.groups, tones, strict=True))
    row = FlowStage("接受申请至裁定", tuple(segments))
    show_flow(view, "preservation", rulings, [row], counts=rulings.groups, within=within, middle=middle)


def register(view: View) -> None:
    """失信企业: 期初在库 + 纳入 − 出库 = 期末在库, and what came of the repaired."""
    entries = result_for(view, REGISTER_NEEDED, deadline_queries.register)
    if entries is None:
        return
    doubt = "◆ 数据待核：期初加纳入减出库不等于期末，请核对纳入日期、删除日期和期限届满日。"
    show_flow(view, "register", entries, [], doubt="" if entries.balanced else doubt)


def arrears(view: View) -> None:
    """拖欠企业账款: 快立, 快审, 快执, and the money recovered."""
    cases = result_for(view, ARREARS_NEEDED, dispute_queries.arrears)
    if cases is None:
        return
    base = view.catalog.court.minimum_base
    outcomes = (FlowSegment(name, n, "main" if name == "执行完毕" else "out") for name, n in cases.outcomes)
    row = FlowStage("结案方式", tuple(outcomes))
    words = {"arrived": value_text(cases.arrived / 10_000, "万元"), "rate": _rate(cases, base)}
    show_flow(view, "arrears", cases, [row], counts=stage_rows(cases.steps, base), **words)
    show_counts(("结案方式", "件数"), list(cases.outcomes))


def _rate(cases: Arrears, base: int) -> str:
    if cases.amounts_known < base or cases.rate is None:
        return f"首次执行结案、两项金额都已填的 n={cases.amounts_known}，只列数，不算到位率。"
    return (
        f"首次执行结案 {cases.amounts_known:,} 件：到位 {value_text(cases.recovered / 10_000, '万元')} ÷ 申请执行标的 "
        f"{value_text(cases.claimed / 10_000, '万元')} = {value_text(cases.rate * 100, '%')}。"
    )
