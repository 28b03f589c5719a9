"""The Sweep page, without a browser."""

import json
from urllib.parse import parse_qsl

import pytest

from core import store
from core.charts.sweep.curves import curves_figure
from core.specs.presets import quick_demo
from core.specs.sweep_draft import SweepDraft, draft_for
from core.store import BranchEpoch, RunStatus
from pages.parts import services, sweep_view
from pages.parts.words import escaped
from tests.compared_runs import store_run
from tests.pages.test_visits import a_run, button, texts
from tests.swept import store_sweep, sweep_spec

SWEEP = "pages/plateaus/sweep.py"
PATIENCE, FACTOR = "ReduceLROnPlateau.patience", "ReduceLROnPlateau.factor"


@pytest.fixture
def opened(app):
    """Open the Sweep page with a link."""

    def open_link(**query):
        app.run()
        app.query_params.update(query)
        app.switch_page(SWEEP).run()
        assert not app.exception
        return app

    return open_link


@pytest.fixture
def mine(app, db):
    """Store a sweep of the visitor's own."""

    def stored(**more):
        app.run()
        most = more.pop("most_epochs", 10_000)
        spec = sweep_spec(**more)
        return store_sweep(db, spec, owner=app.session_state["owner"], most_epochs=most)

    return stored


def link(app):
    """Return the address's parameters, each of which is given once."""
    return {
        name: value if isinstance(value, str) else value[0]
        for name, value in dict(app.query_params).items()
        if name != "owner"
    }


def field(app, name):
    """Return the input of a parameter's values."""
    callback, _, parameter = name.partition(".")
    (found,) = [
        each for each in app.text_input if each.label == f"Values of {parameter} of {callback}"
    ]
    return found


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def test_the_form_opens_with_a_sweep_over_the_quick_demo_and_its_cost(opened):
    app = opened()
    assert field(app, FACTOR).value == "0.1, 0.5"
    assert metrics(app)["Runs"] == "12"
    assert metrics(app)["Epochs, one by one"] == "192"
    assert "There is no time yet" in texts(app.caption)
    assert SweepDraft.from_query(link(app)).check() == draft_for(quick_demo()).check()
    assert "None yet" in texts(app.caption)


def test_a_link_fills_the_form(opened):
    draft = draft_for(quick_demo(), name="Mine")
    draft = SweepDraft(draft.base, {PATIENCE: "2 to 6 step 2"}, seeds=5)
    app = opened(**draft.to_query())
    assert field(app, PATIENCE).value == "2 to 6 step 2"
    assert metrics(app)["Runs"] == "15"
    assert link(app) == draft.to_query()


def test_values_that_cannot_be_are_said_below_their_parameter_and_start_nothing(opened):
    app = opened()
    field(app, PATIENCE).set_value("6 to 2").run()
    assert "must rise by a step greater than 0, got '6 to 2'" in texts(app.caption)
    field(app, PATIENCE).set_value("2").run()
    field(app, FACTOR).set_value("0.1, 1.5").run()
    assert "lie strictly between 0 and 1, got 1.5" in texts(app.error)
    assert button(app, "Start the sweep").disabled
    assert link(app)[f"vary.{FACTOR}"] == "0.1, 1.5"


def test_a_parameter_is_taken_out_and_another_is_added(opened):
    app = opened()
    next(each for each in app.button if each.key.endswith(f"remove-{FACTOR}")).click().run()
    (menu,) = [each for each in app.selectbox if each.label == "Add a parameter"]
    menu.select("ReduceLROnPlateau.cooldown").run()
    assert field(app, "ReduceLROnPlateau.cooldown").value == "0"
    assert link(app)["vary.ReduceLROnPlateau.cooldown"] == "0"
    assert f"vary.{FACTOR}" not in link(app)


