"""What changed between two sets of judged indicators: one list for 影响, 版本, 总览 and papers.

Two versions, or one version now and as the reader last saw it: verdicts, revised values, signals and problems, each with
what changed it. Two periods of one version: problems that are new, and resolved. Each side is judged by its own
definitions, targets, doubts and 数据截至.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scorecard.assessment.cards import Card, CardInputs, trend
from scorecard.assessment.control_chart import control
from scorecard.assessment.number_format import distinct_texts
from scorecard.assessment.verdict import JUDGEABLE, STILL_MOVING, JudgedPeriod, VerdictWord
from scorecard.calendar.period import GRAIN_LABELS, GRAINS, Period
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.records.annotations import break_months

ChangeKind = Literal["verdict", "value", "halves"]
_SEVERITY = {"未达标": 0, "数据待核": 1}
_RECOUNTED = ("口径改变", "统计月改变")
_WORSENS, _MISSED, _DOUBTED = "真实恶化", "未达标", "数据待核"


@dataclass(frozen=True)
class ValueChange:
    """One indicator in one period, as it was and as it would be, in words.

    `revised`: a settled value moved by as much as a reader must be told. `cause` is what changed it, where that can be told.
    """

    indicator: Indicator
    period: Period
    kind: ChangeKind
    before: str
    after: str
    size: str
    before_word: VerdictWord
    after_word: VerdictWord
    reason: str
    before_halves: str
    after_halves: str
    revised: bool = False
    cause: str = ""


@dataclass(frozen=True)
class UnpairedValue:
    """A value that is in one version only: its period is new, or gone."""

    indicator: Indicator
    period: Period
    text: str
    word: VerdictWord
    reason: str = ""


@dataclass(frozen=True)
class DefinitionChange:
    """An indicator of which something other than the data changed: its definition, target, doubts, or that it exists."""

    indicator: str
    name: str
    what: str
    before: str
    after: str


@dataclass(frozen=True)
class ProblemChange:
    """A problem of an indicator that is there now and was not, or the other way round; `text` says how it stands now."""

    indicator: Indicator
    problem: str
    appeared: bool
    text: str
    cause: str = ""
    period: Period | None = None


@dataclass(frozen=True)
class IndicatorChanges:
    """Two versions, indicator by indicator."""

    changes: tuple[ValueChange, ...]
    new: tuple[UnpairedValue, ...]
    gone: tuple[UnpairedValue, ...]
    redefined: tuple[DefinitionChange, ...]
    compared: int  # values both versions have
    parts_changed: int = 0  # values of departments and of 涉企 that differ
    parts_compared: int = 0
    signals: tuple[ProblemChange, ...] = ()

    @property
    def verdicts(self) -> tuple[ValueChange, ...]:
        return tuple(change for change in self.changes if change.kind == "verdict")

    @property
    def revised(self) -> tuple[ValueChange, ...]:
        """Settled values whose verdict stayed and that moved by as much as a reader must be told."""
        return tuple(change for change in self.changes if change.kind == "value" and change.revised)


@dataclass(frozen=True)
class JudgedVersion:
    """A version's values at every grain given, each with its judged point; the signal of each indicator, and its doubts."""

    catalog: Catalog
    said: Mapping[tuple[str, Period], JudgedPeriod]
    signals: Mapping[str, tuple[str, str]]  # indicator -> word of the last settled month, and what limits rest on
    doubts: Mapping[str, tuple[str, ...]]


def judged_version(inputs: Sequence[CardInputs]) -> JudgedVersion:
    """Everything that one version says at these grains."""
    first, said, signals = inputs[0], dict[tuple[str, Period], JudgedPeriod](), dict[str, tuple[str, str]]()
    for one in inputs:
        for name, indicator in one.catalog.definitions.items():
            points = trend(one, indicator)
            said.update(((name, point.period), point) for point in points)
            if name in one.catalog.indicators and points and points[0].period.grain == "month":
                chart = control(indicator, points, one.baselines, break_months(one.annotations, name))
                rests_on = f"{[cut.from_month for cut in chart.cuts]} {chart.broken}"
                signals[name] = (chart.variation or "", rests_on)
    return JudgedVersion(first.catalog, said, signals, first.doubts)


