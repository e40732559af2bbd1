"""What a room is shown: the message of the whole, what is missed or worse with a chart each, what improved, what is owed, what to decide.

Twelve slides at most, in the order of a session. Every title is a sentence with its number, from the cards that the pages show;
what a slide has no room for is counted on it and stands in the workbook.
"""

from collections.abc import Sequence
from dataclasses import replace

from scorecard.assessment.cards import Card
from scorecard.assessment.number_format import prose
from scorecard.assessment.standings import counted, counts
from scorecard.briefing.composition import indicators, leader, session
from scorecard.briefing.composition.leader import Asked
from scorecard.briefing.composition.work import overdue_lists
from scorecard.briefing.paper.material import Material
from scorecard.briefing.paper.model import PaperTable, Slide, columns
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.catalog.worklists import Worklist
from scorecard.narrative.control_words import assurance_sentence, signal_span, variation_sentence
from scorecard.narrative.shortfall import missed_since, shortfall
from scorecard.narrative.time_axis_notes import footnotes
from scorecard.store.worklist_rows import unjudged_lists

MOST, ROWS = 12, 7
_DECISIONS = 5  # each takes two lines
_DRAWN = 3  # charts of what improved, where nothing is missed or worse
_NAMED = 3  # matters of indicators that are put one by one
_JUDGED = ("达标", "未达标")
_LONGEST = 46  # characters of a title: two lines


def slides(material: Material) -> tuple[Slide, ...]:
    """The cover first, whose title is the message of the whole."""
    standing = _standing(material)
    cover = Slide(material.spec.headline or leader.proposed_headline(material), ())
    improved = _signalled(material, "真实改善")
    after = [one for one in (_improved(improved), _owed(material), _decided(material), _asked(material)) if one]
    important = leader.arranged(material)
    room = MOST - 3 - len(after)
    drawn = (important or [Asked(card, month=True) for card in improved[:_DRAWN]])[:room]
    charts = [slide for at, one in enumerate(drawn, 1) if (slide := _chart(material, at, one))]
    return cover, standing, *charts, *after, _appendix(material, important[room:])


def _title(one: Asked) -> str:
    """What falls short, and since when where the sentence stays short enough; or what the month's signal says."""
    card = one.card
    said = f"{one.name}{card.value}，{shortfall(card)}"
    if card.verdict.word == "未达标":
        since = missed_since(card)
        return prose(f"{said}，{since}" if since and len(said) + len(since) < _LONGEST else said)
    chart = card.control
    signal = variation_sentence(chart) if chart is not None and chart.last.signal is not None else ""
    told = signal or (assurance_sentence(chart) if chart is not None else "") or card.verdict.reason
    told = told.removeprefix(f"{card.period}为{card.value}，").removesuffix("，需要关注")
    return prose(f"{one.name}{card.value}，{told}")


def _signalled(material: Material, word: str) -> list[Card]:
    """The indicators whose last month says this, by their months."""
    cards = [material.month_of(card) or card for card in material.spoken]
    return [card for card in cards if card.control is not None and card.control.variation == word]


def _chart(material: Material, at: int, one: Asked) -> Slide | None:
    card, drawn = one.card, indicators.figure_of(material, one.card)
    if drawn is None:
        return None
    line, trend = drawn.line, drawn.trend
    notes = (
        drawn.sentence,
        missed_since(card),
        f"定义：{card.indicator.definition}{card.indicator.exclusions}",
        f"分子/分母：{line.halves}" if line.halves else "",
        f"目标依据：{line.basis}" if line.basis else "",
        *footnotes(trend.marks),
        *trend.notes,
        f"来源：{line.as_of}",
    )
    return Slide(_title(one), replace(drawn, number=at), line.domain, tuple(note for note in notes if note))


