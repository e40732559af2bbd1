"""A window of the app without a browser: its socket, what its pages say, and the files they offer."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection

from tests.bench.wire import ANSWER, reader, signed_in

_FILE = re.compile(r'href="(file/[\w-]+)"[^>]*>([^<]*)<')


@dataclass(frozen=True)
class Window:
    """One window of the browser that sends this cookie."""

    address: str
    session: ClientConnection
    cookie: str

    def open(self, page: str, query: str = "") -> str:
        """All HTML of a page after one run."""
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = page, query
        self.session.send(message.SerializeToString())
        said: list[str] = []
        while True:
            told = ForwardMsg()
            told.ParseFromString(self.session.recv(timeout=ANSWER, decode=False))
            if told.WhichOneof("type") == "script_finished":
                return "\n".join(said)
            if told.WhichOneof("type") == "delta":
                element = told.delta.new_element
                assert element.WhichOneof("type") != "exception", element.exception.message
                said.append(element.html.body if element.WhichOneof("type") == "html" else str(element))

    def files(self, page: str, query: str = "") -> dict[str, str]:
        """Label -> address of the files that a page offers."""
        return {label: path for path, label in _FILE.findall(self.open(page, query))}

    def get(self, path: str, cookie: str | None = None) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of an address, asked by this browser or by one with another cookie."""
        connection = HTTPConnection(self.address, timeout=ANSWER)
        connection.request("GET", f"/{path}", headers={"Cookie": self.cookie if cookie is None else cookie})
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        text = answer.read().decode("utf-8-sig", errors="replace")
        connection.close()
        return answer.status, headers, text


@contextmanager
def window(address: str, name: str = "", password: str = "") -> Generator[Window]:
    """A window of somebody who signs in first, or of a visitor."""
    host = address.removeprefix("http://")
    cookie = signed_in(host, name, password) if name else ""
    with reader(host, cookie) as session:
        opened = Window(host, session, cookie)
        opened.open("")  # until a window has been through the frame, the framework starts pages without it
        yield opened
