"""Traces of real trainings: the order of the calls, and what they change."""

import pytest

from core.settings import Settings
from core.specs.trace import TraceSpec
from core.store import traces

tracing = pytest.importorskip("core.training.trace")
pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(plateau_home=tmp_path_factory.mktemp("traces"))


@pytest.fixture(scope="module")
def trace(settings):
    """Trace choices, each of them once."""
    made = {}

    def trace(*callbacks, **numbers):
        spec = TraceSpec(callbacks=callbacks, **{"epochs": 2, "batches": 1} | numbers)
        if spec not in made:
            made[spec] = tracing.trace(spec, settings)
        return made[spec]

    return trace


def at_epoch_end(trace, epoch=0):
    """Return the calls of `on_epoch_end` by who was called, in their order."""
    calls = [c for c in trace.calls if (c.hook, c.argument) == ("on_epoch_end", epoch)]
    return {trace.lanes[call.lane]: call for call in calls}


def sequence(trace):
    """Return what must not change from one tracing of a choice to the next."""
    return [
        (
            trace.lanes[call.lane],
            call.hook,
            call.argument,
            (call.top, call.loop, call.line),
            sorted(call.logs or {}),
            call.added,
            (call.rate, call.rate_after, call.stopped),
            call.source,
        )
        for call in trace.calls
    ]


def test_the_recorded_trace_is_what_this_keras_does(settings):
    recorded, now = traces.recorded_trace(), tracing.trace(TraceSpec(), settings)
    assert recorded.keras == now.keras
    assert sequence(recorded) == sequence(now)
    assert recorded.sources == now.sources
    assert recorded.loops == now.loops


def test_callbacks_are_called_in_the_order_of_the_list_and_keras_adds_two(trace):
    for order in (("CSVLogger", "ReduceLROnPlateau"), ("ReduceLROnPlateau", "CSVLogger")):
        assert list(at_epoch_end(trace(*order))) == [*order, "History", "ProgbarLogger"]


def test_who_stands_before_reduce_lr_on_plateau_never_sees_the_rate(trace):
    before = at_epoch_end(trace("CSVLogger", "ReduceLROnPlateau"))
    after = at_epoch_end(trace("ReduceLROnPlateau", "CSVLogger"))
    assert "learning_rate" not in before["CSVLogger"].logs
    assert "learning_rate" in after["CSVLogger"].logs
    for calls in (before, after):
        assert calls["ReduceLROnPlateau"].added == ("learning_rate",)
        assert "learning_rate" in calls["History"].logs


def test_the_logs_say_the_rate_the_epoch_trained_with(trace):
    call = at_epoch_end(trace("ReduceLROnPlateau", reduce_patience=1), epoch=1)["ReduceLROnPlateau"]
    assert (call.rate, call.rate_after) == (0.001, 0.0005)
    assert call.logs_after["learning_rate"] == 0.001
    assert "reducing learning rate to" in call.printed


def test_a_scheduler_changes_the_rate_before_the_epoch(trace):
    calls = trace("LearningRateScheduler", epochs=3).calls
    changes = [call for call in calls if call.rate_after is not None]
    assert changes
    assert {call.hook for call in changes} == {"on_epoch_begin"}


def test_early_stopping_only_asks_for_the_end(trace):
    made = trace("EarlyStopping", stop_patience=1, epochs=4)
    (stop,) = [index for index, call in enumerate(made.calls) if call.stopped]
    assert made.calls[stop].argument == 1
    rest = [(made.lanes[c.lane], c.hook) for c in made.calls[stop + 1 :] if c.top == "fit"]
    assert rest[:2] == [("History", "on_epoch_end"), ("ProgbarLogger", "on_epoch_end")]
    assert {hook for _, hook in rest[2:]} == {"on_train_end"}


def test_the_lines_that_ran_belong_to_the_code_that_is_shown(trace):
    made = trace("ReduceLROnPlateau", reduce_patience=1)
    for call in made.calls:
        assert bool(call.source) == bool(call.ran)
        if call.source:
            assert set(call.ran) <= set(made.sources[call.source].numbers)
    calls = [at_epoch_end(made, epoch)["ReduceLROnPlateau"] for epoch in (0, 1)]
    listing = made.sources[calls[0].source]
    code = dict(zip(listing.numbers, listing.lines, strict=True))
    ran = [" ".join(code[number] for number in call.ran) for call in calls]
    assert "self._reduce_optimizer_lr" not in ran[0]
    assert "self._reduce_optimizer_lr" in ran[1]


def test_each_call_stands_at_the_line_that_names_its_hook(trace):
    made = trace("ReduceLROnPlateau", reduce_patience=1)
    for call in made.calls:
        assert f".{call.hook}(" in made.loops[call.loop].lines[call.line]


@pytest.mark.parametrize(
    "name",
    ["LambdaCallback", "TerminateOnNaN", "TensorBoard", "BackupAndRestore", "SwapEMAWeights"],
)
def test_every_other_callback_can_be_traced(trace, name):
    made = trace(name, epochs=1)
    assert any(made.lanes[call.lane] == name and call.does_something for call in made.calls)


def test_a_choice_is_traced_once_and_then_read(settings, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOME", str(settings.plateau_home))
    values = TraceSpec(callbacks=("CSVLogger",), epochs=1, batches=1).model_dump(mode="json")
    first = tracing.trace_fit(values)
    assert tracing.trace_fit(values) == first
