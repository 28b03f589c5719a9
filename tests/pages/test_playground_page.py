"""The playground without a browser."""

import json

import pytest

from core.specs import playground
from core.specs.playground_presets import PLAYGROUND_PRESETS

PLAYGROUND = "pages/learn/playground.py"


def texts(elements):
    return " ".join(str(element.value) for element in elements)


def slider(app, name):
    return next(found for found in app.select_slider if found.label == f"`{name}`")


def toggle(app, label):
    return next(found for found in app.toggle if found.label == label)


@pytest.fixture
def opened(app):
    def open_with(**query):
        app.run()
        app.query_params.update({name.replace("__", "."): text for name, text in query.items()})
        return app.switch_page(PLAYGROUND).run()

    return open_with


def linked(app):
    """Return the dials that the page's own link holds."""
    query = dict(app.query_params.items())
    return playground.from_query(
        {name: text if isinstance(text, str) else text[0] for name, text in query.items()}
    )


def test_it_opens_with_an_experiment_and_says_what_to_look_for(opened):
    app = opened()
    assert not app.exception
    assert "halves its rate whenever it is stuck" in texts(app.markdown)
    assert "The lower the rate, the lower the noise floor." in texts(app.markdown)
    assert "And the slower the progress." in texts(app.markdown)
    assert linked(app) == (PLAYGROUND_PRESETS["Factor 0.5"].dials(), ())


@pytest.mark.parametrize("preset", PLAYGROUND_PRESETS)
def test_a_preset_moves_the_sliders(opened, preset):
    app = opened()
    app.button_group[0].select(preset).run()
    assert not app.exception
    assert linked(app) == (PLAYGROUND_PRESETS[preset].dials(), ())
    assert PLAYGROUND_PRESETS[preset].look_for in texts(app.markdown)


def test_a_moved_slider_changes_the_numbers_and_the_link(opened):
    app = opened()
    before = texts(app.markdown)
    slider(app, "patience").set_value(12).run()
    assert linked(app)[0]["B.ReduceLROnPlateau.patience"] == 12
    assert texts(app.markdown) != before
    assert "Your own settings" in texts(app.markdown)


def test_the_sliders_of_another_setting_come_in_the_place_of_the_first_ones(opened):
    app = opened()
    slider(app, "factor").set_value(0.9).run()
    app.button_group[1].select("D").run()
    toggle(app, "in the chart").set_value(True).run()
    toggle(app, "`EarlyStopping`").set_value(True).run()
    slider(app, "baseline").set_value(0.3).run()
    app.button_group[1].select("B").run()
    assert slider(app, "factor").value == 0.9
    values, _ = linked(app)
    assert values["D.EarlyStopping.baseline"] == 0.3
    assert playground.shown_letters(values) == ("A", "B", "C", "D")


def test_a_link_restores_the_sliders_and_says_what_it_could_not(opened):
    app = opened(
        settings="A",
        A__ReduceLROnPlateau="true",
        A__ReduceLROnPlateau__factor="0.33",
        A__ReduceLROnPlateau__cooldown="99",
        optimizer="adam",
    )
    assert slider(app, "factor").value == 0.33
    assert slider(app, "cooldown").value == 0
    assert app.selectbox[0].value == "adam"
    assert "must be a whole number from 0 to 30, got '99'" in texts(app.warning).replace("\\", "")


def test_what_a_link_says_is_not_read_as_markdown(opened):
    app = opened(settings="A", gradient_noise="[here](https://example.org)")
    assert "](" not in texts(app.warning)


def test_nothing_in_the_chart_is_no_error(opened):
    app = opened(settings="A")
    toggle(app, "in the chart").set_value(False).run()
    assert not app.exception


def test_the_link_to_share_keeps_the_visitors_token_to_itself(opened, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOSTED", "true")
    app = opened()
    assert "owner" in app.query_params
    (link,) = [code.value for code in app.code if "settings=" in code.value]
    assert "owner" not in link
    assert json.dumps(0.5) not in link  # The defaults are left out.
