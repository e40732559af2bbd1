"""解决商业纠纷 in depth: where disputes go, how long each stage takes, 小额 as the amount allows it and as it is used."""

from collections.abc import Sequence
from fractions import Fraction

from scorecard.assessment.number_format import half_up, value_text
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.charts import stage_times
from scorecard.charts.flow import FlowSegment, FlowStage, Tone, flow
from scorecard.store import warehouse
from scorecard.topics import deadline_queries, dispute_queries
from scorecard.topics.deadline_queries import CLAIMS_NEEDED, FRESH_MONTHS
from scorecard.topics.dispute_queries import MEDIATIONS_NEEDED, STAGES_NEEDED, TRIALS_NEEDED
from scorecard.topics.disputes import NO_WAGE, PROCEDURES, SMALL, Claim, Mediations, Stage, Threshold, Trials
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.templating import render
from scorecard.ui.topics.topic import plot, sheet, slice_for

INVESTORS = ("股东权利", "证券期货")
_TONES: dict[str, Tone] = {"判决": "main", "调解": "side", "撤诉": "out"}


def directions(view: View) -> None:
    """诉前调解 → 成功 / 转立案, then first-instance civil cases by procedure and 结案方式."""
    _directions(view, (), "民商事纠纷")


def investor_directions(view: View) -> None:
    """The same for disputes of shareholders and of securities."""
    _directions(view, INVESTORS, "涉中小投资者纠纷")


def _directions(view: View, groups: Sequence[str], whose: str) -> None:
    key, causes = "".join(groups), f"，案由分组为{'、'.join(groups)}" if groups else ""
    chosen = slice_for(view, MEDIATIONS_NEEDED)
    if chosen is not None:
        found = view.cached(
            f"mediations {key}",
            lambda: dispute_queries.mediations(view.version.connection, view.catalog, chosen, groups),
        )
        _mediations(view, key, whose, causes, found)
    closed = slice_for(view, TRIALS_NEEDED)
    if closed is not None:
        tried = view.cached(
            f"trials {key}",
            lambda: dispute_queries.trials(view.version.connection, view.catalog, closed, groups),
        )
        _trials(view, key, whose, causes, tried)


def _mediations(view: View, key: str, whose: str, causes: str, found: Mediations) -> None:
    said = (
        f"{view.selection.period.label}结束的诉前调解 {found.ended:,} 件：成功 {found.succeeded:,} 件，"
        f"失败 {found.failed:,} 件（其中已转立案 {found.failed_filed:,} 件），撤回 {found.withdrawn:,} 件；"
        f"期末还在调解 {found.pending:,} 件。"
    )
    show(render("ui/topics/topic_note.html", title=f"{whose}：诉前调解之后", lines=[said]))
    rows = [
        FlowStage("进入调解、本期结束", (FlowSegment("诉前调解", found.ended, "main"),)),
        FlowStage(
            "调解结果",
            (
                FlowSegment("成功", found.succeeded, "main"),
                FlowSegment("失败", found.failed, "out"),
                FlowSegment("撤回", found.withdrawn, "open"),
                FlowSegment("结果未填", found.unknown),
            ),
        ),
        FlowStage(
            "失败之后",
            (
                FlowSegment("转立案", found.failed_filed),
                FlowSegment("未转立案", found.failed_not_filed, "open"),
            ),
            start=found.succeeded,
        ),
    ]
    basis = f"诉前调解表，结束日期在报告期内{causes}；转立案以报告期末已立案为准"
    figure = view.cached(
        f"mediation flow {key}",
        lambda: flow(
            sheet(view, f"{whose}：诉前调解去向", view.selection.period.label, basis, ("pre_mediations",)),
            rows,
        ),
    )
    plot(view, figure, f"mediations{len(key)}", said, ("pre_mediations",))
    counts = [(one.name, one.count) for one in (*rows[1].segments, *rows[2].segments)]
    show(
        render(
            "ui/topics/topic_counts.html",
            head=("去向", "件数"),
            rows=[*counts, ("期末还在调解", found.pending)],
        )
    )


