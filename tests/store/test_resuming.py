"""Runs that go on, and what of them is kept and forgotten."""

from dataclasses import replace

import pytest

from core import store
from core.specs import presets
from core.specs.callbacks import EarlyStopping, SwapEMAWeights
from core.specs.run import RunSpec, TrainingSpec
from core.store import Batch, Epoch, Event, EventKind, RunStatus, SavedState, Superseded

OWNER = store.owner_of("token")
STRANGER = store.owner_of("another")


def an_epoch(number):
    return Epoch(number, {"loss": 1.0 / (number + 1)}, 0.001, 0.001, 1.0, 0.9)


def a_state(number, *, size_bytes=1000, of_act=False):
    return SavedState(number, f"x/{number}", "0" * 64, size_bytes, of_act)


def a_run(db, *, finished=3, status=RunStatus.STOPPED, spec=None):
    """Create a run with so many epochs and their states, and an event in each."""
    run_id = store.create_run(db, spec or presets.quick_demo(), owner=OWNER)
    store.start_run(db, run_id)
    numbers = range(finished)
    store.append(
        db,
        run_id,
        new_epochs=[an_epoch(number) for number in numbers],
        new_batches=[Batch(number, 1, {}) for number in range(finished + 1)],
        new_events=[Event(EventKind.CHECKPOINT_SAVED, number, {"file": "a"}) for number in numbers],
        new_states=[a_state(number) for number in numbers],
    )
    if status not in store.ACTIVE:
        store.end_run(db, run_id, status)
    return run_id


def epochs_of(db, run_id):
    return [epoch.epoch for epoch in store.read_epochs(db, run_id)]


@pytest.mark.parametrize(
    "status", [RunStatus.STOPPED, RunStatus.FAILED, RunStatus.INTERRUPTED, RunStatus.PAUSED]
)
def test_a_run_that_ended_early_is_queued_again(db, status):
    run_id = a_run(db, status=status)
    store.resume_run(db, run_id, owner=OWNER)
    run = store.read_run(db, run_id)
    assert (run.status, run.error, run.ended_s) == (RunStatus.QUEUED, "", None)
    assert not run.stop_requested
    assert epochs_of(db, run_id) == [0, 1, 2]


def test_going_back_forgets_what_came_after(db):
    run_id = a_run(db)
    unused = store.resume_run(db, run_id, owner=OWNER, after_epoch=0)
    assert unused == ["x/1", "x/2"]
    assert epochs_of(db, run_id) == [0]
    assert store.read_last_batch(db, run_id).epoch == 0
    assert [(e.kind, e.epoch) for e in store.read_events(db, run_id)] == [
        (EventKind.CHECKPOINT_SAVED, 0)
    ]
    assert [state.epoch for state in store.read_states(db, run_id)] == [0]


def test_only_the_owner_resumes_pauses_forks_and_sets_the_rate(db):
    run_id = a_run(db)
    spec = store.read_run(db, run_id).spec
    for ask in (
        lambda: store.resume_run(db, run_id, owner=STRANGER),
        lambda: store.create_fork(db, run_id, spec, after_epoch=1, owner=STRANGER),
        lambda: store.multiply_rate(db, run_id, 0.3, owner=STRANGER),
        lambda: store.set_rate(db, run_id, 0.3, owner=STRANGER),
        lambda: store.request_pause(db, run_id, owner=STRANGER),
        lambda: store.withdraw_pause(db, run_id, owner=STRANGER),
    ):
        with pytest.raises(store.NotYours, match="Only the owner"):
            ask()


def test_a_finished_run_needs_more_epochs_to_go_on(db):
    spec = RunSpec(training=TrainingSpec(epochs=3))
    run_id = a_run(db, spec=spec, status=RunStatus.FINISHED)
    with pytest.raises(ValueError, match="`epochs` must be more than the 3"):
        store.resume_run(db, run_id, owner=OWNER)
    store.resume_run(db, run_id, owner=OWNER, epochs=5)
    assert store.read_run(db, run_id).spec.training.epochs == 5


