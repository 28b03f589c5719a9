"""What the store holds, as the visitor may see it: the only way by which pages read runs."""

from collections.abc import Collection, Sequence

from core import store
from core.store import History, Run, Sweep, private
from pages.parts import services, visitor


def run(run_id: str) -> Run:
    """Return one run.

    Raises:
        UnknownRun: If there is none of that id.
    """
    return visitor.shown([store.read_run(services.db(), run_id)])[0]


def runs(run_ids: Collection[str]) -> list[Run]:
    """Return the runs of these ids, in their order; unknown ids are left out."""
    return visitor.shown(store.read_runs_of(services.db(), run_ids))


def family(run_id: str) -> list[Run]:
    """Return a run with its ancestors and all their forks, parents before their children."""
    return visitor.shown(store.read_family(services.db(), run_id))


def sweep(sweep_id: str) -> Sweep:
    """Return one sweep.

    Raises:
        UnknownSweep: If there is none of that id.
    """
    return _shown(store.read_sweep(services.db(), sweep_id))


def sweeps(*, limit: int) -> list[Sweep]:
    """Return the visitor's newest sweeps, or everybody's to the operator, newest first."""
    whose = None if visitor.is_operator() else visitor.owner()
    return [_shown(each) for each in store.read_sweeps(services.db(), whose, limit=limit)]


def sweep_runs(sweep_id: str) -> list[Run]:
    """Return all runs of a sweep, by setting, each with its seeds in the sweep's order."""
    return visitor.shown(store.read_sweep_runs(services.db(), sweep_id))


def history(run: Run) -> History:
    """Return all epochs and events of a run, the shared ones through its parent."""
    return private.history_of(run, store.read_history(services.db(), run.id))


def histories(runs: Sequence[Run]) -> dict[str, History]:
    """Return the histories of several runs by their ids, without the callbacks' counters."""
    past = store.read_histories(services.db(), runs)
    return {run.id: private.history_of(run, past[run.id]) for run in runs}


def _shown(sweep: Sweep) -> Sweep:
    return sweep if visitor.sees(sweep) else private.sweep_without_scans(sweep)
