"""What the first cells of a line say of it: a summary, a note, or nothing, so that it is data.

A label counts only as a whole: 合计 is a summary, 合计划 a name. Words that are names of places too (全国, 全院) are summaries
only where the numbers beside them say so (sums.py).
"""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from etl.invisible_characters import HIDDEN

LabelKind = Literal["summary", "statistic", "whole", "note"]

_LONGEST = 200  # characters of a label; longer notes are told by their beginning
_DROPPED = re.compile(rf"[\s{HIDDEN}]+")
_SIGNS = "“”\"'‘’「」『』*—–‐―\\-─━=_·•◆●■□▲△★☆※#~"
_NUMBERING = r"(?:\((?:\d{1,2}|[一二三四五六七八九十]{1,3})\)|(?:\d{1,2}|[一二三四五六七八九十]{1,3})[、.:)])"
_BEFORE = re.compile(f"^(?:[{_SIGNS}]+|{_NUMBERING})+")
_BEHIND = re.compile(f"[{_SIGNS}。.,;:]+$")
_WRAPPED = re.compile(r"[(\[【〔<《{]([^()\[\]【】〔〕<>《》{}]*)[)\]】〕>》}]")

_WHOLES = (
    "全国|全省|全市|全区|全县|全院|全局|全庭|全部|全体|总体|整体|本院|本市|本省|本区|全辖|辖区|全年|总|计|"
    "全[国省市区](?:法院|各级法院)|各(?:庭|部门|地区|法院)"
)
_WHEN = (
    r"(?:\d{4}年?度?)?(?:第?[一二三四1-4]季度?|[0-9一二三四五六七八九十]{1,3}月份?|上半年|下半年|年度?|全年)?|"
    r"[本上当](?:年度?|月份?|季度?|期|周|日|页|表|次)|以上|上述|各项|分类|部门|月|年"
)
_OF = f"(?:{_WHEN}|{_WHOLES})"
_SUM = r"(?:合计|总计|小计|共计|累计|合計|總計|小計)"
_MORE = r"(?:\(.*\)|:.*|[0-9][0-9.,]*\S{0,2})?"
_SUMMARY = re.compile(
    rf"{_OF}{{0,2}}(?:{_SUM}|总数|总和|总额|总量|汇总)(?:数|额|量|值|金额|件数|人数)?{_MORE}|"
    rf"[^。，；,;:!?！？]{{1,10}}{_SUM}(?:数|额|量)?(?:\(.*\)|:.*)?|"
    rf"{_SUM}?[(/]?(?:grand|sub)?-?(?:total|sum)s?\)?{_MORE}"
)
_STATISTIC = re.compile(
    r"(?:其中|平均值?|平均数|均值|average|mean|同比|环比|同比增减|环比增减|上年同期|去年同期)(?:\(.*\)|:.*)?"
)
_WHOLE = re.compile(f"(?:{_WHOLES})(?:法院)?")
_PERSON_OR_DAY = "(?:人员?|者|单位|部门|日期|时间|日|负责人|机构)"
_NOTE = re.compile(
    r"(?:注|备注|附注|注释|附件|说明|(?:填表|填报|编制|统计|指标|数据|补充)说明)"
    r"(?:\d{0,2}|[一二三四五六七八九十])(?:[:.、].*)?|"
    rf"(?:(?:资料|数据|信息)?来源|(?:制表|填表|填报|审核|复核|校对|核对|统计|报送|上报|打印|导出|生成|制作|录入|编制|经办|"
    rf"签发|报告|报表){_PERSON_OR_DAY}?|(?:单位|部门)?(?:负责人|领导)|(?:分管|主管)领导|联系(?:人|电话|方式)|签[字名章]|盖章|"
    rf"(?:金额|计量|数量)?单位|统计(?:口径|范围|区间|期间)|截止(?:日期|时间)?|截至|数据截至|记录数|日期|电话)"
    r"(?:\(.*\))?:.*|"
    rf"(?:资料来源|数据来源|(?:制表|填表|填报|审核|复核|校对|统计|报送|编制){_PERSON_OR_DAY})|"
    r"第\d+页(?:[,、/]?共\d+页)?|共\d+页(?:[,、/]?第\d+页)?|\d+/\d+页|page\d+(?:of\d+)?|"
    r"共\d+(?:条|行|件|笔)(?:记录|数据)?|以下空白|此页空白|以下无正文|本表.*",
    re.DOTALL,
)
_FIRST = "合总小共累汇以上本当各分部月年全其平均同环注备附说填编统指数补资信来制审复校核报打导生录经签单负领主联盖金计量截记日电第此gst*am"
SUMMING = "计总計總"  # signs of a summary, whatever stands before them


def suspicious(beginning: str) -> bool:
    """Whether a label may begin with these (up to four) characters; cheap, and true for too many."""
    folded = _fold(beginning)
    left = _BEFORE.sub("", folded).lstrip("([【〔<《{")
    if not left:
        return True
    return left[0] in _FIRST or (left[0] == "p" and left.startswith("pag"))


def may_be_label(cell: str) -> bool:
    """Whether `label_kind` is worth asking; blank cells are for the caller."""
    return any(sign in cell for sign in SUMMING) or _suspicious(cell[:4])


_suspicious = lru_cache(maxsize=1 << 14)(suspicious)


@lru_cache(maxsize=1 << 14)
def label_kind(cell: str) -> LabelKind | None:
    """What a line is that has this text for its label."""
    folded = _fold(cell[:_LONGEST])
    bare = _BEFORE.sub("", folded)
    closed = _BEHIND.sub("", bare)
    if match := _WRAPPED.fullmatch(closed):
        closed = bare = match[1]
    if _SUMMARY.fullmatch(bare) or _SUMMARY.fullmatch(closed):
        return "summary"
    if _STATISTIC.fullmatch(bare) or _STATISTIC.fullmatch(closed):
        return "statistic"
    if _NOTE.fullmatch(bare) or _NOTE.fullmatch(closed):
        return "note"
    if _WHOLE.fullmatch(closed):
        return "whole"
    return None


def _fold(text: str) -> str:
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text)).lower()
