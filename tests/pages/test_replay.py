"""The replay page: where a curve comes from, its settings, its verdicts and its link."""

import numpy as np
import pytest

from core import store
from core.plateaus.what_if_links import parameters_of
from core.specs import presets
from core.specs.callbacks import LearningRateScheduler, ReduceLROnPlateau
from core.store import Epoch, Event, EventKind, RunStatus
from core.store.runs import insert_run
from pages.parts.replay_state import RUN, ReplayState
from pages.parts.words import escaped
from tests.pages.test_visits import RUNS, a_run, button, texts

REPLAY = "pages/plateaus/replay.py"
CONSOLE = "\n".join(
    f"Epoch {epoch}/6\n50/50 ━━━━ 3s 45ms/step - loss: {loss:.4f} - val_loss: {loss + 0.1:.4f}"
    for epoch, loss in enumerate([0.9, 0.8, 0.7, 0.75, 0.76, 0.77], start=1)
)


@pytest.fixture
def page(app):
    return app.run().switch_page(REPLAY).run()


def slider(page, name):
    both = [*page.slider, *page.select_slider]
    return next(field for field in both if field.label in (name, f"`{name}`"))


def choice(page, label):
    return next(field for field in page.selectbox if field.label == label)


def choose_source(page, source):
    return page.button_group[0].set_value(source).run()


def told(page):
    return texts(page.markdown).replace("\\", "")


def links_to_the_form(page):
    found = [item.proto for item in page.get("page_link")]
    return [link.query_string for link in found if link.label == "Open in Configure"]


def a_recorded_run(db, callbacks=None):
    """A run with eight recorded epochs, flat after the third, reduced after the sixth."""
    run_id = a_run(db, status=RunStatus.FINISHED)
    curve = [0.5, 0.6, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7]
    rates = [1e-3] * 5 + [3e-4] * 3
    after = [*rates[1:], 9e-5]
    store.append(
        db,
        run_id,
        new_epochs=[
            Epoch(epoch, {"loss": 1 - value, "val_accuracy": value}, rate, then, 1.0, 0.8)
            for epoch, (value, rate, then) in enumerate(zip(curve, rates, after, strict=True))
        ],
        new_events=[
            Event(EventKind.LEARNING_RATE_REDUCED, 4, {"from": 1e-3, "to": 3e-4}),
            Event(EventKind.LEARNING_RATE_REDUCED, 6, {"from": 3e-4, "to": 9e-5}),
        ],
    )
    return run_id


def test_the_page_opens_with_an_example_and_its_own_settings(page):
    assert not page.exception
    assert "An example, recorded once" in texts(page.caption)
    assert "Reduces the learning rate after epochs 11 and 15" in told(page)
    assert "it recorded the same" in texts(page.caption)


@pytest.mark.parametrize("kind", ["ReduceLROnPlateau", "EarlyStopping", "ModelCheckpoint"])
def test_every_parameter_has_its_widget(page, kind):
    choice(page, "Callback").set_value(kind).run()
    assert not page.exception
    widgets = [*page.slider, *page.select_slider, *page.selectbox, *page.toggle]
    assert {f"`{name}`" for name in parameters_of(kind)} <= {field.label for field in widgets}


def test_a_slider_changes_what_is_told_and_the_link(page):
    slider(page, "patience").set_value(5).run()
    assert "Never reduces the learning rate. Exact up to epoch 11" in told(page)
    assert page.query_params["A.patience"] == "5"


def test_a_second_setting_stands_beside_the_first(page):
    button(page, "Add").click().run()
    slider(page, "patience").set_value(1).run()
    assert "A and B part at epoch 8: there B reduces the learning rate, A does not." in told(page)
    assert page.query_params["settings"] == "2"
    button(page, "Remove").click().run()
    assert page.query_params["settings"] == "1"
    assert slider(page, "patience").value == 2


def test_a_link_restores_run_callback_and_settings(app, db):
    run_id = a_recorded_run(db)
    app.run()
    link = {"run": run_id, "callback": "ReduceLROnPlateau", "metric": "val_accuracy"}
    link |= {"settings": "2", "A.factor": "0.123", "A.patience": "2", "B.cooldown": "3"}
    app.query_params.update(link | {"B.release": "pytorch"})
    page = app.switch_page(REPLAY).run()
    assert not page.exception
    assert slider(page, "factor").value == 0.123
    assert "B Never reduces" in told(page).replace(":orange-badge[**B**]", "B")
    page.button_group[1].set_value("B").run()
    assert choice(page, "Release").value == "pytorch"
    assert slider(page, "cooldown").value == 3
    assert {name: page.query_params[name] for name in link} == link


