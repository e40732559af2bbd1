"""Units of numbers, one rule wherever one is written: in a header, above it, in a cell.

A unit of the kind that the contract names for the column is converted exactly and reported; any other one is refused.
All units of a kind are powers of ten of each other, so that converting moves the point and rounds nothing.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from pathlib import Path

from etl.invisible_characters import HIDDEN

_WORDS = tomllib.loads(Path(__file__).with_name("units.toml").read_text("utf-8"))
_MONEY, _FOREIGN = tuple[str, ...](_WORDS["money"]), tuple[str, ...](_WORDS["foreign"])
_SHARES: dict[str, int] = _WORDS["shares"]
_POWERS: dict[str, int] = _WORDS["powers"]
_NOUNS: dict[str, tuple[str, int]] = {
    **dict.fromkeys(_MONEY, ("元", 0)),
    **{word: ("%", power) for word, power in (_SHARES | _WORDS["fractions"]).items()},
    **{word: (word, 0) for word in _FOREIGN},
    **{word: (kind, 0) for word, kind in _WORDS["others"].items()},
    **{word: (word, 0) for word in _WORDS["kinds_of_their_own"]},
}
_ANY_POWER = "|".join(sorted(_POWERS, key=len, reverse=True))
_ANY_NOUN = "|".join(map(re.escape, sorted(_NOUNS, key=len, reverse=True)))
_MONEY_OR_SHARE = "|".join(map(re.escape, sorted((*_MONEY, *_SHARES, *_FOREIGN), key=len, reverse=True)))
_CURRENCY = r"(?:[(\[]?(?:人民币|rmb|cny|¥)[)\]]?)?"
_LABEL = "(?:(?:金额|计量|货币|数额|数量|计算)?单位)"
_UNIT = re.compile(
    rf"{_LABEL}?(?:[:=]|均?为|均?是|均?以|均?按)?{_CURRENCY}[(\[]?(?P<power>{_ANY_POWER})?(?P<noun>{_ANY_NOUN})?[)\]]?{_CURRENCY}"
    r"(?:整|计|为单位|计算|列示|表示|填报|填列|反映|统计)?"
)
_BRACKETED = re.compile(r"(.+?)[(\[]([^()\[\]]+(?:[(\[][^()\[\]]+[)\]])?)[)\]]")
_BEHIND = re.compile(
    rf"(.+?)[-/_|,;·~—–]*({_LABEL}.+|{_CURRENCY}(?:{_ANY_POWER})?(?:{_MONEY_OR_SHARE})|(?<=[-/_|,;·~—–])[^-/_|,;·~—–]+)"
)
_MENTION = re.compile(rf"(?<![单公旦纪])({_ANY_POWER})?({_MONEY_OR_SHARE})|({_ANY_POWER})(?=$|[)\]])")
_LABELLED = re.compile(
    rf"(?<![报送制填表计管属人门行织事派接出要办应对])(?:{_LABEL}[:=为是]*|(?P<by>[以按]|(?:金额|数额)均?[:=为是]))"
    rf"(?P<said>(?:(?!{_LABEL}[:=为是]|[以按])[^:])*)"
)
# Money in another unit that no rule reads as a statement; an amount (500万元, 万元以上) states none.
_UNREAD = re.compile(
    rf"(?<![\d一二两三四五六七八九十百千万亿萬億多余几数])(?:{_ANY_POWER})(?:{'|'.join(_MONEY)})(?![以之]|级|多|余)"
)
_QUOTES = str.maketrans("", "", "“”\"'‘’「」")
_BETWEEN = re.compile(r"[、,/;|和及与或]+")
_LONGEST = 2_000  # characters of a cell above the header that are looked at
_SQUARE = str.maketrans("【〔〖{<《】〕〗}>》", "[[[[[[]]]]]]")
_NOT_COMPARED = re.compile(rf"[\s{HIDDEN}]+")
_NUMBER_AND_WORD = re.compile(r"((?:人民币|rmb|cny|¥)?)([+-]?[\d,.]+)([^\d,.].*)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Unit:
    """A unit: as it is written, what it measures, and which power of ten of that kind's own unit it is."""

    word: str
    kind: str
    power: int = 0

    def may_be_meant_for(self, column_unit: str) -> bool:
        """Whether it may be said of a column of another unit, or of none, and change what its numbers are."""
        if self.kind in _FOREIGN:
            return not column_unit or unit_named(column_unit).kind == "元"
        return not column_unit and (self.power != 0 or self.kind == "%")


@dataclass(frozen=True)
class StatedUnit:
    """A unit that the header or a line above it says for a column: where (physical line) and as it is written there."""

    unit: Unit
    line: int
    written: str

    def places_to(self, column_unit: str) -> int:
        """By how many digits the point moves for the column, which takes this unit."""
        return shift_to(self.unit, column_unit) or 0


class UnclearUnit(ValueError):
    """A text that names a unit, but which one cannot be told."""


def read_unit(text: str) -> Unit | None:
    """The unit that a text consists of ("单位：人民币万元", "万元", "%"); a number word without a noun is money. None for others."""
    folded = _folded(text)
    match = _UNIT.fullmatch(folded)
    if match is None or not (match["power"] or match["noun"]):
        return None
    kind, power = _NOUNS[match["noun"]] if match["noun"] else ("元", 0)
    if match["power"] and kind == "%":
        return None
    return Unit(f"{match['power'] or ''}{match['noun'] or '元'}", kind, power + _POWERS.get(match["power"] or "", 0))


