"""The networks are what they say they are."""

import random

import numpy as np
import pytest

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras


def test_the_small_net_has_247_thousand_parameters():
    from core.training import models

    assert round(models.build("small_cnn", image_size=96, classes=4).count_params(), -3) == 247_000


def test_the_tutorials_net_is_the_tutorials():
    from core.training import models

    model = models.build("tutorial_cnn", image_size=150, classes=4)
    kinds = [type(layer).__name__ for layer in model.layers[3:]]
    block = ["Conv2D", "Conv2D", "BatchNormalization", "MaxPooling2D", "Dropout"]
    assert kinds == [*block, *block, "Flatten", "Dense", "Dropout", "Dense"]
    first, second = model.layers[3], model.layers[4]
    assert (first.filters, first.kernel_size, first.activation.__name__) == (32, (2, 2), "linear")
    assert second.activation.__name__ == "relu"
    assert round(model.count_params() / 1e6, 1) == 44.9


@pytest.mark.parametrize("name", ["small_cnn", "tutorial_cnn"])
@pytest.mark.parametrize("size", [32, 97])
def test_a_scan_of_any_size_gives_probabilities(name, size):
    from core.training import models

    scans = np.full((2, size, size, 1), 255, np.uint8)
    probabilities = models.build(name, image_size=size, classes=3).predict(scans, verbose=0)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_the_order_of_the_scans_depends_on_seed_and_epoch_alone(tiny_scans):
    from core.training.batches import ScanBatches

    def orders(seed, first_epoch, epochs):
        batches = ScanBatches(
            tiny_scans, validation=False, batch_size=48, seed=seed, first_epoch=first_epoch
        )
        for _ in range(epochs):
            batches.on_epoch_begin()
            yield batches[0][0].copy()

    straight = list(orders(seed=3, first_epoch=0, epochs=3))
    (resumed,) = orders(seed=3, first_epoch=2, epochs=1)
    np.testing.assert_array_equal(straight[2], resumed)
    assert not np.array_equal(straight[0], straight[1])
    assert not np.array_equal(straight[0], next(orders(seed=4, first_epoch=0, epochs=1)))


def test_a_training_begins_with_the_order_of_its_first_epoch(tiny_scans, shallow_net, monkeypatch):
    from core.specs.run import TrainingSpec
    from core.training import batches, run

    drawn = []
    begun = batches.ScanBatches.on_epoch_begin

    def draw(this):
        begun(this)
        drawn.append(this._epoch)

    monkeypatch.setattr(batches.ScanBatches, "on_epoch_begin", draw)
    model = run.build_model(TrainingSpec(), tiny_scans)
    training = batches.ScanBatches(tiny_scans, validation=False, batch_size=16)
    model.fit(batches.UntunedBatches(training), epochs=2, verbose=0)
    assert drawn == [0, 1]


def test_a_seed_decides_the_weights_whatever_other_threads_draw(tiny_scans, monkeypatch):
    from core.specs.run import TrainingSpec
    from core.training import models, run

    build, plain = models.build, _built_after_set_random_seed(3)
    built = run.build_model(TrainingSpec(seed=3), tiny_scans).get_weights()

    def draw_meanwhile(*arguments, **named):
        random.random()
        return build(*arguments, **named)

    monkeypatch.setattr(models, "build", draw_meanwhile)
    again = run.build_model(TrainingSpec(seed=3), tiny_scans).get_weights()
    for weights in zip(built, again, plain, strict=True):
        assert len({each.tobytes() for each in weights}) == 1


def _built_after_set_random_seed(seed):
    from core.training import models

    keras.utils.set_random_seed(seed)
    return models.build("small_cnn", image_size=32, classes=2).get_weights()
