"""HTML and Markdown in every text of a file: shown as text on the page, also in tooltips and labels; and the list of codes."""

import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from etl.problems import KINDS
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open
from tests.pages.test_pages import markup, text
from tests.support.extracts import cases_csv

ATTACK = "<img src=x onerror=alert(1)>"
MARKDOWN = "![x](http://evil.example/y.png) [a](http://evil.example) **b** :red[c]"
NAME = f"{ATTACK}{MARKDOWN}.csv"


def attacked(good: bool) -> bytes:
    """Every text carries HTML or Markdown: headers, cells that are taken, cells that are refused."""
    header, *lines = cases_csv(5).decode().splitlines()
    lines = [f"{line},{ATTACK},{MARKDOWN}".replace("买卖合同纠纷", ATTACK + MARKDOWN) for line in lines]
    if not good:
        lines[0] = lines[0].replace("判决", ATTACK).replace("民事审判庭", MARKDOWN)
    return "\r\n".join([f"{header},{ATTACK},{MARKDOWN}", *lines]).encode()


def shown_elsewhere(app: AppTest) -> list[str]:
    """Every text on the page that does not go through our templates: labels, tooltips, captions, options, messages."""
    texts: list[str] = []
    for block in app:
        if block.type in ("html", "root", "unknown"):
            continue
        proto = getattr(block, "proto", None)
        for field in ("label", "help", "body", "placeholder", "icon"):
            value = getattr(proto, field, "")
            texts += [value] if isinstance(value, str) else []
        texts += [str(option) for option in getattr(proto, "options", [])]
    return texts


@pytest.mark.parametrize("good", [True, False], ids=["taken", "refused"])
def test_html_and_markdown_in_every_text_of_a_file_are_shown_as_text(
    data: DataDir, open_page: Open, good: bool
) -> None:
    app = open_page(data, "upload")
    app.file_uploader[0].set_value([(NAME, attacked(good), "text/csv")]).run()
    assert not app.exception
    html = markup(app)
    assert ATTACK not in html
    assert "onerror" not in re.sub(r"&lt;.*?&gt;", "", html)
    assert "evil.example" in text(app)  # it is there, as text
    assert unescape(html).count(ATTACK) > 0
    elsewhere = shown_elsewhere(app)
    assert len([words for words in elsewhere if words]) > 20
    for words in elsewhere:
        assert "evil.example" not in words, words
        assert "onerror" not in words, words


def test_every_code_stands_in_the_glossary_with_its_title_and_what_to_do(data: DataDir, open_page: Open) -> None:
    html = markup(open_page(data, "glossary"))
    section = html[html.index('id="problem-codes"') :]
    for code, kind in KINDS.items():
        assert f"<code>{code}</code>" in section
        line = next(row for row in section.split("<tr>") if f"<code>{code}</code>" in row)
        assert kind["title"] in unescape(line)
        assert kind["remedy"] in unescape(line)
