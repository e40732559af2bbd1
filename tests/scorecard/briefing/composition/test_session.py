"""Papers of a session, of adoptions and of a department's year: each matter once, what was recorded, counted a second time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from scorecard.briefing.composition import registers, session
from scorecard.briefing.paper.material import Material, gather
from scorecard.briefing.paper.model import Beside, Block, Heading, PaperTable, Paragraph
from scorecard.briefing.paper.request import BriefingRequest, resolve
from scorecard.catalog.briefing_templates import Section
from scorecard.records.decisions import Decision, Status
from scorecard.storage.data_dir import DataDir
from scorecard.store import warehouse
from scorecard.store.open_version import open_published
from tests.scorecard.briefing.composition.conftest import Written, words
from tests.support.actors import OFFICER

NOW = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
MISSED, LIST = "dishonest_firm_screening_rate", "worklist:revisit_due"
AGENDA, MINUTES = Section(kind="agenda"), Section(kind="minutes")


@pytest.fixture(scope="module")
def material(sample: DataDir) -> Iterator[Material]:
    version = open_published(sample)
    yield gather(version, resolve(version, BriefingRequest("meeting", "2026-10"), OFFICER, NOW), OFFICER)
    version.connection.close()


def decided(item: str, day: str, status: Status = "待办", **other: object) -> Decision:
    at = datetime.fromisoformat(f"{day}T09:00")
    due = date(2026, 11, 5) if status == "待办" else None
    made = Decision(item, "某事项", at.date(), "当时的数字", "限期排查", "enforcement", due, status, "v", "李四", at)
    return replace(made, **other)


def titles(blocks: list[Block]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Heading)]


def test_every_matter_of_the_agenda_stands_once_and_has_room(material: Material) -> None:
    blocks, items = session.matters(material, AGENDA), material.agenda()
    tables = [block for block in blocks if isinstance(block, PaperTable)]
    alone, listed = ([one for one in tables if bool(one.title) == has] for has in (False, True))
    assert len(alone) + sum(len(one.rows) for one in listed) == len(items)
    assert f"共{len(items)}项" in "".join(block.text for block in blocks if isinstance(block, Paragraph))
    for table in tables:
        assert {"拟办", "结论", "责任部门", "期限"} <= {column.name for column in table.columns}
    missed = [item for item in items if item.subject == "indicator"]
    drawn = [block.figure.line.id for block in blocks if isinstance(block, Beside)]
    assert drawn == [item.name for item in missed]
    cells = [row[0] for one in listed for row in one.rows]
    assert [item.title for item in items if item.subject == "worklist"] == [
        one for one in cells if one in {item.title for item in items}
    ]


def test_what_was_decided_last_and_came_of_it_stands_with_its_matter(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (
        decided(f"indicator:{MISSED}", "2026-09-10"),
        decided(LIST, "2026-10-12"),
        decided("other:1", "2026-10-20", "已办结"),
    )
    monkeypatch.setattr(warehouse, "decisions", lambda _: rows)
    blocks = session.matters(material, AGENDA)
    about = next(block for block in blocks if isinstance(block, Beside) and block.figure.line.id == MISSED)
    said = {text.lead: text.text for text in about.texts}
    assert said["上次决定。"] == "2026年9月10日：限期排查（执行局，期限2026年11月5日）。"
    assert said["落实。"].startswith("待办。自记录以来：2个月，")
    assert said["落实。"].endswith("。已过期限4天。")
    assert said["制衡指标。"]
    told = [block.text for block in blocks if isinstance(block, Paragraph)]
    assert "待办。已过期限4天。会商时：当时的数字。" in told
    assert any(text.startswith("近两月办结：某事项") for text in told)
    assert len(titles(blocks)) == len(set(titles(blocks)))


def test_minutes_hold_what_was_recorded_on_the_last_day_before_the_paper(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrected = decided(
        LIST,
        "2026-10-12",
        conclusion="限期回访",
        decided_at=datetime(2026, 10, 12, 11, tzinfo=UTC).replace(tzinfo=None),
    )
    rows = (
        decided("other:0", "2026-09-10"), decided(LIST, "2026-10-12"), corrected,
        decided("other:1", "2026-10-12", "列入会商"), decided("other:2", "2026-11-20"),
    )  # fmt: skip
    monkeypatch.setattr(warehouse, "decisions", lambda _: rows)
    blocks = session.minutes(material, MINUTES)
    text = "".join(block.text for block in blocks if isinstance(block, Paragraph))
    assert text.startswith("2026年10月12日，领导小组会商，对1项事项作出决定。")
    assert "限期回访。" in text
    assert "限期排查" not in text
    monkeypatch.setattr(warehouse, "decisions", lambda _: ())
    (none,) = session.minutes(material, MINUTES)
    assert "没有会商记录" in none.text if isinstance(none, Paragraph) else False


def test_adoptions_are_those_a_plain_reading_finds_in_the_plans_order(material: Material, written: Written) -> None:
    with material.version.connection.cursor() as cursor:
        found = cursor.execute(
            "SELECT department, count(*) FROM information_reports WHERE level <> '未采用'"
            " AND adopted_on BETWEEN '2026-01-01' AND '2026-10-31' GROUP BY 1"
        ).fetchall()
    counted = {material.catalog.departments[department].name: str(number) for department, number in found}
    (table,) = [
        block for block in written("adoption").blocks if isinstance(block, PaperTable) and "信息采用情况" in block.title
    ]
    assert {row[0]: row[5] for row in table.rows} == counted
    order = [one.name for one in material.catalog.departments.values()]
    assert [row[0] for row in table.rows] == sorted(counted, key=order.index)
    assert "没有录入考核的计分标准" in "".join(words(written("adoption")))


def test_a_year_has_a_departments_values_beside_the_courts_and_no_score(written: Written) -> None:
    paper = written("yearly")
    rows = {
        row[0]: row
        for block in paper.blocks
        if isinstance(block, PaperTable) and "（2026年1—10月）" in block.title
        for row in block.rows
    }
    for line in paper.lines:
        name = f"{line.name}（{line.period}）" if line.so_far else line.name
        assert rows[name][2] == line.value
    assert not [text for text in words(paper) if "名次" in text or "总分" in text]


def test_a_register_that_is_too_long_says_how_much_is_left_out(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registers, "MOST_LINES", 1)
    (table,) = registers.registers(material, Section(kind="registers", shows=("publicity_published",)))
    assert isinstance(table, PaperTable)
    assert len(table.rows) == 1
    assert "列前1行" in table.note
