"""目标: every target ever set, and the form that adds one. Nothing is overwritten."""

from collections.abc import Mapping
from datetime import date
from typing import get_args

import streamlit as st

from etl.versions.enter import EntryResult
from scorecard.assessment.number_format import target_text
from scorecard.calendar.clock import today
from scorecard.catalog.definitions import Catalog
from scorecard.plan.cited_documents import kept_where
from scorecard.records.targets import FIRMS, TABLE, Target, TargetKind, in_force, to_review
from scorecard.store.versions import VersionManifest
from scorecard.ui.records.entry_form import enter, form_key, roles_that_may
from scorecard.ui.shell import identity, picture_buttons
from scorecard.ui.shell.page_blocks import show_on_screen, show_template
from scorecard.ui.shell.selection import select

BASES = ("法定", "上级", "同类", "待确认")
_KINDS: dict[str, str] = {
    "下限": "下限（不低于）",
    "上限": "上限（不高于）",
    "区间": "区间",
    "累计": "累计（全年值，按进度评判）",
    "较上年": "较上年（提高多少填下限，降低多少填上限）",
}


def show_targets(targets: tuple[Target, ...], catalog: Catalog, places: Mapping[str, str]) -> None:
    """All targets by domain, in the plan's order, each with its state today; `places` of registered documents, by title."""
    picture_buttons.reserve_place()
    now = today()
    review = to_review(targets, now)
    domains = [
        {
            "name": domain.name,
            "rows": [
                (
                    indicator,
                    target,
                    state(target, targets, now),
                    review.get(target, ""),
                    kept_where(target.document, places),
                )
                for indicator in catalog.of_domain(domain.id)
                for target in targets
                if target.indicator == indicator.id
            ],
            "without": [
                indicator.name
                for indicator in catalog.of_domain(domain.id)
                if all(target.indicator != indicator.id for target in targets)
            ],
        }
        for domain in catalog.domains.values()
    ]
    domains = [domain for domain in domains if domain["rows"] or domain["without"]]
    show_template("ui/records/targets.html", domains=domains, text=target_text, department=catalog.department_name)


def state(target: Target, targets: tuple[Target, ...], now: date) -> str:
    """现行, 不采用, 未生效, 已到期, or 已被替代 by a target recorded later, or by the court, that is valid now."""
    if target.refused:
        return "不采用"
    if target.valid_from > now:
        return "未生效"
    if target.valid_until is not None and target.valid_until < now:
        return "已到期"
    current = in_force(targets, target.indicator, now, target.department, target.scope)
    return "现行" if target is current else "已被替代"


def target_form(catalog: Catalog, version: VersionManifest, chosen: str = "") -> None:
    """The form that records one more target, of the chosen indicator; for users who may not, the roles that may.

    确认人 is the person who decided; the account that recorded it is in the batch and in the audit.
    """
    if not identity.current().may("targets"):
        text = f"目标由{roles_that_may('targets')}的账户按领导小组的决定记录；您的账户只能查看。"
        show_on_screen("ui/shell/note.html", text=text)
        return
    show_on_screen("ui/records/target_form.html", sample=version.sample)
    row = _filled_in(catalog, chosen)
    if row is None:
        return
    asked = {"set_by": "请填写确认人", "document": "请填写依据文件：目标必须写明依据"}
    missing = [text for column, text in asked.items() if not row[column]]
    indicator = catalog.indicators[str(row["indicator"])]
    where = f"{indicator.name}。是否达标见“{catalog.domains[indicator.domain].name}”页"
    enter(
        TABLE, row, f"目标_{indicator.id}", version, lambda result: _result_text(result, where),
        time_column="set_at", missing=missing,
    )  # fmt: skip


def _filled_in(catalog: Catalog, chosen: str) -> dict[str, object] | None:
    """The fields of the form; the row once it was sent."""
    names = {
        indicator.id: f"{indicator.name}（{indicator.unit}）"
        for indicator in catalog.indicators.values()
        if indicator.takes_target
    }
    words = catalog.words
    departments = {"": words.whole, **{name: catalog.department_name(name) for name in catalog.units}}
    months = catalog.court.months
    year = months.containing("year", months.month_of(today()))
    with st.form(form_key(TABLE), border=True):
        first, second = st.columns([2, 1])
        indicator = select("指标", names, chosen, within=first)
        kind = second.selectbox("类型", get_args(TargetKind), format_func=_KINDS.__getitem__)
        left, right, steps = st.columns([1, 1, 2])
        lower = left.text_input("下限", max_chars=20, placeholder="如 60，表示 60%")
        upper = right.text_input("上限", max_chars=20)
        ladder = steps.text_input(
            "月度阶梯", max_chars=200, placeholder="累计目标可填：一月至十二月的累计值，十二个数，用分号隔开"
        )
        whose, which, review, _ = st.columns(4)
        department = whose.selectbox(f"适用{words.unit}", list(departments), format_func=departments.__getitem__)
        scope = which.selectbox("适用范围", ["", FIRMS], format_func=lambda word: word or "全部案件")
        review_on = review.date_input("复核日期（可不填）", value=None, format="YYYY-MM-DD")
        since, until, basis, person = st.columns(4)
        valid_from = since.date_input("生效起", value=year.first, format="YYYY-MM-DD")
        valid_until = until.date_input("生效止（可不填）", value=None, format="YYYY-MM-DD")
        basis_word = basis.selectbox("依据类别", BASES, index=len(BASES) - 1)
        set_by = person.text_input("确认人", max_chars=40)
        document = st.text_input("依据文件", max_chars=200, placeholder="文件名称和文号；待确认的写明由谁确认")
        note = st.text_input("备注", max_chars=200)
        pressed = st.form_submit_button("记录目标", type="primary")
    if not pressed:
        return None
    return {
        "indicator": indicator,
        "kind": kind,
        "lower": lower.strip().removesuffix("%"),
        "upper": upper.strip().removesuffix("%"),
        "ladder": ladder.strip(),
        "department": department,
        "scope": scope,
        "review_on": review_on,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "basis": basis_word,
        "document": document.strip(),
        "set_by": set_by.strip(),
        "note": note.strip(),
    }


def _result_text(result: EntryResult, where: str) -> str:
    before = "此前已记录，没有重复写入" if result.already else "目标已记录"
    if result.published:
        return f"{before}并已发布：{where}"
    return f"{before}；另有数据、撤回或口径的变动尚未发布，这个目标将与它们一起发布，请到“数据报送”页查看影响"
