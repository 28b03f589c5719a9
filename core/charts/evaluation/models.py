"""The models that are evaluated side by side, and what their scores say."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from core.charts.compare.lines import lines_of
from core.charts.compare.seeds import Spread
from core.charts.evaluation.accuracies import Row
from core.charts.history import History
from core.charts.live import evidence
from core.data.evaluated import Evaluated, Weights
from core.data.leakage import SWITCH, Switch
from core.evaluation import calibration, scores
from core.evaluation.intervals import Interval, mean_interval, share_interval
from core.evaluation.predictions import Predictions
from core.store.records import Run

_FEWEST = 2


@dataclass(frozen=True, eq=False)
class Model:
    """A run's weights with their answers.

    Attributes:
        run: The run.
        weights: Which of its weights.
        evaluated: The answers.
    """

    run: Run
    weights: Weights
    evaluated: Evaluated

    @property
    def key(self) -> str:
        """Tells models apart on a page."""
        return f"{self.run.id}-{self.weights}"

    @property
    def name(self) -> str:
        """What it is called: run, seed and weights."""
        return f"{self.run.name} · seed {self.run.spec.training.seed} · {self.weights} weights"

    @property
    def rests_on(self) -> str:
        """Level of evidence, scans and seeds; plain text."""
        return evidence(self.run.spec.scans)

    @cached_property
    def answers(self) -> Predictions:
        """The answers on all validation scans."""
        found = self.evaluated
        return Predictions(found.labels, found.logits, found.groups, found.classes)

    @cached_property
    def shares(self) -> dict[Switch, Interval]:
        """The accuracy by position of the leakage switch; without those that leave no scans.

        Where no scan has a twin, those without are all, and not named again.
        """
        twins = self.evaluated.twin
        positions: list[Switch] = [at for at in SWITCH if at == "all" or twins.any()]
        return {at: self.share(at) for at in positions if self.chosen(at).any()}

    @property
    def honest(self) -> Interval:
        """The accuracy on scans without a twin in training; of no scans where each has one."""
        return self.share("twin-free")

    def chosen(self, position: Switch) -> NDArray[np.bool_]:
        """Return which scans a position of the switch leaves, shape (scans,)."""
        return self.evaluated.leakage.chosen(position)

    def row(self) -> Row:
        """Return its row in the figure of accuracies."""
        return Row(self.name, self.shares)

    def share(self, position: Switch) -> Interval:
        """Return the accuracy at a position of the switch; reckoned once."""
        if position not in self._shares:
            some = self.answers.of(self.chosen(position))
            self._shares[position] = share_interval(some.right, some.groups)
        return self._shares[position]

    def against(self, other: "Model", position: Switch) -> Interval | None:
        """Return `paired_difference` to another model; reckoned once while that is there."""
        known = self._held.setdefault(other, {})
        if position not in known:
            known[position] = _difference(self, other, position)
        return known[position]

    @cached_property
    def _shares(self) -> dict[Switch, Interval]:
        return {}

    @cached_property
    def _held(self) -> WeakKeyDictionary["Model", dict[Switch, Interval | None]]:
        return WeakKeyDictionary()


def table_row(model: Model, position: Switch, first: Model) -> dict[str, object]:
    """Return a model's scores as a row of the table; numbers in percent but for the loss.

    Args:
        model: The model.
        position: Of the leakage switch.
        first: The model that the others are held against.
    """
    some = model.answers.of(model.chosen(position))
    share = model.share(position)
    difference = None if model is first else paired_difference(model, first, position)
    return {
        "run": model.run.name,
        "seed": model.run.spec.training.seed,
        "weights": model.weights,
        "scans": share.scans,
        "accuracy": 100 * share.value,
        "95 % interval": _ends(share),
        "against the first": "" if difference is None else points(difference),
        "mean F1": 100 * scores.macro_f1(scores.class_scores(some)) if share.scans else math.nan,
        "loss": scores.log_loss(some),
        "ECE": 100 * calibration.expected_error(some),
    }


def paired_difference(one: Model, other: Model, position: Switch = "all") -> Interval | None:
    """Return by how much one model is right more often than another, on the same scans.

    Returns:
        The difference of shares with its interval; None if the scans are not the same.
    """
    return one.against(other, position)


def _difference(one: Model, other: Model, position: Switch) -> Interval | None:
    ours, theirs = one.evaluated, other.evaluated
    if ours.names != theirs.names or not np.array_equal(ours.labels, theirs.labels):
        return None
    chosen = one.chosen(position)
    both = one.answers.right.astype(np.float64) - other.answers.right
    return mean_interval(both[chosen], ours.groups[chosen]) if chosen.any() else None


def points(difference: Interval) -> str:
    """Return a difference of shares in points: "+1.5 (-0.3 to +3.2)"."""
    value, low, high = (100 * end for end in (difference.value, difference.low, difference.high))
    if math.isnan(low):
        return f"{value:+.1f}"
    return f"{value:+.1f} ({low:+.1f} to {high:+.1f})"


def counts(models: Sequence[Model]) -> dict[Switch, int]:
    """Return how many scans each position of the switch leaves of the first model it fits."""
    found: dict[Switch, int] = {}
    for model in models:
        for position, share in model.shares.items():
            found.setdefault(position, share.scans)
    return found


def chance(models: Sequence[Model]) -> float:
    """Return the accuracy of always naming the class that is most frequent in the first's scans."""
    labels = models[0].evaluated.labels
    return float(np.bincount(labels).max() / len(labels)) if len(labels) else 0.0


def rests_on(models: Sequence[Model]) -> str:
    """Return what a figure of several models rests on."""
    sets = {model.run.spec.scans.model_dump_json() for model in models}
    seeds = len({model.run.spec.training.seed for model in models})
    told = "1 seed" if seeds == 1 else f"{seeds} seeds"
    if len(sets) == 1:
        return evidence(models[0].run.spec.scans, seeds=told)
    return f"trained · {len(sets)} sets of scans · {told}"


def spreads(models: Sequence[Model], weights: Weights, position: Switch) -> list[Spread]:
    """Return the accuracies of settings that were trained with several seeds, by seed.

    Args:
        models: All models.
        weights: Which of them to take.
        position: Of the leakage switch.
    """
    found: list[Spread] = []
    these = {model.run.id: model for model in models if model.weights == weights}
    histories = [History(model.run, [], []) for model in these.values()]
    for line in lines_of(histories, by_seed=True):
        shares = {
            model.run.spec.training.seed: float(model.answers.right[chosen].mean())
            for model in (these[history.run.id] for history in line.histories)
            if (chosen := model.chosen(position)).any()
        }
        if len(shares) >= _FEWEST:
            found.append(Spread(f"{line.name} · {weights} weights", shares))
    return found


def _ends(share: Interval) -> str:
    return "" if math.isnan(share.low) else f"{100 * share.low:.1f} to {100 * share.high:.1f}"
