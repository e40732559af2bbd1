"""One family of errors, in four parts: where, what was found, what was expected, what to do.

Everything a person can read here is Chinese. This module imports nothing of ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The registered word closest to `word`, or None when nothing is close enough to be worth a hint."""
    pool = list(choices)
    folded = word.strip()
    containing = [choice for choice in pool if folded and (folded in choice or choice in folded)]
    if containing:
        return min(containing, key=lambda choice: abs(len(choice) - len(folded)))
    found = get_close_matches(folded, pool, n=1, cutoff=0.5)
    return found[0] if found else None


def hint(word: str, choices: Iterable[str]) -> str:
    """「是否为"…"?」 for the nearest registered word, or an empty string."""
    found = nearest(word, choices)
    return f"是否为“{found}”？" if found else ""


class ScorecardError(Exception):
    """A refusal a person can act on. Subclasses only say which door refused."""

    def __init__(self, where: str, found: str, expected: str, remedy: str = "") -> None:
        super().__init__(where, found, expected, remedy)
        self.where = where
        self.found = found
        self.expected = expected
        self.remedy = remedy

    @property
    def for_the_record(self) -> str:
        """What the audit may keep of the reason. Who quotes cells of an extract says less here: they may name people."""
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
    """The disk, the pointer or a version file is not as it must be; nothing half-written was left."""
