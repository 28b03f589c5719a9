"""What pages do with what a visitor presses, without a browser."""

import json
import math

import pytest

from core import store
from core.data.scan_set import UNREADABLE
from core.specs import links, presets
from core.store import Epoch, Event, EventKind, RunStatus
from pages.parts import launch, run_list, services, visitor
from tests.pages.conftest import ROOT

OVERVIEW, PLAYGROUND = (f"pages/learn/{name}.py" for name in ("overview", "playground"))
CONFIGURE, MONITOR, RUNS = (f"pages/train/{name}.py" for name in ("configure", "monitor", "runs"))


def texts(elements):
    return " ".join(str(element.value) for element in elements)


def parts(app):
    """Return what the page's own components were given."""
    return [json.loads(part.proto.json) for part in app.get("bidi_component")]


def button(app, label):
    (found,) = [button for button in app.button if button.label == label]
    return found


def number(app, name):
    return next(field for field in app.number_input if field.label == f"`{name}`")


def a_run(db, *, owner="somebody", status=RunStatus.QUEUED):
    run_id = store.create_run(db, presets.quick_demo(), owner=store.owner_of(owner))
    if status is RunStatus.QUEUED:
        return run_id
    store.start_run(db, run_id)
    store.update_run(db, run_id, status=RunStatus.RUNNING)
    if status is RunStatus.PREPARING:
        store.update_run(db, run_id, status=status, phase="Drawing slices", phase_share=0.4)
    elif status is not RunStatus.RUNNING:
        store.end_run(db, run_id, status, error="It broke." if status is RunStatus.FAILED else "")
    return run_id


@pytest.mark.parametrize("page", [OVERVIEW, PLAYGROUND, CONFIGURE, MONITOR, RUNS])
def test_every_page_carries_the_notice(app, page):
    app.run().switch_page(page).run()
    assert not app.exception
    assert "Research and education only. Not a medical device." in texts(app.caption)


def test_the_quick_demo_is_queued_and_handed_to_the_engine(app, db):
    app.run().switch_page(OVERVIEW).run()
    button(app, "Start the quick demo").click().run()
    (run,) = store.read_runs(db)
    assert run.spec == presets.quick_demo()
    assert services.engine().submitted == [run.id]


def test_a_visitor_with_three_active_runs_is_told_to_wait(app, db):
    app.run().switch_page(OVERVIEW).run()
    for _ in range(3):
        a_run(db, owner=app.session_state["owner"])
    button(app, "Start the quick demo").click().run()
    assert "You have 3 runs queued or running, and 3 is the limit" in texts(app.warning)
    assert len(store.read_runs(db)) == 3


@pytest.mark.parametrize("at_home", [True, False])
def test_who_serves_the_app_is_told_how_to_raise_the_limit(home, monkeypatch, at_home):
    monkeypatch.setattr(visitor, "is_at_home", lambda: at_home)
    assert ("`PLATEAU_MAX_ACTIVE_RUNS_EACH`" in launch.too_many(3, "runs")) == at_home


def test_the_overview_says_on_which_scans_the_tutorials_experiment_opens(app):
    app.run()
    assert "It opens on simulated scans of the tutorial's size" in texts(app.markdown)


def test_the_overview_leads_to_every_page(app):
    app.run().switch_page(OVERVIEW).run()
    sections = (ROOT / "pages" / name for name in ("learn", "plateaus", "scans"))
    pages = {file.stem for section in sections for file in section.glob("*.py")}
    assert {item.proto.page for item in app.get("page_link")} == pages - {"home", "overview"}


def test_a_full_queue_says_that_it_is_full(app, db, monkeypatch):
    monkeypatch.setenv("PLATEAU_MAX_ACTIVE_RUNS", "2")
    for owner in ("one", "another"):
        a_run(db, owner=owner)
    app.run().switch_page(OVERVIEW).run()
    button(app, "Start the quick demo").click().run()
    assert "The queue is full: 2 runs" in texts(app.warning)


