"""Pausing, going on, forking and setting the rate, from the pages, without a browser."""

import json
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from core import store
from core.charts.keras_restore import as_keras_would
from core.specs import links, presets
from core.specs.callbacks import EarlyStopping, LearningRateScheduler
from core.store import Epoch, Event, EventKind, RunStatus, SavedState
from pages.parts import services
from tests.pages.test_visits import CONFIGURE, MONITOR, button, number, parts, texts

FINISHED = 5


@pytest.fixture
def owner(app):
    app.run()
    return app.session_state["owner"]


def a_run(
    db, owner, *, status=RunStatus.STOPPED, finished=FINISHED, spec=None, device="CPU", error=""
):
    spec = spec or presets.quick_demo()
    run_id = store.create_run(db, spec, owner=store.owner_of(owner))
    store.start_run(db, run_id)
    store.update_run(db, run_id, status=RunStatus.RUNNING, device=device, steps_per_epoch=50)
    counted = {"kind": "ReduceLROnPlateau", "monitor": "val_accuracy", "wait": 1, "best": 0.8}
    counted |= {"patience": 2, "cooldown": 0, "cooldown_counter": 0, "fired": False}
    logs = {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.4}
    store.append(
        db,
        run_id,
        new_epochs=[Epoch(n, logs, 1e-3, 1e-3, 1.0, 0.8, (counted,)) for n in range(finished)],
        new_states=[SavedState(n, f"{run_id}/{n}", "0" * 64, 2**20) for n in range(finished)],
    )
    if status not in store.ACTIVE:
        store.end_run(db, run_id, status, error=error)
    return run_id


def open_monitor(app, run_id, *, going_on=False, tab=None):
    app.query_params["run"] = run_id
    if going_on:
        app.session_state[f"go-on-{run_id}"] = True
    if tab:
        app.session_state[f"tabs-{run_id}"] = tab
    app.switch_page(MONITOR).run()
    assert not app.exception
    return app


def labels(app):
    return {button.label for button in app.button}


def link_labels(app):
    return [item.proto.label for item in app.get("page_link")]


def test_a_live_run_is_asked_to_pause_and_it_is_taken_back(app, db, owner):
    run_id = a_run(db, owner, status=RunStatus.RUNNING)
    open_monitor(app, run_id)
    button(app, "Pause").click().run()
    assert store.read_run(db, run_id).pause_requested
    assert "It pauses at the end of this epoch." in texts(app.caption)
    button(app, "Do not pause").click().run()
    assert not store.read_run(db, run_id).pause_requested
    assert "It pauses" not in texts(app.caption)


def test_the_rate_is_cut_and_set_by_hand_and_waits_for_the_worker(app, db, owner):
    run_id = a_run(db, owner, status=RunStatus.RUNNING)
    open_monitor(app, run_id)
    button(app, "Cut the rate now").click().run()
    # Typed and pressed at once: what stands in the field counts, not what was drawn last.
    next(field for field in app.number_input if field.label == "New rate").set_value(0.01)
    button(app, "Set the rate").click().run()
    asked = store.read_orders(db, run_id, 1).interventions
    assert [(each.kind, each.value) for each in asked] == [
        ("multiply_rate", 0.3),
        ("set_rate", 0.01),
    ]
    said = texts(app.caption)
    assert "Asked for: the learning rate times 0.3. The worker sets it before its next" in said
    assert "Asked for: the learning rate to 0.01." in said


def test_a_factor_that_cannot_be_is_refused_with_a_sentence(app, db, owner):
    open_monitor(app, a_run(db, owner, status=RunStatus.RUNNING))
    next(field for field in app.number_input if field.label == "Factor").set_value(-1.0)
    button(app, "Cut the rate now").click().run()
    assert "must be greater than 0 and at most 1000, got -1.0" in texts(app.warning)


