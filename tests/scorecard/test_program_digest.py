"""A digest follows what a program does, not how it is worded or laid out."""

import pytest

from scorecard.program_digest import digest_of

MODULE = '''"""The module."""

from a import b

FACTOR = 2


def double(x):
    """Twice."""
    return x * FACTOR
'''


@pytest.mark.parametrize(
    "again",
    [
        MODULE.replace('"""Twice."""', '"""Two times as much."""'),
        MODULE.replace("from a import b", "from c.d import b"),
        MODULE.replace("FACTOR = 2", "FACTOR  =  2  # why two"),
        MODULE.replace('"""The module."""\n\n', ""),
    ],
    ids=["docstring", "import", "comment", "no module docstring"],
)
def test_other_words_are_the_same_program(again: str) -> None:
    assert again != MODULE
    assert digest_of([again]) == digest_of([MODULE])


def test_a_function_in_another_module_is_the_same_program() -> None:
    constant, function = MODULE.split("def double")
    assert digest_of([constant, "def double" + function]) == digest_of([MODULE])


@pytest.mark.parametrize("changed", [MODULE.replace("= 2", "= 3"), MODULE.replace("x *", "x +"), MODULE + MODULE, ""])
def test_another_statement_is_another_program(changed: str) -> None:
    assert digest_of([changed]) != digest_of([MODULE])


def test_a_sign_that_python_writes_as_an_escape_may_stand_in_an_f_string() -> None:
    assert digest_of(["A = f\"{'　'.join(B)}\""]) != digest_of(["A = f\"{'，'.join(B)}\""])
