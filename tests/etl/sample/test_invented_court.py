"""The synthetic extracts: sizes of a small basic court, nothing real, nothing after the cut, accepted as they are."""

import csv
import hashlib
import io
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import fmean

import pytest
from stdnum.cn import uscc

from etl.commands import publication
from etl.intake.batches import list_batches
from etl.intake.examine import examine
from etl.sample import invented_court
from etl.sample.registers import recipes
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir

AS_OF = date(2026, 10, 31)
FULL_YEARS = (2024, 2025)
# What people decide is not invented, nor the days that the State Council arranges, nor the ranges that upper bodies set.
DECIDED = ("targets", "parameters", "baselines", "annotations", "decisions", "work_calendar", "framework_ranges")
HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
Row = Mapping[str, str]
Rows = Sequence[Row]


@pytest.fixture(scope="module")
def extracts(catalog: Catalog) -> dict[str, bytes]:
    return invented_court.extracts(AS_OF, catalog=catalog)


@pytest.fixture(scope="module")
def tables(extracts: dict[str, bytes], catalog: Catalog) -> dict[str, Rows]:
    return {table: read(raw, catalog.tables[table]) for table, raw in extracts.items()}


def read(raw: bytes, table: Table) -> Rows:
    """The rows by column id, with case numbers, digits, dates and codes written the usual way; no 合计 row."""
    records = csv.reader(io.StringIO(raw.decode("gb18030"), newline=""))
    next(records)
    return [
        {name: plain(cell, name, table) for name, cell in zip(table.columns, record, strict=True)}
        for record in records
        if record[0] != "合计"
    ]


def plain(cell: str, name: str, table: Table) -> str:
    column = table.columns[name]
    match column.type.name:
        case "case_no":
            return cell.replace("(", "（").replace(")", "）")
        case "integer" | "decimal":
            return cell.translate(HALF_WIDTH)
        case "date":
            return "-".join(f"{int(part):02d}" for part in cell.split("/")) if "/" in cell else cell
        case "code":
            return next((word for word, others in column.values.items() if cell in others), cell)
        case _:
            return cell


def in_year(rows: Rows, column: str, year: int) -> Rows:
    return [row for row in rows if row[column].startswith(f"{year}-")]


def of_type(rows: Rows, kind: str, column: str = "case_no") -> Rows:
    return [row for row in rows if re.search(rf"鲁0117{kind}\d+号$", row[column])]


def share(rows: Rows, test: Callable[[Row], bool]) -> float:
    return sum(map(test, rows)) / len(rows)


def between(rows: Rows, column: str, first: str, last: str) -> Rows:
    return [row for row in rows if first <= row[column] <= last]


def days(row: Row, start: str, end: str) -> int:
    return (date.fromisoformat(row[end]) - date.fromisoformat(row[start])).days


# --- what they are --------------------------------------------------------------------------------------------


def test_there_is_an_extract_for_every_table_that_is_handed_in(extracts, catalog):
    assert set(extracts) == set(catalog.tables) - set(DECIDED)


def test_headers_are_those_of_the_contract_and_every_column_is_used(extracts, tables, catalog):
    for table, raw in extracts.items():
        header = raw.decode("gb18030").split("\r\n", 1)[0].split(",")
        assert header == [column.header for column in catalog.tables[table].columns.values()]
        for column in catalog.tables[table].columns:
            assert any(row[column] for row in tables[table]), (table, column)


def test_the_same_day_gives_the_same_bytes_in_another_process(extracts, seeds):
    code = (
        "import hashlib; from datetime import date; from etl.sample import invented_court as sample; "
        f"made = sample.extracts(date({AS_OF.year}, {AS_OF.month}, {AS_OF.day})); "
        "print(hashlib.sha256(b''.join(made.values())).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/New_York", "SCORECARD_SEEDS": str(seeds)}
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, cwd=seeds.parent
    )
    assert found.stdout.strip() == hashlib.sha256(b"".join(extracts.values())).hexdigest()


def test_a_later_extract_repeats_the_earlier_one_and_adds_to_it(tables, catalog):
    earlier_day = date(2026, 9, 15)
    earlier = invented_court.extracts(earlier_day, catalog=catalog)
    for name, raw in earlier.items():
        table = catalog.tables[name]
        now = {tuple(row[column] for column in table.key): row for row in tables[name]}
        for row in read(raw, table):
            key = tuple(row[column] for column in table.key)
            if name == "information_reports" and row["level"] == "未采用":
                continue  # adopted in between: the piece has another row
            assert key in now, (name, key)
            for column, declared in table.columns.items():
                if declared.type.name == "date" and row[column] and column != "screened_on":
                    assert now[key][column] == row[column], (name, key, column)


