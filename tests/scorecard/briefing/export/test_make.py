"""A paper leaves the building: on record before anybody has it, its version kept, and made again to the byte."""

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from etl.intake.accept import accept
from etl.versions.publish import publish
from etl.versions.retention import prune
from etl.warehouse.build import build
from scorecard.access import Forbidden
from scorecard.audit import log as audit
from scorecard.briefing.browser import queue
from scorecard.briefing.composition.compose import compose
from scorecard.briefing.export import export_records, make, write
from scorecard.briefing.export.export_records import release
from scorecard.briefing.export.formats import FORMATS
from scorecard.briefing.paper.material import gather
from scorecard.briefing.paper.model import Paragraph, parse
from scorecard.briefing.paper.request import BriefingRequest, from_data, resolve
from scorecard.catalog import loader
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage import checksums
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.open_version import open_published
from tests.support.actors import CIVIL, LEADER, OFFICER, TESTER, VISITOR
from tests.support.extracts import AS_OF, cases_csv
from tests.support.samples import copied

WISH = BriefingRequest("information", "2026-10", issue="10", note="<script>alert(1)</script> =1+1")
QUICK = ("html", "xlsx", "csv")


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> DataDir:
    """A small court of its own with one version, under seeds with one template more: no Python was written for it."""
    folder = tmp_path_factory.mktemp("briefing")
    shutil.copytree(seeds, folder / "seeds")
    (folder / "seeds" / "briefings" / "bench.toml").write_text(
        'name = "院长办公会用"\nabout = "小额诉讼一项"\ntitle = "{court}{period}小额诉讼情况（{scope}）"\n'
        'audience = "院长办公会"\ngrain = "quarter"\nmasthead = "办公会材料"\n'
        '[indicators]\nwhich = "listed"\nids = ["small_claims_rate", "small_claims_mean_days"]\n'
        '[[sections]]\nkind = "summary"\nheading = "概况"\nlead = "供办公会参阅。"\n'
        '[[sections]]\nkind = "figures"\nwhich = "listed"\nids = ["small_claims_rate"]\n',
        "utf-8",
    )
    data, catalog = DataDir(folder / "data"), loader.load(folder / "seeds")
    accept(cases_csv(300), "案件.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data)
    publish(data, build(catalog, data), OFFICER)
    return data


@pytest.fixture
def own(court: DataDir, tmp_path: Path) -> Iterator[DataDir]:
    yield copied(court, tmp_path / "own")


@pytest.fixture(autouse=True)
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """What needs a browser is tried in tests of its own; a version of cases only is judged on one day."""
    monkeypatch.setattr(queue, "browser", lambda: None)
    monkeypatch.setattr("scorecard.store.open_version.today", lambda: datetime(2026, 11, 9, tzinfo=UTC).date())


def exports(data: DataDir) -> list[audit.AuditEntry]:
    return [one for one in audit.entries(data) if one.action == "导出"]


def test_a_new_template_needs_one_file_and_no_python(own: DataDir) -> None:
    seen: list[tuple[int, int, str]] = []
    wish = BriefingRequest("bench", "2026-Q2")
    made = make.make_paper(own, open_published(own), wish, OFFICER, ["html", "csv"], lambda *step: seen.append(step))
    name = f"院长办公会用_2026年二季度_{made.manifest.id}"
    assert list(made.content) == [f"{name}.html", f"{name}.csv", f"{name}.zip"]
    html = made.content[f"{name}.html"].decode()
    for said in (
        "办公会材料",
        "济南市钢城区人民法院2026年二季度小额诉讼情况（全部案件）",
        "一、概况",
        "供办公会参阅。",
    ):
        assert said in html
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert seen[-1][0] == seen[-1][1] == 2


def test_it_is_on_record_before_anybody_has_it(own: DataDir) -> None:
    version = open_published(own)
    made = make.make_paper(own, version, WISH, LEADER, QUICK)
    told = exports(own)[-1]
    assert (told.actor, told.result, told.subject) == ("组长", "成功", "简报/information/ytd 2026-10")
    assert told.detail["export"] == made.manifest.id
    assert told.detail["files"] == {name: sha256(raw).hexdigest() for name, raw in made.content.items()}
    record = (own.exports / f"{made.manifest.id}.json").read_text("utf-8")
    assert record == made.manifest.text()
    assert parse(record) == made.manifest
    assert from_data(json.loads(record)["order"]).note == WISH.note
    assert made.manifest.audit == audit.entries(own)[-2].number.__str__() + f" {audit.entries(own)[-2].seal}"
    (batch,) = version.manifest.batches
    (source,) = made.manifest.sources
    assert (source.table, source.name, source.rows) == ("cases", batch["name"], 300)
    assert source.sha256 == sha256(cases_csv(300)).hexdigest()
    assert (
        made.manifest.definitions["briefings/information.toml"]
        == sha256(version.catalog.files["briefings/information.toml"]).hexdigest()
    )


def test_the_manifest_stands_in_the_files(own: DataDir) -> None:
    made = make.make_paper(own, open_published(own), WISH, LEADER, QUICK)
    by_ending = {name.rpartition(".")[2]: raw for name, raw in made.content.items()}
    lines = [row[0] for row in csv.reader(io.StringIO(by_ending["csv"].decode("utf-8-sig"))) if row]
    assert any(f"导出编号{made.manifest.id}" in line for line in lines)
    embedded = re.search(
        r'<script type="application/json" id="manifest">(.*?)</script>', by_ending["html"].decode(), re.DOTALL
    )
    assert embedded
    assert parse(embedded[1]) == made.manifest
    with zipfile.ZipFile(io.BytesIO(by_ending["xlsx"])) as book:
        parts = [book.read(name).decode() for name in book.namelist() if name.startswith("customXml/item")]
    assert any(made.manifest.id in part for part in parts)
    with zipfile.ZipFile(io.BytesIO(by_ending["zip"])) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == {
            name: raw for name, raw in made.content.items() if not name.endswith(".zip")
        }


def test_made_again_it_is_the_same_to_the_byte_whoever_asks_and_whatever_was_published_since(
    own: DataDir, seeds: Path
) -> None:
    version = open_published(own)
    first = make.make_paper(own, version, WISH, LEADER, QUICK)
    record = (own.exports / f"{first.manifest.id}.json").read_bytes()
    catalog = loader.load(seeds)
    accept(cases_csv(3, first=900), "新.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, own)
    newer = build(catalog, own)
    publish(own, newer, OFFICER)
    assert prune(own, OFFICER, newest=1) == ()
    again = make.make_again(own, first.manifest.id, TESTER, QUICK)
    assert again.content == first.content
    assert again.manifest == first.manifest
    assert again.notices == ()
    assert (own.exports / f"{first.manifest.id}.json").read_bytes() == record
    assert [one.detail.get("again", False) for one in exports(own)] == [False, True]
    assert store.current(own).version == newer


def test_the_version_stays_when_others_are_pruned(own: DataDir, seeds: Path) -> None:
    catalog = loader.load(seeds)
    old = store.current(own).version
    make.make_paper(own, open_published(own), WISH, LEADER, ["csv"])
    for number in (1, 2):
        accept(cases_csv(3, first=900 * number), f"{number}.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, own)
        publish(own, build(catalog, own), OFFICER)
    assert len(prune(own, OFFICER, newest=1)) == 1
    assert own.database(old or "").is_file()


def test_what_the_writer_changed_is_on_record_and_made_again(own: DataDir) -> None:
    version = open_published(own)
    first = make.make_paper(own, version, BriefingRequest("complete", "2026-10"), LEADER, ["html"])
    wish = BriefingRequest("complete", "2026-10", headline="小额诉讼用得<b>更多</b>")
    made = make.make_paper(own, version, wish, LEADER, ["html"])
    assert not set(made.content) & set(first.content)  # of one name, the later would take the earlier's place
    _, order = export_records.read_record(own, made.manifest.id)
    assert (order.headline, order.formats) == (wish.headline, ("html",))
    assert "小额诉讼用得&lt;b&gt;更多" in next(iter(made.content.values())).decode()
    assert make.make_again(own, made.manifest.id, OFFICER, ["html"]).content == made.content


def test_only_what_must_be_asked_about_can_be_left_out_of_it(own: DataDir) -> None:
    wish = BriefingRequest("leader", "2026-10", omitted=("small_claims_rate",))
    with pytest.raises(ScorecardError, match="“小额诉讼程序适用率”不在需要过问的指标里"):
        make.make_paper(own, open_published(own), wish, LEADER, ["csv"])
    assert export_records.all_records(own) == ()


def test_another_program_says_that_it_is_another(own: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make.make_paper(own, open_published(own), WISH, LEADER, ["csv"])
    monkeypatch.setattr(export_records, "program", lambda: "0" * 16)
    again = make.make_again(own, first.manifest.id, LEADER, ["csv"])
    assert again.content == first.content
    assert "程序在导出之后更新过" in again.notices[0]
    assert first.manifest.program in again.notices[0]


def test_a_visitor_gets_nothing_and_the_attempt_is_on_record(own: DataDir) -> None:
    with pytest.raises(Forbidden):
        make.make_paper(own, open_published(own), WISH, VISITOR, QUICK)
    told = exports(own)[-1]
    assert (told.actor, told.result) == ("访客", "拒绝")
    assert "files" not in told.detail
    assert not own.exports.exists()
    assert not own.kept.exists()


def test_case_rows_are_made_again_only_for_who_may_see_them(own: DataDir) -> None:
    wish = BriefingRequest("department", "2026-10", department="civil")
    first = make.make_paper(own, open_published(own), wish, CIVIL, ["html"])
    assert make.make_again(own, first.manifest.id, OFFICER, ["html"]).content == first.content
    with pytest.raises(Forbidden):
        make.make_again(own, first.manifest.id, LEADER, ["html"])
    assert exports(own)[-1].result == "拒绝"


def test_what_needs_a_browser_is_left_out_in_words_and_the_rest_is_made(own: DataDir) -> None:
    made = make.make_paper(own, open_published(own), BriefingRequest("bench", "2026-Q2"), LEADER, FORMATS)
    assert {name.rpartition(".")[2] for name in made.content} == {"html", "docx", "pptx", "xlsx", "csv", "png", "zip"}
    assert made.notices == ("服务器上没有浏览器，没有生成：PDF。",)
    with pytest.raises(queue.NoBrowser):
        make.make_paper(own, open_published(own), WISH, LEADER, ["pdf"])


def test_annexes_are_files_of_their_own_in_the_formats_that_are_read(own: DataDir) -> None:
    version = open_published(own)
    order = resolve(version, WISH, LEADER, datetime(2026, 11, 9, 2, tzinfo=UTC))
    paper = compose(gather(version, order, LEADER), export_records.describe(own, version, order, (), "1"))
    one = f"{paper.name}_附件1_全部指标一览表"
    annex = replace(paper, name=one, masthead="", issue="附件1", title="全部指标一览表", landscape=True)
    files = write.write_all(replace(paper, annexes=(annex,)), ("html", "docx", "csv"), write.ignore_progress)
    assert list(files.content) == [
        f"{paper.name}.html", f"{one}.html", f"{paper.name}.docx", f"{one}.docx", f"{paper.name}.csv", f"{paper.name}.zip",
    ]  # fmt: skip


def test_what_was_typed_is_inert_in_every_file(own: DataDir) -> None:
    made = make.make_paper(own, open_published(own), WISH, LEADER, ("html", "docx", "csv"))
    by_ending = {name.rpartition(".")[2]: raw for name, raw in made.content.items()}
    assert b"<script>alert(1)" not in by_ending["html"]
    with zipfile.ZipFile(io.BytesIO(by_ending["docx"])) as packed:
        body = packed.read("word/document.xml").decode()
    assert "&lt;script&gt;alert(1)" in body
    assert "<script" not in body


@pytest.mark.parametrize("name", ["", "../../CURRENT", "20261109100000-abcdef", "x" * 300])
def test_a_record_that_is_not_there_is_refused_in_words(own: DataDir, name: str) -> None:
    with pytest.raises(ScorecardError, match=r"没有导出编号.*--list"):
        make.make_again(own, name, OFFICER, ["csv"])


def test_a_damaged_record_is_refused_and_hides_no_other(own: DataDir) -> None:
    version = open_published(own)
    first, second = (make.make_paper(own, version, WISH, LEADER, ["csv"]).manifest for _ in range(2))
    path = own.exports / f"{first.id}.json"
    path.write_text('{"order": 1}', "utf-8")
    assert {manifest.id for manifest, _ in export_records.all_records(own)} == {first.id, second.id}
    assert make.make_again(own, first.id, OFFICER, ["csv"]).manifest == first  # from the copy of the record
    (check,) = checksums.FolderChecks(own, own.exports).of(path)
    check.copy.write_bytes(b"x")
    assert [manifest for manifest, _ in export_records.all_records(own)] == [second]
    with pytest.raises(StorageError, match=r"内容无法读取.*从备份恢复"):
        make.make_again(own, first.id, OFFICER, ["csv"])


def test_a_record_that_was_changed_or_slipped_in_makes_no_paper(own: DataDir) -> None:
    """The audit has the SHA-256 of the record, which has those of batches and definitions."""
    made = make.make_paper(own, open_published(own), WISH, LEADER, ["csv"]).manifest
    path = own.exports / f"{made.id}.json"
    written = path.read_bytes()
    assert exports(own)[-1].detail["manifest"] == sha256(written).hexdigest()
    forged = written.replace("第10期".encode(), "第11期".encode()).replace(b'"10"', b'"11"')
    assert forged != written
    path.write_bytes(forged)  # beside its checksum: the copy of what was written counts
    assert make.make_again(own, made.id, OFFICER, ["csv"]).manifest == made
    checksums.forget(own, path)
    for noted in (False, True):  # without a checksum, and with one of its own
        if noted:
            checksums.note(own, path, forged)
        with pytest.raises(StorageError, match="校验值不符"):
            make.make_again(own, made.id, OFFICER, ["csv"])
    other = f"{made.id[:-1]}{'0' if made.id[-1] != '0' else '1'}"
    (own.exports / f"{other}.json").write_bytes(written.replace(made.id.encode(), other.encode()))
    with pytest.raises(StorageError, match="没有这次导出"):
        make.make_again(own, other, OFFICER, ["csv"])
    checksums.forget(own, path)
    path.write_bytes(written)
    assert make.make_again(own, made.id, OFFICER, ["csv"]).manifest == made


def test_what_fails_while_it_is_made_leaves_no_record_and_says_so_in_the_audit(
    own: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> write.WrittenFiles:
        raise ScorecardError("图片与PDF", "浏览器两次都没有完成", "能完成排版的浏览器")

    monkeypatch.setattr(write, "write_all", broken)
    with pytest.raises(ScorecardError, match="浏览器两次"):
        make.make_paper(own, open_published(own), WISH, LEADER, ["csv"])
    assert exports(own)[-1].result == "拒绝"
    assert export_records.all_records(own) == ()


def test_leaving_needs_the_right_keeps_the_version_and_names_every_file(own: DataDir) -> None:
    version = store.current(own).version or ""
    with pytest.raises(Forbidden):
        release(own, VISITOR, version, "图片 某图", lambda: pytest.fail("made before the right was asked for"))
    left = release(own, LEADER, version, "图片 某图", lambda: {"某图.png": b"png"}, way="A4")
    assert left == {"某图.png": b"png"}
    told = exports(own)[-1]
    assert told.detail["files"] == {"某图.png": sha256(b"png").hexdigest()}
    assert told.detail["way"] == "A4"
    assert (own.kept / f"{version}.json").is_file()


def test_the_program_is_known_by_what_decides_on_a_papers_words_and_not_by_its_screens(tmp_path: Path) -> None:
    for name in ("wording.py", "briefing/html.py", "briefing/templates/paper.html", "ui/style.css", "wording.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("A = 1")
    before = export_records.digest(tmp_path)
    assert len(before) == 16
    for name, text, same in (
        ("ui/style.css", "A = 2", True),
        ("wording.pyc", "A = 2", True),
        ("wording.py", '"""What it says."""\n\nA = 1  # why', True),
        ("briefing/templates/paper.html", "A = 2", False),
        ("wording.py", "A = 2", False),
    ):
        (tmp_path / name).write_text(text)
        assert (export_records.digest(tmp_path) == before) is same, name
        before = export_records.digest(tmp_path)


def test_where_most_could_not_be_judged_nothing_missed_is_not_said_without_saying_so(own: DataDir) -> None:
    version = open_published(own)
    every = len(version.catalog.indicators)
    for template, said in (
        ("monthly", r"没有真实恶化；(\d+)项数据待核，不作评价"),
        ("meeting", rf"全部{every}项指标：.*?数据待核(\d+)项"),
    ):
        order = resolve(version, BriefingRequest(template, "2026-10"), OFFICER, datetime(2026, 11, 9, 2, tzinfo=UTC))
        material = gather(version, order, OFFICER)
        paper = compose(
            material, export_records.describe(own, version, order, (), export_records.new_id(order.made_at))
        )
        text = "\n".join(block.text for block in paper.blocks if isinstance(block, Paragraph))
        doubtful = sum(card.verdict.word == "数据待核" for card in material.every.values())
        assert doubtful > 30
        assert re.findall(said, text) == [str(doubtful)]


def test_several_at_once_each_leave_their_own_record_and_line(own: DataDir) -> None:
    version = open_published(own)
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: make.make_paper(own, version, WISH, LEADER, ["csv"]), range(6)))
    assert len({one.manifest.id for one in made}) == 6
    assert {manifest.id for manifest, _ in export_records.all_records(own)} == {one.manifest.id for one in made}
    assert sorted(one.detail["export"] for one in exports(own)) == sorted(one.manifest.id for one in made)
    assert audit.verify(own) == ()
