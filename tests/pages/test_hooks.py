"""The Hooks page, without a browser."""

import pytest

from core.specs.trace import TraceSpec
from core.store import traces
from pages.parts import services
from tests.pages.test_visits import button, texts

HOOKS = "pages/learn/hooks.py"


@pytest.fixture
def hooks(app):
    app.run().switch_page(HOOKS).run()
    assert not app.exception
    return app


def slider(app, label):
    return next(slider for slider in app.slider if slider.label.startswith(label))


def test_the_recorded_trace_is_shown_at_once_and_said_to_be_recorded(hooks):
    assert "trained · recorded" in texts(hooks.markdown)
    assert slider(hooks, "Call 1 of").max > 50


def test_that_no_accuracy_is_an_improvement_here_stands_on_the_page(hooks):
    said = "`ReduceLROnPlateau` and `EarlyStopping` have a `min_delta` of 1 here"
    assert said in texts(hooks.caption)


def test_next_and_previous_walk_through_the_calls(hooks):
    button(hooks, "Next").click().run()
    assert "ReduceLROnPlateau.on_train_begin" in texts(hooks.markdown)
    assert slider(hooks, "Call 2 of").value == 2
    button(hooks, "Previous").click().run()
    assert "CSVLogger.on_train_begin" in texts(hooks.markdown)


def test_without_batch_hooks_fewer_calls_are_walked_through(hooks):
    everything = slider(hooks, "Call").max
    hooks.toggle[0].set_value(False).run()
    assert slider(hooks, "Call").max < everything


def test_another_choice_shows_whose_trace_it_is_and_asks_a_worker(hooks):
    hooks.multiselect[0].set_value(["ReduceLROnPlateau", "CSVLogger"]).run()
    assert "trained · other settings" in texts(hooks.markdown)
    button(hooks, "Trace a real fit").click().run()
    (asked,) = services.engine().asked
    (values,) = asked.arguments
    assert values["callbacks"] == ["ReduceLROnPlateau", "CSVLogger"]
    assert button(hooks, "Trace a real fit").disabled
    asked.give(error="The worker process ended before it answered.")
    hooks.run()
    assert "ended before it answered" in texts(hooks.error)
    assert not button(hooks, "Trace a real fit").disabled


def test_an_answer_is_kept_and_shown(hooks):
    button(hooks, "Trace a real fit").click().run()
    services.engine().asked[0].give(traces.recorded_trace().to_json())
    hooks.run()
    assert "This trace was made here" in texts(hooks.markdown)
    assert traces.read_trace(services.settings().traces_dir, TraceSpec()) is not None


def test_a_link_brings_the_choice_and_the_call(app):
    app.run()
    app.query_params.update({"callbacks": "EarlyStopping", "epochs": "2", "call": "91"})
    app.switch_page(HOOKS).run()
    assert app.multiselect[0].value == ["EarlyStopping"]
    assert "ReduceLROnPlateau.on_epoch_end(0, logs)" in texts(app.markdown)


def test_a_link_with_a_wrong_value_says_what_is_wrong(app):
    app.run()
    app.query_params["epochs"] = "900"
    app.switch_page(HOOKS).run()
    assert "must be a whole number from 1 to 6, got '900'" in texts(app.error)


def test_the_order_is_changed_one_place_at_a_time(hooks):
    earlier = next(b for b in hooks.button if b.key == "trace-earlier-ReduceLROnPlateau")
    earlier.click().run()
    assert hooks.multiselect[0].value[:2] == ["ReduceLROnPlateau", "CSVLogger"]
