"""What a run trains on: a few scans of each class."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core import data
from core.charts.live import evidence
from core.data.sheet import strips_of
from core.specs.data import SimulatedScans
from core.store import Run, private
from pages.parts import services


def show(run: Run) -> None:
    """Show scans of each class, once the run has them."""
    if private.is_hidden(run):
        st.info(private.HIDDEN, icon=":material/lock:")
        return
    if run.training_scans is None:
        st.caption("The scans are not ready yet.")
        return
    simulated = isinstance(run.spec.scans, SimulatedScans)
    tint = simulated and st.toggle("Tint the lesions", key=f"tint-{run.id}")
    kept_as = f"{run.spec.scans.model_dump_json()} {run.scans_digest}"
    strips = _strips(kept_as, run, masks=tint)
    if not strips:
        _strips.clear(kept_as, run, masks=tint)  # they may be there the next time
        st.caption(
            "Its scans are no longer in this machine's cache, or have changed since it was trained."
        )
    for name, strip in strips.items():
        st.caption(name)
        st.image(strip, width="stretch")
    st.caption(
        f"{run.training_scans:,} scans to train on, {run.validation_scans or 0:,} to validate: "
        f"{evidence(run.spec.scans).split(' · ')[1]}."
    )


@st.cache_data(max_entries=16)
def _strips(kept_as: str, _run: Run, *, masks: bool) -> dict[str, NDArray[np.uint8]]:  # noqa: ARG001 - the key
    settings = services.settings()
    scans = data.read_cached(
        _run.spec.scans, data_dir=settings.data_dir, cache_dir=settings.cache_dir
    )
    if scans is None or _run.scans_digest not in (None, scans.digest):
        return {}
    return strips_of(scans, masks=masks)
