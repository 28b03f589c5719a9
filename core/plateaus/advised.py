"""An advice as callbacks, ready to be copied or trained with."""

from typing import TypeVar

from core.plateaus.directions import Direction, direction_of
from core.plateaus.evidence import Evidence
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.specs.run import RunSpec

Advised = ReduceLROnPlateau | EarlyStopping

_Kind = TypeVar("_Kind", ReduceLROnPlateau, EarlyStopping)


def advised_callbacks(evidence: Evidence, metric: str, base: RunSpec) -> tuple[Advised, ...]:
    """Return what an advice recommends.

    Args:
        evidence: What the advice rests on; its `monitor` may be written for a page.
        metric: The metric's own name.
        base: A run. Where it has such a callback on this metric, all that the advice does not
            speak of is as there; else it is Keras's default.

    Returns:
        ReduceLROnPlateau, then EarlyStopping, as far as they are recommended.
    """
    reduction, stopping = evidence.reduction, evidence.stopping
    if reduction is None:
        return ()
    watch = {"monitor": metric, "mode": _mode(metric, evidence.mode)}
    settings = {"patience": reduction.patience, "min_delta": reduction.min_delta}
    reducing = own_callback(ReduceLROnPlateau, metric, base).model_copy(update=watch | settings)
    if stopping is None:
        return (reducing,)
    settings = {"patience": stopping.patience, "min_delta": stopping.min_delta}
    settings |= {"restore_best_weights": True}
    return reducing, own_callback(EarlyStopping, metric, base).model_copy(update=watch | settings)


def own_callback(kind: type[_Kind], metric: str, base: RunSpec) -> _Kind:
    """Return a run's callback on a metric; Keras's defaults where it has none."""
    for callback in base.callbacks:
        if isinstance(callback, kind) and callback.monitor == metric:
            return callback
    return kind()


def _mode(metric: str, mode: Direction) -> str:
    """Return "auto" where Keras takes the metric that way by itself."""
    try:
        return "auto" if direction_of(metric) == mode else mode
    except ValueError:
        return mode
