"""One run of the digests: write those that are due into the outbox, send what waits there, remove what is old.

Due is a digest when another version was published, on the court's 月报日, and three days before something is due. A run that was
missed is made up for; a second one on a day writes and sends nothing twice.
"""

import hashlib
import smtplib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.briefing.digest import mail as post
from scorecard.briefing.digest.compose import DigestReader, DigestWriter, SelfCheck, readers, with_followed
from scorecard.briefing.docx.document import write_docx
from scorecard.calendar.clock import COURT_TIME
from scorecard.calendar.period import day_of_month, month_index
from scorecard.errors import ScorecardError
from scorecard.identity import accounts as local_accounts
from scorecard.identity.settings import Mail
from scorecard.narrative.plain_verdict import plain_verdict
from scorecard.plan.waiting import OpenWork
from scorecard.storage import outbox
from scorecard.storage.atomic_files import exclusive_lock
from scorecard.storage.data_dir import DataDir
from scorecard.storage.file_names import safe
from scorecard.storage.outbox import DigestLetter, OutboxDay, OutboxState
from scorecard.storage.reader_notes import verdicts_seen
from scorecard.store.open_version import Version

NOTICE = timedelta(days=3)
WAITS = "尚未寄出"
_To = Mapping[str, Mapping[str, post.Recipient]]  # of each digest, by name


@dataclass(frozen=True)
class DigestRun:
    """What one run works on."""

    data: DataDir
    version: Version
    work: OpenWork
    today: date
    mail: Mail | None
    actor: Actor
    findings: SelfCheck = tuple


def run(given: DigestRun) -> list[str]:
    """Write, send, clear; what was done, in sentences. Raises ScorecardError where nothing could be written."""
    with exclusive_lock(given.data, given.data.outbox_lock):
        whom = tuple(readers(given.version, given.work))
        to = _recipients(given, whom)
        told = _write(given, whom, to or {})
        for folder, day in outbox.days(given.data).items():
            if given.mail and to is not None and any(letter.waits for letter in day.letters):
                told += _send_day(given, given.mail, folder, day, to)
        outbox.clear(given.data, given.today - timedelta(days=outbox.KEPT_DAYS))
    return told


def cause(given: DigestRun, reader: DigestReader, last: tuple[date, str] | None) -> str:
    """Why a digest is due today, empty where it is not."""
    version, today = given.version, given.today
    if last is None or last[1] != version.id:
        return f"发布（{version.manifest.actor}）"
    if last[0] < day_of_month(month_index(today), version.catalog.court.briefing.report_day) <= today:
        return "月报日"
    due = [one.by for one in reader.due if one.by and last[0] < one.by - NOTICE <= today]
    return f"{min(due)} 到期" if due else ""


def _write(given: DigestRun, whom: Sequence[DigestReader], send_to: _To) -> list[str]:
    data, written = given.data, outbox.last_written(given.data)
    causes: dict[str, str] = {}
    files: dict[str, bytes] = {}
    letters: list[DigestLetter] = []
    writer = DigestWriter(data, given.version, given.work, given.today)
    link = given.mail.link if given.mail else ""
    names = {name: card.indicator.name for name, card in given.work.cards.items()}
    words = {name: plain_verdict(card).text for name, card in given.work.cards.items()}
    for reader in whom:
        last = written.get(reader.name)
        if not (why := cause(given, reader, last)):
            continue
        paper = writer.paper(reader, last, given.findings)
        if paper is None:
            continue
        causes[reader.name], stem = why, safe(reader.name)
        word = files[f"{stem}.docx"] = write_docx(paper)
        files[f"{stem}.eml"] = post.written(paper, word, link)
        for to in send_to.get(reader.name, {}).values():
            letter = DigestLetter(reader.name, to.name, f"{stem}.eml", WAITS)
            seen = verdicts_seen(data, to.account, words, given.today) if to.account else {}
            if new := {name: one for name, one in seen.items() if last is None or one.seen >= last[0]}:
                own = f"{stem}_{hashlib.sha256(to.account.encode()).hexdigest()[:8]}.eml"
                files[own] = post.written(with_followed(paper, names, new), word, link)
                letter = replace(letter, file=own)
            letters.append(letter)
    if not causes:
        return []
    with audit.recorded(data, given.actor, "提要", "写成", version=given.version.id, causes=causes) as act:
        folder = outbox.put(data, OutboxDay(given.today, given.version.id, causes, tuple(letters)), files)
        act.subject = folder.name
    return [f"已写成 {len(causes)} 份提要（{'、'.join(causes)}）：{folder}"]


