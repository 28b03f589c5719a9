"""The Classify page, without a browser: a worker's answers written down."""

import math

import h5py
import numpy as np
import pytest

from benchmarks import scan_files
from core import store
from core.charts.compare.table import table_csv
from core.data import evaluated
from core.engine import jobs
from core.engine.tasks import Busy
from core.evaluation import head_check
from core.evaluation.answered import Answered, Known
from core.evaluation.counted import counted
from core.specs.callbacks import ModelCheckpoint
from core.specs.data import FolderScans, SimulatedScans
from core.specs.run import FINAL_MODEL, RunSpec, TrainingSpec
from core.store import Epoch, Event, EventKind, RunStatus
from pages.parts import evaluation_source, services
from pages.parts.scan_source import key_of
from tests.data.intake.test_weights import LAYOUT, good
from tests.data.test_evaluated import an_evaluation
from tests.swept import store_sweep, sweep_spec

CLASSIFY = "pages/scans/classify.py"
CLASSES = ("glioma_tumor", "=no_tumor")
SIZE = 32
SCANS = SimulatedScans(image_size=SIZE)


def head():
    rows, columns = np.mgrid[:SIZE, :SIZE]
    radius = np.hypot((rows - 15.5) / 14, (columns - 15.5) / 12)
    return np.where(radius < 1, 120 + 60 * np.cos(9 * radius), 4).astype(np.uint8)


KNOWN = Known(CLASSES, counted(0.9, 400), None, 1.5, 400, 0.06, 0.02, "k")


def answered(scans, *, as_far=0.5, mapped=True, says=(3.0, 0.0)):
    logits = np.tile(np.array([says], np.float32), (scans, 1))
    maps = np.full((scans, 4, 4), float(mapped), np.float32)
    return Answered(KNOWN, logits, maps, np.full(scans, as_far))


def examples(count=2):
    mask = np.zeros((count, SIZE, SIZE), bool)
    mask[:, 8:16, 8:16] = True
    return {
        "images": np.stack([np.roll(head(), shift, axis=1) for shift in range(count)]),
        "labels": np.arange(count) % 2,
        "masks": mask,
        "names": [f"slice {number}" for number in range(count)],
        "classes": CLASSES,
    }


@pytest.fixture
def worker(home, monkeypatch):
    """An engine whose questions are answered at once: alike by all models, or by each its own."""
    said = {"answer": {}, "each": [], "asked": []}

    def ask(self, job, *arguments, timeout_s=120.0):
        answer = waiting(self, job, *arguments, timeout_s=timeout_s)
        said["asked"].append((job, arguments))
        match job:
            case jobs.EXAMPLES:
                answer.give(examples())
            case jobs.CLASSIFY:
                _models, images, _maps = arguments
                own = said["each"] or [said["answer"]] * len(images)
                given = zip(images, own, strict=False)
                answer.give([answered(len(some), **values) for some, values in given])
            case jobs.COVER:
                answer.give(np.full(arguments[1].shape, 0.5, np.float32))
        return answer

    waiting = services.Engine.ask
    monkeypatch.setattr(services.Engine, "ask", ask)
    return said


def leave_model(home, run_id):
    directory = home / "home" / "runs" / run_id
    directory.mkdir(parents=True)
    (directory / FINAL_MODEL).touch()


def keep(home, run_id, **changed):
    """Put an evaluation beside a model."""
    file = evaluated.file_of(home / "home" / "runs" / run_id, "final")
    evaluated.write(evaluated.to_bytes(an_evaluation(**changed)), file)


@pytest.fixture
def trained(app, db, home):
    """Put a finished run of the visitor into the store, with a file for its model."""

    def trained(
        name="plain", *, seed=0, accuracy=0.8, owner=None, scans=SCANS, ended=RunStatus.FINISHED
    ):
        if "owner" not in app.session_state:
            app.run()
        spec = RunSpec(name=name, scans=scans, training=TrainingSpec(epochs=1, seed=seed))
        own = store.owner_of(owner or app.session_state["owner"])
        run_id = store.create_run(db, spec, owner=own)
        store.start_run(db, run_id)
        store.update_run(db, run_id, validation_scans=400)
        epoch = Epoch(0, {"val_accuracy": accuracy}, 0.001, 0.001, 1.0, 1.0)
        store.append(db, run_id, new_epochs=[epoch])
        store.end_run(db, run_id, ended)
        leave_model(home, run_id)
        return run_id

    return trained


