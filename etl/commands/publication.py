"""`python -m etl publish`: publishes a version, and says which verdicts changed and what is 数据待核 from now on."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing

from etl.commands.arguments import DONE
from etl.impact.indicator_changes import indicator_changes
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.access import console
from scorecard.calendar.clock import today
from scorecard.catalog import loader
from scorecard.errors import StorageError
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from scorecard.store.version_diff import IndicatorChanges

_DOUBTED = "数据待核"
_PERIODS = 8  # of one indicator in one line; the pages show all


def publish_and_tell(call: argparse.Namespace) -> int:
    """Publishes the version of the call, or a new one of all accepted batches, and prints what it changed."""
    data = DataDir(call.data)
    version = call.version or build(loader.load(call.seeds), data)
    before = store.current(data).version
    manifest = publish(data, version, console(call.actor))
    print(f"已发布：{version}")
    for line in unjudged_targets(data, version):
        print(line)
    try:
        if before is not None and store.manifest(data, before).sample and not manifest.sample:
            print("此前发布的是示例数据，不作比较")
            before = None
        for line in told(indicator_changes(data, before, version, today()), before):
            print(line)
    except StorageError as error:
        print(f"已发布，但没有能与此前的版本比较：{error}", file=sys.stderr)
    return DONE


def unjudged_targets(data: DataDir, version: str) -> Iterator[str]:
    """A line for every target of a version that judges nothing, because the door would refuse it today."""
    with closing(store.connect(data, version)) as connection:
        catalog = warehouse.catalog(connection)
        for target in warehouse.targets(connection, catalog):
            if target.refused:
                indicator = catalog.indicators.get(target.indicator)
                named = f"{indicator.name if indicator else target.indicator}（{target.kind}，{target.valid_from}起）"
                yield f"目标不据以评判：{named}：{target.refused}；请在“目标”页另记一个"


def told(changes: IndicatorChanges, before: str | None) -> Iterator[str]:
    """A line for every changed verdict, the worse ones first, and one for each indicator with new periods in doubt."""
    if before is not None:
        yield f"与此前发布的 {before} 相比，{len(changes.verdicts)} 个评价改变" + ("：" if changes.verdicts else "")
    for change in changes.verdicts:
        words = f"{change.before_word} → {change.after_word}　{change.before} → {change.after}"
        reason = f"　{change.reason}" if change.reason else ""
        yield f"  {change.indicator.name}　{change.period.label}　{words}{reason}"
    doubted: dict[tuple[str, str], list[str]] = {}
    for value in changes.new:
        if value.word == _DOUBTED:
            doubted.setdefault((value.indicator.name, value.reason), []).append(value.period.label)
    if doubted:
        yield "新的报告期中数据待核的："
    for (name, reason), periods in doubted.items():
        more = f" 等 {len(periods)} 个报告期" if len(periods) > _PERIODS else ""
        yield f"  {name}　{'、'.join(periods[:_PERIODS])}{more}　{reason}"
