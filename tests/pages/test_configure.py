"""The form: order, findings, pasted calls, code. Nothing that a person typed is lost."""

import ast

import numpy as np
import pytest

from core import data, store
from core.specs import links
from core.specs.callbacks import CALLBACKS, CSVLogger, EarlyStopping, ReduceLROnPlateau
from core.specs.data import FolderScans
from core.specs.problems import check_run
from core.specs.run import RunSpec
from core.store import Epoch, RunStatus
from pages.parts import services
from tests.engine.conftest import write_scans
from tests.pages.test_visits import CONFIGURE, MONITOR, button, number, texts

ALL = [callback.__name__ for callback in CALLBACKS]


@pytest.fixture
def form(app):
    """Open the form with a configuration, flat names and texts."""

    def open_with(**query):
        app.run()
        app.query_params.update(query)
        return app.switch_page(CONFIGURE).run()

    return open_with


def by_key(elements, key):
    (found,) = [element for element in elements if element.key == key]
    return found


def link(app):
    """Return the query parameters; the tester gives some in a list."""
    return {k: v if isinstance(v, str) else v[0] for k, v in app.query_params.items()}


def order(app):
    return link(app)["callbacks"].split(",")


def press(app, key):
    by_key(app.button, key).click().run()
    assert not app.exception


def paste(app, text, *, keep=False):
    app.text_area(key="pasted").set_value(text).run()
    press(app, f"paste-{keep}")


def spec_in_link(app):
    return check_run(links.nest(links.from_query(link(app))))


def test_every_callback_can_be_added_and_is_in_the_link(form):
    app = form(callbacks="ReduceLROnPlateau")
    for place, name in enumerate(ALL[1:], 1):
        menu = next(box for box in app.selectbox if box.label == "Add a callback")
        menu.set_value(name).run()
        assert not app.exception
        assert order(app) == ALL[: place + 1]
        assert app.session_state[f"open-{name}"]
    assert "All callbacks are in the list." in texts(app.caption)
    assert [c.kind for c in spec_in_link(app).callbacks] == ALL


def test_moving_a_callback_changes_the_order_and_loses_nothing(form):
    app = form(callbacks="CSVLogger,ReduceLROnPlateau,EarlyStopping")
    by_key(app.number_input, "form-1-ReduceLROnPlateau.factor").set_value(0.25).run()
    by_key(app.text_input, "form-1-CSVLogger.filename").set_value("mine.csv").run()
    assert "its table has no column" in texts(app.caption)
    press(app, "down-CSVLogger")
    press(app, "up-EarlyStopping")
    assert order(app) == ["ReduceLROnPlateau", "EarlyStopping", "CSVLogger"]
    assert "its table has a column" in texts(app.caption)
    assert spec_in_link(app).callbacks == (
        ReduceLROnPlateau(factor=0.25),
        EarlyStopping(),
        CSVLogger(filename="mine.csv"),
    )
    assert by_key(app.button, "up-ReduceLROnPlateau").disabled
    assert by_key(app.button, "down-CSVLogger").disabled


def test_a_callback_that_comes_back_has_its_settings_still(form):
    app = form(**{"callbacks": "ReduceLROnPlateau", "ReduceLROnPlateau.factor": "0.25"})
    press(app, "remove-ReduceLROnPlateau")
    assert "No callback yet" in texts(app.info)
    app.selectbox[-1].set_value("ReduceLROnPlateau").run()
    assert number(app, "factor").value == 0.25


def test_a_finding_is_applied_and_the_form_shows_it(form):
    app = form(**{"callbacks": "ReduceLROnPlateau", "ReduceLROnPlateau.cooldown": "1"})
    assert "A cooldown of 1 does nothing" in texts(app.markdown)
    assert "keras/blob/v3.15.1/keras/src/callbacks/reduce_lr_on_plateau.py" in texts(app.markdown)
    button(app, "Set cooldown to 0").click().run()
    assert number(app, "cooldown").value == 0
    assert "A cooldown of 1 does nothing" not in texts(app.markdown)
    assert "Nothing in these settings is known to surprise." in texts(app.caption)


