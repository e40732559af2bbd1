"""Invisible characters (controls, direction marks, characters without width): detected, removed, or made visible.

They make two equal names different, hide text, or turn it round on the screen (U+202E). Line breaks and tabs are not among
them: those at the ends of a cell are blanks, and what every blank means at the door stands here too.
"""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# ASCII, full-width and no-break spaces, and characters that have no width.
ASCII_BLANKS = " \t\r\n\v\f"
BLANKS = f"{ASCII_BLANKS}\u00a0\u2002\u2003\u3000\u200b\u200c\u200d\u2060\ufeff"
# The inside of a character class, read alike by Python's re and the database's RE2.
HIDDEN = (
    "\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
_HIDDEN = re.compile(f"[{HIDDEN}]")


def contains_hidden(utf8: memoryview) -> bool:
    """Whether a text contains one; its bytes must be valid UTF-8."""
    ends = pa.py_buffer(np.array([0, len(utf8)], dtype=np.int64))
    text = pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(utf8))
    options = pc.MatchSubstringOptions(f"[{HIDDEN}]")
    return bool(pc.call_function("match_substring_regex", [text], options)[0].as_py())


def remove_hidden(text: str) -> str:
    """The text without them."""
    return _HIDDEN.sub("", text)


def hidden_names(text: str) -> str:
    """The code points of those in the text, each once: "U+202E、U+200B"."""
    return "、".join(dict.fromkeys(_name(match[0]) for match in _HIDDEN.finditer(text)))


def show_hidden(text: str) -> str:
    """The text with each of them written as its code point: "abc⟨U+202E⟩def"."""
    return _HIDDEN.sub(lambda match: f"⟨{_name(match[0])}⟩", text)


def _name(character: str) -> str:
    return f"U+{ord(character):04X}"
