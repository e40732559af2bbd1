"""A change is split exactly: the parts add up to the last digit, and known answers hold."""

from fractions import Fraction

from hypothesis import given, strategies as st

from scorecard.assessment.number_format import half_up
from scorecard.statistics.contributions import Contribution, contributions, leading, rounded

GROUPS = ("甲", "乙", "丙")
BOTTOMS = st.integers(0, 60)
PARTS = st.dictionaries(
    st.sampled_from(GROUPS), BOTTOMS.flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1
).map(lambda parts: {name: (Fraction(top), Fraction(bottom)) for name, (top, bottom) in parts.items()})


def halves(**parts: tuple[int, int]) -> dict[str, tuple[Fraction, Fraction]]:
    return {name: (Fraction(top), Fraction(bottom)) for name, (top, bottom) in parts.items()}


def test_two_groups_of_changed_rates_and_shares_are_split_as_kitagawa_did() -> None:
    """By hand: 甲 10/100 -> 40/200, 乙 80/100 -> 85/100; whole 90/200 = 45 % -> 125/300 = 41 2/3 %.

    Shares 1/2, 1/2 -> 2/3, 1/3. Rates 甲 .10 -> .20, 乙 .80 -> .85. Rate effects: 甲 7/12*.10 = 7/120, 乙 5/12*.05 = 1/48.
    Level (.45 + 5/12)/2 = 13/30. Mix: 甲 (.15 - 13/30)/6 = -17/360, 乙 (.825 - 13/30)*(-1/6) = -47/720. Sum -1/30.
    """
    found = contributions(halves(甲=(10, 100), 乙=(80, 100)), halves(甲=(40, 200), 乙=(85, 100)), ("甲", "乙"))
    assert found == (
        Contribution("甲", Fraction(7, 120), Fraction(-17, 360), Fraction(1, 2), Fraction(2, 3)),
        Contribution("乙", Fraction(1, 48), Fraction(-47, 720), Fraction(1, 2), Fraction(1, 3)),
    )
    assert found is not None
    assert sum(part.whole for part in found) == Fraction(125, 300) - Fraction(90, 200)


@given(PARTS, PARTS)
def test_the_parts_of_a_rate_add_up_to_its_change(before: dict, now: dict) -> None:  # pyright: ignore
    wholes = [[sum(half) for half in zip(*parts.values(), strict=True)] for parts in (before, now)]
    found = contributions(before, now, GROUPS)
    if not all(bottom for _, bottom in wholes):
        assert found is None or not any(bottom for _, bottom in wholes)
        return
    assert found is not None
    (was, of), (is_now, of_now) = wholes
    assert sum(part.whole for part in found) == Fraction(is_now) / of_now - Fraction(was) / of


def test_counts_change_by_the_changes_of_their_parts() -> None:
    found = contributions(halves(甲=(3, 0)), halves(甲=(5, 0), 乙=(4, 0)), ("甲", "乙"))
    assert found is not None
    assert [(part.rate, part.mix) for part in found] == [(2, 0), (4, 0)]


def test_a_numerator_without_a_denominator_cannot_be_split() -> None:
    assert contributions(halves(甲=(3, 0), 乙=(1, 5)), halves(甲=(5, 9)), ("甲", "乙")) is None


def test_one_part_leads_only_where_it_explains_half_of_the_change_in_its_direction() -> None:
    parts = (Contribution("甲", Fraction(3), Fraction(0)), Contribution("乙", Fraction(-1), Fraction(0)))
    assert leading(parts, Fraction(2)) == parts[0]
    assert leading((Contribution("甲", Fraction(1), Fraction(0)),) * 3, Fraction(3)) is None
    assert leading(parts, Fraction(-2)) is None or leading(parts, Fraction(-2)) == parts[1]


def test_the_largest_part_leads_only_where_it_moved_more_than_the_others() -> None:
    """甲 has 80 of 100 rows in both periods. Where both parts rise by 10 points it explains 80 % and nothing; where it alone does, all."""
    both = contributions(halves(甲=(40, 80), 乙=(10, 20)), halves(甲=(48, 80), 乙=(12, 20)), ("甲", "乙"))
    alone = contributions(halves(甲=(40, 80), 乙=(10, 20)), halves(甲=(48, 80), 乙=(10, 20)), ("甲", "乙"))
    assert both is not None and alone is not None
    assert leading(both, Fraction(1, 10)) is None
    assert leading(alone, Fraction(8, 100)) == alone[0]


@given(st.lists(st.fractions(-50, 50, max_denominator=997), min_size=1, max_size=8))
def test_what_is_printed_adds_up_to_what_is_printed_of_the_whole(values: list[Fraction]) -> None:
    total = sum(values, Fraction(0))
    printed = rounded(values, total, 2)
    assert sum(printed) == Fraction(half_up(total, 2).replace(",", ""))  # as the change itself is printed
    assert all(abs(shown - value) < Fraction(1, 100) for shown, value in zip(printed, values, strict=True))