def test_what_was_typed_just_before_a_press_is_not_lost(form):
    app = form(**{"callbacks": "ReduceLROnPlateau", "ReduceLROnPlateau.cooldown": "1"})
    number(app, "epochs").set_value(7)
    by_key(app.text_input, next(t.key for t in app.text_input if t.label == "`name`")).set_value(
        "typed"
    )
    button(app, "Set cooldown to 0").click().run()
    assert number(app, "cooldown").value == 0
    assert (number(app, "epochs").value, spec_in_link(app).name) == (7, "typed")
    number(app, "epochs").set_value(9)
    paste(app, "EarlyStopping(patience=3)", keep=True)
    assert number(app, "epochs").value == 9


def test_a_run_starts_with_what_was_typed_just_before_the_press(form, db):
    app = form(callbacks="ReduceLROnPlateau")
    number(app, "epochs").set_value(7)
    button(app, "Start training").click().run()
    (run,) = store.read_runs(db)
    assert run.spec.training.epochs == 7


def test_a_value_that_is_wrong_when_start_is_pressed_starts_nothing(form, db):
    app = form(callbacks="ReduceLROnPlateau")
    number(app, "epochs").set_value(0)
    button(app, "Start training").click().run()
    assert store.read_runs(db) == []
    assert "epochs" in texts(app.error)


def test_a_double_click_on_up_moves_a_callback_once(form):
    app = form(callbacks="CSVLogger,EarlyStopping,ReduceLROnPlateau")
    up = by_key(app.button, "up-EarlyStopping")
    up.click().run()
    up.click().run()  # The button as it was drawn before.
    assert order(app) == ["EarlyStopping", "CSVLogger", "ReduceLROnPlateau"]


def test_a_finding_on_the_order_is_applied(form):
    app = form(callbacks="CSVLogger,EarlyStopping,ReduceLROnPlateau")
    button(app, "Move CSVLogger down").click().run()
    assert order(app) == ["EarlyStopping", "ReduceLROnPlateau", "CSVLogger"]


def test_a_callback_that_a_finding_is_against_is_taken_out(form):
    app = form(callbacks="ReduceLROnPlateau,LearningRateScheduler")
    button(app, "Take LearningRateScheduler out").click().run()
    assert order(app) == ["ReduceLROnPlateau"]


def test_the_noise_of_an_earlier_run_is_named_with_its_run(form, app, db):
    app.run()
    spec = RunSpec(name="before_it", callbacks=())
    run_id = store.create_run(db, spec, owner=store.owner_of(app.session_state["owner"]))
    draw = np.random.default_rng(0).standard_normal(24)
    store.append(
        db,
        run_id,
        new_epochs=[
            Epoch(n, {"val_loss": 0.5 + 0.02 * x}, 1e-3, 1e-3, 1.0, 1.0) for n, x in enumerate(draw)
        ],
    )
    store.end_run(db, run_id, RunStatus.FINISHED)
    form(callbacks="ReduceLROnPlateau")
    assert "counts noise as progress" in texts(app.markdown)
    assert r"your run “before\_it”" in texts(app.caption)


def test_a_pasted_call_fills_the_form_and_is_linted_at_once(form):
    app = form(callbacks="EarlyStopping,CSVLogger")
    paste(app, "x = keras.callbacks.ReduceLROnPlateau('val_loss', factor=0.95, patience=3)")
    assert order(app) == ["ReduceLROnPlateau"]
    assert number(app, "factor").value == 0.95
    assert "45 reductions by 0.95" in texts(app.markdown)
    assert "Filled in: ReduceLROnPlateau." in texts(app.text)


