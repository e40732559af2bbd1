"""Accepted batches that are not published yet, and whether publishing them would change anything else."""

from collections.abc import Iterable, Mapping

from etl.intake.batches import Batch
from etl.intake.entered_rows import recorded_decisions, recorded_remarks
from etl.warehouse.build import chosen_batches, engine_of, version_id
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.errors import ScorecardError
from scorecard.plan.waiting import OpenWork, open_work
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.open_version import Version, card_inputs, judged_on, periods, usual_period
from scorecard.store.versions import VersionManifest


def pending_batches(data: DataDir, published: Iterable[Mapping[str, object]]) -> tuple[Batch, ...]:
    """The batches of the next version that are not among the `published` records, in the order of building.

    Raises StorageError when a batch or a note on one cannot be read.
    """
    known = {(record["table"], record["name"]) for record in published}
    return tuple(batch for batch in chosen_batches(data) if (batch.table, batch.name) not in known)


def standing_work(data: DataDir, version: Version) -> OpenWork:
    """What there is to do by the newest whole month of a version, and by what was entered since, published or not.

    Raises ScorecardError for a version without a single value.
    """
    sample, whole = version.manifest.sample, card_inputs(version, "month", ALL_DEPARTMENTS, "all", judged_on(version))
    offered = periods(version, whole, "month")
    if not offered:
        raise ScorecardError("提要", "这个版本还没有任何指标的数值", "至少一张有数据的表", "请先报送并发布数据表")
    held = len(pending_batches(data, version.manifest.batches))
    decisions, remarks = recorded_decisions(data, sample), recorded_remarks(data, sample)
    return open_work(version, usual_period(version, offered), decisions, remarks, held)


def adds_only(catalog: Catalog, data: DataDir, published: VersionManifest, table: str) -> bool:
    """Whether the next version would be the published one with rows of this table added, and nothing else.

    False when batches of other tables are pending, a batch was withdrawn, or definitions or code have changed since: then
    the user must see the impact before publishing.
    """
    known = {(record["table"], record["name"]) for record in published.batches}
    chosen = chosen_batches(data)
    in_both = [batch for batch in chosen if (batch.table, batch.name) in known]
    engine = engine_of(store.program_of(data, published.version))
    if len(in_both) != len(known) or version_id(catalog, in_both, engine) != published.version:
        return False
    return all(batch.table == table for batch in chosen if (batch.table, batch.name) not in known)
