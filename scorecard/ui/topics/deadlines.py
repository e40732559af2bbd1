"""Clocks and flows of enforcement in depth: preservation against its 48 hours, the register of dishonest firms, arrears."""

from scorecard.assessment.number_format import half_up, value_text
from scorecard.charts.flow import FlowSegment, FlowStage, flow
from scorecard.topics import deadline_queries, dispute_queries
from scorecard.topics.deadline_queries import PRESERVATION_NEEDED, REGISTER_NEEDED
from scorecard.topics.dispute_queries import ARREARS_NEEDED
from scorecard.topics.disputes import Arrears
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.templating import render
from scorecard.ui.topics.disputes import stage_rows
from scorecard.ui.topics.topic import plot, sheet, slice_for


def preservation(view: View) -> None:
    """诉前 and urgent preservation: how many hours until the ruling."""
    chosen = slice_for(view, PRESERVATION_NEEDED)
    if chosen is None:
        return
    found = view.cached(
        "preservation clock",
        lambda: deadline_queries.preservation(view.version.connection, view.catalog, chosen),
    )
    within = sum(n for _, n in found.groups[:2])
    enough = found.median_hours is not None and found.counted >= view.catalog.court.minimum_base
    middle = (
        f"，一半在 {half_up(found.median_hours, 1)} 小时内"
        if enough and found.median_hours is not None
        else ""
    )
    said = (
        f"{view.selection.period.label}裁定的诉前和紧急保全 {found.counted:,} 件，四十八小时内 {within:,} 件{middle}；"
        f"期末已超过四十八小时仍未裁定的 {found.waiting:,} 件。"
    )
    note = "正好四十八小时算按时；未裁定的不进入“紧急保全48小时裁定率”，所以单列。"
    show(render("ui/topics/topic_note.html", title="保全时钟", lines=[said, note]))
    tones = ("main", "side", "out", "open")
    row = FlowStage(
        "接受申请至裁定",
        tuple(FlowSegment(name, n, tone) for (name, n), tone in zip(found.groups, tones, strict=True)),
    )
    late = FlowStage("期末未裁定", (FlowSegment("已超48小时", found.waiting, "out"),))
    figure = view.cached(
        "preservation figure",
        lambda: flow(
            sheet(
                view, "诉前和紧急保全的裁定用时", view.selection.period.label,
                "财产保全表，类型为诉前、紧急，裁定时间在报告期内，按时分计算", ("preservation",),
            ),
            [row, late],
        ),
    )  # fmt: skip
    plot(view, figure, "preservation", said, ("preservation",))
    show(
        render(
            "ui/topics/topic_counts.html",
            head=("用时", "件数"),
            rows=[*found.groups, ("期末已超48小时未裁定", found.waiting)],
        )
    )


def register(view: View) -> None:
    """失信企业: 期初在库 + 纳入 − 出库 = 期末在库, and what came of the repaired."""
    chosen = slice_for(view, REGISTER_NEEDED)
    if chosen is None:
        return
    found = view.cached(
        "register", lambda: deadline_queries.register(view.version.connection, view.catalog, chosen)
    )
    said = (
        f"{view.selection.period.label}：期初在库 {found.before:,} 条，纳入 {found.listed:,} 条，出库 {found.left:,} 条"
        f"（其中信用修复 {found.repaired_left:,} 条），期末在库 {found.after:,} 条、{found.firms_after:,} 家。"
    )
    show(render("ui/topics/topic_note.html", title="失信企业：在库、修复、再次纳入", lines=[
        said,
        "" if found.balanced else "◆ 数据待核：期初加纳入减出库不等于期末，请核对纳入日期、删除日期和期限届满日。",
        f"本期修复 {found.repaired:,} 家，其中修复后十二个月内再次纳入、到数据截至日为止已知 {found.relisted:,} 家；"
        "观察期未满的以后还会增加。",
        "按条计：一家企业在一件案件中的一次纳入为一条。期限届满的从届满日起不计在库。",
    ]))  # fmt: skip
    rows = [
        FlowStage(
            "期初与纳入",
            (FlowSegment("期初在库", found.before, "main"), FlowSegment("本期纳入", found.listed, "side")),
        ),
        FlowStage(
            "期末与出库",
            (
                FlowSegment("期末在库", found.after, "main"),
                FlowSegment("信用修复出库", found.repaired_left),
                FlowSegment("期满等出库", found.otherwise_left, "out"),
            ),
        ),
    ]
    figure = view.cached("register figure", lambda: flow(
        sheet(view, "失信企业台账的存量与进出", view.selection.period.label, "失信与信用修复台账，按条计；同一宽度表示进出平衡",
              ("credit_register",)), rows, "条"))  # fmt: skip
    plot(view, figure, "register", said, ("credit_register",))
    show(render("ui/topics/topic_counts.html", head=("项目", "数量"), rows=[
        ("期初在库", found.before), ("加：本期纳入", found.listed), ("减：信用修复出库", found.repaired_left),
        ("减：期满及其他出库", found.otherwise_left), ("期末在库", found.after), ("期末在库企业（家）", found.firms_after),
        ("本期修复企业（家）", found.repaired), ("其中十二个月内再次纳入（家）", found.relisted)]))  # fmt: skip


def arrears(view: View) -> None:
    """拖欠企业账款: 快立, 快审, 快执, and the money recovered."""
    chosen = slice_for(view, ARREARS_NEEDED)
    if chosen is None:
        return
    found = view.cached(
        "arrears", lambda: dispute_queries.arrears(view.version.connection, view.catalog, chosen)
    )
    base = view.catalog.court.minimum_base
    said = (
        f"{view.selection.period.label}：拖欠企业账款执行案件收 {found.filed:,} 件、结 {found.closed:,} 件，期末未结 {found.pending:,} 件；"
        f"到账 {value_text(found.arrived / 10_000, '万元')}。"
    )
    show(render("ui/topics/topic_note.html", title="拖欠企业账款：快立、快审、快执", lines=[
        said, _rate(found, base),
        "快立、快审看本期执结案件背后的一审（按原审案号查找，查不到的不计）；快执看执行案件本身；到账按到账日期归期。各行案件不同，不能相加。",
    ]))  # fmt: skip
    rows = [
        FlowStage("本期执结", (FlowSegment("执结", found.closed, "main"),)),
        FlowStage(
            "结案方式",
            tuple(
                FlowSegment(name, n, "main" if name == "执行完毕" else "out") for name, n in found.outcomes
            ),
        ),
    ]
    figure = view.cached("arrears figure", lambda: flow(
        sheet(view, "拖欠企业账款案件执结去向", view.selection.period.label,
              "首次执行和恢复执行，是否拖欠企业账款为“是”，结案日期在报告期内",
              ("enforcement",)), rows))  # fmt: skip
    plot(view, figure, "arrears", said, ("enforcement",))
    show(
        render(
            "ui/topics/topic_counts.html",
            head=("环节", "件数", "平均", "中位数"),
            rows=stage_rows(found.steps, base),
        )
    )
    show(render("ui/topics/topic_counts.html", head=("结案方式", "件数"), rows=list(found.outcomes)))


def _rate(found: Arrears, base: int) -> str:
    if found.amounts_known < base or found.rate is None:
        return f"首次执行结案、两项金额都已填的 n={found.amounts_known}，只列数，不算到位率。"
    return (
        f"首次执行结案 {found.amounts_known:,} 件：到位 {value_text(found.recovered / 10_000, '万元')} ÷ 申请执行标的 "
        f"{value_text(found.claimed / 10_000, '万元')} = {value_text(found.rate * 100, '%')}。"
    )
