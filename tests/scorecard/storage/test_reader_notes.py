"""What a reader chose: kept by account in a file that names nobody; a calendar's secret is kept as its digest."""

from datetime import date

from scorecard.storage import reader_notes
from scorecard.storage.data_dir import DataDir
from scorecard.storage.reader_notes import FollowedVerdict, ReaderNotes

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 6)


def test_a_followed_indicator_is_told_when_its_verdict_changes_and_not_before(data: DataDir) -> None:
    assert reader_notes.follow(data, "王五", "a", "达标", MONDAY)
    assert reader_notes.verdicts_seen(data, "王五", {"a": "达标"}, TUESDAY) == {}
    changed = {"a": FollowedVerdict("达标", "未达标", TUESDAY)}
    assert reader_notes.verdicts_seen(data, "王五", {"a": "未达标"}, TUESDAY) == changed
    assert reader_notes.verdicts_seen(data, "王五", {"a": "未达标"}, FRIDAY) == changed, "told again, as of its own day"
    assert reader_notes.verdicts_seen(data, "王五", {}, FRIDAY) == changed, "an indicator that is gone changes nothing"
    assert reader_notes.verdicts_seen(data, "赵六", {"a": "未达标"}, FRIDAY) == {}
    assert not reader_notes.follow(data, "王五", "a", "未达标", FRIDAY), "a second time: no longer"
    assert reader_notes.verdicts_seen(data, "王五", {"a": "达标"}, FRIDAY) == {}


def test_a_verdict_of_invented_numbers_never_turns_into_one_of_real_ones(data: DataDir) -> None:
    reader_notes.follow(data, "王五", "a", "达标", MONDAY, sample=True)
    assert reader_notes.verdicts_seen(data, "王五", {}, TUESDAY, sample=False) == {}
    assert reader_notes.verdicts_seen(data, "王五", {"a": "未达标"}, TUESDAY, sample=False) == {}
    told = {"a": FollowedVerdict("未达标", "达标", FRIDAY)}
    assert reader_notes.verdicts_seen(data, "王五", {"a": "达标"}, FRIDAY, sample=False) == told


def test_a_calendar_opens_by_its_newest_secret_alone_and_the_secret_is_kept_nowhere(data: DataDir) -> None:
    first = reader_notes.new_calendar(data, ("王五", "leadership", ""), FRIDAY)
    second = reader_notes.new_calendar(data, ("王五", "leadership", ""), FRIDAY)
    assert len({first, second}) == 2
    assert len(second) >= 43, "256 bits"
    found = reader_notes.calendar_of(data, second)
    assert found is not None
    assert found.owner == ("王五", "leadership", "")
    assert reader_notes.calendar_of(data, first) is None
    assert reader_notes.calendar_of(data, "") is None
    (path,) = data.readers.iterdir()
    assert second not in path.read_text("utf-8")
    assert "王五" not in path.name
    reader_notes.change(data, "王五", calendar="", calendar_until=None)
    assert reader_notes.calendar_of(data, second) is None


def test_a_damaged_file_counts_as_nothing_chosen(data: DataDir) -> None:
    reader_notes.change(data, "王五", no_mail=True)
    (path,) = data.readers.iterdir()
    for damaged in ("{", "[]", '{"followed": {"a": 1}}'):
        path.write_text(damaged, encoding="utf-8")
        assert reader_notes.notes_of(data, "王五") == ReaderNotes({})
