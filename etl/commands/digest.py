"""`python -m etl digest`: writes the digests that are due, sends those that wait; nothing twice on one day."""

import argparse
from functools import partial

from etl.commands.arguments import DONE
from etl.doctor.examine import shortcomings
from etl.versions.pending import standing_work
from scorecard.access import console
from scorecard.calendar.clock import today
from scorecard.identity import settings
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import open_published


def digest(call: argparse.Namespace) -> int:
    """Prints what was written and sent. A letter that could not be sent is no failure: it waits, and the self-check says so."""
    from scorecard.briefing.digest.run import DigestRun, run

    data = DataDir(call.data)
    version = open_published(data)
    told = run(
        DigestRun(
            data,
            version,
            standing_work(data, version),
            today(),
            settings.load(call.seeds).mail,
            console(call.actor),
            partial(shortcomings, data, call.seeds),
        )
    )
    for line in told or ["没有到期的提要"]:
        print(line)
    return DONE
