"""The Evaluate page, without a browser: real scans of a folder, answers written down."""

import numpy as np
import pytest

from core import data, store
from core.data import evaluated, leakage
from core.data.evaluated import Evaluated
from core.engine import jobs
from core.specs.callbacks import ModelCheckpoint
from core.specs.data import FolderScans
from core.specs.run import RunSpec, TrainingSpec
from core.store import Event, EventKind, RunStatus
from pages.parts import services
from tests.data.sets import picture, save, write_set

EVALUATE = "pages/scans/evaluate.py"
TABS = ["Confusion", "Classes", "Curves", "Calibration", "Mistakes", "Heat maps"]
SCANS = FolderScans(folder="brains", split="folders", image_size=32)
BEST = ModelCheckpoint(filepath="best.keras", monitor="val_accuracy", save_best_only=True)


def texts(elements):
    return " ".join(str(element.value) for element in elements)


@pytest.fixture
def scans(home):
    """Fifteen scans for validation, three of which are twins of training scans."""
    folder = write_set(home / "data" / "brains")
    for number in range(3):
        save(folder / "Testing" / "tumor" / f"copy{number}.png", picture(number))
    return load(home)


def load(home):
    """Read the folder as it is, and keep the set in the cache."""
    return data.load(
        SCANS,
        data_dir=home / "data",
        cache_dir=home / "home" / "cache",
        on_progress=lambda *_: None,
    )


def answers(scans, wrong=(), **changed):
    """Return an evaluation with these scans called wrongly, the first of them most surely."""
    places = np.flatnonzero(scans.validation)
    labels, met = scans.labels[places], leakage.find(scans)
    logits = np.eye(2, dtype=np.float32)[labels]
    for rank, place in enumerate(wrong):
        logits[place] = np.eye(2)[1 - labels[place]] * (9 - rank)
    values = {
        "key": "k",
        "classes": scans.classes,
        "names": tuple(scans.names[place] for place in places),
        "labels": labels,
        "logits": logits,
        "features": logits,
        "positions": places,
        "groups": scans.groups[places],
        "twin": met.twin,
        "subject": met.subject,
        "maps": np.ones((len(places), 4, 4), np.float16),
        "peaks": np.full((len(places), 2), 7),
        "hit": np.zeros(len(places), bool),
        "lesion_share": np.full(len(places), np.nan, np.float32),
    }
    return Evaluated(**values | changed)


@pytest.fixture
def trained(app, db):
    """Put a finished run of the visitor into the store."""

    def trained(name="plain", *, seed=0, callbacks=(), ended=True):
        app.run()
        spec = RunSpec(
            name=name, scans=SCANS, callbacks=callbacks, training=TrainingSpec(epochs=9, seed=seed)
        )
        run_id = store.create_run(db, spec, owner=store.owner_of(app.session_state["owner"]))
        store.start_run(db, run_id)
        if callbacks:
            detail = {"file": "best.keras", "monitor": "val_accuracy", "value": 0.9}
            store.append(db, run_id, new_events=[Event(EventKind.CHECKPOINT_SAVED, 4, detail)])
        if ended:
            store.end_run(db, run_id, RunStatus.FINISHED)
        return run_id

    return trained


def keep(home, run_id, found, weights="final"):
    """Put an evaluation where a worker puts it."""
    directory = home / "home" / "runs" / run_id
    directory.mkdir(parents=True, exist_ok=True)
    evaluated.write(evaluated.to_bytes(found), evaluated.file_of(directory, weights))


def opened(app, tab=None, **query):
    app.run()
    app.query_params.update(query)
    if tab:
        app.session_state["evaluate-tabs"] = tab
    app.switch_page(EVALUATE).run()
    assert not app.exception
    return app


def button(app, label):
    (found,) = [one for one in app.button if one.label == label]
    return found


def test_without_a_run_the_page_says_where_they_come_from(app):
    assert "No run is chosen" in texts(opened(app).info)


def test_a_worker_is_asked_and_its_answer_is_kept(app, home, scans, trained):
    run_id = trained()
    opened(app)
    assert "Not evaluated yet: plain (final)" in texts(app.markdown)
    button(app, "Evaluate").click().run()
    (asked,) = services.engine().asked
    assert (asked.job, asked.arguments) == (jobs.EVALUATE, (run_id, "final"))
    assert not [one for one in app.button if one.label == "Evaluate"]
    asked.give(evaluated.to_bytes(answers(scans, wrong=[2])))
    app.run()
    assert not app.exception
    assert app.dataframe[0].value["accuracy"][0] == pytest.approx(100 * 14 / 15)
    file = home / "home" / "runs" / run_id / "evaluation-final.npz"
    assert evaluated.read(file).labels.tolist() == [0] * 6 + [1] * 9


