"""Runs and sweeps on a set that one visitor brought, as the others may see them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.data import owned
from core.store.family import History
from core.store.records import Event, EventKind, Run, RunStatus, Sweep

HIDDEN = (
    "These scans are a set that somebody brought, and only they see its pictures and the names of "
    "its folder and files."
)
_UNTOLD = "It cannot be said why: its scans are a private set, whose files the reason may name."


def may_see(thing: Run | Sweep, viewer: str, *, data_dir: Path, at_home: bool) -> bool:
    """Tell whether a visitor may see the scans of a run or a sweep, and what names them.

    A set that is gone no longer says whose it was: then only who trained on it may see what is
    left of it, and who sits at the machine.

    Args:
        thing: The run or the sweep.
        viewer: The visitor, as the store keeps their token.
        data_dir: The directory of data sets.
        at_home: Whether they sit at the machine that serves the app.
    """
    scans = thing.spec.scans if isinstance(thing, Run) else thing.spec.base.scans
    owner = owned.owner_of(scans, data_dir=data_dir)
    return at_home or thing.owner == viewer if owner is None else owner in ("", viewer)


def is_hidden(run: Run) -> bool:
    """Tell whether this is a run as others than the owner of its scans see it."""
    return owned.is_stand_in(run.spec.scans)


def told(run: Run, error: str) -> str:
    """Return why something failed, to whoever may see the run's scans; it may name their files."""
    return _UNTOLD if error and is_hidden(run) else error


def without_scans(run: Run) -> Run:
    """Return a run without what names its scans: folder, files, notes, reasons."""
    scans = owned.stand_in(run.spec.scans)
    hidden = replace(run, spec=run.spec.model_copy(update={"scans": scans}), notes=())
    return replace(
        hidden,
        error=told(hidden, run.error),
        phase="" if run.status is RunStatus.PREPARING else run.phase,
    )


def sweep_without_scans(sweep: Sweep) -> Sweep:
    """Return a sweep without what names its scans; its runs are for `without_scans`."""
    base = sweep.spec.base
    base = base.model_copy(update={"scans": owned.stand_in(base.scans)})
    spec = sweep.spec.model_copy(update={"base": base})
    return replace(sweep, spec=spec, error=_UNTOLD if sweep.error else "")


def history_of(run: Run, history: History) -> History:
    """Return what a run left, with reasons told as in the run itself."""
    return History(history.epochs, events_of(run, history.events))


def events_of(run: Run, events: Sequence[Event]) -> Sequence[Event]:
    """Return a run's events, with reasons told as in the run itself."""
    if not is_hidden(run):
        return events
    return [
        replace(event, detail={**event.detail, "error": told(run, event.detail.get("error", ""))})
        if event.kind is EventKind.FAILED
        else event
        for event in events
    ]
