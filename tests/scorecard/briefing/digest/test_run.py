"""Digests are written when they are due, once; what they say is the page's, and names no case and nobody."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path

import docx
import pytest

from etl.commands.cli import main
from etl.versions.pending import standing_work
from etl.versions.publish import rollback
from scorecard.briefing.digest.compose import DigestReader, DigestWriter, readers
from scorecard.briefing.digest.run import DigestRun, cause
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.narrative.plain_verdict import asks
from scorecard.plan.due_items import DueItem
from scorecard.storage import outbox
from scorecard.storage.data_dir import DataDir
from scorecard.storage.outbox import DigestLetter, OutboxDay
from scorecard.store.open_version import open_published
from tests.scorecard.briefing.digest.conftest import NOVEMBER, html_of
from tests.support.actors import ADMINISTRATOR, TESTER
from tests.support.extracts import cases_csv
from tests.support.written import hand_in, published

Ran = Callable[..., list[str]]


def files(data: DataDir) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in data.outbox.glob("2*/*") if path.suffix in (".eml", ".docx")}


def test_a_second_run_of_a_day_writes_nothing_and_another_version_is_told_again(
    written: DataDir, catalog: Catalog, ran: Ran
) -> None:
    court = written
    before = {path: path.stat().st_mtime_ns for path in court.outbox.rglob("*")}
    assert ran(court) == []
    assert {path: path.stat().st_mtime_ns for path in court.outbox.rglob("*")} == before
    # 小额诉讼 were a quarter; ten more of them.
    more = cases_csv(800).decode().replace("简易程序", "小额诉讼", 10).encode()
    hand_in(court, catalog, "cases", more, date(2026, 9, 30), "更正.csv")
    published(court, catalog)
    ran(court)
    assert len([path for path in court.outbox.iterdir() if path.is_dir()]) == 2
    newest = max(outbox.days(court).items(), key=lambda one: one[0].stat().st_mtime_ns)[0]
    assert "与2026年11月3日的提要相比" in html_of((newest / "领导小组.eml").read_bytes())


def test_what_a_digest_says_is_what_the_page_says(written: DataDir) -> None:
    version = open_published(written)
    work = standing_work(written, version)
    asked = [card for card in work.cards.values() if asks(card)]
    letter = message_from_bytes(files(written)["领导小组.eml"], policy=policy.SMTP)
    page = html_of(files(written)["领导小组.eml"])
    period = next(iter(work.cards.values())).selected.period
    assert f"{period.label}，反映{len(work.cards)}项指标" in page
    assert "小额诉讼程序适用率" in [card.indicator.name for card in asked]
    for card in asked[:6]:
        assert f"{card.indicator.name}（" in page
        assert card.value in page
    (word,) = letter.iter_attachments()
    assert word.get_filename().endswith(".docx")
    paragraphs = [one.text for one in docx.Document(BytesIO(files(written)["领导小组.docx"])).paragraphs]
    assert any(f"反映{len(work.cards)}项指标" in one for one in paragraphs)
    assert not any(one.startswith("附件") for one in paragraphs), "one page, without annexes"


def test_no_case_and_no_remote_thing_stands_in_any_file(written: DataDir) -> None:
    for name, content in files(written).items():
        said = (
            html_of(content)
            if name.endswith(".eml")
            else "".join(p.text for p in docx.Document(BytesIO(content)).paragraphs)
        )
        assert not re.search(r"民初|号案|鲁0117", said), name
        assert not re.search(f"李四|{TESTER.name}", said), f"{name}: who handed in and published"
        assert "<script" not in said
        assert "src=" not in said
        assert "url(" not in said
        assert "<style" not in said


def test_a_department_gets_its_own_by_values_of_the_whole_court(written: DataDir) -> None:
    page = html_of(files(written)["民事审判庭.eml"])
    work = standing_work(written, open_published(written))
    own = [card for card in work.cards.values() if "civil" in card.responsible]
    assert f"反映{len(own)}项指标" in page
    assert "指标为全院数值" in page
    assert "各审判执行业务部门.eml" not in files(written), "a collective has no reader"


def test_the_administrator_gets_a_page_only_when_something_was_found(written: DataDir, ran: Ran) -> None:
    assert "管理员.eml" not in files(written)
    ran(written, NOVEMBER + timedelta(days=20), findings=["备份：最近一次在 9 天前"])
    assert "备份：最近一次在 9 天前" in html_of(files(written)["管理员.eml"])


DAYS = (  # 月报日 is the 12th (seeds/court.toml); notice is given three days before a day, both of this module's docstring
    (date(2026, 11, 3), date(2026, 11, 11), None, ""),
    (date(2026, 11, 3), date(2026, 11, 12), None, "月报日"),
    (date(2026, 11, 3), date(2026, 11, 15), None, "月报日"),  # the machine was off on the 12th
    (date(2026, 11, 12), date(2026, 11, 15), None, ""),
    (date(2026, 11, 12), date(2026, 11, 16), date(2026, 11, 20), ""),
    (date(2026, 11, 12), date(2026, 11, 17), date(2026, 11, 20), "2026-11-20 到期"),
    (date(2026, 11, 12), date(2026, 11, 19), date(2026, 11, 20), "2026-11-20 到期"),
    (date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 20), ""),
)


def test_the_days_on_which_a_digest_is_due(court: DataDir) -> None:
    version = open_published(court)
    given = DigestRun(court, version, standing_work(court, version), NOVEMBER, None, TESTER)
    for last, today, due, expected in DAYS:
        items = (DueItem("会商决定", (("某项", "meeting", {}),), "民事审判庭", "领导小组", due),) if due else ()
        reader = DigestReader("民事审判庭", "department", "civil", items)
        assert cause(replace(given, today=today), reader, (last, version.id)) == expected, (last, today, due)
        assert cause(given, reader, None).startswith("发布")


def test_a_killed_run_leaves_no_half_of_a_day(court: DataDir, ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("scorecard.storage.outbox.sync", killed)
        ran(court)
    assert outbox.days(court) == {}
    ran(court)
    assert len(outbox.days(court)) == 1


def test_a_version_that_is_put_back_on_the_same_day_is_told_again(written: DataDir, catalog: Catalog, ran: Ran) -> None:
    first = open_published(written).id
    hand_in(written, catalog, "cases", cases_csv(801), date(2026, 9, 30), "更正.csv")
    published(written, catalog)
    ran(written)
    rollback(written, first, ADMINISTRATOR)
    ran(written)
    told = [day.version for day in outbox.days(written).values()]
    assert (len(told), told[0], told[2]) == (3, first, first)
    assert outbox.last_written(written)["领导小组"] == (NOVEMBER, first)
    assert ran(written) == []


def test_between_invented_numbers_and_real_ones_nothing_is_compared(
    court: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence about two things that cannot be compared would read as "nothing turned"."""
    version = open_published(court)
    invented = replace(version, manifest=replace(version.manifest, sample=True))
    monkeypatch.setattr("scorecard.briefing.digest.compose.open_published", lambda data, id: invented)
    work = standing_work(court, version)
    writer, reader = DigestWriter(court, version, work, NOVEMBER), next(readers(version, work))
    told = [str(writer.paper(reader, (NOVEMBER, id))) for id in ("invented", version.id)]
    assert ["的提要相比" in one for one in told] == [False, True]