@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2028, 1, 1)])
def test_a_day_outside_the_files_is_refused(catalog, day):
    with pytest.raises(ScorecardError, match="2024-01-01 至 2027-12-31"):
        invented_court.extracts(day, catalog=catalog)


def test_case_numbers_are_of_the_court_that_the_seeds_name(catalog):
    elsewhere = replace(catalog, court=catalog.court.model_copy(update={"court_codes": ("粤0304",)}))
    text = invented_court.extracts(date(2024, 3, 31), catalog=elsewhere)["cases"].decode("gb18030")
    assert "粤0304民初" in text
    assert "鲁" not in text


def test_a_table_without_rows_is_left_out(catalog):
    """No progress of the plan's measures can have been reported before the plan; some registers begin with it, or later."""
    day = date(2024, 9, 30)
    later = {name for name, recipe in recipes().items() if recipe["rows"].get("from", day) > day}
    assert set(invented_court.extracts(day, catalog=catalog)) == (
        set(catalog.tables) - {*DECIDED, "measure_progress", *later}
    )


# --- the door -------------------------------------------------------------------------------------------------


def test_an_extract_of_years_to_come_is_accepted_too(catalog):
    """Sample data are also made where no holidays are published yet."""
    later = date(2027, 11, 30)
    for table, raw in invented_court.extracts(later, catalog=catalog).items():
        found = examine(raw, f"{table}.csv", catalog.tables[table], catalog, later)
        assert not found.refused, [str(problem) for problem in found.problems[:5]]


def test_every_extract_is_accepted_as_it_is(extracts, catalog):
    """What is repaired and reported is only what the generator means to be."""
    repaired: Counter[str] = Counter()
    for table, raw in extracts.items():
        found = examine(raw, f"{table}.csv", catalog.tables[table], catalog, AS_OF)
        assert not found.refused, [str(problem) for problem in found.problems[:5]]
        for count in found.counts:
            repaired[count.code] += count.count * (count.severity == "repair")
        reported = {(count.code, count.column) for count in found.counts if count.severity == "report"}
        assert reported <= {("summary_line", ""), ("required_missing", "结案方式")}
    assert repaired["case_no_brackets"] > 50
    assert repaired["width_folded"] > 20


def test_the_batches_are_marked_as_sample(catalog, data: DataDir):
    early = date(2024, 3, 31)
    made = invented_court.load_sample(catalog, data, early)
    assert list_batches(data) == tuple(sorted(made, key=lambda batch: batch.sequence))
    assert all(batch.sample and batch.actor == "示例数据" and batch.as_of == early for batch in made)


# --- sizes (domain figures of comparable courts) ---------------------------------------------------------------


@pytest.mark.parametrize("year", FULL_YEARS)
def test_a_year_has_the_size_of_a_small_basic_court(tables, year):
    suits, enforcement = (in_year(tables["cases"], "filed_on", year), in_year(tables["enforcement"], "filed_on", year))
    assert 5_000 <= len(suits) + len(enforcement) <= 7_000
    assert 0.36 <= len(enforcement) / (len(suits) + len(enforcement)) <= 0.44
    assert 3_000 <= len(of_type(suits, "民初")) <= 3_500
    assert 150 <= len(of_type(suits, "刑初")) <= 400
    assert 2_000 <= len(in_year(tables["pre_mediations"], "received_on", year)) <= 3_500
    assert 5 <= len(of_type(in_year(tables["bankruptcies"], "applied_on", year), "破申", "application_no")) <= 15
    assert 2 <= len(of_type(in_year(tables["bankruptcies"], "accepted_on", year), "破")) <= 8


@pytest.mark.parametrize("year", FULL_YEARS)
def test_procedures_and_causes_have_believable_shares(tables, catalog, year):
    closed = of_type(in_year(tables["cases"], "closed_on", year), "民初")
    small = share(closed, lambda row: row["procedure"] == "小额诉讼")
    simple = share(closed, lambda row: row["procedure"] in ("小额诉讼", "简易程序"))
    assert 0.245 <= small <= 0.35
    assert 0.87 <= simple <= 0.94
    groups = catalog.tables["cases"].derived["cause_group"].group.groups
    filed = in_year(tables["cases"], "filed_on", year)
    assert 1 <= sum(row["cause"] in groups["股东权利"] for row in filed) <= 10
    assert not any(row["cause"] in (*groups["证券期货"], *groups["证券期货犯罪"]) for row in filed)
    assert 0.4 <= share(closed, lambda row: row["firm_related"] == "是") <= 0.6


