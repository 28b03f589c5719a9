"""What stands beside each run of a list, and a look for news of those that go on."""

from collections.abc import Sequence

import streamlit as st

from core import store
from core.charts.summary import monitored
from core.plateaus.wording import format_metric
from core.store import Epoch, Run, RunStatus
from pages.parts import services, stored
from pages.parts.words import counted

_TOLD = "runs-told"
_LOOK_EVERY = "3s"


def results_of(runs: Sequence[Run]) -> dict[str, str]:
    """Say of each run that has ended, by its id, how far it came and its best value.

    What was said once is kept for the visit: a run that has ended changes no more, unless it is
    taken up again and ends at another time.
    """
    told: dict[str, tuple[float | None, str]] = st.session_state.setdefault(_TOLD, {})
    ended = [run for run in runs if not run.is_active]
    new = [run for run in ended if told.get(run.id, (None, ""))[0] != run.ended_s]
    histories = stored.histories(new) if new else {}
    for run in new:
        told[run.id] = run.ended_s, _result(run, histories[run.id].epochs)
    return {run.id: told[run.id][1] for run in ended}


def places_of(runs: Sequence[Run]) -> dict[str, str]:
    """Say of each run that waits, by its id, how many are before it."""
    places = store.queue_places(services.db()) if any(map(_waits, runs)) else {}
    told = {
        place: f"{counted(place, 'run')} before it" if place else "next"
        for place in places.values()
    }
    return {run.id: told[places[run.id]] for run in runs if _waits(run) and run.id in places}


def _waits(run: Run) -> bool:
    return run.status is RunStatus.QUEUED


def _result(run: Run, epochs: Sequence[Epoch]) -> str:
    done = f"{len(epochs)} of {run.spec.training.epochs} epochs"
    watched = monitored(run.spec)
    best = watched.best_epoch(epochs)
    if best is None:
        return done
    return f"{done} · best {watched.metric} {format_metric(epochs[best].logs[watched.metric])}"


def signs(run_ids: Sequence[str]) -> dict[str, tuple[RunStatus, bool]]:
    """Return of each run, by its id, what its row is drawn from and can change."""
    found = store.read_runs_of(services.db(), run_ids)
    return {run.id: (run.status, run.stop_requested) for run in found}


def follow(runs: Sequence[Run]) -> None:
    """Draw the page anew when a run that goes on takes a turn."""
    seen = {run.id: (run.status, run.stop_requested) for run in runs if run.is_active}

    def look_for_news() -> None:
        if signs(list(seen)) != seen:
            st.rerun()

    if seen:
        st.fragment(look_for_news, run_every=_LOOK_EVERY)()