def opened(app, **query):
    app.run()
    app.query_params.update(query)
    app.switch_page(CLASSIFY).run()
    assert not app.exception
    return app


def texts(elements):
    return " ".join(str(element.value) for element in elements)


def choose_all(app):
    (chosen,) = [box for box in app.selectbox if box.key.startswith("classify-example")]
    chosen.select_index(0).run()
    assert not app.exception
    return app


def test_without_a_model_the_page_says_how_to_get_one(app):
    assert "no trained model yet" in texts(opened(app).info)
    assert "never a diagnosis" in texts(app.markdown)


def test_the_best_model_is_asked_first_and_the_link_names_it(app, worker, trained):
    trained("weak", accuracy=0.6)
    best = trained("strong", accuracy=0.9)
    trained("broken", accuracy=math.nan)
    opened(app)
    assert app.selectbox(key="classify-model").value == f"{best}-final"
    labels = app.selectbox(key="classify-model").options
    assert [label.split(" · ")[1] for label in labels] == ["strong", "weak", "broken"]
    assert labels[0].startswith("90.0 % (86.7 to 92.6)")
    assert app.query_params["model"] in (f"{best}-final", [f"{best}-final"])


def test_a_model_that_was_not_checked_for_twins_comes_after_those_that_were(
    app, worker, home, trained
):
    folder = FolderScans(folder="brains", image_size=SIZE)
    trained("unchecked", accuracy=0.9, scans=folder)
    trained("broken", accuracy=math.nan)
    trained("simulated", accuracy=0.0)
    for name, twins in (("copied", 6), ("honest", 3)):
        keep(home, trained(name, accuracy=1.0, scans=folder), twin=np.arange(6) < twins)
    opened(app)
    labels = app.selectbox(key="classify-model").options
    names = [label.split(" · ")[1] for label in labels]
    assert names == ["honest", "simulated", "unchecked", "broken", "copied"]
    assert labels[2].startswith("90.0 % (86.7 to 92.6), not checked for twins · ")
    assert labels[4].startswith("only twins · ")


def test_scores_of_many_models_are_read_once(home, monkeypatch):
    read = []
    monkeypatch.setattr(evaluated, "read", lambda file: read.append(file) or an_evaluation())
    files = [str(home / f"evaluation {number}") for number in range(100)]
    for _ in range(2):
        for file in files:
            share = evaluation_source._honest(file, 1, "final", _run=None)
            assert share.scans == 3
    assert len(read) == len(files)
    evaluation_source._honest(files[0], 2, "final", _run=None)
    assert len(read) == len(files) + 1


def test_of_two_models_that_say_the_same_each_can_be_chosen(app, worker, trained):
    ids = [trained(), trained()]
    opened(app)
    for run_id in ids:
        app.selectbox(key="classify-model").set_value(f"{run_id}-final").run()
        assert not app.exception
        assert app.query_params["model"] in (f"{run_id}-final", [f"{run_id}-final"])


def test_another_visitors_model_is_offered_by_its_link_alone(app, worker, trained):
    other = trained("other", owner="somebody")
    assert "no trained model yet" in texts(opened(app).info)
    opened(app, model=f"{other}-final")
    assert app.selectbox(key="classify-model").value == f"{other}-final"


def test_a_scan_is_named_with_its_calibrated_probability_and_its_truth(app, worker, trained):
    trained()
    opened(app)
    # Logits 3 and 0 at a temperature of 1.5.
    assert "glioma\\_tumor, 88%" in texts(app.markdown)
    assert "In truth it is **glioma\\_tumor**: the model is right" in texts(app.markdown)
    said = texts(app.caption)
    assert "divided by 1.50" in said
    assert "90.0 %" in said
    assert "of the heat lies in it" in said


def test_a_map_that_is_zero_everywhere_is_said_to_be(app, worker, trained):
    worker["answer"]["mapped"] = False
    trained()
    assert "Grad-CAM is zero everywhere" in texts(opened(app).caption)


def test_a_scan_unlike_the_others_gets_a_warning_and_no_confidence(app, worker, trained):
    worker["answer"]["as_far"] = 0.0
    trained()
    opened(app)
    assert "unlike those the model was validated on" in texts(app.warning)
    assert "88%" not in texts(app.markdown)