@pytest.mark.parametrize("last_day", ["2024-12-31", "2025-12-31", "2026-10-31"])
def test_one_to_three_hundred_firms_are_listed_as_dishonest(tables, last_day):
    listed = {
        row["firm_code"]
        for row in tables["credit_register"]
        if row["listed_on"] <= last_day < min(row["removed_on"] or "9999", row["expires_on"])
    }
    assert 100 <= len(listed) <= 300


def test_the_year_has_its_seasons(tables):
    """Few filings around the Spring Festival, most closings in December."""
    civil = of_type(tables["cases"], "民初")
    filed = Counter(row["filed_on"][:7] for row in civil)
    closed = Counter(row["closed_on"][:7] for row in civil)
    for year, festival in ((2024, "02"), (2025, "02"), (2026, "02")):
        months = [f"{year}-{month:02d}" for month in range(1, 13 if year < AS_OF.year else 11)]
        assert filed[f"{year}-{festival}"] < 0.85 * fmean(filed[month] for month in months)
    for year in FULL_YEARS:
        months = [f"{year}-{month:02d}" for month in range(1, 12)]
        assert closed[f"{year}-12"] > max(closed[month] for month in months)


def test_the_stock_of_earlier_years_is_there_and_nothing_else_of_them(tables):
    stock = [row for row in tables["cases"] if row["filed_on"] < "2024-01-01"]
    assert 250 <= len(stock) <= 600
    assert all(not row["closed_on"] or row["closed_on"] >= "2024-01-01" for row in stock)


# --- consistency ----------------------------------------------------------------------------------------------


def test_nothing_lies_after_the_cut(tables, catalog):
    for name, rows in tables.items():
        for column, declared in catalog.tables[name].columns.items():
            if declared.type.name in ("date", "datetime") and not declared.future:
                assert max((row[column][:10] for row in rows if row[column]), default="") <= str(AS_OF), (name, column)


def test_no_column_of_personal_data_and_no_number_that_could_be_one(extracts, catalog):
    for name, raw in extracts.items():
        header = raw.decode("gb18030").split("\r\n", 1)[0].split(",")
        assert not set(header) & set(catalog.tables[name].drop)
    text = "\n".join(
        line for raw in extracts.values() for line in raw.decode("gb18030").split("\r\n") if line[:2] != "合计"
    )
    assert not re.search(r"(?<![\dA-Z])[1-9]\d{16}[\dXx](?![\dA-Z])", text)  # identity cards
    assert not re.search(r"(?<![\d.])1[3-9]\d{9}(?![\d.])", text)  # mobile phones


def test_firms_and_administrators_are_plainly_invented(tables):
    assert all(re.fullmatch(r"示例企业\d{4}", row["firm_name"]) for row in tables["credit_register"])
    assert all(re.fullmatch(r"(示例管理人\d\d)?", row["administrator"]) for row in tables["bankruptcies"])
    for table in ("credit_register", "work_log", "revisits"):
        for code in {row["firm_code"] for row in tables[table]} - {""}:
            assert re.fullmatch("9199.{14}", code)  # no province has the number 99
            assert uscc.is_valid(code)


REFERENCES = [
    ("pre_mediations", "filed_case_no", [("cases", "case_no")]),
    ("pre_mediations", "enforcement_case_no", [("enforcement", "case_no")]),
    ("enforcement", "basis_case_no", [("cases", "case_no"), ("pre_mediations", "mediation_no")]),
    ("enforcement", "resumed_case_no", [("enforcement", "case_no")]),
    ("preservation", "related_case_no", [("cases", "case_no")]),
    ("asset_disposals", "case_no", [("bankruptcies", "case_no")]),
    ("leads", "source_case_no", [("cases", "case_no")]),
    ("revisits", "case_no", [("cases", "case_no")]),
]


@pytest.mark.parametrize(("table", "column", "targets"), REFERENCES)
def test_numbers_of_other_tables_exist_there(tables, table, column, targets):
    known = {row[target_column] for target, target_column in targets for row in tables[target]}
    named = {row[column] for row in tables[table]} - {""}
    assert named
    assert named <= known


def test_listings_name_enforcement_cases_that_exist_since_2024(tables):
    """Firms listed earlier may owe under cases closed before the extracts begin."""
    known = {row["case_no"] for row in tables["enforcement"]}
    named = {row["case_no"] for row in tables["credit_register"] if not re.match("（202[0-3]）", row["case_no"])}
    assert named
    assert named <= known


