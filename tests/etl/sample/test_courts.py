"""An upper court: its courts' numbers are those of their own rows and add up to the whole; no row counts for the wrong court."""

import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from etl.intake.examine import examine
from scorecard import case_number
from scorecard.access import Actor, Forbidden
from scorecard.briefing.paper.material import gather
from scorecard.briefing.paper.request import BriefingRequest, resolve
from scorecard.catalog import loader
from scorecard.catalog.court import MemberCourt
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.errors import SeedErrors
from scorecard.store.evidence_rows import require_evidence
from scorecard.store.open_version import Version, open_published
from tests.support import naive
from tests.support.actors import OFFICER
from tests.support.samples import AREA_SEEDS, FIRST_MONTH_END, SEEDS, published_area

HEADER = "案号,立案日期,结案日期,承办法院"


@pytest.fixture(scope="module")
def upper() -> Catalog:
    return loader.load(AREA_SEEDS)


@pytest.fixture(scope="module")
def version(shared: Path) -> Iterator[Version]:
    with closing((opened := open_published(published_area(shared))).connection):
        yield opened


def codes(catalog: Catalog) -> dict[str, str]:
    return {code: one.id for one in catalog.departments.values() if isinstance(one, MemberCourt) for code in one.codes}


def rows(version: Version, table: str) -> list[dict[str, Any]]:
    if table not in version.as_of:
        return []
    told = version.connection.execute(f'SELECT * FROM "{table}"')
    names = [name for name, *_ in told.description]
    return [dict(zip(names, row, strict=True)) for row in told.fetchall()]


def test_the_overlay_says_only_what_differs(upper: Catalog, catalog: Catalog) -> None:
    assert {path.name for path in AREA_SEEDS.iterdir()} == {"overlay.toml", "court.toml", "courts.toml"}
    assert list(upper.indicators) == list(catalog.indicators)
    assert upper.digest != catalog.digest
    assert [upper.departments[name].name for name in upper.units] == [one["name"] for one in written().values()]
    assert set(catalog.departments) < set(upper.departments)
    assert not set(upper.units) & set(catalog.departments)


def written() -> dict[str, Any]:
    return tomllib.loads((AREA_SEEDS / "courts.toml").read_text("utf-8"))


def test_an_overlay_over_nothing_or_over_another_is_refused(tmp_path: Path) -> None:
    for of, found in ((str(tmp_path / "none"), "不是文件夹"), (str(AREA_SEEDS), "也是一层覆盖")):
        (tmp_path / "overlay.toml").write_text(f'of = "{of}"', "utf-8")
        with pytest.raises(SeedErrors, match=found):
            loader.load(tmp_path)


def test_every_case_counts_for_the_court_of_its_number_and_the_courts_differ_in_size(version: Version) -> None:
    known, sizes = codes(version.catalog), dict.fromkeys(version.catalog.units, 0)
    for row in (*rows(version, "cases"), *rows(version, "enforcement")):
        number = case_number.parse(row["case_no"])
        assert number is not None
        assert row["department"] in (None, known[number.court or ""])  # what the sample leaves blank
        sizes[known[number.court or ""]] += 1
    assert min(sizes.values()) > 0
    assert max(sizes.values()) > 3 * min(sizes.values())
    assert list(sizes.values()) != sorted(sizes.values())


@pytest.mark.parametrize(
    "name", ["small_claims_rate", "pre_mediation_success_rate", "first_enforcement_mean_days", "e_service_case_rate"]
)
def test_a_courts_numbers_are_those_of_its_own_rows(version: Version, name: str) -> None:
    catalog = version.catalog
    indicator = catalog.indicators[name]
    (table,) = indicator.formula.tables
    contract = catalog.tables[table]
    own = [{column: row[column] for column in contract.columns} for row in rows(version, table)]
    expected = naive.evaluate(catalog, indicator, {table: own}, {table: FIRST_MONTH_END}, ("month",))
    found = version.connection.execute(
        "SELECT period, department, scope, numerator, denominator, base FROM indicator_value"
        " WHERE indicator = ? AND grain = 'month' AND numerator IS NOT NULL", [name],
    ).fetchall()  # fmt: skip
    assert {department for _, department, *_ in found} - {ALL_DEPARTMENTS} <= set(catalog.units)
    assert len(found) > 10
    for period, department, scope, numerator, denominator, base in found:
        value = expected["month", period, department, scope]
        assert (numerator, denominator, base) == (value.numerator, value.denominator, value.base)


