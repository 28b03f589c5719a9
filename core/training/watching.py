"""Writes down every call of a hook, from around the real callbacks."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import contextlib
import functools
import inspect
import io
import sys
import time
from collections.abc import Callable, Generator, Mapping
from types import CodeType, FrameType, FunctionType
from typing import Any

import keras
import numpy as np

from core.store.traces import Call, Listing
from core.training import listings
from core.training.callbacks import counters_of
from core.training.console import Console
from core.training.hand import rate_of

HOOKS = (
    *(f"on_{what}_{half}" for what in ("train", "test", "predict") for half in ("begin", "end")),
    *(f"on_epoch_{half}" for half in ("begin", "end")),
    *(
        f"on_{what}_batch_{half}"
        for what in ("train", "test", "predict")
        for half in ("begin", "end")
    ),
)
_BEGINS = {"fit": "on_train_begin", "evaluate": "on_test_begin", "predict": "on_predict_begin"}
_COUNTED = ("wait", "best", "cooldown_counter")
_DIGITS = 6


class Watch:
    """Wraps the hooks of callbacks, and the functions that compute a batch.

    The callbacks stay what they are: each hook is replaced, on the object, by a
    function that calls it and writes down what was there before and after.

    Args:
        model: A compiled model that was not trained yet.
        directory: Of the run's files; left out of what is shown as printed.
    """

    def __init__(self, model: keras.Model, directory: str) -> None:
        self.lanes: list[str] = ["model"]
        self.calls: list[Call] = []
        self.sources: dict[str, Listing] = {}
        self.printed = io.StringIO()
        self._model: Any = model
        self._rate = 0.0  # As the last hook left it.
        self._directory = directory
        self._began_s = time.perf_counter()
        self._loops = {
            name: listings.loop(getattr(type(model), name), begins)
            for name, begins in _BEGINS.items()
        }
        self._codes = {
            inspect.unwrap(getattr(type(model), name)).__code__: name for name in _BEGINS
        }

    @property
    def loops(self) -> dict[str, Listing]:
        """The code of the loops."""
        return {name: loop.listing for name, loop in self._loops.items()}

    def callback(self, callback: keras.callbacks.Callback) -> keras.callbacks.Callback:
        """Watch a callback, in a lane of its kind, and return it."""
        kind = type(callback).__name__
        if kind not in self.lanes:
            self.lanes.append(kind)
        for hook in HOOKS:
            setattr(callback, hook, self._watched(callback, hook, self.lanes.index(kind)))
        return callback

    def batch_functions(self) -> None:
        """Watch the functions that compute a batch of training, validation and prediction."""
        for what in ("train", "test", "predict"):
            name = f"{what}_function"
            getattr(self._model, f"make_{name}")()
            setattr(self._model, name, self._computing(name, getattr(self._model, name)))

    def _computing(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def computed(*arguments: Any) -> Any:
            start_s = time.perf_counter()
            result = function(*arguments)
            seconds = time.perf_counter() - start_s
            # Not read here: on JAX the function holds all variables, and the model has none.
            self._add(0, name, start_s, seconds, rate=self._rate)
            return result

        return computed

    def _watched(
        self, callback: keras.callbacks.Callback, hook: str, lane: int
    ) -> Callable[..., None]:
        original = getattr(callback, hook)
        function = _own_code(callback, hook)
        source = self._source(callback, function)

        # What `wraps` copies tells Keras, as before, whether the hook is the base class's.
        @functools.wraps(original)
        def watched(*arguments: Any, logs: Any = None) -> None:
            position, logs = (arguments[:-1], arguments[-1]) if logs is None else (arguments, logs)
            before = self._state(callback, logs)
            self.printed.truncate(self.printed.seek(0))
            start_s = time.perf_counter()
            with _lines_of(function) as ran:
                original(*position, logs)
            seconds = time.perf_counter() - start_s
            self._add(
                lane,
                hook,
                start_s,
                seconds,
                argument=position[0] if position else None,
                source=source,
                ran=tuple(sorted(ran)),
                printed=self._shown(self.printed.getvalue()),
                **_changes(before, self._state(callback, logs)),
            )

        return watched

    def _source(self, callback: keras.callbacks.Callback, function: FunctionType | None) -> str:
        if function is None:
            return ""
        listing = listings.whole(function)
        key = f"{type(callback).__name__}:{listing.where}:{listing.numbers[0]}"
        self.sources[key] = listing
        return key

    def _add(self, lane: int, hook: str, start_s: float, seconds: float, **more: Any) -> None:
        loops = [(self._codes[f.f_code], f.f_lineno) for f in _callers() if f.f_code in self._codes]
        (loop, number), (top, _) = loops[0], loops[-1]
        if not self.calls:
            self._began_s = start_s
        self.calls.append(
            Call(
                lane=lane,
                hook=hook,
                at_s=round(start_s - self._began_s, 6),
                seconds=round(seconds, 6),
                top=top,
                loop=loop,
                line=self._loops[loop].line_of(number),
                **more,
            )
        )

    def _state(self, callback: keras.callbacks.Callback, logs: Any) -> dict[str, Any]:
        counted = counters_of(callback)
        # A callback's model has its variables in the midst of an epoch, on JAX too.
        # Source: `Callback.model`, Keras 3.15.
        model: Any = callback.model
        self._rate = _rounded(rate_of(model.optimizer))
        return {
            "logs": None if logs is None else {k: _plain(v) for k, v in logs.items()},
            "rate": self._rate,
            "stopped": bool(model.stop_training),
            "counters": {name: _plain(counted[name]) for name in _COUNTED if name in counted},
        }

    def _shown(self, printed: str) -> str:
        lines: list[str] = []
        console = Console(lines.append)
        console.write(printed.replace(self._directory, ""))
        console.finish()
        return "\n".join(lines)


def _own_code(callback: keras.callbacks.Callback, hook: str) -> FunctionType | None:
    """Return the function that runs for a hook, or None if the base class's does nothing.

    Source: `Callback.on_train_batch_begin` calls `on_batch_begin`, Keras 3.15.
    """
    base = keras.callbacks.Callback
    for name in (hook, hook.replace("_train_batch_", "_batch_")):
        function = inspect.unwrap(getattr(callback, name))
        function = getattr(function, "__func__", function)
        if function is not getattr(base, name):
            return function
    return None


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    names = {**before["counters"], **after["counters"]}
    counters = {name: (before["counters"].get(name), after["counters"].get(name)) for name in names}
    return {
        "logs": before["logs"],
        "logs_after": None if _same(before["logs"], after["logs"]) else after["logs"],
        "rate": before["rate"],
        "rate_after": None if before["rate"] == after["rate"] else after["rate"],
        "stopped": after["stopped"] and not before["stopped"],
        "counters": {name: pair for name, pair in counters.items() if not _same(*pair)},
    }


def _same(one: Any, other: Any) -> bool:
    # NaN is equal to itself here.
    return repr(one) == repr(other)


def _plain(value: Any) -> float | str:
    array = np.asarray(value)
    return _rounded(float(array)) if array.ndim == 0 else f"array of shape {array.shape}"


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _callers() -> Generator[FrameType]:
    frame = inspect.currentframe()  # `inspect.stack` would read the files of all frames.
    while frame is not None:
        yield frame
        frame = frame.f_back


@contextlib.contextmanager
def _lines_of(function: FunctionType | None) -> Generator[set[int]]:
    """Note the numbers of the lines of a function that run meanwhile."""
    ran: set[int] = set()
    code: CodeType | None = getattr(function, "__code__", None)

    def in_function(frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            ran.add(frame.f_lineno)
        return in_function

    def at_call(frame: FrameType, _event: str, _argument: Any) -> Any:
        return in_function if frame.f_code is code else None

    before = sys.gettrace()
    if code is not None:
        sys.settrace(at_call)
    try:
        yield ran
    finally:
        sys.settrace(before)
