"""What a sweep will cost, before it starts; and its start."""

import streamlit as st

from core import store
from core.plateaus.sweep_work import Work, estimate_work
from core.specs.sweep import SweepSpec
from core.store.known import KnownTraining, known_training
from pages.parts import datasets, launch, once, services, visitor
from pages.parts.words import counted, duration, escaped, when

SWEEPS = "sweeps"
_REFUSED = "sweep_refused"
SWEEP = "pages/plateaus/sweep.py"


def show(spec: SweepSpec | None) -> None:
    """Show how much work a sweep is, and the button that starts it.

    Args:
        spec: The sweep; None while something is wrong.
    """
    st.subheader("What it costs")
    if spec is None:
        st.caption("The estimate comes back when the settings above are right.")
    else:
        _show_work(spec)
    if _REFUSED in st.session_state:
        st.warning(st.session_state.pop(_REFUSED), icon=":material/block:")
    sweep = once.Once(SWEEPS)
    # Not `on_click`: its arguments are of the last draw, without what was typed just before.
    pressed = st.button(
        "Start the sweep",
        key=f"sweep-start-{sweep.nonce}",
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=spec is None,
    )
    if pressed and spec is not None and not sweep.made:
        _start(spec, sweep)
        if _REFUSED in st.session_state:
            st.rerun()  # It is said above the button.
    if sweep.made:
        _open(sweep.made)


def follow(shown: str | None) -> None:
    """Open a sweep just started, where a second click takes the visitor back to its form.

    Args:
        shown: The id of the sweep that is about to be drawn; None for the form.
    """
    if sweep_id := once.overtaken(SWEEPS, page="sweep", shown=shown):
        _open(sweep_id)


def _open(sweep_id: str) -> None:
    st.query_params.from_dict({"sweep": sweep_id, **visitor.parameters()})
    st.rerun()


def _show_work(spec: SweepSpec) -> None:
    known = _known(visitor.owner(), spec.base.model_dump_json(), spec)
    source = f"{known.run.id} {len(known.curve.rates.values)}" if known else ""
    work = _work(spec.model_dump_json(), source, spec, known)
    with st.container(horizontal=True):
        st.metric(
            "Runs",
            work.runs,
            help=f"{counted(spec.setting_count, 'setting')}, each with "
            f"{counted(len(spec.seeds), 'seed')}.",
        )
        st.metric("Epochs, one by one", f"{work.reported:,}", help="If no run stops early.")
        st.metric("Epochs with sharing", _between(work.least, work.most))
        if known is not None:
            seconds = [round(epochs * known.seconds) for epochs in (work.least, work.most)]
            told = [duration(each) for each in seconds]
            st.metric(
                "Time on one worker",
                told[0] if told[0] == told[1] else f"{told[0]} to {told[1]}",
                help="Workers share the branches: two take about half as long.",
            )
    st.caption(_explained(known))


def _explained(known: KnownTraining | None) -> str:
    if known is None:
        return (
            "The bounds follow from the rules alone: no setting can act before its patience is "
            "over. How early they part depends on the curves. There is no time yet, since no run "
            "of yours with these scans and this model is known: train one, and both become "
            "sharper."
        )
    of_sweep = " of a sweep" if known.run.sweep_id else ""
    return (
        f"As seen on your run “{escaped(known.run.name)}”{of_sweep}, {when(known.run)}, with the "
        f"same scans, model and first learning rate: {known.seconds:.1f} s an epoch, and the "
        "callbacks replayed over its curve tell when settings first act. After that, nothing of "
        "what they do was seen yet: they may stay together (the lower number) or all part at once "
        "(the higher). Other seeds part somewhat earlier or later."
    )


def _between(least: int, most: int) -> str:
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


@st.cache_data(max_entries=64, ttl="20s", show_spinner=False)
def _known(owner: str, base: str, _spec: SweepSpec) -> KnownTraining | None:  # noqa: ARG001 - the key
    return known_training(services.db(), _spec.base, owner=owner)


@st.cache_data(max_entries=64, show_spinner=False)
def _work(
    spec: str,  # noqa: ARG001 - the key
    known: str,  # noqa: ARG001 - the key
    _spec: SweepSpec,
    _known: KnownTraining | None,
) -> Work:
    curve = None if _known is None else _known.curve
    return estimate_work(_spec.settings(), seeds=len(_spec.seeds), known=curve)


def _start(spec: SweepSpec, sweep: once.Once) -> None:
    if reason := refusal() or datasets.refusal(spec.base.scans):
        st.session_state[_REFUSED] = reason
        return
    db, owner, engine = services.db(), visitor.owner(), services.engine()

    def start() -> str:
        created = store.create_sweep(db, spec, owner=owner)
        engine.submit_sweep(created.id)
        return created.id

    sweep.make(start)


def refusal() -> str:
    """Return why no sweep can start now, or nothing."""
    limits, owner = services.settings(), visitor.owner()
    own = store.count_active_sweeps(services.db(), owner=owner)
    if own >= limits.plateau_max_active_runs_each:
        return launch.too_many(own, "sweeps")
    if store.count_active_sweeps(services.db()) >= limits.plateau_max_active_runs:
        return "The queue is full of sweeps. Try again in a few minutes."
    return ""
