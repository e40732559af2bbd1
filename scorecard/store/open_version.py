"""A published version, opened for reading by pages, papers and the command line.

It depends on no screen and no cache; what is the same for every choice is read once, when it is opened.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from scorecard.access import Forbidden
from scorecard.assessment import small_counts
from scorecard.assessment.cards import CardInputs
from scorecard.assessment.data_quality import TableState, deadline, due_through, rejected
from scorecard.assessment.small_counts import UNTOLD
from scorecard.calendar.clock import COURT_TIME, today
from scorecard.calendar.period import Grain, Period
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.errors import StorageError
from scorecard.records.annotations import Annotation, redefinitions
from scorecard.records.baselines import Baseline
from scorecard.records.official_values import OfficialValue
from scorecard.records.remarks import IndicatorRemark
from scorecard.records.targets import Target
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from scorecard.store.versions import VersionManifest

_ID = re.compile(r"[0-9a-z]{8,64}")


@dataclass(frozen=True)
class Version:
    """A published version, open for reading, with everything of it that does not depend on a choice."""

    id: str
    connection: Any  # only the store knows its type; callers hand it back to the store
    manifest: VersionManifest
    catalog: Catalog
    targets: tuple[Target, ...]
    doubts: dict[str, tuple[str, ...]]
    tables: dict[str, TableState]
    departments: tuple[str, ...]
    baselines: tuple[Baseline, ...]
    annotations: tuple[Annotation, ...]
    official: tuple[OfficialValue, ...]
    remarks: tuple[IndicatorRemark, ...]
    # Of this version and those before it: day, 数据截至 by table.
    publications: tuple[tuple[date, Mapping[str, str]], ...]
    silent: dict[tuple[str, str], str]  # (table, column) -> which extracts say nothing of it
    program: str = ""  # what computed its numbers; empty for an earlier program
    historic: bool = False  # opened by its id, while another one is current
    public: bool = False  # as a visitor may read it

    @property
    def as_of(self) -> dict[str, date]:
        """数据截至 of every table that came from extracts."""
        return {name: state.as_of for name, state in self.tables.items() if self.catalog.tables[name].seed is None}


@dataclass(frozen=True)
class Selection:
    """What a reader chose once for everything that is shown."""

    period: Period
    department: str
    scope: str

    @property
    def grain(self) -> Grain:
        return self.period.grain


class ClosedConnection:
    """Stands in a visitor's version for the connection: whoever reads rows through it is refused."""

    def __init__(self, whole: Any) -> None:
        self.whole = whole

    def __getattr__(self, name: str) -> Any:
        raise Forbidden("查看明细", "访客只看指标的数值", "登录后查看明细", "请登录")


def for_visitors(version: Version) -> Version:
    """The version as a visitor may read it: months of the whole court, no small counts, no rows, no names of files."""
    catalog, tables = version.catalog, version.tables
    unsound = {name for name, state in tables.items() if state.faults or rejected(catalog, state)}
    doubted = {
        indicator.id: (UNTOLD,)
        for indicator in catalog.indicators.values()
        if version.doubts.get(indicator.id)
        or any(rejected(catalog, tables[name]) for name in indicator.formula.tables if name in tables)
    }
    return replace(
        version,
        connection=ClosedConnection(version.connection),
        tables={
            name: replace(state, rows=0, batches=0, aside=0, faults=(UNTOLD,) if name in unsound else ())
            for name, state in tables.items()
        },
        doubts=doubted,
        departments=(),
        silent={},
        public=True,
    )


def open_version(data: DataDir, version: str) -> Version:
    """The version of this id. Raises StorageError when it cannot be read."""
    connection = store.connect(data, version)
    with store.understood(version):
        catalog, own = warehouse.catalog(connection), store.manifest(data, version)
        kind = [one for one in store.manifests(data) if one.sample == own.sample]
        before = [one for one in kind if one.published_at <= own.published_at]
        return Version(
            id=version,
            connection=connection,
            manifest=own,
            catalog=catalog,
            targets=warehouse.targets(connection, catalog),
            doubts=warehouse.doubts(connection),
            tables=warehouse.tables(connection),
            departments=warehouse.departments(connection),
            baselines=warehouse.baselines(connection),
            annotations=(*warehouse.annotations(connection), *redefinitions(catalog)),
            official=warehouse.official_values(connection),
            remarks=warehouse.remarks(connection),
            publications=tuple((_day(one), one.as_of) for one in reversed(before)),
            silent=warehouse.silent_columns(connection),
            program=warehouse.program(connection),
        )


def first_shown(version: Version, tables: Iterable[str], month: int) -> date:
    """The day of the first publication whose extracts of these tables reach the end of a month; of the sample, which nobody
    published month by month, the day the month was due.
    """
    if version.manifest.sample:
        return deadline(version.catalog.court.months.month_end(month), version.catalog.court.due_day)
    end = version.catalog.court.months.month_end(month).isoformat()
    needed = [name for name in tables if name in version.as_of]
    reached = (day for day, as_of in version.publications if all(as_of.get(name, "") >= end for name in needed))
    return next(reached, published_on(version))


