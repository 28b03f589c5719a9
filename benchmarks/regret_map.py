"""How long does a map of 40 by 40 settings of EarlyStopping over 10 curves take?

Ours: epochs saved and best value missed for 40 patiences by 40 min_deltas, on ten curves of 200
epochs. The reference: Keras's own class driven over the curves in a loop; as that takes minutes,
it is timed on a part of the cells, drawn at random, and scaled to all of them. Both must stop in
the same epochs and keep the same ones.
"""

import statistics
import time

import numpy as np

from benchmarks.cores import cores
from benchmarks.keras_answers import ask_keras
from benchmarks.report import Measurement, tell
from core.plateaus.arrays import Curves, FloatArray, IntArray
from core.plateaus.regret import RegretMap, map_regret

_CURVES, _EPOCHS, _SIDE = 10, 200, 40
_BY_KERAS = 200
_ROUNDS = 21


def measure() -> Measurement:
    """Measure milliseconds a map."""
    draw = np.random.default_rng(0)
    decay = np.exp(-np.arange(_EPOCHS) / 30)
    curves = decay + 0.03 * draw.standard_normal((_CURVES, _EPOCHS))
    patience, min_delta = np.arange(1, 1 + _SIDE), np.linspace(0, 0.1, _SIDE)
    with cores(1):
        took = [_timed(curves, patience, min_delta)[0] for _ in range(_ROUNDS)]
        regret = _timed(curves, patience, min_delta)[1]
        reference = _keras_ms(curves, regret, draw)
    tell(f"Slowest of {_ROUNDS} maps: {max(took):.1f} ms.")
    return Measurement("regret_map", statistics.median(took), "ms", reference)


def _timed(
    curves: FloatArray, patience: IntArray, min_delta: FloatArray
) -> tuple[float, RegretMap]:
    began = time.perf_counter()
    regret = map_regret(Curves.of(curves), patience=patience, min_delta=min_delta, mode="min")
    return 1000 * (time.perf_counter() - began), regret


def _keras_ms(curves: FloatArray, regret: RegretMap, draw: np.random.Generator) -> float:
    """Drive Keras's class over some cells, hold ours against it, and scale its time to all."""
    shape = regret.epochs_saved.shape
    places = [tuple(map(int, draw.integers(shape))) for _ in range(_BY_KERAS)]
    parameters = [
        {"patience": int(regret.patience[row]), "min_delta": float(regret.min_delta[column])}
        for row, column, _ in places
    ]
    answer = ask_keras("EarlyStopping", parameters, [curves[place[2]].tolist() for place in places])
    ours = [
        [_EPOCHS - int(regret.epochs_saved[place]), int(regret.kept_epoch[place])]
        for place in places
    ]
    if ours != answer.outcomes:
        raise RuntimeError("The map must stop and keep as Keras does, and does not.")
    cells = int(np.prod(shape))
    tell(f"Keras: {answer.seconds:.2f} s for {_BY_KERAS} of {cells:,} cells, and the same epochs.")
    return 1000 * answer.seconds * cells / _BY_KERAS