def test_case_numbers_are_of_this_court_and_unique(tables):
    kinds = {
        "cases": {"民初", "刑初", "行初"},
        "enforcement": {"执", "执恢", "执保", "执异"},
        "preservation": {"财保", "执保"},
        "pre_mediations": {"民诉前调"},
    }
    for table, allowed in kinds.items():
        numbers = [row.get("case_no") or row["mediation_no"] for row in tables[table]]
        found = {re.fullmatch(r"（202[2-6]）鲁0117(\D+)\d+号", number)[1] for number in numbers}
        assert found == allowed
        assert len(set(numbers)) == len(numbers)


def test_amounts_that_belong_together_are_exact(tables):
    for row in tables["enforcement"]:
        if row["recovered_yuan"] and row["claimed_yuan"]:
            assert Decimal(row["recovered_yuan"]) <= Decimal(row["claimed_yuan"])
    sold: Counter[str] = Counter()
    for row in tables["asset_disposals"]:
        sold[row["case_no"]] += Decimal(row["sold_price_yuan"] or 0)
    ended = [row for row in tables["bankruptcies"] if row["terminated_on"]]
    assert ended
    for row in ended:
        spent = sum(Decimal(row[part]) for part in ("paid_yuan", "expenses_yuan", "common_debts_yuan"))
        assert spent == Decimal(row["realised_yuan"]) == sold[row["case_no"]]
        assert Decimal(row["paid_yuan"]) <= Decimal(row["confirmed_claims_yuan"])


def test_online_applications_let_through_match_the_matters_filed_online(tables):
    passed = [row for row in tables["online_filings"] if row["result"] == "通过" and row["kind"] == "民事一审"]
    online = [row for row in tables["cases"] if row["filing_channel"] in ("网上立案", "跨域立案")]
    since = "2024-02-01"
    assert sum(row["reviewed_on"] >= since for row in passed) == sum(row["filed_on"] >= since for row in online)


def test_revisits_are_of_firms_suits_and_repeat_their_closing_date(tables):
    suits = {row["case_no"]: row for row in tables["cases"]}
    for row in tables["revisits"]:
        assert suits[row["case_no"]]["firm_related"] == "是"
        assert suits[row["case_no"]]["closed_on"] == row["closed_on"]


# --- the changes planted --------------------------------------------------------------------------------------


def test_mediation_succeeds_more_often_from_july_2025_on(tables):
    ended = tables["pre_mediations"]

    def success(first: str, last: str) -> float:
        return share(between(ended, "ended_on", first, last), lambda row: row["outcome"] == "成功")

    assert 0.60 <= success("2024-01-01", "2025-06-30") <= 0.63
    assert 0.65 <= success("2025-07-01", "2026-10-31") <= 0.69


def test_small_claims_are_closed_faster_in_2026(tables):
    small = [row for row in of_type(tables["cases"], "民初") if row["procedure"] == "小额诉讼" and row["closed_on"]]
    before = fmean(days(row, "filed_on", "closed_on") for row in in_year(small, "closed_on", 2025))
    after = fmean(days(row, "filed_on", "closed_on") for row in in_year(small, "closed_on", 2026))
    assert before < 60
    assert after < 0.88 * before


def quarters(first: date, last: date) -> Iterable[tuple[str, str]]:
    while first < last:
        following = (first + timedelta(days=95)).replace(day=1)
        yield str(first), str(following - timedelta(days=1))
        first = following


def test_terminations_fall_below_ninety_percent_in_one_quarter_only(tables):
    checked = [row for row in tables["enforcement"] if row["termination_compliant"]]
    low = [
        first
        for first, last in quarters(date(2024, 1, 1), AS_OF)
        if share(between(checked, "closed_on", first, last), lambda row: row["termination_compliant"] == "是") < 0.9
    ]
    assert low == ["2025-04-01"]


def test_a_handful_of_urgent_rulings_miss_the_48_hours(tables):
    hours = [
        (date.fromisoformat(row["ruled_at"][:10]) - date.fromisoformat(row["applied_at"][:10])).days * 24
        + clock(row["ruled_at"])
        - clock(row["applied_at"])
        for row in tables["preservation"]
        if row["kind"] in ("诉前", "紧急") and row["ruled_at"]
    ]
    assert len(hours) > 500
    assert 3 <= sum(taken > 48 for taken in hours) <= 15


def clock(moment: str) -> float:
    hour, minute = moment[11:].split(":")
    return int(hour) + int(minute) / 60


