"""A formula in words, as a court officer would say it: for the glossary, the detail of a card and every export.

Written from the same canonical formula that is compiled, so the words cannot drift from the number.
"""

from collections.abc import Sequence

from scorecard.catalog.conditions import Interval, Reach, Test
from scorecard.catalog.contracts import Derived, Table
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.catalog.formulas import FormulaPart, Term
from scorecard.catalog.tabulations.declarations import RowChoice, RowListing, TabulatedFigure, Tabulation

_NUMBER_SIGNS = {"lt": "小于", "lte": "不超过", "gt": "大于", "gte": "不少于"}
_DATE_SIGNS = {"lt": "早于", "lte": "不晚于", "gt": "晚于", "gte": "不早于"}


def formula_words(indicator: Indicator, catalog: Catalog) -> tuple[str, ...]:
    """The formula in a few Chinese lines: what is counted above, below, how they are combined, when it matures."""
    lines = _lines(indicator, catalog)
    after = indicator.formula.matures_after
    if after is not None:
        lines.append(f"报告期末满{interval_words(after)}后才评判；在那之前数值还会变化，标“观察期未满”。")
    if indicator.all_time:
        lines.append("另有自统计起的一个数：按现行口径、有数据以来的各月合并计算，不设目标，不作评判。")
    combined = (_combined(catalog.tables[name]) for name in indicator.formula.tables)
    length = catalog.row_period(*indicator.formula.terms)
    if length is not None:
        shorter = {"year": "没有单月、季度和年度累计的数，", "quarter": "没有单月和年度累计的数，", "month": ""}[length]
        whole = {"year": "年", "quarter": "季", "month": "月"}[length]
        lines.append(f"数据表的一行是整{whole}，{shorter}没有报送的{whole}是未知，不是零。")
    return (*lines, *filter(None, combined), _blanks(indicator, catalog))


_TOGETHER = {
    "sum": "相加", "largest": "取最大", "smallest": "取最小", "earliest": "取最早", "latest": "取最晚", "any": "有一行为“是”即为“是”",
    "all": "各行都为“是”才为“是”",
}  # fmt: skip


def _combined(table: Table) -> str:
    """How several lines of one case count once; empty where a line is a row of its own."""
    if table.one_row_per is None:
        return ""
    how = "".join(f"“{table.header(column)}”{_TOGETHER[word]}，" for column, word in table.combine.items())
    return f"《{table.name}》“{table.header(table.one_row_per)}”相同的几行是一件，只计一次：{how}其余各列应当相同，不同的须更正或按未知计。"


def _blanks(indicator: Indicator, catalog: Catalog) -> str:
    """What a blank says in each column that is read: what its contract declares, and otherwise nothing."""
    declared: dict[str, None] = {}
    for term in indicator.formula.terms:
        table = catalog.tables[term.table]
        read = table.sources(term.columns)
        for name, column in table.columns.items():
            if name in read and column.blank_means:
                declared[f"“{column.header}”空白表示{column.blank_means}"] = None
    silence = f"{'其余各列' if declared else '各列'}空白是未知，不是“否”也不是零，整列没有或全空时数值待核"
    return f"{'；'.join((*declared, silence))}。"


def _lines(indicator: Indicator, catalog: Catalog) -> list[str]:
    formula = indicator.formula
    part = formula.parts[0]
    per = indicator.per
    scale = "，元换算为万元" if (per.of if per else indicator.unit) == "万元" else ""
    match formula.kind:
        case "count":
            return [f"数值 = {_sum(part.numerator, catalog)}"]
        case "sum":
            return [f"数值 = {_sum(part.numerator, catalog)}{scale}"]
        case "mean":
            top = part.numerator[0]
            header = catalog.tables[top.table].header(top.column) if top.column else ""
            return [*_halves(part, catalog), f"数值 = 分子 ÷ 分母，即“{header}”的平均数{scale}"]
        case "median" | "quantile" | "maximum" | "minimum":
            return [f"数值 = {_sum(part.numerator, catalog)}{scale}"]
        case "disposition":
            days = "数值 = 分子 ÷ 分母 × 报告期天数，即照本期审结的快慢，结清期末未结案件所需的天数；报告期没有结束的不计算"
            return [*_halves(part, catalog), days]
        case "stage_means":
            stages = [
                f"{stage.name} = {_sum(stage.numerator, catalog)} ÷ {_sum(stage.denominator, catalog)}"
                for stage in formula.parts
            ]
            named = " + ".join(stage.name for stage in formula.parts)
            return [*stages, f"数值 = 各环节平均数之和（{named}）；各环节的案件不同，不是同一批案件的全程用时"]
        case "ratio":
            limit = "" if formula.share else "；不是部分占整体，可以超过100%"
            if per is not None:
                times = f" × {per.each:,}" if per.each > 1 else ""
                each = indicator.unit.partition("/")[2]
                return [*_halves(part, catalog), f"数值 = 分子 ÷ 分母{times}，即每{each}合多少{per.of}{scale}"]
            rest = (
                "；其余的件数另列" if formula.share and indicator.shortfall and indicator.direction == "higher" else ""
            )
            return [*_halves(part, catalog), f"数值 = 分子 ÷ 分母 × 100%{limit}{rest}"]