def test_why_there_is_no_evaluation_is_said(app, home, trained):
    trained()
    opened(app)
    button(app, "Evaluate").click().run()
    services.engine().asked[0].give(error="'plain' has no final.keras. Train it *again*.")
    app.run()
    assert r"Train it \*again\*" in texts(app.error)
    assert button(app, "Evaluate")


def test_a_run_that_goes_on_has_no_model_yet(app, trained):
    run_id = trained("going", ended=False)
    opened(app, runs=f"{run_id},gone*x*")
    assert "is preparing and has left no model" in texts(app.info)
    assert r"There is no run “gone\*x\*”" in texts(app.warning)


def test_a_paused_run_is_evaluated_by_its_best_weights(app, db, home, trained):
    run_id = trained("paused", callbacks=(BEST,), ended=False)
    store.end_run(db, run_id, RunStatus.PAUSED)
    opened(app, runs=run_id)
    assert "is paused and has left no model" in texts(app.info)
    (home / "home" / "runs" / run_id).mkdir(parents=True)
    (home / "home" / "runs" / run_id / "best.keras").touch()
    opened(app, runs=run_id)
    assert app.multiselect[0].value == [run_id]
    assert "no final weights of paused" in texts(app.caption)
    button(app, "Evaluate").click().run()
    assert [asked.arguments for asked in services.engine().asked] == [(run_id, "best")]


def test_the_leakage_switch_judges_twins_and_others_apart(app, home, scans, trained):
    run_id = trained()
    keep(home, run_id, answers(scans, wrong=[0, 1, 2, 3]))
    opened(app, runs=run_id)
    said = texts(app.warning)
    assert "3 of the 15 validation scans have a twin in training" in said
    assert r"plain · seed 0 · final weights: right on 100.0 % (29.2 to 100.0) of those" in said
    assert "of the 12 others" in said
    (switch,) = [group for group in app.button_group if group.label == "Validation scans"]
    switch.set_value("twin-free").run()
    row = app.dataframe[0].value.iloc[0]
    assert (row["scans"], row["accuracy"]) == (12, pytest.approx(100 * 8 / 12))
    assert app.query_params["scans"] in ("twin-free", ["twin-free"])


def test_people_on_both_sides_of_the_split_are_told(app, home, scans, trained):
    run_id = trained()
    keep(home, run_id, answers(scans, subject=np.arange(15) < 6))
    opened(app, runs=run_id)
    assert "6 of the 15 validation scans show somebody" in texts(app.warning)


def test_each_of_several_models_gets_its_own_warning(app, home, scans, trained):
    ids = [trained(name, seed=seed) for seed, name in enumerate(("clean", "copied", "again"))]
    none, some = np.zeros(15, bool), np.arange(15) < 6
    keep(home, ids[0], answers(scans, twin=none, subject=none))
    keep(home, ids[1], answers(scans, wrong=[0], subject=some))
    keep(home, ids[2], answers(scans, wrong=[14], twin=np.ones(15, bool), subject=some))
    opened(app, runs=",".join(ids), scans="twins")
    people, copies, everything = (str(warning.value) for warning in app.warning)
    both = "of copied · seed 1 · final weights, again · seed 2 · final weights show somebody"
    assert f"6 of the 15 validation scans {both}" in people
    assert "3 of the 15 validation scans of copied · seed 1 · final weights have a twin" in copies
    assert "- copied · seed 1 · final weights: right on 100.0 % (29.2 to 100.0) of those" in copies
    assert "All 15 validation scans of again · seed 2" in everything
    assert list(app.dataframe[0].value["scans"]) == [0, 3, 15]


def test_few_subjects_are_said_to_make_a_rough_interval(app, home, scans, trained):
    run_id = trained()
    keep(home, run_id, answers(scans, wrong=[0], groups=np.arange(15) % 4, twin=np.zeros(15, bool)))
    opened(app, runs=run_id)
    assert "Only four subjects" in texts(app.warning)
    keep(home, run_id, answers(scans, groups=np.zeros(15, int), twin=np.zeros(15, bool)))
    app.run()
    assert "no interval is given" in texts(app.warning)


