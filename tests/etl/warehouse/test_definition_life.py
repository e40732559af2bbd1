"""An indicator that was redefined: both definitions in the overlap, older months as they were, a break between the two.

Its rows and the values by hand: tests/etl/warehouse/redefined.py.
"""

from datetime import date, datetime
from pathlib import Path

import pytest

from scorecard.api import answers
from scorecard.assessment.cards import Card, card
from scorecard.briefing.composition.compose import compose
from scorecard.briefing.export import export_records
from scorecard.briefing.paper.material import gather
from scorecard.briefing.paper.model import Figure
from scorecard.briefing.paper.request import BriefingRequest, resolve
from scorecard.calendar.period import GRAINS, Grain
from scorecard.catalog import loader
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.charts.trend_of_card import trend_of
from scorecard.narrative import glossary, sentences
from scorecard.storage.data_dir import DataDir
from scorecard.store import warehouse
from scorecard.store.open_version import Version, card_inputs, for_visitors, open_published
from tests.etl.warehouse.redefined import (
    AS_OF,
    CLEARING,
    FORMER,
    LIFE,
    NAME,
    NEW_WORDS,
    OLD_WORDS,
    SEED,
    cases,
    publish_rows,
    recounted,
    redefined,
    rows,
)
from tests.support.actors import OFFICER
from tests.support.court import period
from tests.support.engine import built, values
from tests.support.naive import Key, Value, evaluate


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Catalog:
    return loader.load(redefined(seeds, tmp_path_factory.mktemp("life")))


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory, changed: Catalog) -> tuple[DataDir, Version]:
    data = DataDir(tmp_path_factory.mktemp("life") / "data")
    publish_rows(data, changed)
    return data, open_published(data)


def read(version: Version, key: str, grain: Grain = "month") -> Card:
    inputs = card_inputs(version, grain, ALL_DEPARTMENTS, "all", date(2026, 7, 2))
    return card(inputs, version.catalog.indicators[NAME], period(key, grain))


def test_every_value_is_the_naive_ones_of_the_definition_in_force(changed: Catalog, seeds: Path) -> None:
    """The rule in plain dates: old until 31 March 2026, new from 1 January; whole periods only, the newer one where both hold."""
    old, whole = loader.load(seeds).indicators[NAME], changed.indicators[NAME]
    as_of, kept = {"pre_mediations": AS_OF}, {"pre_mediations": list(rows())}
    expected: dict[str, dict[Key, Value]] = {NAME: {}, FORMER: {}}
    of_old, of_new = evaluate(changed, old, kept, as_of), evaluate(changed, whole, kept, as_of)
    for key in of_old:
        grain, named = key[0], key[1]
        expected[NAME][key] = of_new[key] if named >= "2026" else of_old[key]
        if named == "2026-Q1" or (grain in ("month", "ytd") and "2026-01" <= named <= "2026-03"):
            expected[FORMER][key] = of_old[key]
    with built(changed, [whole], kept, as_of) as connection:
        for name, wanted in expected.items():
            found = values(connection, whole.model_copy(update={"id": name}))
            assert found.keys() == wanted.keys()
            for key, (value, _) in found.items():
                other = wanted[key]
                assert (value.numerator, value.denominator, value.base, value.state) == (
                    other.numerator, other.denominator, other.base, other.state,
                ), (name, key)  # fmt: skip


def test_older_months_keep_value_and_words_and_the_overlap_has_both(version: tuple[DataDir, Version]) -> None:
    older, both, newer = (read(version[1], key) for key in ("2025-12", "2026-02", "2026-05"))
    assert [one.value for one in (older, both, newer)] == ["50.00%", "62.50%", "62.50%"]
    assert [OLD_WORDS in one.indicator.definition for one in (older, both, newer)] == [True, False, False]
    assert [one.formerly for one in (older, newer)] == ["", ""]
    assert both.formerly == "按原口径（至2026年3月31日）为50.00%"
    assert "，按原口径（至2026年3月31日）为50%，" in sentences.of_indicator(both)
    assert [point.key for _, point in both.former] == ["2026-01", "2026-02", "2026-03"]
    quarter, year = read(version[1], "2026-Q1", "quarter"), read(version[1], "2025", "year")
    assert (quarter.value, quarter.formerly, year.value) == (
        "62.50%", "按原口径（至2026年3月31日）为50.00%", "50.00%",
    )  # fmt: skip


