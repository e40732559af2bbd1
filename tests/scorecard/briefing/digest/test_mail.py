"""Letters go to a real mail server, encrypted, after an administrator's confirmation, inside the intranet, and none is lost."""

from collections.abc import Callable
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from etl.doctor.surroundings import unsent_digests
from scorecard.access import Forbidden
from scorecard.briefing.digest.compose import DigestReader
from scorecard.briefing.digest.mail import recipients
from scorecard.briefing.digest.run import confirm
from scorecard.catalog.definitions import Catalog
from scorecard.catalog.loader import SeedErrors
from scorecard.errors import StorageError
from scorecard.identity import settings
from scorecard.identity.accounts import read
from scorecard.identity.settings import Mail
from scorecard.storage import outbox, reader_notes
from scorecard.storage.data_dir import DataDir
from tests.scorecard.briefing.digest.conftest import NOVEMBER, MailServer, html_of
from tests.scorecard.briefing.digest.mail_server import REFUSED
from tests.support.actors import ADMINISTRATOR, LEADER, account
from tests.support.extracts import cases_csv
from tests.support.written import hand_in, published

Ran = Callable[..., list[str]]
Served = Callable[..., MailServer]
TO = {"领导小组": "lead@court.example", "民庭内勤": "civil@court.example", "组长": "zz@mail.court.example"}


def settings_of(server: MailServer, tls: str = "starttls", **to: str) -> Mail:
    return Mail.model_validate(
        {
            "host": "localhost", "port": server.port, "tls": tls, "authority": str(server.certificate), "to": to or TO,
            "sender": "kanban@court.example", "domains": ["court.example"], "link": "https://kanban.court.example/ysh",
        }
    )  # fmt: skip


@pytest.fixture
def accounts(court: DataDir) -> DataDir:
    account(court, "department", "民庭内勤", "civil")
    account(court, "leadership", "组长")
    return court


def test_nothing_is_sent_before_an_administrator_confirmed_it(accounts: DataDir, ran: Ran, served: Served) -> None:
    server = served("starttls")
    mail = settings_of(server)
    ran(accounts, mail=mail)
    assert server.letters == []
    with pytest.raises(Forbidden):
        confirm(accounts, LEADER, mail)
    confirm(accounts, ADMINISTRATOR, mail)
    ran(accounts, NOVEMBER + timedelta(days=9), mail)
    assert sorted(str(letter["to"]) for letter, _ in server.letters) == sorted(
        str([address]) for address in TO.values()
    )
    elsewhere = mail.model_copy(update={"sender": "other@court.example"})
    ran(accounts, NOVEMBER + timedelta(days=40), elsewhere)
    assert len(server.letters) == 3, "another sender has to be confirmed anew"


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_a_letter_arrives_encrypted_with_links_and_no_address_stays_behind(
    accounts: DataDir, ran: Ran, served: Served, way: str
) -> None:
    server = served(way)
    mail = settings_of(server, way)
    confirm(accounts, ADMINISTRATOR, mail)
    told = ran(accounts, mail=mail)
    assert "已寄出 3 封" in told[-1]
    for letter, content in server.letters:
        assert letter["encrypted"]
        assert letter["from"] == "kanban@court.example"
        parsed = message_from_bytes(content, policy=policy.SMTP)
        assert parsed["To"] == letter["to"][0]  # pyright: ignore[reportIndexIssue]
        assert "提要" in parsed["Subject"]
        body = parsed.get_body(("html",))
        assert body is not None
        assert 'href="https://kanban.court.example/ysh/' in body.get_content()
    for path in accounts.root.rglob("*"):
        if path.is_file() and path.suffix != ".duckdb":
            assert b"@court.example" not in path.read_bytes().replace(b"kanban@court.example", b""), path
    assert ran(accounts, mail=mail) == []
    assert len(server.letters) == 3, "a second run sends nothing twice"
    said = accounts.audit.read_text("utf-8").splitlines()[-1]
    assert "民庭内勤" in said
    assert "发布（李四）" in said


