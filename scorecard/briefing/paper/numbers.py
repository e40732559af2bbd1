"""The numbers in a text: what somebody wrote into a paper must read back to a number that the paper itself says."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from scorecard.briefing.paper.model import Paper
from scorecard.errors import ScorecardError
from scorecard.narrative.trend import Trend

_WIDE = str.maketrans("０１２３４５６７８９％．−零两", "0123456789%.-〇二")
_NUMERALS = "〇一二三四五六七八九"
_COUNTED = re.compile(rf"[{_NUMERALS}十百]+(?=个百分点|[项件家户名起天])")
_NUMBER = re.compile(r"(?:(?<![0-9A-Za-z)）])-)?[0-9A-Za-z]*[0-9][0-9A-Za-z]*(?:\.[0-9]+)*[%‰]?")


def plain(text: str) -> str:
    """The text with every number in one spelling: half-width, without thousands commas, 五项 as 5项; without blanks."""
    joined = re.sub(r"(?<=\d),(?=\d{3})", "", "".join(text.split()).translate(_WIDE))
    return _COUNTED.sub(lambda found: found[0] if found[0] == "一" else str(_arabic(found[0])), joined)


def _arabic(numeral: str) -> int:
    total = digit = 0
    for sign in numeral:
        if ten := {"十": 10, "百": 100}.get(sign):
            total, digit = total + (digit or 1) * ten, 0
        else:
            digit = _NUMERALS.index(sign)
    return total + digit


def numbers(text: str) -> list[tuple[str, str]]:
    """Every number, after the last words before it: 执行完毕率为46.53% gives ("执行完毕率为", "46.53%")."""
    found, end, written = list[tuple[str, str]](), 0, plain(text)
    for match in _NUMBER.finditer(written):
        found.append((written[max(end, match.start() - 8) : match.start()], match[0]))
        end = match.end()
    return found


def own_numbers(paper: Paper) -> set[str]:
    """The numbers that the paper and its annexes say; not those of the writer's own words, of past periods, of definitions."""
    return {number for text in _texts(_said(paper)) if text != paper.title for _, number in numbers(text)}


def require_own_numbers(headline: str, paper: Paper) -> None:
    """Raises ScorecardError for a number in a headline that the paper does not say."""
    own = own_numbers(paper)
    foreign = [number for _, number in numbers(headline) if number not in own]
    if foreign:
        found = f"“{'”“'.join(dict.fromkeys(foreign))}”不是这份简报里的数"
        raise ScorecardError("简报标题", found, "正文、表格里有的数字，写法相同", "请改成正文里的数字，或不写数字")


def _said(paper: Paper) -> tuple[object, ...]:
    own = (paper.masthead, paper.issue, paper.date, paper.subtitle, paper.provenance)
    return (*own, paper.blocks, paper.lines, paper.slides, *map(_said, paper.annexes))


def _texts(said: object) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, tuple):
        for part in said:  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(part)  # pyright: ignore[reportUnknownArgumentType]
    elif is_dataclass(said) and not isinstance(said, Trend):
        for field in fields(said):
            yield from _texts(getattr(said, field.name))
