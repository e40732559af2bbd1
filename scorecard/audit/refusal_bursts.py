"""Refusals that strangers can cause at will, as few audit lines: the first of a burst is one, all that follow are another."""

from datetime import UTC, datetime, timedelta
from threading import Lock

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.audit.entry import Action
from scorecard.storage.data_dir import DataDir

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class RefusalBursts:
    """The refusals of one action on one server, by subject and reason; `pause` lies between two lines of one kind."""

    def __init__(self, action: Action, pause: timedelta) -> None:
        self._action: Action = action
        self._pause = pause
        # (subject, reason) -> its last line, the refusals left out since, the last actor
        self._lines: dict[tuple[str, str], tuple[datetime, int, Actor]] = {}
        self._lock = Lock()

    def record(self, data: DataDir, actor: Actor, subject: str, reason: str, now: datetime) -> None:
        """Count one refusal. What was left out is written with the next refusal of any kind after the pause."""
        with self._lock:
            last, left_out, _ = self._lines.get((subject, reason), (_LONG_AGO, 0, actor))
            quiet = abs(now - last) < self._pause  # a clock that was set back must not silence it
            self._lines[subject, reason] = (last, left_out + 1, actor) if quiet else (now, 0, actor)
            due = [] if quiet else [((subject, reason), left_out + 1, actor)]
            for key, (at, count, who) in list(self._lines.items()):
                if abs(now - at) >= self._pause:
                    del self._lines[key]
                    due += [(key, count, who)] if count else []
        for (whom, why), count, who in due:
            audit.record(data, who, self._action, whom, "拒绝", reason=why, count=count)