def test_in_a_table_too_such_a_scan_has_a_warning_and_no_probability(app, worker, trained):
    trained()
    choose_all(opened(app))
    assert not app.dataframe[0].value["probability"].isna().any()
    app.session_state["classify_answers"].clear()
    worker["answer"]["as_far"] = 0.0
    app.run()
    table = app.dataframe[0].value
    assert list(table["warning"]) == ["unlike its scans"] * 2
    numbers = ["probability", *(name for name in table if name.startswith("p("))]
    assert table[numbers].isna().all(axis=None)


def test_several_scans_give_a_table_and_a_csv_without_formulas(app, worker, trained):
    trained()
    choose_all(opened(app))
    table = app.dataframe[0].value
    # Nor may the button that Streamlit puts on a table save a formula.
    assert list(table["truth"]) == ["glioma_tumor", "'=no_tumor"]
    assert list(table["right"]) == [True, False]
    assert "'=no_tumor" in table_csv(table[["truth"]].to_dict("records"))
    assert {metric.label: metric.value for metric in app.metric}["Scans"] == "2"


def bring(app, *scans):
    """Bring files in place of those before."""
    (uploader,) = [one for one in app.file_uploader if one.key == "classify-files-False"]
    files = [scan_files.picture(pixels) for pixels in scans]
    named = [(f"scan{place}.png", file, "image/png") for place, file in enumerate(files)]
    uploader.set_value(named).run()
    assert not app.exception


def test_a_click_computes_nothing_again_of_the_scans_that_are_there(
    app, worker, trained, monkeypatch
):
    looked = []

    def counted_objection(pixels):
        looked.append(key_of(pixels))
        return objection(pixels)

    objection = head_check.objection
    monkeypatch.setattr(head_check, "objection", counted_objection)
    trained()
    app.run()
    app.session_state["classify-source"] = "Files"
    opened(app)
    bring(app, head(), head().T.copy())
    assert len(app.dataframe[0].value) == len(set(looked)) == len(looked) == 2
    app.run()
    assert len(app.dataframe[0].value) == len(looked) == 2


def test_two_scans_that_differ_in_one_pixel_have_answers_of_their_own(app, worker, trained):
    trained()
    app.run()
    app.session_state["classify-source"] = "Files"
    opened(app)
    one, other = head(), head()
    other[16, 16] += 1
    bring(app, one)
    assert not app.warning
    worker["answer"] = {"as_far": 0.0}
    bring(app, other)
    assert "unlike those the model was validated on" in texts(app.warning)
    asked = [arguments[1][0] for job, arguments in worker["asked"] if job == jobs.CLASSIFY]
    np.testing.assert_array_equal(asked[-2][0], one)
    np.testing.assert_array_equal(asked[-1][0], other)
    bring(app, one)
    assert not app.warning
    assert len([job for job, _ in worker["asked"] if job == jobs.CLASSIFY]) == len(asked)


def test_a_chosen_row_whose_scan_is_removed_is_chosen_no_more(app, worker, trained):
    trained()
    app.run()
    app.session_state["classify-source"] = "Files"
    opened(app)
    three = [np.roll(head(), shift, axis=1) for shift in range(3)]
    bring(app, *three)
    assert "Choose a row" in texts(app.caption)
    app.session_state["classify-table"] = {"selection": {"rows": [2], "columns": [], "cells": []}}
    app.run()
    assert "Choose a row" not in texts(app.caption)
    bring(app, *three[:2])
    assert "Choose a row" in texts(app.caption)


def test_seeds_of_the_same_settings_vote(app, worker, trained):
    trained("one", seed=1)
    trained("two", seed=2)
    trained("again", seed=1, accuracy=0.1)
    opened(app)
    app.toggle(key="classify-vote").set_value(True).run()
    assert not app.exception
    assert "2 of 2 models name" in texts(app.markdown)
    asked = [arguments[0] for job, arguments in worker["asked"] if job == jobs.CLASSIFY]
    assert len(asked[-1]) == 2