@pytest.mark.parametrize(
    ("status", "label"),
    [
        (RunStatus.STOPPED, "Resume"),
        (RunStatus.INTERRUPTED, "Resume"),
        (RunStatus.FAILED, "Resume"),
        (RunStatus.PAUSED, "Continue"),
    ],
)
def test_an_ended_run_says_how_it_went_and_goes_on_from_its_last_epoch(
    app, db, owner, status, label
):
    error = "No memory." if status in (RunStatus.INTERRUPTED, RunStatus.FAILED) else ""
    run_id = a_run(db, owner, status=status, error=error)
    open_monitor(app, run_id)
    assert (r"No memory\." in texts(app.error)) == bool(error)
    assert f"after epoch {FINISHED} of" in app.text[0].value
    button(app, label).click().run()
    assert store.read_run(db, run_id).status is RunStatus.QUEUED
    assert services.engine().submitted == [run_id]
    assert "Stop" in labels(app)


def test_a_finished_run_goes_on_with_more_epochs(app, db, owner):
    spec = presets.quick_demo()
    spec = spec.model_copy(
        update={"training": spec.training.model_copy(update={"epochs": FINISHED})}
    )
    run_id = a_run(db, owner, status=RunStatus.FINISHED, spec=spec)
    open_monitor(app, run_id, going_on=True)
    assert "Resume" not in labels(app)
    assert "Exact: on the CPU" in texts(app.caption)
    button(app, "Resume from there").click().run()
    run = store.read_run(db, run_id)
    assert (run.status, run.spec.training.epochs) == (RunStatus.QUEUED, FINISHED + 10)


def test_a_run_of_as_many_epochs_as_there_can_be_goes_on_from_one_that_can_be_followed(
    app, db, owner
):
    spec = presets.quick_demo()
    most = spec.training.model_copy(update={"epochs": 500})
    spec = spec.model_copy(update={"training": most})
    run_id = a_run(db, owner, status=RunStatus.FINISHED, spec=spec, finished=500)
    open_monitor(app, run_id, going_on=True)
    for label in ("Go on after epoch", "Continue from epoch"):
        (box,) = [box for box in app.selectbox if box.label == label]
        assert box.options[0] == "499"


def test_a_run_goes_back_to_an_earlier_epoch_after_saying_what_is_forgotten(app, db, owner):
    run_id = a_run(db, owner, status=RunStatus.RUNNING)
    store.set_rate(db, run_id, 0.01, owner=store.owner_of(owner))
    (asked,) = store.read_orders(db, run_id, 1).interventions
    store.append(db, run_id, done=[replace(asked, epoch=3, batch=7, learning_rate=0.01)])
    store.end_run(db, run_id, RunStatus.STOPPED)
    open_monitor(app, run_id, going_on=True)
    after = next(box for box in app.selectbox if box.label == "Go on after epoch")
    after.set_value(3).run()
    assert "Epoch 5 is forgotten and trained again. To keep them, fork." in texts(app.caption)
    assert "by hand" not in texts(app.caption)
    after.set_value(1).run()
    assert "Epochs 3 to 5 are forgotten and trained again. To keep them, fork. What was done " in (
        texts(app.caption)
    )
    button(app, "Resume from there").click().run()
    assert [epoch.epoch for epoch in store.read_epochs(db, run_id)] == [0, 1]


def test_a_run_does_not_go_back_to_before_what_its_forks_share(app, db, owner):
    run_id = a_run(db, owner)
    spec = store.read_run(db, run_id).spec
    store.create_fork(db, run_id, spec, after_epoch=3, owner=store.owner_of(owner))
    open_monitor(app, run_id, going_on=True)
    after = next(box for box in app.selectbox if box.label == "Go on after epoch")
    assert after.options == ["5", "4"]


def test_which_states_are_kept_is_said_with_the_rule(app, db, owner):
    open_monitor(app, a_run(db, owner), going_on=True)
    said = texts(app.caption)
    assert "Kept are the states after epoch 1 to 5, 5 MB. The newest two states" in said


def test_a_refused_resume_is_said(app, db, owner):
    run_id = a_run(db, owner, status=RunStatus.DIVERGED)
    open_monitor(app, run_id, going_on=True)
    button(app, "Resume from there").click().run()
    assert "diverged in epoch 6, and would do so again" in texts(app.warning)


