"""Problems in an extract: their kinds by stable codes, with title, severity and remedy; their collection and their CSV.

A code is never renamed and never used again for something else: it stands in problem lists, batches and officers' notes.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from etl.invisible_characters import show_hidden
from scorecard.storage.spreadsheet_csv import write_csv

Severity = Literal["refuse", "aside", "repair", "report"]
SEVERITY_NAMES: dict[Severity, str] = {
    "refuse": "须改正",
    "aside": "整行搁置",  # a problem that refuses the extract under the policy "refuse"
    "repair": "已修复",
    "report": "提示",
}


@dataclass(frozen=True)
class ProblemKind:
    """A kind of problem: its title, the severities it can have, and the remedy."""

    title: str
    severities: tuple[Severity, ...]
    remedy: str


_REFUSE: tuple[Severity, ...] = ("refuse",)
_ROW: tuple[Severity, ...] = ("refuse", "aside")  # of one row: by the policy of the table
_CELL: tuple[Severity, ...] = ("refuse", "aside", "report")  # a report where a bad cell counts as unknown
_REPAIR: tuple[Severity, ...] = ("repair",)
_REPORT: tuple[Severity, ...] = ("report",)
_NOTHING = "不必处理；导出时改好可免去提示"
_SAVE = "在表格软件中另存为 xlsx 工作簿或“CSV UTF-8（逗号分隔）”后再上传"
_CHECK = "对照原系统核对，改正后再上传"

KINDS: dict[str, ProblemKind] = {
    "file_empty": ProblemKind("空文件", _REFUSE, "重新导出后再上传"),
    "file_too_large": ProblemKind("文件过大", _REFUSE, "按时间段拆成几个文件上传"),
    "file_not_csv": ProblemKind("不是 CSV 文件或工作簿", _REFUSE, _SAVE),
    "workbook_unreadable": ProblemKind("工作簿打不开", _REFUSE, "用表格软件打开，核对后另存为 xlsx 工作簿再上传"),
    "workbook_too_large": ProblemKind("工作簿过大", _REFUSE, "只留下要报送的工作表和行列，或按时间段拆成几个文件"),
    "sheet_several": ProblemKind("没有选定工作表", _REFUSE, "选定要读取的工作表"),
    "sheet_unknown": ProblemKind("没有可读的工作表", _REFUSE, "选定列出的工作表；要读隐藏的工作表，先取消隐藏"),
    "sheet_unread": ProblemKind("没有读取的工作表", _REPORT, "需要时选定那个工作表另行报送"),
    "sheet_filtered": ProblemKind("工作表设有筛选", _REPORT, "核对不显示的行是否也应报送"),
    "rows_hidden": ProblemKind("隐藏的行", _REPORT, "核对隐藏的行是否也应报送；不应报送的请删去"),
    "columns_hidden": ProblemKind("隐藏的列", _REPORT, "核对隐藏的列是否也应报送；不应报送的请删去"),
    "cells_merged": ProblemKind("数据行里有合并的单元格", _REFUSE, "取消合并，在每一格填上各自的值"),
    "formulas_stored": ProblemKind("公式", _REPORT, "核对文件保存前是否已经计算；拿不准就另存为数值"),
    "external_links": ProblemKind("引用了其他文件", _REPORT, "核对引用处的结果；拿不准就另存为数值"),
    "numbers_as_text": ProblemKind("文字列里的数字", _REPORT, "核对开头的 0 是否丢失；编号列请设为文本格式后重新导出"),
    "line_break_removed": ProblemKind("单元格内的换行", _REPAIR, _NOTHING),
    "encoding_utf16": ProblemKind("UTF-16 编码", _REFUSE, _SAVE),
    "encoding_big5": ProblemKind("Big5 编码", _REFUSE, _SAVE),
    "encoding_damaged": ProblemKind("编码损坏", _REFUSE, "从系统重新导出；不要拼接两种编码的文件"),
    "header_missing": ProblemKind("没有表头", _REFUSE, "下载本表模板，对照核对表头和分隔符"),
    "header_destroyed": ProblemKind("表头已损坏", _REFUSE, "从系统重新导出，不要用损坏的文件"),
    "header_doubled": ProblemKind("表头重复", _REFUSE, "两列中只保留一列"),
    "header_required": ProblemKind("缺少必填的列", _REFUSE, "补上这一列，或把未登记的列对应到它"),
    "header_unit": ProblemKind("表头单位不符", _REFUSE, "按本表规定的单位报送；同类的单位（如万元与元）写清楚就会换算"),
    "header_absent": ProblemKind("没有这一列", _REPORT, "需要时补上这一列；不补则按“未知”处理"),
    "header_unknown": ProblemKind("未登记的列", _REPORT, "是本表的列就对应到它；不是就不必处理，内容不会读取"),
    "header_mapped": ProblemKind("按对应关系读取的列", _REPORT, "核对对应是否正确"),
    "header_dropped": ProblemKind("涉个人信息的列", _REPORT, "不必处理，内容已丢弃；以后可不导出这一列"),
    "title_line": ProblemKind("表头上方的标题行", _REPORT, _NOTHING),
    "rows_above_header": ProblemKind("表头上方有数据", _REFUSE, "删去表头以上的数据行"),
    "quotes_open": ProblemKind("引号不成对", _REFUSE, "补上或删去这一行多余的引号"),
    "cells_few": ProblemKind("单元格少于表头", _REFUSE, "补齐单元格；单元格内的换行须放在引号里"),
    "cells_many": ProblemKind("单元格多于表头", _REFUSE, "单元格内含逗号时用引号括起"),
    "quotes_inside": ProblemKind("引号在单元格中间", _REFUSE, "删去多余的引号，或把整个单元格用引号括起、其中的引号写成两个"),
    "record_swallowed": ProblemKind("一格里有换行", _REFUSE, "核对这几行的引号；确是一格内容的，改掉换行和其中的逗号"),
    "cells_completed": ProblemKind("行末缺单元格", _REPAIR, _NOTHING),
    "cells_surplus": ProblemKind("行末多出空单元格", _REPAIR, _NOTHING),
    "cell_too_long": ProblemKind("单元格过长", _CELL, "核对引号是否成对，或删去不属于这一格的内容"),
    "end_mark": ProblemKind("文件结束符", _REPORT, _NOTHING),
    "file_cut_off": ProblemKind("文件似乎断掉", _REPORT, "核对最后一行，或重新导出"),
    "rows_none": ProblemKind("没有数据行", _REFUSE, "确实没有时声明“本月无此类数据”"),
    "rows_all_aside": ProblemKind("没有一行可以接收", _REFUSE, "按各行的问题改正后再上传"),
    "summary_line": ProblemKind("合计行", _REPORT, _NOTHING),
    "summary_differs": ProblemKind("合计与明细不一致", _REPORT, "核对明细行是否齐全"),
    "line_unclear": ProblemKind("分不清是数据还是说明", _REFUSE, "删去这一行，或改写它的名称"),
    "note_line": ProblemKind("注释行", _REPORT, _NOTHING),
    "header_again": ProblemKind("重复的表头行", _REPORT, _NOTHING),
    "error_value": ProblemKind("单元格里是错误值", _CELL, "在表格软件中改正公式或引用；没有内容就留空"),
    "formula_empty": ProblemKind("公式没有结果", _CELL, "用表格软件打开文件，待计算完毕后保存，再上传"),
    "digits_lost": ProblemKind("数字过长，末尾已丢失", _CELL, "把这一列设为文本格式，从原系统重新导出"),
    "blank_required": ProblemKind("必填项空白", _CELL, "补填这一格"),
    "blanks_trimmed": ProblemKind("首尾全角空格", _REPAIR, _NOTHING),
    "hidden_removed": ProblemKind("不可见字符", _REPAIR, "核对去掉后的内容；来历不明的文件请重新导出"),
    "width_folded": ProblemKind("全角字符", _REPAIR, _NOTHING),
    "date_unreadable": ProblemKind("不是日期", _CELL, "写成 2026-01-05 的样子；没有日期就留空"),
    "date_impossible": ProblemKind("日期不存在", _CELL, _CHECK),
    "date_placeholder": ProblemKind("占位日期", _CELL, "没有日期就留空，不要填占位的日期"),
    "date_serial": ProblemKind("日期成了数字", _CELL, "在表格软件中把这一列设为日期格式后重新导出"),
    "date_future": ProblemKind("日期晚于数据截至", _CELL, "核对日期，或核对所选的数据截至日期"),
    "time_missing": ProblemKind("没有时间", _REPORT, "需要按时刻统计时补上时间"),
    "value_unreadable": ProblemKind("写法不符", _CELL, "按本列要求的写法改正；没有就留空"),
    "number_unreadable": ProblemKind("不是数字", _CELL, "只写数字；没有就留空"),
    "number_unit": ProblemKind("数字带其他单位", _CELL, "核对单位，按本列的单位只写数字"),
    "unit_converted": ProblemKind("已换算单位", _REPAIR, "核对单位是否确如文件所写"),
    "number_precision": ProblemKind("小数位过多", _CELL, "按本列的精度写"),
    "number_range": ProblemKind("数字过大", _CELL, "核对单位和数字"),
    "number_minimum": ProblemKind("数字过小", _CELL, _CHECK),
    "number_noise": ProblemKind("计算误差", _REPAIR, _NOTHING),
    "apostrophe_removed": ProblemKind("前面的撇号", _REPORT, _NOTHING),
    "number_cleaned": ProblemKind("数字带分隔符或单位", _REPAIR, _NOTHING),
    "boolean_unknown": ProblemKind("不是“是”或“否”", _CELL, "写“是”或“否”；不知道就留空"),
    "code_unknown": ProblemKind("取值未登记", _CELL, "改成已登记的取值；确属新的取值请联系管理员登记"),
    "department_unknown": ProblemKind("部门未登记", _CELL, "写已登记的部门名称"),
    "department_day": ProblemKind("部门当时不存在", _REPORT, "核对日期和部门；按登记的起止日期归属"),
    "characters_lost": ProblemKind("字符丢失", _CELL, "从原系统重新导出，或改回原来的文字"),
    "word_folded": ProblemKind("编号、附注或路径", _REPAIR, _NOTHING),
    "word_path": ProblemKind("路径各级都已登记", _REPORT, "核对是一个取值还是两个；按最后一级读取"),
    "word_resembles": ProblemKind("与登记的取值相近", _REPORT, "确是登记的取值就对应到它；不是的对应为“照原样”"),
    "word_mapped": ProblemKind("按对应关系读取的值", _REPORT, "核对对应是否正确"),
    "case_no_unreadable": ProblemKind("不是案号", _CELL, "写成（2026）鲁0117民初123号的样子"),
    "case_no_brackets": ProblemKind("案号括号", _REPAIR, _NOTHING),
    "case_no_form": ProblemKind("案号写法", _REPAIR, _NOTHING),
    "case_no_several": ProblemKind("一格多个案号", _CELL, "一案一行"),
    "case_no_yearless": ProblemKind("案号缺年度", _CELL, "补上收案年度"),
    "case_no_old": ProblemKind("旧式案号", _REPORT, "核对是否本院案件"),
    "case_no_part": ProblemKind("案号后的“之几”", _REPAIR, "不必处理，按所属的案件计；与该案的一行不同的会列为主键重复"),
    "credit_code_form": ProblemKind("信用代码写法", _REPAIR, _NOTHING),
    "credit_code_unreadable": ProblemKind("不是统一社会信用代码", _CELL, "写 18 位的统一社会信用代码；没有就留空"),
    "credit_code_check": ProblemKind("信用代码校验不符", _CELL, "对照营业执照核对，至少有一位写错"),
    "credit_code_old": ProblemKind("旧的登记号或机构代码", _CELL, "改填统一社会信用代码"),
    "credit_code_destroyed": ProblemKind("信用代码被表格软件改坏", _ROW, "把这一列设为文本格式后从原系统重新导出"),
    "value_unknown": ProblemKind("写作“无”“不详”的空白", _REPAIR, _NOTHING),
    "court_foreign": ProblemKind("其他法院案号", _CELL, "删去其他法院的案件，或核对案号"),
    "court_legacy": ProblemKind("沿用的旧法院代字", _REPORT, "不必处理，按本院案件计"),
    "row_doubled": ProblemKind("相同的行", _REPORT, "不必处理；多为一案多名当事人各占一行"),
    "key_blank": ProblemKind("主键空白", _ROW, "补填能识别这一行的列"),
    "key_doubled": ProblemKind("主键重复", _ROW, "只保留一行，或核对是否同一案"),
    "unique_doubled": ProblemKind("取值重复", _CELL, "核对这几行是否重复"),
    "order_wrong": ProblemKind("先后颠倒", _CELL, "核对这两个日期"),
    "required_missing": ProblemKind("应填未填", _CELL, "按本行其他列的内容补填"),
    "amount_exceeded": ProblemKind("数额倒挂", _CELL, "核对这两个数额"),
    "cut_date": ProblemKind("疑似截数日期", _REPORT, "核对这些案件是否真已办结；未结的清空结案日期"),
    "target_contradicts": ProblemKind("目标自相矛盾", _REFUSE, "按建议改正目标"),
    "report_contradicts": ProblemKind("进展填报自相矛盾", _REFUSE, "按建议改正这条进展"),
    "baseline_contradicts": ProblemKind("重设基准不成立", _REFUSE, "按建议改正这条决定"),
    "annotation_contradicts": ProblemKind("标注不成立", _REFUSE, "按建议改正这条标注"),
    "decision_contradicts": ProblemKind("会商决定不成立", _REFUSE, "按建议改正这条决定"),
}  # fmt: skip

TITLES = {code: kind.title for code, kind in KINDS.items()}


__all__ = [
    "KINDS",
    "SEVERITY_NAMES",
    "TITLES",
    "Count",
    "EqualProblems",
    "Findings",
    "Problem",
    "ProblemKind",
    "Severity",
    "collapsed",
    "problems_csv",
]

LISTED = 100_000  # problems listed at most; the counts are of all
LISTED_PER_KIND = 10_000  # of one kind in one column, when it does not refuse the extract


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. `line` is the physical line (the file's first is 1), None for the whole file.

    `value` is the cell's text, masked in a private column and empty where the problem is about a whole line.
    """

    code: str
    severity: Severity
    line: int | None
    column: str
    value: str
    reason: str
    suggestion: str = ""

    def __str__(self) -> str:
        where = "" if self.line is None else f"第{self.line}行"
        column = f"「{self.column}」" if self.column else ""
        value = f"“{self.value}”" if self.value else ""
        text = f"{where}{column}{value}"
        text = f"{text}：{self.reason}" if text else self.reason
        return f"{text}。{self.suggestion}" if self.suggestion else text