def test_a_run_is_replayed_with_its_own_settings_and_held_against_its_events(app, db):
    app.run()
    app.query_params["run"] = a_recorded_run(db)
    page = app.switch_page(REPLAY).run()
    assert "Reduces the learning rate after epochs 5 and 7" in told(page)
    assert "These are the run's own settings, and it recorded the same" in texts(page.caption)


def test_reductions_that_a_schedule_overwrote_are_those_of_the_runs_own_settings(app, db):
    app.run()
    callbacks = (ReduceLROnPlateau(monitor="val_loss", patience=2), LearningRateScheduler())
    spec = presets.quick_demo().model_copy(update={"callbacks": callbacks})
    run_id = store.create_run(db, spec, owner=store.owner_of(app.session_state["owner"]))
    acts = [
        Event(EventKind.LEARNING_RATE_REDUCED, epoch, {"from": 1.0, "to": float(np.float32(0.1))})
        for epoch in (2, 4)
    ]
    epochs = [Epoch(number, {"val_loss": 0.5}, 1.0, 1.0, 1.0, 0.8) for number in range(6)]
    store.append(db, run_id, new_epochs=epochs, new_events=acts)
    app.query_params["run"] = run_id
    page = app.switch_page(REPLAY).run()
    assert "Reduces the learning rate after epochs 3 and 5. LearningRateScheduler set" in told(page)
    assert "it recorded the same" in texts(page.caption)


def test_a_run_that_does_not_exist_gets_a_sentence_and_the_example(app):
    app.run()
    app.query_params["run"] = "nope"
    page = app.switch_page(REPLAY).run()
    assert not page.exception
    assert "There is no run 'nope'" in texts(page.error).replace("\\", "")


def test_the_link_to_a_deleted_run_shows_its_sentence_and_another_run(app, db):
    app.run()
    other = a_recorded_run(db)
    app.query_params.update({"run": "nope", "callback": "EarlyStopping"})
    page = app.switch_page(REPLAY).run()
    assert not page.exception
    assert "There is no run 'nope'" in texts(page.error).replace("\\", "")
    assert choice(page, "Run").value == other
    assert page.query_params["run"] == other
    page.run()
    assert not page.error


def test_of_two_runs_of_one_name_each_can_be_chosen(app, db):
    app.run()
    ids = {a_recorded_run(db), a_recorded_run(db)}
    page = choose_source(app.switch_page(REPLAY).run(), "A run")
    for run_id in ids:
        choice(page, "Run").set_value(run_id).run()
        assert not page.exception
        assert page.query_params["run"] == run_id


def test_a_run_older_than_a_hundred_of_others_can_be_replayed_and_deleted(app, db):
    app.run()
    own = a_run(db, owner=app.session_state["owner"], status=RunStatus.FINISHED)
    with db.write() as connection:
        for _ in range(101):
            insert_run(connection, presets.quick_demo(), owner="others")
    app.session_state["replay"] = ReplayState(source=RUN)
    assert choice(app.switch_page(REPLAY).run(), "Run").value == own
    app.session_state["runs-shown"] = 2
    page = app.switch_page(RUNS).run()
    assert page.button(f"delete-{own}")
    assert "102 runs, 101 of them queued or running. Yours before" in texts(page.caption)
    assert len([box for box in page.checkbox if box.label == "Compare"]) == 2
    button(page, "Show more of the 102 runs").click().run()
    assert len([box for box in page.checkbox if box.label == "Compare"]) == 102
    assert not [found for found in page.button if found.label.startswith("Show more")]


def test_every_stop_of_a_slider_can_be_chosen(app, db):
    app.run()
    run_id = a_run(db, status=RunStatus.FINISHED)
    losses = [1.0003, 1.0002, 1.0001]
    epochs = [Epoch(n, {"val_loss": value}, 1e-3, 1e-3, 1.0, 0.8) for n, value in enumerate(losses)]
    store.append(db, run_id, new_epochs=epochs)
    app.query_params.update({"run": run_id, "callback": "EarlyStopping", "A.min_delta": "0.100001"})
    page = app.switch_page(REPLAY).run()
    for name in ("baseline", "min_delta"):
        stops = slider(page, name).options
        assert len(set(stops)) == len(stops)
    assert "0.100001" in slider(page, "min_delta").options