def compare(old: JudgedVersion | None, new: JudgedVersion) -> IndicatorChanges:
    """The differences in order: changed verdicts first, the worse ones before all; then the plan's order, newest first.

    Without `old` everything is new.
    """
    was = {} if old is None else old.said
    redefined = () if old is None else tuple(_redefined(old, new))
    both = [key for key in new.said if key in was]
    changed = [
        change
        for key in both
        if old and (change := _change(old.catalog, new.catalog, key[0], was[key], new.said[key])) is not None
    ]
    order = {name: number for number, name in enumerate(new.catalog.definitions)}
    changed.sort(
        key=lambda change: (
            change.kind != "verdict",
            _SEVERITY.get(change.after_word, 2) if change.kind == "verdict" else change.kind == "halves",
            order[change.indicator.id],
            GRAINS.index(change.period.grain),
            -change.period.last_month,
        )
    )
    return IndicatorChanges(
        changes=tuple(changed),
        new=_only(new, was),
        gone=() if old is None else _only(old, new.said),
        redefined=redefined,
        compared=len(both),
        signals=()
        if old is None
        else tuple(_signals(old, new, {one.indicator for one in redefined if one.what in _RECOUNTED})),
    )


def problem_changes(before: Iterable[Card], after: Iterable[Card]) -> tuple[ProblemChange, ...]:
    """Problems that are new in the second set of cards, then those resolved in it, in its order."""
    was = {card.indicator.id: card for card in before}
    found: list[ProblemChange] = []
    for card in after:
        if card.indicator.id in was:
            earlier = was[card.indicator.id]
            then, now = _problems(earlier), _problems(card)
            text = f"{card.period}{card.value}，{card.verdict.word}"
            cause = "" if earlier.judged.period == card.judged.period else "报告期更新"
            found += [
                ProblemChange(card.indicator, one, one in now, text, cause, card.judged.period)
                for one in (*now, *then)
                if one not in then or (one not in now and _is_over(card, one))
            ]
    return tuple(sorted(found, key=lambda one: not one.appeared))


def _is_over(card: Card, problem: str) -> bool:
    """Whether what a card says now ends a problem: what is not judged any more is not resolved."""
    told = card.signal not in (None, "基准不稳")
    return told if problem == _WORSENS else card.verdict.word in JUDGEABLE


@dataclass(frozen=True)
class NotedChange:
    """One line of the list: what kind of change, of which indicator (empty where it is gone), how, and what changed it."""

    kind: str
    indicator: str
    name: str
    text: str
    cause: str


def noted(changes: IndicatorChanges, problems: Sequence[ProblemChange] = ()) -> tuple[NotedChange, ...]:
    """The list a reader is told: problems first, then verdicts, revised values, signals, definitions. A change of a verdict
    that makes or ends a problem is told as that, with its cause.
    """
    causes = {(one.indicator.id, one.period): one.cause for one in changes.verdicts}
    signalled = {one.indicator.id: one.cause for one in changes.signals}
    told = {(one.indicator.id, one.period) for one in problems}
    worsened = {one.indicator.id for one in problems if one.problem == _WORSENS}
    lines = [
        NotedChange(
            f"{'新增' if one.appeared else '消除'}：{one.problem}", one.indicator.id, one.indicator.name, one.text,
            (causes.get((one.indicator.id, one.period)) if one.period else "")
            or one.cause or (signalled.get(one.indicator.id, "") if one.problem == _WORSENS else ""),
        )
        for one in problems
    ]  # fmt: skip
    alike: dict[tuple[str, ...], list[ValueChange]] = {}
    for one in (one for one in (*changes.verdicts, *changes.revised) if (one.indicator.id, one.period) not in told):
        words = (one.before_word, one.after_word) if one.kind == "verdict" else ()
        alike.setdefault((one.indicator.id, one.cause, *words), []).append(one)
    for (_, cause, *words), (first, *others) in alike.items():
        value = first.after if first.before == first.after else f"{first.before} → {first.after}"
        when = f"{first.period.label}（{GRAIN_LABELS[first.period.grain]}）"
        text = "，".join(filter(None, (f"{when}{value}", " → ".join(words))))
        text += f"；另有{len(others)}个报告期也{'如此' if words else '有修订'}" if others else ""
        kind = "评价改变" if words else "数值修订"
        lines.append(NotedChange(kind, first.indicator.id, first.indicator.name, text, cause))
    lines += [
        NotedChange(
            "信号出现" if one.appeared else "信号结束", one.indicator.id, one.indicator.name, one.text, one.cause
        )
        for one in changes.signals
        if one.indicator.id not in worsened
    ]
    gone = {one.indicator for one in changes.redefined if one.what == "指标已撤销"}
    lines += [
        NotedChange(one.what, "" if one.indicator in gone else one.indicator, one.name,
                    " → ".join(filter(None, (one.before, one.after))), "")
        for one in changes.redefined
    ]  # fmt: skip
    return tuple(lines)


