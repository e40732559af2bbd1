"""Several at once: two officers publish, one uploads while another rolls back, a reader polls throughout.

Each officer is a process of their own. No act fails, no reader meets an error, and what it reads is of one version.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from etl.intake.batches import list_batches
from scorecard.audit import log as audit
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.store import versions as store, warehouse
from tests.conftest import ROOT
from tests.support.crashing import Ended, Server

SEEDS = ROOT / "tests" / "bad_seeds" / "good"
TURNS = 10
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def officers() -> Iterator[tuple[Server, Server]]:
    """Two processes that act."""
    both = Server(SEEDS), Server(SEEDS)
    yield both
    for server in both:
        server.stop()


@pytest.fixture(scope="module")
def base(
    officers: tuple[Server, Server], tmp_path_factory: pytest.TempPathFactory
) -> tuple[DataDir, tuple[str, str, str]]:
    """Three published versions, the third current."""
    data, versions = DataDir(tmp_path_factory.mktemp("together") / "data"), list[str]()
    for first in ("1", "101", "201"):
        for act in ("accept", "build"):
            assert officers[0].run(act, data, first).how == "finished"
        versions += [path.stem for path in data.warehouse.glob("*.duckdb") if path.stem not in versions]
        assert officers[0].run("publish", data, versions[-1]).how == "finished"
    return data, (versions[0], versions[1], versions[2])


@pytest.fixture
def folder(base: tuple[DataDir, tuple[str, str, str]], tmp_path: Path) -> tuple[DataDir, tuple[str, str, str]]:
    shutil.copytree(base[0].root, tmp_path / "data")
    return DataDir(tmp_path / "data"), base[1]


Folder = tuple[DataDir, tuple[str, str, str]]
Page = tuple[int, Any, Any]


def page(data: DataDir, version: str) -> Page:
    """What a page of a version shows: rows, values of all indicators, tables; each by a query of its own."""
    connection = store.connect(data, version)
    try:
        catalog = warehouse.catalog(connection)
        with connection.cursor() as cursor:
            rows = int(cursor.execute("SELECT count(*) FROM cases").fetchall()[0][0])
        values = [warehouse.series(connection, catalog, grain, "all", "all") for grain in ("month", "ytd")]
        return rows, values, warehouse.tables(connection)
    finally:
        connection.close()


class Reader:
    """Somebody who looks all the time, and what they must see for each version."""

    def __init__(self, data: DataDir, versions: tuple[str, ...]) -> None:
        self.data = data
        self.expected = {version: page(data, version) for version in versions}
        self.seen: Counter[str] = Counter()
        assert len({rows for rows, _, _ in self.expected.values()}) == len(versions)
        assert all(values for _, grains, _ in self.expected.values() for values in grains)

    def look(self) -> None:
        current = store.current(self.data)
        assert current.notice == ""
        assert current.version is not None
        assert store.manifest(self.data, current.version).version == current.version
        assert page(self.data, current.version) == self.expected[current.version]
        assert len(store.manifests(self.data)) == len(self.expected)
        assert audit.verify(self.data) == ()
        self.seen[current.version] += 1

    def while_they_act(self, *acts: Callable[[], list[Ended]]) -> list[list[Ended]]:
        """Let them act at the same time and look until they are done."""
        with ThreadPoolExecutor(len(acts)) as pool:
            running: list[Future[list[Ended]]] = [pool.submit(act) for act in acts]
            while not all(turn.done() for turn in running):
                self.look()
        self.look()
        return [turn.result() for turn in running]


def turns(server: Server, data: DataDir, acts: list[tuple[str, str]]) -> Callable[[], list[Ended]]:
    return lambda: [server.run(act, data, argument) for act, argument in acts]


def debris(data: DataDir) -> list[Path]:
    return list(data.root.rglob(f"{TEMPORARY_PREFIX}*"))


def test_two_officers_publish_at_once_and_a_reader_sees_one_whole_version_or_the_other(
    folder: Folder, officers: tuple[Server, Server], record_property: Record
) -> None:
    data, versions = folder
    reader, before = Reader(data, versions), len(audit.entries(data))
    ends = reader.while_they_act(
        turns(officers[0], data, [("publish", versions[1])] * TURNS),
        turns(officers[1], data, [("publish", versions[2])] * TURNS),
    )
    assert [[end.how for end in acts] for acts in ends] == [["finished"] * TURNS] * 2
    entries = audit.entries(data)[before:]
    published = Counter(entry.subject for entry in entries if (entry.action, entry.result) == ("发布", "成功"))
    assert published == {versions[1]: TURNS, versions[2]: TURNS}
    assert audit.verify(data) == ()
    assert debris(data) == []
    record_property(
        "figures", f"two publish {TURNS} times each: {reader.seen.total()} looks, {len(reader.seen)} versions seen"
    )


def test_one_uploads_while_another_rolls_back(
    folder: Folder, officers: tuple[Server, Server], record_property: Record
) -> None:
    data, versions = folder
    reader, before = Reader(data, versions), {batch.name for batch in list_batches(data)}
    ends = reader.while_they_act(
        turns(officers[0], data, [("accept", str(1001 + 100 * n)) for n in range(TURNS)]),
        turns(officers[1], data, [("rollback", versions[n % 2]) for n in range(TURNS)]),
    )
    assert [[end.how for end in acts] for acts in ends] == [["finished"] * TURNS] * 2
    batches = list_batches(data)
    assert before < {batch.name for batch in batches}
    assert len(batches) == len(before) + TURNS
    assert [batch.sequence for batch in batches] == list(range(1, len(batches) + 1))
    assert store.current(data).version == versions[(TURNS - 1) % 2]
    accepted = [entry for entry in audit.entries(data) if entry.action == "上传" and entry.result == "成功"]
    assert {entry.subject for entry in accepted} == {f"cases/{batch.name}" for batch in batches}
    assert debris(data) == []
    record_property("figures", f"upload and roll back, {TURNS} each: {reader.seen.total()} looks, no error")


def test_the_same_file_uploaded_by_two_at_once_is_one_batch(folder: Folder, officers: tuple[Server, Server]) -> None:
    data, versions = folder
    before = len(list_batches(data))
    acts = [("accept", str(7001 + 100 * n)) for n in range(5)]
    ends = Reader(data, versions).while_they_act(*(turns(officer, data, acts) for officer in officers))
    assert [end.said for end in ends[0]] == [end.said for end in ends[1]]
    assert len(list_batches(data)) == before + 5
    entries = [entry for entry in audit.entries(data) if entry.action == "上传" and entry.result == "成功"][-10:]
    assert sorted(entry.detail["already"] for entry in entries) == [False] * 5 + [True] * 5


def test_the_same_version_built_by_two_at_once_is_one_file(folder: Folder, officers: tuple[Server, Server]) -> None:
    data, versions = folder
    reader = Reader(data, versions)
    assert officers[0].run("accept", data, "9001").how == "finished"
    ends = reader.while_they_act(*(turns(officer, data, [("build", "")]) for officer in officers))
    assert [end.how for acts in ends for end in acts] == ["finished"] * 2
    new = {path.stem for path in data.warehouse.glob("*.duckdb")} - set(versions)
    assert len(new) == 1
    assert page(data, new.pop())[0] == reader.expected[versions[2]][0] + 12
    assert debris(data) == []


def test_one_publishes_while_another_prunes_and_a_reader_keeps_what_it_opened(
    folder: Folder, officers: tuple[Server, Server]
) -> None:
    data, versions = folder
    reader, opened = Reader(data, versions), store.connect(data, versions[0])
    ends = reader.while_they_act(
        turns(officers[0], data, [("publish", versions[1 + n % 2]) for n in range(TURNS)]),
        turns(officers[1], data, [("prune", "2")] * TURNS),
    )
    assert [[end.how for end in acts] for acts in ends] == [["finished"] * TURNS] * 2
    assert [data.database(version).exists() for version in versions] == [False, True, True]
    assert opened.execute("SELECT count(*) FROM cases").fetchall() == [(reader.expected[versions[0]][0],)]
    opened.close()


def test_withdrawals_of_two_at_once_are_all_kept(folder: Folder, officers: tuple[Server, Server]) -> None:
    data, versions = folder
    first, second, _ = (batch.name for batch in list_batches(data))
    acts = [[("withdraw", name), ("restore", name)] * 4 for name in (first, second)]
    ends = Reader(data, versions).while_they_act(
        *(turns(one, data, own) for one, own in zip(officers, acts, strict=True))
    )
    assert [end.how for own in ends for end in own] == ["finished"] * 16
    entries = Counter((entry.action, entry.subject) for entry in audit.entries(data))
    for name in (first, second):
        assert entries["撤回批次", f"cases/{name}"] == entries["恢复批次", f"cases/{name}"] == 4
