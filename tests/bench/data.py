"""Invented first-instance cases in any number, written by DuckDB in seconds: as an extract, as a batch, as a whole court.

Every draw is a hash of the row's number, so the same number of rows is always the same rows.
"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from etl.intake import batches
from etl.intake.batches import Batch
from etl.sample.invented_court import load_sample
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.access import console
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.storage.atomic_files import temporary_sibling
from scorecard.storage.data_dir import DataDir

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 10, 31)
NEXT_MONTH = date(2026, 11, 30)
FIRST_DAY = date(2021, 1, 1)
ACTOR = console("bench")

# The twenty columns of the extract; a batch has all of the contract, those that are not drawn here unknown.
EXTRACTED = (
    "case_no", "cause", "received_on", "filed_on", "closed_on", "outcome", "procedure", "original_procedure",
    "converted", "converted_on", "limit_on", "claimed_yuan", "department", "firm_related", "preserved", "appealed",
    "filing_channel", "e_service", "hearings", "online_hearings",
)  # fmt: skip

CIVIL_CAUSES = (
    "买卖合同纠纷", "民间借贷纠纷", "金融借款合同纠纷", "物业服务合同纠纷", "离婚纠纷", "机动车交通事故责任纠纷",
    "劳动争议", "建设工程施工合同纠纷", "租赁合同纠纷", "信用卡纠纷", "信息网络买卖合同纠纷", "承揽合同纠纷",
    "追偿权纠纷", "健康权纠纷", "股东知情权纠纷", "股权转让纠纷", "保险纠纷", "服务合同纠纷", "相邻关系纠纷", "继承纠纷",
)  # fmt: skip
CRIMINAL_CAUSES = ("盗窃罪", "危险驾驶罪", "诈骗罪", "故意伤害罪", "合同诈骗罪", "非法吸收公众存款罪", "寻衅滋事罪")
ADMINISTRATIVE_CAUSES = ("行政处罚", "行政复议", "政府信息公开", "行政征收")


def catalog() -> Catalog:
    """The committed seeds, with room for extracts far above the upload limit of a court."""
    found = loader.load(ROOT / "seeds")
    return replace(found, court=found.court.model_copy(update={"max_upload_mb": 100_000}))


def cases_sql(rows: int) -> str:
    """A query for `rows` typed rows of the cases contract, with _line; departments by id, codes by canonical word."""

    def draw(salt: int, below: int) -> str:
        return f"(hash(i, {salt}) % {below})::INTEGER"

    def one_of(words: tuple[str, ...], salt: int) -> str:
        listed = ", ".join(f"'{word}'" for word in words)
        return f"([{listed}])[{draw(salt, len(words))} + 1]"

    def share(salt: int, percent: int) -> str:
        return f"{draw(salt, 100)} < {percent}"

    days = (AS_OF - FIRST_DAY).days
    return f"""
WITH born AS (
  SELECT i, DATE '{FIRST_DAY}' + {draw(1, days)} AS filed_on,
         CASE WHEN {draw(2, 100)} < 88 THEN '民初' WHEN {draw(2, 100)} < 97 THEN '刑初' ELSE '行初' END AS kind,
         5 + {draw(3, 90)} + CASE WHEN {share(4, 8)} THEN {draw(5, 500)} ELSE 0 END AS days
  FROM range({rows}) t(i)),
lived AS (
  SELECT *, CASE WHEN filed_on + days <= DATE '{AS_OF}' THEN filed_on + days END AS closed_on,
         CASE WHEN kind = '民初' AND {share(6, 35)} THEN '小额诉讼'
              WHEN {share(6, 80)} THEN '简易程序' ELSE '普通程序合议' END AS started,
         kind = '民初' AND {share(7, 4)} AND filed_on + 5 <= DATE '{AS_OF}' AS converted, {draw(8, 4)} AS hearings
  FROM born)