def _problems(card: Card) -> tuple[str, ...]:
    words = (card.verdict.word,) if card.verdict.word in (_MISSED, _DOUBTED) else ()
    return (*words, *((_WORSENS,) if card.signal == "需要关注" else ()))


# --- one value --------------------------------------------------------------------------------------------------


def _change(before: Catalog, after: Catalog, name: str, was: JudgedPeriod, now: JudgedPeriod) -> ValueChange | None:
    indicator, old, new = after.definitions[name], was.reading, now.reading
    assert old is not None
    assert new is not None
    counted = (old.numerator, old.denominator, old.base) != (new.numerator, new.denominator, new.base)
    moved = old.exact != new.exact or was.text != now.text
    if was.word == now.word and not moved and not counted:
        return None
    kind: ChangeKind = "verdict" if was.word != now.word else "value" if moved else "halves"
    first, second, size = was.text, now.text, ""
    if was.exact is not None and now.exact is not None and was.text.endswith(indicator.unit):  # of one unit
        second, first, size = distinct_texts(now.exact, was.exact, indicator.unit)
    return ValueChange(
        indicator=indicator,
        period=now.period,
        kind=kind,
        before=first,
        after=second,
        size=size,
        before_word=was.word,
        after_word=now.word,
        reason=now.verdict.reason,
        before_halves=was.halves,
        after_halves=now.halves,
        revised=_revised(indicator, was, now),
        cause="、".join(_causes(was, now, redefined=_recounted(before, after, name, now.period), counted=counted)),
    )


def _revised(indicator: Indicator, was: JudgedPeriod, now: JudgedPeriod) -> bool:
    """Whether a value that had been judged moved by a percentage point, or by one in a hundred of itself, or is gone.

    One point is the step in which the plan's targets are written (docs/decisions.md).
    """
    if was.word not in JUDGEABLE or was.exact is None:
        return False
    if now.exact is None:
        return True
    least = Fraction(1) if indicator.unit == "%" else abs(was.exact) / 100
    return was.exact != now.exact and abs(now.exact - was.exact) >= least


def _causes(was: JudgedPeriod, now: JudgedPeriod, *, redefined: bool, counted: bool) -> Iterator[str]:
    """What changed a value or its verdict: several where several did."""
    if (was.period.first, was.period.last) != (now.period.first, now.period.last):
        yield "统计月改变"
    elif redefined:
        yield "口径改变"
    elif was.word in STILL_MOVING and (counted or was.word != now.word):
        yield "报告期当时未结束" if was.word == "在途" else f"当时{was.word}"
    elif counted:
        yield "此前的数据有增减或更正"
    if was.target != now.target or was.bounds != now.bounds:
        yield "目标改变"
    if _DOUBTED in (was.word, now.word) and was.verdict.reason != now.verdict.reason:
        yield "待核事由改变"


def _recounted(before: Catalog, after: Catalog, name: str, period: Period) -> bool:
    """Whether a period is read by another formula than it was, its own or that of a column it reads."""
    then, now = before.definitions[name].at(period), after.definitions[name].at(period)
    return (then.formula, then.unit) != (now.formula, now.unit) or any(_contracts(before, after, now))


