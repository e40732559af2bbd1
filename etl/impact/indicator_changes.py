"""Changes between two versions by indicator: every value and verdict that differs.

Each version is judged by its own definitions, targets, doubts and 数据截至; only the day is the same. A change of a
definition or a target is named as such, so that users do not look for it in the data.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date

from etl.impact.attached_versions import AttachedVersions, attach_versions
from scorecard.assessment.cards import CardInputs, trend
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.judged_period import JudgedPeriod
from scorecard.assessment.number_format import distinct_texts
from scorecard.calendar.period import GRAINS, Period
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog, Indicator
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from scorecard.store.version_diff import ChangeKind, DefinitionChange, IndicatorChanges, UnpairedValue, ValueChange

_KEYS = "indicator, grain, period, department, scope"
_SEVERITY = {"未达标": 0, "数据待核": 1}


@dataclass(frozen=True)
class _JudgedVersion:
    """A version's values of 全院 全部, each with its judged point, and the doubts of each indicator."""

    catalog: Catalog
    said: Mapping[tuple[str, Period], tuple[IndicatorValue, JudgedPeriod]]
    doubts: Mapping[str, tuple[str, ...]]


def indicator_changes(data: DataDir, before: str | None, after: str, today: date) -> IndicatorChanges:
    """The differences between two versions at every grain and period; without `before` everything is new.

    Raises StorageError when a version cannot be opened.
    """
    new = _judge_version(data, after, today)
    old = None if before is None else _judge_version(data, before, today)
    with attach_versions(data, new.catalog, after, before) as pair:
        return changes(pair, old, new)


def changes(pair: AttachedVersions, old: "_JudgedVersion | None", new: "_JudgedVersion") -> IndicatorChanges:
    """The differences in order: changed verdicts first, the worse ones before all; then the plan's order, newest first."""
    was = {} if old is None else old.said
    both = [key for key in new.said if key in was]
    changed = [
        change
        for key in both
        if (change := _change(new.catalog.indicators[key[0]], key[1], was[key], new.said[key])) is not None
    ]
    order = {name: number for number, name in enumerate(new.catalog.indicators)}
    changed.sort(
        key=lambda change: (
            change.kind != "verdict",
            _SEVERITY.get(change.after_word, 2) if change.kind == "verdict" else change.kind == "halves",
            order[change.indicator.id],
            GRAINS.index(change.period.grain),
            -change.period.last_month,
        )
    )
    differ, compared = _parts(pair) if old is not None else (0, 0)
    return IndicatorChanges(
        changes=tuple(changed),
        new=_only(new, was),
        gone=() if old is None else _only(old, new.said),
        redefined=() if old is None else tuple(_redefined(old, new)),
        compared=len(both),
        parts_changed=differ,
        parts_compared=compared,
    )


def _judge_version(data: DataDir, version: str, today: date) -> _JudgedVersion:
    with closing(store.connect(data, version)) as connection, store.understood(version):
        catalog = warehouse.catalog(connection)
        targets, doubts, tables = (
            warehouse.targets(connection, catalog),
            warehouse.doubts(connection),
            warehouse.tables(connection),
        )
        said: dict[tuple[str, Period], tuple[IndicatorValue, JudgedPeriod]] = {}
        for grain in GRAINS:
            series = warehouse.series(connection, catalog, grain, ALL_DEPARTMENTS, "all")
            evidence = CardInputs(catalog, series, targets, doubts, tables, ALL_DEPARTMENTS, "all", today)
            for name, readings in series.items():
                points = trend(evidence, catalog.indicators[name])
                said.update(
                    ((name, reading.period), (reading, point)) for reading, point in zip(readings, points, strict=True)
                )
    return _JudgedVersion(catalog, said, doubts)


