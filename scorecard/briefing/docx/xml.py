"""WordprocessingML elements: what the parts of a Word document are put together from. Every text goes in as text."""

import re
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from scorecard.briefing.layout.office_package import printable

Element = BaseOxmlElement

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PIECES = re.compile(r"([\n\t]|(?<![0-9A-Za-z])-(?=\d))")
_SIGNS = {"\n": "br", "\t": "tab", "-": "noBreakHyphen"}


def w(tag: str, *children: Element | None, **attributes: object) -> Element:
    """An element of the main namespace with attributes of the same; a child that is None is left out."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    made.extend([child for child in children if child is not None])
    return made


def run(text: str, *properties: Element, face: str = "") -> Element:
    """A run of text, in another Chinese face where one is named; line breaks and tabs are those of the text.

    The hint says that signs which both scripts have (— “ ” … ≥ ▲) are Chinese here: without it Word sets them narrow.
    The sign of a negative number is one after which no line ends: "-" on one line and "0.35" on the next would read
    as 0.35. Readers of the file still find a "-".
    """
    fonts = w("rFonts", hint="eastAsia", **({"eastAsia": face} if face else {}))
    made = w("r", w("rPr", fonts, *properties))
    for piece in _PIECES.split(printable(text).replace("\r", "")):
        if piece in _SIGNS:
            made.append(w(_SIGNS[piece]))
        elif piece:
            said: Any = w("t")
            said.text = piece
            said.set(_SPACE, "preserve")
            made.append(said)
    return made


def paragraph(style: str, *content: Element | str, **properties: object) -> Element:
    """A paragraph of a style. `properties` are switches of this paragraph alone, such as keepNext=1."""
    switches = [w(name, val=value) for name, value in properties.items()]
    runs = [run(one) if isinstance(one, str) else one for one in content]
    return w("p", w("pPr", w("pStyle", val=style), *switches), *runs)


def page_number() -> Element:
    """The number of the page it stands on, as Word counts."""
    return w("fldSimple", run("1"), instr=" PAGE ")