SELECT '（' || year(filed_on) || '）鲁0117' || kind || (i + 1) || '号' AS case_no,
       'AJ' || lpad((i + 1)::VARCHAR, 12, '0') AS case_id,
       CASE kind WHEN '民初' THEN {one_of(CIVIL_CAUSES, 9)} WHEN '刑初' THEN {one_of(CRIMINAL_CAUSES, 9)}
            ELSE {one_of(ADMINISTRATIVE_CAUSES, 9)} END AS cause,
       filed_on - {draw(10, 8)} AS received_on, filed_on, closed_on,
       CASE WHEN closed_on IS NOT NULL THEN {one_of(("判决", "判决", "调解", "撤诉", "裁定"), 11)} END AS outcome,
       CASE WHEN converted THEN '普通程序独任' ELSE started END AS procedure,
       CASE WHEN converted THEN started END AS original_procedure, converted,
       CASE WHEN converted THEN filed_on + 5 END AS converted_on, filed_on + 90 + {draw(12, 4)} * 30 AS limit_on,
       ({draw(13, 90_000_000)} / 100)::DECIMAL(18, 4) AS claimed_yuan,
       CASE kind WHEN '刑初' THEN 'criminal' ELSE {one_of(("civil", "civil", "tribunal"), 14)} END AS department,
       CASE WHEN {share(15, 3)} THEN NULL ELSE {share(16, 30)} END AS firm_related,
       {one_of(("自然人", "自然人", "企业"), 17)} AS plaintiff_type,
       {one_of(("自然人", "企业", "个体工商户"), 18)} AS defendant_type,
       {share(19, 12)} AS preserved, CASE WHEN closed_on IS NOT NULL THEN {share(20, 9)} END AS appealed,
       {one_of(("网上立案", "网上立案", "现场立案", "跨域立案"), 21)} AS filing_channel,
       {share(22, 70)} AS e_service, {share(23, 5)} AS announcement_service, hearings::BIGINT AS hearings,
       (CASE WHEN {share(24, 25)} THEN hearings ELSE 0 END)::BIGINT AS online_hearings,
       CASE WHEN {share(25, 1)} THEN '（2025）鲁0117民初' || (1 + {draw(26, 9)}) || '号' END AS model_case_no,
       i + 2 AS _line