def test_excessive_seizures_were_found_in_2024_and_2025_only(tables):
    upheld = Counter(
        row["implemented_on"][:4]
        for row in tables["preservation"]
        if row["objection_kind"] in ("超标的", "超范围", "超标的超范围")
        and row["objection_result"] in ("成立", "部分成立", "自行纠正")
    )
    assert upheld == {"2024": 2, "2025": 1}


def test_the_registers_have_their_planted_changes(tables):
    """As etl/sample/registers/ says: organisations join, two months have no lead, loan suits follow a model judgment."""
    organisations = [
        {row["organisation"] for row in in_year(tables["pre_mediations"], "received_on", year)}
        for year in (2024, 2025, 2026)
    ]
    assert [len(names) for names in organisations] == [3, 5, 6]
    found = {row["found_on"][:7] for row in tables["leads"]}
    assert not found & {"2026-02", "2026-09"}
    models = {row["model_case_no"] for row in tables["model_judgments"]}
    followed = {(row["model_case_no"], row["cause"]) for row in tables["cases"] if row["model_case_no"]}
    assert {(number, "金融借款合同纠纷") for number in models} >= followed > set()
    small = [row for row in tables["cases"] if row["small_claims_basis"] == "约定适用"]
    assert all(row["procedure"] == "小额诉讼" or row["converted"] == "是" for row in small)


def test_arrears_are_recovered_better_in_2026_than_before_and_than_the_average_case(tables):
    known = [
        row
        for row in tables["enforcement"]
        if row["kind"] == "首次执行" and row["closed_on"] and row["recovered_yuan"] and row["claimed_yuan"]
    ]
    arrears = [row for row in known if row["arrears"] == "是"]

    def recovered(rows: Rows) -> Decimal:
        both = [(Decimal(row["recovered_yuan"]), Decimal(row["claimed_yuan"])) for row in rows]
        return sum((part for part, _ in both), Decimal(0)) / sum((whole for _, whole in both), Decimal(0))

    drive = recovered(in_year(arrears, "closed_on", 2026))
    assert drive > recovered(in_year(known, "closed_on", 2026))
    assert drive > recovered(between(arrears, "closed_on", "2024-01-01", "2025-12-31")) + Decimal("0.1")


def test_one_bankruptcy_is_pending_for_more_than_two_years(tables):
    pending = [
        row
        for row in of_type(tables["bankruptcies"], "破")
        if not row["terminated_on"] and row["accepted_on"] < "2024-10-31"
    ]
    assert [row["accepted_on"] for row in pending] == ["2023-09-14"]


def test_one_reorganised_firm_has_its_credit_repaired(tables):
    repaired = [row for row in tables["bankruptcies"] if row["repair_closed_on"]]
    assert [(row["procedure"], row["repair_closed_on"][:4]) for row in repaired] == [("重整", "2025")]


def test_firms_in_stock_are_screened_during_2024(tables):
    def screened(day: str) -> float:
        stock = [
            row
            for row in tables["credit_register"]
            if row["listed_on"] <= day < min(row["removed_on"] or "9999", row["expires_on"])
        ]
        return share(stock, lambda row: "" < row["screened_on"] <= day)

    assert screened("2024-02-29") < 0.5 < 0.9 < screened("2024-12-31")


def test_online_filing_grows_every_year(tables):
    civil = of_type(tables["cases"], "民初")
    online = [
        share(in_year(civil, "filed_on", year), lambda row: row["filing_channel"] == "网上立案")
        for year in (2024, 2025, 2026)
    ]
    assert online[0] + 0.05 < online[1] < online[2] - 0.05


def test_nothing_about_securities_has_happened(tables):
    assert not any("证券" in row["cause"] or "期货" in row["cause"] for row in tables["cases"])


def test_no_extract_is_committed(seeds: Path):
    assert [path.name for path in (seeds / "sample").iterdir()] == ["README.md"]


def test_a_sample_made_after_the_files_end_is_cut_on_their_last_day(catalog, data: DataDir, monkeypatch):
    asked: list[date] = []

    def stop(*arguments: object) -> None:
        asked.extend(day for day in arguments if isinstance(day, date))
        raise ScorecardError("示例数据", "", "")

    monkeypatch.setattr(publication, "load_sample", stop)
    monkeypatch.setattr(publication, "today", lambda: date(2029, 5, 3))
    with pytest.raises(ScorecardError):
        publication.publish_sample(catalog, data)
    assert asked == [date(2027, 12, 31)]