def test_maps_of_a_vote_explain_one_model_and_its_own_class(app, worker, trained):
    trained("first", accuracy=0.9, seed=1)
    trained("other", seed=2)
    opened(app)
    worker["each"] = [{"says": (1.0, 0.0)}, {"says": (0.0, 9.0)}]
    app.session_state["classify_answers"].clear()
    app.toggle(key="classify-vote").set_value(True).run()
    assert not app.exception
    assert "#### =no\\_tumor, " in texts(app.markdown)
    assert "the vote is wrong" in texts(app.markdown)
    assert "Both maps are of first · seed 1 · final weights alone" in texts(app.caption)
    assert "the class that it names, **glioma\\_tumor**" in texts(app.caption)
    covered = [arguments for job, arguments in worker["asked"] if job == jobs.COVER]
    assert [label for _model, _scan, label in covered][-1] == 0
    assert "Of the models that vote, first · seed 1" in texts(app.caption)
    assert "Each of them is calibrated alone" in texts(app.caption)


def test_a_seed_that_diverged_has_no_vote(app, worker, trained):
    trained("one", seed=1, accuracy=0.9)
    trained("diverged", seed=2, ended=RunStatus.DIVERGED)
    opened(app)
    assert not [toggle for toggle in app.toggle if toggle.key == "classify-vote"]
    trained("two", seed=3)
    app.run()
    assert app.toggle(key="classify-vote").label.startswith("Vote with 1 other seed of")


def test_the_seeds_of_a_sweep_vote_where_a_link_leads_to_one(app, worker, db, home):
    sweep = store_sweep(db, sweep_spec(epochs=2))
    runs = store.read_sweep_runs(db, sweep.id)
    for run in runs:
        leave_model(home, run.id)
    assert "no trained model yet" in texts(opened(app).info)
    opened(app, model=f"{runs[0].id}-final")
    assert len(app.selectbox(key="classify-model").options) == 3
    app.toggle(key="classify-vote").set_value(True).run()
    assert not app.exception
    assert "3 of 3 models name" in texts(app.markdown)


def test_a_run_leads_to_its_model(app, db, home, trained):
    def link():
        app.query_params["run"] = run_id
        app.switch_page("pages/train/monitor.py").run()
        assert not app.exception
        return [link for link in app.get("page_link") if link.proto.label == "Have it read a scan"]

    run_id = trained()
    (found,) = link()
    assert f"model={run_id}-final" in found.proto.query_string
    (home / "home" / "runs" / run_id / FINAL_MODEL).unlink()
    assert not link()


@pytest.mark.parametrize("ended", [RunStatus.PAUSED, RunStatus.FAILED, RunStatus.INTERRUPTED])
def test_a_run_that_was_broken_off_is_asked_by_its_best_weights(app, worker, db, home, ended):
    def links():
        app.query_params["run"] = run_id
        app.switch_page("pages/train/monitor.py").run()
        assert not app.exception
        return {link.proto.label: link.proto.query_string for link in app.get("page_link")}

    app.run()
    best = ModelCheckpoint(filepath="best.keras", monitor="val_accuracy", save_best_only=True)
    spec = RunSpec(name="broken off", scans=SCANS, callbacks=(best,))
    run_id = store.create_run(db, spec, owner=store.owner_of(app.session_state["owner"]))
    store.start_run(db, run_id)
    saved = Event(EventKind.CHECKPOINT_SAVED, 0, {"file": "best.keras"})
    logs = {"loss": 0.5, "val_loss": 0.5, "accuracy": 0.8, "val_accuracy": 0.8}
    epochs = [Epoch(number, logs, 0.001, 0.001, 1.0, 1.0) for number in range(2)]
    store.append(db, run_id, new_epochs=epochs, new_events=[saved])
    store.end_run(db, run_id, ended)
    assert not {"What is it worth? Evaluate its model", "Have it read a scan"} & set(links())
    (home / "home" / "runs" / run_id).mkdir(parents=True)
    (home / "home" / "runs" / run_id / "best.keras").touch()
    found = links()
    assert f"runs={run_id}" in found["What is it worth? Evaluate its model"]
    assert f"model={run_id}-best" in found["Have it read a scan"]
    opened(app)
    assert app.selectbox(key="classify-model").value == f"{run_id}-best"


def test_what_a_visitor_brought_is_dropped_with_the_page(app, worker, trained):
    trained()
    opened(app)
    assert app.session_state["classify_answers"]
    app.switch_page("pages/train/runs.py").run()
    assert "classify_answers" not in app.session_state
    assert "classify_examples" not in app.session_state