def test_nothing_is_compared_across_the_change_and_the_figure_tells_it(version: tuple[DataDir, Version]) -> None:
    may = read(version[1], "2026-05")
    assert [change.text for change in may.changes] == ["与上年同期口径已调整，不可比", "环比持平"]
    january = read(version[1], "2026-01")
    assert {change.text.removeprefix("与") for change in january.changes} == {
        "上年同期口径已调整，不可比", "上期口径已调整，不可比",
    }  # fmt: skip
    inputs = card_inputs(version[1], "month", ALL_DEPARTMENTS, "all", date(2026, 7, 2))
    (mark,) = [mark for mark in trend_of(version[1], inputs, may).marks if mark.breaks]
    assert "2026年1月　口径调整，前后不可直接相比：改用新口径（某中院〔2025〕9号文；" in mark.note
    assert may.control is not None
    assert may.control.parts[-1].start == 12  # limits begin anew with the thirteenth month


def test_glossary_and_paper_tell_the_life(version: tuple[DataDir, Version]) -> None:
    data, opened = version
    life = glossary.entry(opened.catalog.indicators[NAME], opened.catalog).life
    assert [line.partition("：")[0] for line in life] == [
        "2026年1月1日起，依据某中院〔2025〕9号文", "至2026年3月31日",
    ]  # fmt: skip
    assert NEW_WORDS in life[0] and OLD_WORDS in life[1] and "撤回" not in life[1].partition("分母")[2]
    assert "口径沿革" in glossary.markdown(opened.catalog)
    order = resolve(opened, BriefingRequest("complete", "2026-02", issue="2"), OFFICER, datetime(2026, 7, 2))
    paper = compose(gather(opened, order, OFFICER), export_records.describe(data, opened, order, (NAME,), "1"))
    said = [block.sentence for block in paper.blocks if isinstance(block, Figure)]
    assert any("按原口径（至2026年3月31日）为" in text for text in said)
    (entry,) = [one for one in paper.definitions if one.indicator.id == NAME]
    assert entry.life == life


def test_a_period_across_the_change_has_no_value_where_no_definition_holds_throughout(
    tmp_path: Path, seeds: Path
) -> None:
    copied = redefined(seeds, tmp_path, LIFE.replace("2026-01-01", "2026-02-01").replace("2026-03-31", "2026-01-31"))
    catalog = loader.load(copied)
    whole = catalog.indicators[NAME]
    with built(catalog, [whole], {"pre_mediations": list(rows())}, {"pre_mediations": AS_OF}) as connection:
        found = {key[:2] for key in values(connection, whole)}
    assert ("quarter", "2026-Q2") in found and ("ytd", "2026-01") in found and ("month", "2026-02") in found
    assert not found & {("quarter", "2026-Q1"), ("ytd", "2026-02"), ("ytd", "2026-06"), ("year", "2026")}
    assert whole.uncounted(period("2026-Q1", "quarter")) == "2026年一季度横跨新旧口径，不合并计算"


