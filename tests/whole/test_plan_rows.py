"""Each row of the plan, and of the card, is followed from the menu to its answer by a browser test that names it."""

from pathlib import Path

from scorecard.catalog.definitions import Catalog
from tests.support.plan.plan_rows import CARD, DOCUMENT, document, followed_by, rows


def test_every_row_has_a_browser_test_named_after_it(catalog: Catalog) -> None:
    known, tested = rows(catalog), followed_by()
    assert len(known) == 17 + 7 + 4
    assert set(tested) == set(known)
    misnamed = [
        name
        for row, names in tested.items()
        for name in names
        if not name.partition("::")[2].startswith(f"test_{row.replace('.', '_')}_")
    ]
    assert misnamed == []


def test_the_document_of_the_rows_is_current_and_each_of_the_plans_rows_answers_by_something(catalog: Catalog) -> None:
    written = document(catalog)
    assert DOCUMENT.read_text("utf-8") == written, "python -m tests.support.plan.plan_rows"
    sections = written.split("\n## ")[1:]
    assert len(sections) == len(rows(catalog))
    for section in sections[: -len(CARD)]:
        assert (
            any(f"**{kind}**" in section for kind in ("指标", "台账", "统计表", "清单", "登记表")) or "会商" in section
        )


def test_a_test_is_found_by_its_decorator_alone(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(
        '@plan_row("insolvency.1")\ndef test_a() -> None: ...\n\n\ndef test_insolvency_2_b() -> None: ...\n'
    )
    assert followed_by(tmp_path) == {"insolvency.1": ["test_some.py::test_a"]}