def test_a_run_that_early_stopping_ended_is_not_resumed(db):
    run_id = a_run(db, spec=RunSpec(callbacks=(EarlyStopping(),)), status=RunStatus.RUNNING)
    store.append(db, run_id, new_events=[Event(EventKind.EARLY_STOP, 2, {})])
    store.end_run(db, run_id, RunStatus.FINISHED)
    with pytest.raises(ValueError, match="EarlyStopping ended"):
        store.resume_run(db, run_id, owner=OWNER, epochs=30)
    store.resume_run(db, run_id, owner=OWNER, after_epoch=1)


@pytest.mark.parametrize("metric", ["loss", "val_loss"])
def test_a_run_that_diverged_is_not_resumed_from_its_end(db, metric):
    run_id = a_run(db, status=RunStatus.RUNNING)
    broken = replace(an_epoch(3), logs={"loss": 1.0, metric: float("nan")})
    store.append(db, run_id, new_epochs=[broken], new_states=[a_state(3)])
    store.end_run(db, run_id, RunStatus.DIVERGED)
    with pytest.raises(ValueError, match=r"no numbers any more\. Fork it from an earlier epoch"):
        store.resume_run(db, run_id, owner=OWNER)


def test_a_run_that_an_error_broke_off_is_forked_from_its_last_epoch(db):
    run_id = a_run(db, status=RunStatus.DIVERGED)
    with pytest.raises(ValueError, match=r"diverged in epoch 4.* Fork it from epoch 3, with a low"):
        store.resume_run(db, run_id, owner=OWNER)
    store.resume_run(db, run_id, owner=OWNER, after_epoch=1)


def test_averages_that_the_last_epoch_overwrote_are_not_gone_on_from(db):
    spec = RunSpec(training=TrainingSpec(epochs=3), callbacks=(SwapEMAWeights(swap_on_epoch=True),))
    run_id = a_run(db, spec=spec, status=RunStatus.FINISHED)
    store.resume_run(db, run_id, owner=OWNER, epochs=5)
    assert epochs_of(db, run_id) == [0, 1]


def test_a_state_that_is_not_kept_is_not_gone_back_to(db):
    run_id = a_run(db)
    with pytest.raises(ValueError, match="Those of these epochs are: 1, 2, 3"):
        store.resume_run(db, run_id, owner=OWNER, after_epoch=7)


def test_a_run_is_taken_up_again_until_it_gets_nowhere(db):
    run_id = a_run(db, status=RunStatus.RUNNING)
    for _ in range(store.MOST_RECOVERIES):
        assert store.requeue_run(db, run_id)
        store.start_run(db, run_id)
    assert not store.requeue_run(db, run_id)
    store.append(db, run_id, new_epochs=[an_epoch(3)])
    assert store.requeue_run(db, run_id)


def test_a_worker_that_lost_its_run_writes_nothing(db):
    run_id = store.create_run(db, presets.quick_demo(), owner=OWNER)
    first = store.start_run(db, run_id)
    store.requeue_run(db, run_id)
    second = store.start_run(db, run_id)
    with pytest.raises(Superseded):
        store.append(db, run_id, attempt=first, new_epochs=[an_epoch(0)])
    store.update_run(db, run_id, attempt=first, phase="late")
    assert not store.end_run(db, run_id, RunStatus.FAILED, attempt=first)
    assert store.read_orders(db, run_id, first).superseded
    store.append(db, run_id, attempt=second, new_epochs=[an_epoch(0)])
    run = store.read_run(db, run_id)
    assert (run.status, run.phase) == (RunStatus.PREPARING, "")
    assert epochs_of(db, run_id) == [0]


def test_interventions_are_heard_once_and_remembered_with_their_place(db):
    run_id = a_run(db, status=RunStatus.RUNNING)
    store.multiply_rate(db, run_id, 0.3, owner=OWNER)
    store.set_rate(db, run_id, 0.01, owner=OWNER)
    asked = store.read_orders(db, run_id, 1).interventions
    assert [(each.kind, each.value) for each in asked] == [
        ("multiply_rate", 0.3),
        ("set_rate", 0.01),
    ]
    first = asked[0].__class__(
        **{**vars(asked[0]), "epoch": 3, "batch": 7, "learning_rate": 0.0003}
    )
    store.append(db, run_id, done=[first])
    assert store.read_orders(db, run_id, 1).interventions == (asked[1],)
    assert store.read_done(db, run_id, after_epoch=2) == [first]
    assert store.read_done(db, run_id, after_epoch=3) == []


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_rates_that_cannot_be_are_refused(db, value):
    run_id = a_run(db, status=RunStatus.RUNNING)
    with pytest.raises(ValueError, match="greater than 0"):
        store.multiply_rate(db, run_id, value, owner=OWNER)
    with pytest.raises(ValueError, match="greater than 0"):
        store.set_rate(db, run_id, value, owner=OWNER)


