"""The form of a run that goes on from an epoch of another: what is locked, and its start."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import store
from core.charts.going_on import more_epochs_told
from core.specs import links
from core.specs.lineage import (
    NotTheSameTraining,
    depends_on_epochs,
    require_same_trunk,
    trunk,
)
from core.specs.run import RunSpec
from core.store import Run, UnknownRun
from pages.parts import launch, services, stored, visitor
from pages.parts.words import escaped, quoting

CONFIGURE = "pages/train/configure.py"
WHY_LOCKED = (
    "Locked: the state that this run begins with depends on it. For another value, start a new run."
)
_RUN, _AFTER = "fork", "after"
_LONGEST_NAME, _SUFFIX = 64, " fork"
_MORE, _MOST_EPOCHS, _MOST_DIGITS = 10, 500, 9


@dataclass(frozen=True)
class Fork:
    """A run to go on from, and where.

    Attributes:
        parent: The run.
        after: The last epoch that is shared, from 0.
        kept: All epochs that could be, likewise.
    """

    parent: Run
    after: int
    kept: tuple[int, ...]

    @property
    def locked(self) -> dict[str, Any]:
        """The settings that cannot change, by their flat names."""
        flat, fixed = links.flatten(self.parent.spec), trunk(self.parent.spec)
        return {name: value for name, value in flat.items() if name in {"scans", *fixed}}


def link(run: Run, after: int, spec: RunSpec | None = None) -> dict[str, str]:
    """Return the query parameters that open the form for a fork; epochs in links count from 1.

    Args:
        run: The run to fork.
        after: The last epoch that is shared, from 0.
        spec: What the form is filled with; None for the run's own settings.
    """
    name = f"{run.name[: _LONGEST_NAME - len(_SUFFIX)]}{_SUFFIX}"
    wanted = spec or run.spec
    training = wanted.training
    if after + 1 >= training.epochs:
        training = training.model_copy(update={"epochs": min(after + 1 + _MORE, _MOST_EPOCHS)})
    wanted = wanted.model_copy(update={"name": name, "training": training})
    return links.to_query(wanted) | _parameters(run.id, after) | visitor.parameters()


def parameters(fork: Fork | None) -> dict[str, str]:
    """Return the query parameters that say what is forked, and where."""
    return {} if fork is None else _parameters(fork.parent.id, fork.after)


def without_fork(query: Mapping[str, str]) -> dict[str, str]:
    """Return the settings in the form's query, without what is forked and the visitor's token."""
    return {k: v for k, v in query.items() if k not in (_RUN, _AFTER, "owner")}


def _parameters(run_id: str, after: int) -> dict[str, str]:
    return {_RUN: run_id, _AFTER: str(after + 1)}


def of_link() -> Fork | None:
    """Return which run the form forks; says why if it cannot be."""
    query = st.query_params.to_dict()
    if _RUN not in query:
        return None
    try:
        parent = stored.run(query[_RUN])
        kept = tuple(store.kept_epochs(services.db(), parent.id))
    except UnknownRun as error:
        return _impossible(escaped(str(error)))
    if not visitor.owns(parent):
        return _impossible(
            f"Only the owner of “{escaped(parent.name)}” can fork it: open the link you started it "
            "with."
        )
    if not kept:
        return _impossible(f"No state of “{escaped(parent.name)}” is kept to begin from.")
    after = query.get(_AFTER, "")
    wanted = int(after) - 1 if after.isdecimal() and len(after) <= _MOST_DIGITS else kept[-1]
    return Fork(parent, max((k for k in kept if k <= wanted), default=kept[0]), kept)


def show_head(fork: Fork) -> tuple[Fork, DeltaGenerator]:
    """Show what is continued, and from where.

    Returns:
        The fork as chosen, and the place for `show_way_out`.
    """
    st.title("Fork a run")
    st.markdown(
        f"A run that shares the past of **{escaped(fork.parent.name)}** up to an epoch, and goes "
        "on with other callbacks, epochs or learning rate."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        after = st.selectbox(
            "Continue from epoch",
            fork.kept,
            index=fork.kept.index(fork.after),
            format_func=lambda epoch: str(epoch + 1),
            key=f"fork-form-{fork.parent.id}-{fork.after}",
            width=170,
        )
        way_out = st.container(width="content")
    st.caption(
        "A callback that the run had already keeps what it counted (`wait`, `best`, cooldown) if "
        "it still watches the same metric; a new one begins anew. `learning_rate`, left as it is, "
        "goes on with the rate of that moment; another value is set at the fork."
    )
    return Fork(fork.parent, after, fork.kept), way_out


def show_way_out(place: DeltaGenerator, settings: Mapping[str, str]) -> None:
    """Show the link to a run from scratch with the settings as they are in the form by now."""
    place.page_link(
        CONFIGURE,
        label="Set up a run from scratch instead",
        icon=":material/restart_alt:",
        query_params=dict(settings) | visitor.parameters(),
    )


def refusal(fork: Fork, spec: RunSpec | None) -> str:
    """Return why a run with these settings cannot go on from there, or ""."""
    if spec is None:
        return ""
    try:
        require_same_trunk(spec, fork.parent.spec)
    except NotTheSameTraining as error:
        return str(error)
    if fork.after + 1 >= spec.training.epochs:
        return (
            f"`epochs` must be more than the {fork.after + 1} that are shared, got "
            f"{spec.training.epochs}. Add some, or continue from an earlier epoch."
        )
    return ""


def start_button(fork: Fork, spec: RunSpec | None) -> None:
    """Show the button that starts the fork."""

    def create(wanted: RunSpec, owner: str) -> str:
        return store.create_fork(
            services.db(), fork.parent.id, wanted, after_epoch=fork.after, owner=owner
        )

    refused = refusal(fork, spec)
    if refused:
        st.error(quoting(refused), icon=":material/error:")
    # A plan that the fork does not have says nothing of it.
    if spec is not None and depends_on_epochs(spec):
        told = more_epochs_told(fork.parent.spec, spec.training.epochs)
        if told:
            st.caption(told)
    launch.start_button(
        f"Continue from epoch {fork.after + 1}",
        None if refused else spec,
        key="start-fork",
        create=create,
    )


def _impossible(sentence: str) -> None:
    st.warning(f"{sentence} This form starts a run from scratch.", icon=":material/block:")
