"""The evaluation of a run that was really trained."""

import dataclasses

import numpy as np
import pytest

from core import data
from core.data import evaluated
from core.evaluation.predictions import Predictions
from core.evaluation.scores import log_loss
from core.specs.callbacks import EarlyStopping, ModelCheckpoint
from core.store import read_epochs
from core.store.checkpoints import best_weights
from core.store.progress import read_events

jobs = pytest.importorskip("core.training.evaluate")
pytestmark = pytest.mark.keras

BEST = {"monitor": "val_loss", "save_best_only": True}


def answers(run, weights="final"):
    """Evaluate as a worker does; return the file and its answers."""
    found = evaluated.from_bytes(jobs.evaluate_run(run.id, weights))
    return found, Predictions(found.labels, found.logits, found.groups, found.classes)


@pytest.mark.parametrize("filepath", ["best.keras", "best.weights.h5"])
def test_final_and_best_weights_score_what_fit_logged(train, db, filepath):
    saving = ModelCheckpoint(filepath=filepath, save_weights_only=filepath.endswith("h5"), **BEST)
    run, directory = train(saving, epochs=4, learning_rate=0.03)
    epochs = read_epochs(db, run.id)
    final, last = answers(run)
    assert last.right.mean() == pytest.approx(epochs[-1].logs["val_accuracy"])
    assert log_loss(last) == pytest.approx(epochs[-1].logs["val_loss"], rel=1e-3)
    best = best_weights(run.spec, read_events(db, run.id))
    lowest = min(epoch.logs["val_loss"] for epoch in epochs)
    assert epochs[best.epoch].logs["val_loss"] == lowest
    assert log_loss(answers(run, "best")[1]) == pytest.approx(lowest, rel=1e-3)
    assert {file.name for file in directory.glob("evaluation-*")} == {
        "evaluation-final.npz",
        "evaluation-best.npz",
    }
    assert final.names == tuple(f"scan {i}" for i in range(48, 64))
    assert final.positions.tolist() == list(range(48, 64))


def test_what_restore_best_weights_puts_back_is_what_is_evaluated(train, db):
    stopping = EarlyStopping(monitor="val_loss", patience=9, restore_best_weights=True)
    run, _ = train(stopping, epochs=4, learning_rate=0.03)
    lowest = min(epoch.logs["val_loss"] for epoch in read_epochs(db, run.id))
    assert log_loss(answers(run)[1]) == pytest.approx(lowest, rel=1e-3)


def test_it_is_computed_once_for_the_same_model_and_scans(train, monkeypatch, tiny_scans):
    run, directory = train(epochs=1)
    first = jobs.evaluate_run(run.id, "final")
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "evaluate", None)  # not to be called
        assert jobs.evaluate_run(run.id, "final") == first
    others = dataclasses.replace(tiny_scans, images=255 - tiny_scans.images)
    monkeypatch.setattr(data, "load", lambda *_, **__: others)
    assert answers(run)[0].key != evaluated.from_bytes(first).key
    assert evaluated.read(directory / "evaluation-final.npz").key == answers(run)[0].key


def test_masks_and_peaks_play_the_pointing_game(train, monkeypatch, tiny_scans):
    run, _ = train(epochs=3)
    assert np.isnan(answers(run)[0].lesion_share).all()
    everywhere = np.zeros(tiny_scans.images.shape, bool)
    everywhere[:, :16] = True
    with_masks = dataclasses.replace(tiny_scans, masks=everywhere)
    monkeypatch.setattr(data, "load", lambda *_, **__: with_masks)
    readout = jobs.open_model(jobs.Settings().run_dir(run.id) / "final.keras")
    found = jobs.evaluate(readout, with_masks, key="k")
    assert (found.lesion_share == 0.5).all()
    np.testing.assert_array_equal(found.hit, ~found.blank & (found.peaks[:, 0] < 16))
    assert ((found.peaks >= -1) & (found.peaks < 32)).all()
    assert found.maps.max() <= 1


def test_what_cannot_be_evaluated_is_refused_in_a_sentence(train, monkeypatch, tiny_scans):
    run, directory = train(epochs=1)
    with pytest.raises(jobs.CannotEvaluate, match="kept no best weights"):
        jobs.evaluate_run(run.id, "best")
    fewer = dataclasses.replace(tiny_scans, validation=np.arange(64) >= 60)
    with monkeypatch.context() as patched:
        patched.setattr(data, "load", lambda *_, **__: fewer)
        with pytest.raises(jobs.CannotEvaluate, match="validated on 16, and now there are 4"):
            jobs.evaluate_run(run.id, "final")
    others = dataclasses.replace(tiny_scans, validation=np.arange(64) < 16)
    with monkeypatch.context() as patched:
        patched.setattr(data, "load", lambda *_, **__: others)
        with pytest.raises(jobs.CannotEvaluate, match="have changed since it was trained"):
            jobs.evaluate_run(run.id, "final")
    (directory / "final.keras").unlink()
    with pytest.raises(jobs.CannotEvaluate, match=r"has no final\.keras"):
        jobs.evaluate_run(run.id, "final")


def test_a_model_that_diverged_is_refused_in_a_sentence(train):
    import keras

    run, directory = train(epochs=1)
    model = keras.models.load_model(directory / "final.keras")
    model.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    model.save(directory / "final.keras")
    with pytest.raises(jobs.CannotEvaluate, match="its training diverged"):
        jobs.evaluate_run(run.id, "final")
    assert not list(directory.glob("evaluation-*"))