def test_the_grid_becomes_a_list_that_can_be_changed(opened):
    app = opened()
    kind = next(each for each in app.button_group if each.label == "Settings as")
    kind.set_value("List").run()
    written = app.text_area[0].value.splitlines()
    assert written[0] == f"{FACTOR}, {PATIENCE}"
    assert len(written) == 5
    app.text_area[0].set_value("factor\n0.1\n0.2\n0.4").run()
    assert metrics(app)["Runs"] == "9"
    assert link(app)["list"] == "factor\n0.1\n0.2\n0.4"
    app.text_area[0].set_value("factor, x\n0.1, 1").run()
    assert "Check its spelling" in texts(app.caption)


def test_a_base_is_taken_from_a_run_without_what_a_sweep_cannot_have(opened, app, db):
    app.run()
    store_run(db, "earlier", patience=7, owner=app.session_state["owner"])
    app = opened()
    (base,) = [each for each in app.selectbox if each.label == "Start from"]
    base.select_index(2).run()
    assert link(app)["ReduceLROnPlateau.monitor"] == "val_accuracy"
    (base,) = [each for each in app.selectbox if each.label == "Start from"]
    base.select_index(1).run()
    assert "TensorBoard" in texts(app.info)
    assert link(app)["callbacks"] == "ReduceLROnPlateau"


def test_of_two_runs_of_one_name_each_can_be_the_base(opened, app, db):
    app.run()
    runs = {
        store_run(db, "Demo", planned=epochs, owner=app.session_state["owner"]): epochs
        for epochs in (11, 12)
    }
    app = opened()
    for run_id, epochs in runs.items():
        (base,) = [each for each in app.selectbox if each.label == "Start from"]
        base.set_value(run_id).run()
        assert link(app)["training.epochs"] == str(epochs)


def test_the_form_on_configure_is_offered_as_a_base_once_it_was_filled(opened, app):
    app.run()
    app.query_params.update({"callbacks": "EarlyStopping", "EarlyStopping.patience": "4"})
    app.switch_page("pages/train/configure.py").run()
    app.query_params.clear()
    app = opened()
    (base,) = [each for each in app.selectbox if each.label == "Start from"]
    base.select("The form on Configure").run()
    assert link(app)["EarlyStopping.patience"] == "4"
    assert field(app, "EarlyStopping.min_delta").value == "0, 0.005"


def test_what_will_surprise_is_told_once_with_the_settings_it_is_in(opened):
    app = opened()
    field(app, PATIENCE).set_value("2, 7, 8").run()
    assert not app.exception
    said = texts(app.markdown).replace("\\", "")
    assert said.count("**in 4 of 6 settings: patience 7, 8**") == 1
    assert "With factor 0.1, patience 7, for one: On a flat" in said
    assert "Give EarlyStopping more patience" in said
    field(app, PATIENCE).set_value("two").run()
    assert "settings: patience 7" not in texts(app.markdown)


def test_what_will_surprise_is_mended_in_the_base_or_by_leaving_values_out(opened):
    cooldown = {"vary.ReduceLROnPlateau.cooldown": "0 to 2"}
    app = opened(callbacks="ReduceLROnPlateau,EarlyStopping", **cooldown)
    button(app, "Set restore_best_weights to True in the base").click().run()
    assert not app.exception
    assert app.session_state["sweep_values"]["EarlyStopping.restore_best_weights"] is True
    button(app, "Leave cooldown 1 out").click().run()
    assert not app.exception
    assert field(app, "ReduceLROnPlateau.cooldown").value == "0, 2"
    assert not [each.label for each in app.button if "cooldown" in each.label]


def test_a_known_run_tells_the_time(opened, app, db):
    app.run()
    store_run(db, "known", owner=app.session_state["owner"], values=(0.5, 0.6, 0.7, 0.7))
    app = opened()
    assert "2.0 s an epoch" in texts(app.caption)
    assert " s" in metrics(app)["Time on one worker"]


def test_a_start_makes_one_sweep_and_shows_it(opened, db):
    app = opened()
    button(app, "Start the sweep").click().run()
    (sweep,) = store.read_sweeps(db)
    assert services.engine().sweeps == [sweep.id]
    assert link(app) == {"sweep": sweep.id}
    assert app.header[0].value == "Sweep"
    assert metrics(app)["Epochs trained"] == "0"
    assert "Runs that have ended appear here" in texts(app.caption)
    button(app, "Stop").click().run()
    assert store.read_sweep(db, sweep.id).stop_requested