def _halves(part: FormulaPart, catalog: Catalog) -> list[str]:
    """分母 first; a numerator that is a further filter of the same rows says only what it adds."""
    lines = [f"分母 = {_sum(part.denominator, catalog)}"]
    top, bottom = part.numerator[0], part.denominator[0]
    alone = len(part.numerator) == len(part.denominator) == 1
    clocks = (top.table, top.period, top.stock) == (bottom.table, bottom.period, bottom.stock)
    if alone and clocks and top.where[: len(bottom.where)] == bottom.where:
        table = catalog.tables[top.table]
        further = "、".join(condition_words(test, table) for test in top.where[len(bottom.where) :])
        which = f"其中{further}的" if further else "同样这些行的"
        return [*lines, f"分子 = {which}{_aggregate(top, table)}"]
    return [*lines, f"分子 = {_sum(part.numerator, catalog)}"]


def _sum(terms: Sequence[Term], catalog: Catalog) -> str:
    words: list[str] = []
    for term in terms:
        sign = "减去 " if term.minus else "加上 " if words else ""
        words.append(f"{sign}{term_words(term, catalog)}")
    return "，".join(words)


def term_words(term: Term, catalog: Catalog) -> str:
    """One aggregate in words: 《案件表》中“结案日期”在报告期内、“适用程序”为“小额诉讼”的行数."""
    table = catalog.tables[term.table]
    tests = "".join(f"、{condition_words(test, table)}" for test in term.where)
    return f"《{table.name}》中{_clock(term, table)}{tests}的{_aggregate(term, table)}"


def _aggregate(term: Term, table: Table) -> str:
    header = "" if term.column is None else f"“{table.header(term.column)}”"
    match term.aggregate:
        case "count":
            return "行数"
        case "distinct":
            return f"{header}去重后的个数"
        case "sum":
            return f"{header}之和"
        case "maximum" | "minimum":
            return f"{header}的最{'大' if term.aggregate == 'maximum' else '小'}值"
        case "median":
            return f"{header}的中位数"
        case "quantile":
            return (
                f"{header}的{quantile_words(term.per_mille)}（不超过该数的至少占{term.per_mille / 10:g}%，取实有的数）"
            )
        case "largest":
            return f"{header}中出现最多的一个的行数"


def quantile_words(per_mille: int) -> str:
    """ "90%分位数", "97.5%分位数"."""
    return f"{per_mille / 10:g}%分位数"


def _clock(term: Term, table: Table) -> str:
    if term.stock is not None:
        start, until = table.header(term.stock.start), table.header(term.stock.until)
        return f"报告期最后一天在册（“{start}”不晚于该日、“{until}”未填或晚于该日）"
    assert term.period is not None
    return f"“{table.header(term.period)}”在报告期内"


def condition_words(test: Test, table: Table) -> str:
    """One condition in words; an unknown cell meets none but 未填 and 超出."""
    header, value = f"“{table.header(test.column)}”", test.value
    if isinstance(value, Reach):
        inside = f"{header}不晚于“{table.header(value.of)}”之后{interval_words(value)}"
        return (
            inside
            if test.operator == "within"
            else f"{header}晚于“{table.header(value.of)}”之后{interval_words(value)}或未填"
        )
    match test.operator:
        case "eq":
            return f"{header}为{_value(value)}"
        case "not":
            return f"{header}不是{_value(value)}"
        case "in" | "not_in":
            listed = "、".join(_value(word) for word in value) if isinstance(value, tuple) else _value(value)
            return f"{header}{'是' if test.operator == 'in' else '不是'}{listed}之一"
        case "known":
            return f"{header}{'已填' if value else '未填'}"
        case "not_after" | "after":
            return f"{header}{'不晚于' if test.operator == 'not_after' else '晚于'}“{table.header(str(value))}”"
        case "same_as" | "differs_from":
            return f"{header}与“{table.header(str(value))}”{'相同' if test.operator == 'same_as' else '不同'}（都已填）"
        case _:
            if isinstance(value, str):
                return f"{header}{_DATE_SIGNS[test.operator]}{value}"
            return f"{header}{_NUMBER_SIGNS[test.operator]}{value:,}{table.unit_of(test.column)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "“是”" if value else "“否”"
    return f"“{value}”" if isinstance(value, str) else f"{value:,}"


def interval_words(interval: Interval) -> str:
    """ "6个月", "30天", "48小时", "12个月1天"."""
    units = ((interval.months, "个月"), (interval.days, "天"), (interval.hours, "小时"))
    return "".join(f"{number}{unit}" for number, unit in units if number) or "0天"


