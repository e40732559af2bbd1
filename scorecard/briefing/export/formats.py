"""The formats of a paper: short names, names on the page, media types."""

from collections.abc import Mapping
from typing import Literal, get_args

FileFormat = Literal["html", "pdf", "docx", "pptx", "xlsx", "csv", "png"]
FORMATS: tuple[FileFormat, ...] = get_args(FileFormat)
NEED_BROWSER: tuple[FileFormat, ...] = ("pdf",)
NAMES: Mapping[FileFormat, str] = {
    "html": "网页（HTML，单个文件）",
    "pdf": "PDF",
    "docx": "公文（DOCX，文字可编辑）",
    "pptx": "演示文稿（PPTX，图可编辑）",
    "xlsx": "附表（XLSX）",
    "csv": "附表（CSV）",
    "png": "走势图图片（PNG）",
}