def require_published(data: DataDir, version: str) -> None:
    """Raise StorageError unless the text names a version that was published and can still be read."""
    if not _ID.fullmatch(version) or not data.manifest(version).is_file():
        where, remedy = f"版本 {version[:40]}", "请在“版本”页另选一个版本"
        raise StorageError(where, "没有这个已发布的版本", "已发布的版本之一", remedy)
    if store.is_pruned(data, version):
        store.connect(data, version)  # refuses in words; a copy still open in a cache must not answer
    if reason := store.unreadable(data, version):
        raise StorageError(f"版本 {version}", reason, "能读取的版本", "请在“版本”页另选一个版本")


def open_published(data: DataDir, version: str = "") -> Version:
    """The current version, or the one of this id, marked as historic where another is current. Raises StorageError."""
    current = store.current(data)
    if not version and current.version is None and not current.notice:
        raise StorageError("数据版本", "还没有发布任何数据", "至少一个已发布的版本", "请先在“数据报送”页报送并发布")
    if not version and current.version is None:
        raise StorageError("数据版本", current.notice, "能读取的版本", "请运行 python -m etl start 重建它")
    named = version or current.version or ""
    require_published(data, named)
    opened = open_version(data, named)
    return opened if named == current.version else replace(opened, historic=True)


def card_inputs(version: Version, grain: Grain, department: str, scope: str, judged: date) -> CardInputs:
    """All readings of a grain, department and scope, with what judges them on that day."""
    if version.public and (grain, department, scope) != ("month", ALL_DEPARTMENTS, "all"):
        words = version.catalog.words
        said = f"访客只看{words.whole}、全部案件的单月数", f"登录后另选统计方式、{words.unit}和案件范围"
        raise Forbidden("查看指标", *said, "请登录")
    connection = version.connection.whole if version.public else version.connection
    series = warehouse.series(connection, version.catalog, grain, department, scope)
    return CardInputs(
        catalog=version.catalog,
        series=small_counts.for_visitors(version.catalog, series) if version.public else series,
        targets=version.targets,
        doubts=version.doubts,
        tables=version.tables,
        department=department,
        scope=scope,
        today=judged,
        baselines=version.baselines,
        annotations=version.annotations,
        official=version.official,
        months=None if grain == "month" else cache(partial(card_inputs, version, "month", department, scope, judged)),
    )


def periods(version: Version, whole: CardInputs, grain: Grain) -> tuple[Period, ...]:
    """The periods that have values, newest first; `whole` is the evidence of the grain for 全院 and all cases."""
    offered = {reading.period for readings in whole.series.values() for reading in readings}
    if offered:  # months already due are offered even if nothing arrived: they are 数据待核, not absent
        first = min(period.first_month for period in offered)
        months = version.catalog.court.months
        last = months.month_of(due_through(whole.today, version.catalog.court.due_day, months))
        offered.update(months.between(grain, first, last))
    return tuple(sorted(offered, key=lambda period: period.last_month, reverse=True))


def complete_through(version: Version) -> date:
    """The day the extracts reach: the latest 数据截至 of any table."""
    return reach(version)[1]


def reach(version: Version) -> tuple[date, date]:
    """The earliest and the latest 数据截至 of the extracts.

    A report of progress is written on the day it is entered and says nothing of how far the cases reach.
    """
    extracts = [day for name, day in version.as_of.items() if version.catalog.tables[name].entered_by == "upload"]
    days = extracts or list(version.as_of.values())
    return min(days), max(days)


def judged_on(version: Version) -> date:
    """The day lateness is judged by: today; for an older version the day it was published, so that it reads as it did.

    For a sample, which nobody owes, it is the day its extracts reach.
    """
    if version.manifest.sample:
        return complete_through(version)
    return published_on(version) if version.historic else today()


def published_on(version: Version) -> date:
    """The day a version was first published, at the court."""
    return _day(version.manifest)


def _day(manifest: VersionManifest) -> date:
    return datetime.fromisoformat(manifest.published_at).astimezone(COURT_TIME).date()


def due_or_complete(version: Version) -> date:
    """The day readers may expect the data to reach: where they do reach, or where they are already due to."""
    due = due_through(judged_on(version), version.catalog.court.due_day, version.catalog.court.months)
    return max(complete_through(version), due)


def usual_period(version: Version, offered: Sequence[Period]) -> Period:
    """Of these periods, newest first, the last that the extracts cover, or are due to cover, to its end; the newest without one."""
    return next((period for period in offered if period.last <= due_or_complete(version)), offered[0])


def in_order(catalog: Catalog) -> tuple[Table, ...]:
    """The tables in the order in which the plan's indicators need them, then the others."""
    needed = [name for indicator in catalog.indicators.values() for name in indicator.formula.tables]
    return tuple(catalog.tables[name] for name in dict.fromkeys([*needed, *catalog.tables]))