def test_a_wrong_value_in_a_link_gets_its_sentence(app):
    app.run()
    app.query_params.update({"callback": "ReduceLROnPlateau", "A.factor": "1.5"})
    page = app.switch_page(REPLAY).run()
    assert not page.exception
    app.query_params.update({"callback": "EarlyStopping", "A.patience": "1" + "0" * 30})
    page = app.switch_page(REPLAY).run()
    assert not page.exception
    for value in ("NaN", "Infinity", "1e999", "[1, NaN]", "9" * 400, "9" * 6000, "[" * 6000):
        app.query_params.update({"callback": "ReduceLROnPlateau", "A.factor": value})
        page = app.switch_page(REPLAY).run()
        assert not page.exception, value


def test_pasted_console_output_is_replayed(page):
    choose_source(page, "Your own")
    page.text_area[0].set_value(CONSOLE).run()
    assert not page.exception
    assert "Reduces the learning rate after epoch 5" in told(page)
    assert "was not logged and is taken to have stayed at 0.001" in told(page)
    assert "run" not in page.query_params
    assert page.query_params["source"] == "own"


def test_a_link_to_a_curve_of_ones_own_asks_for_it_and_keeps_the_settings(app):
    app.run()
    link = {"source": "own", "callback": "EarlyStopping", "metric": "loss2", "settings": "1"}
    app.query_params.update(link | {"A.patience": "3"})
    page = app.switch_page(REPLAY).run()
    assert not page.exception
    assert "The link holds the settings, not the curve" in texts(page.info)
    assert not page.warning
    # A reload would find the same link.
    assert {name: page.query_params[name] for name in link} == link
    table = "epoch,loss,loss2\n" + "\n".join(f"{n},0.5,{0.1 * n}" for n in range(9))
    page.text_area[0].set_value(table).run()
    assert not page.exception
    assert not page.info
    assert choice(page, "Metric it monitors").value == "loss2"
    assert slider(page, "patience").value == 3
    page.text_area[0].set_value("epoch,loss\n0,3\n1,2\n").run()
    assert slider(page, "patience").value == 2


def test_who_leaves_a_link_to_a_curve_for_the_example_gets_its_settings(app):
    app.run()
    app.query_params.update({"source": "own", "callback": "ReduceLROnPlateau", "A.patience": "9"})
    page = app.switch_page(REPLAY).run()
    assert slider(page, "patience").value == 9
    choose_source(page, "Example")
    assert slider(page, "patience").value == 2
    assert "source" not in page.query_params


def test_bad_input_gets_a_sentence_with_its_line_and_nothing_is_lost(page):
    choose_source(page, "Your own")
    page.text_area[0].set_value(CONSOLE).run()
    page.text_area[0].set_value("epoch,loss\n0,0.5\n1,0.4,7\n").run()
    assert "Line 3 has 3 values" in texts(page.error).replace("\\", "")
    assert page.text_area[0].value.startswith("epoch,loss")
    assert "Reduces the learning rate after epoch 5" in told(page)


def test_columns_of_a_table_are_the_persons_to_choose(page):
    choose_source(page, "Your own")
    table = "round,score,speed\n" + "\n".join(f"{n},0.5,{0.1 if n < 6 else 0.01}" for n in range(9))
    page.text_area[0].set_value(table).run()
    choice(page, "Column that counts epochs").set_value("round").run()
    choice(page, "Column of the learning rate").set_value("speed").run()
    assert not page.exception
    assert choice(page, "Metric it monitors").options == ["score"]
    assert "the recorded training went on at 0.1" in told(page)


def test_several_trainings_are_the_persons_to_choose(page):
    choose_source(page, "Your own")
    page.text_area[0].set_value("epoch,loss\n0,3\n1,2\n0,5\n1,4\n2,3\n").run()
    choice(page, "Which of 2 trainings").set_value(1).run()
    assert not page.exception
    assert "**Epoch 1 of 3**" in told(page)


def test_all_trainings_of_a_file_are_judged_together_as_seeds(page):
    choose_source(page, "Your own")
    page.session_state["replay-tabs"] = "Advice"
    losses = [max(0.5, 1 - 0.1 * n) + 0.01 * (n % 2) for n in range(14)]
    rows = "\n".join(f"{n},{loss}" for _ in range(2) for n, loss in enumerate(losses))
    page.text_area[0].set_value(f"epoch,loss\n{rows}\n").run()
    assert not page.exception
    assert "How stable the advice is" in told(page)
    (together,) = [one for one in page.toggle if "2 trainings together" in one.label]
    together.set_value(False).run()
    assert "How stable the advice is" not in told(page)
    assert "One curve: another seed" in told(page)


def own_patience(page):
    return next(field for field in page.number_input if field.label == "Your `patience`")


def open_tab(page, tab):
    page.session_state["replay-tabs"] = tab
    page.run()
    assert not page.exception