def _trials(view: View, key: str, whose: str, causes: str, found: Trials) -> None:
    used = "，".join(f"{name} {found.of(name):,} 件" for name in PROCEDURES if found.of(name))
    said = f"{view.selection.period.label}审结一审民事案件 {found.closed:,} 件：{used or '无'}。"
    note = "小额诉讼单列，不并入简易程序；与上图不是同一批案件。"
    show(render("ui/topics/topic_note.html", title=f"{whose}：一审程序与结案方式", lines=[said, note]))
    rows = [
        FlowStage(
            procedure,
            tuple(
                FlowSegment(outcome, found.counts.get((procedure, outcome), 0), _TONES.get(outcome, "open"))
                for outcome in found.outcomes
            ),
        )
        for procedure in PROCEDURES
        if found.of(procedure)
    ]
    figure = view.cached(
        f"trial flow {key}",
        lambda: flow(
            sheet(
                view, f"{whose}：适用程序与结案方式", view.selection.period.label,
                f"审判案件表，民初案件，结案日期在报告期内{causes}", ("cases",),
            ),
            rows,
        ),
    )  # fmt: skip
    plot(view, figure, f"trials{len(key)}", said, ("cases",))
    table = [
        (name, *(found.counts.get((name, outcome), 0) for outcome in found.outcomes), found.of(name))
        for name in PROCEDURES
        if found.of(name)
    ]
    table.append(("合计", *(found.ended(outcome) for outcome in found.outcomes), found.closed))
    show(render("ui/topics/topic_counts.html", head=("程序", *found.outcomes, "合计"), rows=table))


# --- how long -------------------------------------------------------------------------------------------------


def times(view: View) -> None:
    """Stages apart and together."""
    chosen = slice_for(view, STAGES_NEEDED)
    if chosen is None:
        return
    found = view.cached(
        "stages", lambda: dispute_queries.stages(view.version.connection, view.catalog, chosen)
    )
    base = view.catalog.court.minimum_base
    cohort = found.together[0].cases
    whole = value_text(found.whole, "天") if cohort >= base else f"n={cohort}"
    lines = [
        f"{view.selection.period.label}：同一批案件从立案到执结平均 {whole}。",
        "图中前三行各环节的案件不同：本期审结的案件大多以后才执行，各环节平均数不能相加成全程用时。",
        f"“同一批案件”是本期执结的首次执行中，按原审案号找得到一审记录的 {cohort:,} 件（共 {found.enforced:,} 件）；"
        "按其他文书执行的、原审案号未填的不在其中。它们的各环节可以相加。",
        "" if view.selection.department == ALL_DEPARTMENTS else "所选部门只限定各环节自己的案件；同一批案件的一审不限部门。",
    ]  # fmt: skip
    show(render("ui/topics/topic_note.html", title="各环节用时", lines=lines))
    figure = view.cached(
        "stage times",
        lambda: stage_times.stage_times(
            sheet(
                view, "立案、一审、首次执行的平均用时", f"{view.selection.period.label}　日历天数",
                "各环节：该环节在报告期内完成的案件；同一批案件：报告期内执结、原审案号可查的首次执行", ("cases", "enforcement"),
            ),
            found,
            base,
        ),
    )  # fmt: skip
    plot(view, figure, "stages", lines[0] + lines[1], ("cases", "enforcement"))
    show(render("ui/topics/topic_counts.html", head=("环节", "件数", "平均", "中位数"), rows=[
        *stage_rows(found.apart, base), *stage_rows(found.together, base, "同一批·")]))  # fmt: skip


def stage_rows(stages: Sequence[Stage], base: int, before: str = "") -> list[tuple[str, str, str, str]]:
    """(stage, cases, mean, median); under the minimum base the count alone."""
    return [
        (f"{before}{one.name}", half_up(one.cases), value_text(one.mean, "天"), value_text(one.median, "天"))
        if one.cases >= base
        else (f"{before}{one.name}", half_up(one.cases), f"n={one.cases}", f"n={one.cases}")
        for one in stages
    ]


