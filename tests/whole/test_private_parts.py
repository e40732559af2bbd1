"""The private parts of libraries that the program stands on: docs/upgrading.md says for what, and what to do when one goes."""

import argparse
import ast
import dataclasses
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from unittest.mock import MagicMock

import pytest
import streamlit as st

from tests.conftest import ROOT

GUIDE = "see docs/upgrading.md, “Four places that stand on private parts of libraries”"
# File -> private names of libraries it uses. A new one belongs here and into docs/upgrading.md.
USED = {
    "etl/commands/arguments.py": {"_optionals", "_positionals"},
    "scorecard/briefing/browser/chromium.py": {"_read_from_browser"},
    "scorecard/briefing/browser/launch.py": {"choreographer.channels._interface_type"},
    "scorecard/briefing/docx/document.py": {"_element", "_p", "_sectPr"},
    "scorecard/briefing/pptx/chart.py": {"_element"},
    "scorecard/briefing/pptx/table.py": {"_element", "_tbl"},
    "scorecard/briefing/pptx/text.py": {"_p", "_txBody"},
    "scorecard/ui/server/security_middleware.py": {"streamlit.web.server.starlette.starlette_websocket"},
    "scorecard/ui/server/sockets.py": {"streamlit.proto.BackMsg_pb2"},
    "scorecard/ui/shell/addresses.py": {"streamlit.runtime.scriptrunner_utils.script_run_context"},
    "scorecard/ui/shell/identity.py": {"streamlit.runtime.scriptrunner_utils.script_run_context"},
}
PUBLIC = {"_asdict", "_fields", "_replace"}  # of a named tuple
INTERNAL = re.compile(r"streamlit\.(runtime\.scriptrunner\w*|web|elements|proto)\b.*|(?!scorecard|etl)\w.*\._\w+.*")


def private_names(path: Path) -> set[str]:
    """Private attributes of objects that the file does not define itself, and private modules it imports."""
    tree = ast.parse(path.read_text("utf-8"))
    own: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                own.add(name)
            case ast.Attribute(attr=name, ctx=ast.Store()) | ast.Name(id=name, ctx=ast.Store()):
                own.add(name)
            case _:
                pass
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and re.match(r"_[a-zA-Z]", node.attr):
            names |= {node.attr} - own - PUBLIC
        if isinstance(node, ast.ImportFrom) and INTERNAL.fullmatch(node.module or ""):
            names.add(node.module or "")
    return names


def test_every_private_name_of_a_library_is_listed_and_explained() -> None:
    rooms = [path for room in ("scorecard", "etl", "pages") for path in (ROOT / room).rglob("*.py")]
    names = {path.relative_to(ROOT).as_posix(): private_names(path) for path in rooms}
    assert {file: found for file, found in names.items() if found} == USED
    guide = (ROOT / "docs" / "upgrading.md").read_text("utf-8")
    assert [name for found in USED.values() for name in found if name.rpartition(".")[2] not in guide] == []


def argparse_titles() -> object:
    parser = argparse.ArgumentParser()
    return parser._optionals.title, parser._positionals.title


def docx_parts() -> object:
    import io

    import docx
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    document = docx.Document()
    section = document.sections[0]
    return (
        document.part.new_pic_inline(io.BytesIO(file.getvalue())).docPr,
        document.element.body.sectPr.addprevious,
        section.header.paragraphs[0]._p.extend,
        section.footer._element.extend,
    )


def pptx_parts() -> object:
    import pptx
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    data = CategoryChartData()
    data.categories = ["一月"]
    data.add_series("值", [1])
    frame = slide.shapes.add_chart(XL_CHART_TYPE.LINE, 0, 0, 100, 100, data)
    table = slide.shapes.add_table(1, 1, 0, 0, 100, 100)
    frame_of_text = table.table.cell(0, 0).text_frame
    return (
        frame._element.nvGraphicFramePr,
        table.table._tbl.tblPr,
        frame_of_text._txBody.remove,
        frame_of_text.paragraphs[0]._p.get_or_add_pPr(),
    )


def choreographer_pipe() -> object:
    import choreographer.browsers
    from choreographer.channels import Pipe
    from choreographer.channels._interface_type import ChannelInterface

    pipe = Pipe()
    wrapper = Path(choreographer.browsers.__file__).with_name("_unix_pipe_chromium_wrapper.py")
    assert "{bye}" in wrapper.read_text("utf-8")
    assert list(inspect.signature(Pipe.read_jsons).parameters) == ["self", "blocking"]
    pipe.close()
    return pipe._read_from_browser, ChannelInterface


def choreographer_browser() -> object:
    import choreographer
    from choreographer.browsers.chromium import Chromium

    calls = Path(inspect.getfile(choreographer.Browser)).read_text("utf-8")
    assert [name for name in ("pre_open(", "get_cli(", "get_env(") if name not in calls] == []
    return Chromium.pre_open, Chromium.get_cli, Chromium.get_env, Chromium.find_browser


def streamlit_session_id() -> object:
    from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext, get_script_run_ctx

    assert "session_id" in {field.name for field in dataclasses.fields(ScriptRunContext)}
    return get_script_run_ctx


def streamlit_repeated_headers() -> object:
    from streamlit.runtime.context import StreamlitHeaders

    headers = StreamlitHeaders([("x-a", "1"), ("X-A", "2"), ("b", "3")])
    pairs = sorted((name.lower(), value) for name in headers for value in headers.get_all(name))
    assert pairs == [("b", "3"), ("x-a", "1"), ("x-a", "2")]
    return headers


