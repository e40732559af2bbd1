"""A version begun as a copy of the published one equals, table by table, the one built whole of the same batches.

Histories are drawn: rows that change, rows that come late, months declared empty, corrections, rulings, withdrawals, tables that
come for the first time, a 数据截至 that moves for one table and not for another.
"""

import logging
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from etl.intake.accept import accept
from etl.intake.batch_notes import rule_on_rows, withdraw
from etl.intake.batches import survey_batches
from etl.intake.declared_none import declare_none
from etl.sample.invented_court import load_sample
from etl.versions.publish import publish
from etl.warehouse import build, increment, tables
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir
from tests.support.actors import OFFICER, TESTER
from tests.support.extracts import cases_csv
from tests.support.samples import copied

CUTS = [date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 10), date(2026, 9, 30), date(2026, 10, 31)]
# Each day of a row is one of these or blank; the later of two comes second.
DAYS = ["2026-05-29", "2026-06-30", "2026-07-31", "2026-08-02", "2026-09-10"]
HEADERS = {
    "cases": "案号,案由,立案日期,结案日期,结案方式,适用程序,承办部门,是否涉企,标的额",
    "pre_mediations": "调解案号,收案日期,结束日期,结果,承办部门,是否涉企,转立案案号",
    "asset_disposals": "案号,标的物,轮次,上拍日期,结束日期,起拍价,成交价,结果,承办部门",
}
number, yes = st.integers(1, 6), st.sampled_from(["是", "否", ""])
office = st.sampled_from(["民事审判庭", "刑事审判庭"])
causes, price = st.sampled_from(["买卖合同纠纷", "股权转让纠纷"]), st.sampled_from(["", "0", "10.5", "99"])
days = st.tuples(st.sampled_from(DAYS), st.sampled_from(["", *DAYS])).filter(
    lambda pair: not pair[1] or pair[0] <= pair[1]
)


@st.composite
def row(draw: Callable[..., str], table: str) -> str:
    (began, ended), one = draw(days), draw(number)
    if table == "cases":
        how = draw(st.sampled_from(["判决", ""])) if ended else ""
        procedure = draw(st.sampled_from(["小额诉讼", "简易程序", ""]))
        beside = f"{draw(causes)},{began},{ended},{how},{procedure},{draw(office)},{draw(yes)},{draw(price)}"
        return f"（2026）鲁0117民初{one}号,{beside}"
    if table == "pre_mediations":
        suit = f"（2026）鲁0117民初{draw(number)}号" if ended and draw(st.booleans()) else ""
        outcome = draw(st.sampled_from(["成功", "失败"])) if ended else ""
        return f"（2026）鲁0117民诉前调{one}号,{began},{ended},{outcome},{draw(office)},{draw(yes)},{suit}"
    lot, kind = draw(st.sampled_from("甲乙")), draw(st.sampled_from(["一拍", "二拍", ""]))
    sold = draw(price) if ended else ""
    return f"（2026）鲁0117破{one}号,{lot},{kind},{began},{ended},{draw(price)},{sold},{'成交' if sold else ''},{draw(office)}"


@st.composite
def step(draw: Callable[..., object]) -> tuple[str, str, list[str], int]:
    """What happens, to which table, with which rows, and by how much the newest 数据截至 moves."""
    act = draw(st.sampled_from(["extract"] * 6 + ["correction", "none", "gone", "withdrawn"]))
    table = draw(st.sampled_from(["cases", "cases", "pre_mediations", "asset_disposals"]))
    return act, table, draw(st.lists(row(table), min_size=1, max_size=6)), draw(st.sampled_from([0, 0, 1, 1, 2, -1]))  # type: ignore[return-value]


def _content(data: DataDir, version: str) -> dict[str, object]:
    """Of every table of a version its columns and all its rows."""
    with duckdb.connect(str(data.database(version)), read_only=True) as connection:
        found: dict[str, object] = {"columns": sorted(connection.execute("DESCRIBE").fetchall(), key=repr)}
        for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            found[name] = sorted(map(repr, connection.execute(f'FROM "{name}"').fetchall()))
    return found


