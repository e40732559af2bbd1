"""The errors of the program, in four parts: where, what was found, what was expected, what to do.

All texts are Chinese: users read them. This module imports no other module of the program.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The registered word closest to `word`, or None when none is close enough for a hint."""
    pool = list(choices)
    folded = word.strip()
    containing = [choice for choice in pool if folded and (folded in choice or choice in folded)]
    if containing:
        return min(containing, key=lambda choice: abs(len(choice) - len(folded)))
    matches = get_close_matches(folded, pool, n=1, cutoff=0.5)
    return matches[0] if matches else None


def hint(word: str, choices: Iterable[str]) -> str:
    """「是否为"…"?」 for the nearest registered word, or an empty string."""
    choice = nearest(word, choices)
    return f"是否为“{choice}”？" if choice else ""


class ScorecardError(Exception):
    """A refusal that the user can act on."""

    def __init__(self, where: str, found: str, expected: str, remedy: str = "") -> None:
        super().__init__(where, found, expected, remedy)
        self.where = where
        self.found = found
        self.expected = expected
        self.remedy = remedy

    @property
    def for_the_record(self) -> str:
        """The reason for the audit log. An error that quotes cells of an extract says less here: they may name people."""
        return self.found

    def __str__(self) -> str:
        text = f"{self.where}：{self.found}；应为：{self.expected}"
        return f"{text}；处理：{self.remedy}" if self.remedy else text


@dataclass(frozen=True)
class SeedMistake:
    """One mistake in a seed file: file and key, what was found, what was expected, what to do."""

    file: str
    key: str
    found: str
    expected: str
    remedy: str = ""

    def __str__(self) -> str:
        where = f"{self.file}「{self.key}」" if self.key else self.file
        text = f"{where}：{self.found}；应为：{self.expected}"
        return f"{text}；{self.remedy}" if self.remedy else text


class SeedErrors(ScorecardError):
    """Every mistake of a seeds folder at once, in the order of the files."""

    def __init__(self, mistakes: Iterable[SeedMistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(
            "seeds",
            f"共 {len(self.mistakes)} 处错误\n" + "\n".join(f"  {mistake}" for mistake in self.mistakes),
            "没有错误的定义文件",
            "请逐条改正后重试",
        )


class StorageError(ScorecardError):
    """The disk, the pointer or a version file is not as it must be. No half-written file is there."""
