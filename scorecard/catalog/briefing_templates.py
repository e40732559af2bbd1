"""Papers that recur, declared as data: one file of seeds/briefings/ a template, its file name is its id.

A template says for whom, of which indicators, at which grain, and which sections in which order, in a closed vocabulary.
It holds no number and no condition: what a section says comes from the cards of the version.
"""

from collections.abc import Mapping
from string import Formatter
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from scorecard.calendar.period import ChosenGrain
from scorecard.catalog.conditions import Frozen, Texts, as_tuple, mistake
from scorecard.errors import hint

SectionKind = Literal[
    "lead",  # three lines: what could be judged and how it stands; the domains side by side
    "asked",  # what must be asked about, the most pressing first, a line each with its small trend
    "pictures",  # trends two by two: of the first two of them, or of those listed
    "moved",  # what truly improved and worsened, with two trends
    "paragraphs",  # a paragraph for each domain, of what moved
    "done",  # what became of decisions, lists past their term, reports owed: a paragraph
    "requests",  # what the reader is asked to decide, at most three
    "overdue",  # measures, lists and reports that are behind, in one table
    "next",  # what the departments do next
    "annexes",  # which files lie beside the paper
    "summary",  # how many indicators stand at each word, domain by domain
    "attention",  # exceptions by the question they raise, then 数据待核 by reason
    "changes",  # problems that are new against the period before, and resolved
    "domains",  # every indicator in an official sentence
    "table",  # every indicator on a line
    "figures",  # a trend each
    "measures",  # the 17 measures: who answers, what was reported, who owes a report
    "requirements",  # the seven requirements, with what the registers show
    "plan_rows",  # what the registers of each row of the plan show: tabulations, counts of listings
    "worklists",  # counts by worklist, case rows if asked for
    "prompts",  # what asks for a look at its cases, in a line: for internal readers only
    "decisions",  # what sessions decided, and what became of it until it is closed
    "agenda",  # what a session has to decide, each matter with room for it
    "minutes",  # what the last session decided
    "assessment",  # of a department: its own values beside the court's and its targets, what became of decisions
    "adoptions",  # information adopted by department and level, with the points of the court's own table
    "registers",  # the tabulations and listings named in `shows`, whole
    "definitions",  # 口径 of every indicator, as an annex
    "turned",  # of a digest: how indicators stand, what turned bad and good since the digest before
    "waiting",  # of a digest: what its reader owes, and what is due to them next
]
DigestRole = Literal["leadership", "department", "case_management", "administrator"]
Which = Literal["all", "missed", "exceptions", "listed"]
Among = Literal["all", "missed", "exceptions", "listed", "responsible", "none"]
PLACES = ("court", "period", "department", "scope")  # what a title and an audience may name, in braces
_OF_INDICATORS: tuple[SectionKind, ...] = ("domains", "table", "figures", "pictures", "definitions")


def _only_listed_has_ids(which: str, ids: Texts) -> None:
    if (which == "listed") != bool(ids):
        found = f"which = “{which}”，ids 有 {len(ids)} 个"
        raise mistake(found, "which = “listed” 必须、且只有它可以写 ids = [指标编号，…]")


class Section(Frozen):
    """One section. `heading` replaces the usual one, `lead` stands before what the section says.

    `which` narrows the paper's indicators: 未达标, exceptions, or those of `ids`. `rows` puts the cases of worklists in. `run_in`
    sets the heading at the beginning of the first paragraph. `shows` names tabulations and listings.
    """

    kind: SectionKind
    heading: str = ""
    lead: str = ""
    which: Which = "all"
    ids: Texts = ()
    rows: bool = False
    run_in: bool = False
    shows: Texts = ()

    @model_validator(mode="after")
    def _fits(self) -> "Section":
        if self.which != "all" and self.kind not in _OF_INDICATORS:
            raise mistake(f"kind = “{self.kind}” 写了 which", f"只有 {'、'.join(_OF_INDICATORS)} 可以写 which")
        _only_listed_has_ids(self.which, self.ids)
        if self.rows and self.kind != "worklists":
            raise mistake(f"kind = “{self.kind}” 写了 rows", "只有 worklists 可以写 rows = true")
        if bool(self.shows) != (self.kind == "registers"):
            found = f"kind = “{self.kind}”，shows 有 {len(self.shows)} 个"
            raise mistake(found, "kind = “registers” 必须、且只有它可以写 shows = [统计表或清单的编号，…]")
        return self


