"""Asking the answering worker, and keeping what it said in the visitor's session."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.engine import jobs
from core.engine.answers import Answer
from core.evaluation.answered import Answered
from core.store import Run, private
from pages.parts import engine_state, services
from pages.parts.classify_models import Offered
from pages.parts.scan_source import Shown
from pages.parts.words import escaped

_ANSWERS = "classify_answers"
_MOST_KEPT = 24
# An answer takes some tenths of a second; beyond that the page says what it waits for.
_PATIENCE_S = 3.0


def ask(models: Sequence[Offered], scans: Sequence[Shown]) -> list[Answered] | None:
    """Return what models say of scans, or None while that is on its way.

    Heat maps are drawn of a scan that is asked about alone.
    """
    key = ("classify", *(model.key for model in models), *(scan.key for scan in scans))
    images = [_stack(model, scans) for model in models]
    alone = len(scans) == 1
    asked = [model.asked for model in models]
    return _result(key, models[0].run, jobs.CLASSIFY, asked, images, alone)


def cover(model: Offered, scan: Shown, label: int) -> NDArray[np.float32] | None:
    """Return the occlusion map of a scan, or None while that is on its way."""
    image = scan.fitted(model.run.spec.scans.image_size)
    key = ("cover", model.key, scan.key, label)
    return _result(key, model.run, jobs.COVER, model.asked, image, label)


def _stack(model: Offered, scans: Sequence[Shown]) -> NDArray[np.uint8]:
    size = model.run.spec.scans.image_size
    stacked = [scan.fitted(size) for scan in scans]
    return np.stack(stacked) if stacked else np.zeros((0, size, size), np.uint8)


def _result(key: tuple[Any, ...], run: Run, job: str, *arguments: Any) -> Any:
    kept: dict[tuple[Any, ...], Answer] = st.session_state.setdefault(_ANSWERS, {})
    if key not in kept:
        kept[key] = services.engine().ask(job, *arguments, timeout_s=600.0)
        for old in list(kept)[:-_MOST_KEPT]:
            del kept[old]
    answer = kept[key]
    if not answer.wait(_PATIENCE_S):
        st.fragment(_follow, run_every="0.5s")(answer)
        return None
    if answer.error:
        del kept[key]
        st.error(escaped(private.told(run, answer.error)), icon=":material/error:")
        return None
    return answer.result


def _follow(answer: Answer) -> None:
    if answer.done:
        st.rerun()
    doing = engine_state.awaited("A worker reads the scans")
    st.status(f"{doing}: the first answer of a model takes longest …", state="running")