def test_an_ended_run_takes_no_orders(db):
    run_id = a_run(db)
    for ask in (store.multiply_rate, store.set_rate):
        with pytest.raises(ValueError, match="is stopped: resume it first"):
            ask(db, run_id, 0.5, owner=OWNER)


@pytest.mark.parametrize("status", [RunStatus.FINISHED, RunStatus.STOPPED, RunStatus.INTERRUPTED])
def test_what_was_asked_of_a_run_that_ends_is_not_done_when_it_goes_on(db, status):
    run_id = a_run(db, status=RunStatus.RUNNING)
    store.multiply_rate(db, run_id, 0.3, owner=OWNER)
    store.set_rate(db, run_id, 0.0005, owner=OWNER)
    store.end_run(db, run_id, status)
    told = store.read_run(db, run_id).notes
    assert [note.partition(". The")[0] for note in told] == [
        "Asked for and not done: the learning rate times 0.3",
        "Asked for and not done: the learning rate to 0.0005",
    ]
    store.resume_run(db, run_id, owner=OWNER)
    assert store.read_orders(db, run_id, 1).interventions == ()


def test_what_was_asked_of_a_run_that_pauses_is_done_when_it_goes_on(db):
    run_id = a_run(db, status=RunStatus.RUNNING)
    store.multiply_rate(db, run_id, 0.3, owner=OWNER)
    store.end_run(db, run_id, RunStatus.PAUSED)
    store.resume_run(db, run_id, owner=OWNER)
    assert [each.value for each in store.read_orders(db, run_id, 1).interventions] == [0.3]
    assert store.read_run(db, run_id).notes == ()


def test_a_pause_is_taken_back_until_the_run_has_paused(db):
    run_id = store.create_run(db, presets.quick_demo(), owner=OWNER)
    store.start_run(db, run_id)
    store.request_pause(db, run_id, owner=OWNER)
    assert store.read_orders(db, run_id, 1).pause
    store.withdraw_pause(db, run_id, owner=OWNER)
    assert not store.read_orders(db, run_id, 1).pause
    store.end_run(db, run_id, RunStatus.PAUSED)
    with pytest.raises(ValueError, match="is paused"):
        store.withdraw_pause(db, run_id, owner=OWNER)


def test_a_queued_run_pauses_at_once_and_holds_no_worker(db):
    run_id = store.create_run(db, presets.quick_demo(), owner=OWNER)
    store.request_pause(db, run_id, owner=OWNER)
    assert store.read_run(db, run_id).status is RunStatus.PAUSED
    assert store.count_active(db) == 0


@pytest.mark.parametrize(
    ("press", "where"),
    [(store.request_pause, "core.store.interventions"), (store.request_stop, "core.store.runs")],
)
def test_a_run_that_a_worker_takes_as_somebody_presses_is_asked_and_not_ended(
    db, monkeypatch, press, where
):
    run_id = store.create_run(db, presets.quick_demo(), owner=OWNER)
    read = store.runs.independent_run

    def taken_meanwhile(*arguments):
        run = read(*arguments)
        store.start_run(db, run_id)
        return run

    monkeypatch.setattr(f"{where}.independent_run", taken_meanwhile)
    press(db, run_id, owner=OWNER)
    run = store.read_run(db, run_id)
    assert run.status is RunStatus.PREPARING
    orders = store.read_orders(db, run_id, run.attempt)
    assert orders.pause or orders.stop
    assert store.read_events(db, run_id) == []


def test_a_worker_does_not_bring_back_a_run_that_has_ended(db):
    run_id = store.create_run(db, presets.quick_demo(), owner=OWNER)
    attempt = store.start_run(db, run_id)
    store.end_run(db, run_id, RunStatus.INTERRUPTED)
    before = store.read_run(db, run_id)
    store.update_run(db, run_id, attempt=attempt, status=RunStatus.RUNNING, phase="late")
    assert store.read_run(db, run_id) == before
