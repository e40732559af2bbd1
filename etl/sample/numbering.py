"""Case numbers by the grammar of 法〔2015〕137号: year, court, type, and a serial that runs 1, 2, 3 … per year and type."""

from collections import Counter
from collections.abc import Iterable
from datetime import date


class CaseRegister:
    """Gives out the next number of a type in a year, as one court's register does."""

    def __init__(self, court: str) -> None:
        self.court = court
        self._last: Counter[tuple[str, int, str]] = Counter()

    def number(self, kind: str, filed_on: date, court: str | None = None) -> str:
        """The next number; call in the order of filing."""
        return self.numbered(kind, filed_on.year, court)[0]

    def numbered(self, kind: str, year: int, court: str | None = None) -> tuple[str, int]:
        court = court or self.court
        self._last[court, year, kind] += 1
        serial = self._last[court, year, kind]
        return f"（{year}）{court}{kind}{serial}号", serial

    def skip(self, kind: str, year: int, count: int, court: str | None = None) -> None:
        """Leave out numbers that other matters of the court hold."""
        self._last[court or self.court, year, kind] += count


def running(prefix: str, days: Iterable[date], width: int = 4) -> list[str]:
    """Running numbers per year for registers that have no case numbers: 回访2024-0001."""
    last: Counter[int] = Counter()
    numbers: list[str] = []
    for day in days:
        last[day.year] += 1
        numbers.append(f"{prefix}{day.year}-{last[day.year]:0{width}d}")
    return numbers
