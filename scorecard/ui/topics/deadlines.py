"""Clocks and flows of enforcement in depth: preservation against its 48 hours, the register of dishonest firms, arrears."""

from scorecard.assessment.number_format import half_up, value_text
from scorecard.charts.flow import FlowSegment, FlowStage, flow
from scorecard.topics import deadline_queries, dispute_queries
from scorecard.topics.deadline_queries import PRESERVATION_NEEDED, REGISTER_NEEDED
from scorecard.topics.dispute_queries import ARREARS_NEEDED
from scorecard.topics.disputes import Arrears
from scorecard.ui.shell.frame import View
from scorecard.ui.topics.disputes import stage_rows
from scorecard.ui.topics.topic import show_counts, show_figure, show_note, slice_for


def preservation(view: View) -> None:
    """诉前 and urgent preservation: how many hours until the ruling."""
    slice_ = slice_for(view, PRESERVATION_NEEDED)
    if slice_ is None:
        return
    rulings = view.cached(
        "preservation clock", lambda: deadline_queries.preservation(view.version.connection, view.catalog, slice_)
    )
    within = sum(n for _, n in rulings.groups[:2])
    enough = rulings.median_hours is not None and rulings.counted >= view.catalog.court.minimum_base
    middle = (
        f"，一半在 {half_up(rulings.median_hours, 1)} 小时内" if enough and rulings.median_hours is not None else ""
    )
    sentence = (
        f"{view.selection.period.label}裁定的诉前和紧急保全 {rulings.counted:,} 件，四十八小时内 {within:,} 件{middle}；"
        f"期末已超过四十八小时仍未裁定的 {rulings.waiting:,} 件。"
    )
    note = "正好四十八小时算按时；未裁定的不进入“紧急保全48小时裁定率”，所以单列。"
    show_note("保全时钟", sentence, note)
    tones = ("main", "side", "out", "open")
    row = FlowStage(
        "接受申请至裁定",
        tuple(FlowSegment(name, n, tone) for (name, n), tone in zip(rulings.groups, tones, strict=True)),
    )
    late = FlowStage("期末未裁定", (FlowSegment("已超48小时", rulings.waiting, "out"),))
    show_figure(
        view,
        "preservation",
        "诉前和紧急保全的裁定用时",
        lambda frame: flow(frame, [row, late]),
        sentence,
        ("preservation",),
        basis="财产保全表，类型为诉前、紧急，裁定时间在报告期内，按时分计算",
    )
    show_counts(("用时", "件数"), [*rulings.groups, ("期末已超48小时未裁定", rulings.waiting)])


def register(view: View) -> None:
    """失信企业: 期初在库 + 纳入 − 出库 = 期末在库, and what came of the repaired."""
    slice_ = slice_for(view, REGISTER_NEEDED)
    if slice_ is None:
        return
    entries = view.cached("register", lambda: deadline_queries.register(view.version.connection, view.catalog, slice_))
    sentence = (
        f"{view.selection.period.label}：期初在库 {entries.before:,} 条，纳入 {entries.listed:,} 条，出库 {entries.left:,} 条"
        f"（其中信用修复 {entries.repaired_left:,} 条），期末在库 {entries.after:,} 条、{entries.firms_after:,} 家。"
    )
    show_note(
        "失信企业：在库、修复、再次纳入",
        sentence,
        "" if entries.balanced else "◆ 数据待核：期初加纳入减出库不等于期末，请核对纳入日期、删除日期和期限届满日。",
        f"本期修复 {entries.repaired:,} 家，其中修复后十二个月内再次纳入、到数据截至日为止已知 {entries.relisted:,} 家；"
        "观察期未满的以后还会增加。",
        "按条计：一家企业在一件案件中的一次纳入为一条。期限届满的从届满日起不计在库。",
    )
    rows = [
        FlowStage(
            "期初与纳入",
            (FlowSegment("期初在库", entries.before, "main"), FlowSegment("本期纳入", entries.listed, "side")),
        ),
        FlowStage(
            "期末与出库",
            (
                FlowSegment("期末在库", entries.after, "main"),
                FlowSegment("信用修复出库", entries.repaired_left),
                FlowSegment("期满等出库", entries.otherwise_left, "out"),
            ),
        ),
    ]
    show_figure(
        view,
        "register",
        "失信企业台账的存量与进出",
        lambda frame: flow(frame, rows, "条"),
        sentence,
        ("credit_register",),
        basis="失信与信用修复台账，按条计；同一宽度表示进出平衡",
    )
    show_counts(
        ("项目", "数量"),
        [
            ("期初在库", entries.before),
            ("加：本期纳入", entries.listed),
            ("减：信用修复出库", entries.repaired_left),
            ("减：期满及其他出库", entries.otherwise_left),
            ("期末在库", entries.after),
            ("期末在库企业（家）", entries.firms_after),
            ("本期修复企业（家）", entries.repaired),
            ("其中十二个月内再次纳入（家）", entries.relisted),
        ],
    )


def arrears(view: View) -> None:
    """拖欠企业账款: 快立, 快审, 快执, and the money recovered."""
    slice_ = slice_for(view, ARREARS_NEEDED)
    if slice_ is None:
        return
    cases = view.cached("arrears", lambda: dispute_queries.arrears(view.version.connection, view.catalog, slice_))
    base = view.catalog.court.minimum_base
    sentence = (
        f"{view.selection.period.label}：拖欠企业账款执行案件收 {cases.filed:,} 件、结 {cases.closed:,} 件，期末未结 {cases.pending:,} 件；"
        f"到账 {value_text(cases.arrived / 10_000, '万元')}。"
    )
    show_note(
        "拖欠企业账款：快立、快审、快执",
        sentence,
        _rate(cases, base),
        "快立、快审看本期执结案件背后的一审（按原审案号查找，查不到的不计）；快执看执行案件本身；到账按到账日期归期。各行案件不同，不能相加。",
    )
    rows = [
        FlowStage("本期执结", (FlowSegment("执结", cases.closed, "main"),)),
        FlowStage(
            "结案方式",
            tuple(FlowSegment(name, n, "main" if name == "执行完毕" else "out") for name, n in cases.outcomes),
        ),
    ]
    show_figure(
        view,
        "arrears",
        "拖欠企业账款案件执结去向",
        lambda frame: flow(frame, rows),
        sentence,
        ("enforcement",),
        basis="首次执行和恢复执行，是否拖欠企业账款为“是”，结案日期在报告期内",
    )
    show_counts(("环节", "件数", "平均", "中位数"), stage_rows(cases.steps, base))
    show_counts(("结案方式", "件数"), list(cases.outcomes))


def _rate(cases: Arrears, base: int) -> str:
    if cases.amounts_known < base or cases.rate is None:
        return f"首次执行结案、两项金额都已填的 n={cases.amounts_known}，只列数，不算到位率。"
    return (
        f"首次执行结案 {cases.amounts_known:,} 件：到位 {value_text(cases.recovered / 10_000, '万元')} ÷ 申请执行标的 "
        f"{value_text(cases.claimed / 10_000, '万元')} = {value_text(cases.rate * 100, '%')}。"
    )
