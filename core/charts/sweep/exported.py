"""A sweep as JSON, to take home."""

import json
import math
from dataclasses import asdict
from typing import Any

from core.charts.history import History
from core.charts.sweep.results import SweepResults
from core.store.records import Ledger


def sweep_json(results: SweepResults, ledger: Ledger) -> str:
    """Return a sweep with its settings, branches, ledger and every curve, as JSON.

    Epochs count from 0, as in Keras. What is no finite number stands as the text "NaN",
    "Infinity" or "-Infinity", which JSON lacks.
    """
    sweep = results.sweep
    whole = {
        "sweep": {"id": sweep.id, "name": sweep.name, "status": sweep.status},
        "spec": results.spec.model_dump(mode="json"),
        "ledger": asdict(ledger) | {"factor": ledger.factor},
        "branches": [
            {
                "id": branch.id,
                "seed": branch.seed,
                "parent_id": branch.parent_id,
                "settings": list(branch.settings),
                "first_epoch": branch.first_epoch,
                "last_epoch": branch.last_epoch,
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
    return json.dumps(_plain(whole), indent=1, allow_nan=False)


def _run(results: SweepResults, setting: int, seed: int, history: History) -> dict[str, Any]:
    axes = [results.spec.axis_name(axis) for axis in results.spec.axes]
    return {
        "id": history.run.id,
        "setting": setting,
        "values": dict(zip(axes, results.spec.values_of(setting), strict=True)),
        "seed": seed,
        "status": history.run.status,
        "epochs": [
            {"epoch": one.epoch, "learning_rate": one.learning_rate, "logs": dict(one.logs)}
            for one in history.epochs
        ],
        "events": [
            {"epoch": one.epoch, "kind": one.kind, "detail": dict(one.detail)}
            for one in history.events
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value
