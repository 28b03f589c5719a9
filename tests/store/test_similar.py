"""What earlier runs tell about one that is about to start."""

import numpy as np
import pytest

from core import store
from core.plateaus.plateau import find_plateau
from core.specs import presets
from core.store import Epoch, RunStatus

OWNER = store.owner_of("token")
SPEC = presets.quick_demo()


def plateau(noise, epochs=24, seed=0):
    return 0.8 + noise * np.random.default_rng(seed).standard_normal(epochs)


def add(db, curve, *, spec=SPEC, owner=OWNER, ended=True):
    run_id = store.create_run(db, spec, owner=owner)
    epochs = [
        Epoch(n, {"val_accuracy": value, "loss": 1 / (n + 1)}, 1e-3, 1e-3, 1.0, 1.0)
        for n, value in enumerate(curve)
    ]
    store.append(db, run_id, new_epochs=epochs)
    if ended:
        store.end_run(db, run_id, RunStatus.FINISHED)
    return run_id


def test_the_noise_is_that_of_the_plateau_of_the_newest_run(db):
    add(db, plateau(0.1))
    newest = add(db, plateau(0.01))
    known = store.known_noise(db, SPEC, owner=OWNER)
    assert known.run.id == newest
    expected = find_plateau(plateau(0.01), mode="max").noise
    assert known.noise == {"val_accuracy": expected}
    assert 0.005 < expected < 0.02


def test_a_run_without_a_plateau_is_passed_over(db):
    settled = add(db, plateau(0.01))
    add(db, plateau(0.01, epochs=5))
    add(db, np.linspace(0.1, 0.9, 30))
    assert store.known_noise(db, SPEC, owner=OWNER).run.id == settled


@pytest.mark.parametrize(
    "other",
    [
        {"owner": store.owner_of("another")},
        {"ended": False},
        {"spec": presets.tutorial()},
        {
            "spec": SPEC.model_copy(
                update={"training": SPEC.training.model_copy(update={"model": "tutorial_cnn"})}
            )
        },
    ],
)
def test_only_ended_runs_of_the_owner_on_the_same_scans_and_model_count(db, other):
    add(db, plateau(0.01), **other)
    assert store.known_noise(db, SPEC, owner=OWNER) is None


def test_other_callbacks_and_another_name_do_not_matter(db):
    add(db, plateau(0.01), spec=SPEC.model_copy(update={"name": "other", "callbacks": ()}))
    assert store.known_noise(db, SPEC, owner=OWNER).run.name == "other"
