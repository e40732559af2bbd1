"""The request for a paper as data: from it and its version the same paper is made again.

It includes the day of judgement, the time and the user; none of them is looked up again later.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from pydantic import ConfigDict, TypeAdapter

from scorecard.access import ROLE_NAMES, Actor
from scorecard.calendar.clock import COURT_TIME
from scorecard.calendar.period import (
    CALENDAR,
    GRAIN_LABELS,
    GRAINS,
    Grain,
    Period,
    StatisticalCalendar,
    day_text,
    key_of,
)
from scorecard.catalog.briefing_templates import Template, filled
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.errors import ScorecardError, hint
from scorecard.narrative.provenance import SCOPES
from scorecard.store.open_version import Version, card_inputs, complete_through, judged_on, periods, published_on

LONGEST_NOTE = 1000  # characters of a 编者按; more is an article of its own
LONGEST_LINE = 60  # of an issue number or an audience: each is one line of the head
_LISTED = 20  # words an error names; more are a list to be looked up
_WHERE = "简报"
_SHORT_SCOPES = {name.removesuffix("案件") for name in SCOPES.values()}


@dataclass(frozen=True)
class BriefingRequest:
    """A choice in the words of the catalogue; an empty field is the template's choice, or today.

    `headline` is the writer's own; of the exceptions, those of `order` stand first, those of `omitted` not at all.
    """

    template: str
    period: str
    grain: str = ""
    department: str = ""
    scope: str = "all"
    domains: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    audience: str = ""
    issue: str = ""
    dated: date | None = None
    note: str = ""
    headline: str = ""
    order: tuple[str, ...] = ()
    omitted: tuple[str, ...] = ()


@dataclass(frozen=True)
class BriefingSpec:
    """A request that its version can carry out. `indicators` and `domains` narrow the template's own choice where they are not empty.

    `rows` says whether it contains case rows: the template has them and the user may see them.
    """

    template: str
    version: str
    grain: Grain
    period: str
    department: str
    scope: str
    domains: tuple[str, ...]
    indicators: tuple[str, ...]
    audience: str
    issue: str
    dated: date
    note: str
    rows: bool
    judged_on: date
    made_at: str
    made_by: str
    headline: str = ""  # these are not in the records of earlier programs
    order: tuple[str, ...] = ()
    omitted: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()

    __pydantic_config__ = ConfigDict(extra="forbid")

    def data(self) -> dict[str, Any]:
        """As it stands in a manifest: JSON types only."""
        return _SPEC.dump_python(self, mode="json")

    def span(self, months: StatisticalCalendar) -> Period:
        period = months.parse(self.grain, self.period)
        assert period is not None  # `resolve` accepts only a period of the version
        return period


_SPEC = TypeAdapter(BriefingSpec)


def from_data(content: Mapping[str, Any]) -> BriefingSpec:
    """A request as `data` wrote it. Raises ValueError for anything else."""
    order = _SPEC.validate_python(dict(content))
    if CALENDAR.parse(order.grain, order.period) is None:
        raise ValueError(order.period)
    return order


def resolve(version: Version, request: BriefingRequest, actor: Actor, now: datetime) -> BriefingSpec:
    """The request resolved for this version. Raises ScorecardError for a word the version does not know, with the nearest one."""
    catalog = version.catalog
    template = find_template(catalog, request.template)
    judged = judged_on(version)
    said, key = key_of(request.period)
    word = request.grain or said or template.grain
    grain = cast(Grain, _known("统计方式", word, GRAINS, dict(GRAIN_LABELS.items())))
    period = _period(version, grain, key if said in (None, grain) else request.period, judged)
    department = _department(version, template, request.department)
    scope = _known(
        "案件范围", f"{request.scope}案件" if request.scope in _SHORT_SCOPES else request.scope, SCOPES, SCOPES
    )
    domain_names = {domain.id: domain.name for domain in catalog.domains.values()}
    indicator_names = {indicator.id: indicator.name for indicator in catalog.indicators.values()}
    places = title_places(version, period, department, scope)
    rows = any(one.has_rows for one in (template, *map(catalog.briefings.__getitem__, template.annexes)))

    def indicators(what: str, words: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_known(what, word, catalog.indicators, indicator_names) for word in words))

    return BriefingSpec(
        template=template.id,
        version=version.id,
        grain=grain,
        period=period.key,
        department=department,
        scope=scope,
        domains=tuple(_known("领域", word, catalog.domains, domain_names) for word in request.domains),
        indicators=indicators("指标", request.indicators),
        audience=_line("主送", request.audience or filled(template.audience, places)),
        issue=_line("期号", request.issue),
        dated=_dated(request.dated, earliest_issue(version), now.astimezone(COURT_TIME).date()),
        note=_note(request.note),
        rows=rows and actor.may("evidence", None if department == ALL_DEPARTMENTS else department),
        judged_on=judged,
        made_at=now.astimezone(COURT_TIME).isoformat(timespec="seconds"),
        made_by=f"{actor.name}（{ROLE_NAMES[actor.role]}）",
        headline=_line("标题", request.headline),
        order=indicators("指标", request.order),
        omitted=indicators("指标", request.omitted),
    )


def issue_text(order: BriefingSpec) -> str:
    """Its number as it is printed: 第10期; what is no number stands as written."""
    return f"第{order.issue}期" if order.issue.isdecimal() else order.issue


def order_text(catalog: Catalog, order: BriefingSpec) -> str:
    """An order in one line: template, period, department, scope, number, formats; ids that the catalogue no longer knows stand."""
    template, department = catalog.briefings.get(order.template), catalog.departments.get(order.department)
    whose = department.name if department else order.department
    parts = (
        template.name if template else order.template,
        order.span(catalog.court.months).label,
        "" if order.department == ALL_DEPARTMENTS else whose,
        SCOPES.get(order.scope, order.scope),
        issue_text(order),
        "、".join(order.formats).upper(),
    )
    return "　".join(filter(None, parts))


def earliest_issue(version: Version) -> date:
    """The first day a paper of this version can bear: its data reach so far, and it was published then. Samples are made any day."""
    reached = complete_through(version)
    return reached if version.manifest.sample else max(reached, published_on(version))


def _dated(asked: date | None, earliest: date, day: date) -> date:
    """The day asked for; without one today, or the earliest where the clock is behind it."""
    if asked is not None and asked < earliest:
        expected = f"{day_text(earliest)}或以后：数据截至日、版本发布日都不晚于印发日期"
        raise ScorecardError(_WHERE, f"印发日期{day_text(asked)}早于数据截至日或版本发布日", expected, "请改印发日期")
    return asked or max(day, earliest)


def find_template(catalog: Catalog, name: str) -> Template:
    """The template of this id. Raises ScorecardError, also for a version from before there were any."""
    if not catalog.briefings:
        remedy = "请重新发布一次（数据报送页，或 python -m etl publish）"
        raise ScorecardError(_WHERE, "这个版本没有简报模板，它是在简报功能之前建的", "带有简报模板的版本", remedy)
    if name in catalog.briefings:  # a digest's too; those nobody asks for
        return catalog.briefings[name]
    names = {template.id: template.name for template in catalog.briefings.values() if template.reader is None}
    return catalog.briefings[_known("模板", name, names, names)]


def title_places(version: Version, period: Period, department: str, scope: str) -> dict[str, str]:
    """The values of the placeholders of a title."""
    return {
        "court": version.catalog.court.name,
        "period": period.label,
        "department": version.catalog.department_name(department),
        "scope": SCOPES[scope],
    }


def _known(what: str, word: str, ids: Iterable[str], names: Mapping[str, str] | None = None) -> str:
    """The id, given as itself or by its Chinese name."""
    known = list(ids)
    if word in known:
        return word
    by_name = {name: name_id for name_id, name in (names or {}).items() if name_id in known}
    if word in by_name:
        return by_name[word]
    words = [f"{name_id}（{names[name_id]}）" if names and name_id in names else name_id for name_id in known]
    listed = "、".join(words) if len(words) <= _LISTED else f"“指标口径”页所列的 {len(words)} 个编号之一"
    raise ScorecardError(_WHERE, f"没有{what}“{word[:40]}”", listed or "无", hint(word, [*known, *by_name]))


def _period(version: Version, grain: Grain, key: str, judged: date) -> Period:
    offered = periods(version, card_inputs(version, grain, ALL_DEPARTMENTS, "all", judged), grain)
    period = version.catalog.court.months.parse(grain, key)
    if period is None:
        found = f"报告期“{key[:20]}”不是{GRAIN_LABELS[grain]}的报告期"
        example = f"{offered[0].key}（{offered[0].label}）" if offered else "2026"
        expected = f"{GRAIN_LABELS[grain]}的报告期，如 {example}"
        raise ScorecardError(_WHERE, found, expected, hint(key, [each.key for each in offered]))
    if period not in offered:
        span = f"{offered[-1].label} 至 {offered[0].label}" if offered else "无"
        raise ScorecardError(_WHERE, f"版本 {version.id} 没有{period.label}的数据", f"有数据的报告期：{span}")
    return period


def _department(version: Version, template: Template, word: str) -> str:
    catalog, words = version.catalog, version.catalog.words
    if not word or word == ALL_DEPARTMENTS:
        if template.department == "asked":
            expected = f"一个{words.unit}，如 {catalog.units[-1]} 或 {catalog.department_name(catalog.units[-1])}"
            raise ScorecardError(_WHERE, f"“{template.name}”没有写{words.unit}", expected, f"请选择{words.unit}")
        return ALL_DEPARTMENTS
    if template.department == "whole":
        raise ScorecardError(
            _WHERE,
            f"“{template.name}”写了{words.unit}",
            f"{words.whole}：它不按{words.unit}写",
            f"请不选{words.unit}，或改用“{words.unit}情况单”",
        )
    names = {department.id: department.name for department in catalog.departments.values()}
    return _known(words.unit, word, catalog.departments, names)


def _line(what: str, text: str) -> str:
    """One line of plain text: signs that are not printed and line ends become a blank or nothing."""
    cleaned = _cleaned(text)
    if len(cleaned) > LONGEST_LINE:
        raise ScorecardError(_WHERE, f"{what} {len(cleaned)} 字", f"不超过 {LONGEST_LINE} 字", "请写短些")
    return cleaned


def _note(text: str) -> str:
    """Plain text of one or more paragraphs."""
    cleaned = "\n".join(filter(None, map(_cleaned, text.splitlines())))
    if len(cleaned) > LONGEST_NOTE:
        remedy = "请写要点，详细内容另行成文"
        raise ScorecardError(_WHERE, f"编者按 {len(cleaned)} 字", f"不超过 {LONGEST_NOTE} 字", remedy)
    return cleaned


def _cleaned(line: str) -> str:
    """Without control signs, signs that turn the direction of writing, and halves of signs: no file may hold them."""
    return " ".join("".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in line).split())
