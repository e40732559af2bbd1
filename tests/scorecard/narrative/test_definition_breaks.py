"""A recorded 口径调整 is a break in everything that is said: each indicator is marked in turn and every text of it read."""

import re
from dataclasses import replace
from datetime import date, datetime

import pytest

from scorecard.assessment.cards import Card, CardInputs, card
from scorecard.assessment.comparison import previous
from scorecard.assessment.control_chart import ControlChart
from scorecard.calendar.period import Grain, parse, year_before
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Indicator
from scorecard.narrative import control_words
from scorecard.narrative.sentences import of_indicator
from scorecard.narrative.shortfall import missed_since
from scorecard.records.annotations import REDEFINED, Annotation
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import Version, card_inputs, open_published

MARCH = date(2026, 3, 1)
COMPARED = re.compile(r"(同比|环比|较\S{0,8}(月|上年同期))(上升|下降|增加|减少|延长|缩短|持平)")
OCTOBER: tuple[tuple[Grain, str], ...] = (("month", "2026-10"), ("quarter", "2026-Q3"), ("ytd", "2026-10"))


@pytest.fixture(scope="module")
def version(sample: DataDir) -> Version:
    return open_published(sample)


def marked(inputs: CardInputs, indicator: Indicator) -> CardInputs:
    mark = Annotation(
        indicator.id, MARCH, REDEFINED, "统计口径调整", "上级文件", "有效", "审管办", datetime(2026, 4, 1)
    )
    return replace(inputs, annotations=(mark,))


def texts(of: Card) -> str:
    """Everything that is said of a card and of its control chart."""
    chart = of.control
    said = [of_indicator(of), missed_since(of), of.note, *(change.text for change in of.changes)]
    if chart is not None:
        said += [chart.reason, *control_words.baseline_lines(chart), control_words.rebasing_hint(chart)]
        said += [control_words.last_signal_sentence(chart)] if chart.months else []
        said += [control_words.variation_sentence(chart)] if chart.variation else []
    return "\n".join(said)


def test_no_text_of_any_indicator_compares_across_its_break(version: Version) -> None:
    refused = 0
    for grain, key in OCTOBER:
        period = parse(grain, key)
        assert period is not None
        inputs = card_inputs(version, grain, ALL_DEPARTMENTS, "all", date(2026, 11, 5))
        for indicator in version.catalog.indicators.values():
            plain, broken = card(inputs, indicator, period), card(marked(inputs, indicator), indicator, period)
            for was, now in zip(plain.changes, broken.changes, strict=True):
                read = broken.judged.period
                earlier = year_before(read) if now.kind == "同比" else previous(indicator, read)
                assert earlier is not None
                if earlier.first >= MARCH or read.last < MARCH:  # both on one side of the break
                    assert now == was
                else:
                    assert now.difference is None and now.growth is None and now.before is None
                    assert "口径已调整，不可比" in now.text
                    refused += 1
            said = texts(broken)
            if grain == "ytd" and broken.judged.period.last >= MARCH:
                assert not COMPARED.search(said), (indicator.id, said)
            if broken.judged.period.last >= MARCH:
                assert "同比上升" not in said and "同比下降" not in said, (indicator.id, said)
            assert control_is_whole(broken.control), indicator.id
    assert refused > 100  # the sample has years to compare with: the loop met them


def control_is_whole(chart: ControlChart | None) -> bool:
    """Whether no part of a chart, so no limit and no signal, has months on both sides of the break."""
    if chart is None:
        return True
    sides = [
        {month.period.first < MARCH for month in chart.months[part.start :][: len(part.values)]} for part in chart.parts
    ]
    return all(len(side) == 1 for side in sides)