@dataclass(frozen=True, slots=True)
class Count:
    """How many problems of one kind there are in one column, listed or not."""

    code: str
    severity: Severity
    column: str
    count: int

    @property
    def title(self) -> str:
        return TITLES[self.code]


class Findings:
    """Collects problems while an extract is read: exact counts of all, a bounded list.

    While `by_row` is set, a problem that would refuse the extract sets only its row aside.
    """

    def __init__(self) -> None:
        self._refusals: list[Problem] = []
        self._others: list[Problem] = []
        self._counts: Counter[tuple[Severity, str, str]] = Counter()
        self.by_row = False

    def add(self, problem: Problem) -> None:
        """Counts one problem, and lists it while there is room."""
        self.add_all([problem], problem.code, problem.severity, problem.column, 1)

    def add_all(self, listed: Iterable[Problem], code: str, severity: Severity, column: str, count: int) -> None:
        """Counts `count` problems of a kind; `listed` are some or all of them."""
        if severity == "refuse" and self.by_row:
            severity = "aside"
        column = show_hidden(column)
        before = self._counts[severity, code, column]
        self._counts[severity, code, column] += count
        if severity in ("refuse", "aside"):
            room, kept = LISTED - len(self._refusals), self._refusals
        else:
            room, kept = LISTED_PER_KIND - before, self._others
        kept.extend(_readable(problem, severity) for problem in islice(listed, max(0, room)))

    @property
    def refused(self) -> bool:
        return any(severity == "refuse" for severity, _, _ in self._counts)

    def problems(self) -> tuple[Problem, ...]:
        """Refusals before the rest when not all fit; then in the order of the file."""
        kept = (self._refusals + self._others)[:LISTED]
        return tuple(sorted(kept, key=lambda problem: (problem.line or 0, problem.severity not in ("refuse", "aside"))))

    def counts(self) -> tuple[Count, ...]:
        """Refusals first, then repairs, then reports; the larger count first."""
        order = list(SEVERITY_NAMES)
        counts = [Count(code, severity, column, n) for (severity, code, column), n in self._counts.items()]
        return tuple(sorted(counts, key=lambda count: (order.index(count.severity), -count.count, count.code)))