def _whole(data: DataDir, catalog: Catalog, folder: Path) -> dict[str, object]:
    """The same of a version that is built whole of the same batches elsewhere."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(data.root, folder, ignore=shutil.ignore_patterns("warehouse", "versions", "CURRENT"))
    elsewhere = DataDir(folder)
    return _content(elsewhere, build.build(catalog, elsewhere))


def _take(data: DataDir, catalog: Catalog, act: str, table: str, rows: list[str], as_of: date) -> None:
    contract = catalog.tables[table]
    own = [batch for batch in survey_batches(data, table)[0] if not batch.none]
    if act in ("extract", "correction"):
        keyed = {tuple(one.split(",")[: len(contract.key)]): one for one in rows}
        content = "\n".join([HEADERS[table], *keyed.values()]).encode()
        accept(content, "表.csv", contract, catalog, as_of, OFFICER, data, corrects=act == "correction")
    elif act == "none":
        declare_none(contract, as_of, OFFICER, data)
    elif own and act == "gone":
        ids = (
            duckdb.sql(f"SELECT md5(case_no) FROM read_parquet('{own[0].path}') LIMIT 1") if table == "cases" else None
        )
        if ids is not None:
            rule_on_rows(data, table, own[-1].name, [ids.fetchall()[0][0]], "源头已撤销", "已核对", OFFICER)
    elif own:
        withdraw(data, table, own[-1].name, "另报", OFFICER)


@pytest.fixture(scope="module")
def loosened(catalog: Catalog) -> Catalog:
    """The committed seeds, but a round of a sale may be blank: rows without a whole key replace none."""
    sales = catalog.tables["asset_disposals"]
    columns = {**sales.columns, "round": sales.columns["round"].model_copy(update={"required": False})}
    return replace(catalog, tables={**catalog.tables, sales.id: sales.model_copy(update={"columns": columns})})


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=st.lists(step(), min_size=2, max_size=5))
def test_a_version_begun_as_a_copy_of_the_published_one_equals_one_built_whole(
    loosened: Catalog, monkeypatch: pytest.MonkeyPatch, history: list[tuple[str, str, list[str], int]]
) -> None:
    monkeypatch.setattr(increment, "WORTH", 0)
    monkeypatch.setattr(increment, "LARGE", 0)
    with tempfile.TemporaryDirectory() as folder:
        data, place = DataDir(Path(folder, "data")), 0
        for act, table, rows, moved in [
            ("extract", "cases", ["（2026）鲁0117民初1号,,2026-05-29" + "," * 6], 0),
            *history,
        ]:
            place = max(0, min(place + moved, len(CUTS) - 1))
            try:
                _take(data, loosened, act, table, rows, CUTS[place])
                version = build.build(loosened, data)
            except ScorecardError:
                continue  # refused at the door, or nothing is left
            assert _content(data, version) == _whole(data, loosened, Path(folder, "whole"))
            publish(data, version, TESTER)


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> DataDir:
    """One month published and the next one's extract accepted."""
    data = DataDir(tmp_path_factory.mktemp("court"))
    for as_of, first in ((CUTS[-2], 1), (CUTS[-1], 20)):
        _hand_in(data, catalog, "cases", cases_csv(30, first), as_of)
        if as_of == CUTS[-2]:
            publish(data, build.build(catalog, data), TESTER)
    return data


@pytest.fixture
def month(court: DataDir, tmp_path: Path) -> DataDir:
    return copied(court, tmp_path / "court")


