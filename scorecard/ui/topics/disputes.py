"""Disputes in depth: how long each stage takes, 小额 as the amount allows it and as it is used, arrears owed to firms."""

from collections.abc import Sequence
from fractions import Fraction

from scorecard.assessment.number_format import half_up, value_text
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.charts.flow import FlowSegment, FlowStage, flow
from scorecard.records.parameters import TABLE as PARAMETERS
from scorecard.store import warehouse
from scorecard.topics import disputes as topic
from scorecard.topics.disputes import FRESH_MONTHS, NO_WAGE, SMALL, Arrears, Claim, Stage, Threshold
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show_template
from scorecard.ui.topics.topic import result_for, show_counts, show_figure, show_months, show_note, slice_for

# --- how long -------------------------------------------------------------------------------------------------


def times(view: View) -> None:
    """Stages apart and together."""
    stages = result_for(view, topic.STAGES_NEEDED, topic.stages)
    if stages is None:
        return
    base = view.catalog.court.minimum_base
    cohort = stages.together[0].cases
    whole = value_text(stages.whole, "天") if cohort >= base else f"{cohort}件"
    lines = [
        f"{view.selection.period.label}：同一批案件从立案到执结平均 {whole}。",
        "图中各环节的案件不同：本期审结的案件大多以后才执行，各环节平均数不能相加成全程用时。",
        f"“同一批案件”是本期执结的首次执行中，按原审案号找得到一审记录的 {cohort:,} 件（共 {stages.enforced:,} 件）；"
        "按其他文书执行的、原审案号未填的不在其中。它们的各环节可以相加，见表中“同一批”各行。",
        "" if view.selection.department == ALL_DEPARTMENTS
        else f"所选{view.catalog.words.unit}只限定各环节自己的案件；同一批案件的一审不限{view.catalog.words.unit}。",
    ]  # fmt: skip
    show_note("各环节用时", *lines)
    show_months(
        view, "stages_months", "立案、一审、首次执行的平均用时，近十三个月", topic.STAGES_NEEDED, topic.stages,
        lambda told: stage_lines([one.apart for one in told], base), "天",
        basis=f"该环节在当月完成的案件；不足{base}件的月份不画",
    )  # fmt: skip
    show_counts(
        ("环节", "件数", "平均", "中位数"),
        [*stage_rows(stages.apart, base), *stage_rows(stages.together, base, "同一批·")],
    )


def stage_lines(told: Sequence[Sequence[Stage]], base: int) -> dict[str, list[Fraction | None]]:
    """Stage -> its mean in each month; none where its cases are under the minimum base."""
    names = dict.fromkeys(stage.name for month in told for stage in month)
    by_name = [{stage.name: stage for stage in month} for month in told]
    return {
        name: [stage.mean if (stage := month.get(name)) and stage.cases >= base else None for month in by_name]
        for name in names
    }


def stage_rows(stages: Sequence[Stage], base: int, before: str = "") -> list[tuple[str, str, str, str]]:
    """(stage, cases, mean, median); under the minimum base the count alone."""
    return [
        (f"{before}{stage.name}", half_up(stage.cases), value_text(stage.mean, "天"), value_text(stage.median, "天"))
        if stage.cases >= base
        else (f"{before}{stage.name}", half_up(stage.cases), f"{stage.cases}件", f"{stage.cases}件")
        for stage in stages
    ]


# --- 小额 ------------------------------------------------------------------------------------------------------


def small_claims(view: View) -> None:
    """小额 as the amount allows it against 小额 as used, by the wage threshold of the filing year."""
    slice_ = slice_for(view, topic.CLAIMS_NEEDED)
    if slice_ is None:
        return
    parameters = warehouse.parameters(view.version.connection)
    limits = topic.thresholds(parameters)
    missing = topic.missing_parameters(parameters)
    if missing:
        _ask_for_wage(f"参数表缺少：{'、'.join(missing)}。")
        return
    bands = view.cached("claims", lambda: topic.claims(view.version.connection, view.catalog, slice_, limits))
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
    if enough:
        _used_by_month(view, limits)
    show_counts(
        ("标的额", "用小额", "用其他程序", "合计"), [(band.band, band.used, band.others, band.cases) for band in bands]
    )


