"""提示核查: what asks for a look at its cases, with the numbers, other reasons and the cases; every indicator beside its counterweight."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from scorecard.access import Actor
from scorecard.assessment import counterweights
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.plan.prompts import a_year_before, read_prompts
from scorecard.store.registers import check_results
from scorecard.ui.shell import frame
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show_template
from scorecard.ui.work.tabulations import reading_of, show_listing


def page(view: View, actor: Actor) -> None:
    """The prompts of the selection that stand out, one after the other with their cases; then all of them, and the pairs."""
    catalog, whose = view.catalog, view.selection.department
    if not actor.may("prompts", None if whose == ALL_DEPARTMENTS else whose):
        words = catalog.words
        frame.private_note(
            "这里的提示不对当前账户开放",
            f"{words.unit}账户只看{words.own}的提示：请在上方“{words.choice}”中选择{words.own}。",
        )
        return
    if not catalog.prompts:
        frame.guide("这个版本没有提示核查", "它是在提示核查功能之前建的。请在“数据报送”页重新发布。")
        return
    told = view.cached("prompts", lambda: read_prompts(reading_of(view)))
    pairs = view.cached("pairs", lambda: counterweights.pairs(view.cards))
    noticed, results = [one for one in told if one.state == "提示核查"], check_results(view.version.connection)

    def say(template: str, **words: Any) -> None:
        show_template(template, told=told, pairs=pairs, catalog=catalog, view=view, **words)

    def checks(prompt: str, span: str) -> dict[str, object]:
        """What was found of it, by the selected department or by any, and the form of the register, with its subject filled in."""
        found = [one for one in results if (one["prompt"], one["span"]) == (prompt, span)]
        own = [one for one in found if whose in (ALL_DEPARTMENTS, one["department"])]
        return {"results": own, "enter": urlencode({"table": "check_results", "prompt": prompt, "span": span})}

    say("ui/work/prompts_head.html", count=len(noticed) + sum(bool(pair.hint) for pair in pairs))
    for one in noticed:
        say("ui/work/prompt.html", one=one, before=a_year_before(one), **checks(one.prompt.name, one.period))
        rows = replace(view, selection=replace(view.selection, period=one.of.period))
        show_listing(rows, one.listing, actor, "")
    say("ui/work/prompts_all.html")
    say("ui/work/pairs.html", checks=checks, year_on_year=counterweights.year_on_year)
