"""Letters: who gets which digest at which address, and the way to the court's mail server. No address leaves this module."""

import hashlib
import smtplib
import ssl
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import localtime

from scorecard.access import ROLE_NAMES
from scorecard.briefing.digest.compose import DigestReader
from scorecard.briefing.html.mail import write_mail, write_text
from scorecard.briefing.paper.model import Paper
from scorecard.errors import StorageError
from scorecard.identity.accounts import Accounts, usable
from scorecard.identity.settings import Mail
from scorecard.storage.atomic_files import storage_errors
from scorecard.storage.data_dir import DataDir
from scorecard.storage.keys import default_keys
from scorecard.storage.reader_notes import notes_of

_PATIENCE = 30  # seconds
_WORD = "application", "vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Recipient:
    """A name of [mail.to] and its address; `account` is the name of the account where it is one."""

    name: str
    address: str
    account: str = ""


def recipients(data: DataDir, mail: Mail, accounts: Accounts, reader: DigestReader) -> tuple[Recipient, ...]:
    """Who gets the digest of a reader: its role or department, and accounts of it that are in use and did not opt out.

    A name that is an account is the account, even if it is a department's name too: being disabled and opting out hold.
    """
    found: list[Recipient] = []
    for name, address in mail.to.items():
        account = accounts.find(name)
        if account is None:
            found += [Recipient(name, address)] if name == reader.name else []
        elif (account.role, account.department) == (reader.role, reader.department) and usable(account):
            found += [] if notes_of(data, account.name).no_mail else [Recipient(name, address, account.name)]
    return tuple(found)


def unknown_names(mail: Mail, accounts: Accounts, departments: Mapping[str, str]) -> tuple[str, ...]:
    """Names of [mail.to] that are neither a role, nor a department, nor an account: nobody gets anything there."""
    known = {*ROLE_NAMES.values(), *departments.values()}
    return tuple(name for name in mail.to if name not in known and accounts.find(name) is None)


def written(paper: Paper, word: bytes, link: str) -> bytes:
    """The mail as a file, without addresses: they are put on when it is sent, and stand in no file."""
    letter = EmailMessage(policy=policy.SMTP)
    letter["Subject"] = f"{'【示例数据】' if paper.sample else ''}{paper.title}"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(write_text(paper, link))
    letter.add_alternative(write_mail(paper, link), subtype="html")
    letter.add_attachment(word, *_WORD, filename=f"{paper.name}.docx")
    return letter.as_bytes()


@contextmanager
def connection(mail: Mail) -> Generator[smtplib.SMTP]:
    """A connection to the mail server, encrypted, its certificate checked against its name; else nothing is sent."""
    with storage_errors("邮件设置", "密钥目录和证书文件"):
        context = ssl.create_default_context(cafile=mail.authority or None)
        password = (default_keys() / "mail").read_text(encoding="utf-8").strip() if mail.user else ""
    if mail.tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=_PATIENCE, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=_PATIENCE)
    with server:
        if mail.tls == "starttls":
            server.starttls(context=context)
        if mail.user:
            server.login(mail.user, password)
        yield server


def send(server: smtplib.SMTP, mail: Mail, to: Recipient, content: bytes, id: str) -> None:
    """Send one letter. Its number is the same each time it is tried, so that a mail server can tell it was there before."""
    if not mail.inside(to.address) or not mail.inside(mail.sender):
        raise StorageError("提要邮件", "地址不在内网域名之内", "[mail] domains 所列的域", "请改正 access.toml")
    letter = message_from_bytes(content, policy=policy.SMTP)
    letter["From"], letter["To"], letter["Date"] = mail.sender, to.address, localtime()
    number = hashlib.sha256(f"{id} {to.name}".encode()).hexdigest()[:32]
    letter["Message-ID"] = f"<{number}@{mail.sender.rpartition('@')[2]}>"
    server.send_message(letter, mail.sender, [to.address])


def reason(error: Exception) -> str:
    """Why a letter was not sent, in words that hold no address."""
    match error:
        case ssl.SSLCertVerificationError():
            return "邮件服务器的证书不受信任，或与主机名不符"
        case smtplib.SMTPAuthenticationError():
            return "邮件服务器不认用户名或密码"
        case smtplib.SMTPNotSupportedError():
            return "邮件服务器不支持加密（STARTTLS）或登录"
        case smtplib.SMTPRecipientsRefused():
            return "邮件服务器不收这个收件人"
        case smtplib.SMTPResponseException():
            return f"邮件服务器拒绝（代码 {error.smtp_code}）"
        case StorageError():
            return f"{error.where}：{error.found}"
        case _:
            return "连不上邮件服务器，或连接中断"