def test_the_courts_add_up_to_the_whole(version: Version) -> None:
    """Every additive value of tables in which each row names its court; nothing of them is a department's."""
    catalog, checked = version.catalog, 0
    for indicator in catalog.indicators.values():
        tables = [catalog.tables[name] for name in indicator.formula.tables]
        kinds = {term.aggregate for term in indicator.formula.terms}
        contract = tables[0]
        if len(tables) > 1 or contract.department is None or not kinds <= {"count", "sum"}:
            continue
        if contract.columns[contract.department].responsible or any(
            row[contract.department] is None for row in rows(version, contract.id)
        ):
            continue
        found = version.connection.execute(
            "SELECT department, sum(numerator), sum(coalesce(denominator, 0)) FROM indicator_value"
            " WHERE indicator = ? AND grain = 'month' AND scope = 'all' GROUP BY 1", [indicator.id],
        ).fetchall()  # fmt: skip
        by = {department: (top or 0, bottom or 0) for department, top, bottom in found}
        whole = by.pop(ALL_DEPARTMENTS, (0, 0))
        assert set(by) <= set(catalog.units)
        assert (sum(top for top, _ in by.values()), sum(bottom for _, bottom in by.values())) == whole, indicator.id
        checked += 1
    assert checked > 20


@pytest.mark.parametrize(
    ("line", "code", "reason"),
    [
        ("（2026）鲁9903民初1号,2026-01-05,2026-02-05,城南法院", None, ""),
        ("（2026）鲁99民初1号,2026-01-05,2026-02-05,示例市中级人民法院", None, ""),
        (
            "（2026）鲁9903民初1号,2026-01-05,2026-02-05,城东法院",
            "court_differs",
            "是城南区人民法院的案号，“承办法院”写的是城东区人民法院",
        ),
        ("（2026）鲁0117民初1号,2026-01-05,2026-02-05,城东法院", "court_foreign", "“鲁0117”不是全市法院代字"),
        ("（2026）鲁9903民初1号,2026-01-05,2026-02-05,民事审判庭", "department_unknown", "“民事审判庭”不是法院"),
    ],
)
def test_the_door_knows_the_courts_by_their_numbers(upper: Catalog, line: str, code: str | None, reason: str) -> None:
    found = examine(f"{HEADER}\n{line}\n".encode(), "案件.csv", upper.tables["cases"], upper, date(2026, 3, 1)).problems
    told = [(one.code, one.reason) for one in found if one.severity == "refuse"]
    assert told == [] if code is None else [(code, reason in text) for _, text in told] == [(told[0][0], True)]


def test_who_answers_is_still_a_department(upper: Catalog) -> None:
    for table in ("measure_progress", "remarks", "decisions", "upper_requirements"):
        column = upper.tables[table].columns["department"]
        assert "civil" not in upper.barred(column.responsible)
        assert "部门" in column.header
    assert set(upper.barred(False)) == set(upper.departments) - set(upper.units)


def test_an_account_of_a_court_sees_the_cases_of_its_own(upper: Catalog) -> None:
    east = Actor("城东内勤", "department", department="east")
    require_evidence(east, "east", upper)
    for other, words in (("west", "法院账户只能看本院的案件"), (ALL_DEPARTMENTS, "当前选择的是“全市法院”")):
        with pytest.raises(Forbidden) as told:
            require_evidence(east, other, upper)
        assert words in told.value.found


def test_a_paper_of_a_court_reads_its_own_values_and_one_of_a_department_those_of_the_whole(version: Version) -> None:
    for whose, of in (("east", "east"), ("civil", ALL_DEPARTMENTS)):
        order = resolve(
            version, BriefingRequest("department", "2024-01", "month", whose), OFFICER, datetime(2026, 12, 1)
        )
        made = gather(version, order, OFFICER)
        assert made.inputs.department == of
        assert {one.judged.reading.department for one in made.spoken if one.judged.reading} == {of}
        assert made.spoken


def test_where_rows_are_counted_by_department_nothing_reads_otherwise(catalog: Catalog) -> None:
    assert (catalog.words.unit, catalog.words.whole, catalog.department_name(ALL_DEPARTMENTS)) == (
        "部门",
        "全院",
        "全院",
    )
    assert catalog.tables["cases"].columns["department"].header == "承办部门"
    unfilled = [path for path in SEEDS.rglob("*.toml") if "{whole}" in catalog.words.fill(path.read_text("utf-8"))]
    assert unfilled == []
