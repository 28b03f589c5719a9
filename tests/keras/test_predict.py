"""What the answering worker says of scans."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras


@pytest.fixture
def trained(train):
    """A finished run on the tiny scans, and its id."""
    run, _directory = train(epochs=3)
    return run.id


def test_a_run_answers_with_calibrated_probabilities(trained, tiny_scans, tmp_path):
    from core.training import predict

    images = tiny_scans.images[tiny_scans.validation]
    (answer,) = predict.classify([(trained, "final")], [images])
    model = keras.saving.load_model(tmp_path / "runs" / trained / "final.keras", compile=False)
    plain = model.predict(images[..., None], verbose=0)
    powers = np.power(plain.astype(np.float64), 1 / answer.known.temperature)
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(answer.probabilities, expected, atol=1e-3)
    right = plain.argmax(axis=1) == tiny_scans.labels[tiny_scans.validation]
    assert answer.known.accuracy.value == pytest.approx(right.mean())
    assert answer.known.classes == tiny_scans.classes


def test_a_scan_of_another_kind_is_unfamiliar(trained, tiny_scans):
    from core.training import predict

    known = tiny_scans.images[tiny_scans.validation]
    stripes = np.tile(np.where(np.arange(32) % 4 < 2, 255, 0).astype(np.uint8), (1, 32, 1))
    (answer,) = predict.classify([(trained, "final")], [np.concatenate([stripes, known])])
    assert answer.unfamiliar[0]
    assert not answer.unfamiliar[1:].any()


def test_without_scans_a_model_is_made_ready(trained):
    from core.training import predict

    (answer,) = predict.classify([(trained, "final")], [np.zeros((0, 32, 32), np.uint8)])
    assert answer.probabilities.shape == (0, 2)


def test_the_temperature_lies_beside_the_model(trained, tmp_path):
    import json

    from core.training import predict

    (answer,) = predict.classify([(trained, "final")], [np.zeros((0, 32, 32), np.uint8)])
    kept = json.loads((tmp_path / "runs" / trained / "calibration-final.json").read_text())
    assert kept["temperature"] == answer.known.temperature


def test_examples_are_validation_scans_of_each_class(trained, tiny_scans):
    from core.training import predict

    found = predict.examples(trained)
    assert sorted(set(found["labels"].tolist())) == [0, 1]
    names = {tiny_scans.names[i] for i in np.flatnonzero(tiny_scans.validation)}
    assert set(found["names"]) <= names


def test_weights_brought_into_the_same_network_answer_as_their_own_run(
    trained, tiny_scans, tmp_path
):
    from core.data.intake import weights
    from core.training import predict

    model = keras.saving.load_model(tmp_path / "runs" / trained / "final.keras")
    # Trained and compiled, as ModelCheckpoint saves it: with the optimizer's state.
    model.fit(tiny_scans.images[:8, ..., None], np.eye(2)[tiny_scans.labels[:8]], verbose=0)
    source, target = tmp_path / "mine.weights.h5", tmp_path / "arrays.npz"
    model.save_weights(source)
    layout = predict.layout(trained)
    weights.extract(str(source), layout, str(target), on_progress=lambda *_: None)
    digest = predict.bring(trained, "a" * 64, weights.read(target))
    images = tiny_scans.images[tiny_scans.validation]
    (answer,) = predict.classify([(trained, digest)], [images])
    from core.training.readout import Readout

    np.testing.assert_allclose(answer.logits, Readout(model).read(images).logits, atol=1e-4)


def test_forgotten_weights_are_a_sentence(trained):
    from core.training import predict
    from core.training.evaluate import CannotEvaluate

    with pytest.raises(CannotEvaluate, match="bring them again"):
        predict.classify([(trained, "b" * 64)], [np.zeros((0, 32, 32), np.uint8)])
