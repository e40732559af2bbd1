"""`python -m etl`: exit codes 0 done, 1 refused, 2 wrong call; everything a person reads is Chinese."""

import csv
import io
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from etl.commands.cli import main
from etl.intake.batches import list_batches
from scorecard.audit import log as audit
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.conftest import ROOT
from tests.support.extracts import cases_csv, without
from tests.support.office import Book

SEEDS = str(ROOT / "seeds")
COMMANDS = (
    "accept", "build", "publish", "rollback", "withdraw", "restore", "compare", "prune", "list", "check", "template",
    "sample", "start", "briefing",
)  # fmt: skip
AUDIT = ("verify", "export")


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "案件 10月.csv"
    path.write_bytes(cases_csv(6, encoding="gb18030"))
    return path


def run(data: DataDir, *words: str) -> int:
    return main([words[0], "--seeds", SEEDS, "--data", str(data.root), *words[1:]])


def test_the_whole_way_from_file_to_published_version_and_back(
    data: DataDir, extract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31") == 0
    assert "已接收" in capsys.readouterr().out
    assert run(data, "publish") == 0
    first = store.current(data).version
    extract.write_bytes(cases_csv(9, first=50))
    assert run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31") == 0
    capsys.readouterr()
    assert run(data, "build") == 0
    second = capsys.readouterr().out.strip()
    assert store.current(data).version == first != second
    assert run(data, "publish", second) == 0
    assert store.current(data).version == second
    assert run(data, "rollback", str(first)) == 0
    assert store.current(data).version == first
    capsys.readouterr()
    assert run(data, "list") == 0
    listed = capsys.readouterr().out
    assert f"→ 版本 {first}" in listed
    assert listed.count("批次 cases/") == 2


def test_a_refused_extract_ends_with_one_and_names_line_column_value_and_remedy(
    data: DataDir, extract: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extract.write_bytes(
        cases_csv(3).replace("小额诉讼".encode(), "小额速裁".encode()).replace(b"2026-01-12", b"2026-02-30")
    )
    report = tmp_path / "问题.csv"
    call = ("accept", "--table", "cases", str(extract), "--as-of", "2026-10-31", "--problems", str(report))
    assert run(data, *call) == 1
    said = capsys.readouterr().err
    assert "第2行" in said
    assert "2026-02-30" in said
    assert "立案日期" in said
    assert report.read_bytes().startswith(b"\xef\xbb\xbf")
    assert not list(data.root.rglob("*.parquet"))


def test_what_became_of_a_file_is_said_line_by_line_and_written_where_asked(
    data: DataDir, extract: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = cases_csv(60).decode().replace("（2026）", "(2026)").splitlines()
    lines[3] = lines[3].replace("简易程序", "简易程徐")
    extract.write_text("\n".join([*lines, "合计,60"]), encoding="utf-8")
    report = tmp_path / "问题.csv"
    call = ("accept", "--table", "cases", str(extract), "--as-of", "2026-12-31", "--problems", str(report))
    assert run(data, *call) == 1, "a day to come"
    capsys.readouterr()
    call = ("accept", "--table", "cases", str(extract), "--as-of", "2026-10-31", "--problems", str(report))
    assert run(data, *call, "--policy", "set_aside") == 0
    said = capsys.readouterr()
    assert "已接收：审判案件表 59 行" in said.out
    assert "搁置 1 行　修复 60 处　不计入的合计、注释行 1 行" in said.out
    assert "已修复　案号括号「案号」　60 处" in said.out
    assert "没有这一列「是否上诉」" in said.out
    assert "第4行「适用程序」“简易程徐”" in said.out
    assert len([line for line in said.out.splitlines() if "半角括号" in line]) <= 60
    written = report.read_text("utf-8-sig")
    assert "简易程徐" in written
    assert "合计" in written
    report.unlink()
    assert run(data, *call, "--policy", "set_aside") == 0
    assert "此前已接收，没有重复写入" in capsys.readouterr().out
    assert report.read_text("utf-8-sig") == written, "the list is written again for a file that is there already"


def test_a_month_without_such_data_is_declared_without_a_file(
    data: DataDir, extract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ("accept", "--table", "leads", "--none", "--as-of", "2026-10-31", "--actor", "李四")
    assert run(data, *call) == 0
    assert "已声明：涉非线索登记表 本月无此类数据，数据截至 2026-10-31" in capsys.readouterr().out
    assert run(data, *call) == 0
    assert "此前已声明，没有重复写入" in capsys.readouterr().out
    assert run(data, "accept", "--table", "leads", "--none", "--as-of", "2026-10-30") == 1
    assert "不是月末" in capsys.readouterr().err
    assert run(data, "list") == 0
    assert "截至 2026-10-31  本月无此类数据  李四" in capsys.readouterr().out
    assert run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-03-31", "--corrects") == 1
    assert "没有截至 2026-03-31 的数据可以更正" in capsys.readouterr().err


def test_a_date_that_the_file_does_not_suggest_is_doubted(
    data: DataDir, extract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31") == 0
    assert "按此数据截至应为 2026-03-31，而不是 2026-10-31" in capsys.readouterr().err
    assert run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-03-31") == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "同一份文件还按数据截至 2026-10-31 接收过" in said.out
    assert run(data, "accept", "--table", "cases", str(extract), "--as-of", "2025-12-31") == 1
    said = capsys.readouterr()
    assert "等 6 行，6 种取值" in said.err, "one line for each column of dates"
    assert "按此数据截至应为 2026-03-31，而不是 2025-12-31" in said.err


def test_publishing_says_which_verdicts_changed_and_what_is_in_doubt(
    data: DataDir, extract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = cases_csv(60).decode()
    extract.write_text(few.replace("小额诉讼", "简易程序"), encoding="utf-8")
    run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31")
    assert run(data, "publish") == 0
    first = store.current(data).version
    assert "相比" not in capsys.readouterr().out
    extract.write_text(few.replace("简易程序", "小额诉讼"), encoding="utf-8")
    run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31")
    capsys.readouterr()
    assert run(data, "publish") == 0
    said = capsys.readouterr().out
    assert f"与此前发布的 {first} 相比" in said
    assert re.search(r"相比，(\d+) 个评价改变", said)
    assert re.search(r"  小额诉讼平均审理天数　2026年9月　无数据 → \S+　— → \S+", said)
    assert run(data, "publish") == 0
    assert "0 个评价改变" in capsys.readouterr().out


def test_a_reader_that_has_seen_enough_ends_no_command_with_an_error(data: DataDir, extract: Path) -> None:
    for number in range(3):
        extract.write_bytes(cases_csv(2 + number))
        run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31")
    call = [sys.executable, "-u", "-m", "etl", "list", "--seeds", SEEDS, "--data", str(data.root)]
    with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        listing.stdout.close()
        said = listing.stderr.read().decode()
    assert listing.returncode == 0
    assert "Traceback" not in said
    assert "BrokenPipe" not in said


def test_a_wrong_call_ends_with_two(data: DataDir, extract: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [
        ["withdraw", "cases", "--reason", "x"],
        ["withdraw", "cases/2026-10-31-0123456789ab"],
        ["prune", "--newest", "0"],
        ["audit"],
        ["audit", "check"],
        ["accept", "--table", "cases"],
        ["accept", "--table", "cases", str(extract), "--as-of", "31.10.2026"],
        ["accept", "--table", "cases", "--as-of", "2026-10-31"],
        ["accept", "--table", "cases", str(extract), "--none", "--as-of", "2026-10-31"],
        ["accept", "--table", "cases", str(extract), "--policy", "guess", "--as-of", "2026-10-31"],
        ["accept", "--table", "case", str(extract), "--as-of", "2026-10-31"],
        ["accept", "--table", "cases", str(extract) + "x", "--as-of", "2026-10-31"],
        ["publsh"],
        ["list", "--all"],
        [],
    ]
    for words in wrong:
        try:
            code = run(data, *words) if words else main([])
        except SystemExit as ended:
            code = int(str(ended.code))
        assert code == 2, words
        said = capsys.readouterr().err
        assert re.search("[一-鿿]", said), words
        assert not re.search(r"\b(usage|error|required|invalid|argument|expected)\b", said), said


def test_a_batch_is_withdrawn_and_restored_by_its_name(
    data: DataDir, extract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31")
    run(data, "build")
    first = capsys.readouterr().out.split()[-1]
    extract.write_bytes(cases_csv(9, first=50))
    run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31")
    name = f"cases/{list_batches(data)[-1].name}"
    assert run(data, "withdraw", name, "--reason", "传错了文件", "--actor", "李四") == 0
    capsys.readouterr()
    run(data, "build")
    assert capsys.readouterr().out.strip() == first
    assert run(data, "withdraw", name, "--reason", "再来一次") == 1
    assert "此前已由 李四 撤回" in capsys.readouterr().err
    assert run(data, "restore", name, "--reason", "没有传错") == 0
    capsys.readouterr()
    run(data, "build")
    assert capsys.readouterr().out.strip() != first
    assert run(data, "withdraw", "cases/2026-10-31-000000000000", "--reason", "x") == 1
    assert "没有这个批次" in capsys.readouterr().err


def test_two_versions_are_compared_indicator_by_indicator(
    data: DataDir, extract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    versions = []
    for first in (1, 50):
        extract.write_bytes(cases_csv(12, first=first))
        run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31")
        run(data, "publish")
        versions.append(str(store.current(data).version))
    capsys.readouterr()
    assert run(data, "compare", *versions) == 0
    said = capsys.readouterr().out.splitlines()
    assert any("一审" in line or "小额" in line for line in said)
    assert any("→" in line for line in said)
    counted = re.fullmatch(
        r"比较了 (\d+) 个数值：(\d+) 个有变化，其中 (\d+) 个评价不同；新出现 \d+ 个，不再有 \d+ 个", said[-1]
    )
    assert counted is not None
    compared, changed, _ = map(int, counted.groups())
    assert compared > changed > 0
    assert sum(" → " in line for line in said) >= changed
    assert run(data, "compare", versions[0], versions[0]) == 0
    assert "：0 个有变化" in capsys.readouterr().out
    assert run(data, "compare", versions[0], "0123456789abcdef") == 1
    assert "数据文件不存在" in capsys.readouterr().err


def test_pruning_keeps_as_many_versions_as_it_is_told(
    data: DataDir, extract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    versions = []
    for first in (1, 50, 90):
        extract.write_bytes(cases_csv(6, first=first))
        run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31")
        run(data, "publish")
        versions.append(store.current(data).version)
    capsys.readouterr()
    assert run(data, "prune") == 0
    assert "没有可清理的版本" in capsys.readouterr().out
    assert run(data, "prune", "--newest", "2") == 0
    assert f"已清理 1 个版本的数据文件：{versions[0]}" in capsys.readouterr().out
    assert [data.database(str(version)).exists() for version in versions] == [False, True, True]


def test_the_audit_is_verified_line_by_line_and_says_what_is_wrong(
    data: DataDir, extract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verify = ["audit", "verify", "--data", str(data.root)]
    assert main(verify) == 1
    assert "没有审计记录" in capsys.readouterr().err
    for rows in (6, 7, 8):
        extract.write_bytes(cases_csv(rows))
        run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31")
    capsys.readouterr()
    assert main(verify) == 0
    assert "审计记录完整：3 条" in capsys.readouterr().out
    lines = data.audit.read_bytes().splitlines(keepends=True)
    data.audit.write_bytes(lines[0] + lines[2].replace(b'"rows": 8', b'"rows": 9'))
    assert main(verify) == 1
    said = capsys.readouterr().err
    assert "第 2 行：内容与印记不符，已被改动" in said
    assert "第 2 行：应接在第 1 条之后，实为第 3 条" in said
    assert "审计记录未通过核对：2 处" in said


def test_the_audit_is_exported_for_excel_and_the_export_is_recorded(
    data: DataDir, extract: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31", "--actor", '=1+1;"x"')
    out = tmp_path / "纪检"
    assert main(["audit", "export", "--data", str(data.root), "--out", str(out), "--actor", "王五"]) == 0
    raw = (out / "审计记录.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 2
    header, row = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    said = dict(zip(header, row, strict=True))
    assert (said["经办"], said["操作"], said["结果"]) == ('\'=1+1;"x"', "上传", "成功")
    assert "文件 案件 10月.csv；数据截至 2026-10-31；行数 6" in said["说明"]
    assert said["印记"] == audit.entries(data)[0].seal
    last = audit.entries(data)[-1]
    assert (last.actor, last.action, last.detail["lines"]) == ("王五", "导出", 1)


def test_mistakes_in_the_seeds_end_with_one_and_are_all_named(
    data: DataDir, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "court.toml").write_text('nme = "某法院"', encoding="utf-8")
    assert main(["check", "--seeds", str(tmp_path / "seeds"), "--data", str(data.root)]) == 1
    said = capsys.readouterr().err
    assert "court.toml「nme」：未登记的键" in said
    assert "是否为“name”" in said
    assert "court.toml「short_name」：缺少这一键" in said


def test_the_committed_seeds_are_without_mistakes(data: DataDir, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "check") == 0
    assert "定义无误：" in capsys.readouterr().out


def test_building_without_any_batch_says_what_to_do_first(data: DataDir, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "publish") == 1
    assert "数据报送" in capsys.readouterr().err


def test_an_empty_template_is_itself_recognised_as_headers_without_rows(
    data: DataDir, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for table in ("cases", "bankruptcies", "targets"):
        out = tmp_path / f"{table}.csv"
        assert run(data, "template", "--table", table, "--out", str(out)) == 0
        assert out.read_bytes().startswith(b"\xef\xbb\xbf")
        assert run(data, "accept", "--table", table, str(out), "--as-of", "2026-10-31") == 1
        assert "没有数据行" in capsys.readouterr().err


def test_the_template_as_a_workbook_is_written_to_a_file_and_is_itself_taken_for_headers(
    data: DataDir, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "模板.xlsx"
    assert run(data, "template", "--table", "cases", "--xlsx") == 2
    assert "--out" in capsys.readouterr().err
    assert run(data, "template", "--table", "cases", "--xlsx", "--out", str(out)) == 0
    assert run(data, "accept", "--table", "cases", str(out), "--as-of", "2026-10-31") == 1
    assert "没有数据行" in capsys.readouterr().err


def test_of_a_workbook_with_several_sheets_one_is_named(
    data: DataDir, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, book = tmp_path / "十月.xlsx", Book()
    for number, name in enumerate(("案件", "旧表"), 1):
        book.sheet(name, [line.split(",") for line in cases_csv(5 * number).decode().splitlines()])
    path.write_bytes(book.content())
    call = ("accept", "--table", "cases", str(path), "--as-of", "2026-10-31")
    assert run(data, *call) == 1
    assert "“案件”、“旧表”" in capsys.readouterr().err
    assert run(data, *call, "--sheet", "没有") == 1
    assert run(data, *call, "--sheet", "案件") == 0
    assert [(batch.rows, batch.encoding, batch.sheet) for batch in list_batches(data)] == [(5, "xlsx", "案件")]
    assert "工作表“旧表”没有读取" in capsys.readouterr().out


def test_sample_data_is_never_put_beside_data_of_a_court(
    data: DataDir, extract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31")
    before = [path for path in data.root.rglob("*") if path.is_file()]
    assert run(data, "sample") == 1
    assert "里有或有过本院的数据" in capsys.readouterr().err
    assert run(data, "start") == 0
    assert "没有加入示例数据，也没有发布任何批次" in capsys.readouterr().out
    assert {path for path in data.root.rglob("*") if path.is_file()} - set(before) == {data.format}


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["audit", "--help"],
        *([command, "--help"] for command in COMMANDS),
        *(["audit", command, "--help"] for command in AUDIT),
    ],
)
def test_help_of_every_command_is_chinese(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert said.startswith("用法：python -m etl")
    assert "显示本帮助并退出" in said
    assert re.findall(r"\b(usage|options|positional|arguments|show|exit)\b", said) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("small_claims_rates,下限,30,,", "“small_claims_rates”不是已登记的指标"),
        ("small_claims_rate,区间,35,20,", "大于上限"),
        ("pre_mediation_success_rate,上限,,60,", "越高越好，目标却是上限"),
        ("outreach_firm_count,下限,120,,", "按期累加，目标却是下限"),
        ("outreach_firm_count,累计,120,,1;2;3", "有 3 项"),
    ],
)
def test_a_target_that_contradicts_itself_does_not_get_in(
    data: DataDir, tmp_path: Path, row: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    header = "指标id,类型,下限,上限,月度阶梯,生效起,生效止,依据类别,依据文件,确认人,确认时间,备注"
    path = tmp_path / "目标.csv"
    path.write_text(f"{header}\n{row},2026-01-01,,待确认,会议纪要,张三,2026-10-01 09:00,\n", encoding="utf-8")
    assert run(data, "accept", "--table", "targets", str(path), "--as-of", "2026-10-31") == 1
    told = capsys.readouterr().err
    assert said in told
    assert "第2行" in told
    assert not list(data.root.rglob("*.parquet"))


def test_a_target_let_in_by_an_earlier_program_is_told_at_build_and_judges_nothing(
    data: DataDir, extract: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "目标.csv"
    path.write_text(
        "指标id,类型,下限,上限,月度阶梯,生效起,生效止,依据类别,依据文件,确认人,确认时间,备注\n"
        "small_claims_rate,累计,30,,,2026-01-01,,待确认,会议纪要,张三,2026-10-01 09:00,\n",
        encoding="utf-8",
    )
    with monkeypatch.context() as earlier:
        earlier.setattr("scorecard.records.targets.contradictions", lambda row, catalog: [])
        assert run(data, "accept", "--table", "targets", str(path), "--as-of", "2026-10-31") == 0
    run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31")
    capsys.readouterr()
    assert run(data, "build") == 0
    assert "目标不据以评判：小额诉讼程序适用率（累计，2026-01-01起）" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("对应.toml", '[headers]\n"事由" = "案由"\n[values."承办部门"]\n"民一庭" = "民事审判庭"\n'),
        ("对应.json", '{"headers": {"事由": "cause"}, "values": {"department": {"民一庭": "civil"}}}'),
    ],
)
def test_headers_and_values_are_mapped_by_a_file(
    data: DataDir, extract: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str
) -> None:
    extract.write_bytes(cases_csv(6).decode().replace("案由", "事由", 1).replace("民事审判庭", "民一庭").encode())
    call = ("accept", "--table", "cases", str(extract), "--as-of", "2026-10-31")
    assert run(data, *call) == 1
    mapping = tmp_path / name
    mapping.write_text(content, "utf-8")
    capsys.readouterr()
    assert run(data, *call, "--map", str(mapping)) == 0
    assert "按对应关系读作“民事审判庭”" in capsys.readouterr().out
    (batch,) = list_batches(data)
    assert (batch.mapping, batch.words) == ((("事由", "cause"),), (("department", "民一庭", "civil"),))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.toml", "[headers", "读不出"),
        ("a.json", '{"header": {}}', "读不出"),
        ("a.json", '{"values": {"承办部门": {"民一庭": 1}}}', "读不出"),
        ("a.toml", '[values."承办部们"]\n"民一庭" = "民事审判庭"\n', "没有登记的取值"),
        ("a.toml", '[headers]\n"事由" = "案油"\n', "没有列“案油”"),
    ],
)
def test_a_file_of_mappings_that_cannot_be_is_refused_in_chinese(
    data: DataDir, extract: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, told: str
) -> None:
    mapping = tmp_path / name
    mapping.write_text(content, "utf-8")
    capsys.readouterr()
    assert run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31", "--map", str(mapping)) == 1
    assert told in capsys.readouterr().err
    assert list_batches(data) == ()


def test_rows_that_vanish_are_asked_about_on_the_command_line_and_ruled_on_there(
    data: DataDir, extract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extract.write_bytes(cases_csv(60))
    assert run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-09-30") == 0
    extract.write_bytes(without(cases_csv(70), 15, 16, 26))
    assert run(data, "accept", "--table", "cases", str(extract), "--as-of", "2026-10-31") == 0
    batch = f"cases/{list_batches(data)[-1].name}"
    capsys.readouterr()
    assert run(data, "build") == 0
    told = capsys.readouterr()
    assert "没有此前报送过的 3 行，是否已在源头撤销待核定" in told.err
    assert (
        "（2026）鲁0117民初15号、（2026）鲁0117民初16号、（2026）鲁0117民初26号；请运行 etl rule " + batch in told.err
    )
    assert told.out.strip().isalnum()
    said = ("--reason", "已核对")
    assert run(data, "rule", batch, "--as", "漏报", "--row", "（2026）鲁0117民初1号", *said) == 1
    assert "请核对批次和主键" in capsys.readouterr().err
    assert run(data, "rule", batch, "--as", "按已结", *said) == 2
    assert run(data, "rule", batch, "--as", "漏报", "--row", "（2026）鲁0117民初16号", *said) == 0
    assert "不再有的 1 行为漏报" in capsys.readouterr().out
    assert run(data, "rule", batch, "--as", "源头已撤销", *said) == 0
    assert "不再有的 2 行为源头已撤销" in capsys.readouterr().out
    assert run(data, "publish") == 0
    assert "待核定" not in capsys.readouterr().out
    with closing(store.connect(data, str(store.current(data).version))) as connection:
        assert connection.execute("SELECT count(*) FROM cases").fetchall() == [(68,)]  # 70 of both files less two
