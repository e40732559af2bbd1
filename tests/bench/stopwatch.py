"""Where the time goes inside one call: functions of the production code, watched while they work."""

from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

# Name of the stage, the module or class that owns the function, the function.
Stages = tuple[tuple[str, Any, str], ...]


@contextmanager
def stopwatches(stages: Stages, caller: Any) -> Generator[dict[str, float], None, None]:
    """Seconds by stage of what runs inside; a stage within another one is taken off that one.

    A function that `caller` imported by name is watched there: that is where it is looked up.
    """
    seconds: dict[str, float] = defaultdict(float)
    running: list[str] = []
    kept: list[tuple[Any, str, Callable[..., Any]]] = []
    for stage, owner, name in stages:
        place = caller if getattr(caller, name, None) is getattr(owner, name) else owner
        original = getattr(place, name)
        kept.append((place, name, original))
        setattr(place, name, _timed(stage, original, seconds, running))
    try:
        yield seconds
    finally:
        for place, name, original in kept:
            setattr(place, name, original)


def _timed(
    stage: str, original: Callable[..., Any], seconds: dict[str, float], running: list[str]
) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        start = perf_counter()
        running.append(stage)
        try:
            return original(*args, **kwargs)
        finally:
            running.pop()
            taken = perf_counter() - start
            seconds[stage] += taken
            if running:
                seconds[running[-1]] -= taken

    return timed
