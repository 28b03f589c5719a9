"""Which callback watches which metric, and what its settings begin with."""

import math

import streamlit as st

from core.plateaus import what_if_links
from core.plateaus.directions import direction_of
from core.plateaus.recorded_rates import DEFAULT_RATE
from core.plateaus.what_if import Setting, Watcher
from core.plateaus.what_if_links import WATCHERS, Values
from core.specs.callbacks import ModelCheckpoint
from pages.parts.recording import Recording
from pages.parts.replay_state import ReplayState
from pages.parts.words import escaped

# A fifth of the curve shows something on a short one; Keras's own 10 on a long one.
_SHARE, _FEWEST, _MOST = 5, 2, 10


def choose(state: ReplayState, source: Recording) -> str:
    """Show the callback and the metric, and return the metric."""
    kinds = list(WATCHERS)
    kind = st.selectbox(
        "Callback",
        kinds,
        index=kinds.index(state.callback),
        key=f"replay-callback-{state.generation}",
        width=220,
    )
    if kind != state.callback:
        state.callback = kind
        state.shown = what_if_links.NAMES[0]
        state.renew()
        st.rerun()
    metric = _metric(state, source)
    if not state.values:
        state.values.append(_first_values(kind, source, metric))
    return metric


def rate(state: ReplayState, source: Recording) -> float:
    """Ask for the learning rate at the start, where the recording does not tell it."""
    logged = source.curves.rates
    known = logged is not None and math.isfinite(logged[0])
    if known or state.callback != "ReduceLROnPlateau":
        return state.start_rate or DEFAULT_RATE
    state.start_rate = st.number_input(
        "Learning rate at the start",
        min_value=1e-12,
        max_value=1e9,
        value=state.start_rate or DEFAULT_RATE,
        step=0.0005,
        format="%g",
        key=f"replay-start-{state.generation}",
        help="The recording does not tell it. Keras's Adam starts at 0.001.",
        width=220,
    )
    return state.start_rate


def own_callback(kind: str, source: Recording, metric: str | None = None) -> Watcher | None:
    """Return the callback that the recorded run was trained with, if it can be replayed."""
    for callback in source.spec.callbacks if source.spec else ():
        if isinstance(callback, WATCHERS[kind]) and metric in (None, callback.monitor):
            best_only = not isinstance(callback, ModelCheckpoint) or callback.save_best_only
            return callback if best_only else None
    return None


def is_own(setting: Setting, own: Watcher | None) -> bool:
    """Tell whether a setting is what the run was trained with, under the rules of its Keras."""
    if own is None or setting.semantics != "keras-3.15":
        return False
    return what_if_links.values_of(setting.callback) == what_if_links.values_of(own)


def _metric(state: ReplayState, source: Recording) -> str:
    metrics = source.curves.metrics
    lacking = state.metric if state.metric not in metrics else None
    if lacking is not None and not state.awaits_curve:
        st.warning(
            f"This recording has no {escaped(lacking)}: it has {escaped(', '.join(metrics[:8]))}.",
            icon=":material/help:",
        )
    now = state.metric if state.metric in metrics else _usual_metric(state.callback, source)
    chosen = st.selectbox(
        "Metric it monitors",
        metrics,
        index=metrics.index(now),
        key=f"replay-metric-{state.generation}",
        width=220,
    )
    # That of a link is for the curve which is still to be brought.
    if chosen != now or not state.awaits_curve:
        state.metric = chosen
    return chosen


def _usual_metric(kind: str, source: Recording) -> str:
    """Return the metric that the run's own callback watched, or else one of validation."""
    metrics = source.curves.metrics
    own = own_callback(kind, source)
    wanted = [own.monitor] if own else []
    wanted += ["val_loss", *(name for name in metrics if name.startswith("val_"))]
    return next((name for name in wanted if name in metrics), metrics[0])


def _first_values(kind: str, source: Recording, metric: str) -> Values:
    """Return the run's own settings, or else Keras's with a patience that fits the curve."""
    own = own_callback(kind, source)
    if own is not None:
        return what_if_links.values_of(own)
    values = what_if_links.defaults_of(kind)
    if "patience" in values:
        values["patience"] = min(_MOST, max(_FEWEST, len(source.curves) // _SHARE))
    if not _has_direction(metric):
        # "auto" would only raise an error; most metrics of one's own are scores.
        values["mode"] = "max"
    return values


def _has_direction(metric: str) -> bool:
    try:
        direction_of(metric)
    except ValueError:
        return False
    return True