def test_who_opted_out_or_was_disabled_gets_none(accounts: DataDir, ran: Ran, served: Served) -> None:
    server = served("starttls")
    mail = settings_of(server)
    confirm(accounts, ADMINISTRATOR, mail)
    reader_notes.change(accounts, "民庭内勤", no_mail=True)
    ran(accounts, mail=mail)
    assert [letter["to"] for letter, _ in server.letters] == [["lead@court.example"], ["zz@mail.court.example"]]


def test_an_account_that_bears_its_departments_name_opts_out_too(court: DataDir) -> None:
    mail = Mail.model_validate(
        {
            "host": "h", "sender": "k@court.example", "domains": ["court.example"], "link": "https://k",
            "to": {"民事审判庭": "civil@court.example"},
        }
    )  # fmt: skip
    reader = DigestReader("民事审判庭", "department", "civil", ())
    assert [one.account for one in recipients(court, mail, read(court), reader)] == [""]
    account(court, "department", "民事审判庭", "civil")
    assert [one.account for one in recipients(court, mail, read(court), reader)] == ["民事审判庭"]
    reader_notes.change(court, "民事审判庭", no_mail=True)
    assert recipients(court, mail, read(court), reader) == ()


def test_a_server_that_is_not_trusted_gets_nothing_and_nothing_is_lost(
    accounts: DataDir, ran: Ran, served: Served
) -> None:
    server, other = served("starttls"), served("starttls", "mail.elsewhere")
    wrong = settings_of(other).model_copy(update={"port": other.port})  # its certificate names another host
    confirm(accounts, ADMINISTRATOR, wrong)
    told = ran(accounts, mail=wrong)
    assert other.letters == []
    assert "3 封没有寄出，下次再寄" in told[-1]
    (finding,) = unsent_digests(accounts, accounts.root)
    assert "3 封没有寄出" in finding.text
    assert "证书不受信任" in finding.text
    right = settings_of(server)
    confirm(accounts, ADMINISTRATOR, right)
    ran(accounts, NOVEMBER + timedelta(days=1), right)
    assert len(server.letters) == 3, "retried the next day, from the outbox"
    assert list(unsent_digests(accounts, accounts.root)) == []


def test_one_full_mailbox_keeps_nobody_elses_letter(accounts: DataDir, ran: Ran, served: Served) -> None:
    server = served("starttls")
    mail = settings_of(server, 领导小组=REFUSED, 民庭内勤="civil@court.example")
    confirm(accounts, ADMINISTRATOR, mail)
    ran(accounts, mail=mail)
    assert [letter["to"] for letter, _ in server.letters] == [["civil@court.example"]]
    (day,) = outbox.days(accounts).values()
    assert [(one.to, one.waits) for one in day.letters if one.waits] == [("领导小组", "邮件服务器不收这个收件人")]
    ran(accounts, NOVEMBER + timedelta(days=1), mail)
    assert len(server.letters) == 1


def test_a_server_that_is_down_is_tried_again(accounts: DataDir, ran: Ran, served: Served) -> None:
    server = served("starttls")
    down = settings_of(server).model_copy(update={"port": 9})
    confirm(accounts, ADMINISTRATOR, down)
    assert "3 封没有寄出" in ran(accounts, mail=down)[-1]
    (finding,) = unsent_digests(accounts, accounts.root)
    assert "连不上邮件服务器" in finding.text
    said = accounts.audit.read_text("utf-8")
    assert "3 封没有寄出" in ran(accounts, mail=down)[-1]
    assert accounts.audit.read_text("utf-8") == said, "tried every hour, on record once"
    missing = down.model_copy(update={"user": "kanban"})  # whose password nobody has put into the folder of keys
    ran(accounts, NOVEMBER + timedelta(days=1), missing)
    (finding,) = unsent_digests(accounts, accounts.root)
    assert "邮件设置：文件或文件夹不存在" in finding.text