def test_every_period_is_read_by_the_kind_of_formula_it_was_counted_by(tmp_path: Path, seeds: Path) -> None:
    """A mean of twenty days in 2025, by hand; in January 2026 thirteen pending over one closed, times 31 days."""
    catalog = loader.load(recounted(seeds, tmp_path))
    seen: dict[tuple[str, str], float] = {}
    with built(catalog, [catalog.indicators[CLEARING]], {"cases": list(cases())}, {"cases": AS_OF}) as connection:
        waist = "SELECT period, value FROM indicator_value WHERE grain = ? AND department = 'all' AND scope = 'all'"
        for grain in GRAINS:
            values_of_grain = dict(connection.execute(waist, [grain]).fetchall())
            read_back = warehouse.series(connection, catalog, grain, ALL_DEPARTMENTS, "all")[CLEARING]
            assert {one.period.key for one in read_back} == set(values_of_grain)
            for one in read_back:
                value = values_of_grain[one.period.key]
                assert (one.exact is None) == (value is None)
                if one.exact is not None:
                    seen[grain, one.period.key] = float(one.exact)
                    assert float(one.exact) == pytest.approx(value)
    assert (seen["month", "2025-12"], seen["year", "2025"], seen["month", "2026-01"]) == (20, 20, 13 * 31)


def test_the_interface_gives_halves_and_tables_of_the_formula_of_the_period(version: tuple[DataDir, Version]) -> None:
    """Ten of twenty in December 2025, by the formula of then: a median has no numerator, and is of another table."""
    catalog = version[1].catalog
    median = next(one.formula for one in catalog.indicators.values() if one.formula.kind == "median")
    assert "pre_mediations" not in median.tables
    changed = catalog.indicators[NAME].model_copy(update={"formula": median})
    inputs = card_inputs(version[1], "month", ALL_DEPARTMENTS, "all", date(2026, 7, 2))
    told = answers.value(version[1], inputs, changed, period("2025-12"))
    assert (told.numerator, told.denominator, told.as_of) == ("10", "20", {"pre_mediations": AS_OF})


def test_visitors_get_no_value_beside_another(version: tuple[DataDir, Version]) -> None:
    """Two counts of nearly the same rows would tell the few rows between them."""
    series = card_inputs(for_visitors(version[1]), "month", ALL_DEPARTMENTS, "all", date(2026, 7, 2)).series
    assert FORMER not in series
    assert len(series[NAME]) == 18


@pytest.mark.parametrize(
    ("life", "said"),
    [
        (LIFE.replace("2026-03-31", "2025-11-30"), "其间没有口径"),
        (LIFE.replace("2026-03-31", "2026-03-30"), "某月最后一日"),
        (LIFE.replace("2026-01-01", "2026-01-02"), "某月1日"),
        (LIFE + "valid_from = 2026-05-01\n", "止日不早于起日"),
        (LIFE + "valid_from = 2026-01-01\n", "由近及远"),
        (
            LIFE.replace("valid_from = 2026-01-01\n", "valid_until = 2026-02-28\nvalid_from = 2026-01-01\n"),
            "先起的先止",
        ),
        (LIFE.replace('basis = "某中院〔2025〕9号文"\n', ""), "没有 valid_from 或 basis"),
        (LIFE + 'unit = "天"\n', "earlier.1.unit」：未登记的键"),
        (LIFE.replace("2026-01-01", "2026-04-01"), "不在口径施行的期间"),
    ],
)
def test_a_life_with_gaps_reversed_days_or_another_unit_is_refused(
    tmp_path: Path, seeds: Path, life: str, said: str
) -> None:
    copied = redefined(seeds, tmp_path, life)
    with pytest.raises(loader.SeedErrors) as refused:
        loader.load(copied)
    assert said in str(refused.value)


def test_a_former_formula_in_another_unit_is_refused(tmp_path: Path, seeds: Path) -> None:
    copied = redefined(seeds, tmp_path)
    path = copied / SEED
    text = path.read_text("utf-8").replace('[earlier.formula]\nkind = "ratio"', '[earlier.formula]\nkind = "count"')
    path.write_text("where = { outcome".join(text.rsplit("numerator = { outcome", 1)), encoding="utf-8")
    with pytest.raises(loader.SeedErrors, match="单位变了就是另一项指标"):
        loader.load(copied)
