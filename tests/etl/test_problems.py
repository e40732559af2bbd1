"""Equal problems are one line with a count; nothing else about them is lost."""

from hypothesis import given, strategies as st

from etl.problems import Problem, collapsed


def problem(line: int, value: str, code: str = "date_future", column: str = "结案日期") -> Problem:
    return Problem(code, "refuse", line, column, value, "晚于数据截至 2026-09-30", "请核对")


def test_a_wrong_date_of_all_rows_is_one_line_and_does_not_bury_the_rest() -> None:
    late = [problem(line, f"2026-10-{line % 28 + 1:02}") for line in range(2, 1202)]
    other = problem(700, "2026-02-30", "date_impossible")
    first, second = collapsed([*late, other])
    assert (first.first.line, first.count, first.values) == (2, 1200, 28)
    assert "等 1,200 行，28 种取值" in str(first)
    assert second.first == other
    assert str(second) == str(other)


def test_a_few_different_values_stay_apart_each_with_its_count() -> None:
    lines = collapsed([problem(2, "简易程徐"), problem(3, "小额诉颂"), problem(5, "简易程徐")])
    assert [(line.first.value, line.first.line, line.count) for line in lines] == [
        ("简易程徐", 2, 2),
        ("小额诉颂", 3, 1),
    ]


@given(
    st.lists(
        st.builds(problem, st.integers(2, 99), st.text(max_size=1), st.sampled_from(["date_future", "key_doubled"]))
    )
)
def test_no_problem_is_lost_or_counted_twice(problems: list[Problem]) -> None:
    lines = collapsed(problems)
    assert sum(line.count for line in lines) == len(problems)
    assert {line.first.code for line in lines} == {each.code for each in problems}