def test_the_last_month_of_the_sample_is_added_as_if_all_were_built_at_once(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    data = DataDir(tmp_path / "data")
    load_sample(catalog, data, CUTS[-2])
    monkeypatch.setattr(increment, "LARGE", 1_000)  # cases and a few others
    publish(data, build.build(catalog, data), TESTER)
    load_sample(catalog, data, CUTS[-1])
    monkeypatch.setattr(increment, "WORTH", 0)
    assert _added(_log(data, catalog, caplog))
    version = build.version_id(catalog, build.chosen_batches(data))
    assert _content(data, version) == _whole(data, catalog, tmp_path / "whole")


def _log(data: DataDir, catalog: Catalog, caplog: pytest.LogCaptureFixture) -> list[str]:
    caplog.clear()
    with caplog.at_level(logging.INFO):
        build.build(catalog, data)
    return [record.message for record in caplog.records if record.name == build.__name__]


def _added(log: list[str]) -> bool:
    return [line.partition("：")[0] for line in log] == ["增量"]


def _hand_in(data: DataDir, catalog: Catalog, table: str, raw: bytes, as_of: date) -> None:
    accept(raw, f"{as_of}.csv", catalog.tables[table], catalog, as_of, TESTER, data)


def _other_seeds(data: DataDir, catalog: Catalog, patch: pytest.MonkeyPatch) -> Catalog:
    return replace(catalog, digest="another")


def _other_program(data: DataDir, catalog: Catalog, patch: pytest.MonkeyPatch) -> Catalog:
    patch.setattr(build, "code_digest", lambda: "another")
    return catalog


def _between(data: DataDir, catalog: Catalog, patch: pytest.MonkeyPatch) -> Catalog:
    _hand_in(data, catalog, "cases", cases_csv(3, 90), date(2026, 9, 10))
    return catalog


def _withdrawal(data: DataDir, catalog: Catalog, patch: pytest.MonkeyPatch) -> Catalog:
    withdraw(data, "cases", survey_batches(data)[0][0].name, "另报", OFFICER)
    return catalog


def _ruling(data: DataDir, catalog: Catalog, patch: pytest.MonkeyPatch) -> Catalog:
    rule_on_rows(data, "cases", survey_batches(data)[0][0].name, ["0" * 32], "漏报", "已核对", OFFICER)
    return catalog


def _holidays(data: DataDir, catalog: Catalog, patch: pytest.MonkeyPatch) -> Catalog:
    table = catalog.tables["work_calendar"]
    headers = [column.header for column in table.columns.values()]
    cells = {"day": "2026-08-28", "kind": "放假", "document_on": "2026-08-01"}
    raw = f"{','.join(headers)}\n{','.join(cells.get(name, '依通知') for name in table.columns)}"
    _hand_in(data, catalog, table.id, raw.encode(), CUTS[-1])
    return catalog


def _damaged(data: DataDir, catalog: Catalog, patch: pytest.MonkeyPatch) -> Catalog:
    with data.database(data.pointer.read_text().strip()).open("ab") as file:
        file.write(b"!")
    return catalog


def _gone(data: DataDir, catalog: Catalog, patch: pytest.MonkeyPatch) -> Catalog:
    data.database(data.pointer.read_text().strip()).unlink()
    return catalog


def _small(data: DataDir, catalog: Catalog, patch: pytest.MonkeyPatch) -> Catalog:
    patch.undo()
    return catalog


Otherwise = Callable[[DataDir, Catalog, pytest.MonkeyPatch], Catalog]


@pytest.mark.parametrize(
    "otherwise", [_other_seeds, _other_program, _between, _withdrawal, _ruling, _holidays, _damaged, _gone, _small]
)
def test_a_version_that_differs_from_the_published_one_in_more_than_later_batches_is_built_whole(
    otherwise: Otherwise,
    month: DataDir,
    catalog: Catalog,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(increment, "WORTH", 0)
    found = otherwise(month, catalog, monkeypatch)
    assert not _added(_log(month, found, caplog))


def test_an_increment_that_fails_leaves_nothing_and_the_version_is_built_whole(
    month: DataDir, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise duckdb.Error("no")

    monkeypatch.setattr(increment, "WORTH", 0)
    monkeypatch.setattr(tables, "renew", broken)
    log = _log(month, catalog, caplog)
    assert len(log) == 2
    assert log[1].endswith("整体重建")
    monkeypatch.undo()
    assert not [path for path in month.warehouse.iterdir() if path.suffix != ".duckdb"]
    version = build.version_id(catalog, build.chosen_batches(month))
    assert _content(month, version) == _whole(month, catalog, month.root.parent / "whole")