# --- 小额 ------------------------------------------------------------------------------------------------------


def small_claims(view: View) -> None:
    """小额 as the amount allows it against 小额 as used, by the wage threshold of the filing year."""
    chosen = slice_for(view, CLAIMS_NEEDED)
    if chosen is None:
        return
    parameters = warehouse.parameters(view.version.connection)
    limits = deadline_queries.thresholds(parameters)
    missing = deadline_queries.missing_parameters(parameters)
    if missing:
        lines = [
            f"参数表缺少：{'、'.join(missing)}。",
            "请在 seeds/parameters.csv 补录数值、年度、生效起和来源，再重新建库发布。",
        ]
        show(render("ui/topics/topic_note.html", title="小额诉讼：算不出标的额门槛", lines=lines))
        return
    found = view.cached(
        "claims", lambda: deadline_queries.claims(view.version.connection, view.catalog, chosen, limits)
    )
    known = [one for one in found if one.band != NO_WAGE]
    total = sum(one.cases for one in found)
    left_out = total - sum(one.cases for one in known)
    court = view.catalog.court
    # What is left when many cases have no threshold are old ones that took long: a share of them would mislead.
    enough = left_out <= court.max_aside_share * total
    said = (
        _used(found[0], court.minimum_base)
        if enough
        else f"{total:,} 件中有 {left_out:,} 件缺工资参数，只列数，不算比例、不画图。"
    )
    show(render("ui/topics/topic_note.html", title="小额诉讼：标的额够条件的与实际适用的", lines=[
        said,
        *_threshold_lines(limits, left_out),
        "只按标的额分档；是否“事实清楚、权利义务关系明确、争议不大的简单金钱给付案件”、是否属于不得适用的六类，数据中没有，须由法官判断。",
    ]))  # fmt: skip
    rows = [
        FlowStage(
            one.band,
            (FlowSegment("用小额审结", one.used, "main"), FlowSegment("用其他程序审结", one.others, "out")),
        )
        for one in known
        if one.cases
    ]
    if rows and enough:
        figure = view.cached("claim bands", lambda: flow(
            sheet(view, "标的额分档与小额诉讼的适用", view.selection.period.label,
                  "民初案件，结案日期在报告期内；门槛按立案日适用的上年度年平均工资", ("cases",)), rows))  # fmt: skip
        plot(view, figure, "claims", said, ("cases",))
    show(render("ui/topics/topic_counts.html", head=("标的额", "用小额", "用其他程序", "合计"), rows=[
        (one.band, one.used, one.others, one.cases) for one in found]))  # fmt: skip


def _used(must: Claim, base: int) -> str:
    if must.cases < base:
        return f"标的额应当适用小额的案件 n={must.cases}，件数过少，只列数。"
    share = value_text(Fraction(must.used, must.cases) * 100, "%")
    return (
        f"标的额应当适用小额的 {must.cases:,} 件中，用{SMALL}审结 {must.used:,} 件（{share}）。"
        "分母只是这一档，与“小额诉讼程序适用率”（全部一审民事案件）不同。"
    )


def _threshold_lines(limits: Sequence[Threshold], left_out: int) -> list[str]:
    lines = [
        f"{limit.since} 起立案：{limit.year}年度年平均工资 {half_up(limit.wage)}元，"
        f"应当适用 ≤{half_up(limit.must, 2)}元，可约定 ≤{half_up(limit.may, 2)}元。"
        for limit in limits
    ]
    if left_out:
        lines.append(
            f"有 {left_out:,} 件立案时，参数表里没有当时适用的年平均工资：或早于最早一条，或最近一条公布已满{FRESH_MONTHS}个月、"
            f"应有新数。最新一条为 {limits[-1].year} 年度，请在 seeds/parameters.csv 补录“{deadline_queries.WAGE}”。"
            if limits else f"参数表里的工资与比例对不上生效日期，{left_out:,} 件无法分档。"
        )  # fmt: skip
    return lines
