"""Where disputes go and how long they take, counted in the version's tables for one slice.

Same rows as the indicators: first-instance civil cases are 民初, first enforcements 首次执行; a row belongs to the slice by
the day its stage ended, never by two days at once. Results are a handful of numbers, whatever the tables hold.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scorecard.catalog.definitions import Catalog
from scorecard.topics.disputes import (
    OTHER,
    SIMPLE,
    SMALL,
    UNKNOWN,
    Arrears,
    Mediations,
    Stage,
    Stages,
    Trials,
    in_order,
)
from scorecard.topics.slices import Slice, fetched, rows_of

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
    """A further condition on the group of causes; the words come from the modules that ask, not from a reader."""
    listed = ", ".join(f"'{group}'" for group in groups)
    return f" AND cause_group IN ({listed})" if groups else ""


def mediations(connection: Any, catalog: Catalog, chosen: Slice, groups: Sequence[str] = ()) -> Mediations:
    """Pre-suit mediations that ended in the slice, by what became of them."""
    first, last = chosen.first, chosen.last
    within = "ended_on BETWEEN ? AND ?"
    (row,) = fetched(
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


def trials(connection: Any, catalog: Catalog, chosen: Slice, groups: Sequence[str] = ()) -> Trials:
    """First-instance civil cases closed in the slice, by procedure and 结案方式."""
    rows = fetched(
        connection,
        f"SELECT {_PROCEDURE}, coalesce(outcome, '{UNKNOWN}'), count(*)"
        f" FROM {rows_of(catalog, 'cases', chosen)}"
        f" WHERE case_type = '民初' AND closed_on BETWEEN ? AND ?{_causes(groups)} GROUP BY ALL",
        [chosen.first, chosen.last],
    )
    counts = {(procedure, outcome): n for procedure, outcome, n in rows}
    known = [*catalog.tables["cases"].columns["outcome"].values, UNKNOWN]
    return Trials(tuple(word for word in known if any(word == one for _, one in counts)), counts)


# --- how long -------------------------------------------------------------------------------------------------


def _stage(name: str, row: Sequence[Any]) -> Stage:
    count, days, middle = row
    return Stage(name, count, int(days or 0), None if middle is None else Fraction(str(middle)))


def _measured(column: str) -> str:
    return f"count({column}), sum({column}), median({column})"


def stages(connection: Any, catalog: Catalog, chosen: Slice) -> Stages:
    """The stages apart, each over its own cases, and together over the same ones."""
    days = [chosen.first, chosen.last]
    cases, enforced = rows_of(catalog, "cases", chosen), rows_of(catalog, "enforcement", chosen)
    civil, first = "case_type = '民初'", "kind = '首次执行'"
    apart = [
        (
            "立案",
            f"SELECT {_measured('filing_days')} FROM {cases} WHERE {civil} AND filed_on BETWEEN ? AND ?",
        ),
        (
            "一审",
            f"SELECT {_measured('trial_days')} FROM {cases} WHERE {civil} AND closed_on BETWEEN ? AND ?",
        ),
        (
            "首次执行",
            f"SELECT {_measured('enforcement_days')} FROM {enforced} WHERE {first} AND closed_on BETWEEN ? AND ?",
        ),
    ]
    # A case tried by one department is enforced by another: its trial is looked for in the whole table.
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
    (row,) = fetched(connection, f"SELECT {', '.join(_measured(step) for step in steps)} {same}", days)
    (total,) = fetched(
        connection, f"SELECT count(*) FROM {enforced} WHERE {first} AND closed_on BETWEEN ? AND ?", days
    )
    names = ("立案至一审审结", "审结至申请执行", "执行立案至执结")
    return Stages(
        apart=tuple(_stage(name, fetched(connection, query, days)[0]) for name, query in apart),
        together=tuple(_stage(name, row[3 * n : 3 * n + 3]) for n, name in enumerate(names)),
        enforced=total[0],
    )


def arrears(connection: Any, catalog: Catalog, chosen: Slice) -> Arrears:
    """拖欠企业账款: 快立, 快审, 快执 and the money recovered, over the rows the indicators count.

    First and resumed enforcements; the rate as the indicator has it, of first ones with both amounts known.
    """
    rated = "kind = '首次执行' AND closed_on BETWEEN ? AND ? AND claimed_yuan IS NOT NULL AND recovered_yuan IS NOT NULL"
    source = f"(SELECT * FROM {rows_of(catalog, 'enforcement', chosen)} WHERE arrears AND {_ARREARS_KINDS})"
    first, last = chosen.first, chosen.last
    (row,) = fetched(
        connection,
        "SELECT count(*) FILTER (filed_on BETWEEN ? AND ?), count(*) FILTER (closed_on BETWEEN ? AND ?),"
        " count(*) FILTER (filed_on <= ? AND (closed_on IS NULL OR closed_on > ?)),"
        f" coalesce(sum(claimed_yuan) FILTER ({rated}), 0), coalesce(sum(recovered_yuan) FILTER ({rated}), 0),"
        f" count(*) FILTER ({rated}), coalesce(sum(recovered_yuan) FILTER (paid_on BETWEEN ? AND ?), 0)"
        f" FROM {source}",
        [first, last, first, last, last, last, *([first, last] * 4)],
    )
    ended = fetched(
        connection,
        f"SELECT coalesce(outcome, '{UNKNOWN}'), count(*) FROM {source} WHERE closed_on BETWEEN ? AND ? GROUP BY ALL",
        [first, last],
    )
    words = [*catalog.tables["enforcement"].columns["outcome"].values, UNKNOWN]
    filed, closed, pending, claimed, recovered, known, arrived = row
    return Arrears(
        filed, closed, pending, Decimal(claimed), Decimal(recovered), known, Decimal(arrived),
        in_order(words, dict(ended)), _steps(connection, source, first, last),
    )  # fmt: skip


_ARREARS_KINDS = "kind IN ('首次执行', '恢复执行')"


def _steps(connection: Any, source: str, first: date, last: date) -> tuple[Stage, ...]:
    """快立 and 快审 of the trials behind the enforcements closed in the slice, 快执 of these themselves, and to the money."""
    behind = f"FROM {source} e JOIN cases c ON c.case_no = e.basis_case_no WHERE e.closed_on BETWEEN ? AND ?"
    own = f"FROM {source} WHERE closed_on BETWEEN ? AND ?"
    queries = (
        ("快立：收到诉状至立案", f"SELECT {_measured('c.filing_days')} {behind}"),
        ("快审：立案至审结", f"SELECT {_measured('c.trial_days')} {behind}"),
        ("快执：执行立案至执结", f"SELECT {_measured('enforcement_days')} {own}"),
        (
            "全程：纠纷立案至到账",
            f"SELECT {_measured('filing_to_payment_days')} FROM {source}"
            " WHERE paid_on BETWEEN ? AND ? AND recovered_yuan > 0 AND closed_on IS NOT NULL",
        ),
    )
    return tuple(_stage(name, fetched(connection, query, [first, last])[0]) for name, query in queries)