def test_two_settings_of_ten_seeds_stand_side_by_side(app, home, scans, trained):
    ids = [
        trained(name, seed=seed, callbacks=() if name == "one" else (BEST,))
        for name in ("one", "other")
        for seed in range(10)
    ]
    more = trained("one too many", seed=99)
    opened(app, runs=",".join([*ids, more]), weights="final")
    assert app.multiselect[0].value == ids
    assert "one (final) and 12 more" in texts(app.markdown)
    for place, run_id in enumerate(ids):
        keep(home, run_id, answers(scans, wrong=range(place % 3 if place < 10 else 1 + place % 2)))
    app.run()
    assert not app.exception
    seeds = next(table.value for table in app.dataframe if "± between seeds" in table.value)
    assert list(seeds["seeds"]) == [10, 10]
    assert "paired by 10 seeds" in texts(app.markdown)


def test_best_weights_are_held_against_the_final_ones(app, home, scans, trained):
    run_id = trained(callbacks=(BEST,))
    keep(home, run_id, answers(scans, wrong=range(8)))
    keep(home, run_id, answers(scans), "best")
    opened(app, runs=run_id)
    assert list(app.dataframe[0].value["weights"]) == ["final", "best"]
    said = texts(app.markdown)
    assert "the best weights of epoch 5 (by val_accuracy) score **+53.3" in said
    assert "more than chance among these scans explains" in said
    assert "their lead is optimistic" in texts(app.caption)
    keep(home, run_id, answers(scans, wrong=range(8), key="another"), "best")
    app.run()
    assert "Nothing was lost, nothing gained" in texts(app.markdown)


def test_a_run_that_takes_the_place_of_an_evaluated_one_is_evaluated(app, home, scans, trained):
    known, new = trained("known"), trained("new", seed=1)
    keep(home, known, answers(scans))
    opened(app, runs=known, scans="twins")
    (chosen,) = app.multiselect
    chosen.set_value([known, new]).run()
    app.multiselect[0].set_value([new]).run()
    assert not app.exception
    button(app, "Evaluate").click().run()
    services.engine().asked[0].give(evaluated.to_bytes(answers(scans)))
    app.run()
    assert not app.exception
    assert app.dataframe[0].value["scans"][0] == 3


def test_of_two_runs_of_one_name_each_can_be_chosen_and_looked_at(app, home, scans, trained):
    ids = [trained(), trained()]
    for run_id, wrong in zip(ids, (range(2), range(5)), strict=True):
        keep(home, run_id, answers(scans, wrong=wrong))
    for run_id in ids:
        opened(app, runs=",".join(ids))
        app.selectbox(key="evaluate-model").set_value(f"{run_id}-final").run()
        assert not app.exception
        assert app.selectbox(key=f"evaluate-cell-{run_id}-final")
        app.multiselect[0].set_value([run_id]).run()
        assert app.query_params["runs"] in (run_id, [run_id])


def test_scans_that_come_back_into_the_cache_are_shown_again(app, db, home, scans, trained):
    run_id = trained()
    keep(home, run_id, answers(scans, wrong=[4]))
    store.update_run(db, run_id, training_scans=24, validation_scans=15)
    cache = home / "home" / "cache"
    cache.rename(home / "away")
    opened(app, "Mistakes", runs=run_id)
    assert "The scans are no longer in this machine's cache" in texts(app.caption)
    app.session_state[f"tabs-{run_id}"] = "Scans"
    app.query_params["run"] = run_id
    app.switch_page("pages/train/monitor.py").run()
    assert "Its scans are no longer in this machine's cache" in texts(app.caption)
    (home / "away").rename(cache)
    app.run()
    assert "healthy" in texts(app.caption)
    assert "no longer" not in texts(app.caption)
    opened(app, "Mistakes", runs=run_id)
    assert "is **healthy**" in texts(app.caption)
    assert "no longer" not in texts(app.caption)


def test_scans_that_have_changed_are_not_shown_under_the_old_names(app, db, home, scans, trained):
    run_id = trained()
    keep(home, run_id, answers(scans, wrong=[14]))
    store.update_run(db, run_id, training_scans=24, validation_scans=15, scans_digest=scans.digest)
    folder = home / "data" / "brains" / "Testing"
    (folder / "healthy" / "image0.png").unlink()
    save(folder / "healthy" / "new.png", picture(99))
    load(home)
    opened(app, "Mistakes", runs=run_id)
    assert "The scans have changed since they were evaluated" in texts(app.caption)
    assert "is **tumor**" not in texts(app.caption)
    app.session_state[f"tabs-{run_id}"] = "Scans"
    app.query_params["run"] = run_id
    app.switch_page("pages/train/monitor.py").run()
    assert "or have changed since it was trained" in texts(app.caption)
    assert "healthy" not in texts(app.caption)