class Indicators(Frozen):
    """Which indicators a paper speaks of: all, 未达标, exceptions, listed, those a department answers for, or none.

    `domains` narrows each of them.
    """

    which: Among = "all"
    domains: Texts = ()
    ids: Texts = ()

    @model_validator(mode="after")
    def _listed(self) -> "Indicators":
        _only_listed_has_ids(self.which, self.ids)
        return self


class Template(Frozen):
    """A recurring paper. `masthead` replaces the court's own; `department` says whether one has to be named; a
    paper of the `whole` court takes none.

    Lists of templates stand by `position`, then by id. `reader` makes it the digest that comes to this role, `annex` a file beside
    the papers whose `annexes` name it; nobody orders one of these. `brief` is set closer, for a page or two. `headline`
    puts a judgement proposed from the facts in the place of the title. One for `outside` judges by confirmed targets alone.
    `contents` stand before what is to be looked up in.
    """

    id: str
    name: str
    about: str
    title: str
    audience: str
    grain: ChosenGrain
    position: int = 100
    masthead: str = ""
    department: Literal["none", "asked", "whole"] = "none"
    indicators: Indicators = Indicators()
    reader: DigestRole | None = None
    annexes: Texts = ()
    annex: bool = False
    brief: bool = False
    headline: bool = False
    landscape: bool = False
    outside: bool = False
    contents: bool = False
    sections: Annotated[tuple[Section, ...], BeforeValidator(as_tuple)] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> "Template":
        for key, text in (("title", self.title), ("audience", self.audience)):
            for _, place, form, conversion in _pieces(text):
                if place is not None and (place not in PLACES or form or conversion):
                    remedy = hint(place, PLACES) if place not in PLACES else ""
                    said = f"{place}{f'!{conversion}' if conversion else ''}{f':{form}' if form else ''}"
                    expected = "、".join(f"{{{name}}}" for name in PLACES)
                    raise mistake(f"{key} 中的“{{{said}}}”", expected, remedy)
        kinds = [section.kind for section in self.sections]
        if "definitions" in kinds[:-1]:
            raise mistake("definitions 不在最后", "口径是附件，写在 sections 的最后")
        if (self.reader is not None) + self.annex + bool(self.annexes) > 1:
            raise mistake("reader、annex、annexes 写了不止一个", "提要和附件自己不带附件")
        if self.reader is None and {"turned", "waiting"} & set(kinds):
            raise mistake("turned、waiting 而没有 reader", "reader = 身份：只有提要有这两节")
        if self.indicators.which == "responsible" and self.department != "asked":
            raise mistake("indicators.which = “responsible” 而没有部门", "department = “asked”")
        return self

    @property
    def has_rows(self) -> bool:
        """Whether case rows stand in it."""
        return any(section.rows for section in self.sections)

    @property
    def ordered(self) -> bool:
        """Whether somebody orders it: a digest comes by itself, an annex beside its paper."""
        return self.reader is None and not self.annex


def filled(text: str, places: Mapping[str, str]) -> str:
    """A title with its places filled; what is filled in is text, whatever braces it holds."""
    return "".join(literal + ("" if place is None else places[place]) for literal, place, _, _ in _pieces(text))


def _pieces(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(Formatter().parse(text))
    except ValueError:
        raise mistake(f"“{text}”", "花括号成对的文字，如 {period}法治化营商环境指标情况") from None
