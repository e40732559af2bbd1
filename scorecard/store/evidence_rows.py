"""The rows behind a value as text for a table or a file, and what they add up to, read from a published version.

Private columns are masked here, before anything leaves the store: their first character and a number that is the same
for the same value, so that what is counted once can be seen to be the same. A search looks into shown columns only.
"""

import json
from collections.abc import Iterable, Iterator, Sequence, Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import duckdb

from scorecard.access import Actor, Forbidden
from scorecard.catalog.columns import BOOLEAN, MASK
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.catalog.formulas import RANKED
from scorecard.queries.evidence import BATCH, HALF_NAMES, LINE, EvidenceQuery, Half, TermRole
from scorecard.storage.spreadsheet_csv import CsvValue, cells_of
from scorecard.store.warehouse import fetched

_WHERE = "案件清单"


def require_evidence(actor: Actor, department: str, catalog: Catalog) -> None:
    """Raise Forbidden unless the actor may see rows of this department; 全院 is for 审管办 only."""
    if actor.may("evidence", department):
        return
    if actor.role == "department" and actor.department in catalog.departments:
        own, words = catalog.departments[actor.department].name, catalog.words
        raise Forbidden(
            _WHERE,
            f"当前选择的是“{catalog.department_name(department)}”，{words.unit}账户只能看{words.own}的案件",
            f"{words.unit}“{own}”",
            f"请在上方“{words.choice}”选择“{own}”；只按{words.whole}统计的指标没有分{words.unit}的清单，请向审管办索取",
        )
    actor.require("evidence", department, catalog.words.role)


EvidencePart = Literal["all", "numerator", "denominator", "rest"]
PART_NAMES: dict[EvidencePart, str] = {
    "all": "全部",
    "numerator": "计入分子",
    "denominator": "计入分母",
    "rest": "在分母、不在分子",
}
SOURCE_HEADERS = ("来源文件", "数据截至", "源文件行号")
ROLE_HEADER = "归属"
SEEDED = "程序自带"
MEASURES = {
    "count": "count(*)",
    "sum": "sum({column})",
    "distinct": "nullif(count(DISTINCT {column}), 0)",
    "maximum": "max({column})",
    "minimum": "min({column})",
    "quantile": "quantile_disc({column}, {share})",
    "median": "(quantile_disc({column}, 0.5) + quantile_disc({column}, 0.5 ORDER BY {column} DESC)) * 0.5",
}


