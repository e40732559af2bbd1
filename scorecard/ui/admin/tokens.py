"""接口令牌, the last part of 账户: tokens of other programs, a form for a new one, a button to revoke one."""

from datetime import UTC, date, datetime

import streamlit as st

from scorecard.access import Actor
from scorecard.api import tokens
from scorecard.calendar.clock import COURT_TIME
from scorecard.storage.data_dir import DataDir
from scorecard.ui.admin import accounts
from scorecard.ui.shell.page_blocks import show_on_screen


def section(data: DataDir, actor: Actor) -> None:
    """List, form and button; what they ask for is done here, so that the page keeps to accounts."""
    known, now = tokens.read(data), datetime.now(UTC)
    show_on_screen("ui/admin/tokens.html", tokens=known, now=now, court=COURT_TIME)
    form = f"token-{len(known)}"  # an empty form after each new token
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = st.text_input("令牌名称（给谁用）", key=f"{form}-name", max_chars=32, width=220)
        until: date | None = st.date_input(
            "到期日（可不填）", value=None, format="YYYY-MM-DD", key=f"{form}-until", width=170
        )
        public = st.checkbox("只给出访客可见的数值", key=f"{form}-public")
        made = st.button("新增令牌", key="token-create", disabled=not name.strip())
    if made:
        secret = tokens.create(data, actor, name, until, now, public=public)
        accounts.announce(f"已新增接口令牌“{name.strip()}”。", secret, "令牌")
    valid = [one.name for one in known if one.state(now) == "有效"]
    if not valid:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        chosen = st.selectbox("有效的令牌", valid, key="token-chosen", width=220)
        revoked = st.button("撤销", key="token-revoke")
    if revoked:
        tokens.revoke(data, actor, chosen, now)
        accounts.announce(f"已撤销接口令牌“{chosen}”，下一次请求即被拒绝。")
