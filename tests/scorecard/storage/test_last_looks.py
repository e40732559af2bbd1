"""When an account last looked: kept all day, by account, in a file that names nobody."""

from datetime import date

from scorecard.storage.data_dir import DataDir
from scorecard.storage.last_looks import LastLook, last_look

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 6)


def test_a_reader_is_compared_with_the_day_before_all_day_long(data: DataDir) -> None:
    assert last_look(data, "王五", "a", MONDAY) is None
    assert last_look(data, "王五", "a", MONDAY) is None, "the first day has nothing before it"
    assert last_look(data, "王五", "b", TUESDAY) == LastLook("a", "2026-11-02")
    assert last_look(data, "王五", "c", TUESDAY) == LastLook("a", "2026-11-02"), (
        "published meanwhile: still new to them"
    )
    assert last_look(data, "王五", "c", FRIDAY) == LastLook("c", "2026-11-03")
    assert last_look(data, "赵六", "c", FRIDAY) is None


def test_the_file_names_nobody_and_a_damaged_one_counts_as_none(data: DataDir) -> None:
    last_look(data, "王五", "a", MONDAY)
    (path,) = data.looked.iterdir()
    assert "王五" not in path.name + path.read_text("utf-8")
    for damaged in ("[{", '[{"version": "x", "day": "2026-13-01"}]', '[{"version": "x"}]', "{}", "7", '["x"]'):
        path.write_text(damaged, encoding="utf-8")
        assert last_look(data, "王五", "b", TUESDAY) is None, damaged
    assert last_look(data, "王五", "b", FRIDAY) == LastLook("b", "2026-11-03")


def test_a_disk_that_refuses_hides_no_page(data: DataDir) -> None:
    data.looked.parent.mkdir(parents=True, exist_ok=True)
    data.looked.write_text("a file where the folder should be", encoding="utf-8")
    assert last_look(data, "王五", "a", MONDAY) is None
