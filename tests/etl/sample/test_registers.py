"""Sample rows of registers: what each word of a recipe does, and that a later day repeats the rows of an earlier one."""

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from etl.sample import registers
from etl.sample.registers import with_registers
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError

DAY = date(2026, 10, 31)
OTHERS = [
    {
        "case_no": f"示例{n}",
        "filed_on": date(2024, 1, 1) + timedelta(days=n),
        "kind": "首次执行" if n % 2 else "恢复执行",
    }
    for n in range(1100)
]
RECIPE = """
[rows]
date = "filed_on"
a_month = { 2024 = 3, 2026 = 6 }
none = ["2025-03"]
declared = ["2025-08"]
link = { table = "others", date = "filed_on", where = { kind = "首次执行" }, among = 5 }
[columns]
case_no.linked = "case_no"
closed_on = { days_after = "filed_on", days = [20, 60], known = 0.8 }
outcome = { choice = { "判决" = 3, "调解" = 1 }, when = { closed_on = true } }
claimed_yuan.amount = [[0, 100], [1, 300]]
hearings.count = [0, 9]
firm_related.yes = { 2024 = 0, 2025-07 = 1 }
department.choice = { civil = 1, filing = 1 }
cause.text = ["{n}：{case_no}，{year}年", "其他"]
contact.firm = "name"
"""


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch, catalog: Catalog) -> Any:
    def made(recipe: str, day: date = DAY) -> list[Any]:
        contract = Table.model_validate(
            {
                "id": "trials",
                "name": "测试登记表",
                "key": ["cause"],
                "columns": {
                    name: {"header": name, "type": kind, **({"values": {"判决": [], "调解": []}} if kind == "code" else {})}
                    for name, kind in {
                        "filed_on": "date", "case_no": "text", "closed_on": "date", "outcome": "code",
                        "claimed_yuan": "decimal", "hearings": "integer", "firm_related": "boolean",
                        "department": "department", "cause": "text", "contact": "text",
                    }.items()
                },
            }
        )  # fmt: skip
        tables = replace(catalog, tables={**catalog.tables, "trials": contract})
        found = {"trials": tomllib.loads(recipe)}
        monkeypatch.setattr(registers, "recipes", lambda _fill: found)
        return list(with_registers({"others": OTHERS}, 1, day, tables)["trials"])

    return made


def in_month(rows: Iterable[Any], month: str) -> list[Any]:
    return [row for row in rows if f"{row['filed_on']:%Y-%m}" == month]


def test_every_word_of_a_recipe(rows: Any) -> None:
    made = rows(RECIPE)
    linked = {row["case_no"]: row for row in OTHERS}
    assert all(linked[row["case_no"]]["kind"] == "首次执行" for row in made)
    assert all(0 <= (row["filed_on"] - linked[row["case_no"]]["filed_on"]).days <= 10 for row in made), (
        "one of the last five"
    )
    assert not in_month(made, "2025-03") and not in_month(made, "2025-08")
    assert len([row for row in made if row["filed_on"].year == 2026]) / 10 > 1.5 * 3
    for row in made:
        assert (row["outcome"] is None) == (row["closed_on"] is None)
        assert row["closed_on"] is None or 20 <= (row["closed_on"] - row["filed_on"]).days <= 67
        assert 100 <= row["claimed_yuan"] <= 300 and 0 <= row["hearings"] <= 9
        assert row["firm_related"] == (row["filed_on"] >= date(2025, 7, 1))
        assert row["contact"].startswith("示例企业")
    assert made[0]["cause"] == f"1：{made[0]['case_no']}，2024年" and made[1]["cause"] == "其他"
    assert {row["department"] for row in made} == {"civil", "filing"}
    assert {row["outcome"] for row in made} == {"判决", "调解", None}


def test_a_later_day_repeats_the_rows_and_knows_more_of_them(rows: Any) -> None:
    early, late = rows(RECIPE, date(2026, 8, 12)), rows(RECIPE)
    assert 0 < len(early) < len(late)
    for before, after in zip(early, late, strict=False):
        assert all(after[name] == value for name, value in before.items() if value is not None)
    assert any(before["closed_on"] is None and after["closed_on"] for before, after in zip(early, late, strict=False))


def test_a_row_for_a_share_of_the_rows_of_another_table(rows: Any) -> None:
    made = rows('[rows]\ndate = "filed_on"\neach = { table = "others", date = "filed_on", share = 0.5 }\n'
                '[columns]\ncase_no.linked = "case_no"')  # fmt: skip
    assert 440 < len(made) < 590, "half of the 1,035 rows up to the day"
    assert all(row["filed_on"] == date(2024, 1, 1) + timedelta(days=int(row["case_no"][2:])) for row in made)


def test_a_word_that_no_recipe_has_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "trials.toml").write_text('[rows]\ndate = "filed_on"\n[columns]\ncause.texts = ["a"]\n', "utf-8")
    monkeypatch.setattr(registers, "_FOLDER", tmp_path)
    with pytest.raises(ScorecardError, match="没有“texts”这个词"):
        registers.recipes()