def _standing(material: Material) -> Slide:
    """How many indicators of each domain met their target, missed it, are only watched, or cannot be judged."""
    across = columns("领域 2.3 | 达标 0.9 # | 未达标 1.2 # | 仅监测 1.45 # | 不能评价 1.45 # | 未达标的指标 4.8")
    spoken = counted(material.spoken)
    domains, beside = material.by_domain(spoken), len(material.spoken) - len(spoken)
    rows = [_row(name, members) for name, members in domains]
    if len(rows) > 1:
        rows.append((*_row("合计", spoken)[:-1], ""))
    numbers = counts(spoken)
    met, missed = (numbers.get(word, 0) for word in _JUDGED)
    unjudged = [f"{word}{number}项" for word, number in numbers.items() if word not in (*_JUDGED, "仅监测")]
    if met and missed:
        said = f"能评价的{met + missed}项指标中，{met}项达标、{missed}项未达标"
    elif met or missed:
        said = f"能评价的{met + missed}项指标{'全部达标' if met else '都未达标'}"
    else:
        bare = sum(card.verdict.word == "仅监测" and card.judged.goal is None for card in spoken)
        said = f"{len(spoken)}项指标都不能评价是否达标{f'，其中{bare}项未设目标' if bare else ''}"
    note = f"单位：项。不能评价的：{'、'.join(unjudged)}。" if unjudged else "单位：项。"
    note += f"另有{beside}项不区分涉企，不计。" if beside else ""
    table = PaperTable("各领域指标评价情况", across, tuple(rows), note)
    return Slide(f"{material.period.label}，{said}", table, "总体情况", indicators.cautions(material))


def _row(name: str, members: Sequence[Card]) -> tuple[str, ...]:
    numbers = counts(members)
    known = [numbers.get(word, 0) for word in (*_JUDGED, "仅监测")]
    missed = "、".join(card.indicator.name for card in members if card.verdict.word == "未达标")
    return name, *map(str, (*known, len(members) - sum(known))), missed or "—"


def _improved(improved: Sequence[Card]) -> Slide | None:
    if not improved:
        return None
    shown, rest = improved[:ROWS], improved[ROWS:]
    rows = tuple((card.indicator.name, card.value, card.target, _how(card)) for card in shown)
    note = f"另有{len(rest)}项：{'、'.join(card.indicator.name for card in rest)}。" if rest else ""
    table = PaperTable("真实改善的指标", columns("指标 3.0 | 当月数值 1.5 # | 目标 2.0 | 依据 5.6"), rows, note)
    title = f"{improved[0].period}，{len(improved)}项指标真实改善"
    return Slide(title, table, "改善情况", ("真实改善：当月数值或连续几个月超出正常波动，按控制图规则判断。",))


def _how(card: Card) -> str:
    assert card.control is not None
    span = signal_span(card.control)
    return f"{variation_sentence(card.control).removesuffix('，属真实改善')}{f'（{span}）' if span else ''}"


def _late(material: Material) -> list[tuple[Worklist, int]]:
    """Worklists with overdue items, the most first."""
    return sorted(overdue_lists(material), key=lambda pair: -pair[1])


def _reports(material: Material) -> list[tuple[str, str]]:
    """Measure and department of every report that is owed."""
    owing = [(line.measure.title, duty.department) for line in material.measures() for duty in line.owing]
    return [pair for pair in owing if material.answers(pair[1])]


