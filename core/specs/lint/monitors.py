"""Rules on what is monitored, and which way is better."""

import difflib
from collections.abc import Iterator

from core.specs.callbacks import (
    METRICS,
    EarlyStopping,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
)
from core.specs.lint.findings import Case, Finding, keras_source

Monitoring = ReduceLROnPlateau | EarlyStopping | ModelCheckpoint

_SOURCES = {
    "ReduceLROnPlateau": keras_source("reduce_lr_on_plateau.py"),
    "EarlyStopping": keras_source("early_stopping.py"),
    "ModelCheckpoint": keras_source("model_checkpoint.py"),
}
_WITHOUT_METRIC = {
    "ReduceLROnPlateau": "the learning rate is never reduced",
    "EarlyStopping": "the training is never stopped",
    "ModelCheckpoint": "the model is saved after every epoch, better or not",
}
_BY_HEART = {
    "ReduceLROnPlateau": "the rate drops too late, or never",
    "EarlyStopping": "the training goes on long after the model has stopped getting better",
    "ModelCheckpoint": "the model that is kept is the one that knows them best by heart",
}
_WRONG_WAY = {
    "ReduceLROnPlateau": "the rate drops while the model is getting better",
    "EarlyStopping": "the training ends while the model is getting better",
    "ModelCheckpoint": "the worst model is kept",
}


def direction_unknown(case: Case) -> Iterator[Finding]:
    """Find a name under `mode="auto"` that tells no direction."""
    for callback in _monitoring(case):
        if callback.mode != "auto" or callback.monitor in METRICS:
            continue
        # ModelCheckpoint asks for the direction even where it saves every time.
        logged = callback.monitor in _logged(case, callback)
        known = "is logged" if logged else "is not logged by this run"
        yield Finding(
            rule="direction_unknown",
            severity="error",
            key=f"{callback.kind}.{'mode' if logged else 'monitor'}",
            sentence=f"`{callback.monitor}` {known}, and mode='auto' cannot tell whether lower or "
            "higher is better: Keras ends the training with a ValueError after the first epoch.",
            evidence=keras_source("monitor_callback.py"),
            remedy="Say mode='min' or mode='max'."
            if logged
            else f"Monitor `{_nearest(callback.monitor)}`.",
            fix={f"{callback.kind}.mode": "min"} if logged else _other_monitor(callback),
        )


def monitor_missing(case: Case) -> Iterator[Finding]:
    """Find a metric that the run never logs."""
    for callback in _judging(case):
        if callback.mode != "auto" and callback.monitor not in _logged(case, callback):
            yield Finding(
                rule="monitor_missing",
                severity="warning",
                key=f"{callback.kind}.monitor",
                sentence=f"`{callback.monitor}` is not logged by this run: Keras warns in the "
                f"console, once, and {_WITHOUT_METRIC[callback.kind]}.",
                evidence=_SOURCES[callback.kind],
                remedy=f"Monitor `{_nearest(callback.monitor)}`.",
                fix=_other_monitor(callback),
            )


def mode_against_metric(case: Case) -> Iterator[Finding]:
    """Find an accuracy to be lowered, or a loss to be raised."""
    for callback in _judging(case):
        better = "min" if callback.monitor.endswith("loss") else "max"
        if callback.monitor in METRICS and callback.mode not in ("auto", better):
            yield Finding(
                rule="mode_against_metric",
                severity="warning",
                key=f"{callback.kind}.mode",
                sentence=f"mode='{callback.mode}' takes a worse `{callback.monitor}` for a better "
                f"one: {_WRONG_WAY[callback.kind]}.",
                evidence=keras_source("monitor_callback.py"),
                remedy=f"Say mode='{better}', or leave it to 'auto'.",
                fix={f"{callback.kind}.mode": better},
            )


def training_metric(case: Case) -> Iterator[Finding]:
    """Find a callback that watches the training scans."""
    for callback in _judging(case):
        if callback.monitor in ("loss", "accuracy"):
            yield Finding(
                rule="training_metric",
                severity="warning",
                key=f"{callback.kind}.monitor",
                sentence=f"`{callback.monitor}` goes on improving while the model learns the "
                f"training scans by heart: {_BY_HEART[callback.kind]}.",
                evidence=_SOURCES[callback.kind],
                remedy=f"Monitor `val_{callback.monitor}`, on scans the model has not seen.",
                fix={f"{callback.kind}.monitor": f"val_{callback.monitor}"},
            )


def _monitoring(case: Case) -> list[Monitoring]:
    return [callback for callback in case.spec.callbacks if isinstance(callback, Monitoring)]


def _judging(case: Case) -> list[Monitoring]:
    """Return the callbacks that read their metric: ModelCheckpoint only to save the best."""
    return [
        callback
        for callback in _monitoring(case)
        if not isinstance(callback, ModelCheckpoint) or callback.save_best_only
    ]


def _logged(case: Case, callback: Monitoring) -> tuple[str, ...]:
    """Return the names in `logs` when Keras hands them to a callback."""
    before = case.spec.callbacks[: case.order.index(callback.kind) + 1]
    writes = any(isinstance(c, ReduceLROnPlateau | LearningRateScheduler) for c in before)
    return (*METRICS, "learning_rate") if writes else METRICS


def _nearest(name: str) -> str:
    return next(iter(difflib.get_close_matches(name, METRICS, 1, 0.5)), "val_loss")


def _other_monitor(callback: Monitoring) -> dict[str, str]:
    return {
        f"{callback.kind}.monitor": _nearest(callback.monitor),
        f"{callback.kind}.mode": "auto",
    }