def test_half_a_year_later_a_day_is_gone_whole_or_not_at_all(
    written: DataDir, ran: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(path: Path) -> None:
        (path / "letters.json").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("shutil.rmtree", killed)
        ran(written, NOVEMBER + timedelta(days=outbox.KEPT_DAYS + 1))
    assert NOVEMBER not in [day.day for day in outbox.days(written).values()]
    outbox.put(written, OutboxDay(NOVEMBER, "v", {}, (DigestLetter("审管办", "审管办", "a.eml", "尚未寄出"),)), {})
    ran(written, NOVEMBER + timedelta(days=outbox.KEPT_DAYS + 1))
    assert next(day.version for day in outbox.days(written).values()) == "v", "what waits is kept"


def test_a_version_from_before_there_were_digests_is_refused_in_words(
    court: DataDir, ran: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = open_published(court)
    monkeypatch.setattr(type(version.catalog), "briefings", {}, raising=False)
    object.__setattr__(version.catalog, "briefings", {})
    monkeypatch.setattr("tests.scorecard.briefing.digest.conftest.open_published", lambda data: version)
    with pytest.raises(ScorecardError, match=r"在有提要之前建的.*请重新发布一次"):
        ran(court)


def test_every_reader_stands_in_the_plans_order(court: DataDir) -> None:
    version = open_published(court)
    names = [reader.name for reader in readers(version, standing_work(court, version))]
    departments = [one.name for one in version.catalog.departments.values()]
    assert names[:2] == ["领导小组", "审管办"]
    assert names[-1] == "管理员"
    assert names[2:-1] == sorted(names[2:-1], key=departments.index)


def test_the_audit_says_what_was_written_and_why(written: DataDir) -> None:
    line = json.loads(written.audit.read_text("utf-8").splitlines()[-1])
    assert (line["action"], line["actor"], line["result"]) == ("提要", TESTER.name, "成功")
    assert line["detail"]["causes"]["领导小组"] == "发布（李四）"


def test_the_command_line_writes_and_says_so_and_then_has_nothing_to_do(
    court: DataDir, seeds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["digest", "--data", str(court.root), "--seeds", str(seeds), "--actor", "定时任务"]
    assert main(call) == 0
    assert "已写成" in capsys.readouterr().out
    assert main(call) == 0
    assert capsys.readouterr().out == "没有到期的提要\n"
    assert '"定时任务"' in court.audit.read_text("utf-8").splitlines()[-1]


def test_a_version_without_a_value_is_refused_in_words(court: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.versions.pending.periods", lambda *given: ())
    with pytest.raises(ScorecardError, match="还没有任何指标的数值"):
        standing_work(court, open_published(court))
