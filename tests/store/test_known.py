import pytest

from core import store
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.specs.data import SimulatedScans
from core.specs.run import RunSpec, TrainingSpec
from core.store.known import known_training
from tests.compared_runs import store_run
from tests.swept import RATE, store_sweep, sweep_spec

ME = store.owner_of("me")
CURVE = (0.5, 0.6, 0.7, 0.7)
BASE = RunSpec(training=TrainingSpec(epochs=30), callbacks=(ReduceLROnPlateau(patience=9),))


@pytest.fixture
def db(tmp_path):
    opened = store.Store(f"sqlite:///{tmp_path}/plateau.sqlite")
    yield opened
    opened.close()


def test_the_newest_run_of_the_same_training_is_known_whatever_its_callbacks(db):
    store_run(db, "older", CURVE, owner="me")
    newer = store_run(db, "newer", CURVE, owner="me", stopping=EarlyStopping(patience=3))
    known = known_training(db, BASE, owner=ME)
    assert known.run.id == newer
    assert known.seconds == pytest.approx(2.0)
    assert known.curve.curves["val_accuracy"].values.tolist() == [list(CURVE)]


def test_a_run_of_the_same_seed_comes_before_a_newer_one(db):
    same = store_run(db, "same", CURVE, owner="me")
    store_run(db, "other", CURVE, owner="me", seed=5)
    assert known_training(db, BASE, owner=ME).run.id == same


@pytest.mark.parametrize(
    "differs",
    [
        {"owner": "another"},
        {"values": CURVE[:2]},
        {"scans": SimulatedScans(seed=9)},
    ],
)
def test_other_scans_other_people_and_short_runs_tell_nothing(db, differs):
    store_run(db, **{"values": CURVE, "owner": "me", **differs})
    assert known_training(db, BASE, owner=ME) is None


def test_another_first_learning_rate_is_another_training(db):
    store_run(db, values=CURVE, owner="me")
    faster = BASE.model_copy(update={"training": TrainingSpec(learning_rate=0.01)})
    assert known_training(db, faster, owner=ME) is None


def test_where_no_run_is_known_the_longest_run_of_the_newest_sweep_is(db):
    watched = {"monitor": "val_accuracy"}
    callbacks = (ReduceLROnPlateau(**watched), EarlyStopping(**watched))
    base = RunSpec(training=TrainingSpec(epochs=9), callbacks=callbacks).model_dump()
    spec = sweep_spec(factors=(0.5,), patiences=(1,), stopping=(2, 30), seeds=(1, 0), base=base)
    store_sweep(db, spec, owner="another")
    assert known_training(db, spec.base, owner=ME) is None
    store_sweep(db, spec, owner="me", most_epochs=2)
    assert known_training(db, spec.base, owner=ME) is None
    sweep = store_sweep(db, spec, owner="me", accuracy=lambda *_: 0.9)
    store_sweep(db, spec, owner="me", most_epochs=2)
    known = known_training(db, spec.base, owner=ME)
    assert (known.run.sweep_id, known.run.setting, known.run.seed) == (sweep.id, 1, 0)
    assert known.curve.rates.start == RATE
    assert (len(known.curve.rates.values), known.seconds) == (9, 2.0)
    own = store_run(db, "own", CURVE, owner="me")
    assert known_training(db, spec.base, owner=ME).run.id == own


def test_a_sweep_of_another_training_tells_nothing(db):
    spec = sweep_spec(factors=(0.5,), seeds=(0,), epochs=4)
    store_sweep(db, spec, owner="me")
    assert known_training(db, spec.base, owner=ME) is not None
    other = spec.base.model_copy(update={"scans": SimulatedScans(seed=9)})
    assert known_training(db, other, owner=ME) is None
