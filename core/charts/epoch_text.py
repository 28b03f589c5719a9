"""What is said of an epoch when a person points at it: verdicts, events, numbers."""

import html
import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.charts.event_text import change_of_rate, event_line
from core.charts.history import History, state_of
from core.plateaus.comparisons import Margin
from core.plateaus.digits import compared
from core.plateaus.directions import direction_of, likely_direction
from core.plateaus.wording import format_metric, format_rate
from core.specs.callbacks import METRICS, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from core.store.records import Epoch, Event, EventKind

State = Mapping[str, Any]

# A line of this many characters fits a telephone held upright.
_LINE = 56
_LONGEST_TEXT = 160

_TOLD_BY_A_VERDICT = {
    EventKind.LEARNING_RATE_REDUCED: "ReduceLROnPlateau",
    EventKind.EARLY_STOP: "EarlyStopping",
}


def epoch_texts(history: History) -> dict[int, str]:
    """Return what is said of each epoch, by its number from 1, as plotly's HTML.

    An epoch without a row, such as one that failed midway, has its events told.
    """
    lines = {
        epoch.epoch + 1: _verdicts(history, index) for index, epoch in enumerate(history.epochs)
    }
    for event in history.events:
        told = lines.setdefault(history.shown_epoch(event), [])
        line = event_line(event)
        if line not in told and not _has_verdict(history, event):
            told.append(line)
    heads = {number: f"Epoch {number}" for number in lines}
    for epoch in history.epochs:
        heads[epoch.epoch + 1] += f" at learning rate {format_rate(epoch.learning_rate)}"
        lines[epoch.epoch + 1].append(_other_values(epoch, history.judged.metric))
    return {number: hover_label(heads[number], lines[number]) for number in sorted(lines)}


def with_verdicts(history: History) -> History:
    """Return the history with each epoch's verdicts in place of the counters they come from."""
    verdicts = {
        epoch.epoch + 1: "<br>".join(map(_escaped, _verdicts(history, index)))
        for index, epoch in enumerate(history.epochs)
        if epoch.callbacks
    }
    epochs = [replace(epoch, callbacks=()) for epoch in history.epochs]
    return replace(history, epochs=epochs, verdicts=verdicts)


def _verdicts(history: History, index: int) -> list[str]:
    """Return what the callbacks make of an epoch."""
    epoch = history.epochs[index]
    reducing, stopping = state_of(epoch, "ReduceLROnPlateau"), state_of(epoch, "EarlyStopping")
    lines: list[str] = []
    if reducing is not None:
        lines += [f"{_comparison(history, index, reducing)};", _reducing_line(epoch, reducing)]
    if stopping is not None:
        if reducing is None or reducing["monitor"] != stopping["monitor"]:
            lines.append(f"{_comparison(history, index, stopping)};")
        lines.append(_stopping_line(stopping))
    saving, saved = _saving_the_best(history), state_of(epoch, "ModelCheckpoint")
    if saving is not None and saved is not None:
        lines.append(_saving_line(history, index, {"monitor": saving.monitor, **saved}))
    return lines or [_value(epoch, history.judged.metric)]


def _reducing_line(epoch: Epoch, state: State) -> str:
    # A patience of 0 acts as 1.
    waiting = f"wait {state['wait']} of {max(state['patience'], 1)}"
    if state["fired"]:
        change = change_of_rate(epoch.learning_rate, epoch.learning_rate_after)
        return f"{waiting} → {change}"
    if state["cooldown_counter"]:
        left = f"{state['cooldown_counter']} of {state['cooldown']}"
        return f"cooling down, {left} epochs left, no wait counted"
    if state["wait"] and state["wait"] >= state["patience"]:
        return f"{waiting}, but min_lr keeps the rate at {format_rate(epoch.learning_rate)}"
    return waiting


def _stopping_line(state: State) -> str:
    line = f"EarlyStopping wait {state['wait']} of {max(state['patience'], 1)}"
    return f"{line} → the training stops" if state["fired"] else line


def _saving_line(history: History, index: int, state: State) -> str:
    metric = str(state["monitor"])
    if metric not in history.epochs[index].logs:
        # Keras saves then. Source: `ModelCheckpoint._should_save_model`, Keras 3.15.
        return f"saved: {metric} was not logged"
    before = _best_before(history, index, "ModelCheckpoint")
    beaten = state.get("best") != before and not (before is not None and math.isnan(before))
    return f"{'saved' if beaten else 'not saved'}: {_comparison(history, index, state)}"


