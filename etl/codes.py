"""The kinds of problems the door knows, by their stable codes: title, how severe, what to do. The glossary lists them.

A code is never renamed and never used again for something else: it stands in problem lists, batches and officers' notes.
"""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["refuse", "aside", "repair", "report"]
SEVERITY_NAMES: dict[Severity, str] = {
    "refuse": "须改正",
    "aside": "整行搁置",  # would refuse the extract, had its table no policy to keep such rows aside
    "repair": "已修复",
    "report": "提示",
}


@dataclass(frozen=True)
class Kind:
    """What a problem is called where problems are counted, how severe it can be, and what to do about it."""

    title: str
    severities: tuple[Severity, ...]
    remedy: str


_REFUSE: tuple[Severity, ...] = ("refuse",)
_ROW: tuple[Severity, ...] = ("refuse", "aside")  # of one row: by the policy of the table
_CELL: tuple[Severity, ...] = ("refuse", "aside", "report")  # a report where a bad cell counts as unknown
_REPAIR: tuple[Severity, ...] = ("repair",)
_REPORT: tuple[Severity, ...] = ("report",)
_NOTHING = "不必处理；导出时改好可免去提示"
_SAVE = "在表格软件中另存为“CSV UTF-8（逗号分隔）”后再上传"
_CHECK = "对照原系统核对，改正后再上传"