def test_runs_without_best_weights_are_named(app, home, scans, trained):
    run_id = trained("with_out")
    keep(home, run_id, answers(scans))
    opened(app, runs=run_id, weights="best")
    assert r"No best weights were kept by with\_out" in texts(app.caption)
    assert not app.dataframe


def test_runs_side_by_side_are_paired_and_seeds_make_a_spread(app, home, scans, trained):
    ids = [trained(f"plain seed {seed}", seed=seed) for seed in (0, 1)]
    for run_id, wrong in zip(ids, (range(2), range(5)), strict=True):
        keep(home, run_id, answers(scans, wrong=wrong))
    opened(app, runs=",".join(ids))
    table, seeds = (frame.value for frame in app.dataframe[:2])
    assert list(table["seed"]) == [0, 1]
    assert table["against the first"][0] == ""
    assert table["against the first"][1].startswith("-20.0 (")
    assert seeds["settings"][0] == "plain · final weights"
    assert seeds["mean accuracy"][0] == pytest.approx(100 * 11.5 / 15)
    assert seeds["± between seeds"][0] == pytest.approx(100 * 3 / 15 / np.sqrt(2))


def test_the_scans_of_a_cell_are_shown_the_most_confident_first(app, home, scans, trained):
    run_id = trained()
    keep(home, run_id, answers(scans, wrong=[4, 1]))
    opened(app, runs=run_id)
    key = f"evaluate-cell-{run_id}-final"
    assert app.selectbox(key=key).options[-1] == "healthy, called tumor (2)"
    app.selectbox(key=key).set_value(1).run()
    assert not app.exception
    shown = [caption.value for caption in app.caption if "is **healthy**" in caption.value]
    assert len(shown) == 2
    assert r"image4\.png" in shown[0]
    assert r"image1\.png" in shown[1]


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_shows_its_part(app, home, scans, trained, tab):
    run_id = trained()
    blank = np.where(np.arange(15)[:, None] == 4, -1, 7) * np.ones((1, 2), int)
    found = answers(scans, wrong=[4, 1], peaks=blank, lesion_share=np.full(15, 0.25, np.float32))
    keep(home, run_id, found)
    opened(app, tab, runs=run_id)
    expected = {
        "Confusion": "Click a cell",
        "Classes": "Mean F1 of the classes",
        "Curves": "In brackets the area below",
        "Calibration": "A calibrated model",
        "Mistakes": "map all zero",
        "Heat maps": "the peaks that missed",
    }
    assert expected[tab] in texts(app.caption)
    if tab == "Heat maps":
        assert "would hit 25.0%" in texts(app.markdown)
        assert "not more than chance" in texts(app.markdown)
    if tab == "Mistakes":
        assert "**2** of 15 scans" in texts(app.markdown)


def test_without_masks_there_is_no_pointing_game(app, home, scans, trained):
    run_id = trained()
    keep(home, run_id, answers(scans))
    opened(app, "Heat maps", runs=run_id)
    assert "needs to know where the lesions are" in texts(app.info)
    opened(app, "Mistakes", runs=run_id)
    assert "No mistakes" in texts(app.success)


def test_an_evaluation_older_than_its_model_is_made_anew(app, home, scans, trained):
    run_id = trained()
    keep(home, run_id, answers(scans))
    (home / "home" / "runs" / run_id / "final.keras").write_bytes(b"trained again")
    opened(app, runs=run_id)
    assert button(app, "Evaluate")
    assert not app.dataframe


def test_a_kept_evaluation_can_be_held_against_the_scans_as_they_are_now(app, home, scans, trained):
    run_id = trained()
    keep(home, run_id, answers(scans))
    opened(app, runs=run_id)
    button(app, "Check again").click().run()
    (asked,) = services.engine().asked
    assert (asked.job, asked.arguments) == (jobs.EVALUATE, (run_id, "final"))
    assert app.dataframe[0].value["accuracy"][0] == 100  # stays on the screen meanwhile
    asked.give(evaluated.to_bytes(answers(scans, wrong=[2], key="of other scans")))
    app.run()
    assert not app.exception
    assert app.dataframe[0].value["accuracy"][0] == pytest.approx(100 * 14 / 15)


def test_the_link_brings_back_what_was_chosen(app, home, scans, trained):
    run_id = trained(callbacks=(BEST,))
    keep(home, run_id, answers(scans), "best")
    query = {"runs": run_id, "weights": "best", "scans": "twins"}
    opened(app, **query)
    now = {
        name: value if isinstance(value, str) else value[0]
        for name, value in dict(app.query_params).items()
    }
    assert {name: now[name] for name in query} == query
    assert app.dataframe[0].value["scans"][0] == 3
