"""From a replay to a training: the setting that is shown, as code, or trained for real."""

from collections.abc import Sequence

import streamlit as st

from core import store
from core.charts.going_on import exactness_told, is_exact
from core.charts.history import state_of
from core.plateaus.forking import RealFork, first_other_decision, real_fork, real_forks
from core.plateaus.what_if import Replayed, Watcher
from core.specs.callbacks import ModelCheckpoint
from core.store import Run
from pages.parts import fork_form, replay_start, services, take_over, visitor
from pages.parts.recording import Recording
from pages.parts.words import escaped, quoting


def show(replayed: Replayed, source: Recording, own: Watcher | None) -> None:
    """Offer to train a setting, where the recorded curve is that of a run of the visitor's.

    Args:
        replayed: The setting and what it does.
        source: The recording.
        own: The callback of its kind that the run was trained with, on the same metric.
    """
    run, callback = source.run, replayed.setting.callback
    real = replayed.setting.semantics == "keras-3.15"
    if run is None or not visitor.owns(run) or not real or isinstance(callback, ModelCheckpoint):
        return
    states = [state_of(epoch, callback.kind) for epoch in source.epochs]
    parts = first_other_decision(replayed, [bool(state and state["fired"]) for state in states])
    # Weights that the run's own callback did not keep, it cannot give to another.
    keeps = getattr(own, "restore_best_weights", False)
    lacks_weights = getattr(callback, "restore_best_weights", False) and not keeps
    same_watch = own is not None and own.mode == callback.mode and not lacks_weights
    counters = states if same_watch else [None] * len(states)
    kept = store.kept_epochs(services.db(), run.id)
    forks = real_forks(replayed, counters, kept, parts)
    if parts < replayed.epochs:
        _offer(run, replayed, real_fork(forks), parts)
    if forks and not replay_start.is_own(replayed.setting, own):
        _offer_any(run, replayed, forks)


def show_call(replayed: Replayed, source: Recording) -> None:
    """Show a setting as a call to copy and as a form to fill; PyTorch's and old rules are none."""
    setting = replayed.setting
    if setting.semantics != "keras-3.15":
        return
    with st.expander(
        f"Take setting {setting.name} with you: as code, or into a run from scratch",
        icon=":material/code:",
        expanded=source.run is None,
    ):
        take_over.show(setting.callback, source.base, key=f"replay-{setting.name}")


def _offer(run: Run, replayed: Replayed, fork: RealFork | None, parts: int) -> None:
    name = replayed.setting.name
    if fork is None:
        st.caption(
            f":material/fork_right: Setting {name} first decides otherwise at the end of epoch "
            f"{parts + 1}. No state before that is kept, so it cannot be trained from there."
        )
        return
    with st.container(border=True):
        st.markdown(quoting(_told(fork, name, run)))
        st.page_link(
            fork_form.CONFIGURE,
            label=f"Train {escaped(name)} for real from epoch {fork.after + 1}",
            icon=":material/fork_right:",
            query_params=fork_form.link(
                run, fork.after, run.spec.with_callback(replayed.setting.callback)
            ),
        )


def _told(fork: RealFork, name: str, run: Run) -> str:
    told = (
        f"Setting {name} first decides otherwise than the run at the end of epoch "
        f"{fork.parts + 1}. "
    )
    if fork.exact:
        exactly, doubt = ("exactly ", "") if is_exact(run) else ("", f" {exactness_told(run)}")
        return told + (
            f"Trained from epoch {fork.after + 1} on, it gives {exactly}what a run from scratch "
            f"would: up to there the run counted the same.{doubt}"
        )
    return told + (
        f"From epoch {fork.after + 1} on it can be trained, but not exactly as from scratch: the "
        "run's own callback has counted otherwise, or there was none."
    )


def _offer_any(run: Run, replayed: Replayed, forks: Sequence[RealFork]) -> None:
    """Let a person choose from which epoch the run goes on with a setting."""
    name, by_epoch = escaped(replayed.setting.name), {fork.after: fork for fork in forks}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        after = st.selectbox(
            "Continue from epoch",
            list(by_epoch),
            index=len(by_epoch) - 1,
            format_func=lambda epoch: str(epoch + 1),
            key=f"replay-from-{run.id}",
            width=170,
        )
        st.page_link(
            fork_form.CONFIGURE,
            label=f"Go on with {name} from there",
            icon=":material/fork_right:",
            query_params=fork_form.link(
                run, after, run.spec.with_callback(replayed.setting.callback)
            ),
        )
    st.caption(_until_told(by_epoch[after], name))


def _until_told(fork: RealFork, name: str) -> str:
    """Say how a setting stands to what the run did up to an epoch."""
    if fork.exact:
        return f"Up to epoch {fork.after + 1} the run decided and counted as {name} would have."
    if fork.after < fork.parts:
        return (
            f"Up to epoch {fork.after + 1} the run decided as {name} would have, but its own "
            "callback counted otherwise, or there was none."
        )
    return (
        f"{name} would have decided otherwise at the end of epoch {fork.parts + 1}: from epoch "
        f"{fork.after + 1} on it goes on with what the run did, not as from scratch."
    )