def test_a_pasted_call_can_be_added_to_the_others(form):
    app = form(callbacks="EarlyStopping,CSVLogger")
    paste(app, "ReduceLROnPlateau(patience=3), CSVLogger('a.csv')", keep=True)
    assert order(app) == ["EarlyStopping", "ReduceLROnPlateau", "CSVLogger"]
    assert spec_in_link(app).callbacks[2].filename == "a.csv"


FIT = "model.fit(x, y, epochs=9, validation_split=0.2, callbacks=[ReduceLROnPlateau(patience=3)])"


def test_a_pasted_program_tells_the_epochs_and_what_was_left_out(form):
    app = form(callbacks="EarlyStopping")
    paste(app, FIT)
    assert spec_in_link(app).training.epochs == 9
    assert "Filled in: ReduceLROnPlateau, epochs." in texts(app.text)
    assert "`validation_split` of `fit` is not taken." in texts(app.text)


def test_a_call_that_is_added_leaves_the_training_alone_and_says_so(form):
    app = form(callbacks="EarlyStopping")
    paste(app, FIT, keep=True)
    assert spec_in_link(app).training.epochs == RunSpec().training.epochs
    assert "Left as it is here: epochs." in texts(app.text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ReduceLROnPlateau(", "Line 1 is not Python"),
        ("print(1)", "No callback of Keras is called here."),
        ("", "No callback of Keras is called here."),
        ("RemoteMonitor()", "RemoteMonitor cannot run here."),
    ],
)
def test_what_cannot_be_pasted_gets_a_sentence_and_changes_nothing(form, text, words):
    app = form(**{"callbacks": "EarlyStopping", "EarlyStopping.patience": "7"})
    paste(app, text)
    assert words in texts(app.text)
    assert order(app) == ["EarlyStopping"]
    assert number(app, "patience").value == 7


def test_a_pasted_value_that_is_wrong_stands_in_the_form_to_be_mended(form):
    app = form(callbacks="EarlyStopping")
    paste(app, "ReduceLROnPlateau(factor=1.5)")
    assert number(app, "factor").value == 1.5
    assert "**ReduceLROnPlateau** · `factor` must lie strictly" in texts(app.error)
    assert "comes back when the settings above are right" in texts(app.caption)


def test_a_pasted_schedule_object_is_told_until_the_form_is_given_something_else(form):
    app = form(callbacks="EarlyStopping")
    paste(app, "o = Adam(CosineDecay(0.1, 100))\nReduceLROnPlateau(patience=2)")
    assert "Your code gives the optimizer a CosineDecay as its rate." in texts(app.markdown)
    app.button_group[0].select("Quick demo").run()
    assert "CosineDecay" not in texts(app.markdown)


def test_the_form_shows_only_what_the_plan_reads(form):
    app = form(**{"callbacks": "LearningRateScheduler", "LearningRateScheduler.schedule": "cosine"})
    shown = {field.label for field in [*app.number_input, *app.text_input]}
    assert "`alpha`" in shown
    assert not {"`decay_rate`", "`warmup_epochs`", "`table`"} & shown


def test_a_plan_that_was_just_chosen_is_the_one_that_is_shown(form):
    app = form(callbacks="LearningRateScheduler")
    by_key(app.selectbox, "form-1-LearningRateScheduler.schedule").set_value("one_cycle").run()
    shown = {field.label for field in app.number_input}
    assert {"`warmup_epochs`", "`div_factor`", "`alpha`"} <= shown
    assert "`decay_rate`" not in shown


@pytest.mark.parametrize("name", ["LearningRateScheduler.table", "training.learning_rate"])
def test_a_plan_that_cannot_be_drawn_says_so(form, name):
    app = form(
        **{
            "callbacks": "LearningRateScheduler",
            "LearningRateScheduler.schedule": "table",
            name: "x",
        }
    )
    assert not app.exception
    assert "The curve of its rates appears here" in texts(app.caption)