def test_where_nothing_can_be_noted_nothing_is_sent(
    accounts: DataDir, ran: Ran, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each hour of a full disk would send the same letter again."""
    server = served("starttls")
    mail = settings_of(server)
    confirm(accounts, ADMINISTRATOR, mail)

    def full(*given: object) -> None:
        raise StorageError("提要", "磁盘已满", "可写的磁盘", "")

    with monkeypatch.context() as patch, pytest.raises(StorageError, match="磁盘已满"):
        patch.setattr("scorecard.storage.outbox.note_day", full)
        ran(accounts, mail=mail)
    assert server.letters == []
    ran(accounts, mail=mail)
    assert len(server.letters) == 3


def test_a_letter_of_a_version_that_is_published_no_more_is_not_sent(
    accounts: DataDir, catalog: Catalog, ran: Ran, served: Served
) -> None:
    """Its numbers may be those that were corrected: what is published now is told instead."""
    server = served("starttls")
    mail = settings_of(server)
    down = mail.model_copy(update={"port": 9})
    confirm(accounts, ADMINISTRATOR, down)
    ran(accounts, mail=down)
    hand_in(accounts, catalog, "cases", cases_csv(801), date(2026, 9, 30), "更正.csv")
    published(accounts, catalog)
    confirm(accounts, ADMINISTRATOR, mail)
    told = ran(accounts, NOVEMBER + timedelta(days=1), mail)
    assert [line.partition("：")[2] for line in told[1:]] == [
        "已寄出 0 封，3 封作废（版本或收件人已变）",
        "已寄出 3 封",
    ]
    assert len(server.letters) == 3
    assert all("与2026年11月3日的提要相比" in html_of(content) for _, content in server.letters)


def test_who_follows_an_indicator_is_told_first_when_its_verdict_changed(
    accounts: DataDir, ran: Ran, served: Served
) -> None:
    server = served("starttls")
    mail = settings_of(server)
    confirm(accounts, ADMINISTRATOR, mail)
    reader_notes.follow(accounts, "组长", "small_claims_rate", "达标，明显好转", NOVEMBER - timedelta(days=9))
    ran(accounts, mail=mail)
    told = [b for letter, b in server.letters if letter["to"] == ["zz@mail.court.example"]]
    body = message_from_bytes(told[0], policy=policy.SMTP).get_body(("plain",))
    assert body is not None
    assert "小额诉讼程序适用率：达标，明显好转 → " in body.get_content()
    others = [b for letter, b in server.letters if letter["to"] != ["zz@mail.court.example"]]
    assert all(
        "您关注的指标" not in str(message_from_bytes(b, policy=policy.SMTP).get_body(("plain",))) for b in others
    )


@pytest.mark.parametrize(
    "address",
    [
        "a@elsewhere.example", "a@notcourt.example", "a@court.example.elsewhere", "a@court.example.", "lead.court.example",
        "a@court.example,b@x.example", "b@x.example a@court.example", "a@court.example\\nBcc: b@x.example", "b@x@court.example",
        "a@ｃourt.example", "<b@x.example>@court.example", "a@",
    ],
)  # fmt: skip
def test_an_address_outside_the_intranet_is_refused_and_not_repeated(tmp_path: Path, address: str) -> None:
    (tmp_path / "access.toml").write_text(
        '[mail]\nhost = "m"\nsender = "k@court.example"\ndomains = ["court.example"]\nlink = "https://k"\n'
        f'[mail.to]\n"领导小组" = "{address}"\n',
        encoding="utf-8",
    )
    with pytest.raises(SeedErrors) as refused:
        settings.load(tmp_path)
    assert "“领导小组”的地址不在 domains 之内" in str(refused.value)
    assert address not in str(refused.value)
