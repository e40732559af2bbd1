"""Queries for the outcomes and the length of disputes in one slice of a version.

They count the same rows as the indicators: first-instance civil cases are 民初, first enforcements 首次执行. A row belongs
to the slice by the day its stage ended.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from duckdb import DuckDBPyConnection

from scorecard.catalog.definitions import Catalog
from scorecard.topics.disputes import OTHER, SIMPLE, SMALL, UNKNOWN, Arrears, Mediations, Stage, Stages, Trials
from scorecard.topics.slices import Slice, counts_in_order, fetch_rows, rows_of

MEDIATIONS_NEEDED = {"pre_mediations": ("received_on", "ended_on", "outcome", "filed_on", "cause_group")}
TRIALS_NEEDED = {"cases": ("case_type", "closed_on", "procedure", "outcome", "cause_group")}
STAGES_NEEDED = {
    "cases": ("case_no", "case_type", "filed_on", "closed_on", "filing_days", "trial_days"),
    "enforcement": ("kind", "basis_case_no", "filed_on", "closed_on", "enforcement_days"),
}
ARREARS_NEEDED = {
    "enforcement": (
        "kind", "arrears", "basis_case_no", "filed_on", "closed_on", "outcome", "claimed_yuan", "recovered_yuan",
        "enforcement_days", "filing_to_payment_days", "paid_on",
    ),
    "cases": ("case_no", "closed_on", "filing_days", "trial_days"),
}  # fmt: skip
_PROCEDURE = (
    f"CASE WHEN procedure = '小额诉讼' THEN '{SMALL}' WHEN procedure = '简易程序' THEN '{SIMPLE}'"
    f" WHEN procedure LIKE '普通程序%' THEN '普通程序' WHEN procedure IS NULL THEN '{UNKNOWN}' ELSE '{OTHER}' END"
)


def _causes(groups: Sequence[str]) -> str:
    """SQL condition on the group of causes. The words come from the modules of the topics, never from user input."""
    listed = ", ".join(f"'{group}'" for group in groups)
    return f" AND cause_group IN ({listed})" if groups else ""


def mediations(
    connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice, groups: Sequence[str] = ()
) -> Mediations:
    """Pre-suit mediations that ended in the slice, by outcome."""
    first, last = chosen.first, chosen.last
    within = "ended_on BETWEEN ? AND ?"
    (row,) = fetch_rows(
        connection,
        f"SELECT count(*) FILTER ({within} AND outcome = '成功'),"
        f" count(*) FILTER ({within} AND outcome = '失败' AND filed_on <= ?),"
        f" count(*) FILTER ({within} AND outcome = '失败' AND (filed_on IS NULL OR filed_on > ?)),"
        f" count(*) FILTER ({within} AND outcome = '撤回'),"
        f" count(*) FILTER ({within} AND (outcome IS NULL OR outcome NOT IN ('成功', '失败', '撤回'))),"
        " count(*) FILTER (received_on <= ? AND (ended_on IS NULL OR ended_on > ?))"
        f" FROM {rows_of(catalog, 'pre_mediations', chosen)} WHERE true{_causes(groups)}",
        [first, last, first, last, last, first, last, last, first, last, first, last, last, last],
    )
    return Mediations(*row)


def trials(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice, groups: Sequence[str] = ()) -> Trials:
    """First-instance civil cases closed in the slice, by procedure and 结案方式."""
    rows = fetch_rows(
        connection,
        f"SELECT {_PROCEDURE}, coalesce(outcome, '{UNKNOWN}'), count(*)"
        f" FROM {rows_of(catalog, 'cases', chosen)}"
        f" WHERE case_type = '民初' AND closed_on BETWEEN ? AND ?{_causes(groups)} GROUP BY ALL",
        [chosen.first, chosen.last],
    )
    counts = {(procedure, outcome): count for procedure, outcome, count in rows}
    known = [*catalog.tables["cases"].columns["outcome"].values, UNKNOWN]
    return Trials(tuple(word for word in known if any(word == outcome for _, outcome in counts)), counts)


# --- how long -------------------------------------------------------------------------------------------------


def _stage(name: str, row: Sequence[Any]) -> Stage:
    count, days, middle = row
    return Stage(name, count, int(days or 0), None if middle is None else Fraction(str(middle)))


def _length_sql(column: str) -> str:
    """SQL for the number, sum and median of a column of days, as `_stage` reads them."""
    return f"count({column}), sum({column}), median({column})"


def stages(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> Stages:
    """The length of 立案, 一审 and 首次执行: each over its own cases, and all over the same cases."""
    days = [chosen.first, chosen.last]
    cases, enforced = rows_of(catalog, "cases", chosen), rows_of(catalog, "enforcement", chosen)
    civil, first = "case_type = '民初'", "kind = '首次执行'"
    apart = [
        ("立案", f"SELECT {_length_sql('filing_days')} FROM {cases} WHERE {civil} AND filed_on BETWEEN ? AND ?"),
        ("一审", f"SELECT {_length_sql('trial_days')} FROM {cases} WHERE {civil} AND closed_on BETWEEN ? AND ?"),
        (
            "首次执行",
            f"SELECT {_length_sql('enforcement_days')} FROM {enforced} WHERE {first} AND closed_on BETWEEN ? AND ?",
        ),
    ]
    # One department tries a case and another enforces it: the trial is looked up in the whole table.
    same = (
        f"FROM {enforced} e JOIN (SELECT * FROM cases WHERE {civil}) c ON c.case_no = e.basis_case_no"
        f" WHERE e.{first} AND e.closed_on BETWEEN ? AND ? AND c.closed_on >= c.filed_on AND e.filed_on >= c.closed_on"
        " AND e.enforcement_days IS NOT NULL"
    )
    steps = (
        "datediff('day', c.filed_on, c.closed_on)",
        "datediff('day', c.closed_on, e.filed_on)",
        "e.enforcement_days",
    )
    (row,) = fetch_rows(connection, f"SELECT {', '.join(_length_sql(step) for step in steps)} {same}", days)
    (total,) = fetch_rows(
        connection, f"SELECT count(*) FROM {enforced} WHERE {first} AND closed_on BETWEEN ? AND ?", days
    )
    names = ("立案至一审审结", "审结至申请执行", "执行立案至执结")
    return Stages(
        apart=tuple(_stage(name, fetch_rows(connection, query, days)[0]) for name, query in apart),
        together=tuple(_stage(name, row[3 * n : 3 * n + 3]) for n, name in enumerate(names)),
        enforced=total[0],
    )


def arrears(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> Arrears:
    """拖欠企业账款: the length of 快立, 快审 and 快执, and the money recovered, over the rows the indicators count.

    Counts cover first and resumed enforcements; the rate, as in the indicator, first ones with both amounts known.
    """
    rated = (
        "kind = '首次执行' AND closed_on BETWEEN ? AND ? AND claimed_yuan IS NOT NULL AND recovered_yuan IS NOT NULL"
    )
    source = f"(SELECT * FROM {rows_of(catalog, 'enforcement', chosen)} WHERE arrears AND {_ARREARS_KINDS})"
    first, last = chosen.first, chosen.last
    (row,) = fetch_rows(
        connection,
        "SELECT count(*) FILTER (filed_on BETWEEN ? AND ?), count(*) FILTER (closed_on BETWEEN ? AND ?),"
        " count(*) FILTER (filed_on <= ? AND (closed_on IS NULL OR closed_on > ?)),"
        f" coalesce(sum(claimed_yuan) FILTER ({rated}), 0), coalesce(sum(recovered_yuan) FILTER ({rated}), 0),"
        f" count(*) FILTER ({rated}), coalesce(sum(recovered_yuan) FILTER (paid_on BETWEEN ? AND ?), 0)"
        f" FROM {source}",
        [first, last, first, last, last, last, *([first, last] * 4)],
    )
    ended = fetch_rows(
        connection,
        f"SELECT coalesce(outcome, '{UNKNOWN}'), count(*) FROM {source} WHERE closed_on BETWEEN ? AND ? GROUP BY ALL",
        [first, last],
    )
    words = [*catalog.tables["enforcement"].columns["outcome"].values, UNKNOWN]
    filed, closed, pending, claimed, recovered, known, arrived = row
    return Arrears(
        filed, closed, pending, Decimal(claimed), Decimal(recovered), known, Decimal(arrived),
        counts_in_order(words, ended), _steps(connection, source, first, last),
    )  # fmt: skip


_ARREARS_KINDS = "kind IN ('首次执行', '恢复执行')"


def _steps(connection: DuckDBPyConnection, source: str, first: date, last: date) -> tuple[Stage, ...]:
    """The length of 快立 and 快审 in the trials of enforcements closed in the slice, of 快执, and of 全程 up to payment."""
    behind = f"FROM {source} e JOIN cases c ON c.case_no = e.basis_case_no WHERE e.closed_on BETWEEN ? AND ?"
    own = f"FROM {source} WHERE closed_on BETWEEN ? AND ?"
    queries = (
        ("快立：收到诉状至立案", f"SELECT {_length_sql('c.filing_days')} {behind}"),
        ("快审：立案至审结", f"SELECT {_length_sql('c.trial_days')} {behind}"),
        ("快执：执行立案至执结", f"SELECT {_length_sql('enforcement_days')} {own}"),
        (
            "全程：纠纷立案至到账",
            f"SELECT {_length_sql('filing_to_payment_days')} FROM {source}"
            " WHERE paid_on BETWEEN ? AND ? AND recovered_yuan > 0 AND closed_on IS NOT NULL",
        ),
    )
    return tuple(_stage(name, fetch_rows(connection, query, [first, last])[0]) for name, query in queries)
