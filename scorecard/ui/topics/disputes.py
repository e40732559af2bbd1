"""解决商业纠纷 in depth: where disputes go, how long each stage takes, 小额 as the amount allows it and as it is used."""

from collections.abc import Sequence
from fractions import Fraction

from scorecard.assessment.number_format import half_up, value_text
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.charts.flow import FlowSegment, FlowStage, Tone, flow, stage_times
from scorecard.records.parameters import TABLE as PARAMETERS
from scorecard.store import warehouse
from scorecard.topics import deadline_queries, dispute_queries
from scorecard.topics.deadline_queries import CLAIMS_NEEDED, FRESH_MONTHS
from scorecard.topics.dispute_queries import MEDIATIONS_NEEDED, STAGES_NEEDED, TRIALS_NEEDED
from scorecard.topics.disputes import NO_WAGE, PROCEDURES, SMALL, Claim, Stage, Threshold, Trials
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.templating import render
from scorecard.ui.topics.topic import result_for, show_counts, show_figure, show_flow, show_note, slice_for

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
    mediations = result_for(view, MEDIATIONS_NEEDED, dispute_queries.mediations, key, groups)
    if mediations is not None:
        show_flow(view, "mediations", mediations, [], whose=whose, causes=causes, key=len(key))
    trials = result_for(view, TRIALS_NEEDED, dispute_queries.trials, key, groups)
    if trials is not None:
        _trials(view, key, whose, causes, trials)


def _trials(view: View, key: str, whose: str, causes: str, trials: Trials) -> None:
    used = [name for name in PROCEDURES if trials.of(name)]

    def counted(name: str) -> list[int]:
        return [trials.counts.get((name, outcome), 0) for outcome in trials.outcomes]

    def stage(name: str) -> FlowStage:
        parts = zip(trials.outcomes, counted(name), strict=True)
        return FlowStage(name, tuple(FlowSegment(outcome, n, _TONES.get(outcome, "open")) for outcome, n in parts))

    table: list[Sequence[str | int]] = [(name, *counted(name), trials.of(name)) for name in used]
    table.append(("合计", *(trials.ended(outcome) for outcome in trials.outcomes), trials.closed))
    said = "，".join(f"{name} {trials.of(name):,} 件" for name in used) or "无"
    head, words = ("程序", *trials.outcomes, "合计"), {"whose": whose, "causes": causes, "key": len(key), "used": said}
    show_flow(view, "trials", trials, [stage(name) for name in used], head, table, **words)


# --- how long -------------------------------------------------------------------------------------------------


def times(view: View) -> None:
    """Stages apart and together."""
    stages = result_for(view, STAGES_NEEDED, dispute_queries.stages)
    if stages is None:
        return
    base = view.catalog.court.minimum_base
    cohort = stages.together[0].cases
    whole = value_text(stages.whole, "天") if cohort >= base else f"n={cohort}"
    lines = [
        f"{view.selection.period.label}：同一批案件从立案到执结平均 {whole}。",
        "图中前三行各环节的案件不同：本期审结的案件大多以后才执行，各环节平均数不能相加成全程用时。",
        f"“同一批案件”是本期执结的首次执行中，按原审案号找得到一审记录的 {cohort:,} 件（共 {stages.enforced:,} 件）；"
        "按其他文书执行的、原审案号未填的不在其中。它们的各环节可以相加。",
        "" if view.selection.department == ALL_DEPARTMENTS else "所选部门只限定各环节自己的案件；同一批案件的一审不限部门。",
    ]  # fmt: skip
    show_note("各环节用时", *lines)
    show_figure(
        view,
        "stages",
        "立案、一审、首次执行的平均用时",
        lambda frame: stage_times(frame, stages, base),
        lines[0] + lines[1],
        ("cases", "enforcement"),
        basis="各环节：该环节在报告期内完成的案件；同一批案件：报告期内执结、原审案号可查的首次执行",
        subtitle=f"{view.selection.period.label}　日历天数",
    )
    show_counts(
        ("环节", "件数", "平均", "中位数"),
        [*stage_rows(stages.apart, base), *stage_rows(stages.together, base, "同一批·")],
    )


