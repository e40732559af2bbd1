"""A version's id follows what the program computes, not how it is worded or laid out; no module that computes is left out."""

import grimp
import pytest

from etl.warehouse.code_digest import MODULES, PACKAGES, digest_of

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


@pytest.mark.parametrize(
    "changed", [MODULE.replace("= 2", "= 3"), MODULE.replace("x *", "x +"), MODULE + MODULE, ""]
)
def test_another_statement_is_another_program(changed: str) -> None:
    assert digest_of([changed]) != digest_of([MODULE])


# What the covered packages import and the id does not cover, with the reason.
NO_NUMBERS = {
    "etl.engine": "opens a connection: limits of memory and threads, and the same derived columns",
    "etl.intake.accept": "reads the tables that lie in the seeds, as it read them when they were accepted elsewhere",
    "etl.intake.batches": "reads batch files; a batch never changes and is named in the id",
    "etl.intake.withdraw": "which batches take part; the id names them",
    "scorecard.errors": "refusals",
    "scorecard.storage.atomic_files": "files",
    "scorecard.storage.data_dir": "folders",
    "scorecard.storage.spreadsheet_csv": "what a cell of a file may be: a column type says how its values leave",
    "scorecard.storage.sql_text": "the quotes around a text in SQL",
}


def test_whatever_the_build_imports_is_in_its_id_or_has_a_reason_not_to_be() -> None:
    graph = grimp.build_graph("scorecard", "etl")
    covered = set(MODULES).union(*(graph.find_children(package) for package in PACKAGES))
    computing = covered - set(MODULES)
    imported = set().union(*(graph.find_modules_directly_imported_by(module) for module in computing))
    assert imported - covered == set(NO_NUMBERS)
