"""Below a base path no link of any page leads beside it."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from streamlit import config

from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open
from tests.pages.legible import markup
from tests.pages.test_pages import PAGES, reader


@pytest.fixture
def below() -> Iterator[None]:
    config.set_option("server.baseUrlPath", "ysh")
    yield
    config.set_option("server.baseUrlPath", "")


@pytest.mark.usefixtures("below")
def test_no_address_of_any_page_leads_beside_the_base_path(sample: DataDir, open_page: Open) -> None:
    leaving, seen = list[str](), 0
    for page in PAGES:
        for address in re.findall(
            r"""(?:href|src|action)=["']([^"']*)""", markup(open_page(sample, page, actor=reader(page)))
        ):
            seen += 1
            if not re.match(r"/ysh/|\./|data:|[#?]|[a-z_]+([?#/]|$)", unescape(address)):
                leaving.append(f"{page}: {address}")
    assert seen > 100
    assert leaving == []
