"""Advice and verdicts on the monitor, and the panel with several seeds."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import store
from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from core.specs.run import RunSpec, TrainingSpec
from core.store import Epoch, RunStatus
from tests.pages.test_visits import MONITOR, texts

PLAYGROUND = "See what the first learning rate does, on the Playground"
EPOCHS = 40
SPEC = RunSpec(
    name="rests",
    training=TrainingSpec(epochs=EPOCHS),
    callbacks=(
        ReduceLROnPlateau(monitor="val_accuracy", factor=0.3, patience=3, min_delta=0.001),
        EarlyStopping(monitor="val_loss", patience=50),
        ModelCheckpoint(monitor="val_accuracy", save_best_only=True),
    ),
)


def a_resting_run(db, *, epochs=EPOCHS, ended=True):
    """A run whose accuracy rests on a plateau; its rate stays, as no callback was there."""
    noise = 0.012 * np.random.default_rng(1).standard_normal(EPOCHS)
    curve = 0.85 - 0.5 * np.exp(-np.arange(EPOCHS) / 6) + noise
    run_id = store.create_run(db, SPEC, owner=store.owner_of("somebody"))
    store.start_run(db, run_id)
    rows = [
        Epoch(number, {"val_accuracy": float(value), "val_loss": 1.0}, 1e-3, 1e-3, 1.0, 0.8)
        for number, value in enumerate(curve[:epochs])
    ]
    store.append(db, run_id, new_epochs=rows)
    if ended:
        store.end_run(db, run_id, RunStatus.FINISHED)
    return run_id


def open_tab(app, run_id, tab):
    app.run()
    app.query_params["run"] = run_id
    app.session_state[f"tabs-{run_id}"] = tab
    app.switch_page(MONITOR).run()
    assert not app.exception
    return app


def field(app, label):
    return next(field for field in app.number_input if field.label == label)


def choose(app, now, then):
    next(group for group in app.button_group if group.value == now).select(then).run()


def test_an_ended_run_is_given_advice_with_its_reason_and_its_limits(app, db):
    open_tab(app, a_resting_run(db), "Advice")
    assert "ReduceLROnPlateau: patience=" in texts(app.success)
    said = texts(app.markdown)
    assert "a min_delta of 0.001 counts noise as progress" in said
    assert "patience=3 and min_delta=0.001" in said
    assert "One curve: another seed may wait longer" in said


def test_the_advised_callbacks_are_code_to_copy_and_a_form_to_fill(app, db):
    open_tab(app, a_resting_run(db), "Advice")
    reducing, stopping = (block.value for block in app.code if "keras.callbacks." in block.value)
    assert "ReduceLROnPlateau(" in reducing
    assert "factor=0.3" in reducing
    assert "restore_best_weights=True" in stopping
    links = [item.proto for item in app.get("page_link") if "Open in Configure" in item.proto.label]
    assert ["ReduceLROnPlateau.factor=0.3" in link.query_string for link in links] == [True, True]
    assert "EarlyStopping.monitor=val_accuracy" in links[1].query_string


def test_the_advice_is_compared_with_the_settings_of_ones_own(app, db):
    open_tab(app, a_resting_run(db), "Advice")
    field(app, "Your `patience`").set_value(7)
    field(app, "Your `min_delta`").set_value(0.02).run()
    assert "patience=7 and min_delta=0.02" in texts(app.markdown)
    assert "a min_delta of 0.02 is larger" in texts(app.markdown)


def test_settings_that_were_typed_outlast_a_look_at_another_tab(app, db):
    run_id = a_resting_run(db)
    open_tab(app, run_id, "Advice")
    assert field(app, "Your `patience`").value == 3
    field(app, "Your `patience`").set_value(7).run()
    open_tab(app, run_id, "What happened")
    open_tab(app, run_id, "Advice")
    assert field(app, "Your `patience`").value == 7


def test_another_metric_is_advised_on_by_itself(app, db):
    open_tab(app, a_resting_run(db), "Advice")
    next(box for box in app.selectbox if box.label == "Metric").set_value("val_loss").run()
    assert "val_loss never improves by more than its noise" in texts(app.info).replace("\\", "")


def test_a_run_that_never_improves_is_shown_what_to_look_at_and_where(app, db):
    open_tab(app, a_resting_run(db), "Advice")
    next(box for box in app.selectbox if box.label == "Metric").set_value("val_loss").run()
    assert "If it is no better than chance, take a first learning rate" in texts(app.info)
    links = {item.proto.label: item.proto for item in app.get("page_link")}
    assert "B.learning_rate" in links[PLAYGROUND].query_string
    assert "training.epochs=40" in links["Train with another one"].query_string


def test_advice_waits_for_the_end_and_for_an_epoch(app, db):
    open_tab(app, a_resting_run(db, ended=False), "Advice")
    assert "When the run has ended" in texts(app.caption)
    open_tab(app, a_resting_run(db, epochs=0), "Advice")
    assert "No epoch was finished" in texts(app.caption)


@pytest.mark.parametrize("epochs", [1, 2, 9])
def test_a_short_run_is_told_why_there_is_no_advice(app, db, epochs):
    open_tab(app, a_resting_run(db, epochs=epochs), "Advice")
    assert "fewer than 10 numbers" in texts(app.info)


def verdicts(app):
    (table,) = app.table
    return table.value


def test_every_epoch_has_its_verdict_and_the_acting_ones_stand_out(app, db):
    open_tab(app, a_resting_run(db), "What happened")
    table = verdicts(app)
    sentences = table["what it made of the epoch"]
    assert len(table) == EPOCHS
    acting = [sentence for sentence in sentences if "learning rate 0" in sentence]
    assert acting
    assert all(sentence.startswith(":orange[") for sentence in acting)
    assert not sentences[0].startswith(":")


def test_the_verdicts_of_another_callback_and_of_acts_only(app, db):
    open_tab(app, a_resting_run(db), "What happened")
    choose(app, "ReduceLROnPlateau", "ModelCheckpoint")
    assert "the model is saved" in verdicts(app)["what it made of the epoch"][0]
    app.toggle[0].set_value(True).run()
    assert 1 < len(verdicts(app)) < EPOCHS
    choose(app, "ModelCheckpoint", "EarlyStopping")
    assert not app.table
    assert "It has not acted." in texts(app.caption)


def several_seeds(first_is_nan=False, other_metric=False):
    import numpy as np

    from core.curves import RecordedCurves
    from pages.parts import advice_panel

    def recording(seed):
        noise = 0.01 * np.random.default_rng(seed).standard_normal(60 + seed)
        values = np.exp(-np.arange(60 + seed) / 6) + noise
        values[0] = np.nan if first_is_nan else values[0]
        name = "acc" if other_metric and seed else "val_*loss*"
        present = np.ones(len(values), dtype=bool)
        epochs = np.arange(1, 1 + len(values))
        return RecordedCurves(epochs, {name: values}, {name: present}, None, "csv_logger")

    recordings = [recording(seed) for seed in range(3)]
    advice_panel.show(recordings, metric="val_*loss*", mode="min", key="test")


def test_with_several_seeds_the_panel_says_how_stable_its_advice_is():
    panel = AppTest.from_function(several_seeds, default_timeout=90).run()
    assert not panel.exception
    said = texts(panel.markdown)
    assert "The curves agree" in said
    assert "Only the 60 epochs that every curve has are used: the longest has 2 more." in said
    # A name that somebody wrote is shown as it stands.
    assert r"val\_\*loss\*" in said
    (table,) = (element.value for element in panel.dataframe)
    assert table["curve"].tolist() == ["seed 1", "seed 2", "seed 3", "all together"]


def test_curves_that_begin_with_nan_are_refused_an_advice():
    panel = AppTest.from_function(several_seeds, kwargs={"first_is_nan": True}).run(timeout=90)
    assert not panel.exception
    assert "begins with NaN" in texts(panel.info)


def test_a_curve_without_the_metric_is_named():
    panel = AppTest.from_function(several_seeds, kwargs={"other_metric": True}).run(timeout=90)
    assert "number 2 has not" in texts(panel.warning)