def _only(version: JudgedVersion, other: Mapping[tuple[str, Period], object]) -> tuple[UnpairedValue, ...]:
    """The values of one version whose period the other does not have, newest first."""
    reached = [
        UnpairedValue(version.catalog.definitions[name], period, point.text, point.word, point.verdict.reason)
        for (name, period), point in version.said.items()
        if (name, period) not in other
    ]
    return tuple(sorted(reached, key=lambda value: (GRAINS.index(value.period.grain), -value.period.last_month)))


# --- one indicator ----------------------------------------------------------------------------------------------


def _signals(old: JudgedVersion, new: JudgedVersion, renamed: set[str]) -> Iterator[ProblemChange]:
    """Indicators whose last settled month says another word than it did: signals that appeared, or ended."""
    for name, (word, rests_on) in new.signals.items():
        before, rested_on = old.signals.get(name, (word, rests_on))
        if before != word and ("需要关注" in (before, word) or "真实改善" in (before, word)):
            cause = (
                "口径或统计月改变"
                if renamed & {name, ""}
                else "基准或口径标注改变"
                if rests_on != rested_on
                else "数值有变"
            )
            signal = word in ("需要关注", "真实改善", "显著变化")
            text = f"{before or '不作判断'} → {word or '不作判断'}"
            yield ProblemChange(new.catalog.indicators[name], "信号", signal, text, cause)


def _redefined(old: JudgedVersion, new: JudgedVersion) -> Iterator[DefinitionChange]:
    """Indicators that are new, gone, or changed in anything but their data; before them, months that close on other days."""
    if (before := old.catalog.court.months_text) != (after := new.catalog.court.months_text):
        yield DefinitionChange("", "全部指标", "统计月改变", before, after)
    for name, indicator in new.catalog.indicators.items():
        before = old.catalog.indicators.get(name)
        if before is None:
            yield DefinitionChange(name, indicator.name, "新增指标", "", indicator.definition)
            continue
        lives = [
            [(each.formula, each.valid_from, each.valid_until) for each in one.definitions]
            for one in (before, indicator)
        ]
        if lives[0] != lives[1] or before.unit != indicator.unit:
            yield DefinitionChange(name, indicator.name, "口径改变", before.definition, indicator.definition)
        elif before.definition != indicator.definition or before.direction != indicator.direction:
            yield DefinitionChange(name, indicator.name, "说明改变", before.definition, indicator.definition)
        yield from _contracts(old.catalog, new.catalog, indicator)
        target = _target_change(old, new, name)
        if target:
            yield DefinitionChange(name, indicator.name, "目标改变", *target)
        if old.doubts.get(name, ()) != new.doubts.get(name, ()):
            words = ("；".join(side.doubts.get(name, ())) or "无" for side in (old, new))
            yield DefinitionChange(name, indicator.name, "待核事由改变", *words)
    for name, indicator in old.catalog.indicators.items():
        if name not in new.catalog.indicators:
            yield DefinitionChange(name, indicator.name, "指标已撤销", indicator.definition, "")


def _contracts(old: Catalog, new: Catalog, indicator: Indicator) -> Iterator[DefinitionChange]:
    """A derived column with another formula changes every indicator that reads it."""
    for table in indicator.formula.tables:
        before, after = old.tables.get(table), new.tables[table]
        read = {column for term in indicator.formula.terms if term.table == table for column in term.columns}
        altered = [
            after.header(column)
            for column in sorted(read & after.derived.keys())
            if before is None or before.derived.get(column) != after.derived[column]
        ]
        if altered:
            yield DefinitionChange(
                indicator.id, indicator.name, "口径改变", "", f"{after.name}的{'、'.join(altered)}改了算法"
            )


def _target_change(old: JudgedVersion, new: JudgedVersion, name: str) -> tuple[str, str] | None:
    """The target before and after, at the newest period of both versions at which it differs."""
    differ = [
        key for key in new.said if key[0] == name and key in old.said and old.said[key].target != new.said[key].target
    ]
    if not differ:
        return None
    newest = max(differ, key=lambda key: (key[1].last_month, key[1].grain))
    return old.said[newest].target, new.said[newest].target
