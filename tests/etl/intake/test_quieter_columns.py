"""A column that suddenly says much less is told of at 体检 (here: at acceptance) and in 影响, never passed over."""

from datetime import date

from etl.impact.compute import impact
from etl.intake.accept import accept
from etl.intake.batches import KnownCells, known_cells, quieter_columns
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import TESTER


def _cases(first: int, filled: int, rows: int = 40) -> bytes:
    lines = [f"（2026）鲁0117民初{first + n}号,2026-01-05,2026-03-05,{'否' if n < filled else ''}" for n in range(rows)]
    return "\n".join(["案号,立案日期,结案日期,是否上诉", *lines]).encode()


def test_a_fall_of_the_known_share_is_told_at_the_door_and_in_the_impact(data: DataDir, catalog: Catalog) -> None:
    table = catalog.tables["cases"]
    first = accept(_cases(1, 38), "a.csv", table, catalog, date(2026, 9, 30), TESTER, data)
    assert first.warnings == ()
    assert (known_cells(first).rows, known_cells(first).known["appealed"]) == (40, 38)
    published = build(catalog, data)
    publish(data, published, TESTER)
    second = accept(_cases(41, 1), "b.csv", table, catalog, date(2026, 10, 31), TESTER, data)
    assert second.warnings == ("“是否上诉”有内容的行由 95% 降到 2%，像是导出时漏了，请核对",)
    changes = impact(data, catalog, build(catalog, data), published)
    assert changes.quieter == ("审判案件表“是否上诉”有内容的行由 95% 降到 2%，像是导出时漏了，请核对",)


def test_small_months_and_small_falls_are_nothing(catalog: Catalog) -> None:
    table = catalog.tables["cases"]
    assert quieter_columns(table, KnownCells(19, {"appealed": 19}), KnownCells(100, {"appealed": 0})) == ()
    assert quieter_columns(table, KnownCells(100, {"appealed": 100}), KnownCells(100, {"appealed": 60})) == ()
    assert quieter_columns(table, KnownCells(100, {"appealed": 20}), KnownCells(100, {"appealed": 0})) == ()
