"""A version's id follows what the program computes, not how it is worded or laid out; no module that computes is left out."""

import grimp

from etl.warehouse.code_digest import MODULES, PACKAGES

# What the covered packages import and the id does not cover, with the reason.
NO_NUMBERS = {
    "etl.duckdb_connection": "opens a connection: limits of memory and threads, and the same derived columns",
    "etl.intake.accept": "reads the tables that lie in the seeds, as it read them when they were accepted elsewhere",
    "etl.intake.batches": "reads batch files; a batch never changes and is named in the id",
    "etl.intake.batch_notes": "which batches take part; the id names them",
    "scorecard.catalog.frameworks.declarations": "which items of a framework our indicators answer: shown, not computed",
    "scorecard.errors": "refusals",
    "scorecard.program_digest": "the digest itself",
    "scorecard.storage.atomic_files": "files",
    "scorecard.storage.checksums": "whether a file is as it was written",
    "scorecard.storage.data_dir": "folders",
    "scorecard.storage.spreadsheet_csv": "what a cell of a file may be: a column type says how its values leave",
    "scorecard.store.versions": "which version is published: a file of the same program, seeds and batches to begin from",
    "scorecard.storage.sql_text": "the quotes around a text in SQL",
}


def test_whatever_the_build_imports_is_in_its_id_or_has_a_reason_not_to_be() -> None:
    graph = grimp.build_graph("scorecard", "etl")
    covered = set(MODULES).union(*(graph.find_children(package) for package in PACKAGES))
    computing = covered - set(MODULES)
    imported = set().union(*(graph.find_modules_directly_imported_by(module) for module in computing))
    assert imported - covered == set(NO_NUMBERS)
