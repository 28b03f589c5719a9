import pytest

from core.specs.trace import NAMES, InvalidTrace, TraceSpec, bounds_of, trace_from
from core.store import traces


def test_a_link_reproduces_the_choice():
    spec = TraceSpec(callbacks=("EarlyStopping", "CSVLogger"), epochs=3, reduce_patience=1)
    assert trace_from(spec.to_query()) == spec
    assert trace_from({**spec.to_query(), "call": "12", "owner": "token"}) == spec


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"callbacks": "EarlyStoping"}, "`callbacks` must be names of Keras callbacks"),
        ({"callbacks": "CSVLogger,CSVLogger"}, "each of them once, got 'CSVLogger,CSVLogger'"),
        ({"epochs": "900"}, "`epochs` must be a whole number from 1 to 6, got '900'. 5 lets"),
        ({"batches": "x"}, "`batches` must be a whole number from 1 to 4, got 'x'."),
    ],
)
def test_a_choice_that_is_refused_gets_a_sentence(query, sentence):
    with pytest.raises(InvalidTrace) as refused:
        trace_from(query)
    assert sentence in str(refused.value)


def test_every_callback_of_the_catalogue_can_be_chosen():
    run = TraceSpec(callbacks=NAMES).to_run()
    assert tuple(callback.kind for callback in run.callbacks) == NAMES


@pytest.mark.parametrize(
    ("names", "begins"),
    [
        (("CSVLogger", "EarlyStopping"), "`EarlyStopping` has a `min_delta` of 1 here"),
        (("EarlyStopping", "ReduceLROnPlateau"), "`EarlyStopping` and `ReduceLROnPlateau` have a"),
        (("ModelCheckpoint",), ""),
    ],
)
def test_callbacks_that_no_accuracy_satisfies_are_named(names, begins):
    spec = TraceSpec(callbacks=names)
    assert spec.never_better_told.startswith(begins)
    assert bool(spec.never_better_told) == bool(begins)
    for callback in spec.to_run().callbacks:
        assert (f"`{callback.kind}`" in begins) == (getattr(callback, "min_delta", 0) == 1)


def test_bounds_are_those_that_are_checked():
    for name in ("epochs", "batches", "reduce_patience", "stop_patience"):
        low, high = bounds_of(name)
        assert all(trace_from({name: value}) for value in (low, high))
        for value in (low - 1, high + 1):
            with pytest.raises(InvalidTrace):
                trace_from({name: value})


def test_a_trace_is_kept_by_its_choice(tmp_path):
    trace = traces.recorded_trace()
    assert traces.read_trace(tmp_path, trace.spec) is None
    traces.keep_trace(tmp_path, trace)
    assert traces.read_trace(tmp_path, trace.spec) == trace
    assert traces.read_trace(tmp_path, TraceSpec(epochs=1)) is None


def test_a_kept_trace_that_is_broken_is_no_trace(tmp_path):
    trace = traces.recorded_trace()
    traces.keep_trace(tmp_path, trace)
    (file,) = tmp_path.iterdir()
    file.write_text("{")
    assert traces.read_trace(tmp_path, trace.spec) is None
