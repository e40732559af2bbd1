"""Every link of every page, followed as one reader: over the app's own websocket, without a browser, each target once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.bench.wire import ANSWER, reader

BY_VALUE = ("topic",)  # each value opens another page; of any other name of a query one value stands for all
SERVER = ("signin", "signout", "password", "file")  # answered beside the framework, and tested where they are made
IN_LATIN = ("accounts", "audit", "self_check", "upload")  # ids of the record, names of programs, aliases of headers
REFUSALS = ("没有这项权限", "没有您要找的页面", "页面出错", "没有这个")
_ADDRESS = re.compile(r"https?://\S+")
_NOT_READ = {"code", "pre", "style", "script", "svg"}
_VOID = {"br", "hr", "img", "input", "meta", "link", "col", "wbr"}


class _Blocks(HTMLParser):
    """What the HTML of a page holds: links beyond its head, ids, text that is read, refusals."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.text: list[str] = []
        self.refused = False
        self._open: list[tuple[str, bool]] = []  # tags, and whether what is inside is read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given["id"]} if "id" in given else set()
        classes = given.get("class", "").split()
        self.refused |= given.get("role") == "alert"
        if tag == "a" and "href" in given and "file" not in classes:
            self.links.append(given["href"])
        if tag not in _VOID:
            hidden = tag in _NOT_READ or "state" in classes or bool(self._open and self._open[-1][1])
            self._open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self.text.append(data)


@dataclass
class Visited:
    """A page as it answered."""

    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    text: str = ""
    refused: bool = False
    widgets: int = 0
    found: bool = True
    failed: bool = False
    menu: list[str] = field(default_factory=list)

    def complaints(self, english: re.Pattern[str], expected: set[str]) -> Iterator[str]:
        """What is wrong with it."""
        if not self.found:
            yield "no such page"
        if self.failed or self.refused or any(words in self.text for words in REFUSALS):
            yield "it refuses: " + next((words for words in REFUSALS if words in self.text), self.text[-120:])
        if not [link for link in self.links if link not in ("account", "./")] and not self.widgets:
            yield "no way on"
        words = {
            word for word in english.findall(_ADDRESS.sub("", self.text)) if word.islower() or word.istitle()
        } - expected
        if words:
            yield f"English: {sorted(words)}"


def visited(address: str, cookie: str, page: str, query: str) -> Visited:
    """The page, opened by a new session of whoever the cookie says it is."""
    message, seen, parser = BackMsg(), Visited(), _Blocks()
    message.rerun_script.query_string, message.rerun_script.page_name = query, page
    with reader(address, cookie) as session:
        session.send(message.SerializeToString())
        while True:
            frame, answer = session.recv(timeout=ANSWER), ForwardMsg()
            answer.ParseFromString(frame if isinstance(frame, bytes) else frame.encode())
            kind = answer.delta.new_element.WhichOneof("type")
            match answer.WhichOneof("type"):
                case "script_finished":
                    break
                case "page_not_found":
                    seen.found = False
                case "navigation":
                    seen.menu = [one.url_pathname for one in answer.navigation.app_pages if not one.is_hidden]
                case "delta" if kind == "html":
                    parser.feed(answer.delta.new_element.html.body)
                case "delta":
                    seen.failed |= kind == "exception"
                    seen.widgets += kind in ("button", "selectbox", "text_input", "file_uploader", "date_input")
                case _:
                    pass
    seen.links, seen.ids, seen.text, seen.refused = parser.links, parser.ids, " ".join(parser.text), parser.refused
    return seen


def target_of(page: str, link: str) -> tuple[str, str] | None:
    """Page and query that a link leads to; None for what the server answers beside the framework, and for another host."""
    parts = urlsplit(urljoin(f"http://here/{page}", link))
    name = parts.path.strip("/")
    if parts.hostname != "here" or name.split("/")[0] in SERVER:
        return None
    return name, parts.query


def kind_of(page: str, query: str, by_value: Sequence[str] = BY_VALUE) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What makes a target another one: the page, the names in its query, and the values of those pages differ by."""
    pairs = parse_qsl(query)
    return page, tuple(sorted({(name, value if name in by_value else "") for name, value in pairs}))


def crawl(
    address: str, cookie: str, english: re.Pattern[str], expected: set[str], by_value: Sequence[str] = BY_VALUE
) -> tuple[dict[str, list[str]], int]:
    """Target -> complaints, of every kind of target that can be reached from the menu; and how many there are."""
    first = visited(address, cookie, "", "")
    waiting = [(name, "", "menu") for name in first.menu] + [("", "", "menu")]
    known = {kind_of(name, query, by_value) for name, query, _ in waiting}
    wrong: dict[str, list[str]] = {}
    count = 0
    while waiting:
        page, query, source = waiting.pop(0)
        seen = visited(address, cookie, page, query)
        count += 1
        said = list(seen.complaints(re.compile("(?!)") if page in IN_LATIN else english, expected))
        for link in dict.fromkeys(seen.links):
            here, _, anchor = link.partition("#")
            if anchor and not here and anchor not in seen.ids:
                said.append(f"leads nowhere: {link}")
            onward = target_of(page, here) if here else None
            if onward is not None and (kind := kind_of(*onward, by_value)) not in known:
                known.add(kind)
                waiting.append((*onward, f"{page}?{query}"))
        if said:
            wrong[f"{page}?{urlencode(parse_qsl(query))} from {source}"] = said
    return wrong, count
