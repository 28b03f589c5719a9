"""What an earlier run tells about one that is about to start."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.plateaus.directions import direction_of
from core.plateaus.plateau import find_plateau
from core.specs.callbacks import METRICS
from core.specs.run import RunSpec
from core.store.connection import Store
from core.store.progress import read_epochs
from core.store.records import Epoch, Run
from core.store.runs import read_runs


@dataclass(frozen=True)
class KnownNoise:
    """How much metrics move by chance, seen in one run.

    Attributes:
        run: The run.
        noise: Standard deviation on its plateau by metric, in the metric's units; only metrics
            that end on a plateau.
    """

    run: Run
    noise: Mapping[str, float]


def known_noise(store: Store, spec: RunSpec, *, owner: str) -> KnownNoise | None:
    """Return the noise of the owner's newest ended run on the same scans with the same model.

    Args:
        store: The store.
        spec: The run that is about to start.
        owner: What `owner_of` made of the visitor's token.

    Returns:
        None if no such run ended on a plateau.
    """
    wanted = (spec.scans, spec.training.model)
    for run in read_runs(store, owner):
        if not run.is_active and (run.spec.scans, run.spec.training.model) == wanted:
            noise = plateau_noise(read_epochs(store, run.id))
            if noise:
                return KnownNoise(run, noise)
    return None


def plateau_noise(epochs: list[Epoch]) -> dict[str, float]:
    """Return the noise of each metric that ends on a plateau, as `find_plateau` sees it."""
    noise: dict[str, float] = {}
    for metric in METRICS:
        values = np.array([epoch.logs.get(metric, np.nan) for epoch in epochs])
        found = find_plateau(values, mode=direction_of(metric))
        if found.state == "plateau" and found.noise:
            noise[metric] = found.noise
    return noise
