"""What happened, in words, for the labels of the live figure."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.plateaus.wording import format_metric, format_rate
from core.store.records import Event, EventKind

Detail = Mapping[str, Any]


def event_line(event: Event) -> str:
    """Return one line on an event; plain text, not escaped."""
    return _LINES[event.kind](event.detail)


def events_csv(events: Sequence[Event]) -> str:
    """Return events as CSV with a header: epoch from 1, kind, what happened, and its numbers."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", "kind", "what happened", "detail"])
    for event in events:
        shown = "" if event.epoch is None else event.epoch + 1
        writer.writerow([shown, event.kind, event_line(event), json.dumps(dict(event.detail))])
    return text.getvalue()


def change_of_rate(before: float, after: float) -> str:
    """Return how the learning rate changed: "learning rate 0.001 → 0.0003"."""
    return f"learning rate {format_rate(before)} → {format_rate(after)}"


def _changed_rate(detail: Detail) -> str:
    by = str(detail.get("by", "A callback"))
    return f"{_HANDS.get(by, by)}: {change_of_rate(detail['from'], detail['to'])}"


_HANDS = {"hand": "Set by hand", "fork": "Set by the fork"}


def _stopped_early(detail: Detail) -> str:
    return f"EarlyStopping wait {detail['wait']} of {detail['patience']} → the training stops"


def _restored(detail: Detail) -> str:
    return f"The weights of epoch {detail['from_epoch'] + 1} were restored."


def _saved(detail: Detail) -> str:
    value = detail.get("value")
    by = "" if value is None else f" at {detail['monitor']} {format_metric(value)}"
    return f"Saved {detail['file']}{by}."


def _not_a_number(detail: Detail) -> str:
    batch = detail.get("batch")
    # Counted from 0 in the store, shown from 1, as epochs are.
    where = "" if batch is None else f" in batch {batch + 1}"
    return f"{detail['metric']} is not a number{where}."


def _finished(_: Detail) -> str:
    return "The run finished."


def _stopped(_: Detail) -> str:
    return "Stopped by hand."


def _resumed(detail: Detail) -> str:
    if detail.get("died"):
        return "The worker died here; another one went on from this epoch's state."
    return "Resumed from this epoch's state."


def _paused(_: Detail) -> str:
    return "Paused by hand."


def _continued(_: Detail) -> str:
    return "Continued by hand."


def _forked(detail: Detail) -> str:
    pairs: Mapping[str, Any] = detail.get("changed", {})
    changed = [_change(name, *pair) for name, pair in pairs.items() if None not in pair]
    return f"Forked here: {', '.join(changed)}." if changed else "Forked here, nothing changed."


def _change(name: str, before: Any, after: Any) -> str:
    """Return how a setting changed; those of callbacks that came or went are not among them."""
    if name == "callbacks":
        return f"callbacks {', '.join(after) or 'none'}"
    return f"{name} {before} → {after}"


def _failed(detail: Detail) -> str:
    error = str(detail.get("error") or "").strip()
    status = str(detail.get("status") or "failed").capitalize()
    return f"{status}: {error}" if error else f"{status}."


_LINES: dict[EventKind, Callable[[Detail], str]] = {
    EventKind.LEARNING_RATE_REDUCED: _changed_rate,
    EventKind.LEARNING_RATE_SET: _changed_rate,
    EventKind.EARLY_STOP: _stopped_early,
    EventKind.WEIGHTS_RESTORED: _restored,
    EventKind.CHECKPOINT_SAVED: _saved,
    EventKind.NAN: _not_a_number,
    EventKind.FINISHED: _finished,
    EventKind.STOPPED: _stopped,
    EventKind.FAILED: _failed,
    EventKind.RESUMED: _resumed,
    EventKind.PAUSED: _paused,
    EventKind.CONTINUED: _continued,
    EventKind.FORKED: _forked,
}
