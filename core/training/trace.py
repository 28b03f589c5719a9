"""A tiny real training whose every call is written down."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import contextlib
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import keras

from core import data
from core.settings import Settings
from core.specs.trace import TraceSpec, trace_from
from core.store import traces
from core.store.traces import Trace
from core.training.batches import ScanBatches
from core.training.callbacks import build_callbacks
from core.training.run import build_model
from core.training.watching import Watch

# Of the 16 validation scans: two batches.
_VALIDATION_BATCH = 8


def trace_fit(values: dict[str, Any]) -> str:
    """Trace a choice, keep the trace in the home, and return it as JSON.

    Args:
        values: A `TraceSpec`, as plain values.

    Raises:
        InvalidTrace: If the choice is refused.
    """
    spec, settings = trace_from(values), Settings()
    made = traces.read_trace(settings.traces_dir, spec) or trace(spec, settings)
    with contextlib.suppress(OSError):  # A full disk must not take the trace away.
        traces.keep_trace(settings.traces_dir, made)
    return made.to_json()


def _unheard(_phase: str, _share: float) -> None:
    """Take the progress of the scans: forty subjects are soon made."""


def trace(spec: TraceSpec, settings: Settings) -> Trace:
    """Train, evaluate and predict with watched callbacks."""
    run = spec.to_run()
    scans = data.load(
        run.scans,
        data_dir=settings.data_dir,
        cache_dir=settings.cache_dir,
        on_progress=_unheard,
    )
    with tempfile.TemporaryDirectory() as directory:
        model = build_model(run.training, scans, use_ema=run.use_ema)
        watch = Watch(model, f"{directory}{os.sep}")
        watch.batch_functions()
        chosen = [watch.callback(each) for each in build_callbacks(run, Path(directory))]
        training = ScanBatches(
            scans, validation=False, batch_size=run.training.batch_size, seed=run.training.seed
        )
        validation = ScanBatches(scans, validation=True, batch_size=_VALIDATION_BATCH)
        start_s = time.perf_counter()
        with contextlib.redirect_stdout(watch.printed):
            # Keras adds these two itself, at the end of the list: here they must be watched.
            # With them in the list it calls the ends of batches at once, not in a thread.
            added = [
                watch.callback(keras.callbacks.History()),
                watch.callback(keras.callbacks.ProgbarLogger()),
            ]
            model.fit(
                training,
                validation_data=validation,
                epochs=spec.epochs,
                callbacks=[*chosen, *added],
            )
            # Keras shows each of them with a bar of its own.
            for method in (model.evaluate, model.predict):
                bar = watch.callback(keras.callbacks.ProgbarLogger())
                method(validation, callbacks=[*chosen, bar])
    return Trace(
        spec=spec,
        keras=keras.version(),
        backend=keras.backend.backend(),
        seconds=round(time.perf_counter() - start_s, 3),
        lanes=tuple(watch.lanes),
        calls=tuple(watch.calls),
        sources={key: watch.sources[key] for key in sorted({c.source for c in watch.calls} - {""})},
        loops=watch.loops,
    )
