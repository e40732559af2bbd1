"""Problems in an extract: their kinds by stable codes (problem_kinds.toml), their collection and their CSV."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from pathlib import Path
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


# By code: title, remedy, and which severities it can have (`as`, explained in the file).
KINDS: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("problem_kinds.toml").read_text("utf-8"))
TITLES = {code: kind["title"] for code, kind in KINDS.items()}

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

    def __str__(self) -> str:
        return f"{self.title}「{self.column}」" if self.column else self.title


class Findings:
    """Collects problems while an extract is read: exact counts of all, a bounded list.

    While `by_row` is set, a problem of one row that would refuse the extract sets only that row aside.
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
        """Counts `count` problems of a kind, of which there may be none; `listed` are some or all of them."""
        if not count:
            return
        if severity == "refuse" and self.by_row and KINDS[code]["as"] != "refuse":
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
    said = attrgetter("line", "column", "value", "reason", "suggestion", "code")
    rows = ((SEVERITY_NAMES[problem.severity], *said(problem)) for problem in problems)
    return write_csv(["级别", "行号", "列", "值", "原因", "建议", "问题编号"], rows)
