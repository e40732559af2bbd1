"""Papers of the shipped templates on three kinds of version, composed once a module."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scorecard.access import Actor
from scorecard.briefing.composition.compose import compose
from scorecard.briefing.export import export_records
from scorecard.briefing.paper.material import gather
from scorecard.briefing.paper.model import Beside, Block, Figure, FigurePair, Heading, Paper, PaperTable, Paragraph
from scorecard.briefing.paper.request import BriefingRequest, resolve
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import Version, open_published
from tests.support.actors import OFFICER
from tests.support.samples import published_month, published_without_targets

NOW = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
Written = Callable[..., Paper]


@pytest.fixture(scope="module")
def kinds(sample: DataDir, shared: Path) -> Iterator[dict[str, tuple[DataDir, Version, str]]]:
    """The sample, its first month, and the whole without targets: folder, opened version, its last month."""
    folders = {
        "sample": (sample, "2026-10"),
        "month": (published_month(shared), "2024-01"),
        "untargeted": (published_without_targets(shared)[0], "2026-10"),
    }
    opened = {kind: (data, open_published(data), key) for kind, (data, key) in folders.items()}
    yield opened
    for _, version, _ in opened.values():
        version.connection.close()


@pytest.fixture(scope="module")
def written(kinds: dict[str, tuple[DataDir, Version, str]]) -> Written:
    """written("monthly"): the paper of a template on a kind of version, for its last period unless another is named."""

    @cache
    def write(template: str, kind: str = "sample", actor: Actor = OFFICER, **wish: Any) -> Paper:
        data, version, last = kinds[kind]
        if template in ("department", "yearly"):
            wish.setdefault("department", "civil")
        wish.setdefault("period", last)
        order = resolve(version, BriefingRequest(template, **wish), actor, NOW)
        manifest = export_records.describe(data, version, order, (), export_records.new_id(order.made_at))
        return compose(gather(version, order, actor), manifest)

    return write


def words(paper: Paper) -> list[str]:
    """Everything a reader sees of the blocks and of the annexes beside them, cell by cell."""
    found: list[str] = []
    blocks = list(paper.blocks)
    while blocks:
        match block := blocks.pop(0):
            case Heading(text, _):
                found.append(text)
            case Paragraph(text, lead):
                found.append(f"{lead}{text}")
            case FigurePair(figures):
                blocks[:0] = figures
            case Beside(texts, figure):
                blocks[:0] = [*texts, figure]
            case PaperTable():
                found += [block.title, block.note, *(column.name for column in block.columns)]
                found += [cell for row in block.rows for cell in row]
            case Figure():
                found += [block.caption, block.trend.reading, block.sentence, *block.trend.provenance]
                found += [point.text for point in block.trend.points]
    return [*found, *(text for annex in paper.annexes for text in words(annex))]


def everything(paper: Paper) -> list[Block]:
    """The blocks of the paper and of its annexes."""
    return [*paper.blocks, *(block for annex in paper.annexes for block in annex.blocks)]
