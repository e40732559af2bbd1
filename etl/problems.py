"""What the door has to say about an extract: every problem by line, column, value, reason and suggestion, in Chinese.

`code` is stable and English, for programs; everything else is for the person who has to correct the extract.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from etl.codes import KINDS, SEVERITY_NAMES, TITLES, Kind, Severity
from etl.invisible import visible
from etl.marks import marked

__all__ = [
    "KINDS",
    "MASK",
    "SEVERITY_NAMES",
    "TITLES",
    "Count",
    "Findings",
    "Kind",
    "Problem",
    "Severity",
    "problems_csv",
]

LISTED = 100_000  # problems listed at most; the counts are of all
LISTED_PER_KIND = 10_000  # of one kind in one column, when it does not refuse the extract

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
    """Collects problems while an extract is read: exact counts of all, a bounded list.

    While `by_row` is set, what would refuse the extract is about one row, and sets only that row aside.
    """

    def __init__(self) -> None:
        self._refusals: list[Problem] = []
        self._others: list[Problem] = []
        self._counts: Counter[tuple[Severity, str, str]] = Counter()
        self.by_row = False

    def add(self, problem: Problem) -> None:
        """Count one problem, and list it while there is room."""
        self.add_all([problem], problem.code, problem.severity, problem.column, 1)

    def add_all(
        self, listed: Iterable[Problem], code: str, severity: Severity, column: str, count: int
    ) -> None:
        """Count `count` problems of a kind; `listed` are as many of them as `room` allowed."""
        if severity == "refuse" and self.by_row:
            severity = "aside"
        column = visible(column)
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
        return tuple(sorted(kept, key=lambda one: (one.line or 0, one.severity not in ("refuse", "aside"))))

    def counts(self) -> tuple[Count, ...]:
        """Refusals first, then repairs, then reports; the larger count first."""
        order = list(SEVERITY_NAMES)
        found = [Count(code, severity, column, n) for (severity, code, column), n in self._counts.items()]
        return tuple(sorted(found, key=lambda count: (order.index(count.severity), -count.count, count.code)))


def _readable(problem: Problem, severity: Severity) -> Problem:
    """The problem with nothing in its texts that nobody can see."""
    texts = (problem.column, problem.value, problem.reason, problem.suggestion)
    column, value, reason, suggestion = shown = tuple(map(visible, texts))
    if shown == texts and problem.severity == severity:
        return problem
    return Problem(problem.code, severity, problem.line, column, value, reason, suggestion)


def problems_csv(problems: Iterable[Problem]) -> bytes:
    """The problems as a CSV for Chinese Excel and WPS: UTF-8 with BOM, CRLF, no cell that would be run or changed."""
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
        writer.writerow([marked(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")
