"""Every mistake in a seed is refused with file, key, what was found, what was expected and the nearest name.

`tests/bad_seeds/good` is a small catalogue without a mistake. Each file beside it names one seed file, the text to
replace in it, and the exact messages that must come: no other, and no echo of the same mistake elsewhere.
"""

import tomllib
from typing import Any

import pytest

from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.errors import SeedErrors
from tests.conftest import ROOT

BAD_SEEDS = ROOT / "tests" / "bad_seeds"
GOOD = {
    path.relative_to(BAD_SEEDS / "good").as_posix(): path.read_bytes() for path in (BAD_SEEDS / "good").rglob("*.toml")
}
CASES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(BAD_SEEDS.glob("*.toml"))}


def _spoilt(case: dict[str, Any]) -> dict[str, bytes]:
    """The good seeds with the case's one change; a change that finds nothing to replace is a mistake of the test."""
    files = dict(GOOD)
    file = case["file"]
    if "content" in case:
        files[file] = case["content"].encode()
    elif "bytes" in case:
        files[file] = bytes.fromhex(case["bytes"])
    elif case.get("delete"):
        del files[file]
    else:
        text = files[file].decode()
        assert text.count(case["replace"]) == 1, f"{case['replace']!r} stands {text.count(case['replace'])} times"
        files[file] = text.replace(case["replace"], case["with"]).encode()
    return files


def _messages(files: dict[str, bytes]) -> list[str]:
    with pytest.raises(SeedErrors) as refused:
        loader.parse(files)
    return [str(mistake) for mistake in refused.value.mistakes]


@pytest.mark.parametrize("name", CASES)
def test_one_mistake_gives_exactly_its_message(name: str) -> None:
    assert _messages(_spoilt(CASES[name])) == CASES[name]["expect"]


def test_the_good_catalogue_has_no_mistake() -> None:
    assert list(loader.parse(GOOD).indicators) == ["small_claims_rate", "transfer_rate", "trial_mean_days"]


def test_all_mistakes_are_reported_at_once_in_one_refusal() -> None:
    """Ten mistakes in six files; the count is the point: none hides another, none is echoed."""
    together = [
        "key_missing_in_the_court", "key_unknown_in_an_indicator", "word_unknown_direction", "header_twice",
        "derived_of_a_misspelt_column", "check_of_an_absent_column", "id_unknown_table", "file_not_utf8",
        "department_spelling_of_two", "key_unknown_in_a_term",
    ]  # fmt: skip
    files = dict(GOOD)
    expected: list[str] = []
    for name in together:
        case = CASES[name]
        if "bytes" in case:
            files[case["file"]] = bytes.fromhex(case["bytes"])
        else:
            files[case["file"]] = files[case["file"]].decode().replace(case["replace"], case["with"]).encode()
        expected += case["expect"]
    assert sorted(_messages(files)) == sorted(expected)


def test_every_message_is_chinese_and_says_what_was_expected() -> None:
    for name, case in CASES.items():
        for message in case["expect"]:
            assert "应为：" in message, name
            assert message.split("：")[0].split("「")[0].rstrip("/").endswith((".toml", ".csv", "disputes")), name


def test_a_byte_order_mark_as_some_editors_write_it_is_no_mistake() -> None:
    files = GOOD | {"court.toml": b"\xef\xbb\xbf" + GOOD["court.toml"]}
    assert loader.parse(files).court.short_name == "示例法院"


def test_the_digest_changes_with_any_byte_of_any_seed_file() -> None:
    base = loader.parse(GOOD).digest
    assert loader.parse(dict(reversed(GOOD.items()))).digest == base
    assert all(loader.parse(GOOD | {file: raw + b"\n# note\n"}).digest != base for file, raw in GOOD.items())


# --- the committed seeds ----------------------------------------------------------------------------------------


def test_every_measure_of_the_plan_has_an_indicator_and_every_indicator_a_counterweight(catalog: Catalog) -> None:
    served = {measure for indicator in catalog.indicators.values() for measure in indicator.measures}
    assert len(catalog.measures) == 17
    assert len(catalog.requirements) == 7
    assert [measure for measure in catalog.measures if measure not in served] == []
    assert all(one.counterweight in catalog.indicators for one in catalog.indicators.values())


def test_the_reason_of_every_indicator_is_words_of_the_plan(catalog: Catalog) -> None:
    plan = [one.text for one in (*catalog.measures.values(), *catalog.requirements.values())]
    plan += [domain.goal for domain in catalog.domains.values()]
    assert [one.id for one in catalog.indicators.values() if not any(one.why in text for text in plan)] == []


def test_indicators_stand_in_the_order_of_the_plan(catalog: Catalog) -> None:
    order = [*catalog.measures, *catalog.requirements]
    for domain in catalog.domains:
        firsts = [
            min(order.index(measure) for measure in own)
            for indicator in catalog.of_domain(domain)
            if (own := [one for one in indicator.measures if one.startswith(f"{domain}.")])
        ]
        assert firsts == sorted(firsts)
    domains = list(dict.fromkeys(indicator.domain for indicator in catalog.indicators.values()))
    assert domains == list(catalog.domains)