def test_too_many_sweeps_are_refused(opened, mine):
    for number in range(services.settings().plateau_max_active_runs_each):
        mine(name=f"number {number}", most_epochs=1)
    app = opened()
    button(app, "Start the sweep").click().run()
    assert "is the limit" in texts(app.warning)


def test_a_sweep_says_whether_its_curves_are_exact_where_it_was_trained(opened, mine, db):
    sweep = mine(seeds=(0,))
    assert "go on from the state they share" not in texts(opened(sweep=sweep.id).caption)
    for run in store.read_sweep_runs(db, sweep.id):
        store.update_run(db, run.id, device="GPU:0 (tensorflow)", goes_on_exactly=False)
    said = texts(opened(sweep=sweep.id).caption)
    assert "go on from the state they share. Not to the last bit on GPU:0" in said


def test_a_finished_sweep_shows_its_ledger_and_what_to_take(opened, mine):
    sweep = mine(factors=(0.1, 0.5), patiences=(1, 3))
    app = opened(sweep=sweep.id)
    shown = metrics(app)
    assert int(shown["Epochs trained"]) < int(shown["Epochs reported"]) == 12 * 12
    assert float(shown["Factor"]) == pytest.approx(144 / int(shown["Epochs trained"]), abs=0.005)
    said = texts(app.success) + texts(app.info)
    assert "3 seeds" in said
    assert "Bonferroni" in texts(app.caption)
    table = next(each.value for each in app.dataframe if "place" in each.value)
    assert list(table["place"]) == [1, 2, 3, 4]
    assert table["so it is"].notna().sum() == 3
    assert "Comparison (CSV)" in str(app.get("download_button"))
    assert not [each for each in app.button if each.label in ("Stop", "Resume")]


def test_the_models_of_a_sweep_can_be_evaluated(opened, mine, app):
    sweep = mine(factors=(0.1, 0.5), patiences=(1, 2, 3, 4), epochs=4)
    (link,) = [
        each for each in opened(sweep=sweep.id).get("page_link") if "Evaluate" in each.proto.label
    ]
    assert link.proto.label == "Evaluate 18 models of the best settings"
    query = dict(parse_qsl(link.proto.query_string))
    app.query_params["runs"] = query["runs"]
    app.switch_page("pages/scans/evaluate.py").run()
    assert not app.exception
    (chosen,) = app.multiselect
    assert (len(chosen.value), len(chosen.options)) == (18, 24)
    assert "Not evaluated yet" in texts(app.markdown)


def test_curves_are_given_what_callbacks_made_of_the_epochs_unless_there_are_many(
    opened, mine, monkeypatch
):
    drawn = []

    def keep(results, seeds, **more):
        drawn.append(more["verdicts"])
        return curves_figure(results, seeds, **more)

    monkeypatch.setattr(sweep_view, "curves_figure", keep)
    sweep = mine(epochs=4, seeds=(0,))
    assert "what its callbacks made of the epoch" in texts(opened(sweep=sweep.id).caption)
    monkeypatch.setattr(sweep_view, "_MOST_EPOCHS_WITH_VERDICTS", 3)
    assert "what its callbacks made" not in texts(opened(sweep=sweep.id).caption)
    assert drawn[0]
    assert not drawn[-1]


@pytest.mark.parametrize(("axes", "ways"), [({}, 3), ({"stopping": (2, 4)}, 3)])
def test_every_way_to_look_at_settings_is_drawn(opened, mine, axes, ways):
    app = opened(sweep=mine(**axes).id)
    options = next(each for each in app.button_group if each.label == "Show as").options
    assert len(options) == ways
    for option in options:
        control = next(each for each in app.button_group if each.label == "Show as")
        control.set_value(option).run()
        assert not app.exception
    for seeds in ("1", "all"):
        next(each for each in app.button_group if each.label == "Tree and curves of").set_value(
            seeds
        ).run()
        assert not app.exception
        assert link(app)["seed"] == seeds