def streamlit_messages() -> object:
    from streamlit.proto.BackMsg_pb2 import BackMsg

    kinds = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    operations = BackMsg.DESCRIPTOR.fields_by_name["backend_operation_request"].message_type.oneofs_by_name["payload"]
    assert kinds >= {"rerun_script", "stop_script", "file_urls_request", "backend_operation_request"}
    assert {field.name for field in operations.fields} >= {"deferred_file", "dataframe_chunk"}
    return BackMsg


def uvicorn_connections() -> object:
    from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

    built = inspect.getsource(H11Protocol.__init__) + inspect.getsource(RequestResponseCycle.__init__)
    names = (
        "conn",
        "cycle",
        "flow",
        "connections",
        "response_complete",
        "response_started",
        "waiting_for_100_continue",
    )
    assert [name for name in names if f"self.{name}" not in built] == []
    return H11Protocol.on_response_complete, H11Protocol.handle_websocket_upgrade, H11Protocol.send_400_response


def streamlit_hosts() -> object:
    from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

    assert is_host_allowed("127.0.0.1:8501")
    assert not is_host_allowed("evil.example")
    assert not is_host_allowed(None)
    return is_host_allowed


def streamlit_cookie() -> object:
    from streamlit.web.server.server_util import AUTH_COOKIE_NAME

    from scorecard.identity.authentication import OIDC_COOKIE

    assert AUTH_COOKIE_NAME == OIDC_COOKIE
    return AUTH_COOKIE_NAME


PARTS = [
    argparse_titles,
    docx_parts,
    pptx_parts,
    choreographer_pipe,
    choreographer_browser,
    streamlit_session_id,
    streamlit_repeated_headers,
    streamlit_messages,
    uvicorn_connections,
    streamlit_hosts,
    streamlit_cookie,
]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_a_private_part_is_where_the_program_looks_for_it(part: Callable[[], object]) -> None:
    try:
        part()
    except (ImportError, AttributeError, AssertionError, TypeError) as error:
        pytest.fail(f"{part.__name__.replace('_', ': ', 1)}: {error!r}; {GUIDE}")


# What the gateway does with each endpoint of the framework: scorecard/ui/server/security_middleware.py, `_refusal`.
ENDPOINTS = {
    "/_stcore/health": "open",
    "/_stcore/host-config": "open",
    "/_stcore/stream": "needs an Origin; every window is identified by its script",
    "/_stcore/upload_file/{session_id}/{file_id}": "needs the right to upload",
    "/_stcore/metrics": "needs the right to the audit",
    "/media/{file_id:path}": "needs the right to view",
    "/component/{path:path}": "open: files of components, of which there are none",
    "/_stcore/bidi-components/{path:path}": "open: files of components, of which there are none",
    "/_stcore/agent/interact": "closed",
    "/_stcore/agent/openapi.json": "closed",
    "/_stcore/agent/mcp": "closed",
    "/auth/login": "closed unless OIDC is enabled",
    "/auth/logout": "closed unless OIDC is enabled",
    "/oauth2callback": "closed unless OIDC is enabled",
    "": "open: the front end's own files",
}


def test_every_endpoint_of_the_framework_is_known_to_the_gateway() -> None:
    from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

    paths = {getattr(route, "path", repr(route)) for route in create_streamlit_routes(MagicMock())}
    assert paths == set(ENDPOINTS), f"decide in the gateway who may reach a new endpoint; {GUIDE}"


def front_end() -> str:
    folder = Path(st.__file__).parent / "static" / "static" / "js"
    return "\n".join(path.read_text("utf-8", errors="replace") for path in folder.glob("*.js"))


# What only the choice of a range of dates says, which no page offers.
OF_RANGES = re.compile("Past .*|Date range|Clear dates|.* a? ?date range")


def test_what_the_framework_s_own_inputs_say_has_a_chinese_word() -> None:
    """The steppers of a number, the cross that empties a choice: labels for the ear, which no page's own text covers."""
    behaviour = (ROOT / "scorecard" / "ui" / "shell" / "behaviour.js").read_text("utf-8")
    known = set(re.findall(r'\["([^"]+)", "', behaviour))
    inputs = ("NumberInput", "TextInput", "Selectbox", "Multiselect", "DateInput", "FileUploader", "ReorderedSegments")
    folder = Path(st.__file__).parent / "static" / "static" / "js"
    texts = {name: "".join(file.read_text("utf-8") for file in folder.glob(f"{name}.*.js")) for name in inputs}
    said = {
        name: set(re.findall(r'(?:aria-label"|title|label|children):`([^`$]*[A-Za-z]{3}[^`$]*)`', texts[name]))
        for name in inputs
    }
    assert {name: words for name, words in said.items() if not words} == {}, f"named otherwise by now; {GUIDE}"
    left = {name: {word for word in words - known if not OF_RANGES.fullmatch(word)} for name, words in said.items()}
    assert {name: words for name, words in left.items() if words} == {}


def test_every_element_the_style_names_stands_in_the_installed_front_end() -> None:
    shell = ROOT / "scorecard" / "ui" / "shell"
    sheets = "".join((shell / name).read_text("utf-8") for name in ("style.css", "room.css", "behaviour.js"))
    named = set(re.findall(r'data-testid="?(\w+)', sheets)) | {"stApp"}
    assert len(named) > 15
    text = front_end()
    gone = [name for name in sorted(named) if not re.search(rf"[\"'`]{name}[\"'`]", text)]
    assert gone == [], f"the style names elements the framework no longer has; {GUIDE}"
    for word in ("popstate", "st-key-"):
        assert word in text, f"{word}; {GUIDE}"
