"""How identities are written: case numbers and credit codes, each in one normal form, or refused; words for "unknown" are unknown.

One firm or case in two spellings would count twice, and one that is misspelt as another would not count at all.
"""

import re
import unicodedata

from etl.invisible_characters import BLANKS
from etl.reading.cell_results import LEAVE_BLANK, CellNote, CellResult, refused, unknown
from scorecard import case_number
from scorecard.case_number import CaseNumber
from scorecard.catalog.columns import CREDIT_CODE, Column
from scorecard.catalog.definitions import Catalog

_BETWEEN = re.compile(rf"[{BLANKS}\-‐‑‒–—―−]")
_FLOAT = re.compile(r"[+-]?\d+(\.\d*)?E[+-]?\d+|\d{14,}\.0*", re.ASCII)
_SPREADSHEET = "请在表格软件中把这一列设为文本格式，从原系统重新导出；丢失的位数无法恢复"
_DIGITS_KEPT = 15  # by a spreadsheet; zeros stand behind them


def credit_code(text: str) -> CellResult:
    """The code in capitals, without blanks and hyphens, its check digit right.

    What a spreadsheet has destroyed is refused whatever the contract says: it would make one firm of many. Old registration
    numbers and organisation codes are no codes: the firm would stand under two identities.
    """
    folded = unicodedata.normalize("NFKC", text).strip(BLANKS).upper()
    if (nothing := unknown(folded)) is not None:
        return nothing
    code = _BETWEEN.sub("", folded)
    if re.fullmatch(r"\d{15}0{3}", code, re.ASCII):
        return _destroyed(f"只有前 {_DIGITS_KEPT} 位是原来的，后三位已成了 0")
    try:
        CREDIT_CODE.parse(code, {})
    except ValueError:
        if _FLOAT.fullmatch(re.sub(r"\s", "", folded)):
            return _destroyed("已成了科学计数法或小数，位数已丢失")
        return _no_code(code)
    if code == text.strip(BLANKS):
        return CellResult(code)
    return CellResult(code, (CellNote("credit_code_form", "repair", f"写法已统一为“{code}”"),))


def _destroyed(what: str) -> CellResult:
    return refused("credit_code_destroyed", f"代码被表格软件改坏：{what}", _SPREADSHEET, final=True)


def _no_code(code: str) -> CellResult:
    for pattern, what in ((r"\d{13}|\d{15}", "工商登记号"), (r"[0-9A-Z]{8}[0-9X]", "组织机构代码")):
        if re.fullmatch(pattern, code, re.ASCII):
            return refused("credit_code_old", f"是旧的{what}，不是统一社会信用代码", "请改填统一社会信用代码")
    if len(code) != 18:
        reason = f"有 {len(code)} 位，统一社会信用代码是 18 位"
        return refused("credit_code_unreadable", reason, f"请核对；{LEAVE_BLANK}")
    if re.fullmatch(CREDIT_CODE.pattern, code):
        return refused("credit_code_check", "校验码不对，至少有一位写错", "请对照营业执照核对")
    wrong = "、".join(dict.fromkeys(re.findall("[^0-9A-HJ-NP-RTUWXY]", code)))
    reason = f"含有代码不用的字符“{wrong}”" if wrong else "不合统一社会信用代码的编排"
    return refused("credit_code_unreadable", reason, "请对照营业执照核对，常见的是把 0、1、2、5 写成 O、I、Z、S")


def case_no(column: Column, catalog: Catalog, text: str) -> CellResult:
    """The number of the case in its normal form; a column of the court's own cases takes no other's and none that is vague."""
    written = text.strip(BLANKS)
    if (nothing := unknown(written)) is not None:
        return nothing
    number = case_number.parse(written)
    if number is None:
        return refused("case_no_unreadable", "不是案号", "应形如（2026）鲁0117民初123号；" + LEAVE_BLANK)
    if column.court == "own" and (wrong := _not_our_case(number, catalog)) is not None:
        return wrong
    notes: list[CellNote] = []
    if written != number.text:
        if number.part:
            how = "case_no_part", f"“{number.part}”是案件里的一份文书，按“{number.text}”这一案计"
        elif written.replace("(", "（").replace(")", "）") == number.text:
            how = "case_no_brackets", f"半角括号已改为“{number.text}”"
        else:
            how = "case_no_form", f"写法已统一为“{number.text}”"
        notes.append(CellNote(how[0], "repair", how[1]))
    said = _OWN if column.court == "own" else _REFERRED
    if number.style in said:
        notes.append(CellNote(said[number.style][0], "report", said[number.style][1]))
    elif column.court == "own" and number.court in catalog.court.legacy_court_codes:
        notes.append(CellNote("court_legacy", "report", f"“{number.court}”是本院沿用过的代字，按本院案件计"))
    return CellResult(number.text, tuple(notes))


_OWN = {"old": ("case_no_old", "2016年以前的旧式案号，法院代字无法核对")}
_REFERRED = {
    "several": ("case_no_several", "一个单元格里有几个案号，按一个保留"),
    "yearless": ("case_no_yearless", "案号缺收案年度，照原样保留"),
}


def _not_our_case(number: CaseNumber, catalog: Catalog) -> CellResult | None:
    if number.style == "several":
        return refused("case_no_several", "一个单元格里有几个案号", "请一案一行")
    if number.style == "yearless":
        return refused("case_no_yearless", "案号缺收案年度，无法确定是哪一案", "请补上年度，如（2026）")
    if number.is_misnumbered:
        reason = "2016年起的案号写明法院代字和类型代字，这个案号里读不出来"
        return refused("case_no_unreadable", reason, "应形如（2026）鲁0117民初123号")
    known = (*catalog.court.court_codes, *catalog.court.legacy_court_codes)
    if number.style == "standard" and number.court not in known:
        reason = f"“{number.court}”不是{catalog.court.words.ours}代字（{'、'.join(catalog.court.court_codes)}）"
        return refused("court_foreign", reason, "请删去其他法院的案件，或核对案号")
    return None
