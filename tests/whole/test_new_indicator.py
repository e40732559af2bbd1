"""A new indicator, column, extract or target is a file in `seeds/` and nothing else: no Python is touched here."""

import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from etl.commands.cli import main
from etl.intake import accept
from etl.versions import publish
from etl.warehouse import build
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.catalog import loader
from scorecard.errors import SeedErrors
from scorecard.narrative import glossary
from scorecard.records.targets import effective
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from tests.conftest import ROOT
from tests.support.actors import TESTER
from tests.support.court import period, verdict_on
from tests.support.extracts import AS_OF, cases_csv

INDICATOR = """
name = "简易程序适用率"
definition = "报告期内适用简易程序审结的一审民事案件数，占同期审结的一审民事案件数的比例。"
exclusions = "刑事、行政案件不计。"
why = "推动简易案件及时高效审结"
measures = ["commercial_disputes.5"]
departments = ["filing"]
unit = "%"
direction = "higher"
counterweight = "small_claims_rate"
sources = ["S25"]

[formula]
kind = "ratio"
table = "cases"
period = "closed_on"
where = { case_type = "民初" }
numerator = { procedure = "简易程序" }

[example]
rows = \"\"\"
case_no               | procedure | closed_on
（2026）鲁0117民初1号 | 小额诉讼  | 2026-01-05
（2026）鲁0117民初2号 | 简易程序  | 2026-01-09
（2026）鲁0117刑初3号 | 简易程序  | 2026-01-09
\"\"\"
expect = { period = "2026-01", numerator = 1, denominator = 2 }
"""
TARGET = (
    "summary_rate,下限,70,,,2026-01-01,,待确认,领导小组会议纪要,院长,2026-11-24 09:00,",
    "summary_rate,下限,75,,,2026-01-01,,待确认,领导小组会议纪要,院长,2026-11-25 09:00,",
)


@pytest.fixture
def copied(tmp_path: Path, seeds: Path) -> Path:
    """A copy of the committed seeds that a test may add to."""
    return Path(shutil.copytree(seeds, tmp_path / "seeds", ignore=shutil.ignore_patterns("sample")))


def _add(seeds: Path) -> None:
    (seeds / "indicators/commercial_disputes/summary_rate.toml").write_text(INDICATOR, encoding="utf-8")


def test_an_indicator_dropped_in_is_computed_judged_and_explained(copied: Path, data: DataDir) -> None:
    """40 civil cases, every fourth by 小额诉讼 (tests/support/extracts.py): 30 of 40 by 简易程序, 75 % of the year."""
    _add(copied)
    targets = copied / "targets.csv"
    targets.write_text("\n".join([targets.read_text("utf-8").rstrip(), *TARGET]) + "\n", encoding="utf-8")
    catalog = loader.load(copied)
    accept.accept(cases_csv(40), "cases.csv", catalog.tables["cases"], catalog, AS_OF, TESTER, data)
    publish.publish(data, build.build(catalog, data), TESTER)
    connection = store.connect(data, store.current(data).version or "")
    try:
        shown = warehouse.catalog(connection)
        value = warehouse.series(connection, shown, "ytd", "all", "all")["summary_rate"][-1]
        assert (value.numerator, value.denominator, value.exact) == (30, 40, 75)
        indicator = shown.indicators["summary_rate"]
        target = effective(warehouse.targets(connection), "summary_rate", period("2026-10", "ytd"))
        assert target is not None
        assert target.lower == Decimal(75)
        assert verdict_on(indicator, value, target).word == "达标"
    finally:
        connection.close()
    entry = glossary.entry(catalog.indicators["summary_rate"], catalog)
    assert entry.result.endswith("1 ÷ 2 = 50.00%")
    assert "### 简易程序适用率" in glossary.markdown(catalog)


def test_it_stands_among_the_indicators_of_its_measure(copied: Path) -> None:
    before = list(loader.load(copied).indicators)
    _add(copied)
    after = list(loader.load(copied).indicators)
    assert [name for name in after if name not in before] == ["summary_rate"]
    assert [name for name in after if name in before] == before
    place = after.index("summary_rate")
    assert {after[place - 1], after[place + 1]} & {
        "small_claims_rate",
        "small_claims_mean_days",
        "small_claims_conversion_rate",
    }


