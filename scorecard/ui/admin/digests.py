"""提要: each as it would be read today and to whom it would go; confirmed once, before the first mail; what became of those written."""

from functools import partial

import streamlit as st

from etl.doctor.examine import shortcomings
from etl.versions.pending import standing_work
from scorecard.access import Actor
from scorecard.briefing.digest import mail as post
from scorecard.briefing.digest.compose import DigestReader, DigestWriter, readers
from scorecard.briefing.digest.run import confirm, confirmed
from scorecard.briefing.html.mail import write_mail
from scorecard.calendar.clock import moment_text, today
from scorecard.identity import accounts as local_accounts
from scorecard.storage import outbox
from scorecard.storage.data_dir import DataDir, default_seeds
from scorecard.store.open_version import Version
from scorecard.ui.admin.accounts import departments_of
from scorecard.ui.intake.session_results import computed_once
from scorecard.ui.shell import identity
from scorecard.ui.shell.page_blocks import show_on_screen

_LISTED = 12  # days of the outbox in the table


def page(data: DataDir, actor: Actor, version: Version) -> None:
    """The state of the mail, every digest as it would go, the confirmation, and the outbox."""
    actor.require("accounts")
    mail, accounts, state = identity.settings().mail, local_accounts.read(data), outbox.state(data)
    previews = computed_once("digests", (version.id, today()), lambda: _previews(data, version), "正在写出各份提要…")
    to = {
        reader.name: [who.name for who in post.recipients(data, mail, accounts, reader)] if mail else []
        for reader, _ in previews
    }
    sure = mail is not None and confirmed(data, mail)
    by, at, _ = state.confirmed
    show_on_screen(
        "ui/admin/digests.html",
        mail=mail,
        sure=f"{by}已于{moment_text(at)}确认" if sure else "",
        unknown=post.unknown_names(mail, accounts, departments_of(version.catalog)) if mail else (),
        choice=version.catalog.words.choice,
        previews=previews,
        to=to,
        sample=version.manifest.sample,
        days=list(outbox.days(data).values())[: -_LISTED - 1 : -1],
    )
    if mail is not None and not sure and st.button("各份都看过了，从下次起寄出", key="digest-confirm", type="primary"):
        confirm(data, actor, mail)
        st.rerun()


def _previews(data: DataDir, version: Version) -> tuple[tuple[DigestReader, str], ...]:
    """Whose, and the page as it would go today."""
    work, mail, last = standing_work(data, version), identity.settings().mail, outbox.last_written(data)
    writer, link = DigestWriter(data, version, work, today()), mail.link if mail else ""
    found = partial(shortcomings, data, default_seeds())
    papers = ((one, writer.paper(one, last.get(one.name), found)) for one in readers(version, work))
    return tuple((one, write_mail(paper, link)) for one, paper in papers if paper)
