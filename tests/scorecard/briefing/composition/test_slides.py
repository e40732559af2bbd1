"""What a room is shown: eight to twelve slides of the sample, each title a sentence whose numbers are those of a card."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scorecard.assessment.cards import Card
from scorecard.assessment.number_format import prose
from scorecard.briefing.composition.slides import MOST, ROWS, slides
from scorecard.briefing.paper.material import Material, gather
from scorecard.briefing.paper.model import Figure, PaperTable, Slide
from scorecard.briefing.paper.request import BriefingRequest, resolve
from scorecard.narrative.shortfall import missed_since, shortfall
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import open_published
from tests.support.actors import OFFICER
from tests.support.samples import published_month, published_without_targets

NOW = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
Gathered = Callable[..., Material]
Made = tuple[Material, tuple[Slide, ...]]


@pytest.fixture(scope="module")
def gathered(sample: DataDir, shared: Path) -> Iterator[Gathered]:
    """gathered("monthly"): the material of a template on the sample, its first month, or the whole without targets."""
    folders = {
        "sample": (sample, "2026-10"),
        "month": (published_month(shared), "2024-01"),
        "untargeted": (published_without_targets(shared)[0], "2026-10"),
    }
    opened = {kind: open_published(data) for kind, (data, _) in folders.items()}

    def gather_one(template: str, kind: str = "sample", **wish: Any) -> Material:
        wish = {"period": folders[kind][1], **wish}
        version = opened[kind]
        return gather(version, resolve(version, BriefingRequest(template, **wish), OFFICER, NOW), OFFICER)

    yield gather_one
    for version in opened.values():
        version.connection.close()


@pytest.fixture(scope="module")
def monthly(gathered: Gathered) -> Made:
    material = gathered("monthly")
    return material, slides(material)


def figures(of: tuple[Slide, ...]) -> list[Figure]:
    return [one.body for one in of if isinstance(one.body, Figure)]


def missed(material: Material) -> list[Card]:
    return [card for card in material.spoken if card.verdict.word == "未达标"]


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d[\d,.]*", text))


def lines_of(slide: Slide) -> str:
    return "\n".join(slide.body) if isinstance(slide.body, tuple) else ""


def test_the_sample_takes_eight_to_twelve_slides_cover_and_appendix_among_them(monthly: Made) -> None:
    _, made = monthly
    assert 8 <= len(made) <= MOST == 12
    assert made[0].body == ()
    assert made[-1].section == "附录"
    assert len(figures(made)) >= 3


def test_every_number_in_a_title_is_one_of_its_card_or_counts_what_stands_below(monthly: Made) -> None:
    material, made = monthly
    judged = [card for card in material.spoken if card.verdict.word in ("达标", "未达标")]
    assert f"{len(judged)}项指标" in made[1].title
    assert f"{len(judged) - len(missed(material))}项达标、{len(missed(material))}项未达标" in made[1].title
    for slide in made:
        match slide.body:
            case Figure(line=line):
                card, month = material.every[line.id], material.monthly[line.id]
                told = [line.name, line.value, line.halves, line.target, card.gap, card.to_meet, card.pace, card.period]
                told += [slide.body.sentence, month.period, month.value, shortfall(card), missed_since(card)]
                assert numbers(slide.title) <= numbers(prose("；".join(told))) | numbers("；".join(told)), slide.title
                assert prose(line.name) in slide.title and prose(line.value) in slide.title
            case PaperTable() as table if slide.section == "改善情况":
                more = re.findall(r"另有(\d+)项", table.note)
                assert f"{len(table.rows) + sum(map(int, more))}项" in slide.title
            case PaperTable() as table if slide.section == "落实情况":
                late = re.findall(r"超期([\d,]+)项", "\n".join([*(row[2] for row in table.rows), table.note]))
                assert f"台账超期{sum(int(text.replace(',', '')) for text in late):,}项" in slide.title
            case _:
                pass


def test_what_is_missed_comes_first_each_on_a_slide_and_what_has_none_is_named(monthly: Made) -> None:
    material, made = monthly
    drawn = [figure.line.name for figure in figures(made)]
    names = [card.indicator.name for card in missed(material)]
    assert set(drawn[: len(names)]) <= set(names)
    assert all(name in lines_of(made[-1]) for name in set(names) - set(drawn))


@pytest.mark.parametrize(
    ("template", "kind", "wish"),
    [
        ("monthly", "sample", {}),
        ("monthly", "sample", {"scope": "firm"}),
        ("monthly", "month", {}),
        ("monthly", "untargeted", {}),
        ("meeting", "sample", {}),
        ("information", "sample", {}),
        ("department", "sample", {"department": "civil"}),
        ("department", "untargeted", {"department": "enforcement"}),
    ],
)
def test_every_template_gives_titles_with_a_number_and_tables_of_seven_rows_at_most(
    gathered: Gathered, template: str, kind: str, wish: dict[str, str]
) -> None:
    made = slides(gathered(template, kind, **wish))
    assert 3 <= len(made) <= MOST
    for slide in made:
        assert numbers(slide.title), slide.title
        assert "≥" not in slide.title and "Σ" not in slide.title
        if isinstance(slide.body, PaperTable):
            assert 1 <= len(slide.body.rows) <= ROWS
        if isinstance(slide.body, Figure):
            said = "\n".join(slide.notes)
            assert "定义：" in said and "来源：" in said
            assert not slide.body.line.halves or slide.body.line.halves in said


def test_without_targets_nothing_is_said_to_be_met_or_missed(gathered: Gathered) -> None:
    made = slides(gathered("monthly", "untargeted"))
    assert "都不能评价是否达标" in made[1].title
    assert "项未设目标" in made[1].title
    assert not [slide.title for slide in made if "全部达标" in slide.title or "项未达标" in slide.title]


def test_where_nothing_is_missed_what_improved_is_drawn(gathered: Gathered) -> None:
    material = gathered("monthly")
    names = {card.indicator.id for card in missed(material)}
    met = replace(material, spoken=tuple(card for card in material.spoken if card.indicator.id not in names))
    made = slides(met)
    assert "全部达标" in made[1].title
    told = [slide.title for slide in made if isinstance(slide.body, Figure)]
    assert told
    assert all("真实改善" in title or "真实恶化" in title for title in told)


def test_a_department_is_shown_its_own_matters(gathered: Gathered) -> None:
    made = slides(gathered("department", department="civil"))
    (own,) = [slide for slide in made if slide.section == "请研究"]
    assert own.title.startswith("请民事审判庭研究")
    assert not [slide for slide in made if slide.section == "请决定"]
