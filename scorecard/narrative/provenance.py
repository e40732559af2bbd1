"""Where a figure comes from, in lines that leave the building with it: 口径, halves, 数据截至, version, 示例数据."""

import re
from collections.abc import Mapping
from datetime import date

from scorecard.assessment.cards import Card
from scorecard.calendar.period import day_text
from scorecard.catalog.definitions import Catalog

SCOPES = {"all": "全部案件", "firm": "涉企案件"}
SAMPLE = "示例数据，由程序生成，不是真实案件"


_TAG = re.compile(r"（如?S\d+(?:、S\d+)*）|[，、]S\d+(?:、S\d+)*(?=）)")


def untagged(text: str) -> str:
    """A text of the seeds without the numbers of its sources, "（S87）": they are for who keeps the seeds, and no paper lists them."""
    return _TAG.sub("", text)


def short(version: str) -> str:
    """A version's id as people read it out; files carry the whole one in their manifest, pages on hovering."""
    return version[:8]


def scope_text(catalog: Catalog, department: str, scope: str) -> str:
    """Whose cases and which: "全院　全部案件"."""
    return f"{catalog.department_name(department)}　{SCOPES[scope]}"


def as_of_text(card: Card, catalog: Catalog, as_of: Mapping[str, date]) -> str:
    """数据截至 of the tables the indicator reads; each by name where they differ."""
    reached = {name: as_of[name] for name in card.indicator.formula.tables if name in as_of}
    if not reached:
        return "数据截至 未报送"
    if len(set(reached.values())) == 1:
        return f"数据截至 {day_text(next(iter(reached.values())))}"
    return "数据截至 " + "、".join(f"{catalog.tables[name].name} {day_text(day)}" for name, day in reached.items())


def provenance(card: Card, catalog: Catalog, as_of: Mapping[str, date], version: str, sample: bool) -> tuple[str, ...]:
    """The lines under a figure."""
    closed = card.judged.reading is not None and card.judged.reading.public
    halves = f"分子/分母 {card.halves or ('登录后可见' if closed else '无')}"
    first = f"{card.judged.period.dated} {halves}"
    second = f"{as_of_text(card, catalog, as_of)}　版本 {short(version)}"
    return (first, second, f"{catalog.court.name}{f'　{SAMPLE}' if sample else ''}")