def test_the_advice_is_compared_with_the_setting_that_is_shown(page):
    slider(page, "patience").set_value(4).run()
    open_tab(page, "Advice")
    assert own_patience(page).value == 4
    slider(page, "patience").set_value(6).run()
    assert own_patience(page).value == 6
    choice(page, "Release").set_value("pytorch").run()
    # The run's own.
    assert own_patience(page).value == 2


def test_what_was_typed_beside_the_advice_outlasts_a_closed_tab(page):
    open_tab(page, "Advice")
    own_patience(page).set_value(5).run()
    open_tab(page, "Step by step")
    open_tab(page, "Advice")
    assert own_patience(page).value == 5
    slider(page, "patience").set_value(4).run()
    assert own_patience(page).value == 4


def test_a_setting_is_taken_along_as_code_and_into_the_form(page):
    slider(page, "patience").set_value(5).run()
    (call,) = (block.value for block in page.code)
    assert call.startswith("keras.callbacks.ReduceLROnPlateau(")
    assert "patience=5" in call
    query = links_to_the_form(page)[0]
    assert "ReduceLROnPlateau.patience=5" in query
    # The rest is as the example was trained.
    assert "EarlyStopping.patience=6" in query
    choice(page, "Release").set_value("pytorch").run()
    assert not page.code
    assert not links_to_the_form(page)


def test_a_brought_metric_that_the_form_cannot_hold_gives_code_alone(page):
    choose_source(page, "Your own")
    page.text_area[0].set_value("epoch,my score\n0,0.5\n1,0.4\n2,0.3\n").run()
    assert 'monitor="my score"' in page.code[0].value
    assert not links_to_the_form(page)


def test_a_walk_shows_the_counters_moving(page):
    for _ in range(10):
        button(page, "Next").click().run()
    assert "**Epoch 11 of 16**" in told(page)
    assert "wait 2 of 2 → learning rate 0.001 → 0.0003" in told(page)
    metrics = {metric.label: metric.value for metric in page.metric}
    assert metrics == {
        "wait": "2 of 2", "best": "0.8950", "cooldown": "0", "learning rate": "0.0003",
    }  # fmt: skip
    button(page, "Previous").click().run()
    assert "**Epoch 10 of 16**" in told(page)


@pytest.mark.parametrize(
    ("link", "best", "releases", "reuse"),
    [
        (
            {"callback": "EarlyStopping", "A.start_from_epoch": "3"},
            "none yet",
            ["Keras 3.15", "Keras 3.11.3 to 3.14 on reuse", "Keras 3.10"],
            "from Keras 3.11.3 to 3.14 it keeps its best",
        ),
        (
            {"callback": "ModelCheckpoint", "A.release": "keras-3.11"},
            "0.6500",
            ["Keras 3.15", "Keras 3.10"],
            "keeps its best in every release",
        ),
    ],
)
def test_walk_and_releases_of_callbacks_that_leave_the_rate_alone(app, link, best, releases, reuse):
    app.run()
    app.query_params.update(link)
    page = app.switch_page(REPLAY).run()
    assert not page.exception
    assert next(metric for metric in page.metric if metric.label == "best").value == best
    page.session_state["replay-tabs"] = "Releases"
    page.run()
    assert not page.exception
    lines = [line.value.replace("\\", "") for line in page.markdown if line.value[:2] == "- "]
    assert [line[2:].partition(" s")[0] for line in lines] == releases
    assert reuse in texts(page.caption)


def test_a_name_whose_direction_auto_cannot_tell_says_so(page):
    choose_source(page, "Your own")
    page.text_area[0].set_value("epoch,score\n0,0.5\n1,0.4\n2,0.3\n").run()
    choice(page, "`mode`").set_value("auto").run()
    assert not page.exception
    assert "tells no direction" in texts(page.warning)


def test_a_run_without_an_epoch_leaves_the_example(app, db):
    app.run()
    app.query_params["run"] = a_run(db, status=RunStatus.RUNNING)
    page = app.switch_page(REPLAY).run()
    assert not page.exception
    assert "No epoch of this run has finished yet" in texts(page.info)


def test_what_people_wrote_is_shown_as_it_stands():
    assert escaped("**b** [x](y)\n:red[z]") == r"\*\*b\*\* \[x\]\(y\) \:red\[z\]"


def test_an_uploaded_name_with_markup_is_shown_as_it_stands(page):
    choose_source(page, "Your own")
    page.text_area[0].set_value("epoch,loss,:red[x]\n0,0.5,a\n1,0.4,b\n").run()
    assert r"\:red\[x\]" in texts([*page.error, *page.caption])
