"""The replay of a run's own settings says exactly what the run, trained for real, recorded."""

import pytest

from core import store
from core.charts.agreement import agreement
from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.what_if import Setting, replay_setting
from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau

pytest.importorskip("keras")
pytestmark = pytest.mark.keras

RUNS = [
    (
        ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1, cooldown=2, min_delta=0.01),
        EarlyStopping(monitor="val_accuracy", patience=3, restore_best_weights=True),
        ModelCheckpoint(filepath="best.keras", monitor="val_loss", save_best_only=True),
    ),
    (
        ReduceLROnPlateau(monitor="loss", patience=2, min_delta=10, min_lr=1e-5),
        EarlyStopping(monitor="loss", patience=2, start_from_epoch=4, min_delta=0.1),
    ),
]


@pytest.mark.parametrize("callbacks", RUNS, ids=["validation", "training"])
def test_the_replay_and_the_recorded_events_are_the_same(db, train, callbacks):
    run, _ = train(*callbacks, epochs=10, learning_rate=0.02)
    curves = store.recorded_curves(store.read_epochs(db, run.id))
    events = store.read_events(db, run.id)
    rates = RecordedRates.of(curves.rates, len(curves))
    for callback in callbacks:
        replayed = replay_setting(Setting("A", callback), curves.curve(callback.monitor), rates)
        found = agreement(replayed, events)
        assert found.agrees, found.sentence
        assert replayed.first_unknown == len(curves)
