"""Which runs are evaluated, and on which scans: the widgets of the Evaluate page, and its link."""

from typing import get_args

import streamlit as st

from core.data.leakage import SWITCH, Switch
from core.store import Run
from pages.parts import saved_models, stored, visitor
from pages.parts.words import escaped, told_apart, when

EVALUATE = "pages/scans/evaluate.py"
MOST = 20
"""The most runs side by side: two settings with the ten seeds that a sweep may have."""

_QUERY, _RUNS, _WEIGHTS, _SWITCH = (
    "evaluate_query",
    "evaluate-runs",
    "evaluate-weights",
    "evaluate-switch",
)
_CHOICES = {"final": "Final", "best": "Best", "both": "Both"}
# What the link calls the parameters.
_NAMES = {"runs": _RUNS, "weights": _WEIGHTS, "scans": _SWITCH}


def take_link() -> None:
    """Take the choice from the link, else what was chosen last, else the newest run."""
    query = {name: st.query_params[name] for name in _NAMES if name in st.query_params}
    before = st.session_state.get(_QUERY)
    # Streamlit drops what widgets hold while another page is shown.
    if _RUNS in st.session_state and (not query or query == before):
        # Nor does it keep that of a switch which the last run of the page did not show.
        st.session_state.setdefault(_SWITCH, (before or {}).get("scans", "all"))
        return
    wanted = query or before or {"runs": _newest_id()}
    ids = list(dict.fromkeys(name for name in wanted.get("runs", "").split(",") if name))
    st.session_state[_RUNS] = ids[:MOST]
    weights, switch = wanted.get("weights", ""), wanted.get("scans", "")
    st.session_state[_WEIGHTS] = weights if weights in _CHOICES else "both"
    st.session_state[_SWITCH] = switch if switch in SWITCH else "all"


def keep_link() -> None:
    """Put what is chosen into the address."""
    chosen = {
        "runs": ",".join(st.session_state[_RUNS]),
        "weights": st.session_state[_WEIGHTS],
        "scans": st.session_state[_SWITCH],
    }
    st.session_state[_QUERY] = chosen
    st.query_params.from_dict(chosen | visitor.parameters())


def choose_runs() -> list[Run]:
    """Show the runs that left a model, and return the chosen ones."""
    linked: list[str] = st.session_state[_RUNS]
    found = {run.id: run for run in stored.runs(linked)}
    chosen = saved_models.with_weights(list(found.values()))
    for name in linked:
        if name not in found:
            st.warning(
                f"There is no run “{escaped(name[:40])}”: it may have been deleted.",
                icon=":material/search_off:",
            )
        elif found[name] not in chosen:
            st.info(
                f"“{escaped(found[name].name)}” is {found[name].status} and has left no model.",
                icon=":material/hourglass_top:",
            )
    st.session_state[_RUNS] = [run.id for run in chosen]
    own = saved_models.with_weights(visitor.own_runs())
    offered = {run.id: run for run in [*chosen, *own, *_of_their_sweeps(chosen)]}
    labels = told_apart({run.id: _label(run) for run in offered.values()})
    ids = st.multiselect(
        "Runs to evaluate",
        list(offered),
        key=_RUNS,
        format_func=lambda run_id: labels[run_id],
        placeholder="Choose runs that left a model",
        max_selections=MOST,
    )
    return [offered[run_id] for run_id in ids]


def choose_weights() -> str:
    """Show which weights there are, and return "final", "best" or "both"."""
    chosen = st.segmented_control(
        "Weights",
        list(_CHOICES),
        format_func=lambda name: _CHOICES[name],
        key=_WEIGHTS,
        required=True,
        help="Final: as the training left them. Best: as ModelCheckpoint with save_best_only "
        "kept them. Both show what keeping the best is worth.",
    )
    return chosen or "both"


def choose_scans(counts: dict[Switch, int]) -> Switch:
    """Show the leakage switch, and return its position.

    Args:
        counts: Scans by position; without twins only "all" is there.
    """
    positions: tuple[Switch, ...] = get_args(Switch)
    offered: list[Switch] = [position for position in positions if counts.get(position)]
    if st.session_state[_SWITCH] not in offered:
        st.session_state[_SWITCH] = "all"
    chosen = st.segmented_control(
        "Validation scans",
        offered,
        format_func=lambda position: f"{_short(position)} ({counts[position]:,})",
        key=_SWITCH,
        required=True,
        help="The leakage switch. A scan with a twin, the same picture or nearly, among the "
        "training scans can be answered from memory.",
    )
    return chosen or "all"


def _short(position: Switch) -> str:
    return {"all": "All", "twins": "Twins only", "twin-free": "Twin-free"}[position]


def _of_their_sweeps(chosen: list[Run]) -> list[Run]:
    """Return the runs with a model of the sweeps that some runs are part of."""
    ids = dict.fromkeys(run.sweep_id for run in chosen if run.sweep_id is not None)
    swept = [run for sweep_id in ids for run in stored.sweep_runs(sweep_id)]
    return saved_models.with_weights(swept)


def _label(run: Run) -> str:
    return f"{run.name} · seed {run.spec.training.seed} · {when(run)}"


def _newest_id() -> str:
    return next((run.id for run in saved_models.with_weights(visitor.own_runs())), "")