def choice_words(choice: RowChoice, catalog: Catalog) -> tuple[str, ...]:
    """Which rows a tabulation or listing is about, what it groups them by or shows of them, then each figure."""
    table = catalog.tables[choice.table]
    clock = [_clock(choice.rows, table)] if choice.clocks else []
    if choice.undated and choice.stock is not None:
        clock.append(f"或“{table.header(choice.stock.start)}”未填而没有离开")
    tests = "、".join([*clock, *(condition_words(test, table) for test in choice.where)])
    lines = [f"行 = 《{table.name}》中{tests}的行" if tests else f"行 = 《{table.name}》的全部行"]
    if isinstance(choice, Tabulation):
        by = [f"“{table.header(column)}”{'（按月）' if table.type_of(column).is_date else ''}" for column in choice.by]
        lines += [f"分组 = {'、'.join(by)}"] if by else []
        if choice.balance:
            return (*lines, f"{'、'.join(choice.balance)}：报告期所在年度逐月列出，前两项之和减第三项应当等于第四项")
        lines += [f"{figure.name}（{figure.measured_in}） = {_figure(figure, table)}" for figure in choice.figures]
    if isinstance(choice, RowListing):
        lines.append(f"列 = {'、'.join(f'“{table.header(column)}”' for column in choice.columns)}")
    return tuple(lines)


def _figure(figure: TabulatedFigure, table: Table) -> str:
    def which(tests: Sequence[Test]) -> str:
        return f"其中{'、'.join(condition_words(test, table) for test in tests)}的" if tests else ""

    of, over, distinct = (f"“{table.header(one)}”" if one else "" for one in (figure.of, figure.over, figure.distinct))
    rows = which(figure.where)
    if figure.age is not None:
        over, upto = (f"满{figure.age.over}个月后" if figure.age.over else "", figure.age.upto)
        aged = f"“{table.header(figure.age.of)}”起至期末{over}{'、' if over and upto else ''}{f'不超过{upto}个月' if upto else ''}"
        rows = f"{rows.removesuffix('的')}{'、' if rows else '其中'}{aged}的"
    if figure.kind == "ratio":
        amount, whole = (
            (f"{of}之和", f"{over}之和") if over else (f"{distinct}去重后的个数" if distinct else "行数",) * 2
        )
        return f"{which(figure.numerator) or rows}{amount} ÷ {rows}{whole}"
    words = {"sum": f"{of}之和", "mean": f"{of}的平均数", "median": f"{of}的中位数"}
    words |= {"maximum": f"{of}的最大值", "minimum": f"{of}的最小值"}
    if figure.quantile:
        words["quantile"] = f"{of}的{quantile_words(round(figure.quantile * 1000))}"
    return rows + words.get(figure.kind, f"{distinct}去重后的个数" if distinct else "行数")


def derived_words(derived: Derived, table: Table) -> str:
    """How a computed column of a table comes about, and where it is unknown; said where a duration is shown."""
    unless = "且".join(condition_words(test, table) for test in derived.unknown_where)
    return _computed(derived, table) + (f"；{unless}的按未知" if unless else "")


def _computed(derived: Derived, table: Table) -> str:
    headers = [f"“{table.header(column)}”" for column in derived.inputs]
    match derived.form:
        case "days_between":
            return f"{headers[0]}至{headers[1]}的日历天数，首日不计"
        case "working_days_between":
            return f"{headers[0]}至{headers[1]}的工作日数（国务院办公厅节假日安排），首日不计"
        case "after":
            assert derived.after is not None
            return f"{headers[0]}之后{interval_words(derived.after)}"
        case "earliest":
            if len(headers) == 1:
                return f"即{headers[0]}"
            return f"{'、'.join(headers)}中最早的一个，未填的不计"
        case "latest":
            if len(headers) == 1:
                return f"即{headers[0]}"
            return f"{'、'.join(headers)}中最晚的一个，有未填的则不计"
        case "total":
            return f"{' + '.join(headers)}，有一项未填的则不计"
        case "difference":
            return f"{headers[0]} − {headers[1]}"
        case "case_part":
            assert derived.case_part is not None
            part = {"year": "年份", "court": "法院代字", "type": "类型代字", "serial": "编号"}[derived.case_part.part]
            return f"{headers[0]}的{part}"
        case _:
            assert derived.group is not None
            groups = "；".join(f"{name}：{'、'.join(words)}" for name, words in derived.group.groups.items())
            return f"按{headers[0]}归类（{groups}；此外为{derived.group.other}）"


def computed_columns(indicator: Indicator, catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """(header, words) of every computed column the formula reads, with those they are computed from."""
    words_of: dict[str, str] = {}
    for term in indicator.formula.terms:
        table = catalog.tables[term.table]
        waiting = sorted(term.columns)
        while waiting:
            column = waiting.pop(0)
            derived = table.derived.get(column)
            if derived is not None and derived.header not in words_of:
                words_of[derived.header] = derived_words(derived, table)
                waiting.extend(derived.reads)
    return tuple(words_of.items())
