"""Killed at random instants, and with a full disk: no accepted batch is lost, no invalid version shown, no chain broken.

Each act runs in a child of a warmed-up process that is killed (SIGKILL) after a random part of the time the act takes.
How many kills came before and after the act took effect is printed at the end of the test run.
"""

import hashlib
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from etl.intake.batch_notes import notes, withdrawn
from etl.intake.batches import Batch, list_batches
from etl.intake.set_aside import aside_rows
from etl.warehouse.build import chosen_batches
from scorecard.audit import log as audit
from scorecard.storage.atomic_files import write_atomically
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.store import versions as store
from tests.conftest import ROOT
from tests.support.crashing import ROWS, Ended, Server

SEEDS = ROOT / "tests" / "bad_seeds" / "good"
LATEST = 1.05  # of the time the act takes when nobody kills it


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server(SEEDS)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def base(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[DataDir, tuple[str, str, str]]:
    """A folder with two published versions and a third that is built; each has the rows of one more batch."""
    data = DataDir(tmp_path_factory.mktemp("crash") / "data")
    versions: list[str] = []
    for first in ("1", "101", "201"):
        assert server.run("accept", data, first).how == "finished"
        assert server.run("build", data).how == "finished"
        versions += [path.stem for path in data.warehouse.glob("*.duckdb") if path.stem not in versions]
        if first != "201":
            assert server.run("publish", data, versions[-1]).how == "finished"
    return data, (versions[0], versions[1], versions[2])


@pytest.fixture
def folder(base: tuple[DataDir, tuple[str, str, str]], tmp_path: Path) -> tuple[DataDir, tuple[str, str, str]]:
    """A copy of it."""
    shutil.copytree(base[0].root, tmp_path / "data")
    return DataDir(tmp_path / "data"), base[1]


def rows(data: DataDir, version: str) -> int:
    """How many cases a version holds, read through the door readers use."""
    connection = store.connect(data, version)
    try:
        return int(connection.execute("SELECT count(*) FROM cases").fetchall()[0][0])
    finally:
        connection.close()


def debris(data: DataDir) -> list[str]:
    return [path.name for path in data.root.rglob(f"{TEMPORARY_PREFIX}*")]


def digests(data: DataDir) -> dict[str, str]:
    """The bytes of every batch."""
    return {batch.name: hashlib.sha256(batch.path.read_bytes()).hexdigest() for batch in list_batches(data)}


class Watch:
    """What must hold after every kill; counts where the kills fell."""

    def __init__(self, data: DataDir, versions: tuple[str, str, str]) -> None:
        self.data = data
        self.rows = {version: ROWS * (n + 1) for n, version in enumerate(versions)}
        self.batches = digests(data)
        self.fell: Counter[str] = Counter()

    def look(self, ended: Ended, took_effect: bool) -> None:
        """Every batch there was is there with the same bytes, the shown version is whole, the chain too."""
        now = digests(self.data)
        assert {name: now.get(name) for name in self.batches} == self.batches
        self.batches = now
        assert audit.verify(self.data) == ()
        current = store.current(self.data)
        assert current.notice == ""
        assert current.version is not None
        assert rows(self.data, current.version) == self.rows[current.version]
        assert store.manifest(self.data, current.version).version == current.version
        assert ended.how != "finished" or took_effect
        late = "finished" if ended.how == "finished" else "after" if took_effect else "before"
        self.fell[late] += 1

    def figures(self, act: str, seconds: float) -> str:
        kills = self.fell["before"] + self.fell["after"]
        return (
            f"{act}: {kills} kills within {seconds * 1000:.0f} ms, {self.fell['before']} before the act took "
            f"effect, {self.fell['after']} after, {self.fell['finished']} too late"
        )


def killed_often(
    act: str,
    times: int,
    server: Server,
    watch: Watch,
    prepare: Callable[[int], tuple[str, str]],
    took_effect: Callable[[], bool],
) -> str:
    """Do the act once in peace, then until it was killed `times` times; `prepare` gives act and argument of a round."""
    chance, rounds = random.Random(act), 0
    name, argument = prepare(0)
    first = server.run(name, watch.data, argument)
    assert first.how == "finished", first.said
    watch.look(first, took_effect())
    seconds = first.seconds
    while (kills := watch.fell["before"] + watch.fell["after"]) < times and rounds < 4 * times:
        rounds += 1
        name, argument = prepare(rounds)
        earliest = chance.choice((0, 0.7))  # every other one in the last part, where things take effect
        ended = server.run(name, watch.data, argument, after=seconds * chance.uniform(earliest, LATEST))
        assert ended.how in ("finished", "killed"), ended.said
        watch.look(ended, took_effect())
        if ended.how == "finished":
            seconds = (seconds + ended.seconds) / 2  # the machine may have become faster or slower
    assert kills >= times / 2
    assert watch.fell["before"] >= times / 10
    return watch.figures(act, seconds)


Folder = tuple[DataDir, tuple[str, str, str]]
Record = Callable[[str, object], None]


def accepting(
    act: str, what: str, times: int, folder: Folder, server: Server, whole: Callable[[Sequence[Batch]], None]
) -> str:
    """The figures of an acceptance killed again and again; after each kill `whole` looks at all batches there are."""
    data, versions = folder
    before = 0

    def prepare(number: int) -> tuple[str, str]:
        nonlocal before
        before = len(list_batches(data))
        return act, str(1001 + 100 * number)

    def took_effect() -> bool:
        batches = list_batches(data)
        whole(batches)
        return len(batches) == before + 1

    figures = killed_often(what, times, server, Watch(data, versions), prepare, took_effect)
    assert server.run(act, data, "900001").how == "finished"
    return figures


def test_killed_while_accepting_a_batch_is_whole_or_absent_and_none_is_lost(
    folder: Folder, server: Server, record_property: Record
) -> None:
    def whole(batches: Sequence[Batch]) -> None:
        assert {batch.rows for batch in batches} == {ROWS}
        assert len({batch.sequence for batch in batches}) == len(batches)

    record_property("figures", accepting("accept", "accept", 24, folder, server, whole))
    data = folder[0]
    recorded = set(audit.subjects_of(data, ("上传", "补记")))
    assert {f"cases/{batch.name}" for batch in list_batches(data)} <= recorded
    assert debris(data) == []


def test_killed_while_setting_rows_aside_no_batch_is_without_its_rows(
    folder: Folder, server: Server, record_property: Record
) -> None:
    data = folder[0]

    def whole(batches: Sequence[Batch]) -> None:
        assert [len(aside_rows(data, batch)) for batch in batches if batch.aside] == [1] * (len(batches) - 3)

    record_property("figures", accepting("accept_aside", "accept, a row aside", 16, folder, server, whole))
    kept = {path.stem for path in data.aside.glob("*/*.parquet")}
    assert kept == {batch.name for batch in list_batches(data) if batch.aside}
    assert debris(data) == []


def test_killed_while_building_a_version_is_whole_or_absent(
    folder: Folder, server: Server, record_property: Record
) -> None:
    data, versions = folder
    watch, path = Watch(data, versions), data.database(versions[2])

    def prepare(_: int) -> tuple[str, str]:
        path.unlink(missing_ok=True)
        return "build", ""

    def took_effect() -> bool:
        assert not path.exists() or rows(data, versions[2]) == 3 * ROWS
        return path.exists()

    record_property("figures", killed_often("build", 12, server, watch, prepare, took_effect))
    path.unlink(missing_ok=True)
    assert server.run("build", data).how == "finished"
    assert debris(data) == []


def test_killed_while_publishing_readers_see_the_old_version_or_the_new_one(
    folder: Folder, server: Server, record_property: Record
) -> None:
    data, versions = folder
    watch = Watch(data, versions)

    def prepare(_: int) -> tuple[str, str]:
        write_atomically(data.pointer, f"{versions[1]}\n".encode())
        data.manifest(versions[2]).unlink(missing_ok=True)
        return "publish", versions[2]

    def took_effect() -> bool:
        return store.current(data).version == versions[2]

    record_property("figures", killed_often("publish", 24, server, watch, prepare, took_effect))
    assert server.run("publish", data, versions[2]).how == "finished"
    assert {manifest.version for manifest in store.manifests(data)} <= set(audit.subjects_of(data, ("发布", "补记")))
    assert debris(data) == []


def test_killed_while_upgrading_readers_see_the_old_version_or_its_successor_and_the_next_start_finishes(
    folder: Folder, server: Server, record_property: Record
) -> None:
    """The last batch is never published; the version of another program is, with the rows of the one it replaces."""
    data, versions = folder
    watch = Watch(data, versions)

    def prepare(_: int) -> tuple[str, str]:
        write_atomically(data.pointer, f"{versions[1]}\n".encode())
        for path in (*data.versions.glob("*.json"), *data.warehouse.glob("*.duckdb")):
            if path.stem not in versions:
                path.unlink()
        return "repair", "another program"

    def took_effect() -> bool:
        current = store.current(data).version or ""
        if current != versions[1]:
            watch.rows[current] = 2 * ROWS
            assert store.manifest(data, current).actor == "系统"
        return current != versions[1]

    record_property("figures", killed_often("repair", 12, server, watch, prepare, took_effect))
    assert server.run(prepare(0)[0], data, "another program").how == "finished"
    assert took_effect()
    assert debris(data) == []


def test_killed_while_rebuilding_lost_files_nothing_is_torn_and_the_next_start_finishes(
    folder: Folder, server: Server, record_property: Record
) -> None:
    data, versions = folder
    batches, record = digests(data), data.manifest(versions[1]).read_bytes()
    chance, kills = random.Random("lost"), 0

    def lose() -> None:
        data.pointer.unlink(missing_ok=True)
        for version in versions:
            data.database(version).unlink(missing_ok=True)

    lose()
    seconds = server.run("repair", data).seconds
    for _ in range(10):
        lose()
        kills += server.run("repair", data, after=seconds * chance.uniform(0, LATEST)).how == "killed"
        assert (digests(data), data.manifest(versions[1]).read_bytes()) == (batches, record)
        assert audit.verify(data) == ()
        assert not data.database(versions[1]).exists() or rows(data, versions[1]) == 2 * ROWS
    assert kills >= 3
    assert server.run("repair", data).how == "finished"
    assert (store.current(data), rows(data, versions[1])) == (store.Current(versions[1]), 2 * ROWS)
    assert [path.stem for path in data.warehouse.glob("*.duckdb")] == [versions[1]]
    assert debris(data) == []
    record_property("figures", f"rebuild lost files: {kills} kills within {seconds * 1000:.0f} ms, nothing torn")


def test_killed_while_rolling_back_readers_see_the_one_version_or_the_other(
    folder: Folder, server: Server, record_property: Record
) -> None:
    data, versions = folder
    watch, wanted = Watch(data, versions), [""]

    def prepare(_: int) -> tuple[str, str]:
        wanted[0] = versions[0] if store.current(data).version == versions[1] else versions[1]
        return "rollback", wanted[0]

    def took_effect() -> bool:
        return store.current(data).version == wanted[0]

    record_property("figures", killed_often("rollback", 24, server, watch, prepare, took_effect))
    assert server.run("rollback", data, versions[0]).how == "finished"
    assert debris(data) == []


def test_killed_while_withdrawing_a_batch_counts_or_does_not(
    folder: Folder, server: Server, record_property: Record
) -> None:
    data, versions = folder
    watch, name = Watch(data, versions), list_batches(data)[0].name
    before = [0]

    def prepare(_: int) -> tuple[str, str]:
        before[0] = len(notes(data))
        return ("restore" if withdrawn(data) else "withdraw"), name

    def took_effect() -> bool:
        gone = set(withdrawn(data))
        assert gone in (set(), {("cases", name)})
        assert len(chosen_batches(data)) == 3 - len(gone)
        return len(notes(data)) == before[0] + 1

    record_property("figures", killed_often("withdraw", 24, server, watch, prepare, took_effect))
    assert server.run("restore" if withdrawn(data) else "withdraw", data, name).how == "finished"
    entries = [entry for entry in audit.entries(data) if entry.result == "成功"]
    recorded = {entry.detail["entry"] for entry in entries if "entry" in entry.detail}
    assert recorded == {note.number for note in notes(data)}
    assert debris(data) == []


def test_killed_while_pruning_what_must_stay_stays(
    folder: Folder, base: Folder, server: Server, record_property: Record
) -> None:
    data, versions = folder
    assert server.run("publish", data, versions[2]).how == "finished"
    watch, old = Watch(data, versions), versions[:2]

    def prepare(_: int) -> tuple[str, str]:
        for version in old:
            shutil.copy(base[0].database(version), data.database(version))
        return "prune", "1"

    def took_effect() -> bool:
        left = [version for version in old if data.database(version).exists()]
        assert [rows(data, version) for version in left] == [watch.rows[version] for version in left]
        assert {manifest.version for manifest in store.manifests(data)} == set(versions)
        return left == []

    record_property("figures", killed_often("prune", 24, server, watch, prepare, took_effect))
    prepare(0)
    assert server.run("prune", data, "1").how == "finished"
    assert debris(data) == []


def test_killed_while_recording_no_confirmed_line_is_lost_and_the_chain_is_whole(
    folder: Folder, server: Server, record_property: Record
) -> None:
    data, versions = folder
    watch, chance, confirmed = Watch(data, versions), random.Random("audit"), set[int]()
    seconds = server.run("audit", data, "8").seconds
    rounds = 0
    while watch.fell["before"] + watch.fell["after"] < 24 and (rounds := rounds + 1) <= 90:
        before = len(audit.entries(data))
        ended = server.run("audit", data, "8", after=chance.uniform(0, seconds * LATEST))
        confirmed |= {int(number) for number in ended.said.split() if number.isdigit()}
        numbers = [entry.number for entry in audit.entries(data)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert confirmed <= set(numbers)
        watch.look(ended, len(numbers) > before)
        if ended.how == "finished":
            seconds = (seconds + ended.seconds) / 2
    record_property("figures", watch.figures("audit (8 lines)", seconds))


# --- a full disk ----------------------------------------------------------------------------------------------


def acts(data: DataDir, versions: tuple[str, str, str], number: int) -> list[tuple[str, str]]:
    """One act of every kind, as they are possible now."""
    name = list_batches(data)[0].name
    other = versions[0] if store.current(data).version == versions[1] else versions[1]
    return [
        ("accept", str(5001 + 100 * number)),
        ("build", ""),
        ("publish", versions[2]),
        ("rollback", other),
        ("restore" if withdrawn(data) else "withdraw", name),
        ("audit", "3"),
    ]


def test_where_files_may_not_grow_every_act_is_done_or_refused_in_chinese(
    folder: Folder, server: Server, record_property: Record
) -> None:
    """RLIMIT_FSIZE: the system refuses what goes beyond a size, in the middle of a write."""
    data, versions = folder
    watch, chance, ends = Watch(data, versions), random.Random("limit"), Counter[str]()
    for number in range(6):
        if number % 3 == 2:
            data.database(versions[2]).unlink(missing_ok=True)
            server.run("build", data)
        for act, argument in acts(data, versions, number):
            ended = server.run(act, data, argument, largest=int(2 ** chance.uniform(4, 21)))
            assert ended.how in ("finished", "refused"), ended.said
            assert ended.how == "finished" or "处理：" in ended.said
            watch.rows |= {path.stem: rows(data, path.stem) for path in data.warehouse.glob("*.duckdb")}
            watch.look(Ended("refused", 0, ""), took_effect=False)
            ends[ended.how] += 1
            assert debris(data) == []
    assert ends["refused"] >= 8
    record_property("figures", f"files may not grow: {ends['refused']} acts refused, {ends['finished']} done")


def test_on_a_full_disk_every_act_is_done_or_refused_in_chinese_and_works_again_with_room(
    base: Folder, disk_of: Callable[[str], Path], server: Server, record_property: Record
) -> None:
    small_disk = disk_of("24m")
    shutil.copytree(base[0].root, small_disk / "data")
    data, versions = DataDir(small_disk / "data"), base[1]
    watch, chance, ends = Watch(data, versions), random.Random("disk"), Counter[str]()
    ballast = small_disk / "ballast"
    for number in range(8):
        for act, argument in acts(data, versions, number):
            if act == "build":
                for path in data.warehouse.glob("*.duckdb"):
                    if path.stem not in versions[:2] and path.stem != store.current(data).version:
                        path.unlink()
            room = int(2 ** chance.uniform(10, 21.5))
            free = shutil.disk_usage(small_disk).free
            ballast.write_bytes(b"\0" * max(0, free - room))
            ended = server.run(act, data, argument)
            ballast.unlink()
            assert ended.how in ("finished", "refused"), ended.said
            # What could not be built cannot be published.
            assert ended.how == "finished" or re.search("磁盘已满|数据文件不存在", ended.said), ended.said
            ends["full"] += "磁盘已满" in ended.said
            watch.rows |= {path.stem: rows(data, path.stem) for path in data.warehouse.glob("*.duckdb")}
            watch.look(Ended("refused", 0, ""), took_effect=False)
            ends[ended.how] += 1
            assert debris(data) == []
    assert ends["full"] >= 6
    record_property("figures", f"full disk: {ends['refused']} acts refused, {ends['finished']} done")
    assert server.run("accept", data, "800001").how == "finished"
    assert server.run("build", data).how == "finished"
