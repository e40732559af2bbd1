"""查找: what the text in the box names."""

from scorecard.ui.shell import frame, search

version = frame.heading("查找", any_version=True)
if version is not None:
    search.results(version, frame.open_pages())
