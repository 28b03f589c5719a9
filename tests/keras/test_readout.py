"""What is read out of a model is what the model computes."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras

SCANS = np.random.default_rng(0).integers(0, 256, (5, 32, 32)).astype(np.uint8)


def tiny_model():
    """One convolution of two channels, global mean, two classes."""
    keras.utils.set_random_seed(1)
    scans = keras.Input((8, 8, 1), dtype="uint8")
    layer = keras.layers.Conv2D(2, 3, padding="same", activation="relu")(
        keras.layers.Rescaling(1 / 255)(scans)
    )
    features = keras.layers.GlobalAveragePooling2D()(layer)
    return keras.Model(scans, keras.layers.Dense(2, activation="softmax")(features))


@pytest.fixture(scope="module")
def net():
    from core.training import models

    keras.utils.set_random_seed(0)
    return models.build("small_cnn", image_size=32, classes=3)


def test_probabilities_are_the_softmax_of_the_logits(net):
    from core.training.readout import Readout

    reading = Readout(net).read(SCANS)
    expected = net.predict(SCANS[..., None], verbose=0)
    np.testing.assert_allclose(reading.probabilities, expected, atol=1e-5)


def test_logits_are_the_last_layer_of_the_features(net):
    from core.training.readout import Readout

    reading = Readout(net).read(SCANS)
    kernel, bias = (np.asarray(weight) for weight in net.layers[-1].get_weights())
    np.testing.assert_allclose(reading.logits, reading.features @ kernel + bias, atol=1e-4)


def test_scans_in_several_batches_are_read_as_alone(net, monkeypatch):
    from core.training import readout

    together = readout.Readout(net).read(SCANS)
    monkeypatch.setattr(readout, "BATCH", 2)
    apart = readout.Readout(net).read(SCANS)
    np.testing.assert_allclose(together.logits, apart.logits, atol=1e-5)
    np.testing.assert_allclose(together.maps, apart.maps, atol=1e-4)
    assert apart.maps.shape == (5, 2, 2)


def test_without_maps_the_answers_are_the_same(net):
    from core.training.readout import Readout

    full, plain = Readout(net).read(SCANS), Readout(net).read(SCANS, maps=False)
    np.testing.assert_allclose(full.logits, plain.logits, atol=1e-5)
    np.testing.assert_allclose(full.features, plain.features, atol=1e-5)
    assert plain.maps.shape == (5, 0, 0)


def test_no_scans_give_empty_arrays(net):
    from core.training.readout import Readout

    reading = Readout(net).read(SCANS[:0])
    assert reading.logits.shape == (0, 3)


@pytest.mark.parametrize("label", [0, 1])
def test_the_heat_map_is_grad_cam_as_computed_by_hand(label):
    from core.training.readout import Readout

    model, scan = tiny_model(), SCANS[:1, :8, :8]
    layer = keras.Model(model.inputs, model.layers[2].output).predict(scan[..., None], verbose=0)
    # The features are means over 64 places: the gradient of a logit is its weight / 64 anywhere.
    weights = model.layers[-1].get_weights()[0][:, label] / 64
    by_hand = np.maximum((layer[0] * weights).sum(axis=-1), 0)
    by_hand = by_hand / by_hand.max() if by_hand.max() > 0 else by_hand
    found = Readout(model).read(scan, classes=np.array([label])).maps[0]
    np.testing.assert_allclose(found, by_hand, atol=1e-5)


def test_where_nothing_speaks_for_the_class_the_map_is_zero():
    from core.training.readout import Readout

    model = tiny_model()
    model.layers[-1].set_weights([-np.ones((2, 2), "float32"), np.zeros(2, "float32")])
    assert not Readout(model).read(SCANS[:1, :8, :8]).maps.any()


def test_occlusion_finds_the_one_place_that_counts():
    from core.training.readout import Readout

    model = tiny_model()
    convolution, head = model.layers[2], model.layers[-1]
    kernel = np.zeros((3, 3, 1, 2), "float32")
    kernel[1, 1] = 1
    convolution.set_weights([kernel, np.full(2, -0.5, "float32")])
    head.set_weights([np.array([[1, -1], [1, -1]], "float32"), np.zeros(2, "float32")])
    scan = np.zeros((8, 8), np.uint8)
    scan[5:7, 1:3] = 255
    drops = Readout(model).occlusion(scan, 0)
    row, column = np.unravel_index(drops.argmax(), drops.shape)
    assert 4 <= row <= 7
    assert 0 <= column <= 3
    assert drops[0, 7] == 0


def test_a_saved_model_is_opened_once_and_says_the_same(net, tmp_path):
    from core.training import readout

    net.save(tmp_path / "final.keras")
    opened = readout.open_model(tmp_path / "final.keras")
    assert readout.open_model(tmp_path / "final.keras") is opened
    np.testing.assert_allclose(
        opened.read(SCANS).logits, readout.Readout(net).read(SCANS).logits, atol=1e-5
    )


def test_a_damaged_model_is_one_sentence(tmp_path):
    from core.training import readout

    (tmp_path / "final.keras").write_bytes(b"PK not a model")
    with pytest.raises(readout.UnreadableModel, match=r"final\.keras cannot be opened"):
        readout.open_model(tmp_path / "final.keras")