def test_a_mistake_in_it_is_refused_by_the_command_line_with_its_place(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _add(copied)
    file = copied / "indicators/commercial_disputes/summary_rate.toml"
    file.write_text(INDICATOR.replace('"简易程序" }', '"简易" }'), encoding="utf-8")
    with pytest.raises(SeedErrors):
        loader.load(copied)
    assert main(["check", "--seeds", str(copied)]) == 1
    told = capsys.readouterr()
    assert "summary_rate.toml「formula.where.procedure」：“简易”不是“适用程序”的取值" in told.out + told.err


def test_a_new_column_of_an_extract_needs_its_contract_only(copied: Path, data: DataDir) -> None:
    """An extract that has the column, and an older one that does not, are read by one contract.

    What rests on the older one is withheld, with its reason, until that is delivered with the column too: absent is not "no".
    """
    contract = copied / "tables/cases.toml"
    column = '[columns.media]\nheader = "是否媒体关注"\ntype = "boolean"\n\n[columns.hearings]'
    contract.write_text(contract.read_text("utf-8").replace("[columns.hearings]", column), encoding="utf-8")
    _add(copied)
    asked = INDICATOR.replace('{ procedure = "简易程序" }', "{ media = true }")
    asked = (
        asked.replace("| procedure |", "| media |").replace("| 小额诉讼  |", "| 是 |").replace("| 简易程序  |", "| |")
    )
    file = copied / "indicators/commercial_disputes/summary_rate.toml"
    file.write_text(asked, encoding="utf-8")
    catalog = loader.load(copied)
    first, second = cases_csv(8), cases_csv(4, first=9)

    def delivered(*extracts: bytes) -> IndicatorValue:
        for raw in extracts:
            accept.accept(raw, "a.csv", catalog.tables["cases"], catalog, AS_OF, TESTER, data)
        connection = store.connect(data, build.build(catalog, data))
        try:
            return warehouse.series(connection, catalog, "ytd", "all", "all")["summary_rate"][-1]
        finally:
            connection.close()

    def wider(raw: bytes, cell: str) -> bytes:
        header, *lines = raw.decode().splitlines()
        return "\r\n".join([f"{header},是否媒体关注", *(f"{line},{cell}" for line in lines)]).encode()

    value = delivered(first, wider(second, "是"))
    assert (value.numerator, value.denominator, value.exact) == (None, None, None)
    assert [doubt for doubt in value.doubts if "是否媒体关注" in doubt]
    value = delivered(wider(first, "否"))
    assert (value.numerator, value.denominator, value.doubts) == (4, 12, ())


def test_a_new_extract_is_one_contract_and_its_indicator_one_file(copied: Path, data: DataDir) -> None:
    (copied / "tables/visits.toml").write_text(
        'name = "来访登记表"\nreplaces = "all"\n\n[columns.visited_on]\nheader = "来访日期"\ntype = "date"\nrequired = true\n',
        encoding="utf-8",
    )
    head, _ = INDICATOR.split("[formula]")
    (copied / "indicators/commercial_disputes/visit_count.toml").write_text(
        head.replace('unit = "%"', 'unit = "件"').replace("简易程序适用率", "来访件数")
        + '[formula]\nkind = "count"\ntable = "visits"\nperiod = "visited_on"\n\n'
        + '[example]\nrows = """\nvisited_on\n2026-01-05\n2026-02-05\n"""\nexpect = { period = "2026-01", numerator = 1 }\n',
        encoding="utf-8",
    )
    catalog = loader.load(copied)
    raw = accept.template(catalog.tables["visits"]) + "2026-01-05\r\n2026-01-06\r\n2026年2月1日\r\n".encode()
    accept.accept(raw, "来访.csv", catalog.tables["visits"], catalog, date(2026, 2, 28), TESTER, data)
    connection = store.connect(data, build.build(catalog, data))
    try:
        values = warehouse.series(connection, catalog, "month", "all", "all")["visit_count"]
        assert [(value.period.key, value.numerator) for value in values] == [("2026-01", 2), ("2026-02", 1)]
    finally:
        connection.close()


def test_the_indicator_shown_in_the_readme_is_sound(copied: Path) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    folder = copied / "indicators" / "commercial_disputes"
    (folder / "sales_contract_mean_days.toml").write_text(shown, encoding="utf-8")
    assert "sales_contract_mean_days" in loader.load(copied).indicators
