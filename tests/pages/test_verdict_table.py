"""The verdicts under a run's events."""

from core import store
from core.specs import presets
from core.specs.callbacks import EarlyStopping
from core.store import Epoch
from tests.pages.test_going_on import a_run, open_monitor
from tests.pages.test_visits import texts

NOTHING_TO_SAY = "these settings stop before this run's own epochs begin"


def verdicts_of_a_fork(app, db, *, patience, monitor="val_accuracy", own=1):
    """Open a fork after epoch 4 of a flat curve, whose EarlyStopping the parent had not."""
    app.run()
    owner = app.session_state["owner"]
    stopping = EarlyStopping(monitor=monitor, patience=patience)
    spec = presets.quick_demo().model_copy(update={"callbacks": (stopping,)})
    parent = a_run(db, owner)
    child = store.create_fork(db, parent, spec, after_epoch=3, owner=store.owner_of(owner))
    epochs = [Epoch(4, {"val_accuracy": 0.4}, 1e-3, 1e-3, 1.0, 0.8)]
    store.append(db, child, new_epochs=epochs[:own])
    open_monitor(app, child, tab="What happened")
    return texts(app.caption)


def test_settings_that_would_have_stopped_before_the_fork_say_nothing_about_it(app, db):
    said = verdicts_of_a_fork(app, db, patience=2)
    assert NOTHING_TO_SAY in said
    assert "It has not acted." not in said
    assert not app.table


def test_a_fork_whose_callback_cannot_tell_what_is_better_says_so(app, db):
    assert "tells no direction" not in verdicts_of_a_fork(app, db, patience=2, monitor="f1", own=0)
    assert "tells no direction" in verdicts_of_a_fork(app, db, patience=2, monitor="f1")
    assert not app.table


def test_settings_that_go_on_behind_the_fork_are_told(app, db):
    assert NOTHING_TO_SAY not in verdicts_of_a_fork(app, db, patience=4)
    (verdicts,) = app.table
    assert verdicts.value["epoch"].tolist() == ["5"]
