"""`python -m etl doctor`: the self-check as a table; with --repair it first makes again what can be made again."""

import argparse

from etl.commands.arguments import DONE, REFUSED
from etl.doctor.examine import examine, repair
from scorecard.access import console
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir


def doctor(call: argparse.Namespace) -> int:
    """Prints every finding, the worst first; 1 when something is damaged."""
    data = DataDir(call.data)
    if not data.root.is_dir():
        raise ScorecardError(f"数据目录 {data.root}", "不存在", "看板所用的数据目录", "请核对 --data 或 SCORECARD_DATA")
    if call.repair:
        repair(data, call.seeds, console(call.actor), print)
    findings = examine(data, call.seeds)
    for finding in findings:
        print(f"{finding.condition}　{finding.what}　{finding.text}")
        for word, text in (("失去", finding.lost), ("处理", finding.to_do)):
            if text:
                print(f"　　　{word}：{text}")
    damaged = sum(finding.condition == "损坏" for finding in findings)
    print(f"共 {len(findings)} 项，损坏 {damaged} 项" if damaged else f"共 {len(findings)} 项，没有损坏")
    return REFUSED if damaged else DONE