@pytest.fixture
def brought(app, worker, trained, home, monkeypatch):
    """Bring a file of weights to the page; a worker without an answer says why."""

    def ask(self, job, *arguments, timeout_s=120.0):
        answer = before(self, job, *arguments, timeout_s=timeout_s)
        answer.give(LAYOUT if job == jobs.LAYOUT else "", error=worker.get("problem", ""))
        return answer

    def bring(name="mine.weights.h5"):
        with h5py.File(home / "file", "w") as file:
            good(file)
        (uploader,) = [one for one in app.file_uploader if one.key == "classify-weights-file"]
        uploader.upload(name, (home / "file").read_bytes(), "application/octet-stream").run()
        assert not app.exception
        return [job for job, _ in worker["asked"] if job in (jobs.LAYOUT, jobs.BRING)]

    before = services.Engine.ask
    trained()
    opened(app)
    monkeypatch.setattr(services.Engine, "ask", ask)
    return bring


def test_weights_are_asked_for_again_where_the_worker_had_no_answer(app, worker, brought):
    worker["problem"] = "Another worker is starting; ask again."
    assert brought() == [jobs.LAYOUT]
    assert "Another worker is starting" in texts(app.error)
    worker["problem"] = ""
    app.button(key="classify-weights-again").click().run()
    assert not app.error
    assert "These weights are asked now." in texts(app.success)
    app.run()
    assert [job for job, _ in worker["asked"] if job in (jobs.LAYOUT, jobs.BRING)] == [
        jobs.LAYOUT, jobs.LAYOUT, jobs.BRING
    ]  # fmt: skip


def test_weights_are_asked_for_again_where_others_are_read_just_now(brought, app, monkeypatch):
    def busy(*_, **__):
        raise Busy("3 data sets are being read just now.")

    with monkeypatch.context() as patch:
        patch.setattr(services.Tasks, "do", busy)
        brought()
    assert "3 data sets are being read" in texts(app.error)
    app.button(key="classify-weights-again").click().run()
    assert "These weights are asked now." in texts(app.success)


def test_a_file_that_is_no_weights_is_refused_once_and_for_all(app, worker, brought):
    assert brought("mine.keras") == []
    app.run()
    assert "A \\.keras file holds a whole model" in texts(app.error)
    assert "classify-weights-again" not in {one.key for one in app.button}


def test_weights_that_are_brought_again_are_taken_again(app, worker, brought):
    taken = [jobs.LAYOUT, jobs.BRING]
    assert brought() == taken
    (uploader,) = [one for one in app.file_uploader if one.key == "classify-weights-file"]
    uploader.set_value(None).run()
    assert brought() == taken * 2


def test_weights_from_elsewhere_have_no_vote(app, worker, trained, brought):
    trained("other", seed=1)
    app.run()
    app.toggle(key="classify-vote").set_value(True).run()
    brought()
    assert "weights from elsewhere have no vote" in texts(app.success)
    assert "they may have met those scans" in texts(app.caption)
    asked = [arguments[0] for job, arguments in worker["asked"] if job == jobs.CLASSIFY]
    assert len(asked[-1]) == 1
    assert "of 2 models name" not in texts(app.markdown)


def test_why_there_is_no_answer_is_said(app, home, trained, monkeypatch):
    def refuse(self, job, *arguments, timeout_s=120.0):
        answer = ask(self, job, *arguments, timeout_s=timeout_s)
        answer.give(error="'plain' has no final.keras. Train it *again*.")
        return answer

    ask = services.Engine.ask
    monkeypatch.setattr(services.Engine, "ask", refuse)
    trained()
    assert r"Train it \*again\*" in texts(opened(app).error)


def test_who_comes_back_finds_the_model_they_asked_also_anothers(app, worker, trained):
    trained("mine", accuracy=0.9)
    theirs = trained("theirs", owner="somebody")
    opened(app, model=f"{theirs}-final")
    app.query_params.clear()
    app.switch_page("pages/learn/overview.py").run()
    app.query_params.clear()
    app.switch_page(CLASSIFY).run()
    assert not app.exception
    assert app.selectbox(key="classify-model").value == f"{theirs}-final"
