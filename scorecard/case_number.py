"""案号: （2026）鲁0117民初123号 — one grammar, used by Python and, as patterns, by the database.

Four styles are told apart:
  standard  （year）court type serial号, since 2016-01-01 (法〔2015〕137号)
  old       （year）…字第serial号, before 2016; where the court's short name ends and the type begins cannot be told. A later
            number with 字第 in it that names court and type is a standard one, written by habit
  several   one cell that names more than one case: （2016）鲁0827民初886、901号
  yearless  鲁0117民初123号, which names no single case
Everything written is normalised: full-width brackets around the year, half-width digits, no blanks. A standard serial
loses its leading zeros; an old one keeps them, for it carried them officially. 号之一, 号之2, 号-3 name a document of the
case, not a case: the number is that of the case, and the part is told beside it.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

CaseNumberStyle = Literal["standard", "old", "several", "yearless"]

_PROVINCES = "京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔云藏陕甘青宁新兵军"
_YEAR = "(?:19|20)[0-9]{2}"
_COURT = f"最高法|[{_PROVINCES}][0-9]{{0,4}}"
_TYPE = "[一-孖存-笫笭-鿿]{1,5}"  # any character but 字 and 第, which only old numbers have
_SERIAL = "[0-9]{1,8}"
_PLAIN_SERIAL = "[1-9][0-9]{0,7}"
_STORED_PART = "(?:之[一二三四五六七八九十]+)?"  # batches of earlier releases hold it

# The patterns hold only what Python's re and the database's RE2 read alike. Groups: year, court, type, serial.
NORMAL_PATTERN = f"^（({_YEAR})）({_COURT})({_TYPE})({_PLAIN_SERIAL})号{_STORED_PART}$"
_NORMAL = f"^（({_YEAR})）({_COURT})({_TYPE})({_PLAIN_SERIAL})号$"
_OLD = f"^（({_YEAR})）[一-鿿（）0-9]{{1,20}}?(?:字第?|第)({_SERIAL})号$"
_BEFORE_2016 = "(?:19[0-9]{2}|20(?:0[0-9]|1[0-5]))"

_STANDARD_FORM = re.compile(f"^（({_YEAR})）({_COURT})({_TYPE})(字第?|第|)0*({_PLAIN_SERIAL})号$")
_OLD_FORM = re.compile(_OLD)
_SEVERAL = re.compile(f"^（({_YEAR})）({_COURT})({_TYPE}){_SERIAL}(?:[、,—-]{_SERIAL})+号$")
_YEARLESS = re.compile(f"^({_COURT})({_TYPE})({_SERIAL})号$")
_PARTED = re.compile("^(.+号)(（?(?:之(?:[一二三四五六七八九十百]{1,5}|[0-9]{1,3})|[-—–][0-9]{1,3})）?)$")
_YEAR_HEAD = re.compile(f"^[（〔【]?({_YEAR})[）〕】]?年?")
_TO_FULL_WIDTH = str.maketrans("([〔【)]〕】", "（（（（））））")
_INVISIBLE = re.compile("[\\s\u200b-\u200f\u2060\ufeff]+")


@dataclass(frozen=True)
class CaseNumber:
    """A case number in its normal form, and what the grammar says about it; `part` names a document of the case (之一)."""

    text: str
    style: CaseNumberStyle
    year: int | None
    court: str | None
    type: str | None
    serial: int | None
    part: str = ""

    @property
    def is_misnumbered(self) -> bool:
        """Whether it is written in the old style though numbers of its year say court and type."""
        return self.style == "old" and self.year is not None and self.year >= 2016


def parse(written: str) -> CaseNumber | None:
    """The case number in `written`, or None when it is none."""
    text, part = normalise(written), ""
    if parted := _PARTED.match(text):
        text, part = parted[1], parted[2]
    if (match := _STANDARD_FORM.match(text)) and not (match[4] and int(match[1]) < 2016):
        year, court, kind, _, serial = match.groups()
        return CaseNumber(f"（{year}）{court}{kind}{serial}号", "standard", int(year), court, kind, int(serial), part)
    if match := _OLD_FORM.match(text):
        return CaseNumber(text, "old", int(match[1]), None, None, int(match[2]), part)
    if match := _SEVERAL.match(text):
        return CaseNumber(text, "several", int(match[1]), match[2], match[3], None, part)
    if match := _YEARLESS.match(text):
        return CaseNumber(text, "yearless", None, match[1], match[2], int(match[3]), part)
    return None


def normalise(written: str) -> str:
    """`written` with full-width brackets around the year, half-width digits and no blanks; no grammar is checked."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", written)).translate(_TO_FULL_WIDTH)
    return _YEAR_HEAD.sub(r"（\1）", text, count=1)


def normal_sql(text: str, courts: Iterable[str] = ()) -> str:
    """SQL for the normal form of the expression `text` where it needs no more than its brackets widened, else NULL.

    With `courts` only standard numbers of these courts pass. What gets NULL is for `parse` to judge.
    """
    own = "|".join(re.escape(court) for court in courts)
    patterns = [_NORMAL.replace(_COURT, own)] if own else [_NORMAL, _OLD.replace(_YEAR, _BEFORE_2016)]
    widened = f"replace(replace({text}, '(', '（'), ')', '）')"

    def passes(expression: str) -> str:
        return " OR ".join(f"regexp_matches({expression}, '{pattern}')" for pattern in patterns)

    return (
        f"CASE WHEN {passes(text)} THEN {text} "
        f"WHEN (contains({text}, '(') OR contains({text}, ')')) AND ({passes(widened)}) THEN {widened} END"
    )
