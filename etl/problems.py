"""What the door has to say about an extract: every problem by line, column, value, reason and suggestion, in Chinese.

`code` is stable and English, for programs; everything else is for the person who has to correct the extract.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from scorecard.spreadsheet import harmless

Severity = Literal["refuse", "repair", "report"]
SEVERITY_NAMES: dict[Severity, str] = {"refuse": "须改正", "repair": "已修复", "report": "提示"}

LISTED = 100_000  # problems listed at most; the counts are of all
LISTED_PER_KIND = 10_000  # of one kind in one column, when it does not refuse the extract

# What a kind of problem is called where problems are counted. A code that is not here is a mistake of ours.
TITLES = {
    "file_empty": "空文件",
    "file_too_large": "文件过大",
    "file_not_csv": "不是 CSV 文件",
    "encoding_utf16": "UTF-16 编码",
    "encoding_big5": "Big5 编码",
    "encoding_damaged": "编码损坏",
    "header_missing": "没有表头",
    "header_destroyed": "表头已损坏",
    "header_doubled": "表头重复",
    "header_required": "缺少必填的列",
    "header_unit": "表头单位不符",
    "header_absent": "没有这一列",
    "header_unknown": "未登记的列",
    "header_dropped": "涉个人信息的列",
    "title_line": "表头上方的标题行",
    "rows_above_header": "表头上方有数据",
    "quotes_open": "引号不成对",
    "cells_few": "单元格少于表头",
    "cells_many": "单元格多于表头",
    "rows_none": "没有数据行",
    "summary_line": "合计行",
    "note_line": "注释行",
    "header_again": "重复的表头行",
    "blank_required": "必填项空白",
    "blanks_trimmed": "首尾全角空格",
    "width_folded": "全角字符",
    "date_unreadable": "不是日期",
    "date_impossible": "日期不存在",
    "date_placeholder": "占位日期",
    "date_serial": "日期成了数字",
    "date_future": "日期晚于数据截至",
    "time_missing": "没有时间",
    "number_unreadable": "不是数字",
    "number_unit": "数字带其他单位",
    "number_precision": "小数位过多",
    "number_range": "数字过大",
    "number_minimum": "数字过小",
    "number_cleaned": "数字带分隔符或单位",
    "boolean_unknown": "不是“是”或“否”",
    "code_unknown": "取值未登记",
    "department_unknown": "部门未登记",
    "case_no_unreadable": "不是案号",
    "case_no_brackets": "案号括号",
    "case_no_form": "案号写法",
    "case_no_several": "一格多个案号",
    "case_no_yearless": "案号缺年度",
    "case_no_old": "旧式案号",
    "court_foreign": "其他法院案号",
    "court_legacy": "沿用的旧法院代字",
    "key_blank": "主键空白",
    "key_doubled": "主键重复",
    "unique_doubled": "取值重复",
    "order_wrong": "先后颠倒",
    "required_missing": "应填未填",
    "amount_exceeded": "数额倒挂",
    "cut_date": "疑似截数日期",
    "target_contradicts": "目标自相矛盾",
    "baseline_contradicts": "重设基准不成立",
    "annotation_contradicts": "标注不成立",
    "decision_contradicts": "会商决定不成立",
}

MASK = "***"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing found in an extract. `line` is the physical line (the file's first is 1), None for the whole file.

    `value` is what stands there, masked in a private column and empty where a line as a whole is meant.
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
    """Collects problems while an extract is read: exact counts of all, a bounded list."""

    def __init__(self) -> None:
        self._refusals: list[Problem] = []
        self._others: list[Problem] = []
        self._counts: Counter[tuple[Severity, str, str]] = Counter()

    def add(self, problem: Problem) -> None:
        """Count one problem, and list it while there is room."""
        self.add_all([problem], problem.code, problem.severity, problem.column, 1)

    def add_all(
        self, listed: Iterable[Problem], code: str, severity: Severity, column: str, count: int
    ) -> None:
        """Count `count` problems of a kind; `listed` are as many of them as `room` allowed."""
        before = self._counts[severity, code, column]
        self._counts[severity, code, column] += count
        if severity == "refuse":
            self._refusals.extend(list(listed)[: LISTED - len(self._refusals)])
        elif before < LISTED_PER_KIND:
            self._others.extend(list(listed)[: LISTED_PER_KIND - before])

    @staticmethod
    def room(severity: Severity) -> int:
        """How many problems of a kind are worth fetching."""
        return LISTED if severity == "refuse" else LISTED_PER_KIND

    @property
    def refused(self) -> bool:
        return any(severity == "refuse" for severity, _, _ in self._counts)

    def problems(self) -> tuple[Problem, ...]:
        """Refusals before the rest when not all fit; then in the order of the file."""
        kept = (self._refusals + self._others)[:LISTED]
        return tuple(sorted(kept, key=lambda problem: (problem.line or 0, problem.severity != "refuse")))

    def counts(self) -> tuple[Count, ...]:
        """Refusals first, then repairs, then reports; the larger count first."""
        order = list(SEVERITY_NAMES)
        found = [Count(code, severity, column, n) for (severity, code, column), n in self._counts.items()]
        return tuple(sorted(found, key=lambda count: (order.index(count.severity), -count.count, count.code)))


def problems_csv(problems: Iterable[Problem]) -> bytes:
    """The problems as a CSV for Excel: UTF-8 with BOM, and no cell that a spreadsheet would run as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["级别", "行号", "列", "值", "原因", "建议", "问题编号"])
    for problem in problems:
        cells = [
            SEVERITY_NAMES[problem.severity],
            "" if problem.line is None else str(problem.line),
            problem.column,
            problem.value,
            problem.reason,
            problem.suggestion,
            problem.code,
        ]
        writer.writerow([harmless(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")