def _readable(problem: Problem, severity: Severity) -> Problem:
    """The problem with the hidden characters in its texts written out."""
    texts = (problem.column, problem.value, problem.reason, problem.suggestion)
    column, value, reason, suggestion = shown = tuple(map(show_hidden, texts))
    if shown == texts and problem.severity == severity:
        return problem
    return Problem(problem.code, severity, problem.line, column, value, reason, suggestion)


_APART = 5  # equal findings with more values than this are one line


@dataclass(frozen=True, slots=True)
class EqualProblems:
    """Problems that say the same of one column: the first of them, how many there are, and of how many values."""

    first: Problem
    count: int
    values: int

    @property
    def more(self) -> str:
        """ "等 1,200 行，28 种取值"; empty for a single one."""
        if self.count == 1:
            return ""
        return f"等 {self.count:,} 行" + (f"，{self.values:,} 种取值" if self.values > 1 else "")

    def __str__(self) -> str:
        return f"{self.first}　（{self.more}）" if self.more else str(self.first)


def collapsed(problems: Iterable[Problem]) -> tuple[EqualProblems, ...]:
    """Equal problems in one line, in the order of the first ones, so that a wrong date in every row buries nothing else.

    Equal: all but line and value, and the value too, unless there are so many that their lines would bury the rest.
    """
    by_text: dict[tuple[str, ...], dict[str, list[int]]] = {}
    listed = list(problems)
    for place, problem in enumerate(listed):
        said = (problem.code, problem.severity, problem.column, problem.reason, problem.suggestion)
        by_text.setdefault(said, {}).setdefault(problem.value, []).append(place)
    groups: list[tuple[int, int, int]] = []  # place of the first, problems, values
    for by_value in by_text.values():
        equal = list(by_value.values())
        if len(equal) > _APART:
            groups.append((equal[0][0], sum(map(len, equal)), len(equal)))
        else:
            groups += [(places[0], len(places), 1) for places in equal]
    return tuple(EqualProblems(listed[place], count, values) for place, count, values in sorted(groups))


def problems_csv(problems: Iterable[Problem]) -> bytes:
    """The problems as a CSV, one row each."""
    rows = (
        (
            SEVERITY_NAMES[problem.severity],
            problem.line,
            problem.column,
            problem.value,
            problem.reason,
            problem.suggestion,
            problem.code,
        )
        for problem in problems
    )
    return write_csv(["级别", "行号", "列", "值", "原因", "建议", "问题编号"], rows)