def _owed(material: Material) -> Slide | None:
    """What is overdue on worklists, then reports owed, measures nothing speaks for, lists nobody can tell of."""
    catalog, today, whole = material.catalog, material.inputs.today, material.whose == ALL_DEPARTMENTS
    late, reports = _late(material), _reports(material)
    silent = [line.measure.title for line in material.measures() if line.silent and whole]
    unknown = [catalog.worklists[name].name for name in unjudged_lists(material.version.connection, catalog)]
    others: list[tuple[str, ...]] = []
    said, notes = [f"台账超期{sum(number for _, number in late):,}项"] if late else [], list[str]()
    if reports:
        owing = tuple(dict.fromkeys(department for _, department in reports))
        others.append(("配套措施进展汇报", catalog.department_names(owing, today), f"欠{len(reports)}项"))
        said.append(f"欠进展汇报{len(reports)}项")
        notes.append(f"欠汇报的措施：{'、'.join(dict.fromkeys(title for title, _ in reports))}。")
    if silent:
        others.append(("没有可靠指标也没有汇报的措施", "", f"{len(silent)}项"))
        said.append(f"{len(silent)}项措施没有指标和汇报")
        notes.append(f"没有可靠指标也没有汇报的措施：{'、'.join(silent)}。")
    if unknown:
        others.append(("无法判断的台账，不等于没有问题", "", f"{len(unknown)}张"))
        said = said or [f"{len(unknown)}张台账无法判断"]
        notes.append(f"无法判断的台账：{'、'.join(unknown)}。")
    if not late and not others:
        return None
    shown, rest = late[: ROWS - len(others)], late[ROWS - len(others) :]
    rows = [(one.name, catalog.department_names(one.departments, today), f"超期{number:,}项") for one, number in shown]
    note = f"另有{len(rest)}张台账超期{sum(number for _, number in rest):,}项。" if rest else ""
    note += "台账和汇报不分涉企。" if material.spec.scope != "all" else ""
    table = PaperTable("超期和欠报", columns("事项 5.0 | 责任部门 4.2 | 情况 1.9 #"), (*rows, *others), note)
    return Slide("，".join(said), table, "落实情况", tuple(notes))


def _decided(material: Material) -> Slide | None:
    """What sessions decided and what became of it."""
    found = [one for one in session.decisions(material, material.template.sections[0]) if isinstance(one, PaperTable)]
    if not found:
        return None
    (table,) = found
    rows = [
        (title, conclusion, who, due.partition("年")[2] or due, became)
        for _, title, conclusion, who, due, became in table.rows
    ]
    done = sum(became.startswith("已办结") for *_, became in rows)
    late = sum("已过期限" in became for *_, became in rows)
    rest = len(rows) - _DECISIONS
    note = f"另有{rest}项，见会商记录。" if rest > 0 else ""
    across = columns("事项 2.2 | 决定 3.9 | 责任部门 1.9 | 期限 1.5 | 进展 3.6")
    shown = PaperTable(table.title, across, tuple(rows[:_DECISIONS]), note)
    said = [f"以前的会商决定{len(rows)}项", f"已办结{done}项", *([f"超过期限{late}项"] if late else [])]
    return Slide("，".join(said), shown, "会商决定", (table.note,))


def _asked(material: Material) -> Slide | None:
    """What a session is asked to decide; of a department what is its own to do."""
    if material.whose == ALL_DEPARTMENTS:
        lines, what = list(leader.to_decide(material)), "请决定"
    else:
        late, reports, what = _late(material), _reports(material), "请研究"
        lines = [f"{one.name}{one.card.value}的原因和整改期限" for one in leader.arranged(material)[:_NAMED]]
        lines += [f"{len(late)}张台账{sum(number for _, number in late):,}项超期事项的清理期限"] if late else []
        lines += [f"{len(reports)}项欠报的进展汇报的补报期限"] if reports else []
    if not lines:
        return None
    who = "" if material.whose == ALL_DEPARTMENTS else material.catalog.department_name(material.whose)
    numbered = tuple(f"{at}．{line}" for at, line in enumerate(lines, 1))
    return Slide(f"请{who}{what[1:]}{len(lines)}件事", numbered, what)


def _appendix(material: Material, left: Sequence[Asked]) -> Slide:
    number = len(material.spoken)
    lines = [f"附表（XLSX）逐项列出{number}项指标的数值、分子分母、目标、差距、责任部门和口径。"]
    if left:
        names = "、".join(one.card.indicator.name for one in left)
        lines.append(f"未达标或恶化而没有单独成页的{len(left)}项：{names}。")
    lines.append(indicators.reached(material))
    return Slide(f"附录：全部{number}项指标见附表", tuple(lines), "附录")