def test_the_link_of_a_sweep_says_what_is_looked_at(opened, mine):
    said = {"sweep": mine().id, "metric": "val_loss", "of": "final", "seed": "2"}
    app = opened(**said)
    assert link(app) == said
    assert "final val_loss" in next(each.value for each in app.dataframe if "place" in each.value)
    assert next(each for each in app.selectbox if each.label == "Metric").value == "val_loss"


def test_one_seed_is_said_not_to_tell_and_a_link_trains_three(opened, mine):
    sweep = mine(seeds=(3,))
    app = opened(sweep=sweep.id)
    next(each for each in app.button_group if each.label == "Of each curve").set_value(
        "final"
    ).run()
    assert "One seed cannot tell" in texts(app.info)
    more = next(each for each in app.get("page_link") if "3 seeds" in each.proto.label)
    again = SweepDraft.from_query(dict(parse_qsl(more.proto.query_string))).check()
    assert (again.seeds, again.axes) == ((3, 4, 5), sweep.spec.axes)


def test_a_stopped_sweep_is_resumed_by_its_owner_alone(opened, mine, db):
    sweep = mine(most_epochs=5)
    store.interrupt_sweep(db, sweep.id)
    app = opened(sweep=sweep.id)
    assert "No run came to its own end" in texts(app.caption)
    button(app, "Resume").click().run()
    assert store.read_sweep(db, sweep.id).status is RunStatus.QUEUED
    assert services.engine().sweeps == [sweep.id]
    other = store_sweep(db, sweep_spec(), owner="another")
    app = opened(sweep=other.id)
    assert not [each for each in app.button if each.label in ("Stop", "Resume", "Delete")]


def test_a_sweep_is_deleted_after_it_was_asked_for(opened, mine, db):
    sweep = mine()
    app = opened(sweep=sweep.id)
    button(app, "Delete").click().run()
    assert "12 runs" in texts(app.markdown)
    [each for each in app.button if each.label == "Delete"][-1].click().run()
    assert store.read_sweeps(db) == []
    assert store.read_sweep_runs(db, sweep.id) == []


def test_the_page_says_why_runs_failed_and_what_they_noted(opened, mine, db):
    sweep = mine(patiences=(1,), seeds=(0,), most_epochs=1)
    (branch,) = store.read_branches(db, sweep.id)
    ids = store.read_run_ids(db, branch)
    ended = {ids[0]: (RunStatus.FAILED, "No *metric*.")}
    store.write_branch_epoch(db, branch, BranchEpoch(1, 1.0, {}, ended=ended))
    store.add_note(db, ids[1], "The state was *damaged*.")
    app = opened(sweep=sweep.id)
    assert escaped("1 of 2 runs failed (factor 0.1): No *metric*.") in texts(app.error)
    assert "Notes of its runs (1)" in [each.label for each in app.expander]
    assert escaped("1 of 2 runs: The state was *damaged*.") in texts(app.markdown)


def test_older_sweeps_are_shown_on_demand(opened, mine):
    for _ in range(2):
        mine(factors=(0.1,), seeds=(0,), epochs=3)
    app = opened(new="1")
    app.session_state["sweeps-shown"] = 1
    app.run()
    assert len([one for one in app.button if one.label == "Delete"]) == 1
    button(app, "Show more sweeps").click().run()
    assert len([one for one in app.button if one.label == "Delete"]) == 2
    assert "Show more sweeps" not in {one.label for one in app.button}


def test_resuming_counts_against_the_limit_and_a_sweep_that_is_gone_says_so(opened, mine, db):
    stopped = mine(name="stopped", most_epochs=5)
    store.interrupt_sweep(db, stopped.id)
    app = opened(sweep=stopped.id)
    for number in range(services.settings().plateau_max_active_runs_each):
        mine(name=f"number {number}", most_epochs=1)
    button(app, "Resume").click().run()
    assert "is the limit" in texts(app.error)
    assert not store.read_sweep(db, stopped.id).is_active
    store.delete_sweep(db, stopped.id, owner=store.owner_of(app.session_state["owner"]))
    button(app, "Resume").click().run()
    assert not app.exception
    assert "There is no sweep" in texts(app.error)