def test_a_plan_that_does_not_exist_is_refused_with_a_sentence(form):
    app = form(**{"callbacks": "LearningRateScheduler", "LearningRateScheduler.schedule": "zigzag"})
    assert not app.exception
    assert "`schedule` must be 'constant'" in texts(app.error)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("training.epochs", "Infinity", "`epochs` must be a whole number from 1 to 500, got inf."),
        ("training.epochs", "1e30", "got 1e+30."),
        ("training.epochs", "9" * 400, "got 999"),
        ("training.epochs", "9" * 6000, "got '999"),
        ("training.epochs", "many", "got 'many'."),
        ("training.learning_rate", "1e999", "got inf."),
        ("training.learning_rate", "NaN", "got nan."),
        ("ReduceLROnPlateau.min_lr", "[" * 6000, "got '[[["),
    ],
)
def test_a_value_that_no_field_can_hold_is_refused_by_name(form, name, text, told):
    app = form(**{"callbacks": "ReduceLROnPlateau", name: text})
    assert not app.exception
    assert told in texts(app.error).replace("\\", "")
    short = name.partition(".")[2]
    assert number(app, short).value is None
    press(app, "remove-ReduceLROnPlateau")
    app.switch_page(MONITOR).run()
    app.query_params.clear()
    app.switch_page(CONFIGURE).run()
    assert not app.exception
    if name.startswith("training"):
        assert told in texts(app.error).replace("\\", "")
        number(app, short).set_value(1).run()
        assert not app.error


def test_the_callbacks_that_are_off_say_why(form):
    app = form(callbacks="")
    assert "send requests to an address of their choice" in texts(app.markdown)
    assert "orbax-checkpoint" in texts(app.markdown)


def test_the_code_of_the_form_is_that_of_its_settings(form):
    app = form(**{"callbacks": ",".join(ALL), "ReduceLROnPlateau.patience": "3"})
    script, cell = (block.value for block in app.code if block.language == "python")
    for source in (script, cell):
        ast.parse(source)
        assert all(f"keras.callbacks.{name}(" in source for name in ALL)
        assert "patience=3" in source


def test_the_monitor_shows_the_code_and_the_table_of_csv_logger(form, app, db, home):
    app.run()
    spec = RunSpec(name="mine", callbacks=(CSVLogger(),))
    run_id = store.create_run(db, spec, owner="somebody")
    directory = home / "home" / "runs" / run_id
    directory.mkdir(parents=True)
    (directory / "log.csv").write_text("epoch,loss\n0,1.0\n")
    store.end_run(db, run_id, RunStatus.FINISHED)
    app.session_state[f"tabs-{run_id}"] = "Settings"
    app.query_params["run"] = run_id
    app.switch_page(MONITOR).run()
    assert any("CSVLogger(" in block.value for block in app.code)
    app.session_state[f"tabs-{run_id}"] = "Downloads"
    app.run()
    assert "CSVLogger's table" in {element.label for element in app.get("download_button")}


def test_what_a_link_says_becomes_no_link_in_the_sentence_about_it(form):
    app = form(
        **{"callbacks": "ModelCheckpoint", "ModelCheckpoint.filepath": "[a](http://example.org)"}
    )
    assert r"got '\[a\](http://example.org)'" in texts(app.error)


@pytest.mark.parametrize(("hosted", "given"), [("false", True), ("true", False)])
def test_the_scans_of_a_folder_can_be_taken_home_from_a_server_of_ones_own_only(
    form, home, monkeypatch, hosted, given
):
    monkeypatch.setenv("PLATEAU_HOSTED", hosted)
    write_scans(home / "data" / "squares")
    spec = FolderScans(folder="squares", image_size=32)
    data.load(
        spec,
        data_dir=home / "data",
        cache_dir=services.settings().cache_dir,
        on_progress=lambda *_: None,
    )
    app = form(**links.to_query(RunSpec(name="Quick demo", scans=spec)))
    labels = {element.label for element in app.get("download_button")}
    assert ("Download scans.npz, the scans it reads" in labels) is given
    assert ("are not given away" in texts(app.caption)) is not given