def _saving_the_best(history: History) -> ModelCheckpoint | None:
    """Return the callback that saves the best model after an epoch, if the run has one."""
    return next(
        (
            callback
            for callback in history.run.spec.callbacks
            if isinstance(callback, ModelCheckpoint)
            and callback.save_best_only
            and callback.save_freq == "epoch"
        ),
        None,
    )


def _comparison(history: History, index: int, state: State) -> str:
    """Return how the monitored metric compares with the best before this epoch.

    The verdict is Keras's own: its best has changed or it has not. The numbers get the
    digits that it takes to read them so.
    """
    epoch, kind, metric = history.epochs[index], str(state["kind"]), str(state["monitor"])
    value, best, before = (
        _value(epoch, metric),
        state.get("best"),
        _best_before(history, index, kind),
    )
    if before is None:
        return f"{value} is no best yet" if best is None else f"{value} is the first best"
    if math.isnan(before):
        return f"{value} cannot beat a best of NaN"
    if not math.isfinite(epoch.logs.get(metric, math.nan)):
        return f"{value}, which is no improvement"
    margin, beaten = _margin(history, state), best != before
    shown, shown_before, agrees = compared(
        epoch.logs[metric],
        before,
        beaten=beaten,
        margin=margin.size,
        relative=False,
        mode=margin.mode,
    )
    verb = "beat" if beaten else "did not beat"
    rounded = "" if agrees else " (as float32)"
    by = margin.told(shown, shown_before, beaten=beaten)
    return f"{metric} {shown} {verb} {shown_before}{by}{rounded}"


def _best_before(history: History, index: int, kind: str) -> float | None:
    """Return a callback's best after the previous epoch; None before its first without a threshold.

    A fork's callback that watches another metric than its parent's, or that Keras brought back,
    begins anew.
    """
    anew = history.run.keras_restore and index == history.shared
    previous = state_of(history.epochs[index - 1], kind) if index and not anew else None
    now = state_of(history.epochs[index], kind) or {}
    if previous is None or previous.get("monitor") != now.get("monitor"):
        saving = _saving_the_best(history) if kind == "ModelCheckpoint" else None
        return None if saving is None else saving.initial_value_threshold
    return previous.get("best")


def _margin(history: History, state: State) -> Margin:
    """Return by how much a best must be beaten, of a callback of the run or of its parent."""
    kind, metric = str(state["kind"]), str(state["monitor"])
    callback = next(
        (
            callback
            for callback in history.run.spec.callbacks
            if isinstance(callback, ReduceLROnPlateau | EarlyStopping | ModelCheckpoint)
            and (callback.kind, callback.monitor) == (kind, metric)
        ),
        None,
    )
    if callback is None:
        return Margin(abs(state.get("min_delta", 0.0)), False, likely_direction(metric))
    # Keras gives it a sign; a parent's may have been another.
    size = abs(state.get("min_delta", getattr(callback, "min_delta", 0.0)))
    return Margin(size, False, direction_of(callback.monitor, callback.mode))


def _value(epoch: Epoch, metric: str) -> str:
    if metric not in epoch.logs:
        return f"{metric} was not logged"
    return f"{metric} {format_metric(epoch.logs[metric])}"


def _has_verdict(history: History, event: Event) -> bool:
    """Tell whether the verdict of the event's epoch has already said what happened."""
    kind = _TOLD_BY_A_VERDICT.get(event.kind)
    if kind is None or event.detail.get("by", kind) != kind:
        return False
    states = (state_of(epoch, kind) for epoch in history.epochs if epoch.epoch == event.epoch)
    return any(state is not None and state["fired"] for state in states)


def _other_values(epoch: Epoch, judged: str) -> str:
    others = (metric for metric in METRICS if metric in epoch.logs and metric != judged)
    return " · ".join(_value(epoch, metric) for metric in others)


def hover_label(head: str, lines: Sequence[str]) -> str:
    """Return a label with a bold head and lines that fit a narrow screen, as plotly's HTML."""
    return "<br>".join([f"<b>{head}:</b>", *(_escaped(line) for line in lines)])


def _escaped(line: str) -> str:
    """Escape a line for plotly's HTML and break it to fit a narrow screen."""
    line = " ".join(line.split())
    parts = [line]
    if len(line) > _LINE:
        parts = textwrap.wrap(textwrap.shorten(line, _LONGEST_TEXT, placeholder="…"), _LINE)
    # Quotes are plain in text, and plotly would show `&quot;` as it stands.
    return "<br>".join(html.escape(part, quote=False) for part in parts)
