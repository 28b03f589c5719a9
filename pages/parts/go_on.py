"""Going on from an epoch of a run: resuming it, forking it, or as Keras's own backup would."""

from collections.abc import Sequence

import streamlit as st

from core import store
from core.charts.going_on import (
    KEPT,
    exactness_told,
    going_back_told,
    kept_told,
    more_epochs_told,
)
from core.charts.keras_restore import as_keras_would
from core.specs.run import RunSpec
from core.store import Epoch, Run, RunStatus, SavedState
from pages.parts import fork_form, launch, run_controls, services, stored, visitor
from pages.parts.words import quoting

_MORE = 10
_MOST_EPOCHS = 500


def show(run: Run, epochs: Sequence[Epoch]) -> None:
    """Show from where a run can go on, to its owner."""
    if not visitor.owns(run) or run.sweep_id is not None:
        return
    with st.expander(
        "Go on from an epoch: resume, fork",
        icon=":material/fork_right:",
        key=f"go-on-{run.id}",
        on_change="rerun",
    ) as opened:
        if opened.open:
            _show(run, epochs)


def _show(run: Run, epochs: Sequence[Epoch]) -> None:
    forkable = [e for e in store.kept_epochs(services.db(), run.id) if _goes_on(e)]
    states = store.read_states(services.db(), run.id)
    st.caption(quoting(exactness_told(run)))
    if not run.is_active:
        st.markdown("**Resume** this very run")
        _show_resume(run, epochs, states)
    st.markdown("**Fork**: a run of its own that shares this one's past")
    launch.show_refusal()
    _show_fork(run, forkable)
    st.caption(f":material/inventory_2: {kept_told(states)} {KEPT}")


def _show_resume(run: Run, epochs: Sequence[Epoch], states: Sequence[SavedState]) -> None:
    last = epochs[-1].epoch if epochs else -1
    offered = _resumable(run, states)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        after = st.selectbox(
            "Go on after epoch",
            offered or [None],
            format_func=lambda epoch: "from the beginning" if epoch is None else str(epoch + 1),
            key=f"resume-after-{run.id}-{run.attempt}",
            width=170,
        )
        planned = run.spec.training.epochs
        over = run.status is RunStatus.FINISHED and after == last
        wanted = st.number_input(
            "Epochs in all",
            min_value=1 if after is None else after + 2,
            max_value=_MOST_EPOCHS,
            value=min(_MOST_EPOCHS, max(planned + _MORE if over else planned, (after or 0) + 2)),
            key=f"resume-epochs-{run.id}-{run.attempt}-{over}",
            width=150,
        )
        # Not `on_click`: its arguments are of the last draw, without what was typed just before.
        if st.button(
            "Continue from there" if run.status is RunStatus.PAUSED else "Resume from there",
            icon=":material/play_arrow:",
            key=f"resume-{run.id}-{run.attempt}",
        ):
            run_controls.resume(run, after, wanted)
            st.rerun()
    if after is not None and after < last:
        by_hand = store.read_done(services.db(), run.id, after_epoch=after)
        st.caption(going_back_told(after, last, by_hand=bool(by_hand)))
    if told := more_epochs_told(run.spec, wanted):
        st.caption(told)


def _resumable(run: Run, states: Sequence[SavedState]) -> list[int]:
    """Return the epochs to which a run can go back, the newest first.

    Those that its forks share stay as they are.
    """
    family = stored.family(run.id)
    shared = max((one.forked_at or 0 for one in family if one.parent_id == run.id), default=0)
    kept = [state.epoch for state in reversed(states)]
    return [epoch for epoch in kept if epoch >= shared and _goes_on(epoch)]


def _goes_on(after: int) -> bool:
    """Tell whether a run can have an epoch after this one."""
    return after + 1 < _MOST_EPOCHS


def _show_fork(run: Run, forkable: Sequence[int]) -> None:
    if not forkable:
        st.caption("There is no state to begin from yet: one is kept at the end of each epoch.")
        return
    newest_first = list(reversed(forkable))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        after = st.selectbox(
            "Continue from epoch",
            newest_first,
            format_func=lambda epoch: str(epoch + 1),
            key=f"fork-after-{run.id}-{len(newest_first)}",
            width=170,
        )
        st.page_link(
            fork_form.CONFIGURE,
            label="With other settings …",
            icon=":material/tune:",
            query_params=fork_form.link(run, after),
        )
    _show_keras(run, after)


def _show_keras(run: Run, after: int) -> None:
    spec = as_keras_would(run.spec)
    if spec is None or after + 1 >= spec.training.epochs:
        return

    def create(wanted: RunSpec, owner: str) -> str:
        return store.create_fork(
            services.db(),
            run.id,
            wanted,
            after_epoch=after,
            owner=owner,
            keras_restore=True,
        )

    launch.start_button(
        f"Resume after epoch {after + 1} as Keras's BackupAndRestore would",
        spec,
        key=f"keras-{run.id}",
        kind="secondary",
        create=create,
    )
    st.caption(
        "Keras's own callback brings back weights, optimizer and epoch. It loses what callbacks "
        "remember (`wait`, `best`, cooldown) and where the random numbers of dropout stood: they "
        "begin anew. This trains it, as a fork, to be compared with the exact run."
    )
