"""版本: what is published, from which batches; the list of versions; back to an older one, with confirmation."""

import streamlit as st

from etl.publish import rollback
from scorecard import store
from scorecard.ui import frame, identity, versions
from scorecard.ui.data import data_dir

version = frame.heading("版本")
if version is None:
    frame.first_steps()
else:
    versions.published(version)
    known = store.manifests(data_dir())
    versions.history(known, version.id)
    wanted = versions.wants_to_roll_back(known, version.id)
    if wanted is not None:
        rollback(data_dir(), wanted, identity.current())
        st.rerun()
