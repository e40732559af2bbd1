"""Synthetic extracts of an invented court, for every table of the contracts: bytes as a case system would export them.

The court is a small basic one: some 3,200 civil suits a year, 270 criminal and administrative ones, 2,500
enforcement cases, 2,700 pre-suit mediations, eleven bankruptcy applications. Nobody and no firm in it exists. The extracts
are accepted like real ones and marked 示例数据.

Its matters lie in court/, a file a table, each with its whole course up to LAST_DAY; court/extracts.sql says what an extract of
a day knows of them. So a later extract repeats an earlier one and adds to it. Registers, and columns added since, come from
recipes (registers/).

Changes planted, for the pages to find:

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

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from etl.duckdb_connection import open_build
from etl.intake.accept import accept
from etl.intake.batches import Batch
from etl.intake.declared_none import declare_none
from etl.sample.chance import EXTRACTS_FROM, LAST_DAY
from etl.sample.courts import of_courts
from etl.sample.registers import declared_months, with_registers
from etl.sample.writing import extract
from scorecard.access import Actor, console
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir, default_seeds
from scorecard.storage.sql_text import quoted

SEED = 117  # of recipes and of untidiness
_COURT = Path(__file__).with_name("court")
_WRITTEN = "鲁0117"  # the court's code in the files
ACTOR = console("示例数据")


def extracts(as_of: date, catalog: Catalog | None = None) -> dict[str, bytes]:
    """Table id -> CSV bytes, for every extract table of the catalogue, from 2024-01-01 to this day.

    A table without rows is left out: acceptance refuses an extract without rows.
    The same arguments give the same bytes. An extract of a later day repeats the rows of an earlier one as they have
    developed since, and adds new ones.
    """
    if not EXTRACTS_FROM <= as_of <= LAST_DAY:
        expected = f"{EXTRACTS_FROM} 至 {LAST_DAY}"
        raise ScorecardError("示例数据", f"数据截至 {as_of}", expected, "请改用这段时间里的数据截至日")
    catalog = catalog or loader.load(default_seeds())
    code = catalog.court.court_codes[0]
    rows = with_registers(_invented(as_of, code), SEED, as_of, catalog)
    if catalog.court.unit == "court":
        rows = of_courts(rows, catalog, code)
    # Targets, baselines and decisions are no extracts: none are invented, nor are registers without a recipe.
    all_tables = [table for table in catalog.tables.values() if table.seed is None]
    wanted = [table for table in all_tables if table.entered_by in ("upload", "report") or table.id in rows]
    unknown = [table.name for table in wanted if table.id not in rows]
    if unknown:
        raise ScorecardError("示例数据", f"不会生成：{'、'.join(unknown)}", f"数据表：{'、'.join(rows)}")
    return {table.id: extract(rows[table.id], table, catalog, SEED) for table in wanted if rows[table.id]}


def _invented(as_of: date, court_code: str) -> Mapping[str, Sequence[Mapping[str, object]]]:
    """Table id -> its rows in an extract of that day, under the case numbers of this court."""
    with closing(open_build(None)) as connection:
        connection.execute("SET file_search_path = " + quoted(str(_COURT)))
        connection.execute("SET VARIABLE day = ?", [as_of])
        connection.execute((_COURT / "extracts.sql").read_text("utf-8"))
        tables: dict[str, list[dict[str, Any]]] = {}
        for table in sorted(path.stem for path in _COURT.glob("*.parquet")):
            found = connection.table(table)
            tables[table] = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    if court_code != _WRITTEN:
        for row in (row for rows in tables.values() for row in rows):
            row |= {name: cell.replace(_WRITTEN, court_code) for name, cell in row.items() if isinstance(cell, str)}
    return tables


def load_sample(catalog: Catalog, data: DataDir, as_of: date, actor: Actor = ACTOR) -> tuple[Batch, ...]:
    """The batches of all synthetic extracts, accepted and marked as sample."""
    made = extracts(as_of, catalog=catalog)
    named = ((catalog.tables[name], raw) for name, raw in made.items())
    accepted = [
        accept(raw, f"示例-{table.name}.csv", table, catalog, as_of, actor, data, sample=True) for table, raw in named
    ]
    months = catalog.court.months
    declared = [
        declare_none(catalog.tables[table], month, actor, data, sample=True, months=months)
        for table, month in declared_months(as_of, months)
    ]
    return (*accepted, *declared)
