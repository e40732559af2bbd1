"""A small contract with a column of every type, for the tests of the door, and extracts of it."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scorecard.catalog.contracts import Table

HEADERS = (
    "案号", "立案日期", "结案日期", "申请时间", "标的额", "庭审次数", "是否涉企", "结案方式", "承办部门", "案由", "联系人",
)  # fmt: skip
GOOD: dict[str, str] = dict(
    zip(
        HEADERS,
        (
            "（2026）鲁0117民初1号", "2026-01-05", "2026-03-02", "2026-01-05 09:30:00", "1200.50", "2", "是", "判决",
            "民事审判庭", "买卖合同纠纷", "张三丰",
        ),
        strict=True,
    )
)  # fmt: skip

CONTRACT: dict[str, Any] = {
    "id": "trials",
    "name": "测试案件表",
    "key": ["case_no"],
    "drop": ["当事人", "dsr"],
    "columns": {
        "case_no": {"header": "案号", "aliases": ["ah"], "type": "case_no", "required": True, "court": "own"},
        "filed_on": {"header": "立案日期", "aliases": ["larq"], "type": "date", "required": True},
        "closed_on": {"header": "结案日期", "aliases": ["jarq"], "type": "date"},
        "applied_at": {"header": "申请时间", "type": "datetime"},
        "claimed_yuan": {"header": "标的额", "type": "decimal", "unit": "元", "minimum": 0},
        "hearings": {"header": "庭审次数", "type": "integer", "unit": "次", "minimum": 0},
        "firm_related": {"header": "是否涉企", "type": "boolean"},
        "outcome": {"header": "结案方式", "type": "code", "values": {"判决": ["判决结案"], "调解": [], "撤诉": ["准予撤诉"]}},
        "department": {"header": "承办部门", "aliases": ["cbbm"], "type": "department"},
        "cause": {"header": "案由", "type": "text"},
        "contact": {"header": "联系人", "type": "text", "private": True},
    },
    "checks": [{"not_after": ["filed_on", "closed_on"]}],
}  # fmt: skip


def contract(*, columns: Mapping[str, Mapping[str, Any]] | None = None, **changes: Any) -> Table:
    """The contract with some columns' keys or whole top-level keys changed."""
    changed = {**CONTRACT, **changes}
    changed["columns"] = {
        name: {**column, **(columns or {}).get(name, {})} for name, column in CONTRACT["columns"].items()
    }
    return Table.model_validate(changed)


TRIALS = contract()


def rows(count: int, **cells: str) -> list[dict[str, str]]:
    """`count` good rows with distinct case numbers; `cells` replaces cells of all of them, by header."""
    return [{**GOOD, "案号": f"（2026）鲁0117民初{n}号", **cells} for n in range(1, count + 1)]


def extract(lines: Iterable[Mapping[str, str]], headers: Sequence[str] = HEADERS, encoding: str = "utf-8") -> bytes:
    """The rows as a CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headers)
    writer.writerows([line.get(header, "") for header in headers] for line in lines)
    return text.getvalue().encode(encoding)
