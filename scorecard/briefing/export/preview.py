"""A paper before it is made: what the writer may change, and its first page as it will look. Nothing is recorded, no file is made."""

from collections.abc import Mapping
from dataclasses import dataclass

from scorecard.briefing.composition import indicators
from scorecard.briefing.composition.compose import compose, exceptions, proposed_headline
from scorecard.briefing.html.first_page import first_page
from scorecard.briefing.paper.material import Material
from scorecard.briefing.paper.model import ExportManifest, Heading, Paper, PaperTable, Paragraph


def proposed_edits(material: Material) -> tuple[str, Mapping[str, str]]:
    """What stands unless the writer changes it: the headline, and the exceptions in their order, id -> name; maybe none."""
    return proposed_headline(material), exceptions(material)


@dataclass(frozen=True)
class PaperPreview:
    """`page` is an HTML document of the first page, A4 in CSS px; behaviour.js counts the pages in it."""

    paper: Paper
    cautions: tuple[str, ...]
    page: str

    @property
    def headings(self) -> tuple[str, ...]:
        """一、…, also where the section's text follows on the same line."""
        named = (block for block in self.paper.blocks if isinstance(block, Heading | Paragraph) and block.level == 1)
        return tuple(block.text if isinstance(block, Heading) else block.lead.removesuffix("。") for block in named)

    @property
    def tables(self) -> int:
        return sum(isinstance(block, PaperTable) for block in self.paper.blocks)


def preview(material: Material) -> PaperPreview:
    """Raises as `compose` does."""
    order, version = material.spec, material.version
    published, sample = version.manifest.published_at, version.manifest.sample
    made = ("待生成", order.made_at, order.made_by, version.id, published, sample)
    paper = compose(material, ExportManifest(*made, order.data(), (), {}, "", ""), alone=True)
    return PaperPreview(paper, indicators.cautions(material), first_page(paper))