KINDS: dict[str, Kind] = {
    "file_empty": Kind("空文件", _REFUSE, "重新导出后再上传"),
    "file_too_large": Kind("文件过大", _REFUSE, "按时间段拆成几个文件上传"),
    "file_not_csv": Kind("不是 CSV 文件", _REFUSE, _SAVE),
    "encoding_utf16": Kind("UTF-16 编码", _REFUSE, _SAVE),
    "encoding_big5": Kind("Big5 编码", _REFUSE, _SAVE),
    "encoding_damaged": Kind("编码损坏", _REFUSE, "从系统重新导出；不要拼接两种编码的文件"),
    "header_missing": Kind("没有表头", _REFUSE, "下载本表模板，对照核对表头和分隔符"),
    "header_destroyed": Kind("表头已损坏", _REFUSE, "从系统重新导出，不要用损坏的文件"),
    "header_doubled": Kind("表头重复", _REFUSE, "两列中只保留一列"),
    "header_required": Kind("缺少必填的列", _REFUSE, "补上这一列，或把未登记的列对应到它"),
    "header_unit": Kind("表头单位不符", _REFUSE, "换算成本表规定的单位后再上传，系统不自动换算"),
    "header_absent": Kind("没有这一列", _REPORT, "需要时补上这一列；不补则按“未知”处理"),
    "header_unknown": Kind("未登记的列", _REPORT, "是本表的列就对应到它；不是就不必处理，内容不会读取"),
    "header_mapped": Kind("按对应关系读取的列", _REPORT, "核对对应是否正确"),
    "header_dropped": Kind("涉个人信息的列", _REPORT, "不必处理，内容已丢弃；以后可不导出这一列"),
    "title_line": Kind("表头上方的标题行", _REPORT, _NOTHING),
    "rows_above_header": Kind("表头上方有数据", _REFUSE, "删去表头以上的数据行"),
    "quotes_open": Kind("引号不成对", _REFUSE, "补上或删去这一行多余的引号"),
    "cells_few": Kind("单元格少于表头", _REFUSE, "补齐单元格；单元格内的换行须放在引号里"),
    "cells_many": Kind("单元格多于表头", _REFUSE, "单元格内含逗号时用引号括起"),
    "cell_too_long": Kind("单元格过长", _CELL, "核对引号是否成对，或删去不属于这一格的内容"),
    "rows_none": Kind("没有数据行", _REFUSE, "没有数据时不必上传"),
    "rows_all_aside": Kind("没有一行可以接收", _REFUSE, "按各行的问题改正后再上传"),
    "summary_line": Kind("合计行", _REPORT, _NOTHING),
    "note_line": Kind("注释行", _REPORT, _NOTHING),
    "header_again": Kind("重复的表头行", _REPORT, _NOTHING),
    "blank_required": Kind("必填项空白", _CELL, "补填这一格"),
    "blanks_trimmed": Kind("首尾全角空格", _REPAIR, _NOTHING),
    "hidden_removed": Kind("不可见字符", _REPAIR, "核对去掉后的内容；来历不明的文件请重新导出"),
    "width_folded": Kind("全角字符", _REPAIR, _NOTHING),
    "date_unreadable": Kind("不是日期", _CELL, "写成 2026-01-05 的样子；没有日期就留空"),
    "date_impossible": Kind("日期不存在", _CELL, _CHECK),
    "date_placeholder": Kind("占位日期", _CELL, "没有日期就留空，不要填占位的日期"),
    "date_serial": Kind("日期成了数字", _CELL, "在表格软件中把这一列设为日期格式后重新导出"),
    "date_future": Kind("日期晚于数据截至", _CELL, "核对日期，或核对所选的数据截至日期"),
    "time_missing": Kind("没有时间", _REPORT, "需要按时刻统计时补上时间"),
    "number_unreadable": Kind("不是数字", _CELL, "只写数字；没有就留空"),
    "number_unit": Kind("数字带其他单位", _CELL, "换算成本表规定的单位，只写数字"),
    "number_precision": Kind("小数位过多", _CELL, "按本列的精度写"),
    "number_range": Kind("数字过大", _CELL, "核对单位和数字"),
    "number_minimum": Kind("数字过小", _CELL, _CHECK),
    "number_cleaned": Kind("数字带分隔符或单位", _REPAIR, _NOTHING),
    "boolean_unknown": Kind("不是“是”或“否”", _CELL, "写“是”或“否”；不知道就留空"),
    "code_unknown": Kind("取值未登记", _CELL, "改成已登记的取值；确属新的取值请联系管理员登记"),
    "department_unknown": Kind("部门未登记", _CELL, "写已登记的部门名称"),
    "case_no_unreadable": Kind("不是案号", _CELL, "写成（2026）鲁0117民初123号的样子"),
    "case_no_brackets": Kind("案号括号", _REPAIR, _NOTHING),
    "case_no_form": Kind("案号写法", _REPAIR, _NOTHING),
    "case_no_several": Kind("一格多个案号", _CELL, "一案一行"),
    "case_no_yearless": Kind("案号缺年度", _CELL, "补上收案年度"),
    "case_no_old": Kind("旧式案号", _REPORT, "核对是否本院案件"),
    "court_foreign": Kind("其他法院案号", _CELL, "删去其他法院的案件，或核对案号"),
    "court_legacy": Kind("沿用的旧法院代字", _REPORT, "不必处理，按本院案件计"),
    "key_blank": Kind("主键空白", _ROW, "补填能识别这一行的列"),
    "key_doubled": Kind("主键重复", _ROW, "只保留一行，或核对是否同一案"),
    "unique_doubled": Kind("取值重复", _CELL, "核对这几行是否重复"),
    "order_wrong": Kind("先后颠倒", _CELL, "核对这两个日期"),
    "required_missing": Kind("应填未填", _CELL, "按本行其他列的内容补填"),
    "amount_exceeded": Kind("数额倒挂", _CELL, "核对这两个数额"),
    "cut_date": Kind("疑似截数日期", _REPORT, "核对这些案件是否真已办结；未结的清空结案日期"),
    "target_contradicts": Kind("目标自相矛盾", _REFUSE, "按建议改正目标"),
    "report_contradicts": Kind("进展填报自相矛盾", _REFUSE, "按建议改正这条进展"),
    "baseline_contradicts": Kind("重设基准不成立", _REFUSE, "按建议改正这条决定"),
    "annotation_contradicts": Kind("标注不成立", _REFUSE, "按建议改正这条标注"),
    "decision_contradicts": Kind("会商决定不成立", _REFUSE, "按建议改正这条决定"),
}  # fmt: skip

TITLES = {code: kind.title for code, kind in KINDS.items()}
