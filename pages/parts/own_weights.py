"""Weights from elsewhere, for the network of a run."""

import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from core.data.intake import weights
from core.data.intake.weights import RefusedWeights
from core.engine import jobs
from core.engine.tasks import GIB, Busy, Limits
from core.evaluation.intervals import Interval
from core.store import Run, private
from pages.parts import services
from pages.parts.classify_models import Offered
from pages.parts.words import escaped

_KEPT = "classify_weights"
_LIMITS = Limits(seconds=20.0, memory_bytes=2 * GIB)
_WAIT_S = 60.0


class _NotTaken(RuntimeError):
    """The weights cannot be used; the message is one sentence for the person."""


class _NotNow(_NotTaken):
    """Nobody had the time to take them, which says nothing of the file."""


def offer(models: list[Offered]) -> list[Offered]:
    """Show how to bring weights; return the first model with them in it, or all as they were.

    Weights from elsewhere are no other seed of the settings that vote.

    Args:
        models: The first one's network, size of scans and classes the weights are for.
    """
    model = models[0]
    with st.expander("Weights from elsewhere", icon=":material/upload_file:"):
        st.markdown(
            "A `.weights.h5` file for the network of the model above: same architecture, size of "
            "scans and classes. Only its arrays are taken, after a check of each one's path, "
            "shape and values, and judged on that run's validation scans. Whole models, `.keras` "
            "and `.h5`, can run code when they are opened, and are refused."
        )
        file = st.file_uploader("Weights, at most 20 MB", key="classify-weights-file")
        if file is None:
            # A worker forgets weights: brought again, they are taken again.
            st.session_state.pop(_KEPT, None)
            return models
        try:
            digest = _take(model, file)
        except _NotTaken as problem:
            st.error(escaped(str(problem)), icon=":material/block:")
            if isinstance(problem, _NotNow):
                st.button("Try again", icon=":material/restart_alt:", key="classify-weights-again")
            return models
        alone = " They are asked alone: weights from elsewhere have no vote." if models[1:] else ""
        st.success(f"These weights are asked now.{alone}", icon=":material/check:")
    unknown = Interval(float("nan"), float("nan"), float("nan"), 0, 0, "scan")
    return [replace(model, weights=digest, score=unknown)]


def _take(model: Offered, file: Any) -> str:
    content: bytes = file.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    kept: dict[str, str] = st.session_state.setdefault(_KEPT, {})
    key = f"{model.run.id}-{digest}-{file.name}"
    if key not in kept:
        kept[key] = _refusal(model, file.name, digest, content)
    if kept[key]:
        raise _NotTaken(kept[key])
    return digest


def _refusal(model: Offered, name: str, digest: str, content: bytes) -> str:
    """Bring weights to a worker; return why the file is refused, or ""."""
    try:
        weights.refuse_by_name(name, content[:8])
        with st.spinner("Checking the weights …"):
            _bring(model, digest, content)
    except _NotNow:
        raise
    except (_NotTaken, RefusedWeights) as problem:
        return str(problem)
    return ""


def _bring(model: Offered, digest: str, content: bytes) -> None:
    layout = _ask(jobs.LAYOUT, model.run)
    with tempfile.TemporaryDirectory() as directory:
        source, target = Path(directory) / "brought", Path(directory) / "arrays.npz"
        source.write_bytes(content)
        _check(source, layout, target)
        arrays = weights.read(target)
    _ask(jobs.BRING, model.run, digest, arrays)


def _check(source: Path, layout: dict[str, list[int]], target: Path) -> None:
    job = "core.data.intake.weights:extract"
    try:
        state = services.tasks().do(job, str(source), layout, str(target), limits=_LIMITS)
    except Busy as problem:
        raise _NotNow(str(problem)) from problem
    if state.problem:
        raise _NotTaken(state.problem)


def _ask(job: str, run: Run, *arguments: Any) -> Any:
    answer = services.engine().ask(job, run.id, *arguments)
    if not answer.wait(_WAIT_S):
        raise _NotNow("The worker is busy or still warming up: try again in a minute.")
    if answer.error:
        raise _NotNow(private.told(run, answer.error))
    return answer.result
