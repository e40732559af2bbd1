"""The commands about tokens of the read-only interface."""

import argparse
from datetime import UTC, datetime

from etl.commands.arguments import DONE
from scorecard.access import console
from scorecard.api import tokens
from scorecard.storage.data_dir import DataDir


def token(call: argparse.Namespace) -> int:
    """Create, revoke or list tokens."""
    data, now = DataDir(call.data), datetime.now(UTC)
    match call.token:
        case "create":
            print(tokens.create(data, console(call.actor), call.name, call.until, now, public=call.public))
        case "revoke":
            tokens.revoke(data, console(call.actor), call.name, now)
            print(f"已撤销：{call.name}")
        case _:
            for known in tokens.read(data):
                until, used = known.expires_on or "不限", known.used_on or "从未"
                print(
                    f"{known.name}  {known.state(now)}  到期 {until}  最近使用 {used}{'  仅公开数值' if known.public else ''}"
                )
    return DONE
