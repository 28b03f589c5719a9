"""A trainer small enough to move with a slider: a noisy quadratic, the callbacks in closed loop.

At a constant rate the loss stops falling at a floor that grows with the rate: the gradient's noise
throws the parameters as far as the curvature pulls them back. That floor is the plateau, and a
lower rate lowers it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.plateaus.arrays import BoolArray, Float32Array, FloatArray, IntArray
from core.plateaus.descent import OptimizerName, optimizer_of
from core.plateaus.early_stopping import EarlyStoppingRule, EarlyStoppingSettings
from core.plateaus.reduce_lr import RateArray, ReduceLROnPlateauRule, ReduceLROnPlateauSettings


@dataclass(frozen=True)
class Landscape:
    """The loss `0.5 * sum(curvature * theta**2)` and how noisily it is seen.

    Attributes:
        dimensions: Parameters; >= 1.
        smallest_curvature: They run evenly in the logarithm from it to 1; > 0.
        start_distance: Standard deviation of each parameter at the start.
        gradient_noise: Standard deviation added to each component of each gradient.
        measurement_noise: Standard deviation of the measured loss, as a share of it.
        steps_per_epoch: Updates before the loss is measured; >= 1.
    """

    dimensions: int = 8
    smallest_curvature: float = 0.063
    start_distance: float = 3.0
    gradient_noise: float = 1.0
    measurement_noise: float = 0.02
    steps_per_epoch: int = 20

    @property
    def curvature(self) -> FloatArray:
        """Second derivatives of the loss, shape (dimensions,)."""
        return np.geomspace(self.smallest_curvature, 1.0, self.dimensions)


@dataclass(frozen=True, eq=False)
class Simulation:
    """S settings, each trained from the same N starts through the same noise, for E epochs.

    Arrays have the shape (S, N, E) where not said otherwise.

    Attributes:
        val_loss: Measured at the end of the epoch, rounded to float32 as Keras logs it; NaN
            after training was stopped, infinite or NaN where it diverged.
        learning_rate: Used in the epoch, float32.
        reduced: Whether the rate was lowered at its end.
        wait: ReduceLROnPlateau's, after the epoch.
        ran: False after EarlyStopping stopped training.
        stopped_epoch: Shape (S, N); 0 where training was not stopped.
        kept_epoch: Whose weights the model has in the end, shape (S, N): the best epoch where
            EarlyStopping restores them, else the last one that was run.
    """

    val_loss: FloatArray
    learning_rate: Float32Array
    reduced: BoolArray
    wait: IntArray
    ran: BoolArray
    stopped_epoch: IntArray
    kept_epoch: IntArray

    @property
    def final_loss(self) -> FloatArray:
        """The loss of the model that training leaves behind, shape (S, N)."""
        return np.take_along_axis(self.val_loss, self.kept_epoch[..., None], axis=-1)[..., 0]


def simulate(
    reduce_lr: ReduceLROnPlateauSettings,
    *,
    learning_rate: ArrayLike,
    early_stopping: EarlyStoppingSettings | None = None,
    optimizer: OptimizerName = "sgd",
    landscape: Landscape | None = None,
    seeds: int = 32,
    epochs: int = 100,
    first_seed: int = 0,
) -> Simulation:
    """Train every setting from every seed, monitoring `val_loss` with the exact rules.

    Seed n is the same start and noise for every setting, and however many seeds there are.

    Args:
        reduce_lr: S settings; a patience of `epochs` keeps the rate constant.
        learning_rate: At the start, one value or shape (S,).
        early_stopping: S settings, or None to run every epoch.
        optimizer: Which update rule.
        landscape: What is descended; None takes the default one.
        seeds: N >= 1.
        epochs: E >= 1.
        first_seed: The N seeds follow on from it; >= 0.

    Raises:
        ValueError: If there is no seed or no epoch, or the two callbacks' settings differ in
            number.
    """
    if seeds < 1 or epochs < 1:
        raise ValueError(
            f"A simulation takes at least one seed and one epoch, got {seeds} and {epochs}."
        )
    if early_stopping is not None and len(early_stopping) != len(reduce_lr):
        raise ValueError(
            f"`early_stopping` must hold as many settings as `reduce_lr`, {len(reduce_lr)}, got "
            f"{len(early_stopping)}. Repeat one setting to use it for all."
        )
    trainer = _Trainer(landscape or Landscape(), optimizer, len(reduce_lr), seeds, first_seed)
    rule = ReduceLROnPlateauRule(reduce_lr, seeds, learning_rate=learning_rate, mode="min")
    never = EarlyStoppingSettings.of(patience=[epochs + 1] * len(reduce_lr))
    stopping = EarlyStoppingRule(early_stopping or never, seeds, mode="min")
    return _closed_loop(trainer, rule, stopping, epochs)


def _closed_loop(
    trainer: "_Trainer", rule: ReduceLROnPlateauRule, stopping: EarlyStoppingRule, epochs: int
) -> Simulation:
    shape = (epochs, *rule.learning_rate.shape)
    losses, rates = np.empty(shape), np.empty(shape, dtype=np.float32)
    reduced, ran = np.empty(shape, dtype=np.bool_), np.empty(shape, dtype=np.bool_)
    wait = np.empty(shape, dtype=np.int64)
    for epoch in range(epochs):
        rates[epoch], ran[epoch] = rule.learning_rate, stopping.running
        loss = trainer.epoch(rule.learning_rate)
        losses[epoch] = np.where(ran[epoch], loss, np.nan)
        reduced[epoch] = rule.step(loss, stopping.running)
        wait[epoch] = rule.wait
        stopping.step(epoch, loss)
    last = ran.sum(axis=0) - 1
    return Simulation(
        val_loss=losses.T,
        learning_rate=rates.T,
        reduced=reduced.T,
        wait=wait.T,
        ran=ran.T,
        stopped_epoch=stopping.stopped_epoch.T,
        kept_epoch=np.where(stopping.holds_weights, stopping.best_epoch, last).T,
    )


class _Trainer:
    """The parameters of S settings by N seeds, as rows of N * dimensions numbers.

    One long row a setting lets NumPy run through seeds and dimensions in one go.
    """

    def __init__(
        self,
        landscape: Landscape,
        optimizer: OptimizerName,
        settings: int,
        seeds: int,
        first_seed: int,
    ) -> None:
        self._landscape = landscape
        self._random = [np.random.default_rng(first_seed + seed) for seed in range(seeds)]
        self._curvature = np.tile(landscape.curvature, seeds)
        start = landscape.start_distance * self._draw(landscape.dimensions).ravel()
        self._theta = np.tile(start, (settings, 1))
        self._optimizer = optimizer_of(optimizer, self._theta.shape)

    @np.errstate(over="ignore", invalid="ignore")
    def epoch(self, learning_rate: RateArray) -> FloatArray:
        """Train for an epoch and measure the loss.

        Args:
            learning_rate: Shape (seeds, settings).

        Returns:
            The loss, shape (seeds, settings), float32 numbers; where a rate is too high the
            parameters run away and it is infinite, then NaN.
        """
        dimensions, steps = self._landscape.dimensions, self._landscape.steps_per_epoch
        rates = np.repeat(learning_rate.T.astype(np.float64), dimensions, axis=1)
        draws = self._draw(steps * dimensions + 1)
        noise = self._landscape.gradient_noise * draws[:, :-1]
        for step in noise.reshape(-1, steps, dimensions).swapaxes(0, 1):
            gradient = self._curvature * self._theta
            gradient += step.ravel()
            self._optimizer.move(self._theta, gradient, rates)
        return self._measured(1 + self._landscape.measurement_noise * draws[:, -1:])

    def _measured(self, error: FloatArray) -> FloatArray:
        parts = 0.5 * self._curvature * self._theta**2
        loss = parts.reshape(len(parts), -1, self._landscape.dimensions).sum(axis=-1).T
        return (loss * error).astype(np.float32).astype(np.float64)

    def _draw(self, numbers: int) -> FloatArray:
        """Standard normal numbers, shape (seeds, numbers), each seed from its own stream."""
        return np.array([random.standard_normal(numbers) for random in self._random])
