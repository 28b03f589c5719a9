"""A seed decides the first weights, whatever other threads of the worker do."""

import random
import threading

import numpy as np
import pytest

from core.specs.run import TrainingSpec

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras


@pytest.fixture
def drawing():
    """Another thread that draws from Python's generator all the time, as Dask's do at times."""
    ended = threading.Event()

    def draw():
        while not ended.is_set():
            random.random()

    thread = threading.Thread(target=draw)
    thread.start()
    yield
    ended.set()
    thread.join()


def weights(scans, seed):
    from core.training.run import build_model

    model = build_model(TrainingSpec(seed=seed), scans)
    return [np.asarray(variable) for variable in model.variables]


def test_other_threads_do_not_change_what_a_seed_gives(tiny_scans, drawing):
    first, *others = (weights(tiny_scans, 7) for _ in range(3))
    for other in others:
        for one, another in zip(first, other, strict=True):
            np.testing.assert_array_equal(one, another)


def test_a_model_begins_as_the_same_lines_of_keras_would_begin_it(tiny_scans):
    """The run as a script, which the Configure page offers, has `set_random_seed` alone."""
    from core.training import models

    keras.utils.set_random_seed(7)
    plain = models.build("small_cnn", image_size=32, classes=2)
    ours = weights(tiny_scans, 7)
    for one, another in zip(ours, plain.variables, strict=True):
        np.testing.assert_array_equal(one, np.asarray(another))
    assert any(
        np.any(one != other) for one, other in zip(ours, weights(tiny_scans, 8), strict=True)
    )