FROM lived"""


def write_extract(path: Path, rows: int, found: Catalog) -> None:
    """A clean UTF-8 extract of twenty columns, as the case system would write it."""
    table = found.tables["cases"]
    columns = ", ".join(_as_written(name, found) for name in EXTRACTED)
    headers = ", ".join(f'"{name}" AS "{table.header(name)}"' for name in EXTRACTED)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"COPY (SELECT {headers} FROM (SELECT {columns} FROM ({cases_sql(rows)}))) TO '{path}' (FORMAT csv, HEADER)"
        )


def _as_written(name: str, found: Catalog) -> str:
    kind = found.tables["cases"].columns[name].type.name
    if kind == "boolean":
        return f"CASE WHEN {name} THEN '是' WHEN NOT {name} THEN '否' END AS {name}"
    if kind == "department":
        branches = " ".join(f"WHEN '{one.id}' THEN '{one.name}'" for one in found.departments.values())
        return f"CASE {name} {branches} END AS {name}"
    if kind == "decimal":
        return f"{name}::DECIMAL(18, 2) AS {name}"
    return name


def recode(source: Path, target: Path) -> None:
    """The same extract in GB18030."""
    with source.open(encoding="utf-8", newline="") as read, target.open("w", encoding="gb18030", newline="") as write:
        while piece := read.read(1 << 22):
            write.write(piece)


def make_untidy(source: Path, target: Path) -> None:
    """The same extract in GB18030 as older systems write it: (2024) in half-width brackets, every thousandth line with
    2024/01/05, spaces and a department's short name, and a 合计 row at the end.
    """
    with source.open(encoding="utf-8", newline="") as read, target.open("w", encoding="gb18030", newline="") as write:
        for number, line in enumerate(read):
            line = line.replace("（", "(", 1).replace("）", ")", 1)
            if number % 1000 == 999:
                line = line.replace("-", "/").replace("民事审判庭", " 民庭").replace("刑事审判庭", "刑庭 ")
            write.write(line)
        write.write("合计" + "," * (len(EXTRACTED) - 1) + "\n")


def add_cases(data: DataDir, rows: int, found: Catalog) -> Batch:
    """A batch of `rows` cases as `accept` would have left it; so many rows come in many files, not through one upload."""
    return _write_cases(data, rows, cases_sql(rows), AS_OF, found)


def add_month(data: DataDir, rows: int, found: Catalog) -> Batch:
    """The month after `rows` cases: as many as three years have a month, half of them cases that were open and close now."""
    half = max(rows // 72, 1)
    closing = (
        f"SELECT * REPLACE (DATE '{NEXT_MONTH}' AS closed_on, '判决' AS outcome) FROM ({cases_sql(rows)})"
        f" WHERE closed_on IS NULL LIMIT {half}"
    )
    coming = (
        f"SELECT * REPLACE ('（2026）鲁0117民初' || ({rows} + _line) || '号' AS case_no, DATE '{NEXT_MONTH}' AS filed_on,"
        " NULL::DATE AS closed_on, NULL AS outcome, NULL::BOOLEAN AS appealed, false AS converted,"
        f" NULL::DATE AS converted_on, NULL AS original_procedure, _line + {half} AS _line) FROM ({cases_sql(half)})"
    )
    return _write_cases(data, 2 * half, f"({closing}) UNION ALL ({coming})", NEXT_MONTH, found)


def _write_cases(data: DataDir, rows: int, select: str, as_of: date, found: Catalog) -> Batch:
    table = found.tables["cases"]
    contract = batches.contract_digest(table)
    source = batches.BatchSource(table=table.id, source_sha256=f"bench {rows}", contract=contract, sample=True)
    file = {"file_name": f"{rows}.csv", "rows": rows, "encoding": "UTF-8", "counts": ()}
    batch = batches.new_batch(data, source, as_of, ACTOR, "", **file)
    batch.path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(data.root / "spill")}) as connection:
        connection.execute("SET enable_progress_bar = false")
        drawn = {name for name, *_ in connection.execute(f"DESCRIBE {cases_sql(1)}").fetchall()}
        columns = ", ".join(
            f'"{name}"' if name in drawn else f'NULL::{column.type.sql} AS "{name}"'
            for name, column in table.columns.items()
        )
        batches.write_batch(
            data, connection, f"SELECT _line, {columns} FROM ({select})", batch, temporary_sibling(batch.path)
        )
    return batch


def sample_court(folder: Path) -> DataDir:
    """A data folder with the sample's batches and its published version."""
    data, found = DataDir(folder), catalog()
    load_sample(found, data, AS_OF)
    publish(data, build(found, data), ACTOR)
    return data


def large_court(folder: Path, sample: DataDir, rows: int) -> DataDir:
    """The same court with `rows` invented cases in place of the sample's, not yet built."""
    data, found = DataDir(folder), catalog()
    shutil.copytree(sample.batches, data.batches, ignore=shutil.ignore_patterns("cases"))
    add_cases(data, rows, found)
    return data


def build_and_publish(folder: Path) -> str:
    """The version of a data folder's batches, published."""
    data = DataDir(folder)
    version = build(catalog(), data)
    publish(data, version, ACTOR)
    return version


def used_columns(found: Catalog, table: str) -> tuple[str, ...]:
    """Every column of a table that an indicator reads, with its department and 涉企."""
    contract = found.tables[table]
    terms = (term for indicator in found.indicators.values() for term in indicator.formula.terms)
    used = {column for term in terms if term.table == table for column in term.columns}
    used |= {column for column in (contract.department, contract.firm) if column}
    order: Mapping[str, object] = {**contract.columns, **contract.derived}
    return tuple(column for column in order if column in used)
