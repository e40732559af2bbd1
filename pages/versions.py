"""版本: what is published, from which batches; compare, withdraw, restore, publish again, roll back."""

import streamlit as st

from etl.impact.compute import impact
from etl.impact.indicator_changes import indicator_changes
from etl.intake.batches import list_batches
from etl.intake.withdraw import restore, withdraw, withdrawn
from etl.versions.publish import publish, rollback
from etl.versions.retention import discard
from etl.warehouse.build import build, chosen_batches, version_id
from scorecard.calendar.clock import today
from scorecard.store import versions as store
from scorecard.store.retained import retained
from scorecard.ui.intake import impact as impacts, versions
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir, seeds_catalog

version = frame.heading("版本")
if version is None:
    frame.first_steps()
else:
    data, actor, current = data_dir(), identity.current(), version.id
    known, gone = store.manifests(data), withdrawn(data)
    batches = [one.record() for one in list_batches(data)]
    pruned = {one.version for one in known if store.is_pruned(data, one.version)}
    there = [one for one in known if one.version not in pruned]
    versions.published(version)
    versions.batches(version, batches, gone)
    versions.history(known, current, pruned, retained(data))
    old, new = versions.wants_to_compare(there, current)
    if old and new:
        key = (old, new, today())
        found = versions.once("compared", key, lambda: indicator_changes(data, *key))
        impacts.show_indicators(found, "compared")
    verb = "回退" if actor.may("rollback") else "重新发布" if actor.may("publish") else ""
    back = versions.wants_to_return(there, current, verb) if verb else None
    if back is not None:
        (rollback if actor.may("rollback") else publish)(data, back, actor)
        st.rerun()
    if actor.may("publish"):
        catalog = seeds_catalog()
        act = versions.wants_to_withdraw(batches, gone, catalog)
        if act is not None:
            (restore if act.restores else withdraw)(data, act.table, act.name, act.reason, actor)
            st.rerun()
        candidate = version_id(catalog, chosen_batches(data))
        if candidate != current and versions.wants_candidate(candidate):
            key = (candidate, current, today())
            found = versions.once("seen", key, lambda: impact(data, catalog, build(catalog, data), current))
            impacts.show(found, catalog)
            notes = {one.version: one.note for one in known}
            decision = versions.decided(candidate, notes.get(candidate))
            if decision is not None:
                if decision[0]:
                    publish(data, build(catalog, data), actor, decision[1])
                elif candidate not in notes:  # a withdrawal may lead back to a published one
                    discard(data, candidate)
                st.rerun()
