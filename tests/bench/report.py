"""Findings of one run as text: ratios first, seconds only as a footnote, and what the machine was doing meanwhile."""

import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import duckdb
import streamlit

REPEATS = 5


@dataclass(frozen=True)
class Finding:
    """One line: what was measured, as a multiple of what, and whether that keeps the aim (None: no aim was set)."""

    what: str
    figure: str
    aim: str = ""
    kept: bool | None = None
    footnote: str = ""

    @property
    def word(self) -> str:
        return {True: "kept", False: "MISSED", None: ""}[self.kept]


def times(seconds: float, base: float) -> str:
    """How many times the base."""
    return f"{seconds / base:.2f}x" if seconds < 10 * base else f"{seconds / base:.0f}x"


def ratio(what: str, seconds: float, base: float, at_most: float | None = None, footnote: str = "") -> Finding:
    """`seconds` as a multiple of `base`, against an aim."""
    absolute = f"{_seconds(seconds)} / {_seconds(base)}"
    return Finding(
        what,
        times(seconds, base),
        "" if at_most is None else f"<= {at_most:g}x",
        None if at_most is None else seconds <= at_most * base,
        f"{absolute}{'; ' if footnote else ''}{footnote}",
    )


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 0.995 else f"{value * 1000:.1f} ms"


def in_turn(*jobs: Callable[[], object], repeats: int = REPEATS) -> list[float]:
    """The median seconds of each job, run in turn so that a busy moment of the machine meets all of them."""
    taken: list[list[float]] = [[] for _ in jobs]
    for _ in range(repeats):
        for job, seconds in zip(jobs, taken, strict=True):
            start = perf_counter()
            job()
            seconds.append(perf_counter() - start)
    return [median(seconds) for seconds in taken]


def show(title: str, findings: Sequence[Finding]) -> None:
    """Print a part's findings with their footnotes below."""
    print(f"\n## {title}   (load average {os.getloadavg()[0]:.1f})\n")
    width = max(len(one.what) for one in findings)
    for number, one in enumerate(findings, 1):
        mark = f"[{number}]" if one.footnote else ""
        print(f"  {one.what:<{width}}  {one.figure:>18}  {one.aim:<18}{one.word:<7}{mark}".rstrip())
    print()
    for number, one in enumerate(findings, 1):
        if one.footnote:
            print(f"    [{number}] {one.footnote}")
    sys.stdout.flush()


def machine() -> str:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}, "
        f"DuckDB {duckdb.__version__}, Streamlit {streamlit.__version__}"
    )