def unit_named(name: str) -> Unit:
    """The unit that a contract names for a column; a name that is not known here is a kind of its own."""
    return read_unit(name) or Unit(name, name)


def shift_to(unit: Unit, column_unit: str) -> int | None:
    """By how many digits the point moves to the right from `unit` to the column's; None when they measure different things."""
    wanted = unit_named(column_unit)
    return unit.power - wanted.power if column_unit and unit.kind == wanted.kind else None


def shifted(value: Decimal, places: int) -> Decimal:
    """The value times ten to the power of `places`, exactly."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    return Decimal((sign, digits, exponent + places))


def times(places: int) -> str:
    """The words for the conversion: ×10,000 or ÷10."""
    return f"×{10**places:,}" if places >= 0 else f"÷{10**-places:,}"


def in_header(header: str) -> tuple[str, Unit | None]:
    """A header without the unit behind it, in brackets or not, and that unit; the header as it is when there is none."""
    folded = header.translate(_SQUARE)
    for pattern in (_BRACKETED, _BEHIND):
        match = pattern.fullmatch(folded)
        if match and (unit := read_unit(match[2])) is not None:
            return re.sub(r"[(\[](?:人民币|rmb)[)\]]$", "", match[1]).rstrip("-/_|,;·~—–"), unit
    return header, None


def in_any_header(header: str) -> Unit | None:
    """The unit in a header that nobody registered: behind it, or the only money or share that it mentions. Raises UnclearUnit."""
    unit = in_header(header)[1]
    if unit is not None:
        return unit
    folded = header.translate(_SQUARE)
    mentions = {match[0]: read_unit(match[0]) for match in _MENTION.finditer(folded)}
    found = {unit for unit in mentions.values() if unit is not None}
    if len(found) > 1 or None in mentions.values():
        raise UnclearUnit("、".join(mentions))
    return found.pop() if found else None


def in_line(cells: Sequence[str]) -> tuple[Unit, ...]:
    """The units that a line states which is no data ("单位：万元"), one a kind; empty for other lines. Raises UnclearUnit.

    单位 is also the word for an office: 填报单位, 单位：某某法院 name no unit.
    """
    filled = [folded for cell in cells if (folded := _folded(cell[:_LONGEST]))]
    units: dict[str, Unit] = {}
    for place, cell in enumerate(filled):
        follows = filled[place + 1] if place + 1 < len(filled) else ""
        for unit in _in_title(cell, follows):
            if units.setdefault(unit.kind, unit).power != unit.power:
                raise UnclearUnit(f"{units[unit.kind].word}、{unit.word}")
    return tuple(units.values())


def _in_title(cell: str, follows: str) -> Iterable[Unit]:
    text = cell.translate(_SQUARE).translate(_QUOTES)
    if (alone := read_unit(text)) is not None and _MENTION.search(text):
        return (alone,)
    bracketed = re.findall(r"[(\[]([^()\[\]]+)[)\]]", text)
    said = [(match["said"] or follows, match["by"] is None) for match in _LABELLED.finditer(text)]
    of_brackets = (_units_of(content, certain=False) for content in bracketed if not _LABELLED.search(content))
    of_labels = (_units_of(content, certain=certain) for content, certain in said)
    found = [*chain.from_iterable(of_labels), *chain.from_iterable(of_brackets)]
    if not found and (unread := _UNREAD.search(text)) is not None:
        raise UnclearUnit(unread[0])
    return found


def _units_of(content: str, *, certain: bool) -> Iterable[Unit]:
    """The units listed in this text. What is not `certain` to name one does so only for money and shares."""
    listed = [part for part in _BETWEEN.split(content.strip("()[]。.")) if part]
    for part in listed:
        unit = read_unit(re.split(r"[(\[)\]]", part)[0]) or read_unit(part)
        if unit is not None and (certain or _MENTION.search(part)):
            yield unit
        elif certain and unit is None and re.search(r"[千万亿萬億][元圆]?$|元$|[%‰‱]", part):
            raise UnclearUnit(part)


def in_cell(text: str, column_unit: str) -> tuple[str, Unit] | None:
    """The digits of a cell and the unit written behind them; None when it is not so written.

    A number word alone (50万) counts the column's own unit.
    """
    match = _NUMBER_AND_WORD.fullmatch(text)
    if match is None:
        return None
    digits, word = match[2], match[3].strip()
    if word == column_unit:
        return digits, unit_named(word)
    own = unit_named(column_unit)
    if word in _POWERS:
        return digits, Unit(f"{word}{own.word}", own.kind, own.power + _POWERS[word])
    unit = read_unit(word)
    return (digits, unit) if unit is not None else None


def with_unit_sql(cell: str, stated: StatedUnit | None) -> str:
    """SQL for the text of a cell with the unit of its header behind it where it ends in a digit."""
    if stated is None:
        return cell
    return f"CASE WHEN regexp_matches({cell}, '[0-9０-９]\\s*$') THEN rtrim({cell}) || '{stated.unit.word}' ELSE {cell} END"


def _folded(text: str) -> str:
    """Half-width, lower case, without blanks and invisible characters."""
    return _NOT_COMPARED.sub("", unicodedata.normalize("NFKC", text)).lower()
