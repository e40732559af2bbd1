"""The words of a page: our own HTML, the labels of the framework and the texts of the charts."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from html import unescape

from streamlit.testing.v1 import AppTest

# Names that are written in Latin letters in Chinese too: kinds of file, statistics, programs and libraries.
SAME_IN_CHINESE = frozenset(
    {
        "CSV",
        "HTML",
        "DOCX",
        "PPTX",
        "XLSX",
        "PNG",
        "SVG",
        "Word",
        "ZIP",
        "UTF",
        "SQL",
        "PDF",
        "XmR",
        "BOM",
        "Excel",
        "Markdown",
        "Kaplan",
        "Meier",
        "xlsx",
        "xls",
        "Python",
        "Chromium",
        "Chrome",
        "Edge",
        "nginx",
        "streamlit",
        "duckdb",
        "pyarrow",
        "plotly",
        "chinesecalendar",
        "READY",  # of B-READY
    }
)
TAG = re.compile(r"<(?!style|script)[^>]+>")
_UNREAD = re.compile(r"<(style|script|code|pre)\b.*?</\1>", re.DOTALL)
_TEXT_ATTRIBUTES = re.compile(r'\b(?:alt|title|aria-label|placeholder|data-label)="([^"]*)"')
_WORD = re.compile(r"[A-Za-z]{3,}")
# What is no word: an address, a path, a file name, an identifier of ours (with _ or digits in it), a command.
_NO_WORD = re.compile(
    r"https?://\S+|[\w.-]*/[\w./-]+|[^\s（），：]+\.(?:csv|toml|jsonl?|parquet|pdf|docx)\b|make \w+|python -m etl \w+"
    r"|\b\w*[_\d]\w*\b",
    re.ASCII,
)
_DAY = re.compile(r"(\d{4})年(\d+)月(\d+)日")


def markup(app: AppTest) -> str:
    return "\n".join(block.proto.body for block in app.get("html") if "<script>" not in block.proto.body)


def text(app: AppTest) -> str:
    """What a reader reads of our own HTML."""
    return unescape(TAG.sub(" ", re.sub(r"<style>.*?</style>", "", markup(app), flags=re.DOTALL)))


def labels(app: AppTest) -> Iterator[str]:
    """Every text on the page that does not go through our templates: labels, tooltips, captions, options, messages."""
    for block in app:
        if block.type in ("html", "root", "unknown"):
            continue
        proto = getattr(block, "proto", None)
        for field in ("label", "help", "body", "placeholder"):
            value = getattr(proto, field, "")
            if isinstance(value, str) and value:
                yield value
        yield from (getattr(option, "content", option) for option in getattr(proto, "options", []))


def drawn(app: AppTest) -> Iterator[str]:
    """Every text of the charts, and what a screen reader says of them."""

    def texts(part: object, key: str = "") -> Iterator[str]:
        if isinstance(part, dict):
            for name, value in part.items():
                if name != "template":
                    yield from texts(value, name)
        elif isinstance(part, list):
            for value in part:
                yield from texts(value, key)
        elif isinstance(part, str) and key in ("text", "ticktext", "title", "hovertext", "label", "x", "y"):
            yield part

    for chart in app.get("plotly_chart"):
        yield chart.proto.alt
        yield from texts(json.loads(chart.proto.spec))


def english(app: AppTest, typed: Collection[str] = ()) -> list[str]:
    """The English words on the page, each with the text around it; codes, identifiers and addresses do not count.

    `typed` are words that users type themselves, such as the column names of a case system.
    """
    html = _UNREAD.sub(" ", markup(app))
    texts = [*_TEXT_ATTRIBUTES.findall(html), *TAG.sub("\n", html).splitlines(), *labels(app), *drawn(app)]
    complaints: list[str] = []
    for shown in texts:
        plain = _NO_WORD.sub(" ", TAG.sub(" ", unescape(shown)))
        words = [word for word in _WORD.findall(plain) if word not in SAME_IN_CHINESE and word not in typed]
        complaints += [f"{' '.join(words)}: {shown.strip()[:120]}"] if words else []
    return complaints


def out_of_order(app: AppTest, order: Sequence[str]) -> list[list[str]]:
    """Lists of departments on the page that do not follow `order`: rows and heads of tables, headings, axes of charts.

    A department in a row counts where the row is about it, so where it stands first. Wherever a name comes again, another
    list begins. What happened day by day, the latest first, is a diary and compares nobody.
    """
    page = re.sub(r"<(style|script)\b.*?</\1>", "", markup(app), flags=re.DOTALL)
    listed = [_cells(head, "th") for head in re.findall(r"<tr\b[^>]*>.*?</tr>", page, re.DOTALL)]
    for table in re.findall(r"<table\b.*?</table>", page, re.DOTALL):
        rows = [_cells(row, "t[dh]") for row in re.findall(r"<tr\b[^>]*>.*?</tr>", table, re.DOTALL)]
        if not _diary(rows[1:]):
            listed.append([row[0] for row in rows if row])
    listed += [_cells(page, heading) for heading in ("h2", "h3", "h4", "li", "dt", "summary")]
    for chart in app.get("plotly_chart"):
        layout, data = (json.loads(chart.proto.spec)[part] for part in ("layout", "data"))
        listed += [
            list(map(str, axis))
            for trace in data
            for axis in (trace.get("x"), trace.get("y"))
            if isinstance(axis, list)
        ]
        listed += [
            list(map(str, part["ticktext"]))
            for part in layout.values()
            if isinstance(part, dict) and "ticktext" in part
        ]
    return [
        names for texts in listed for names in _departments(texts, order) if names != sorted(names, key=order.index)
    ]


def _cells(html: str, tag: str) -> list[str]:
    return [
        unescape(TAG.sub("", cell)).strip() for cell in re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", html, re.DOTALL)
    ]


def _diary(rows: Sequence[Sequence[str]]) -> bool:
    days = [tuple(map(int, day.groups())) for row in rows if len(row) > 1 and (day := _DAY.fullmatch(row[1]))]
    return len(days) == len(rows) and days == sorted(days, reverse=True)


def _departments(texts: Sequence[str], order: Sequence[str]) -> list[list[str]]:
    runs: list[list[str]] = [[]]
    for name in texts:
        if name in order:
            if name in runs[-1]:
                runs.append([])
            runs[-1].append(name)
    return runs
