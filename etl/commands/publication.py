"""`python -m etl publish`: publishes a version, and says which verdicts changed and what is 数据待核 from now on.

And `start`, which the service runs before it serves: data of any earlier program, restored or damaged, is repaired. It ends
with 1 only where the data is of a newer program: everything else is told, and what can be read is served.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta

from etl.commands.arguments import DONE
from etl.engines.choice import chosen
from etl.impact.indicator_changes import indicator_changes
from etl.impact.vanished_rows import vanished_rows
from etl.intake.batches import list_batches
from etl.sample.chance import LAST_DAY
from etl.sample.invented_court import load_sample
from etl.versions.publish import publish
from etl.versions.rebuild import Rebuilt, repair
from etl.warehouse.build import build, chosen_batches
from scorecard.access import console
from scorecard.audit import log as audit
from scorecard.calendar.clock import today
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.narrative.changes import IndicatorChanges
from scorecard.storage import data_format
from scorecard.storage.atomic_files import storage_errors, write_atomically
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.store import versions as store, warehouse

_DOUBTED = "数据待核"
_PERIODS = 8  # periods or rows in one line; the pages show all


def publish_and_tell(call: argparse.Namespace) -> int:
    """Publishes the version of the call, or a new one of all accepted batches, and prints what it changed."""
    data = DataDir(call.data)
    catalog = loader.load(call.seeds)
    version = call.version or build(catalog, data, chosen(call.engine, call.master, call.remote))
    before = store.current(data).version
    manifest = publish(data, version, console(call.actor))
    print(f"已发布：{version}")
    for line in (*unjudged_targets(data, version), *vanished_questions(catalog, data)):
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


def vanished_questions(catalog: Catalog, data: DataDir) -> Iterator[str]:
    """A line for every batch that lacks rows it should hold again, while nobody has said why."""
    for question in vanished_rows(catalog, chosen_batches(data)):
        if question.open:
            keys = "、".join(one.row.key for one in question.open[:_PERIODS])
            more = " 等" if len(question.open) > _PERIODS else ""
            rule = f"etl rule {question.table.id}/{question.batch.name} --as 源头已撤销|漏报 --reason 依据"
            yield f"待核定：{question.sentence}；核定之前仍然计入：{keys}{more}；请运行 {rule}"


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


# What lies in a folder that nobody has ever used.
_NOTHING_YET = {"README.md", ".gitignore", ".gitkeep", "lost+found", "FORMAT", ".lock"}


def start(call: argparse.Namespace) -> int:
    """Fills an empty folder with the sample, repairs the published version of any other."""
    data = DataDir(call.data)
    data_format.require_readable(data)
    data_format.number(data)
    try:
        catalog = loader.load(call.seeds)
        # Or a start was killed before it had published the sample, and nothing else has happened since.
        begun = data.sampling.exists() and not store.manifests(data) and not _ever_real(data)
        if begun or _unused(data):
            publish_sample(catalog, data)
        else:
            _repair(catalog, data)
    except ScorecardError as error:
        print(f"数据没有修复，看板照常启动：{error}", file=sys.stderr)
    return DONE


def publish_sample(catalog: Catalog, data: DataDir, as_of: date | None = None, actor: str = "示例数据") -> None:
    """Takes in and publishes the sample; after a killed start it goes on with the same day.

    Raises ScorecardError for a folder that has ever held data of a court: the sample is never put beside it.
    """
    if _ever_real(data):
        remedy = "请另用一个目录：SCORECARD_DATA=目录 make sample"
        raise ScorecardError("示例数据", f"数据目录 {data.root} 里有或有过本院的数据", "从未放过本院数据的目录", remedy)
    begun = data.sampling.read_text(encoding="ascii") if data.sampling.exists() else ""
    months = catalog.court.months
    last_end = months.month_end(months.month_of(min(today(), LAST_DAY + timedelta(days=1))) - 1)
    as_of = as_of or (date.fromisoformat(begun) if begun else last_end)
    with storage_errors("示例数据"):
        write_atomically(data.sampling, as_of.isoformat().encode())
    load_sample(catalog, data, as_of, console(actor))
    version = build(catalog, data)
    publish(data, version, console(actor))
    data.sampling.unlink(missing_ok=True)
    print(f"已发布示例数据：{version}，数据截至 {as_of}")


def _unused(data: DataDir) -> bool:
    """Whether nothing of a court has ever been in the folder: no batch, no version, no account, no line of the audit."""
    if not data.root.exists():
        return True
    names = {path.name for path in data.root.iterdir() if not path.name.startswith(TEMPORARY_PREFIX)}
    return names <= _NOTHING_YET


def _ever_real(data: DataDir) -> bool:
    """Whether the folder holds, or ever held, a batch or a version that is no sample."""
    batches = list_batches(data)
    sample = {f"{batch.table}/{batch.name}" for batch in batches if batch.sample}
    taken_in = audit.subjects_of(data, ("上传", "设定目标", "填报进展", "记录决定", "登记", "补记"))
    return (
        len(sample) < len(batches)
        or any("/" in subject and subject not in sample for subject in taken_in)
        or any(not manifest.sample for manifest in store.manifests(data))
    )


def _repair(catalog: Catalog, data: DataDir) -> None:
    try:
        rebuilt = repair(data, catalog, lambda words: print(words, flush=True))
    finally:
        current = store.current(data)
        if current.notice:
            print(current.notice, file=sys.stderr)
    if rebuilt is not None:
        _tell(rebuilt)
    elif current.version:
        print(f"当前版本 {current.version} 完好，不必重建")
    else:
        what = "没有加入示例数据，也没有发布任何批次。请在“数据报送”“版本”页查看后发布"
        print(f"数据目录里有记录，但没有发布过版本：{what}")


def _tell(rebuilt: Rebuilt) -> None:
    same = rebuilt.version == rebuilt.replaced
    as_what = "与原来相同" if same else f"以版本 {rebuilt.version} 发布（经办：系统）"
    print(f"已重建，用时 {rebuilt.seconds:.1f} 秒，{as_what}；尚未发布的批次没有发布，原记录保留")
    if rebuilt.changes is None:
        return
    changes = rebuilt.changes
    for redefined in changes.redefined:
        print(f"  {redefined.name}　{redefined.what}：{redefined.before or '无'} → {redefined.after or '无'}")
    for line in told(changes, rebuilt.replaced):
        print(line)
    print(f"共有 {len(changes.changes)} 个数值有变化；在“版本”页可逐项比较两个版本")
