"""A court's own data, not the sample: small invented extracts accepted, built and published as an officer does, on fixed days.

`python -m tests.support.plan.own_court FOLDER` makes that data folder, to look at it.
"""

import csv
import io
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Self
from unittest import mock

from etl.intake import batches
from etl.intake.accept import accept
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.calendar import clock
from scorecard.catalog import loader
from scorecard.storage.data_dir import DataDir
from tests.support.actors import OFFICER, TESTER
from tests.support.samples import SEEDS, once

EXTRACTS = Path(__file__).resolve().parents[2] / "browser" / "plan_rows" / "extracts"
AS_OF, HANDED_IN = date(2026, 3, 31), date(2026, 4, 8)  # due on 10 April
TODAY = date(2026, 5, 6)  # a Wednesday; the extracts of April are due on the Sunday


def fixed_to(day: date) -> type[datetime]:
    """A `datetime` whose now is nine o'clock of this day, wherever that is."""

    class Fixed(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(day.year, day.month, day.day, 9, tzinfo=tz)

    return Fixed


@contextmanager
def on(day: date) -> Generator[None]:
    """What is handed in now is handed in on this day."""
    with mock.patch.object(clock, "datetime", fixed_to(day)), mock.patch.object(batches, "datetime", fixed_to(day)):
        yield


def extracts() -> dict[str, bytes]:
    """Table id -> CSV: the files <table>.csv and <table>.<any name>.csv joined, a column that one lacks blank in its rows."""
    rows: dict[str, list[dict[str, str]]] = {}
    for path in sorted(EXTRACTS.glob("*.csv")):
        table = rows.setdefault(path.name.partition(".")[0], [])
        table += csv.DictReader(path.read_text("utf-8").splitlines(), strict=True)
    made: dict[str, bytes] = {}
    for table, lines in rows.items():
        text = io.StringIO()
        writer = csv.DictWriter(text, list(dict.fromkeys(header for line in lines for header in line)), restval="")
        writer.writeheader()
        writer.writerows(lines)
        made[table] = text.getvalue().encode()
    return made


def make(data: DataDir) -> None:
    """The folder's content: every extract accepted, the version published."""
    catalog = loader.load(SEEDS)
    with on(HANDED_IN):
        for name, raw in extracts().items():
            table = catalog.tables[name]
            accept(raw, f"{table.name}.csv", table, catalog, AS_OF, TESTER, data)
        publish(data, build(catalog, data), OFFICER)


def published_own_court(shared: Path) -> DataDir:
    """The court's own published version under `shared`, built by whichever worker comes first."""
    return once(shared, "own-court", make)


if __name__ == "__main__":
    make(DataDir(Path(sys.argv[1])))
