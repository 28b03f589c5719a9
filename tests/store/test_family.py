"""Forks share their parent's past, once."""

import pytest

from core import store
from core.specs.callbacks import ReduceLROnPlateau, SwapEMAWeights
from core.specs.lineage import NotTheSameTraining, trunk_digest
from core.specs.run import RunSpec, TrainingSpec
from core.store import Event, EventKind, RunStatus
from tests.store.test_resuming import OWNER, a_run, an_epoch

SPEC = RunSpec(training=TrainingSpec(epochs=6), callbacks=(ReduceLROnPlateau(),))


def with_training(spec, **changed):
    return spec.model_copy(update={"training": spec.training.model_copy(update=changed)})


def fork(db, parent, *, after_epoch, own=(), spec=SPEC):
    child = store.create_fork(db, parent, spec, after_epoch=after_epoch, owner=OWNER)
    store.append(db, child, new_epochs=[an_epoch(number) for number in own])
    return child


def test_a_fork_shows_the_shared_part_once(db):
    parent = a_run(db, finished=4, spec=SPEC)
    child = fork(db, parent, after_epoch=1, own=[2, 3, 4])
    grandchild = fork(db, child, after_epoch=1, own=[2])
    history = store.read_history(db, child)
    assert [epoch.epoch for epoch in history.epochs] == [0, 1, 2, 3, 4]
    assert [(e.kind, e.epoch) for e in history.events] == [
        (EventKind.CHECKPOINT_SAVED, 0),
        (EventKind.CHECKPOINT_SAVED, 1),
        (EventKind.FORKED, 1),
    ]
    # It shares with its parent only what that one shares with its own.
    assert store.read_run(db, grandchild).parent_id == parent
    assert [e.epoch for e in store.read_history(db, grandchild).epochs] == [0, 1, 2]


def test_a_fork_of_a_fork_reads_through_both(db):
    parent = a_run(db, finished=3, spec=SPEC)
    child = fork(db, parent, after_epoch=0, own=[1, 2])
    store.append(db, child, new_states=[store.SavedState(2, "x/c2", "0" * 64, 1)])
    grandchild = fork(db, child, after_epoch=2, own=[3])
    assert [e.epoch for e in store.read_history(db, grandchild).epochs] == [0, 1, 2, 3]
    assert [run.id for run in store.read_family(db, child)] == [parent, child, grandchild]


def test_a_fork_begins_with_its_parents_state_and_keeps_its_file(db):
    parent = a_run(db, finished=3, spec=SPEC)
    child = fork(db, parent, after_epoch=2)
    (state,) = store.read_states(db, child)
    assert (state.epoch, state.file) == (2, "x/2")
    # The parent goes back to before the fork; the file is the child's as well.
    assert store.resume_run(db, parent, owner=OWNER, after_epoch=0) == ["x/1"]


def test_a_parent_stays_while_its_forks_do(db):
    parent = a_run(db, spec=SPEC)
    child = fork(db, parent, after_epoch=1, spec=SPEC.model_copy(update={"name": "A fork"}))
    with pytest.raises(ValueError, match=r"'A fork'\. Delete them first"):
        store.delete_run(db, parent, owner=OWNER)
    store.end_run(db, child, RunStatus.STOPPED)
    assert store.delete_run(db, child, owner=OWNER) == []
    assert store.delete_run(db, parent, owner=OWNER) == ["x/0", "x/1", "x/2"]


@pytest.mark.parametrize("change", [{"seed": 1}, {"batch_size": 8}, {"optimizer": "sgd"}])
def test_what_the_state_depends_on_must_stay(db, change):
    parent = a_run(db, spec=SPEC)
    (name,) = change
    with pytest.raises(NotTheSameTraining, match=f"`training.{name}` must stay"):
        fork(db, parent, after_epoch=1, spec=with_training(SPEC, **change))


def test_averages_that_were_not_kept_cannot_be_swapped_in(db):
    parent = a_run(db, spec=SPEC)
    with pytest.raises(NotTheSameTraining, match="SwapEMAWeights"):
        fork(
            db,
            parent,
            after_epoch=1,
            spec=SPEC.model_copy(update={"callbacks": (SwapEMAWeights(),)}),
        )


def test_callbacks_epochs_and_rate_are_free():
    other = with_training(SPEC, epochs=9, learning_rate=0.1, verbose=0)
    assert trunk_digest(other.model_copy(update={"callbacks": ()})) == trunk_digest(SPEC)


def test_a_fork_says_what_changed(db):
    parent = a_run(db, spec=SPEC)
    spec = with_training(SPEC, epochs=9).model_copy(
        update={"callbacks": (ReduceLROnPlateau(patience=2),)}
    )
    child = fork(db, parent, after_epoch=1, spec=spec)
    (event,) = store.read_events(db, child)
    assert event.detail["changed"] == {
        "ReduceLROnPlateau.patience": [10, 2],
        "training.epochs": [6, 9],
    }


def test_a_fork_needs_an_epoch_of_its_own_and_a_kept_state(db):
    parent = a_run(db, spec=SPEC)
    with pytest.raises(ValueError, match="must be more than the 3 that are shared"):
        fork(db, parent, after_epoch=2, spec=with_training(SPEC, epochs=3))
    with pytest.raises(ValueError, match="Those of these epochs are: 1, 2, 3"):
        fork(db, parent, after_epoch=4)


def test_ends_of_the_parent_are_not_the_forks(db):
    parent = a_run(db, finished=2, spec=SPEC)
    store.resume_run(db, parent, owner=OWNER)
    store.append(
        db,
        parent,
        new_events=[
            Event(EventKind.RESUMED, 1, {"died": False}),
            Event(EventKind.EARLY_STOP, 1, {}),
        ],
    )
    child = fork(db, parent, after_epoch=1)
    kinds = {event.kind for event in store.read_history(db, child).events}
    assert kinds == {EventKind.CHECKPOINT_SAVED, EventKind.FORKED}
