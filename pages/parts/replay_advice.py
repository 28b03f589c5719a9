"""Advice on a recorded curve, and on all trainings of a file that holds several."""

from collections.abc import Sequence

import streamlit as st

from core.curves import RecordedCurves
from core.curves.seeds import trainings_beside
from core.plateaus.what_if import Replayed, Setting
from core.specs.callbacks import ReduceLROnPlateau
from pages.parts import advice_panel, compare_advice
from pages.parts.recording import Recording


def show(source: Recording, shown: Replayed, *, metric: str) -> None:
    """Show what a recording says about patience and min_delta.

    Args:
        source: The recording.
        shown: The setting that is compared with the advice, if it is a ReduceLROnPlateau.
        metric: A column of the recording.
    """
    beside = trainings_beside(source.curves, source.trainings, metric)
    curves = _judged(source, beside)
    advice_panel.show(
        curves,
        metric=metric,
        mode=shown.mode,
        key=f"replay-advice-{source.key}-{metric}-{len(curves)}",
        base=source.base,
        own=_of_keras(shown.setting),
        about=source.evidence.removesuffix(" · 1 seed"),
    )
    if source.run is not None:
        compare_advice.show_link(source.run)
    elif len(beside) == 1:
        st.caption(
            ":material/library_add: To judge several seeds together, bring them as one: what was "
            "printed or written for each, one below the other, or a zip of their TensorBoard logs."
        )


def _of_keras(setting: Setting) -> ReduceLROnPlateau | None:
    """Return the setting's callback, if its patience and min_delta are those of Keras."""
    callback = setting.callback
    # PyTorch's `threshold` may be a share of the best, and its patience lasts an epoch longer.
    if isinstance(callback, ReduceLROnPlateau) and setting.semantics != "pytorch":
        return callback
    return None


def _judged(source: Recording, beside: Sequence[RecordedCurves]) -> Sequence[RecordedCurves]:
    """Return the chosen training, or those beside it too, as a person wants."""
    if len(beside) > 1 and st.toggle(
        f"Judge {len(beside)} trainings together, as seeds of the same settings",
        value=True,
        key=f"replay-together-{source.key}",
        help="Only where they differ by chance alone: then it says how stable the advice is.",
    ):
        return beside
    return [source.curves]
