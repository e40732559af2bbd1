"""指标口径: the index of all indicators, and one entry in full, generated from the published definitions."""

import streamlit as st

from etl.problems import KINDS
from scorecard.assessment.number_format import target_text
from scorecard.calendar.clock import today
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.glossary import DIRECTIONS, choice_entries, choice_entry, entry, markdown
from scorecard.queries.evidence import sql_of
from scorecard.store.open_version import Version
from scorecard.store.warehouse import withheld
from scorecard.ui.shell import picture_buttons
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.page_blocks import show_template


def show(catalog: Catalog, version: Version | None) -> None:
    """The chosen entry, or how to read the marks; then the index."""
    asked = st.query_params.to_dict()
    chosen = catalog.indicators.get(asked.get("indicator", ""))
    choice = catalog.tabulations.get(asked.get("tabulation", "")) or catalog.listings.get(asked.get("listing", ""))
    picture_buttons.reserve_place()
    of = f"&version={version.id}" if version is not None and version.historic else ""
    if choice is not None:
        show_template("ui/indicators/glossary_choice.html", entry=choice_entry(choice, catalog))
    elif chosen is None:
        show_template("ui/indicators/reading_guide.html", court=catalog.court)
    else:
        targets = [] if version is None else [target for target in version.targets if target.indicator == chosen.id]
        show_template(
            "ui/indicators/glossary_entry.html",
            of=of,
            entry=entry(chosen, catalog),
            targets=targets,
            target_text=target_text,
            doubts=[]
            if version is None
            else [
                *version.doubts.get(chosen.id, ()),
                *(() if version.public else withheld(version.connection, chosen.id)),
            ],
            sql=sql_of(catalog, chosen),
        )
    show_template(
        "ui/indicators/glossary_index.html",
        catalog=catalog,
        directions=DIRECTIONS,
        today=today(),
        choices=choice_entries(catalog),
        chosen=choice or chosen,
        of=of,
    )
    download(
        "下载全部口径（Markdown）",
        "指标口径.md",
        lambda _: markdown(catalog).encode("utf-8"),
        needs="view",
        key="glossary",
    )


def show_problem_codes() -> None:
    """问题编号: every kind of problem in an extract, how severe it can be, and what to do."""
    show_template("ui/indicators/problem_codes.html", kinds=KINDS)
