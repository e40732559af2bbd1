"""自检: the findings on a page; a damaged version is told there and everywhere in Chinese."""

from pathlib import Path

from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.pages.conftest import Open
from tests.pages.legible import text
from tests.support.actors import ADMINISTRATOR, OFFICER
from tests.support.samples import copied


def test_a_flipped_block_of_a_version_is_told_in_chinese_and_named_on_the_page(
    sample: DataDir, tmp_path: Path, open_page: Open
) -> None:
    data = copied(sample, tmp_path / "damaged")
    path = data.database(str(store.current(data).version))
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1 :])
    for page in ("overview", "versions", "self_check"):
        app = open_page(data, page, actor=ADMINISTRATOR)
        assert not app.exception
        assert "数据文件已损坏" in text(app)
    shown = text(app)
    assert f"warehouse/{path.name}" in shown
    assert "python -m etl doctor --repair" in shown


def test_the_page_is_the_administrators(sample: DataDir, open_page: Open) -> None:
    assert "需要“查看审计记录”的权限" in text(open_page(sample, "self_check", actor=OFFICER))


def test_a_folder_that_is_not_there_is_named_and_nothing_is_called_damaged(data: DataDir, open_page: Open) -> None:
    assert not data.root.exists()
    shown = text(open_page(data, "self_check", actor=ADMINISTRATOR))
    assert f"{data.root} 不存在：从未写入，或所在的磁盘没有挂载" in shown
    assert "没有损坏" in shown
    assert "没有完成" not in shown
