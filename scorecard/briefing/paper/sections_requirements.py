"""The section about the plan's requirements: the indicators that serve each, and what its register shows of the period."""

from collections.abc import Iterable
from datetime import date

from scorecard.briefing.paper.material import Material
from scorecard.briefing.paper.model import Block, Heading, PaperColumn, PaperTable, Paragraph, columns
from scorecard.calendar.period import day_text
from scorecard.catalog.briefing_templates import Section
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.store.registers import ADOPTED, activities, pieces, revisits


def requirements(material: Material, section: Section) -> list[Block]:
    """Each requirement of the plan: the indicators that serve it, and what its register shows of the period."""
    registers = {"requirements.3": _revisits, "requirements.4": _information, "requirements.6": _activities}
    blocks: list[Block] = []
    for requirement in material.catalog.requirements.values():
        serving = [card for card in material.every.values() if requirement.id in card.indicator.measures]
        values = "、".join(f"{card.indicator.name} {card.value}（{card.verdict.word}）" for card in serving)
        content: list[Block] = [Paragraph(f"{material.period.label}，有关指标：{values}。")] if values else []
        if requirement.id in registers:
            content += registers[requirement.id](material)
        if content:
            blocks += [Heading(requirement.title, 2), *content]
    return blocks or [Paragraph("没有反映工作要求的指标和登记表。")]


def _span(material: Material, table: str) -> tuple[date, date]:
    """The days of the period, as far as the register reaches."""
    cut, period = material.version.as_of.get(table), material.period
    return period.first, period.last if cut is None else min(period.last, cut)


def _unread(material: Material, table: str) -> list[Block]:
    """Why a register has no data: it has not been submitted, or does not reach the period."""
    name = material.catalog.tables[table].name
    if table not in material.version.as_of:
        return [Paragraph(f"{name}尚未报送，这一项无法反映，不等于没有做。")]
    first, last = _span(material, table)
    return [Paragraph(f"{name}的数据没有到{material.period.label}。")] if first > last else []


def _note(material: Material, table: str) -> str:
    first, last = _span(material, table)
    return f"{material.catalog.tables[table].name}，{day_text(first)}至{day_text(last)}。"


def _in_plan(material: Material, having: Iterable[str | None]) -> list[str | None]:
    """Departments in the plan's order, those of the paper only; rows of no department last."""
    known = set(having)
    order: list[str | None] = [department for department in material.catalog.departments if department in known]
    if material.whose != ALL_DEPARTMENTS:
        return [department for department in order if department == material.whose]
    return [*order, None] if None in known else order


def _revisits(material: Material) -> list[Block]:
    if unread := _unread(material, "revisits"):
        return unread
    by_department = {
        row.department: row for row in revisits(material.version.connection, *_span(material, "revisits")) or ()
    }
    across = columns("部门 2.4") + count_columns("回访次数", "涉及案件", "发现问题", "已办结", "未填全")
    rows = [
        (named(material, who), *count_cells(row.visits, row.cases, row.issues, row.closed, row.unclear))
        for who in _in_plan(material, by_department)
        for row in (by_department[who],)
    ]
    note = f"{_note(material, 'revisits')}问题数和办结数都填了的才计入，没填全的单列。"
    return [PaperTable("涉诉企业回访情况", across, tuple(rows), note=note)] if rows else []


def _information(material: Material) -> list[Block]:
    if unread := _unread(material, "information_reports"):
        return unread
    span = _span(material, "information_reports")
    by_department = {row.department: row for row in pieces(material.version.connection, *span) or ()}
    across = columns("部门 2.4") + count_columns("提交篇数", *(f"{level}采用" for level in ADOPTED))
    rows = [
        (
            named(material, who),
            *count_cells(by_department[who].submitted, *(by_department[who].adopted(level) for level in ADOPTED)),
        )
        for who in _in_plan(material, by_department)
        if who is not None
    ]
    note = f"{_note(material, 'information_reports')}提交按提交日期、采用按采用日期计入；一篇被几级采用，各级各计一次。"
    return [PaperTable("信息报送和采用情况", across, tuple(rows), note=note)] if rows else []


def _activities(material: Material) -> list[Block]:
    if unread := _unread(material, "work_log"):
        return unread
    entries = activities(material.version.connection, *_span(material, "work_log")) or ()
    across = columns("部门 2.4 | 类别 1.6") + count_columns("次数", "企业数")
    rows = [
        (named(material, who), entry.kind, *count_cells(entry.entries, entry.firms))
        for who in _in_plan(material, (entry.department for entry in entries))
        for entry in entries
        if entry.department == who
    ]
    note = f"{_note(material, 'work_log')}企业数按统一社会信用代码去重，不能跨部门、跨类别相加。"
    return [PaperTable("宣传、走访等活动情况", across, tuple(rows), note=note)] if rows else []


def named(material: Material, department: str | None) -> str:
    """The department's name; 未登记部门 for rows without one."""
    return material.catalog.departments[department].name if department else "未登记部门"


def count_columns(*names: str) -> tuple[PaperColumn, ...]:
    """Columns of counts."""
    return tuple(PaperColumn(name, 1.0, number=True) for name in names)


def count_cells(*numbers: int) -> tuple[str, ...]:
    """Counts as a paper prints them."""
    return tuple(f"{number:,}" for number in numbers)
