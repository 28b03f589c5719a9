"""From a replay to a training, without a browser."""

import pytest

from core import store
from core.specs.callbacks import ReduceLROnPlateau
from core.specs.run import RunSpec, TrainingSpec
from core.store import Epoch, Event, EventKind, RunStatus, SavedState
from tests.pages.test_going_on import link_labels
from tests.pages.test_visits import texts

REPLAY = "pages/plateaus/replay.py"
# It rests from the third epoch on, and the rate is halved at the end of the fifth and seventh.
CURVE = (0.5, 0.7, 0.8, 0.8, 0.8, 0.8, 0.8)
WAIT = (0, 0, 0, 1, 2, 1, 2)
OWN = ReduceLROnPlateau(monitor="val_accuracy", factor=0.5, patience=2)


def a_run(db, owner, *, kept=tuple(range(7)), deterministic="auto"):
    training = TrainingSpec(epochs=len(CURVE), deterministic=deterministic)
    spec = RunSpec(name="rests", training=training, callbacks=(OWN,))
    run_id = store.create_run(db, spec, owner=store.owner_of(owner))
    store.start_run(db, run_id)
    rate, epochs, events = 0.001, [], []
    for number, (value, wait) in enumerate(zip(CURVE, WAIT, strict=True)):
        fired = wait == OWN.patience
        after = rate / 2 if fired else rate
        counted = {"kind": "ReduceLROnPlateau", "monitor": "val_accuracy", "wait": wait}
        counted |= {"best": max(CURVE[: number + 1]), "patience": 2, "cooldown": 0}
        counted |= {"cooldown_counter": 0, "fired": fired}
        logs = {"val_accuracy": value, "loss": 1.0}
        epochs.append(Epoch(number, logs, rate, after, 1.0, 0.8, (counted,)))
        if fired:
            change = {"from": rate, "to": after, "by": "ReduceLROnPlateau"}
            events.append(Event(EventKind.LEARNING_RATE_REDUCED, number, change))
        rate = after
    states = [SavedState(number, f"{run_id}/{number}", "0" * 64, 9) for number in kept]
    store.append(db, run_id, new_epochs=epochs, new_events=events, new_states=states)
    store.end_run(db, run_id, RunStatus.FINISHED)
    return run_id


@pytest.fixture
def replayed(app, db):
    """Replay a run with another setting."""
    app.run()

    def open_replay(patience, *, owner=None, **more):
        run_id = a_run(db, owner or app.session_state["owner"], **more)
        app.query_params.update(
            {
                "run": run_id,
                "callback": "ReduceLROnPlateau",
                "metric": "val_accuracy",
                "settings": "1",
                "A.patience": str(patience),
                "A.factor": "0.5",
            }
        )
        app.switch_page(REPLAY).run()
        assert not app.exception
        return app

    return open_replay


def links(app, words):
    return [item.proto for item in app.get("page_link") if words in item.proto.label]


def epochs_offered(app):
    return next(box for box in app.selectbox if box.label == "Continue from epoch")


def test_a_setting_is_trained_from_the_last_epoch_before_it_parts(replayed):
    app = replayed(3)
    said = texts(app.markdown)
    assert "first decides otherwise than the run at the end of epoch 5" in said
    assert "Trained from epoch 4 on, it gives exactly what a run from scratch would" in said
    (link,) = links(app, "for real")
    assert link.label == "Train A for real from epoch 4"
    assert "after=4" in link.query_string
    assert "ReduceLROnPlateau.patience=3" in link.query_string


def test_exactness_is_promised_only_where_it_holds(replayed):
    said = texts(replayed(3, deterministic="off").markdown)
    assert "Trained from epoch 4 on, it gives what a run from scratch would" in said
    assert "Not to the last bit: `deterministic` is off" in said


def test_the_runs_own_setting_leads_to_no_training(replayed):
    labels = link_labels(replayed(2))
    assert not [label for label in labels if "for real" in label or "Go on with" in label]


def test_without_a_state_before_it_parts_that_is_said(replayed):
    app = replayed(3, kept=[5, 6])
    assert "No state before that is kept" in texts(app.caption)
    assert not [label for label in link_labels(app) if "for real" in label]
    assert epochs_offered(app).options == ["6", "7"]


def test_the_epoch_to_go_on_from_is_the_persons_to_choose(replayed):
    app = replayed(3)
    assert epochs_offered(app).options == [str(number) for number in range(1, 8)]
    assert "would have decided otherwise at the end of epoch 5" in texts(app.caption)
    epochs_offered(app).select_index(2).run()
    assert not app.exception
    assert "Up to epoch 3 the run decided and counted as A would have." in texts(app.caption)
    (link,) = links(app, "Go on with A from there")
    assert "after=3" in link.query_string
    assert "ReduceLROnPlateau.patience=3" in link.query_string
    next(slider for slider in app.slider if slider.label == "`patience`").set_value(4).run()
    assert epochs_offered(app).value == 2


def test_a_setting_that_never_parts_can_be_trained_on_with_too(app, replayed):
    app.query_params["A.min_lr"] = "1e-9"
    app = replayed(2)
    assert not links(app, "for real")
    (link,) = links(app, "Go on with A from there")
    assert "after=7" in link.query_string
    assert "Up to epoch 7 the run decided and counted as A would have." in texts(app.caption)


def test_a_stranger_is_offered_nothing(replayed, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOSTED", "true")
    labels = link_labels(replayed(3, owner="x"))
    assert not [label for label in labels if "for real" in label or "Go on with" in label]