def test_the_form_fills_from_its_link_and_keeps_wrong_values(app, db):
    app.run()
    app.query_params.update(links.to_query(presets.tutorial()))
    app.query_params["ReduceLROnPlateau.factor"] = "1.5"
    app.switch_page(CONFIGURE).run()
    assert number(app, "factor").value == 1.5
    assert "must lie strictly between 0 and 1, got 1.5" in texts(app.error)
    assert button(app, "Start training").disabled
    number(app, "factor").set_value(0.5).run()
    assert not app.error
    button(app, "Start training").click().run()
    (run,) = store.read_runs(db)
    assert run.spec.callbacks[1].factor == 0.5
    assert run.spec.training == presets.tutorial().training


def test_a_preset_refills_the_form(app):
    app.run().switch_page(CONFIGURE).run()
    app.button_group[0].select("Tutorial").run()
    assert number(app, "epochs").value == 20


def test_the_preset_that_the_form_stands_at_is_marked_and_one_press_brings_it_back(app):
    app.run().switch_page(CONFIGURE).run()
    for name in ("Quick demo", "Tutorial"):
        app.button_group[0].set_value(name).run()
        assert app.button_group[0].value == name
        before = number(app, "epochs").value
        number(app, "epochs").set_value(before + 1).run()
        assert app.button_group[0].value is None
        app.button_group[0].set_value(name).run()
        assert number(app, "epochs").value == before
        app.button_group[0].set_value(None).run()
        assert app.button_group[0].value == name


def test_an_empty_list_leads_to_where_runs_start(app):
    app.run().switch_page(RUNS).run()
    pages = {link.proto.page for link in app.get("page_link")}
    assert pages == {"overview", "configure"}


