"""Scans that a model was asked about, with where it looked."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core import data
from core.charts.evaluation.models import Model
from core.charts.evaluation.overlay import overlay
from core.data.scan_set import ScanSet
from core.specs.data import ScansSpec
from core.store import private
from pages.parts import services
from pages.parts.words import escaped

_PER_PAGE = 12
_WIDTH_PX = 148
_LONGEST = 34


def show(model: Model, places: Sequence[int], *, key: str) -> None:
    """Show scans by their places in an evaluation, a dozen at a time.

    Args:
        model: Of the evaluation.
        places: In its arrays.
        key: Tells such views of a page apart.
    """
    if private.is_hidden(model.run):
        st.info(private.HIDDEN, icon=":material/lock:")
        return
    # By the evaluation, whose places are those of the scans that it was made of.
    spec = model.run.spec.scans
    kept_as = spec.model_dump_json() + model.evaluated.key
    scans = _scans(kept_as, _spec=spec)
    if scans is None:
        _scans.clear(kept_as, _spec=spec)  # they may be there the next time
        st.caption(
            "The scans are no longer in this machine's cache: train or evaluate on it again."
        )
        return
    if not model.evaluated.are_of(scans):
        _scans.clear(kept_as, _spec=spec)
        st.caption(
            "The scans have changed since they were evaluated: files are new or gone, or others "
            "validate. Put the files back to see them here, or train again."
        )
        return
    if not places:
        st.caption("No scans here.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        heat = st.toggle("Heat maps", value=True, key=f"heat-{key}")
        pages = -(-len(places) // _PER_PAGE)
        page = 1
        if pages > 1:
            page = st.number_input(f"Page, of {pages:,}", 1, pages, key=f"page-{key}", width=140)
    with st.container(horizontal=True, gap="small"):
        for place in places[(page - 1) * _PER_PAGE : page * _PER_PAGE]:
            _show_one(model, scans, place, heat=heat)
    if heat:
        lesion = ", green the lesion's outline" if scans.masks is not None else ""
        st.caption(
            "Orange is Grad-CAM: what spoke for the class that the model named; the cross is its "
            f"peak{lesion}. It is coarse, and a map that looks right proves nothing."
        )


def _show_one(model: Model, scans: ScanSet, place: int, *, heat: bool) -> None:
    found, answers = model.evaluated, model.answers
    index = int(found.positions[place])
    mask = None if scans.masks is None else np.asarray(scans.masks[index])
    row, column = (int(at) for at in found.peaks[place])
    blank = row < 0
    picture = overlay(
        np.asarray(scans.images[index]),
        found.maps[place] if heat else None,
        mask=mask if heat else None,
        peak=(row, column) if heat and not blank else None,
    )
    said = escaped(found.classes[int(answers.predicted[place])])
    label = escaped(found.classes[int(answers.labels[place])])
    name = found.names[place].rsplit("/", 1)[-1]
    name = name if len(name) <= _LONGEST else f"…{name[1 - _LONGEST :]}"
    notes = ":orange[twin]  \n" if found.twin[place] else ""
    notes += "nothing speaks for it: map all zero  \n" if heat and blank else ""
    truth = "right" if answers.right[place] else f"is **{label}**"
    with st.container(width=_WIDTH_PX, gap="xxsmall"):
        st.image(picture, width=_WIDTH_PX, output_format="JPEG")
        st.caption(f"{said} {answers.confidence[place]:.0%}, {truth}  \n{notes}{escaped(name)}")


@st.cache_resource(max_entries=8)
def _scans(key: str, *, _spec: ScansSpec) -> ScanSet | None:  # noqa: ARG001 - the key
    settings = services.settings()
    return data.read_cached(_spec, data_dir=settings.data_dir, cache_dir=settings.cache_dir)