def test_a_run_of_a_sweep_leads_back_to_it_and_is_not_stopped_alone(app, mine, db):
    sweep = mine(most_epochs=4)
    app.query_params["run"] = store.read_sweep_runs(db, sweep.id)[0].id
    app.switch_page("pages/train/monitor.py").run()
    assert not app.exception
    (back,) = [link for link in app.get("page_link") if link.proto.label == "Part of a sweep"]
    assert f"sweep={sweep.id}" in back.proto.query_string
    assert not [each for each in app.button if each.label == "Stop"]


def test_a_link_to_a_sweep_that_is_gone_says_so(opened):
    app = opened(sweep="nothing*")
    assert "There is no sweep" in texts(app.error)


def test_the_form_opens_with_the_settings_of_a_sweep(opened, mine):
    sweep = mine(name="Once more", factors=(0.2, 0.4), seeds=(4, 5))
    app = opened(**SweepDraft.of(sweep.spec).to_query())
    assert field(app, FACTOR).value == "0.2, 0.4"
    again = SweepDraft.from_query(link(app)).check()
    assert (again.settings(), again.seeds) == (sweep.spec.settings(), sweep.spec.seeds)
    assert "Once more" in str([each.proto.label for each in app.get("page_link")])


def test_the_export_holds_every_curve_and_the_ledger(db):
    from core.charts.sweep.exported import sweep_json
    from tests.swept import read_results

    def broken(seed, rates):
        return float("nan") if len(rates) == 3 else 0.5

    sweep = store_sweep(db, sweep_spec(epochs=4), accuracy=broken)
    results = read_results(db, sweep.id)
    told = json.loads(sweep_json(results, store.read_ledger(db, sweep.id), "val_loss", "best"))
    assert len(told["runs"]) == 12
    assert told["runs"][0]["epochs"][2]["val_accuracy"] is None
    assert [epoch["epoch"] for epoch in told["runs"][0]["epochs"]] == [1, 2, 3, 4]
    assert min(branch["first_epoch"] for branch in told["branches"]) == 1
    assert max(branch["last_epoch"] for branch in told["branches"]) == 4
    assert told["runs"][-1]["values"] == {FACTOR: 0.5, PATIENCE: 3}
    assert told["ledger"]["epochs_reported"] == 48


def test_the_table_of_runs_leads_to_each_monitor_and_holds_no_key(opened, app, mine):
    sweep = mine(seeds=(0, 1), epochs=4)
    opened(sweep=sweep.id)
    table = next(each.value for each in app.dataframe if "status" in each.value)
    assert app.session_state["owner"] not in table.to_csv()
    assert "monitor" not in table
    (link,) = [one for one in app.get("page_link") if "open its monitor" in one.proto.label]
    assert link.proto.disabled
    app.session_state[f"sweep-runs-{sweep.id}"] = {"selection": {"rows": [3]}}
    app.run()
    assert not app.exception
    (link,) = [one for one in app.get("page_link") if "Open the monitor" in one.proto.label]
    row = table.iloc[3]
    assert link.proto.label.endswith(f"{escaped(row['setting'])}, seed {row['seed']}")
    assert not link.proto.disabled


def test_a_sweep_that_waits_says_what_is_before_it(opened, mine, db):
    a_run(db)
    sweep = mine(seeds=(0,), epochs=4, most_epochs=0)
    opened(sweep=sweep.id)
    (bar,) = opened(sweep=sweep.id).get("progress")
    assert bar.proto.text.endswith("0 branches at work · 1 waiting · before it 1 run")


def test_the_operator_stops_a_sweep_that_another_started(app, db, monkeypatch):
    monkeypatch.setenv("PLATEAU_OPERATOR_TOKEN", "the-operators-own-token")
    sweep = store_sweep(db, sweep_spec(seeds=(0,), epochs=4), owner="ann", most_epochs=0)
    app.query_params["owner"] = "the-operators-own-token"
    app.run().switch_page(SWEEP).run()
    app.button(key=f"sweep-stop-{sweep.id}").click().run()
    assert not app.exception
    assert store.read_sweep(db, sweep.id).stop_requested
