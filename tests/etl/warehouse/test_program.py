"""A version says what counted it; one that another engine counted is not an earlier program's."""

from etl.warehouse.build import engine_of, is_current, program


def test_a_version_of_either_engine_is_current_and_one_of_another_program_is_not() -> None:
    for label in ("", "spark 4.3.0"):
        assert engine_of(program(label)) == label
        assert is_current(program(label))
        assert not is_current(f"0{program(label)}")