def test_another_visitor_sees_a_run_but_cannot_stop_or_delete_it(app, db, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOSTED", "true")
    running, ended = a_run(db, status=RunStatus.RUNNING), a_run(db, status=RunStatus.FINISHED)
    app.run().switch_page(RUNS).run()
    assert not {"Stop", "Delete"} & {button.label for button in app.button}
    for run_id in (running, ended):
        app.query_params["run"] = run_id
        app.switch_page(MONITOR).run()
        assert not app.exception
        assert "Stop" not in {button.label for button in app.button}


def test_the_owner_stops_a_run(app, db):
    app.run()
    run_id = a_run(db, owner=app.session_state["owner"], status=RunStatus.RUNNING)
    app.query_params["run"] = run_id
    app.switch_page(MONITOR).run()
    button(app, "Stop").click().run()
    assert store.read_run(db, run_id).stop_requested


@pytest.mark.parametrize("status", list(RunStatus))
def test_the_monitor_shows_a_run_in_every_state(app, db, status):
    run_id = a_run(db, status=status)
    logs = {"loss": 1.0, "accuracy": 0.5, "val_loss": math.nan, "val_accuracy": 0.4}
    drop = {"from": 1e-3, "to": 3e-4, "by": "ReduceLROnPlateau"}
    store.append(
        db,
        run_id,
        new_epochs=[Epoch(0, logs, 1e-3, 3e-4, 1.0, 0.8)],
        new_events=[Event(EventKind.LEARNING_RATE_REDUCED, 0, drop)],
        new_lines=["Epoch 1/16"],
    )
    app.run()
    app.query_params["run"] = run_id
    app.switch_page(MONITOR).run()
    assert not app.exception
    (console,) = [part for part in parts(app) if "lines" in part]
    (live,) = [part for part in parts(app) if "figure" in part]
    assert console["lines"] == "Epoch 1/16"
    assert [bool(part["feed"]) for part in (console, live)] == [status in store.ACTIVE] * 2
    assert "validation" in live["figure"]


def test_every_start_makes_a_run_of_its_own(app, db):
    app.run()
    for count in (1, 2):
        app.switch_page(OVERVIEW).run()
        button(app, "Start the quick demo").click().run()
        assert len(store.read_runs(db)) == count
        assert app.query_params["run"] == store.read_runs(db)[0].id


def test_a_start_that_a_second_click_cut_short_leads_to_its_run(app, db):
    app.run().switch_page(OVERVIEW).run()
    run_id = a_run(db, owner=app.session_state["owner"])
    # Streamlit stopped the script after the run was made, and before its monitor was opened.
    app.session_state["once-runs"]["made"] = run_id
    button(app, "Start the quick demo").click().run()
    assert app.header[0].value == store.read_run(db, run_id).name
    assert len(store.read_runs(db)) == 1


def test_a_click_that_comes_while_the_monitor_is_drawn_leads_back_to_it_once(app, db):
    app.run().switch_page(OVERVIEW).run()
    button(app, "Start the quick demo").click().run()
    (run,) = store.read_runs(db)
    # The monitor was not drawn to its end when a click from the overview came.
    app.session_state["once-runs"]["due"] = run.id
    app.switch_page(OVERVIEW).run()
    assert app.header[0].value == run.name
    assert app.query_params["run"] == run.id
    app.switch_page(OVERVIEW).run()
    assert button(app, "Start the quick demo")


def test_who_leaves_while_the_monitor_is_drawn_is_not_taken_back(app, db):
    app.run().switch_page(OVERVIEW).run()
    button(app, "Start the quick demo").click().run()
    (run,) = store.read_runs(db)
    app.session_state["once-runs"]["due"] = run.id
    for page in (RUNS, OVERVIEW):
        app.switch_page(page).run()
        assert run.name not in [header.value for header in app.header]


def test_what_a_link_says_becomes_no_link_in_the_sentence_about_it(app):
    app.run()
    app.query_params["run"] = "[Sign in](https://example.org)"
    app.switch_page(MONITOR).run()
    assert r"\[Sign in\]\(https" in texts(app.error)


def test_a_run_that_another_tab_deleted_is_gone_without_a_traceback(app, db):
    app.run()
    owner = app.session_state["owner"]
    running, ended = (
        a_run(db, owner=owner, status=status) for status in (RunStatus.RUNNING, RunStatus.FINISHED)
    )
    app.switch_page(RUNS).run()
    button(app, "Delete").click().run()
    store.delete_run(db, ended, owner=store.owner_of(owner))
    [each for each in app.button if each.label == "Delete"][-1].click().run()
    assert not app.exception
    store.end_run(db, running, RunStatus.STOPPED)
    store.delete_run(db, running, owner=store.owner_of(owner))
    button(app, "Stop").click().run()
    assert not app.exception
    assert "No runs yet." in texts(app.info)


@pytest.mark.parametrize(("count", "boxes"), [(2, 2), (500, 1)])
def test_many_unreadable_files_share_one_box(app, db, count, boxes):
    app.run()
    run_id = a_run(db, status=RunStatus.FINISHED)
    files = [f"brain/{number}.png: {UNREADABLE} (truncated)." for number in range(count)]
    store.update_run(db, run_id, notes=files)
    app.query_params["run"] = run_id
    app.switch_page(MONITOR).run()
    assert len(app.warning) == boxes
    assert (f"{count} files were left out" in texts(app.warning)) == (boxes == 1)
    assert [len(table.value) for table in app.dataframe] == ([count] if boxes == 1 else [])


def test_the_list_of_runs_says_how_far_each_came_and_its_best_value(app, db):
    app.run()
    ended, started = a_run(db, status=RunStatus.RUNNING), a_run(db, status=RunStatus.RUNNING)
    for run_id in (ended, started):
        epochs = [Epoch(n, {"val_accuracy": 0.4 + n / 10}, 1e-3, 1e-3, 1.0, 0.8) for n in (0, 1)]
        store.append(db, run_id, new_epochs=epochs)
    store.end_run(db, ended, RunStatus.STOPPED)
    app.switch_page(RUNS).run()
    rows = [line.value for line in app.caption if "seed" in line.value]
    assert ["2 of 16 epochs · best val_accuracy 0.5000" in row for row in rows] == [False, True]
    # Taken up again and ended once more, it is told anew.
    store.update_run(db, ended, status=RunStatus.RUNNING)
    store.append(db, ended, new_epochs=[Epoch(2, {"val_accuracy": 0.9}, 1e-3, 1e-3, 1.0, 0.8)])
    store.end_run(db, ended, RunStatus.STOPPED)
    app.run()
    assert "3 of 16 epochs · best val_accuracy 0.9000" in texts(app.caption)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (RunStatus.STOPPED, "1 run. Newest first."),
        (RunStatus.QUEUED, "1 run, 1 of them queued or running. Newest first."),
    ],
)
def test_the_list_of_runs_counts_them(app, db, status, told):
    app.run()
    a_run(db, status=status)
    app.switch_page(RUNS).run()
    assert told in texts(app.caption)


