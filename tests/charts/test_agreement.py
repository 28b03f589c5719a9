"""The replay of a run's own settings beside what the run recorded."""

from dataclasses import replace

import numpy as np
import pytest

from core.charts.agreement import agreement
from core.curves.example import example_curves, example_recording
from core.plateaus.arrays import Curves
from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.what_if import Setting, replay_setting
from core.plateaus.what_if_wording import evidence_told
from core.specs import presets
from core.specs.callbacks import ReduceLROnPlateau
from core.store import Event, EventKind

OWN = presets.quick_demo().callbacks


def the_events():
    return [
        Event(EventKind(event["kind"]), event["epoch"], event["detail"])
        for event in example_recording()["events"]
    ]


def replayed(callback):
    curves = example_curves()
    rates = RecordedRates.of(curves.rates, len(curves))
    return replay_setting(Setting("A", callback), curves.curve(callback.monitor), rates)


@pytest.mark.parametrize("callback", OWN, ids=lambda callback: callback.kind)
def test_a_real_recording_and_the_replay_of_its_own_settings_agree(callback):
    found = agreement(replayed(callback), the_events())
    assert found.agrees, found.sentence


def test_a_recorded_epoch_that_the_replay_lacks_is_found():
    events = the_events()
    drop = next(event for event in events if event.kind is EventKind.LEARNING_RATE_REDUCED)
    moved = [replace(event, epoch=3) if event is drop else event for event in events]
    found = agreement(replayed(OWN[0]), moved)
    assert not found.agrees
    assert "recorded other acts (epochs: 4, 15)" in found.sentence


def test_another_rate_in_the_same_epochs_is_found():
    reducing = ReduceLROnPlateau(**(OWN[0].model_dump() | {"factor": 0.5}))
    assert not agreement(replayed(reducing), the_events()).agrees


def test_reductions_that_a_plan_overwrites_are_replayed_as_they_were_recorded():
    """ReduceLROnPlateau beside a constant LearningRateScheduler: every act begins at its rate."""
    reducing = ReduceLROnPlateau(monitor="loss", factor=0.3, patience=3)
    rate, low = float(np.float32(1e-3)), float(np.float32(1e-3) * np.float32(0.3))
    acts = [
        Event(EventKind.LEARNING_RATE_REDUCED, epoch, {"from": rate, "to": low}) for epoch in (3, 6)
    ]
    rates = RecordedRates.of(np.full(9, rate), 9, planned=True)
    own = replay_setting(Setting("A", reducing), Curves.of([0.5] * 9), rates)
    found = agreement(own, acts)
    assert found.agrees, found.sentence
    assert own.first_unknown == 9
    assert "LearningRateScheduler set the rate anew in every epoch" in evidence_told(own, rates)


def test_other_restored_weights_are_found():
    events = [
        replace(event, detail={"from_epoch": 2})
        if event.kind is EventKind.WEIGHTS_RESTORED
        else event
        for event in the_events()
    ]
    assert not agreement(replayed(OWN[1]), events).agrees
