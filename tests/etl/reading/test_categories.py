"""Registered words: read as they are, folded where that changes nothing else, reported, mapped; never merged, never lost."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from etl.intake.examine import Examination, examine
from etl.reading.categories import Vocabulary, WordReader, fold_word, named_words
from etl.reading.cell_results import CellResult
from etl.reading.cells import reader
from scorecard.catalog import columns
from scorecard.catalog.columns import Column
from scorecard.catalog.definitions import Catalog
from tests.support.contracts import contract, extract, rows

AS_OF = date(2026, 10, 31)
DOOR = Path("tests/data/door")
CAUSE = Column(header="案由", type=columns.TEXT)
# A word with brackets, one with a separator, two that fold to one, and one inside another.
CAUSES = ("买卖合同纠纷", "证券纠纷", "证券虚假陈述责任纠纷", "甲/乙纠纷", "乙纠纷", "网络（购物）纠纷", "A 类", "a类")
CODES = {
    "普通程序": ("普通",),
    "普通程序（独任）": (),
    "普通程序合议": (),
    "简易程序": (),
    "调解": (),
    "判决": ("判决结案",),
}


def cause(text: str, said: dict[str, str] | None = None) -> CellResult:
    return WordReader(Vocabulary("word_resembles", dict.fromkeys(CAUSES, ()), said or {}, open=True))(text)


def code(text: str, catalog: Catalog) -> CellResult:
    return reader(Column(header="适用程序", type=columns.CODE, values=CODES), catalog, AS_OF)(text)


def codes(outcome: CellResult) -> list[tuple[str, str]]:
    return [(note.code, note.severity) for note in outcome.notes]


@pytest.mark.parametrize("word", CAUSES)
def test_a_registered_word_is_taken_as_it_is_whatever_is_in_it(word: str) -> None:
    assert cause(word) == CellResult(word)


NUMBERINGS = st.sampled_from(
    ["", "301.", "（1）", "9、", "９、", "(一)", "一、", "①", "【301】", "M4.10.1", "第301项", "01-"]
)
NOTES = st.sampled_from(["", "（一审）", "(2026)", "［民事］", "【含反诉】", "（甲（乙））"])
BLANKS = st.sampled_from(["", " ", "\u3000", "\u00a0", "\u2009", "\u202f", "\t"])
PATHS = st.sampled_from(
    ["", "合同、准合同纠纷/合同纠纷/", "合同纠纷>", "合同纠纷 ＞ ", "合同纠纷\\", "合同纠纷——", "合同纠纷→", "民事-"]
)


@given(NUMBERINGS, PATHS, BLANKS, st.sampled_from(["买卖合同纠纷", "证券虚假陈述责任纠纷"]), NOTES, BLANKS)
def test_every_spelling_of_a_cause_is_read_as_it_and_said_so(
    number: str, path: str, before: str, word: str, note: str, after: str
) -> None:
    spelt = f"{number}{path}{before}{word[:2]}{after}{word[2:]}{note}"
    outcome = cause(spelt)
    assert outcome.value == word
    if spelt.strip(" \t") == word:
        assert outcome.notes == ()
    else:
        assert codes(outcome)[0] in (("word_folded", "repair"), ("width_folded", "repair"))


@given(st.text(alphabet="买卖合同纠纷证券虚假陈述责任甲乙A类a 1.、/>()（）独任", min_size=1, max_size=14))
def test_no_text_becomes_another_value_without_a_word(text: str) -> None:
    """Either the text itself without blanks at its ends, or a registered word, said so, of which every character stood there."""
    outcome = cause(text)
    if outcome.value is None:
        assert not fold_word(text) or codes(outcome) == [("value_unknown", "repair")]
    elif outcome.value != text.strip():
        assert outcome.value in CAUSES
        assert outcome.notes
        assert fold_word(str(outcome.value)) in fold_word(text)


@given(st.text(alphabet="普通程序独任合议简易判决调解（）()/ 1.未", min_size=1, max_size=12))
def test_a_code_is_registered_or_refused(catalog: Catalog, text: str) -> None:
    outcome = code(text, catalog)
    if outcome.value is None:
        assert not fold_word(text) or codes(outcome) == [("code_unknown", "refuse")]
    else:
        assert outcome.value in CODES


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("02.简易程序", "简易程序"),
        ("普通程序（一审）", "普通程序"),
        ("普通程序（合）", None),  # may be 普通程序合议
        ("普通程序（独任审理）", None),
        ("简易程序（转普通程序）", None),
        ("判决（未生效）", None),
        ("判决/调解", None),  # two, not a path
        ("民事/判决", "判决"),
    ],
)
def test_nothing_is_dropped_that_may_make_it_another_word(catalog: Catalog, text: str, value: str | None) -> None:
    assert code(text, catalog).value == value


def test_a_path_whose_upper_level_is_registered_too_is_read_by_its_last_and_reported() -> None:
    outcome = cause("证券纠纷/证券虚假陈述责任纠纷")
    assert outcome.value == "证券虚假陈述责任纠纷"
    assert codes(outcome) == [("word_path", "report")]
    assert "“证券纠纷”也是已登记的取值" in outcome.notes[0].reason


def test_two_words_that_fold_to_one_are_never_merged() -> None:
    assert cause("A类").value == "A类", "neither of the two"
    assert cause("1.a类").value == "1.a类"


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("证券虚假陈述责任", "证券虚假陈述责任纠纷"),
        ("买卖合同纠纷一案", "买卖合同纠纷"),
        ("买买合同纠纷", "买卖合同纠纷"),
    ],
)
def test_what_resembles_a_registered_word_stays_and_is_reported_with_the_nearest(text: str, near: str) -> None:
    outcome = cause(text)
    assert (outcome.value, codes(outcome)) == (text, [("word_resembles", "report")])
    assert f"“{near}”" in outcome.notes[0].reason


@pytest.mark.parametrize("text", ["民间借贷纠纷", "离婚纠纷", "盗窃罪", "合同纠纷", "纠纷", "房屋租赁合同纠纷"])
def test_an_unrelated_cause_is_a_value_of_its_own_without_a_word(text: str) -> None:
    assert cause(text) == CellResult(text)


@pytest.mark.parametrize(
    "text",
    [
        "\ufffd\ufffd合同纠纷",
        "??合同纠纷",
        "？？",
        "买卖?合同纠纷",
        "锟斤拷同纠纷",
        "\ue003卖合同纠纷",
        "买卖\x07合同纠纷",
        "&#20080;卖",
    ],
)
@pytest.mark.parametrize("column", [CAUSE, Column(header="部门", type=columns.DEPARTMENT)])
def test_lost_characters_are_refused_in_every_category(catalog: Catalog, column: Column, text: str) -> None:
    outcome = reader(column, catalog, AS_OF, named=CAUSES)(text)
    assert (outcome.value, codes(outcome)) == (None, [("characters_lost", "refuse")])


# --- an extract -------------------------------------------------------------------------------------------------


def read(catalog: Catalog, name: str) -> Examination:
    return examine((DOOR / name).read_bytes(), name, catalog.tables["cases"], catalog, AS_OF)


def test_numbered_causes_are_repaired_and_named_by_line(catalog: Catalog) -> None:
    """By hand from the file: five 证券虚假陈述责任纠纷 of 65 days."""
    found = read(catalog, "cause_prefixed.csv")
    assert not found.refused
    repaired = [problem for problem in found.problems if problem.severity == "repair"]
    assert sum(problem.code == "word_folded" for problem in repaired) > 0
    assert found.total("repair") == 5
    assert [row["案由"] for row in found.preview] == ["证券虚假陈述责任纠纷"] * 5 + ["买卖合同纠纷"] * 5


@pytest.mark.parametrize("table", ["cases", "enforcement", "pre_mediations"])
def test_a_cause_that_the_contract_names_as_another_one_is_not_doubtful(catalog: Catalog, table: str) -> None:
    contract = catalog.tables[table]
    read = reader(contract.columns["cause"], catalog, AS_OF, named=named_words(catalog, contract)["cause"])
    assert read("房屋买卖合同纠纷") == CellResult("房屋买卖合同纠纷")
    assert codes(read("二手房屋买卖合同纠纷")) == [("word_resembles", "report")]


def test_causes_with_lost_characters_are_refused_with_their_lines(catalog: Catalog) -> None:
    found = read(catalog, "fffd.csv")
    assert found.refused
    assert {problem.line for problem in found.problems if problem.code == "characters_lost"} <= {2, 3, 4}
    assert sum(count.count for count in found.counts if count.code == "characters_lost") == 3


def test_the_words_of_a_column_are_those_the_catalogue_compares_it_with(catalog: Catalog) -> None:
    assert {
        name: set(named_words(catalog, table)) for name, table in catalog.tables.items() if named_words(catalog, table)
    } == {"cases": {"cause"}, "enforcement": {"cause"}, "pre_mediations": {"cause"}, "dispute_origins": {"cause"}}
    own = contract(checks=[{"required_when": {"column": "closed_on", "where": {"contact": {"in": ["甲", "乙"]}}}}])
    assert named_words(catalog, own) == {"contact": ("甲", "乙")}


def test_private_categories_are_masked_and_offered_to_nobody(catalog: Catalog) -> None:
    own = contract(checks=[{"required_when": {"column": "closed_on", "where": {"contact": {"in": ["李四丰"]}}}}])
    lines = [*rows(1, 联系人="1.李四丰"), *rows(2, 联系人="李四丰丰")[1:]]
    found = examine(extract(lines), "a.csv", own, catalog, AS_OF)
    told = [problem for problem in found.problems if problem.column == "联系人"]
    assert {problem.code for problem in told} == {"word_folded", "word_resembles"}
    assert not any("李四" in str(problem) for problem in told)
    assert found.unread == ()
