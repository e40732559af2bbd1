"""What a paper says: every number is the store's, read a second time without the cards; small bases give counts only."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate, groupby
from types import SimpleNamespace
from typing import Any

import pytest

from scorecard.access import Forbidden
from scorecard.briefing.composition import work
from scorecard.briefing.composition.compose import compose, numeral
from scorecard.briefing.export import export_records
from scorecard.briefing.export.preview import preview
from scorecard.briefing.paper.material import gather
from scorecard.briefing.paper.model import Heading, PaperTable, Paragraph
from scorecard.briefing.paper.request import BriefingRequest, resolve
from scorecard.calendar.period import parse
from scorecard.catalog.columns import MASK
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import Selection, Version
from scorecard.store.tabulations import reading, tabulate
from tests.scorecard.briefing.composition.conftest import NOW, Written, everything, words
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER

TEMPLATES = (
    "leader", "monthly", "information", "meeting", "minutes", "department", "adoption", "yearly", "complete"
)  # fmt: skip


@pytest.mark.parametrize("kind", ["sample", "month", "untargeted"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_composes_on_every_kind_of_version(written: Written, template: str, kind: str) -> None:
    paper = written(template, kind)
    said = words(paper)
    assert len(paper.blocks) > 1
    assert not [text for text in said if re.search(r"\{|\}|None|<|>|\bnan\b", text)]
    assert all(text == text.strip() for text in said)
    assert [figure.number for figure in paper.figures] == list(range(1, len(paper.figures) + 1))
    heads = [block.text for block in paper.blocks if isinstance(block, Heading) and block.level == 1]
    led = [block.lead for block in paper.blocks if isinstance(block, Paragraph) and "、" in block.lead]
    order = [numeral(at) for at in range(1, 40)]
    heads = sorted([*heads, *led], key=lambda text: order.index(text.partition("、")[0]))
    assert heads == [f"{numeral(at)}、{text.partition('、')[2]}" for at, text in enumerate(heads, 1)]
    tables = [block for block in paper.blocks if isinstance(block, PaperTable) and block.title]
    assert [table.title.split("　")[0] for table in tables] == [f"表{at}" for at in range(1, len(tables) + 1)]
    for table in tables:
        assert {len(row) for row in table.rows} == {len(table.columns)}
    if kind == "untargeted":
        assert {line.word for line in paper.lines} & {"达标", "未达标"} == set()


def test_the_templates_tried_are_those_that_are_shipped_the_most_used_first(
    kinds: dict[str, tuple[DataDir, Version, str]],
) -> None:
    shipped = kinds["sample"][1].catalog.briefings.values()
    assert tuple(one.id for one in shipped if one.ordered) == TEMPLATES


@pytest.mark.parametrize(
    ("grain", "key", "department", "scope"),
    [
        ("ytd", "2026-10", "all", "all"),
        ("month", "2026-09", "all", "all"),
        ("quarter", "2026-Q3", "civil", "all"),
        ("year", "2025", "all", "firm"),
    ],
)
def test_every_number_is_the_stores_read_a_second_time(
    kinds: dict[str, tuple[DataDir, Version, str]], written: Written, grain: str, key: str, department: str, scope: str
) -> None:
    """Of the period that was chosen; where its cohort is under observation, of the last complete one before it."""
    version = kinds["sample"][1]
    paper = written("complete", period=key, grain=grain, department=department, scope=scope)
    with version.connection.cursor() as cursor:
        rows = cursor.execute(
            "SELECT indicator, period, state, numerator, denominator, base FROM indicator_value"
            " WHERE grain = ? AND period <= ? AND department = ? AND scope = ? ORDER BY period",
            [grain, key, department, scope],
        ).fetchall()
    states = {row[:2]: row[2] for row in rows}
    stored = {row[0]: (row[1], *row[3:]) for row in rows if row[1] == key}
    young = {row[0] for row in rows if row[1:3] == (key, "immature")}
    least = version.catalog.court.minimum_base
    through = {
        row[0]: (row[1], *row[3:])
        for row in rows
        if row[0] in young and row[1] < key and row[2] == "complete" and row[4] and row[5] >= least
    }
    assert len(paper.lines) == len(version.catalog.indicators)
    figures = {figure.line.id: figure for figure in paper.figures}
    checked = few = 0
    for line in paper.lines:
        kind = version.catalog.indicators[line.id].formula.kind
        if line.id not in stored:
            assert (line.value, line.exact, line.base) == ("—", None, 0)
            continue
        read, top, bottom, base = stored[line.id]
        earlier = line.id in through and line.word != "数据待核"
        if earlier:
            chosen = parse(grain, key)
            assert chosen is not None
            until_now = f"{base}件" if base < least else plainly(top, bottom, line.unit) if bottom else ""
            assert line.so_far == f"{chosen.label}{f'暂为{until_now}' if bottom else '暂无数值'}，观察期未满"
            read, top, bottom, base = through[line.id]
        of = parse(grain, read)
        assert of is not None
        assert (line.period, bool(line.so_far)) == (of.label, earlier), line.id
        assert (line.numerator, line.denominator, line.base) == (top, bottom, base or 0)
        if line.value != "—" and kind not in ("count", "sum") and base < least:  # so many cases, and no rate of them
            word = {"complete": "样本不足", "immature": "观察期未满", "partial": "在途"}[states[line.id, read]]
            assert (line.value, line.exact) == (f"{base}件", None), line.id
            assert line.word in (word, "数据待核"), line.id
            few += 1
        elif line.value != "—" and kind not in ("median", "stage_means"):
            days = (of.last - of.first).days + 1 if kind == "disposition" else 1
            assert line.value == plainly(top * days, bottom, line.unit), line.id
            checked += 1
        elif kind == "disposition":  # of whole periods with resolved cases only
            assert states[line.id, read] == "partial" or not bottom
        if line.id in figures:
            figure = figures[line.id]
            assert figure.line == line
            assert f"　{line.value}　" in figure.trend.reading
            at = {point.key: point for point in figure.trend.points}
            assert at[read].text == line.value
    assert few or grain == "year"  # a whole year has cases enough
    assert checked > (40 if (department, scope) == ("all", "all") else 10)


def plainly(top: Decimal, bottom: Decimal | None, unit: str) -> str:
    """A value from its halves by the decimal module alone, as a bulletin prints it."""
    value = top if bottom is None else top / bottom
    value = {"%": value * 100, "万元": value / 10_000}.get(unit, value)
    digits = {"%": "0.01", "万元": "0.01", "天": "0.01"}.get(unit, "1")
    text = f"{value.quantize(Decimal(digits), ROUND_HALF_UP):,f}"
    return (text.rstrip("0").rstrip(".") if unit == "天" and "." in text else text) + unit


def test_a_line_of_another_period_than_the_papers_says_so_wherever_it_stands(written: Written) -> None:
    """Cohorts of October are under observation for a month or more: what stands is of an earlier month."""
    paper = written("monthly", grain="month", period="2026-10")
    earlier = [line for line in paper.lines if line.so_far]
    assert len(earlier) > 5
    text = "\n".join(words(paper))
    assert f"另有{len(earlier)}项本期观察期未满，按最近一个期满的报告期反映和评价。" in text
    tables = [
        block for block in everything(paper) if isinstance(block, PaperTable) and "指标（2026年10月）" in block.title
    ]
    rows = {
        row[0]: dict(zip([one.name for one in table.columns], row, strict=True))
        for table in tables
        for row in table.rows
    }
    for line in paper.lines:
        row = rows[f"{line.name}（{line.period}）" if line in earlier else line.name]
        assert (row["数值"], line.period == "2026年10月") == (line.value, line not in earlier)
        assert row["差距"] == ("；".join(filter(None, (line.gap, line.so_far))) or "—")
    asked = re.findall(r"^2026年10月，有关指标：(.*)。$", text, re.MULTILINE)
    told = [line for line in earlier if any(line.name in one for one in asked)]
    assert told
    for line in told:
        assert any(f"{line.name} {line.period}为{line.value}（{line.word}；{line.so_far}）" in one for one in asked)
    missed = [line for line in earlier if line.word == "未达标"]
    assert missed
    rows_asked = {
        row[0]: row for block in paper.blocks if isinstance(block, PaperTable) and block.drawings for row in block.rows
    }
    for line in missed:
        assert rows_asked[f"{line.name}（{line.period.partition('年')[2]}）"][1].startswith(line.value)


def test_a_small_base_gives_its_count_and_nowhere_a_rate(written: Written) -> None:
    paper = written("complete")
    small = [line for line in paper.lines if line.word == "样本不足"]
    assert small
    for line in small:
        assert line.numerator is None or line.denominator is None or line.exact is None
        about = [text for text in words(paper) if line.name in text]
        assert not [
            text
            for text in about
            if "%" in text.replace(f"，{line.unit}）", "") and "不计比率" not in text and "以下" not in text
        ]
        if line.denominator:
            ratio = plainly(line.numerator or Decimal(0), line.denominator, line.unit)
            assert not [text for text in about if ratio in text and text.startswith(line.name)]


def test_every_page_bears_the_number_of_its_export(written: Written) -> None:
    paper = written("monthly")
    assert paper.provenance[-1].endswith(f"导出编号{paper.manifest.id}")


def test_a_sample_says_so_on_the_paper_and_in_every_figure(written: Written) -> None:
    paper = written("monthly")
    assert paper.sample
    assert any("示例数据" in line for line in paper.provenance)
    assert all(figure.trend.sample for figure in paper.figures)
    assert "不得作为工作情况引用" in "".join(words(paper))
    assert paper.name.startswith("领导小组月报_2026年1—10月_")


def test_chosen_domains_and_indicators_narrow_the_template_and_keep_the_plans_order(written: Written) -> None:
    chosen = ("creditor_recovery_rate", "small_claims_rate", "online_filing_rate")
    paper = written("monthly", indicators=chosen)
    assert [line.id for line in paper.lines] == ["online_filing_rate", "small_claims_rate", "creditor_recovery_rate"]
    assert [entry.indicator.id for entry in paper.annexes[1].definitions] == [line.id for line in paper.lines]
    only = written("monthly", domains=("insolvency",))
    assert {line.domain for line in only.lines} == {"办理破产"}
    with pytest.raises(ScorecardError, match="一项指标也没有"):
        written("monthly", indicators=chosen, domains=("requirements",))


def test_a_departments_sheet_has_what_it_answers_for_and_its_own_duties_only(
    kinds: dict[str, tuple[DataDir, Version, str]], written: Written
) -> None:
    catalog = kinds["sample"][1].catalog
    paper = written("department", department="enforcement")
    assert paper.title.startswith("执行局")
    named = {"enforcement", *(id for id, one in catalog.departments.items() if "enforcement" in one.members)}
    assert {line.id for line in paper.lines} == {
        one.id for one in catalog.indicators.values() if named & set(one.departments)
    }
    whole = {line.id: line.value for line in written("complete").lines}
    assert {line.id: line.value for line in paper.lines} == {line.id: whole[line.id] for line in paper.lines}
    assert "指标为全院数值" in paper.subtitle
    annex = paper.annexes[0]
    assert {line.id for line in annex.lines} == {line.id for line in paper.lines}
    duties = next(block for block in annex.blocks if isinstance(block, PaperTable) and "配套措施" in block.title)
    assert all("执行局：" in row[-1] and "：" not in row[-1].replace("执行局：", "") for row in duties.rows)


def test_case_rows_are_masked_and_left_out_for_who_may_not_see_them(
    kinds: dict[str, tuple[DataDir, Version, str]], written: Written
) -> None:
    version = kinds["sample"][1]
    whole = written("department", department="enforcement")
    *others, seen = (whole, *whole.annexes)
    assert (seen.landscape, seen.mark) == (True, "内部资料")
    assert not [one for one in others if one.mark or "鲁0117" in "".join(words(replace(one, annexes=())))]
    rows = [block for block in seen.blocks if isinstance(block, PaperTable) and "台账：" in block.title]
    assert rows
    assert any(MASK in row for table in rows for row in table.rows)
    with version.connection.cursor() as cursor:
        private = {
            str(value)
            for table in version.catalog.tables.values()
            if table.id in version.tables
            for name, column in table.columns.items()
            if column.private
            for (value,) in cursor.execute(
                f'SELECT DISTINCT "{name}" FROM "{table.id}" WHERE "{name}" IS NOT NULL'
            ).fetchall()
            if len(str(value)) > 3
        }
    text = "\n".join(words(seen))
    assert len(private) > 100
    assert not [value for value in private if value in text]
    hidden = written("department", actor=LEADER, department="enforcement")
    assert [one.title for one in hidden.annexes] == [one.title for one in whole.annexes[:-1]]
    assert "鲁0117" not in "".join(text for one in (hidden, *hidden.annexes) for text in words(one))


def test_amounts_on_lists_stand_to_the_right_under_their_unit(written: Written) -> None:
    tables = [one for one in written("department").annexes[-1].blocks if isinstance(one, PaperTable)]
    amounts = [(table, at) for table in tables for at, one in enumerate(table.columns) if one.name.endswith("（元）")]
    assert amounts
    for table, at in amounts:
        assert table.columns[at].number
        assert all(re.fullmatch(r"(\d{1,3}(,\d{3})*(\.\d+)?)?", row[at]) for row in table.rows)


def test_case_rows_ordered_by_another_are_refused_to_who_may_not_see_them(
    kinds: dict[str, tuple[DataDir, Version, str]],
) -> None:
    _, version, _ = kinds["sample"]
    order = resolve(version, BriefingRequest("department", "2026-10", department="enforcement"), OFFICER, NOW)
    for actor in (LEADER, CIVIL):
        with pytest.raises(Forbidden):
            preview(gather(version, order, actor))


@pytest.mark.parametrize(
    ("grain", "key", "first", "last"),
    [
        ("month", "2026-06", "2026-06-01", "2026-06-30"),
        ("quarter", "2026-Q2", "2026-04-01", "2026-06-30"),
        ("ytd", "2026-06", "2026-01-01", "2026-06-30"),
    ],
)
def test_a_balance_is_of_the_period_of_the_paper(
    kinds: dict[str, tuple[DataDir, Version, str]], written: Written, grain: str, key: str, first: str, last: str
) -> None:
    """Counted in the rows: there on the eve, filed and closed between the two days, there at their end."""
    with kinds["sample"][1].connection.cursor() as cursor:
        counted = cursor.execute(
            "SELECT count(*) FILTER (filed_on < $first AND (closed_on IS NULL OR closed_on >= $first)),"
            " count(*) FILTER (filed_on BETWEEN $first AND $last), count(*) FILTER (closed_on BETWEEN $first AND $last),"
            " count(*) FILTER (filed_on <= $last AND (closed_on IS NULL OR closed_on > $last)) FROM cases",
            {"first": date.fromisoformat(first), "last": date.fromisoformat(last)},
        ).fetchone()
    assert counted is not None and all(counted)
    said = [
        block.text
        for block in everything(written("monthly", grain=grain, period=key))
        if isinstance(block, Paragraph) and block.text.startswith("一审案件收结存")
    ]
    words = zip(("期初未结", "新收", "审结", "期末未结"), counted, strict=True)
    assert said == [f"一审案件收结存：{'、'.join(f'{word}{number:,}件' for word, number in words)}。"]


def test_registers_stand_under_their_row_with_the_totals_of_the_page(
    kinds: dict[str, tuple[DataDir, Version, str]], written: Written
) -> None:
    """Each tabulation is a line with the totals that the page of the row shows, 全院, without a second count, and stands once."""
    _, version, _ = kinds["sample"]
    blocks = everything(written("monthly"))
    period = parse("ytd", "2026-10")
    assert period is not None
    of = reading(version, Selection(period, "all", "all"))
    activities, problems = (
        tabulate(of, version.catalog.tabulations[name]).total
        for name in ("activities_by_kind", "enforcement_problems_by_kind")
    )
    assert activities is not None and problems is not None
    said = [b.text for b in blocks if isinstance(b, Paragraph) and b.text.startswith("宣传、走访等活动情况：")]
    assert said == [f"宣传、走访等活动情况：活动{activities.figures[0]}次。"]  # it serves 中5 as well, and stands once
    (table,) = [b for b in blocks if isinstance(b, PaperTable) and b.title.endswith("登记与清单的本期合计")]
    assert table.rows[0][0]
    under = list(
        accumulate((row[0] for row in table.rows), lambda above, own: own or above)
    )  # blank: as the line above
    titles = [version.catalog.row_title(row) for row in (*version.catalog.measures, *version.catalog.requirements)]
    assert [title for title, _ in groupby(under)] == [title for title in titles if title in under]
    (line,) = [(row, *said) for row, (_, *said) in zip(under, table.rows, strict=True) if said[0] == "突出问题按类别"]
    found, closed, in_time = problems.figures[:3]
    assert line == (
        version.catalog.row_title("commercial_disputes.1"), "突出问题按类别", f"发现{found}件、已办结{closed}件、期限内办结{in_time}件"
    )  # fmt: skip
    assert "执行领域突出问题登记表，数据截至" in table.note


def test_the_same_order_gives_the_same_paper_whatever_day_it_is(
    kinds: dict[str, tuple[DataDir, Version, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, version, _ = kinds["sample"]
    real = replace(
        version, manifest=replace(version.manifest, sample=False)
    )  # a sample is never late, this one would be
    order = replace(resolve(real, BriefingRequest("monthly", "2026-10"), OFFICER, NOW), judged_on=NOW.date())
    manifest = export_records.describe(data, real, order, (), "20261109100000-000000")
    first = compose(gather(real, order, OFFICER), manifest)
    monkeypatch.setattr("scorecard.store.open_version.today", lambda: datetime(2027, 6, 1, tzinfo=UTC).date())
    assert compose(gather(real, order, OFFICER), manifest) == first


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (35, "三十五"),
        (99, "九十九"),
        (100, "一百"),
        (103, "一百〇三"),
        (110, "一百一十"),
        (217, "二百一十七"),
    ],
)
def test_headings_are_counted_as_a_paper_counts(number: int, text: str) -> None:
    assert numeral(number) == text


def test_a_line_on_prompts_is_for_the_house_and_for_those_who_may_know(written: Written) -> None:
    for template in ("monthly", "information", "department"):
        heads = [block.text.partition("、")[2] for block in everything(written(template)) if isinstance(block, Heading)]
        assert ("提示核查" in heads) == (template != "information")
    said = [text for text in words(written("monthly")) if "没有需要核查的提示" in text or "项请核查：" in text]
    assert len(said) == 1
    assert "提示核查由审管办和领导小组查看，部门只看本部门的，本件不列。" in words(
        written("monthly", actor=ADMINISTRATOR)
    )


def test_what_improved_or_missed_says_what_explains_most_of_it_where_one_part_does(written: Written) -> None:
    """电子送达适用率 rose by 2.28 points in October; its split by 适用程序 is counted by hand in the test of the store."""
    (line,) = [
        text
        for text in words(written("monthly", grain="month"))
        if "电子送达适用率（按案）" in text and "主要因" in text
    ]
    assert "同比上升2.28个百分点，主要因简易程序自身的比率升高" in line


def test_what_moved_the_other_way_since_is_not_explained(written: Written) -> None:
    """诉前调解成功率 is 真实改善 in September and yet 1.38 points below the year before: that fall explains no improvement."""
    said = "；".join(words(written("monthly", grain="month", period="2026-09")))
    line = re.search(r"超出正常波动而好转的.*?诉前调解成功率([^；]*)", said)
    assert line is not None
    assert "真实改善" in line[1]
    assert "主要因" not in line[1]


@pytest.mark.parametrize(("whose", "told"), [("all", "，已核查"), ("enforcement", ""), ("civil", "，已核查")])
def test_what_another_department_checked_is_not_checked_here(
    whose: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """民事审判庭 looked at its cases; of 执行局's nobody did."""
    one = SimpleNamespace(prompt=SimpleNamespace(name="月末集中结案"), period="2026年6月", state="提示核查")
    monkeypatch.setattr(work, "read_prompts", lambda of: [one])
    result = {"prompt": "月末集中结案", "span": "2026年6月", "department": "civil"}
    monkeypatch.setattr(work, "check_results", lambda connection: [result])
    version = SimpleNamespace(connection=None, catalog=None, as_of={})
    material: Any = SimpleNamespace(
        version=version, whose=whose, actor=OFFICER, period=parse("month", "2026-06"), spec=SimpleNamespace(scope="all"), every={}
    )  # fmt: skip
    section: Any = None
    (said,) = work.prompts(material, section)
    assert isinstance(said, Paragraph)
    assert f"月末集中结案（2026年6月{told}）" in said.text
