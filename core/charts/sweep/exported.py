"""A sweep as JSON, to take home."""

import json
from dataclasses import asdict
from typing import Any

from core.charts.history import History
from core.charts.sweep.choice import choose, pairs_among
from core.charts.sweep.choice_text import advice, held_told
from core.charts.sweep.compared import interval_of
from core.charts.sweep.partings import what_differed
from core.charts.sweep.results import Reading, SweepResults
from core.plateaus.directions import likely_direction
from core.store.files import epoch_row, event_row, plain
from core.store.records import Ledger


def sweep_json(results: SweepResults, ledger: Ledger, metric: str, reading: Reading) -> str:
    """Return a sweep with its settings, branches, ledger, conclusions and every curve, as JSON.

    Epochs count from 1. A number that JSON lacks is null.

    Args:
        results: The sweep.
        ledger: What it cost.
        metric: What the conclusions are about.
        reading: Which value of each curve they are drawn from.
    """
    sweep = results.sweep
    whole = {
        "sweep": {"id": sweep.id, "name": sweep.name, "status": sweep.status},
        "spec": results.spec.model_dump(mode="json"),
        "ledger": asdict(ledger) | {"factor": ledger.factor},
        "conclusions": _conclusions(results, metric, reading),
        "branches": [
            {
                "id": branch.id,
                "seed": branch.seed,
                "parent_id": branch.parent_id,
                "settings": list(branch.settings),
                "first_epoch": branch.first_epoch + 1,
                "last_epoch": None if branch.last_epoch is None else branch.last_epoch + 1,
                "seconds": branch.seconds,
                "status": branch.status,
            }
            for branch in results.branches
        ],
        "runs": [
            _run(results, setting, seed, history)
            for (setting, seed), history in sorted(results.histories.items())
        ],
    }
    return json.dumps(plain(whole), indent=1, allow_nan=False)


def _conclusions(results: SweepResults, metric: str, reading: Reading) -> dict[str, Any]:
    """Return what differed, and the best setting held against each other one, as on the page."""
    names, seeds, mode = results.names.each, results.spec.seeds, likely_direction(metric)
    values = results.values(metric, reading)
    choice = choose(values, names, seeds, mode)
    shared = {
        "metric": metric,
        "reading": reading,
        "better": mode,
        "what_differed": what_differed(results),
        "different_pairs": pairs_among(values),
    }
    if choice is None:
        return shared | {"advice": None, "order": [], "waiting": len(names), "comparisons": []}
    return shared | {
        "advice": advice(choice, names, metric),
        "order": choice.order,
        "waiting": choice.waiting,
        "picked_ahead": choice.ahead,
        "comparisons": [
            {
                "setting": held.setting,
                "against": held.against,
                "same": held.same,
                **interval_of(held),
                "told": held_told(held, names, mode),
            }
            for held in choice.held
        ],
    }


def _run(results: SweepResults, setting: int, seed: int, history: History) -> dict[str, Any]:
    axes = [results.spec.axis_name(axis) for axis in results.spec.axes]
    return {
        "id": history.run.id,
        "setting": setting,
        "values": dict(zip(axes, results.spec.values_of(setting), strict=True)),
        "seed": seed,
        "status": history.run.status,
        "epochs": [epoch_row(each) for each in history.epochs],
        "events": [event_row(each) for each in history.events],
    }
