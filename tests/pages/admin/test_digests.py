"""提要: every digest as it would go, and nothing goes before it was confirmed there; 我的账户: a calendar, mail that is not wanted."""

import re
from pathlib import Path

import pytest

from scorecard.briefing.digest.run import confirmed
from scorecard.identity.settings import AccessSettings
from scorecard.storage import reader_notes
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open
from tests.pages.legible import text
from tests.support.actors import ADMINISTRATOR, LEADER, OFFICER
from tests.support.samples import copied

MAIL = {
    "host": "mail.court.example", "sender": "kanban@court.example", "domains": ["court.example"], "link": "https://k",
    "to": {"领导小组": "lead@court.example", "组长": "zz@court.example", "没有的部门": "x@court.example"},
}  # fmt: skip


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> AccessSettings:
    settings = AccessSettings.model_validate({"mail": MAIL})
    monkeypatch.setattr("scorecard.ui.shell.identity.settings", lambda: settings)
    return settings


def test_each_digest_is_seen_before_the_first_mail_and_confirmed_once(
    sample: DataDir, tmp_path: Path, open_page: Open, mail: AccessSettings
) -> None:
    data = copied(sample, tmp_path / "preview")
    app = open_page(data, "digests", actor=ADMINISTRATOR)
    assert not app.exception
    shown = text(app)
    assert "还没有确认：看过下面各份之前，一封也不寄" in shown
    assert "不会寄给任何人：组长、没有的部门" in shown
    for name in ("领导小组", "审管办", "民事审判庭", "执行局"):
        assert re.search(rf"<summary>{name}", " ".join(str(html.proto.body) for html in app.get("html"))), name
    assert "lead@court.example" not in shown, "names, no addresses"
    assert mail.mail is not None
    assert not confirmed(data, mail.mail)
    app.button(key="digest-confirm").click().run()
    assert not app.exception
    assert confirmed(data, mail.mail)
    assert "王五已于" in text(app)
    assert not [button for button in app.button if button.key == "digest-confirm"]
    assert "确认寄出" in data.audit.read_text("utf-8")


def test_the_preview_is_the_administrators(sample: DataDir, open_page: Open) -> None:
    assert "需要“管理账户”的权限" in text(open_page(sample, "digests", actor=OFFICER))


def test_a_calendars_address_is_made_shown_once_and_ended(data: DataDir, open_page: Open) -> None:
    app = open_page(data, "account", actor=LEADER)
    app.button(key="calendar-new").click().run()
    assert not app.exception
    found = re.search(r"/calendar/([\w-]+)\.ics", " ".join(str(html.proto.body) for html in app.get("html")))
    assert found
    notes = reader_notes.calendar_of(data, found[1])
    assert notes is not None
    assert notes.owner == (LEADER.name, "leadership", "")
    app.run()
    assert found[1] not in " ".join(str(html.proto.body) for html in app.get("html"))
    app.button(key="calendar-end").click().run()
    assert reader_notes.calendar_of(data, found[1]) is None
    assert found[1] not in data.audit.read_text("utf-8")


def test_who_has_an_address_may_do_without_mail(data: DataDir, open_page: Open, mail: AccessSettings) -> None:
    app = open_page(data, "account", actor=LEADER)
    app.checkbox(key="mail-wanted").uncheck().run()
    assert not app.exception
    assert reader_notes.notes_of(data, LEADER.name).no_mail
    app.checkbox(key="mail-wanted").check().run()
    assert not reader_notes.notes_of(data, LEADER.name).no_mail
    assert not [box for box in open_page(data, "account", actor=OFFICER).checkbox if box.key == "mail-wanted"]