def test_strangers_see_no_way_to_go_on(app, db, owner, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOSTED", "true")
    for status in (RunStatus.RUNNING, RunStatus.STOPPED):
        open_monitor(app, a_run(db, "somebody", status=status))
        assert not {"Pause", "Cut the rate now", "Resume"} & labels(app)
        assert not [one for one in app.expander if one.label.startswith("Go on")]


def test_a_worker_that_died_is_said(app, db, owner):
    run_id = a_run(db, owner, status=RunStatus.RUNNING)
    store.append(db, run_id, new_events=[Event(EventKind.RESUMED, 2, {"died": True})])
    open_monitor(app, run_id)
    assert "A worker died in epoch 4; another one went on by itself" in texts(app.info)
    (live,) = [part for part in parts(app) if "figure" in part]
    assert '"resumed"' in live["figure"]


def test_the_form_for_a_fork_locks_what_the_state_depends_on(app, db, owner):
    run_id = a_run(db, owner)
    spec = store.read_run(db, run_id).spec
    # A link that asks for another seed does not get it.
    app.query_params.update(links.to_query(spec) | {"training.seed": "7"})
    app.query_params.update({"fork": run_id, "after": "3"})
    app.switch_page(CONFIGURE).run()
    assert not app.exception
    assert texts(app.title) == "Fork a run"
    locked = {field.label for field in app.number_input if field.disabled}
    assert {"`seed`", "`batch_size`"} <= locked
    assert not {"`epochs`", "`learning_rate`", "`patience`"} & locked
    assert number(app, "seed").value == spec.training.seed
    assert "Locked: the state that this run begins with depends on it." in texts(app.caption)
    number(app, "patience").set_value(4)
    button(app, "Continue from epoch 3").click().run()
    (child,) = [run for run in store.read_runs(db) if run.parent_id == run_id]
    assert child.forked_at == 2
    (event,) = store.read_events(db, child.id)
    assert event.detail["changed"] == {"ReduceLROnPlateau.patience": [2, 4]}
    assert services.engine().submitted == [child.id]


def test_the_address_of_the_fork_form_says_what_is_forked(app, db, owner):
    run_id = a_run(db, owner)
    app.query_params.update(links.to_query(store.read_run(db, run_id).spec))
    app.query_params.update({"fork": run_id, "after": "99"})
    app.switch_page(CONFIGURE).run()
    kept = {name: app.query_params[name] for name in ("fork", "after")}
    assert [value if isinstance(value, str) else value[0] for value in kept.values()] == [
        run_id,
        str(FINISHED),
    ]


@pytest.mark.parametrize("after", ["²", "9" * 6000, "-1", "", "x"])
def test_an_epoch_that_is_none_opens_the_form_of_a_fork_all_the_same(app, db, owner, after):
    run_id = a_run(db, owner)
    app.query_params.update(links.to_query(store.read_run(db, run_id).spec))
    app.query_params.update({"fork": run_id, "after": after})
    app.switch_page(CONFIGURE).run()
    assert not app.exception
    assert button(app, f"Continue from epoch {FINISHED}")


def test_the_link_to_a_run_from_scratch_has_what_was_typed_last(app, db, owner):
    run_id = a_run(db, owner)
    app.query_params.update(links.to_query(store.read_run(db, run_id).spec))
    app.query_params.update({"fork": run_id, "after": "3"})
    app.switch_page(CONFIGURE).run()
    number(app, "epochs").set_value(77).run()
    (way_out,) = [one for one in app.get("page_link") if "from scratch" in one.proto.label]
    query = dict(parse_qsl(way_out.proto.query_string, keep_blank_values=True))
    assert query["training.epochs"] == "77"
    assert not {"fork", "after"} & set(query)


def test_a_fork_without_an_epoch_of_its_own_is_refused_before_the_start(app, db, owner):
    run_id = a_run(db, owner)
    app.query_params.update(links.to_query(store.read_run(db, run_id).spec))
    app.query_params.update({"fork": run_id, "after": str(FINISHED)})
    app.switch_page(CONFIGURE).run()
    number(app, "epochs").set_value(FINISHED).run()
    assert f"`epochs` must be more than the {FINISHED} that are shared" in texts(app.error)
    assert button(app, f"Continue from epoch {FINISHED}").disabled


def test_a_fork_with_other_epochs_says_what_that_makes_of_a_plan(app, db, owner):
    planned = presets.quick_demo().model_copy(
        update={"callbacks": (LearningRateScheduler(schedule="cosine"),)}
    )
    run_id = a_run(db, owner, spec=planned)
    app.query_params.update(links.to_query(planned) | {"fork": run_id, "after": "3"})
    app.switch_page(CONFIGURE).run()
    assert "would have had other rates" not in texts(app.caption)
    number(app, "epochs").set_value(planned.training.epochs + 5).run()
    assert "the finished ones would have had other rates" in texts(app.caption)


def test_only_its_owner_forks_a_run(app, db, owner, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOSTED", "true")
    run_id = a_run(db, "somebody")
    app.query_params.update(links.to_query(presets.quick_demo()))
    app.query_params.update({"fork": run_id, "after": "2"})
    app.switch_page(CONFIGURE).run()
    assert "Only the owner of" in texts(app.warning)
    assert texts(app.title) == "Configure a run"


def test_a_fork_shows_its_parents_past_and_the_family(app, db, owner):
    run_id = a_run(db, owner)
    spec = store.read_run(db, run_id).spec.model_copy(update={"name": "A fork"})
    child = store.create_fork(db, run_id, spec, after_epoch=2, owner=store.owner_of(owner))
    open_monitor(app, child, tab="Family")
    assert "Forked, after epoch 3 of" in texts(app.markdown)
    figures = [json.loads(part["figure"]) for part in parts(app) if "figure" in part]
    names = {trace.get("name") for trace in figures[0]["data"]}
    assert "validation, shared" in names
    pressed = [t["customdata"][0] for t in figures[1]["data"] if t.get("mode") == "lines+markers"]
    assert set(pressed) == {run_id, child}
    assert link_labels(app).count("Quick demo") == 1


def test_a_run_is_brought_back_as_keras_would_and_says_what_was_lost(app, db, owner):
    run_id = a_run(db, owner)
    open_monitor(app, run_id, going_on=True)
    button(app, f"Resume after epoch {FINISHED} as Keras's BackupAndRestore would").click().run()
    (child,) = [run for run in store.read_runs(db) if run.parent_id == run_id]
    assert child.keras_restore
    assert child.name == "Quick demo BackupAndRestore"
    assert child.spec.callbacks[-1].kind == "BackupAndRestore"
    open_monitor(app, child.id)
    said = texts(app.markdown)
    assert "Brought back as Keras's BackupAndRestore would" in said
    assert "had wait 1 of 2 and best 0" in said
    assert "Compare the two" in link_labels(app)


def test_on_a_gpu_the_page_says_what_is_known_there(app, db, owner):
    spec = presets.quick_demo().model_copy(update={"callbacks": (EarlyStopping(patience=3),)})
    open_monitor(app, a_run(db, owner, spec=spec, device="GPU:0 (tensorflow)"), going_on=True)
    assert "Not known on GPU:0 yet" in texts(app.caption)


def test_strangers_too_read_what_is_known_on_a_gpu(app, db, owner, monkeypatch):
    run_id = a_run(db, "somebody else", device="GPU:0 (tensorflow)")
    store.update_run(db, run_id, goes_on_exactly=False)
    monkeypatch.setenv("PLATEAU_HOSTED", "true")
    open_monitor(app, run_id, tab="Settings")
    assert "Not to the last bit on GPU:0" in texts(app.caption)


def test_what_keras_lost_stands_in_the_comparison_too(app, db, owner):
    run_id = a_run(db, owner)
    spec = as_keras_would(store.read_run(db, run_id).spec)
    child = store.create_fork(
        db, run_id, spec, after_epoch=2, owner=store.owner_of(owner), keras_restore=True
    )
    logs = {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.4}
    anew = {"kind": "ReduceLROnPlateau", "monitor": "val_accuracy", "wait": 0, "best": 0.4}
    anew |= {"patience": 2, "cooldown": 0, "cooldown_counter": 0, "fired": False}
    store.append(db, child, new_epochs=[Epoch(3, logs, 1e-3, 1e-3, 1.0, 0.8, (anew,))])
    app.query_params["runs"] = f"{run_id},{child}"
    app.switch_page("pages/plateaus/compare.py").run()
    assert not app.exception
    assert "What Keras's own resume lost" in texts(app.subheader)
    said = texts(app.markdown)
    assert "kept neither\\: after epoch 4 it has wait 0 of 2" in said
    assert "The random numbers of dropout did not" in said
    assert "begins every later fit at the epoch of the backup" in said
    assert "goes on from “Quick demo” after epoch 3" in texts(app.caption)
