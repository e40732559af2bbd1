"""Documents that the plan cites by their title: registered ones are known in any spelling of brackets, others are named."""

from scorecard.catalog.definitions import Catalog
from scorecard.plan.cited_documents import kept_where, unregistered

RULES = "济南市钢城区人民法院关于办理财产保全案件若干问题的规定（试行）"


def test_the_plans_words_cite_what_its_rows_say_they_cite(catalog: Catalog) -> None:
    """By the plan: one title each stands in the words of 商1 and 破3, the two of 要2 in the plan's first sentence."""
    cited = {row: entry.cites for row, entry in catalog.plan_rows.items() if entry.cites}
    assert list(cited) == ["commercial_disputes.1", "insolvency.3", "requirements.2"]
    assert all(
        f"《{title}》" in catalog.measures[row].text for row, titles in list(cited.items())[:2] for title in titles
    )


def test_a_registered_title_is_known_whatever_its_brackets(catalog: Catalog) -> None:
    cites = catalog.measures["commercial_disputes.1"].cites
    assert unregistered(cites, {}) == cites
    assert unregistered(cites, {RULES: "", "别的办法": ""}) == ()
    assert unregistered(cites, {RULES.replace("（试行）", ""): ""}) == cites, "another document"


def test_a_text_that_names_a_registered_document_points_to_it() -> None:
    places = {"保全规定": "甲", "保全规定（试行）": "乙"}
    assert kept_where("依《保全规定(试行)》第三条", places) == "乙", "the longest title that stands in it"
    assert kept_where("某院〔2026〕1号", places) == ""
