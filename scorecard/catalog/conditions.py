"""The closed vocabulary of conditions, the base of every seed object, and the rule of a court's months.

A condition is a table column and a test; operators are words, never expressions. Unknown cells never match, except
`known = false` and `beyond`.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from scorecard.errors import hint


class Frozen(BaseModel):
    """A seed object: unknown keys are mistakes, nothing changes after it was read."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


ELSEWHERE = "elsewhere"  # marks a field whose columns are another table's


def mistake(found: str, expected: str, remedy: str = "") -> PydanticCustomError:
    """A validation error that carries its four parts to the Chinese message."""
    return PydanticCustomError(
        "seed", "{found};{expected};{remedy}", {"found": found, "expected": expected, "remedy": remedy}
    )


def shown(value: object) -> str:
    """A value as it stands in a seed file, for messages: texts in quotes, true and false, lists in brackets."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"“{value}”"
    if isinstance(value, list | tuple):
        return f"[{', '.join(shown(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {shown(item)}' for key, item in value.items())} }}"
    return str(value)


def as_tuple(value: Any) -> Any:
    """TOML arrays as tuples, so that strict frozen models take them."""
    return tuple(as_tuple(item) for item in value) if isinstance(value, list) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]
TwoColumns = Annotated[tuple[str, str], BeforeValidator(as_tuple)]

Scalar = str | bool | int | float
Operator = Literal[
    "eq", "not", "in", "not_in", "lt", "lte", "gt", "gte", "known", "within", "beyond", "not_after", "after",
    "same_as", "differs_from",
]  # fmt: skip
BESIDE: tuple[Operator, ...] = ("not_after", "after", "same_as", "differs_from")  # their value is another column
OPERATOR_WORDS = tuple(word for word in get_args(Operator) if word != "eq")


class Interval(Frozen):
    """A calendar interval: months first (end of month clipped), then days, then hours."""

    months: int = 0
    days: int = 0
    hours: int = 0


class Reach(Interval):
    """At most this much after another column."""

    of: str


class Test(Frozen):
    """One test on one column, in the closed vocabulary: an operator word and its value."""

    column: str
    operator: Operator
    value: Scalar | tuple[Scalar, ...] | Reach

    @property
    def columns(self) -> frozenset[str]:
        other = self.value.of if isinstance(self.value, Reach) else ""
        if self.operator in BESIDE:
            other = str(self.value)
        return frozenset((self.column, other)) - {""}


def _reach(column: str, word: str, value: Any) -> Reach:
    keys = tuple(Reach.model_fields)
    if not isinstance(value, dict) or "of" not in value:
        raise mistake(f"“{column}”的 {word} 写作 {shown(value)}", "{ months = 6, of = “日期列” } 这样的表")
    for key in value:
        if key not in keys:
            raise mistake(f"“{column}”的 {word} 有未登记的键“{key}”", "、".join(keys), hint(key, keys))
    return Reach.model_validate(value)


def _tests_of(column: str, spec: Any) -> list[Test]:
    if isinstance(spec, str | bool | int | float):
        return [Test(column=column, operator="eq", value=spec)]
    if not isinstance(spec, dict) or not spec:
        raise mistake(f"“{column}”的条件写作 {shown(spec)}", "一个值，或 { in = [...] } 这样的条件词")
    tests: list[Test] = []
    for word, value in spec.items():
        if word not in OPERATOR_WORDS:
            raise mistake(
                f"“{column}”用了未登记的条件词“{word}”", "、".join(OPERATOR_WORDS), hint(word, OPERATOR_WORDS)
            )
        if word in ("within", "beyond"):
            tests.append(Test(column=column, operator=word, value=_reach(column, word, value)))
        elif word in ("in", "not_in"):
            if not isinstance(value, list) or not value:
                raise mistake(f"“{column}”的 {word} 写作 {shown(value)}", '非空列表，如 ["判决", "调解"]')
            tests.append(Test(column=column, operator=word, value=tuple(value)))
        elif word in BESIDE and not isinstance(value, str):
            raise mistake(f"“{column}”的 {word} 写作 {shown(value)}", "同一张表的另一列，如 “filed_court”")
        elif word == "known" and not isinstance(value, bool):
            raise mistake(f"“{column}”的 known 写作 {shown(value)}", "true 或 false")
        else:
            tests.append(Test(column=column, operator=word, value=value))
    return tests


def read_conditions(value: Any) -> Any:
    """The tests of a `where` table, in its order. Raises a mistake for anything that is no table."""
    if isinstance(value, tuple):
        return value
    if not isinstance(value, dict):
        raise mistake(f"条件写作 {shown(value)}", "{ 列 = 条件 } 这样的表")
    return tuple(test for column, spec in value.items() for test in _tests_of(column, spec))


Conditions = Annotated[tuple[Test, ...], BeforeValidator(read_conditions)]
