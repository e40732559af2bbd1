"""After a publication readers see the old version whole until the new one is prepared, then the new one, and never later than
the patience; whoever published sees it at once, and no failure of the preparation holds it back.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

import pytest

from scorecard.storage.data_dir import DataDir
from scorecard.store import served_version, versions as store
from scorecard.store.served_version import ServedVersion
from scorecard.store.versions import Current

OLD, NEW = Current("0000old"), Current("1111new")
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # one prepares in vain
LONG = 60  # seconds; no test waits so long


@dataclass
class Pointer:
    """The published version, as a test sets it, and the time."""

    data: DataDir
    current: Current = OLD
    damaged: frozenset[str] = frozenset()
    now: float = 0


@pytest.fixture
def pointer(monkeypatch: pytest.MonkeyPatch, data: DataDir) -> Pointer:
    pointer = Pointer(data)
    monkeypatch.setattr(store, "current", lambda _: pointer.current)
    monkeypatch.setattr(store, "unreadable", lambda _, version: "损坏" if version in pointer.damaged else "")
    monkeypatch.setattr(served_version, "monotonic", lambda: pointer.now)
    return pointer


def seen(served: ServedVersion, pointer: Pointer) -> Current:
    """What a reader is shown after the server's next look at the pointer."""
    served.look(pointer.data)
    return served.current(pointer.data)


def serving(pointer: Pointer, prepare: Callable[[str], None], patience: float = LONG) -> ServedVersion:
    """A server that has shown the old version before the pointer turned to the new one."""
    served = ServedVersion(prepare, patience)
    assert seen(served, pointer) == OLD
    pointer.current = NEW
    return served


def waits(ready: Event) -> None:
    """A preparation that takes until the test says so."""
    ready.wait(10)


def shown_in_the_end(served: ServedVersion, pointer: Pointer) -> Current:
    until = time.monotonic() + 10
    while (shown := seen(served, pointer)) != pointer.current and time.monotonic() < until:
        time.sleep(0.01)
    return shown


def test_the_old_version_is_shown_until_the_new_one_is_prepared(pointer: Pointer) -> None:
    begun, ready, prepared = Event(), Event(), list[str]()

    def prepare(version: str) -> None:
        prepared.append(version)
        begun.set()
        ready.wait(10)

    served = serving(pointer, prepare)
    assert seen(served, pointer) == OLD
    assert begun.wait(10)
    assert [seen(served, pointer) for _ in range(5)] == [OLD] * 5
    ready.set()
    assert shown_in_the_end(served, pointer) == NEW
    assert prepared == [NEW.version]


@pytest.mark.parametrize("after", [LONG - 1, LONG, LONG + 1])
def test_no_preparation_holds_the_new_version_back_longer_than_the_patience(pointer: Pointer, after: float) -> None:
    never = Event()
    served = serving(pointer, lambda _: waits(never))
    assert seen(served, pointer) == OLD
    pointer.now = after
    assert seen(served, pointer) == (OLD if after < LONG else NEW)
    never.set()


def test_a_preparation_that_fails_does_not_hold_the_new_version_back(pointer: Pointer) -> None:
    def prepare(_: str) -> None:
        raise RuntimeError("no memory")

    assert shown_in_the_end(serving(pointer, prepare), pointer) == NEW


def test_who_published_waits_for_it_and_sees_it_and_then_all_do(pointer: Pointer) -> None:
    done = Event()

    def prepare(_: str) -> None:
        time.sleep(0.05)
        done.set()

    served = serving(pointer, prepare)
    assert served.current(pointer.data, at_once=True) == NEW
    assert done.is_set()
    assert seen(served, pointer) == NEW


def test_an_old_version_that_cannot_be_read_is_not_shown_on(pointer: Pointer) -> None:
    never = Event()
    served = serving(pointer, lambda _: waits(never))
    pointer.damaged = frozenset({"0000old"})
    assert seen(served, pointer) == NEW
    never.set()


def test_a_rollback_in_the_middle_shows_what_was_shown(pointer: Pointer) -> None:
    never = Event()
    served = serving(pointer, lambda _: waits(never))
    assert seen(served, pointer) == OLD
    pointer.current = OLD
    assert seen(served, pointer) == OLD
    never.set()


def test_without_patience_and_without_data_the_pointer_is_followed(pointer: Pointer) -> None:
    served = serving(pointer, lambda _: None, patience=0)
    assert seen(served, pointer) == NEW
    pointer.current = nothing = Current(None, "不能读取")
    assert seen(served, pointer) == nothing


def test_readers_who_come_together_read_a_new_version_through_once(
    pointer: Pointer, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = list[str]()

    def look(_: DataDir) -> Current:
        looks.append("once")
        return pointer.current

    served = serving(pointer, lambda _: None)
    monkeypatch.setattr(store, "current", look)
    assert [served.current(pointer.data) for _ in range(20)] == [OLD] * 20
    assert not looks
    assert served.current(pointer.data, at_once=True) == NEW
    assert looks == ["once"]
