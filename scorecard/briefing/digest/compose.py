"""The digests of a day: for the leading group, the office, each department that answers for something, the administrator."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from scorecard.access import ROLE_NAMES, Role
from scorecard.audit.log import SYSTEM
from scorecard.briefing.composition.compose import compose
from scorecard.briefing.export import export_records
from scorecard.briefing.paper.material import DigestFacts, Material, gather, spoken_of
from scorecard.briefing.paper.model import Heading, Paper, Paragraph
from scorecard.briefing.paper.request import BriefingRequest, earliest_issue, find_template, resolve
from scorecard.calendar.clock import COURT_TIME
from scorecard.calendar.period import day_text
from scorecard.errors import ScorecardError, StorageError
from scorecard.narrative.changes import NotedChange
from scorecard.plan.due_calendar import due_of
from scorecard.plan.due_items import DueItem
from scorecard.plan.since import changes_since
from scorecard.plan.waiting import OpenWork, due_items_of, waiting
from scorecard.storage.data_dir import DataDir
from scorecard.storage.reader_notes import FollowedVerdict
from scorecard.store.open_version import Version, open_published

SelfCheck = Callable[[], Sequence[str]]  # of the self-check: made only when an administrator's digest is written
_AHEAD = timedelta(days=30)
_TOLD = ("", "self_check")  # pages whose lines the digest says in full


@dataclass(frozen=True)
class DigestReader:
    """Whom a digest comes to; `due` are the days on which something is due to or from them."""

    name: str
    role: Role
    department: str | None
    due: tuple[DueItem, ...]


def readers(version: Version, work: OpenWork) -> Iterator[DigestReader]:
    """Roles, departments in the plan's order; the administrator last."""
    catalog, items = version.catalog, due_items_of(version, work)
    answering = {name for card in work.cards.values() for name in card.answering}
    answering |= {duty.department for line in work.lines for duty in line.duties}
    own = [one.id for one in catalog.departments.values() if one.id in answering and not one.collective]
    whom: list[tuple[Role, str | None]] = [
        ("leadership", None),
        ("case_management", None),
        *(("department", name) for name in own),
        ("administrator", None),
    ]
    for role, department in whom:
        name = catalog.department_name(department) if department else ROLE_NAMES[role]
        due = due_of(catalog, role, department, items, work.today)
        yield DigestReader(name, role, department, tuple(one for one in due if one.by and one.by >= work.today))


class DigestWriter:
    """Writes the digests of one version on one day; what changed since an earlier one is looked up once.

    Raises ScorecardError for a version from before there were digests.
    """

    def __init__(self, data: DataDir, version: Version, work: OpenWork, today: date) -> None:
        self._data, self._version, self._work, self._today = data, version, work, today
        self._changes: dict[tuple[date, str], tuple[NotedChange, ...] | None] = {}
        self._gathered: Material | None = None

    def paper(self, reader: DigestReader, last: tuple[date, str] | None, findings: SelfCheck = tuple) -> Paper | None:
        """The digest of a reader, compared with the one written last; None for the administrator where nothing was found."""
        found = tuple(findings()) if reader.role == "administrator" else ()
        if reader.role == "administrator" and not found:
            return None
        if f"digest_{reader.role}" not in self._version.catalog.briefings:
            old, remedy = "这个版本没有提要的模板，它是在有提要之前建的", "请重新发布一次（数据报送页，或 etl publish）"
            raise ScorecardError("提要", old, "带有提要模板的版本", remedy)
        changes = self._since(last) if last else None
        facts = DigestFacts(
            waiting=tuple(one for one in waiting(reader.role, reader.department, self._work) if one.page not in _TOLD),
            due=tuple(one for one in reader.due if one.by and one.by <= self._work.today + _AHEAD),
            since=last[0] if last and changes is not None else None,
            changes=changes or (),
            findings=found,
        )
        version, now = self._version, datetime.now(COURT_TIME)
        month = next(iter(self._work.cards.values())).selected.period
        dated = max(self._today, earliest_issue(version))
        asked = BriefingRequest(f"digest_{reader.role}", month.key, department=reader.department or "", dated=dated)
        order = resolve(version, asked, SYSTEM, now)
        manifest = export_records.describe(self._data, version, order, (), export_records.new_id(order.made_at))
        # The cards of a department's sheet are the whole court's too: they are made once.
        base = self._gathered = self._gathered or gather(version, order, SYSTEM)
        template = find_template(version.catalog, order.template)
        spoken = spoken_of(template, order, tuple(base.every.values()))
        own = replace(base, spec=order, template=template, spoken=spoken, whose=order.department, digest=facts)
        return compose(own, manifest)

    def _since(self, last: tuple[date, str]) -> tuple[NotedChange, ...] | None:
        if last not in self._changes:
            try:
                before = self._version if last[1] == self._version.id else open_published(self._data, last[1])
                alike = before.manifest.sample == self._version.manifest.sample  # else nothing can be compared
                self._changes[last] = changes_since(before, last[0], self._version) if alike else None
            except StorageError:
                self._changes[last] = None
        return self._changes[last]


def with_followed(paper: Paper, names: Mapping[str, str], followed: Mapping[str, FollowedVerdict]) -> Paper:
    """The paper of a reader of whose followed indicators some changed their verdict: that stands first."""
    told = "；".join(
        f"{names[one]}：{seen.before} → {seen.now}（{day_text(seen.seen)}起）"
        for one, seen in followed.items()
        if one in names
    )
    return replace(paper, blocks=(Heading("您关注的指标"), Paragraph(f"{told}。"), *paper.blocks))
