"""A court that redefined an indicator on 1 January 2026 and counted by both definitions until the end of March.

By hand: every month of 2025 and to June 2026 ends twenty mediations, of which ten succeed, six fail and four are withdrawn.
The old definition divides by all (10 ÷ 20 = 50 %), the new one leaves the withdrawn out (10 ÷ 16 = 62.5 %).
"""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from etl.intake import accept
from etl.versions import publish
from etl.warehouse import build
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import TESTER
from tests.support.naive import Row

SEED, NAME = "indicators/commercial_disputes/pre_mediation_success_rate.toml", "pre_mediation_success_rate"
FORMER = f"{NAME}@2026-03"
AS_OF = date(2026, 6, 30)
OLD_WORDS, NEW_WORDS = "结果为成功的所占比例", "不计撤回的，成功的所占比例"
LIFE = """valid_from = 2026-01-01
basis = "某中院〔2025〕9号文"

[[earlier]]
valid_until = 2026-03-31
"""

# One counted by another kind before: the mean length of the cases closed until the end of 2025, then how long the pending take.
CLEARING_SEED, CLEARING = "indicators/requirements/case_disposition_days.toml", "case_disposition_days"
FORMER_MEAN = """
[[earlier]]
valid_until = 2025-12-31
definition = "报告期内审结的案件，自立案至结案的平均天数。"
exclusions = "无"

[earlier.formula]
kind = "mean"
table = "cases"
period = "closed_on"
of = "trial_days"

[earlier.example]
as_of = 2025-12-31
rows = \"\"\"
case_no               | filed_on   | closed_on
（2025）鲁0117民初1号 | 2025-11-01 | 2025-11-11
（2025）鲁0117民初2号 | 2025-11-01 | 2025-11-21
\"\"\"
expect = { period = "2025-11", numerator = 30, denominator = 2, value = "15" }
"""


def cases() -> Iterator[Row]:
    """Every month of 2025 and to June 2026 two cases are filed, one of which is closed after twenty days."""
    for month in range(18):
        year, of_year = divmod(month, 12)
        for number in (1, 2):
            yield {
                "case_no": f"（{2025 + year}）鲁0117民初{2 * month + number}号",
                "filed_on": date(2025 + year, of_year + 1, 1),
                "closed_on": date(2025 + year, of_year + 1, 21) if number == 1 else None,
            }


def recounted(seeds: Path, folder: Path) -> Path:
    """A copy of the seeds in which the time of clearing was a mean before 2026."""
    copied = Path(shutil.copytree(seeds, folder / "seeds", ignore=shutil.ignore_patterns("sample")))
    head, formula = (copied / CLEARING_SEED).read_text("utf-8").split("[formula]")
    dated = 'valid_from = 2026-01-01\nbasis = "某中院〔2025〕9号文"\n\n'
    (copied / CLEARING_SEED).write_text(f"{head}{dated}[formula]{formula}{FORMER_MEAN}", encoding="utf-8")
    return copied


def rows() -> Iterator[Row]:
    number = 0
    for month in range(18):
        year, of_year = divmod(month, 12)
        for outcome in ("成功",) * 10 + ("失败",) * 6 + ("撤回",) * 4:
            number += 1
            yield {
                "mediation_no": f"（{2025 + year}）鲁0117民诉前调{number}号",
                "received_on": date(2025 + year, of_year + 1, 2),
                "ended_on": date(2025 + year, of_year + 1, 3 + number % 20),
                "outcome": outcome,
                "department": "filing",
                "firm_related": number % 2 == 0,
            }


def redefine(seeds: Path, life: str = LIFE) -> None:
    """The seed file as a court would change it: what it said moves down, the new formula takes its place."""
    path = seeds / SEED
    said = path.read_text("utf-8")
    head, formula = said.split("[formula]")
    words = "\n".join(line for line in head.splitlines() if line.startswith(("definition", "exclusions", "note")))
    moved = f"[formula]{formula}".replace("[formula]", "[earlier.formula]").replace("[example]", "[earlier.example]")
    moved = moved.replace("2026-01-", "2025-11-").replace("2026-02-", "2025-12-").replace('"2026-01"', '"2025-11"')
    new_formula = formula.replace("numerator = {", 'where = { outcome = { in = ["成功", "失败"] } }\nnumerator = {', 1)
    new_formula = new_formula.replace("denominator = 4", "denominator = 2")
    new_formula = (
        new_formula.replace("2026-02-", "2026-04-").replace("2026-01-", "2026-03-").replace('"2026-01"', '"2026-03"')
    )
    dated, earlier = life.split("[[earlier]]")
    path.write_text(
        f"{head.replace(OLD_WORDS, NEW_WORDS)}{dated}\n[formula]{new_formula}\n[[earlier]]{earlier}{words}\n{moved}",
        encoding="utf-8",
    )


def redefined(seeds: Path, folder: Path, life: str = LIFE) -> Path:
    """A copy of the seeds with the indicator redefined."""
    copied = Path(shutil.copytree(seeds, folder / "seeds", ignore=shutil.ignore_patterns("sample")))
    redefine(copied, life)
    return copied


def publish_rows(data: DataDir, catalog: Catalog) -> None:
    """The rows through the door, and the version of them published."""
    lines = ["调解案号,收案日期,结束日期,结果,承办部门,是否涉企"]
    for row in rows():
        firm = "是" if row["firm_related"] else "否"
        lines.append(f"{row['mediation_no']},{row['received_on']},{row['ended_on']},{row['outcome']},立案庭,{firm}")
    accept.accept(
        "\n".join(lines).encode(), "诉前调解.csv", catalog.tables["pre_mediations"], catalog, AS_OF, TESTER, data
    )
    publish.publish(data, build.build(catalog, data), TESTER)