def _change(
    indicator: Indicator,
    period: Period,
    before: tuple[IndicatorValue, JudgedPeriod],
    after: tuple[IndicatorValue, JudgedPeriod],
) -> ValueChange | None:
    (old, was), (new, now) = before, after
    kind: ChangeKind | None = None
    if was.verdict.word != now.verdict.word:
        kind = "verdict"
    elif old.exact != new.exact or was.text != now.text:
        kind = "value"
    elif (old.numerator, old.denominator, old.base) != (new.numerator, new.denominator, new.base):
        kind = "halves"
    if kind is None:
        return None
    first, second, size = was.text, now.text, ""
    if old.exact is not None and new.exact is not None and was.value is not None and now.value is not None:
        unit = indicator.unit
        if was.text.endswith(unit):  # two units cannot be subtracted
            second, first, size = distinct_texts(new.exact, old.exact, unit)
    return ValueChange(
        indicator=indicator,
        period=period,
        kind=kind,
        before=first,
        after=second,
        size=size,
        before_word=was.verdict.word,
        after_word=now.verdict.word,
        reason=now.verdict.reason,
        before_halves=was.halves,
        after_halves=now.halves,
    )


def _only(version: _JudgedVersion, other: Mapping[tuple[str, Period], object]) -> tuple[UnpairedValue, ...]:
    """The values of one version whose period the other does not have, newest first."""
    reached = [
        UnpairedValue(version.catalog.indicators[name], period, point.text, point.verdict.word, point.verdict.reason)
        for (name, period), (_, point) in version.said.items()
        if (name, period) not in other
    ]
    return tuple(sorted(reached, key=lambda value: (GRAINS.index(value.period.grain), -value.period.last_month)))


def _redefined(old: _JudgedVersion, new: _JudgedVersion) -> Iterator[DefinitionChange]:
    """Indicators that are new, gone, or changed in anything but their data."""
    for name, indicator in new.catalog.indicators.items():
        before = old.catalog.indicators.get(name)
        if before is None:
            yield DefinitionChange(name, indicator.name, "新增指标", "", indicator.definition)
            continue
        if before.formula != indicator.formula or before.unit != indicator.unit:
            yield DefinitionChange(name, indicator.name, "口径改变", before.definition, indicator.definition)
        elif before.definition != indicator.definition or before.direction != indicator.direction:
            yield DefinitionChange(name, indicator.name, "说明改变", before.definition, indicator.definition)
        yield from _contracts(old.catalog, new.catalog, indicator)
        target = _target_change(old, new, name)
        if target:
            yield DefinitionChange(name, indicator.name, "目标改变", *target)
        if old.doubts.get(name, ()) != new.doubts.get(name, ()):
            words = ("；".join(side.doubts.get(name, ())) or "无" for side in (old, new))
            yield DefinitionChange(name, indicator.name, "待核事由改变", *words)
    for name, indicator in old.catalog.indicators.items():
        if name not in new.catalog.indicators:
            yield DefinitionChange(name, indicator.name, "指标已撤销", indicator.definition, "")


def _contracts(old: Catalog, new: Catalog, indicator: Indicator) -> Iterator[DefinitionChange]:
    """A derived column with another formula changes every indicator that reads it."""
    for table in indicator.formula.tables:
        before, after = old.tables.get(table), new.tables[table]
        read = {column for term in indicator.formula.terms if term.table == table for column in term.columns}
        altered = [
            after.header(column)
            for column in sorted(read & after.derived.keys())
            if before is None or before.derived.get(column) != after.derived[column]
        ]
        if altered:
            yield DefinitionChange(
                indicator.id, indicator.name, "口径改变", "", f"{after.name}的{'、'.join(altered)}改了算法"
            )


def _target_change(old: _JudgedVersion, new: _JudgedVersion, name: str) -> tuple[str, str] | None:
    """The target before and after, at the newest period of both versions at which it differs."""
    shared = [key for key in new.said if key[0] == name and key in old.said]
    differ = [key for key in shared if old.said[key][1].target != new.said[key][1].target]
    if not differ:
        return None
    newest = max(differ, key=lambda key: (key[1].last_month, key[1].grain))
    return old.said[newest][1].target, new.said[newest][1].target


def _parts(pair: AttachedVersions) -> tuple[int, int]:
    """(different, compared): values of departments and of 涉企 that both versions have."""
    ((differ, compared),) = pair.fetch(
        "SELECT count(*) FILTER (p.numerator IS DISTINCT FROM c.numerator OR p.denominator IS DISTINCT FROM c.denominator"
        " OR p.base IS DISTINCT FROM c.base OR p.value IS DISTINCT FROM c.value), count(*)"
        f" FROM published.indicator_value p JOIN candidate.indicator_value c USING ({_KEYS})"
        " WHERE NOT (department = ? AND scope = 'all')",
        [ALL_DEPARTMENTS],
    )
    return differ, compared