def _recipients(given: DigestRun, whom: Sequence[DigestReader]) -> _To | None:
    """Who gets which digest; None while the administrator has not confirmed this mail server. The sample goes to nobody."""
    if given.mail is None or not confirmed(given.data, given.mail):
        return None
    accounts = local_accounts.read(given.data)
    found = {one.name: post.recipients(given.data, given.mail, accounts, one) for one in whom}
    return {} if given.version.manifest.sample else {name: {to.name: to for to in tos} for name, tos in found.items()}


def _send_day(given: DigestRun, mail: Mail, folder: Path, day: OutboxDay, who: _To) -> list[str]:
    """The letters of one day that wait, each noted as soon as it is sent; where nothing can be noted, nothing is sent.

    None goes to whoever is no recipient any more, and none tells the numbers of a version that is no longer the published one.
    """
    waiting = [at for at, letter in enumerate(day.letters) if letter.waits]
    letters, refused = list(day.letters), ""

    def note() -> None:
        outbox.note_day(folder, replace(day, letters=tuple(letters)))

    note()
    try:
        with post.connection(mail) as server:
            for at in waiting:
                to = who.get(letters[at].digest, {}).get(letters[at].to) if day.version == given.version.id else None
                letters[at] = _tried(server, mail, folder, letters[at], to)
                note()
    except (OSError, smtplib.SMTPException, ScorecardError) as error:
        refused = post.reason(error)
    letters = [replace(one, waits=refused) if refused and one.waits else one for one in letters]
    note()
    sent = [letters[at].to for at in waiting if letters[at].sent]
    waits = {letters[at].to: letters[at].waits for at in waiting if letters[at].waits}
    void = [letters[at].to for at in waiting if not letters[at].waits and not letters[at].sent]
    why = "；".join(dict.fromkeys(day.causes.values()))
    if tuple(letters) != day.letters:  # a server that is down is tried every hour: the record says so once
        detail: dict[str, object] = {"sent": sent, "waits": waits, "void": void, "cause": why}
        audit.record(given.data, given.actor, "提要", folder.name, "失败" if waits else "成功", **detail)
    told = f"{folder.name}：已寄出 {len(sent)} 封{f'，{len(waits)} 封没有寄出，下次再寄' if waits else ''}"
    return [f"{told}，{len(void)} 封作废（版本或收件人已变）" if void else told]


def _tried(
    server: smtplib.SMTP, mail: Mail, folder: Path, letter: DigestLetter, to: post.Recipient | None
) -> DigestLetter:
    if to is None:
        return replace(letter, waits="")
    try:
        post.send(server, mail, to, (folder / letter.file).read_bytes(), f"{folder.name} {letter.digest}")
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, ScorecardError) as error:
        return replace(letter, waits=post.reason(error))
    return replace(letter, waits="", sent=datetime.now(COURT_TIME).isoformat(timespec="seconds"))


def confirmed(data: DataDir, mail: Mail) -> bool:
    """Whether an administrator has seen the digests and let them go to this server, from this sender."""
    return outbox.state(data).confirmed[2] == _settings(mail)


def confirm(data: DataDir, actor: Actor, mail: Mail) -> None:
    """Let digests go by mail from now on; on record. Raises Forbidden."""
    with audit.recorded(data, actor, "提要", "确认寄出", server=mail.host), exclusive_lock(data, data.outbox_lock):
        actor.require("accounts")
        now = datetime.now(COURT_TIME).isoformat(timespec="seconds")
        outbox.note_state(data, OutboxState((actor.name, now, _settings(mail))))


def _settings(mail: Mail) -> str:
    said = f"{mail.host} {mail.port} {mail.tls} {mail.authority} {mail.sender} {mail.domains}"
    return hashlib.sha256(said.encode()).hexdigest()
