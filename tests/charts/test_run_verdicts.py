"""The sentences on a run, and what they must agree with: the counters and the chart's labels."""

import re
from dataclasses import replace

import pytest

from core.charts.epoch_text import epoch_texts
from core.charts.run_verdicts import run_verdicts
from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau, TerminateOnNaN
from core.store.records import Event, EventKind
from tests.charts.histories import (
    IMPROVING,
    REDUCING,
    a_history,
    a_run,
    an_epoch,
    reducing_state,
    seven_epochs,
    their_events,
)


def told(run, epochs, events=()):
    return {one.kind: one for one in run_verdicts(run, epochs, events)}


def sentences(verdicts):
    return [verdict.sentence for verdict in verdicts.verdicts]


def test_each_callback_that_follows_a_metric_tells_every_epoch():
    found = told(a_run(), seven_epochs(), their_events())
    assert sentences(found["ReduceLROnPlateau"])[4] == (
        "Epoch 5: val_accuracy 0.8121 did not beat 0.8130 by 0.001; wait 2 of 2 → "
        "learning rate 0.001 → 0.0003."
    )
    assert found["ReduceLROnPlateau"].acted == (False,) * 4 + (True,) + (False,) * 2
    assert sentences(found["EarlyStopping"])[6] == (
        "Epoch 7: val_accuracy 0.8334 beat 0.8333; wait 0 of 6."
    )
    saved = [epoch for epoch, acted in enumerate(found["ModelCheckpoint"].acted) if acted]
    assert tuple(saved) == IMPROVING


def test_the_replay_counts_what_keras_counted():
    assert not any(one.apart for one in told(a_run(), seven_epochs()).values())


def test_an_epoch_that_keras_counted_otherwise_is_named():
    epochs = seven_epochs()
    epochs[3] = replace(epochs[3], callbacks=(reducing_state(wait=7),))
    assert told(a_run(), epochs)["ReduceLROnPlateau"].apart == (4,)


def test_the_label_of_the_chart_says_the_same_numbers():
    run, epochs = a_run((REDUCING,)), seven_epochs()
    labels = epoch_texts(a_history(epochs, their_events(), run))
    for verdict in told(run, epochs)["ReduceLROnPlateau"].verdicts[1:]:
        sentence = verdict.sentence.partition(": ")[2].rstrip(".")
        label = re.sub(r"<[^>]+>", " ", labels[verdict.epoch + 1])
        assert sentence in " ".join(label.split())


def test_the_weights_are_said_to_be_restored_only_where_they_were():
    run = a_run((EarlyStopping(monitor="val_accuracy", restore_best_weights=True, patience=9),))
    assert "restored" not in sentences(told(run, seven_epochs())["EarlyStopping"])[-1]
    events = [Event(EventKind.WEIGHTS_RESTORED, 6, {"from_epoch": 6})]
    last = sentences(told(run, seven_epochs(), events)["EarlyStopping"])[-1]
    assert "the weights of epoch 7 are restored" in last


def test_a_rate_that_another_callback_set_is_the_one_told():
    run = a_run((ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1),))
    rates = (0.001, 0.008, 0.02)
    epochs = [an_epoch(number, learning_rate=rate) for number, rate in enumerate(rates)]
    verdicts = told(run, epochs)["ReduceLROnPlateau"].verdicts
    assert [verdict.rate_before for verdict in verdicts] == pytest.approx(rates)
    assert verdicts[1].sentence.endswith("learning rate 0.008 → 0.004.")
    assert verdicts[2].sentence.endswith("learning rate 0.02 → 0.01.")


def test_a_metric_that_was_not_logged_is_said_to_be_missing():
    run = a_run((EarlyStopping(monitor="val_auc", mode="max"),))
    (sentence,) = sentences(told(run, [an_epoch(0)])["EarlyStopping"])
    assert sentence == "Epoch 1: val_auc was not logged; wait stays at 0 of 1."


@pytest.mark.parametrize(
    "callback",
    [
        ReduceLROnPlateau(monitor="val_f1"),
        EarlyStopping(monitor="val_f1"),
        ModelCheckpoint(monitor="val_f1", save_best_only=True),
    ],
    ids=lambda callback: callback.kind,
)
def test_a_metric_whose_direction_auto_cannot_tell_is_the_reason_for_no_verdicts(callback):
    sound = next(other for other in a_run().spec.callbacks if other.kind != callback.kind)
    found = told(a_run((callback, sound)), seven_epochs())
    refused = found[callback.kind]
    assert not refused.verdicts
    assert "`mode='auto'` tells no direction for `monitor='val_f1'`" in refused.refusal
    assert len(found[sound.kind].verdicts) == 7


def test_callbacks_that_follow_no_metric_and_runs_without_epochs_tell_nothing():
    assert not told(a_run((TerminateOnNaN(), ModelCheckpoint())), seven_epochs())
    assert not told(a_run(), [])
