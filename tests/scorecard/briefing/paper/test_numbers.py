"""Numbers that somebody wrote read back to the paper's own, in whatever spelling they stand."""

import pytest

from scorecard.briefing.paper.numbers import numbers, own_numbers, require_own_numbers
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir
from tests.support.papers import paper

READ = {
    "执行完毕率为46.53%（663 / 1,425）": [("执行完毕率为", "46.53%"), ("（", "663"), ("/", "1425")],
    "２０２６年１—１０月": [("", "2026"), ("年", "1"), ("—", "10")],
    "比法定期限多−3.2天": [("比法定期限多", "-3.2")],
    "二十一项未达标，一起督办": [("", "21")],
    "2026-10-31，版本v7f3a": [("", "2026"), ("-", "10"), ("-", "31"), ("，版本", "v7f3a")],
}


@pytest.mark.parametrize(("text", "read"), READ.items())
def test_a_number_is_read_with_the_words_before_it(text: str, read: list[tuple[str, str]]) -> None:
    assert numbers(text) == read


def test_a_headline_says_only_numbers_of_its_paper(sample: DataDir, catalog: Catalog) -> None:
    given = paper(sample, catalog)
    value = given.lines[2].value
    assert value in own_numbers(given)
    require_own_numbers(f"紧急保全四十八小时内办结{value}", given)
    for foreign in ("99.87%", f"{value.removesuffix('%')}", "877项"):
        with pytest.raises(ScorecardError, match="不是这份简报里的数"):
            require_own_numbers(f"紧急保全{foreign}", given)
