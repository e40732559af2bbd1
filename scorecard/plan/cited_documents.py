"""Documents that a text names by their title: which of them are registered, and where they are kept."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

_NOT_COMPARED = re.compile(r"[\s《》“”\"'()（）]")


def unregistered(cites: Iterable[str], places: Mapping[str, str]) -> tuple[str, ...]:
    """The cited titles that nobody has registered; `places` is by registered title."""
    known = {_compared(title) for title in places}
    return tuple(title for title in cites if _compared(title) not in known)


def kept_where(text: str, places: Mapping[str, str]) -> str:
    """Number, day and place of the registered document whose title stands in a text; empty when none does."""
    said = _compared(text)
    named = [title for title in places if _compared(title) in said]
    return places[max(named, key=len)] if named else ""


def _compared(title: str) -> str:
    """A title without blanks, quotation marks and brackets, whatever their width."""
    return _NOT_COMPARED.sub("", unicodedata.normalize("NFKC", title))
