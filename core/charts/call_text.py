"""Calls of hooks in words: what was called, where in the training, and what it did."""

from collections.abc import Sequence
from itertools import accumulate

from core.charts.event_text import change_of_rate
from core.plateaus.wording import format_metric, format_rate
from core.store.traces import Call, Logs, Trace

_RATE = "learning_rate"


def value_text(name: str, value: float | str | None) -> str:
    """Return a value of the logs or a counter as a person reads it."""
    if value is None:
        return "none"
    if isinstance(value, str):
        return value
    if name.startswith(_RATE):
        return format_rate(value)
    return format_metric(value) if name not in {"wait", "cooldown_counter"} else f"{value:.0f}"


def logs_text(logs: Logs | None) -> str:
    """Return `logs` as Python shows them, with rounded numbers."""
    inside = ", ".join(f"{name}: {value_text(name, value)}" for name, value in (logs or {}).items())
    return f"{{{inside}}}"


def signature(trace: Trace, call: Call) -> str:
    """Return a call as code: "EarlyStopping.on_epoch_end(0, logs)"."""
    if call.lane == 0:
        return f"model.{call.hook}(iterator)"
    given = "logs" if call.argument is None else f"{call.argument}, logs"
    return f"{trace.lanes[call.lane]}.{call.hook}({given})"


def effects(call: Call) -> list[str]:
    """Return what a call changed, a clause each; plain text."""
    rate = [] if call.rate_after is None else [change_of_rate(call.rate, call.rate_after)]
    after = call.logs_after or {}
    return [
        *(f"puts {name} {value_text(name, after[name])} into the logs" for name in call.added),
        *(
            f"{name} {value_text(name, before)} → {value_text(name, now)}"
            for name, (before, now) in call.counters.items()
        ),
        *rate,
        *(["sets model.stop_training"] if call.stopped else []),
    ]


def duration_text(seconds: float) -> str:
    """Return a time span in the unit that suits it: "12 µs", "3.4 ms", "1.2 s"."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.0f} µs"


def sections(trace: Trace) -> Sequence[str]:
    """Return the part of the training that each call belongs to, such as "epoch 1".

    What comes before the first epoch is "begin", what comes after the last one "end"; then
    follow "evaluate" and "predict".
    """
    return list(accumulate(trace.calls, _section, initial=""))[1:]


def _section(before: str, call: Call) -> str:
    if call.top != "fit":
        return call.top
    if call.hook == "on_train_begin":
        return "begin"
    if call.hook == "on_train_end":
        return "end"
    if call.hook == "on_epoch_begin":
        return f"epoch {(call.argument or 0) + 1}"
    return before
