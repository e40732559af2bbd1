"""However many refusals there are: few lines, and the counts of the lines add up to them."""

from datetime import UTC, datetime, timedelta

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.audit.log import RefusalBursts
from scorecard.storage.data_dir import DataDir

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
PAUSE = timedelta(seconds=30)
STRANGER = Actor("未登录", "nobody", origin="10.1.2.3")


def lines(data: DataDir) -> list[tuple[str, str, int]]:
    return [(entry.subject, entry.detail["reason"], entry.detail["count"]) for entry in audit.entries(data)]


def test_a_burst_is_one_line_and_what_follows_another(data: DataDir) -> None:
    bursts = RefusalBursts("登录", PAUSE)
    for second in range(20):
        bursts.record(data, STRANGER, "李四", "密码不对", NOW + timedelta(seconds=second))
    assert lines(data) == [("李四", "密码不对", 1)]
    bursts.record(data, STRANGER, "李四", "密码不对", NOW + PAUSE)
    assert lines(data) == [("李四", "密码不对", 1), ("李四", "密码不对", 20)]


def test_kinds_are_told_apart_and_none_is_forgotten(data: DataDir) -> None:
    bursts = RefusalBursts("接口读取", PAUSE)
    for reason in ("令牌已撤销", "令牌已撤销", "令牌没有登记"):
        bursts.record(data, STRANGER, "令牌", reason, NOW)
    bursts.record(data, STRANGER, "另一个", "令牌没有登记", NOW + 2 * PAUSE)
    assert sum(count for _, _, count in lines(data)) == 4
    assert ("令牌", "令牌已撤销", 1) in lines(data)[2:]


def test_a_clock_that_was_set_back_silences_nothing(data: DataDir) -> None:
    bursts = RefusalBursts("登录", PAUSE)
    bursts.record(data, STRANGER, "李四", "密码不对", NOW)
    bursts.record(data, STRANGER, "李四", "密码不对", NOW - timedelta(hours=1))
    assert lines(data) == [("李四", "密码不对", 1)] * 2