def test_the_list_of_runs_is_drawn_anew_when_one_takes_a_turn(db):
    run_id = a_run(db)
    seen = [run_list.signs([run_id])]
    store.start_run(db, run_id)
    seen.append(run_list.signs([run_id]))
    store.request_stop(db, run_id, owner=store.owner_of("somebody"))
    seen.append(run_list.signs([run_id]))
    store.end_run(db, run_id, RunStatus.STOPPED)
    store.delete_run(db, run_id, owner=store.owner_of("somebody"))
    seen.append(run_list.signs([run_id]))
    assert len({str(each) for each in seen}) == 4


def test_the_sidebar_says_how_many_wait(app, db):
    app.run()
    assert "The engine is ready" in texts(app.sidebar.caption)
    for _ in range(3):
        a_run(db)
    app.run()
    assert "The engine is at work. In the queue: 3 runs." in texts(app.sidebar.caption)


def test_who_waits_is_led_to_what_needs_no_worker(app, db):
    for status in (RunStatus.QUEUED, RunStatus.RUNNING):
        app.run()
        app.query_params["run"] = a_run(db, status=status)
        app.switch_page(MONITOR).run()
        pages = {link.proto.page for link in app.get("page_link")}
        assert ({"playground", "replay"} <= pages) == (status is RunStatus.QUEUED)


def test_the_list_says_the_place_of_each_run_that_waits(app, db):
    for _ in range(3):
        a_run(db)
    app.run().switch_page(RUNS).run()
    ends = [
        caption.value.rpartition("\n")[2] for caption in app.caption if "seed 0" in caption.value
    ]
    assert ends == ["2 runs before it", "1 run before it", "next"]


OPERATOR = "the-operators-own-token"


def test_the_operator_stops_and_deletes_what_others_started(app, db, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOSTED", "true")
    monkeypatch.setenv("PLATEAU_OPERATOR_TOKEN", OPERATOR)
    running, ended = a_run(db, status=RunStatus.RUNNING), a_run(db, status=RunStatus.FINISHED)
    app.query_params["owner"] = OPERATOR
    app.run()
    app.query_params["run"] = running
    app.switch_page(MONITOR).run()
    assert not {"Pause", "Continue"} & {button.label for button in app.button}
    button(app, "Stop").click().run()
    assert store.read_run(db, running).stop_requested
    app.switch_page(RUNS).run()
    assert not app.exception
    app.button(key=f"delete-{ended}").click().run()
    next(one for one in app.button if one.label == "Delete" and not one.key).click().run()
    assert [run.id for run in store.read_runs(db)] == [running]


@pytest.mark.parametrize("token", ["", "another-visitors-token"])
def test_nobody_else_is_the_operator(app, db, monkeypatch, token):
    monkeypatch.setenv("PLATEAU_HOSTED", "true")
    monkeypatch.setenv("PLATEAU_OPERATOR_TOKEN", OPERATOR if token else "")
    a_run(db, status=RunStatus.RUNNING)
    app.query_params["owner"] = token
    app.run().switch_page(RUNS).run()
    assert "Stop" not in {button.label for button in app.button}


def test_who_comes_back_to_the_monitor_finds_the_run_they_watched(app, db):
    app.run()
    watched = a_run(db)
    newest = a_run(db, owner=app.session_state["owner"])
    app.query_params["run"] = watched
    app.switch_page(MONITOR).run()
    assert come_back(app) == watched
    store.end_run(db, watched, RunStatus.STOPPED)
    store.delete_run(db, watched, owner=store.owner_of("somebody"))
    assert come_back(app) == newest


def come_back(app):
    """Return the run that the monitor shows who comes to it by the sidebar."""
    app.query_params.clear()
    app.switch_page(OVERVIEW).run()
    app.query_params.clear()
    app.switch_page(MONITOR).run()
    assert not app.exception
    shown = app.query_params["run"]
    return shown if isinstance(shown, str) else shown[0]
