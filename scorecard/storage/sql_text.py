"""Texts in SQL that takes no parameters: definitions of views, paths of files."""


def quoted(text: str) -> str:
    """The text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