def stage_rows(stages: Sequence[Stage], base: int, before: str = "") -> list[tuple[str, str, str, str]]:
    """(stage, cases, mean, median); under the minimum base the count alone."""
    return [
        (f"{before}{stage.name}", half_up(stage.cases), value_text(stage.mean, "天"), value_text(stage.median, "天"))
        if stage.cases >= base
        else (f"{before}{stage.name}", half_up(stage.cases), f"n={stage.cases}", f"n={stage.cases}")
        for stage in stages
    ]


# --- 小额 ------------------------------------------------------------------------------------------------------


def small_claims(view: View) -> None:
    """小额 as the amount allows it against 小额 as used, by the wage threshold of the filing year."""
    slice_ = slice_for(view, CLAIMS_NEEDED)
    if slice_ is None:
        return
    parameters = warehouse.parameters(view.version.connection)
    limits = deadline_queries.thresholds(parameters)
    missing = deadline_queries.missing_parameters(parameters)
    if missing:
        _ask_for_wage(f"参数表缺少：{'、'.join(missing)}。")
        return
    bands = view.cached(
        "claims", lambda: deadline_queries.claims(view.version.connection, view.catalog, slice_, limits)
    )
    known = [band for band in bands if band.band != NO_WAGE]
    total = sum(band.cases for band in bands)
    left_out = total - sum(band.cases for band in known)
    if total and left_out == total:
        _ask_for_wage(
            f"本期审结的 {total:,} 件在立案时都没有适用的年平均工资，够不够条件无从判断，不等于零件。",
            *_threshold_lines(limits, left_out),
        )
        return
    court = view.catalog.court
    # What is left when many cases have no threshold are old ones that took long: a share of them would mislead.
    enough = left_out <= court.max_aside_share * total
    sentence = (
        _used(bands[0], court.minimum_base)
        if enough
        else f"{total:,} 件中有 {left_out:,} 件缺工资参数，只列数，不算比例、不画图。"
    )
    show_note(
        "小额诉讼：标的额够条件的与实际适用的",
        sentence,
        *_threshold_lines(limits, left_out),
        "只按标的额分档；是否“事实清楚、权利义务关系明确、争议不大的简单金钱给付案件”、是否属于不得适用的六类，数据中没有，须由法官判断。",
    )
    rows = [
        FlowStage(
            band.band, (FlowSegment("用小额审结", band.used, "main"), FlowSegment("用其他程序审结", band.others, "out"))
        )
        for band in known
        if band.cases
    ]
    if rows and enough:
        show_figure(
            view,
            "claims",
            "标的额分档与小额诉讼的适用",
            lambda frame: flow(frame, rows),
            sentence,
            ("cases",),
            basis="民初案件，结案日期在报告期内；门槛按立案日适用的上年度年平均工资",
        )
    show_counts(
        ("标的额", "用小额", "用其他程序", "合计"), [(band.band, band.used, band.others, band.cases) for band in bands]
    )


def _ask_for_wage(*lines: str) -> None:
    """What is missing, and who enters it where, in place of counts that would read as zeros."""
    asked = "省统计局公布后，由审管办在“登记”页的“参数表”登记：年度、数值、生效起和依据的文件；发布后这里即可计算。"
    show_note("小额诉讼：缺年平均工资，算不出标的额门槛", *lines, asked)
    show(render("ui/topics/topic_way.html", href=f"registers?table={PARAMETERS}", act="登记《参数表》"))


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
            f"应有新数。最新一条为 {limits[-1].year} 年度，请审管办在“登记”页的“参数表”登记此后年度的“{deadline_queries.WAGE}”。"
            if limits else f"参数表里的工资与比例对不上生效日期，{left_out:,} 件无法分档。"
        )  # fmt: skip
    return lines
