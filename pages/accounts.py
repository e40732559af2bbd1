"""账户: all accounts and their roles; create, assign, reset, disable, enable; tokens of other programs. For 管理员 only."""

from scorecard.identity.accounts import assign, create, read, reset, set_disabled
from scorecard.ui.admin import accounts, tokens
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir, seeds_catalog

frame.heading("账户")
data, actor = data_dir(), identity.current()
actor.require("accounts")
departments = accounts.departments_of(seeds_catalog())
accounts.show_result()
known = read(data)
accounts.table(known, departments)
accounts.rights(known, departments, actor)
if new := accounts.new_account_form(departments):
    password = create(data, actor, new.name, new.role, new.department, departments)
    accounts.announce(f"已新增账户“{new.name}”。", password)
if change := accounts.change_form(known, departments):
    name = change.name
    if change.act == "assign":
        assign(data, actor, name, change.role, change.department, departments)
        accounts.announce(f"已调整账户“{name}”的身份，其登录随即失效。")
    elif change.act == "reset":
        accounts.announce(f"已重置账户“{name}”的密码，其登录随即失效。", reset(data, actor, name))
    else:
        set_disabled(data, actor, name, change.act == "disable")
        accounts.announce(f"已{'停用' if change.act == 'disable' else '启用'}账户“{name}”。")
tokens.section(data, actor)