def _ask_for_wage(*lines: str) -> None:
    """What is missing, and who enters it where, in place of counts that would read as zeros."""
    asked = "省统计局公布后，由审管办在“登记”页的“参数表”登记：年度、数值、生效起和依据的文件；发布后这里即可计算。"
    show_note("小额诉讼：缺年平均工资，算不出标的额门槛", *lines, asked)
    show_template("ui/topics/topic_way.html", href=f"registers?table={PARAMETERS}", act="登记《参数表》")


def _used_by_month(view: View, limits: Sequence[Threshold]) -> None:
    court = view.catalog.court
    show_months(
        view, "claims_months", "标的额应当适用小额的案件中用小额审结的比例，近十三个月", topic.CLAIMS_NEEDED,
        lambda connection, catalog, slice_: topic.claims(connection, catalog, slice_, limits),
        lambda told: {"用小额": [_share(bands, court.minimum_base, court.max_aside_share) for bands in told]}, "%",
        basis=f"当月审结、标的额不超过年平均工资50%的民初案件；不足{court.minimum_base}件的月份不画",
    )  # fmt: skip


def _share(bands: Sequence[Claim], base: int, most: float) -> Fraction | None:
    """How many of those that must be 小额 were; none where they are few, or too many cases of the month have no threshold."""
    must, unknown = bands[0], sum(band.cases for band in bands if band.band == NO_WAGE)
    told = must.cases >= base and unknown <= most * sum(band.cases for band in bands)
    return Fraction(must.used * 100, must.cases) if told else None


def _used(must: Claim, base: int) -> str:
    if must.cases < base:
        return f"标的额应当适用小额的案件 {must.cases}件，件数过少，只列数。"
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
            f"应有新数。最新一条为 {limits[-1].year} 年度，请审管办在“登记”页的“参数表”登记此后年度的“{topic.WAGE}”。"
            if limits else f"参数表里的工资与比例对不上生效日期，{left_out:,} 件无法分档。"
        )  # fmt: skip
    return lines


# --- 拖欠企业账款 ----------------------------------------------------------------------------------------------


def arrears(view: View) -> None:
    """拖欠企业账款: 快立, 快审, 快执, and the money recovered."""
    cases = result_for(view, topic.ARREARS_NEEDED, topic.arrears)
    if cases is None:
        return
    base = view.catalog.court.minimum_base
    sentence = (
        f"{view.selection.period.label}：拖欠企业账款执行案件收 {cases.filed:,} 件、结 {cases.closed:,} 件，"
        f"期末未结 {cases.pending:,} 件；到账 {value_text(cases.arrived / 10_000, '万元')}。"
    )
    show_note(
        "拖欠企业账款：快立、快审、快执",
        sentence,
        _rate(cases, base),
        "快立、快审看本期执结案件背后的一审（按原审案号查找，查不到的不计）；快执看执行案件本身；到账按到账日期归期。"
        "各行案件不同，不能相加。",
    )
    show_months(
        view, "arrears_months", "拖欠企业账款执行案件的收、结和未结，近十三个月", topic.ARREARS_NEEDED, topic.arrears,
        lambda told: {
            "新收": [Fraction(one.filed) for one in told],
            "执结": [Fraction(one.closed) for one in told],
            "月末未结": [Fraction(one.pending) for one in told],
        },
        "件", basis="首次执行和恢复执行，是否拖欠企业账款为“是”；按当月收、结，未结为月末存案",
    )  # fmt: skip
    show_counts(("环节", "件数", "平均", "中位数"), stage_rows(cases.steps, base))
    show_counts(("结案方式", "件数"), list(cases.outcomes))


def _rate(cases: Arrears, base: int) -> str:
    if cases.amounts_known < base or cases.rate is None:
        return f"首次执行结案、两项金额都已填的 {cases.amounts_known}件，只列数，不算到位率。"
    return (
        f"首次执行结案 {cases.amounts_known:,} 件：到位 {value_text(cases.recovered / 10_000, '万元')} ÷ 申请执行标的 "
        f"{value_text(cases.claimed / 10_000, '万元')} = {value_text(cases.rate * 100, '%')}。"
    )
