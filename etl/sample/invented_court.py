"""Synthetic extracts of an invented court, for every table of the contracts: bytes as a case system would export them.

The court is a small basic one: some 3,200 civil suits a year, 270 criminal and administrative ones, 2,500
enforcement cases, 2,700 pre-suit mediations, eleven bankruptcy applications. Everything is drawn from a seed; nobody
and no firm in it exists. The extracts are accepted like real ones and marked 示例数据.

Changes planted, for the pages to find; days and shares stand in court.toml:

* 诉前调解成功率 rises for good from July 2025 (61.8 % -> 66.6 % on average)
* 小额诉讼平均审理天数 falls by a fifth for suits filed from December 2025
* 终本合格率 drops below 90 % in the second quarter of 2025, once
* 拖欠企业账款执行到位率 rises in 2026 with a drive
* 紧急保全48小时裁定率 stays just below 100 %: a handful of rulings come late
* 超标的超范围查封异议成立率: two upheld in 2024, one in 2025, none since
* one bankruptcy accepted in September 2023 stays open: over two years from 2025-09-15
* one reorganised firm gets its credit repaired in spring 2025
* the dishonest firms in stock are screened for the first time from January to September 2024
* online filing, online mediation, electronic service and revisits grow from year to year
* two months of 2026 have no lead on illegal finance; two are declared to have no model judgment
* loan suits follow a model judgment of the intermediate court from autumn 2025 on; two more mediating organisations each year
* no securities suit, no securities crime: those indicators have nothing to count
"""

from datetime import date

from etl.intake.accept import accept
from etl.intake.batches import Batch
from etl.intake.declared_none import declare_none
from etl.sample.extracts.world import invented
from etl.sample.pace import EXTRACTS_FROM
from etl.sample.registers import declared_months, with_registers
from etl.sample.writing import extract
from scorecard.access import Actor, console
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir, default_seeds

SEED = 117
ACTOR = console("示例数据")


def extracts(as_of: date, seed: int = SEED, catalog: Catalog | None = None) -> dict[str, bytes]:
    """Table id -> CSV bytes, for every extract table of the catalogue, from 2024-01-01 to this day.

    A table without rows is left out: acceptance refuses an extract without rows.
    The same arguments give the same bytes. An extract of a later day repeats the rows of an earlier one as they have
    developed since, and adds new ones.
    """
    if as_of < EXTRACTS_FROM:
        raise ScorecardError("示例数据", f"数据截至 {as_of}", f"{EXTRACTS_FROM} 或以后", "请改用较晚的数据截至日")
    catalog = catalog or loader.load(default_seeds())
    rows = with_registers(invented(as_of, seed, catalog), seed, as_of, catalog)
    # Targets, baselines and decisions are no extracts: none are invented, nor are registers without a recipe.
    handed_in = [
        table for table in catalog.tables.values() if table.entered_by in ("upload", "report") or table.id in rows
    ]
    wanted = [table for table in handed_in if table.seed is None]
    unknown = [table.name for table in wanted if table.id not in rows]
    if unknown:
        raise ScorecardError("示例数据", f"不会生成：{'、'.join(unknown)}", f"数据表：{'、'.join(rows)}")
    return {table.id: extract(rows[table.id], table, catalog, seed) for table in wanted if rows[table.id]}


def load_sample(catalog: Catalog, data: DataDir, as_of: date, actor: Actor = ACTOR) -> tuple[Batch, ...]:
    """The batches of all synthetic extracts, accepted and marked as sample."""
    made = extracts(as_of, catalog=catalog)
    accepted = [
        accept(raw, f"示例-{table.name}.csv", table, catalog, as_of, actor, data, sample=True)
        for table, raw in ((catalog.tables[name], raw) for name, raw in made.items())
    ]
    declared = [
        declare_none(catalog.tables[table], month, actor, data, sample=True) for table, month in declared_months(as_of)
    ]
    return (*accepted, *declared)
