"""The scans that a model is asked about: examples, or what the visitor brings."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.engine import jobs
from core.evaluation.named_truth import truth_in
from pages.parts import scan_uploads, services
from pages.parts.classify_models import Offered
from pages.parts.shown import Shown, key_of

__all__ = ["Shown", "choose", "leave", "named"]

_EXAMPLES = "classify_examples"
_WAIT_S = 60.0


def leave(page: str) -> None:
    """Drop what a visitor brought once another page is shown.

    Args:
        page: The address of the page that is about to be shown.
    """
    if page != "classify":
        for key in (scan_uploads.KEPT, _EXAMPLES, "classify_answers"):
            st.session_state.pop(key, None)


def choose(model: Offered) -> list[Shown]:
    """Show where scans come from, and return those to ask about."""
    source = st.segmented_control(
        "Scans",
        ["Examples", "Upload"],
        default="Examples",
        required=True,
        key="classify-source",
    )
    return scan_uploads.choose() if source == "Upload" else _example(model)


def named(scans: Sequence[Shown], classes: Sequence[str]) -> list[Shown]:
    """Return scans with the truth that their names tell, where it is not known already."""
    return [
        scan if scan.truth else replace(scan, truth=truth_in(scan.name, classes)) for scan in scans
    ]


def _example(model: Offered) -> list[Shown]:
    found = _examples(model)
    if not found:
        return []
    names = ["All of them", *(f"{scan.truth} · {scan.name}" for scan in found)]
    place = st.selectbox(
        "Validation scans of the model's own run: it was not trained on them",
        range(len(names)),
        index=1,
        format_func=lambda place: names[place],
        key=f"classify-example-{model.run.id}",
    )
    return found if place == 0 else [found[place - 1]]


def _examples(model: Offered) -> list[Shown]:
    kept: dict[str, list[Shown]] = st.session_state.setdefault(_EXAMPLES, {})
    if model.run.id not in kept:
        with st.spinner("A worker brings the examples …"):
            answer = services.engine().ask(jobs.EXAMPLES, model.run.id)
            answer.wait(_WAIT_S)
        if answer.error or answer.result is None:
            st.error(
                answer.error or "The worker is still warming up: reload the page in a moment.",
                icon=":material/error:",
            )
            return []
        kept[model.run.id] = _shown(answer.result)
    return kept[model.run.id]


def _shown(found: dict[str, Any]) -> list[Shown]:
    masks = found["masks"]
    return [
        Shown(
            key_of(image),
            found["names"][place],
            image,
            None if masks is None else masks[place],
            found["classes"][int(found["labels"][place])],
        )
        for place, image in enumerate(found["images"])
    ]
