"""我的账户, below the name: what of the dashboard comes to its owner: mail, a calendar, indicators that are followed."""

from datetime import timedelta
from urllib.parse import urlsplit

import streamlit as st

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.calendar.clock import today
from scorecard.catalog.definitions import Catalog
from scorecard.identity.accounts import folded
from scorecard.storage import reader_notes
from scorecard.storage.data_dir import DataDir
from scorecard.ui.shell import identity
from scorecard.ui.shell.addresses import address
from scorecard.ui.shell.page_blocks import show_on_screen

_SHOWN = "_calendar_address"
_LASTS = timedelta(days=366)


def section(data: DataDir, actor: Actor, catalog: Catalog) -> None:
    """The choices; each is kept as soon as it is made. The calendar's address is shown once."""
    notes, mail = reader_notes.notes_of(data, actor.name), identity.settings().mail
    until = notes.calendar_until if notes.calendar else None
    show_on_screen("ui/admin/own_calendar.html", until=until, address=st.session_state.pop(_SHOWN, ""))
    with st.container(horizontal=True, gap="medium"):
        if st.button("更换日历地址" if until else "生成日历地址", key="calendar-new"):
            owner = (actor.name, actor.role, actor.department or "")
            with audit.recorded(data, actor, "日历订阅", actor.name, change="生成地址"):
                actor.require("details")
                made = reader_notes.new_calendar(data, owner, today() + _LASTS)
            here = urlsplit(st.context.url or "")
            st.session_state[_SHOWN] = f"{here.scheme}://{here.netloc}{address(f'/calendar/{made}.ics')}"
            st.rerun()
        if until and st.button("停用日历地址", key="calendar-end"):
            with audit.recorded(data, actor, "日历订阅", actor.name, change="停用地址"):
                reader_notes.change(data, actor.name, calendar="", calendar_until=None)
            st.rerun()
    named = [catalog.indicators[one].name for one in notes.followed if one in catalog.indicators]
    show_on_screen("ui/admin/own_followed.html", followed=named)
    if mail is not None and folded(actor.name) in map(folded, mail.to):
        stays = st.checkbox("接收提要邮件", value=not notes.no_mail, key="mail-wanted")
        if stays == notes.no_mail:
            with audit.recorded(data, actor, "提要", actor.name, change="接收邮件" if stays else "不再接收邮件"):
                reader_notes.change(data, actor.name, no_mail=not stays)
            st.rerun()