@dataclass(frozen=True)
class ShownRow:
    """A row as it leaves the store, in the order of its headers: numbers as numbers, everything else as text."""

    values: tuple[CsvValue, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return cells_of(self.values)


def masked_cells(
    catalog: Catalog, table: Table, columns: Iterable[str], values: Iterable[Any], masked: AbstractSet[str]
) -> tuple[CsvValue, ...]:
    """The cells of a row, those of `masked` columns covered where they hold something."""
    return tuple(
        MASK if column in masked and value is not None else table.type_of(column).file_value(value, catalog.departments)
        for column, value in zip(columns, values, strict=True)
    )


@dataclass(frozen=True)
class Total:
    """What the rows of one role come to: their number, and the amount they give the half."""

    role: TermRole
    rows: int
    amount: Decimal | None


def headers(behind: EvidenceQuery) -> tuple[str, ...]:
    """The Chinese headers: which half, then the contract's columns, then where the row was read."""
    return (ROLE_HEADER, *(behind.table.header(column) for column in shown_columns(behind)), *SOURCE_HEADERS)


def shown_columns(behind: EvidenceQuery) -> tuple[str, ...]:
    """What identifies a row and what the formula reads first, then the other columns of the contract."""
    read = {column for role in behind.roles for column in role.term.columns}
    key = [column for column in behind.table.key if column in behind.columns]
    first = [*key, *(column for column in behind.columns if column in read)]
    return tuple(dict.fromkeys([*first, *behind.columns]))


def totals(connection: duckdb.DuckDBPyConnection, behind: EvidenceQuery) -> tuple[Total, ...]:
    """Rows and amount of every role, from the rows themselves: added up they must be the halves of the value."""
    return tuple(Total(role, *fetched(connection, _total_sql(behind, role))[0]) for role in behind.roles)


def _total_sql(behind: EvidenceQuery, role: TermRole) -> str:
    counted = f"FROM ({behind.query}) WHERE {role.flag}"
    if role.term.aggregate == "largest":
        groups = f'SELECT count(*) AS n {counted} GROUP BY "{role.amount}"'
        return f"SELECT coalesce(sum(n), 0), max(n)::DECIMAL(38, 4) FROM ({groups})"
    measure = MEASURES[role.term.aggregate].format(column=f'"{role.amount}"', share=f"{role.term.per_mille / 1000:.3f}")
    return f"SELECT count(*), ({measure})::DECIMAL(38, 4) {counted}"


def half_of(totals: Sequence[Total], half: Half, part: int = 0) -> Decimal | None:
    """What the roles of one half come to, those taken off with their sign.

    None without roles, for a median or quantile of nothing, and where rows of a role say nothing of their amounts.
    """
    own = [total for total in totals if total.role.half == half and total.role.part == part]
    if not own or (own[0].role.term.aggregate in RANKED and own[0].amount is None):
        return None
    if any(total.rows and total.amount is None for total in own):
        return None
    return sum(
        (-(total.amount or Decimal(0)) if total.role.term.minus else total.amount or Decimal(0) for total in own),
        Decimal(0),
    )


# --- rows -----------------------------------------------------------------------------------------------------


def count(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    actor: Actor,
    behind: EvidenceQuery,
    *,
    part: EvidencePart = "all",
    text: str = "",
) -> int:
    """How many rows a choice of half and text leaves. Raises Forbidden as `evidence_rows` does: a count answers too."""
    require_evidence(actor, behind.department, catalog)
    query, values = _chosen(catalog, behind, part, text)
    return int(fetched(connection, f"SELECT count(*) FROM ({query})", values)[0][0])


def evidence_rows(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    actor: Actor,
    behind: EvidenceQuery,
    *,
    part: EvidencePart = "all",
    text: str = "",
    limit: int,
    offset: int = 0,
) -> tuple[ShownRow, ...]:
    """One page of the rows in the order of their files, private cells masked, each with its half, file and line.

    Raises Forbidden for everybody but 审管办, and the department whose rows they are.
    """
    require_evidence(actor, behind.department, catalog)
    query, values = _chosen(catalog, behind, part, text)
    columns = shown_columns(behind)
    listed = ", ".join([*(f'"{column}"' for column in columns), BATCH, LINE, *(r.flag for r in behind.roles)])
    page = f"SELECT {listed} FROM ({query}) ORDER BY {BATCH}, {LINE} LIMIT ? OFFSET ?"
    rows, files = fetched(connection, page, [*values, limit, offset]), source_files(connection)
    private = behind.table.private
    return tuple(_line(row, columns, private, behind, catalog, files) for row in rows)


def _line(
    row: tuple[Any, ...],
    columns: Sequence[str],
    private: AbstractSet[str],
    behind: EvidenceQuery,
    catalog: Catalog,
    files: dict[int, tuple[str, str]],
) -> ShownRow:
    table = behind.table
    values = [
        value if column in private else table.type_of(column).file_value(value, catalog.departments)
        for column, value in zip(columns, row, strict=False)
    ]
    batch, line, *flags = row[len(columns) :]
    labels = [role.label for role, counts in zip(behind.roles, flags, strict=True) if counts]
    return ShownRow(("、".join(dict.fromkeys(labels)), *values, *files.get(batch, (SEEDED, "")), line))


def _chosen(catalog: Catalog, behind: EvidenceQuery, part: EvidencePart, text: str) -> tuple[str, list[str]]:
    """The rows of a choice with private columns already masked, so that no search can ask for what is hidden."""
    masks = _masks(behind)
    query = f"SELECT * REPLACE ({masks}) FROM ({behind.query})" if masks else behind.query
    tests = [] if part == "all" else [_part_test(behind, part)]
    words = text.split()
    cells = ", ".join(_searched(catalog, behind))
    tests += [f"contains(lower(concat_ws('\t', {cells})), lower(?))"] * len(words)
    return (f"SELECT * FROM ({query}) WHERE {' AND '.join(tests)}" if tests else query), words


def _searched(catalog: Catalog, behind: EvidenceQuery) -> Iterator[str]:
    """The cells a search looks into, as they are shown; 是/否 would match everything and is left out."""
    private = behind.table.private
    for column in shown_columns(behind):
        if column in private:
            yield f'"{column}"::VARCHAR'
        elif (kind := behind.table.type_of(column)) != BOOLEAN:
            yield kind.text_sql(f'"{column}"', catalog.departments)


def _part_test(behind: EvidenceQuery, part: EvidencePart) -> str:
    """Which rows count in a half after those that are taken off again."""
    tests: dict[Half, str] = {}
    for half in HALF_NAMES:
        plus, minus = (" OR ".join(behind.flags(half, minus=off)) or "false" for off in (False, True))
        tests[half] = f"(({plus}) AND NOT ({minus}))"
    return tests[part] if part in tests else f"{tests['denominator']} AND NOT {tests['numerator']}"


def _masks(behind: EvidenceQuery) -> str:
    private = behind.table.private
    return ", ".join(
        f'CASE WHEN "{column}" IS NOT NULL THEN left("{column}"::VARCHAR, 1) || \'{MASK}\''
        f' || dense_rank() OVER (ORDER BY "{column}") END AS "{column}"'
        for column in behind.columns
        if column in private
    )


@dataclass(frozen=True)
class EvidenceBatch:
    """A batch some of the rows came from: its name, its file, 数据截至, and how many of the rows it gave."""

    batch: str
    file: str
    as_of: str
    rows: int


def sources(connection: duckdb.DuckDBPyConnection, behind: EvidenceQuery) -> tuple[EvidenceBatch, ...]:
    """The batches the rows came from, in the order they were accepted."""
    query = (
        f"SELECT {BATCH}, count(*), any_value(record) FROM ({behind.query})"
        f" LEFT JOIN batch ON number = {BATCH} GROUP BY {BATCH} ORDER BY {BATCH}"
    )
    sources: list[EvidenceBatch] = []
    for _, number, record in fetched(connection, query):
        known = {} if record is None else json.loads(record)
        file, as_of = _source(known) if known else (SEEDED, "")
        sources.append(EvidenceBatch(str(known.get("name", "")), file, as_of, number))
    return tuple(sources)


def source_files(connection: duckdb.DuckDBPyConnection) -> dict[int, tuple[str, str]]:
    """File name and 数据截至 of every batch of the version, by the number its rows carry."""
    records = fetched(connection, "SELECT number, record FROM batch")
    return {number: _source(json.loads(record)) for number, record in records}


def _source(record: dict[str, Any]) -> tuple[str, str]:
    return str(record.get("file_name", "")), str(record.get("as_of", ""))
