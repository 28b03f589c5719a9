"""What a trace shows, in sentences that hold for this trace."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from core.charts.call_text import value_text
from core.plateaus.wording import format_rate
from core.store.traces import Call, Trace

_RATE = "learning_rate"


@dataclass(frozen=True)
class Lesson:
    """One thing to learn from a trace.

    Attributes:
        text: A sentence or two, as Markdown.
        call: The call that shows it, an index of `Trace.calls`; None if no single one does.
    """

    text: str
    call: int | None = None


def lessons(trace: Trace) -> list[Lesson]:
    """Return what this trace shows, in the order of the training."""
    return [lesson for find in _FOUND for lesson in find(trace)]


def _counts(trace: Trace) -> Iterator[Lesson]:
    hooks = [call for call in trace.calls if call.lane]
    working = sum(call.does_something for call in hooks)
    yield Lesson(
        f"**Every hook goes to every callback, in the order of the list.** Of {len(hooks)} calls, "
        f"{working} met code of the callback's own; the others ran into Keras's empty base class. "
        "`History` and the progress bar come last: Keras adds them itself."
    )


def _validation(trace: Trace) -> Iterator[Lesson]:
    index = _first(trace, lambda call: call.top == "fit" and call.loop == "evaluate")
    if index is not None:
        yield Lesson(
            "**The validation is a call of `evaluate` within `fit`.** Its test hooks run before "
            "`on_epoch_end`: that is why the logs of `on_epoch_end` hold `val_` metrics, and "
            "those of a batch do not.",
            index,
        )


def _rate_in_logs(trace: Trace) -> Iterator[Lesson]:
    index = _first(trace, lambda call: _RATE in call.added)
    if index is None:
        yield Lesson(
            "**`learning_rate` is in no logs here.** It is not a metric: only "
            "`ReduceLROnPlateau` and `LearningRateScheduler` put it there. Choose one of them."
        )
        return
    call = trace.calls[index]
    same = [c for c in trace.calls if (c.hook, c.argument) == (call.hook, call.argument)]
    without = [trace.lanes[c.lane] for c in same if c.lane < call.lane]
    seeing = [trace.lanes[c.lane] for c in same if c.lane > call.lane]
    text = (
        f"**`learning_rate` enters the logs here.** It is not a metric of the model: "
        f"`{trace.lanes[call.lane]}` puts it in, in its `on_epoch_end`. "
        f"{_names(seeing)} {'stands' if len(seeing) == 1 else 'stand'} after it in the list "
        f"and {'sees' if len(seeing) == 1 else 'see'} it"
    )
    if without:
        text += f"; {_names(without)} came before and did not"
    if "CSVLogger" in without:
        text += ". So the file of `CSVLogger` has no such column: move it behind to get one"
    yield Lesson(f"{text}.", index)


def _copies(trace: Trace) -> Iterator[Lesson]:
    put = any(_RATE in call.added for call in trace.calls)
    index = _first(
        trace, lambda call: call.hook == "on_train_end" and _RATE not in (call.logs or {})
    )
    if put and index is not None:
        yield Lesson(
            "**What a callback adds to the logs lasts for one hook.** Keras hands the callbacks "
            "a copy of what `fit` holds: `on_train_end` gets the metrics of the last epoch, "
            "without `learning_rate`.",
            index,
        )


def _changed_rate(trace: Trace) -> Iterator[Lesson]:
    index = _first(trace, lambda call: call.rate_after is not None)
    if index is None:
        return
    call = trace.calls[index]
    text = (
        f"**`{trace.lanes[call.lane]}` changes the learning rate here**, "
        f"{format_rate(call.rate)} → {format_rate(call.rate_after or 0)}. "
    )
    after = call.logs_after or {}
    if call.hook == "on_epoch_end" and _RATE in after:
        text += (
            f"The logs of this epoch say {value_text(_RATE, after[_RATE])}, the rate it trained "
            "with; the new one counts from the next batch on."
        )
    else:
        text += "The epoch that begins trains with the new one."
    yield Lesson(text, index)


def _stopped(trace: Trace) -> Iterator[Lesson]:
    index = _first(trace, lambda call: call.stopped)
    if index is None:
        return
    call = trace.calls[index]
    behind = [trace.lanes[c.lane] for c in _rest_of_hook(trace, index)]
    yield Lesson(
        f"**`{trace.lanes[call.lane]}` stops the training here**, in epoch "
        f"{(call.argument or 0) + 1} of {trace.spec.epochs}. It only sets `model.stop_training`: "
        f"{_names(behind)} still {'gets its' if len(behind) == 1 else 'get their'} "
        f"`{call.hook}`, then `fit` looks at it and leaves its loop.",
        index,
    )


def _other_methods(trace: Trace) -> Iterator[Lesson]:
    index = _first(trace, lambda call: call.top == "evaluate")
    if index is not None:
        yield Lesson(
            "**`evaluate` and `predict` call hooks of their own**, `on_test_…` and "
            "`on_predict_…`, on the callbacks that they are given; they know no epochs. The "
            "logs of a predicted batch are its outputs.",
            index,
        )


_FOUND: Sequence[Callable[[Trace], Iterator[Lesson]]] = (
    _counts,
    _validation,
    _rate_in_logs,
    _changed_rate,
    _stopped,
    _copies,
    _other_methods,
)


def _first(trace: Trace, holds: Callable[[Call], bool]) -> int | None:
    return next((index for index, call in enumerate(trace.calls) if holds(call)), None)


def _rest_of_hook(trace: Trace, index: int) -> list[Call]:
    hook = trace.calls[index].hook
    rest = trace.calls[index + 1 : index + len(trace.lanes)]
    return [call for call in rest if call.hook == hook and call.lane > trace.calls[index].lane]


def _names(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
