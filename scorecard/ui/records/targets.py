"""目标: every target ever set, and the form that adds one. Nothing is overwritten; the page takes the new row in."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

import streamlit as st

from scorecard.access import RIGHTS, ROLE_NAMES, Role
from scorecard.assessment.number_format import target_text
from scorecard.calendar.clock import today
from scorecard.calendar.period import day_text
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.records.targets import TABLE, Target, TargetKind, mistakes
from scorecard.ui.records import entry_form
from scorecard.ui.records.entry_form import EnteredRow, as_csv, form_key, just_said, moment
from scorecard.ui.shell import picture_buttons
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.templating import render

SIGNED_IN: tuple[Role, ...] = ("leadership", "department", "case_management", "administrator")
BASES = ("法定", "上级", "同类", "待确认")
_KINDS: dict[str, str] = {
    "下限": "下限（不低于）",
    "上限": "上限（不高于）",
    "区间": "区间",
    "累计": "累计（全年值，按进度评判）",
}


def table(targets: tuple[Target, ...], catalog: Catalog) -> None:
    """All targets by domain, in the plan's order, with what holds today."""
    picture_buttons.place()
    now = today()
    domains = [
        {
            "name": domain.name,
            "rows": [
                {
                    "indicator": indicator.name,
                    "text": target_text(one, indicator.unit),
                    "ladder": "、".join(f"{step.normalize():f}" for step in one.ladder),
                    "when": f"{day_text(one.valid_from)}起"
                    + (f"至{day_text(one.valid_until)}" if one.valid_until else ""),
                    "state": state(one, targets, now),
                    "basis": one.basis,
                    "document": one.document,
                    "who": one.set_by,
                    "set_at": day_text(one.set_at.date()),
                    "note": one.note,
                }
                for indicator in catalog.of_domain(domain.id)
                for one in targets
                if one.indicator == indicator.id
            ],
            "without": [
                indicator.name
                for indicator in catalog.of_domain(domain.id)
                if all(one.indicator != indicator.id for one in targets)
            ],
        }
        for domain in catalog.domains.values()
    ]
    show(render("ui/records/targets.html", domains=[one for one in domains if one["rows"] or one["without"]]))


def state(one: Target, targets: tuple[Target, ...], now: date) -> str:
    """现行, 未生效, 已到期, or 已被替代 by a target recorded later that holds now."""
    if one.valid_from > now:
        return "未生效"
    if one.valid_until is not None and one.valid_until < now:
        return "已到期"
    later = [
        other
        for other in targets[targets.index(one) + 1 :] + targets[: targets.index(one)]
        if other.indicator == one.indicator
        and other.valid_from <= now
        and (other.valid_until is None or now <= other.valid_until)
        and (other.set_at, targets.index(other)) > (one.set_at, targets.index(one))
    ]
    return "已被替代" if later else "现行"


def form(catalog: Catalog, contract: Table, sample: bool) -> EnteredRow | None:
    """The form for one more target; the row when it was sent and is sound, otherwise None and what is wrong.

    确认人 is whoever decided; the account that recorded it is in the batch and in the audit.
    """
    st.html(render("ui/records/target_form.html", sample=sample))
    names = {one.id: f"{one.name}（{one.unit}）" for one in catalog.indicators.values()}
    with st.form(form_key(TABLE), border=True):
        first, second = st.columns([2, 1])
        indicator = first.selectbox("指标", list(names), format_func=names.__getitem__)
        kind = second.selectbox("类型", get_args(TargetKind), format_func=_KINDS.__getitem__)
        left, right, steps = st.columns([1, 1, 2])
        lower = left.text_input("下限", max_chars=20, placeholder="如 60，表示 60%")
        upper = right.text_input("上限", max_chars=20)
        ladder = steps.text_input(
            "月度阶梯", max_chars=200, placeholder="累计目标可填：一月至十二月的累计值，十二个数，用分号隔开"
        )
        since, until, basis, actor = st.columns(4)
        valid_from = since.date_input("生效起", value=date(today().year, 1, 1), format="YYYY-MM-DD")
        valid_until = until.date_input("生效止（可不填）", value=None, format="YYYY-MM-DD")
        chosen_basis = basis.selectbox("依据类别", BASES, index=len(BASES) - 1)
        who = actor.text_input("确认人", max_chars=40)
        document = st.text_input(
            "依据文件", max_chars=200, placeholder="文件名称和文号；待确认的写明由谁确认"
        )
        note = st.text_input("备注", max_chars=200)
        pressed = st.form_submit_button("记录目标", type="primary")
    if not pressed:
        return None
    row: dict[str, Any] = {
        "indicator": indicator,
        "kind": kind,
        "lower": _decimal(lower),
        "upper": _decimal(upper),
        "ladder": ladder.strip(),
        "valid_from": valid_from,
        "valid_until": valid_until,
        "basis": chosen_basis,
        "document": document.strip(),
        "set_by": who.strip(),
        "note": note.strip(),
    }
    row["set_at"] = moment(TABLE, tuple(row.values()))
    wrong = [*_unreadable(lower, upper, row), *_contradictions(row, contract, catalog)]
    if wrong:
        st.html(render("ui/shell/mistakes.html", lines=wrong))
        return None
    cells = {column: "" if value is None else str(value) for column, value in row.items()}
    return EnteredRow(as_csv(cells, contract), f"目标_{indicator}_{row['set_at']:%Y%m%d%H%M%S}.csv")


def readers() -> None:
    """In place of the form, for those who may not set a target: who may."""
    roles = "、".join(ROLE_NAMES[role] for role in SIGNED_IN if "targets" in RIGHTS[role])
    st.html(render("ui/shell/note.html", text=f"目标由{roles}的账户按领导小组的决定记录；您的账户只能查看。"))


def taken(already: bool, published: bool) -> None:
    """Remember to say what became of the target, and empty the form."""
    before = "此前已记录，没有重复写入" if already else "目标已记录"
    after = (
        "并已发布"
        if published
        else "；另有数据、撤回或口径的变动尚未发布，这个目标将与它们一起发布，请到“数据报送”页查看影响"
    )
    entry_form.taken(TABLE, f"{before}{after}")


def just_taken() -> None:
    """What became of the target recorded last, said once."""
    said = just_said(TABLE)
    if said:
        st.html(render("ui/shell/accepted.html", text=said))


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip().removesuffix("%")) if text.strip() else None
    except InvalidOperation:
        return None


def _unreadable(lower: str, upper: str, row: Mapping[str, Any]) -> list[str]:
    found = [
        f"“{name}”写的“{text}”不是数字"
        for name, text, value in (("下限", lower, row["lower"]), ("上限", upper, row["upper"]))
        if text.strip() and value is None
    ]
    if not row["set_by"]:
        found.append("请填写确认人")
    if not row["document"]:
        found.append("请填写依据文件：目标必须写明依据")
    return found


def _contradictions(row: Mapping[str, Any], contract: Table, catalog: Catalog) -> list[str]:
    """What a target row may not say, before it is taken in: a batch is never changed afterwards."""
    return [
        f"{contract.header(column)}：{found}；应为：{expected}{f'；{remedy}' if remedy else ''}"
        for column, found, expected, remedy in mistakes(row, catalog)
    ]
