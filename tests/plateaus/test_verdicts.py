"""Every sentence a person can read about an epoch."""

import math
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.plateaus.arrays import Curves
from core.plateaus.checkpoint import replay_model_checkpoint
from core.plateaus.early_stopping import EarlyStoppingSettings
from core.plateaus.early_stopping_replay import replay_early_stopping
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings
from core.plateaus.reduce_lr_replay import replay_reduce_lr_on_plateau
from core.plateaus.verdicts import (
    explain_early_stopping,
    explain_model_checkpoint,
    explain_reduce_lr_on_plateau,
)


def curves_of(values):
    numbers = [0.0 if value is None else float(np.float32(value)) for value in values]
    return Curves.of(numbers, [value is not None for value in values])


def reduce_lr(
    values, *, mode="min", learning_rate=1e-3, semantics="keras-3.15", best=None, **given
):
    parameters = {"factor": 0.3, "patience": 2, "min_delta": 0.0} | given
    replay = replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(**parameters),
        curves_of(values),
        learning_rate=learning_rate,
        mode=mode,
        semantics=semantics,
        best=best,
    )
    return explain_reduce_lr_on_plateau(replay, monitor="val_loss")


def early_stopping(values, *, mode="min", semantics="keras-3.15", best=None, **parameters):
    replay = replay_early_stopping(
        EarlyStoppingSettings.of(**parameters),
        curves_of(values),
        mode=mode,
        semantics=semantics,
        best=best,
    )
    return explain_early_stopping(replay, monitor="val_loss")


def sentences(verdicts):
    return [verdict.sentence for verdict in verdicts]


def test_a_plateau_is_told_to_its_end():
    verdicts = reduce_lr([0.8130, 0.8123, 0.8125], mode="max", min_delta=1e-3)
    assert sentences(verdicts) == [
        "Epoch 1: val_loss 0.8130 is the first value and the best so far; wait 0 of 2.",
        "Epoch 2: val_loss 0.8123 did not beat 0.8130 by 0.001; wait 1 of 2.",
        (
            "Epoch 3: val_loss 0.8125 did not beat 0.8130 by 0.001; wait 2 of 2 → "
            "learning rate 0.001 → 0.0003."
        ),
    ]


def test_the_fields_say_what_the_sentence_says():
    first, _, reduction = reduce_lr([0.5, 0.5, 0.5], cooldown=3)
    assert (first.epoch, first.value, first.best_before, first.improved) == (0, 0.5, None, True)
    assert (reduction.epoch, reduction.best_before, reduction.improved) == (2, 0.5, False)
    assert (reduction.wait, reduction.patience, reduction.cooldown_counter) == (2, 2, 3)
    assert reduction.rate_before == np.float32(1e-3)
    assert reduction.rate_after == np.float32(float(np.float32(1e-3)) * 0.3)
    assert not reduction.stopped


def test_an_improvement_names_what_it_beat():
    assert sentences(reduce_lr([0.5, 0.4], min_delta=0.01))[1] == (
        "Epoch 2: val_loss 0.4000 beat 0.5000 by more than 0.01; wait 0 of 2."
    )


def test_an_improvement_by_min_delta_and_no_more_is_told_as_the_tie_it_is():
    verdicts = reduce_lr([0.5, 0.75, 0.76], mode="max", min_delta=0.25)
    assert [each.improved for each in verdicts] == [True, False, True]
    assert sentences(verdicts)[1] == (
        "Epoch 2: val_loss 0.7500 did not beat 0.5000 by more than 0.25; wait 1 of 2."
    )


def test_a_patience_of_0_is_told_as_the_1_it_acts_as():
    assert "wait 1 of 1 → learning rate" in sentences(reduce_lr([0.5, 0.5], patience=0))[1]


def test_a_cooldown_is_told():
    assert sentences(reduce_lr([0.5] * 5, cooldown=3))[3:] == [
        (
            "Epoch 4: val_loss 0.5000 did not beat 0.5000; in cooldown (cooldown_counter 2), "
            "wait stays 0."
        ),
        (
            "Epoch 5: val_loss 0.5000 did not beat 0.5000; in cooldown (cooldown_counter 1), "
            "wait stays 0."
        ),
    ]


def test_at_min_lr_the_sentence_says_why_nothing_happens():
    assert sentences(reduce_lr([0.5] * 4, min_lr=1e-3))[3] == (
        "Epoch 4: val_loss 0.5000 did not beat 0.5000; wait 3 of 2, but the learning rate 0.001 "
        "is already at min_lr."
    )


def test_an_epoch_without_the_metric_is_told():
    missing = reduce_lr([0.5, 0.5, None])[2]
    assert missing.sentence == "Epoch 3: val_loss was not logged; wait stays at 1 of 2."
    assert missing.value is None
    assert missing.best_before == 0.5


def test_nan_is_told_first_later_and_as_a_best_that_stays():
    assert sentences(reduce_lr([0.5, math.nan]))[1] == (
        "Epoch 2: val_loss is NaN, no improvement on 0.5000; wait 1 of 2."
    )
    first, second = reduce_lr([math.nan, 0.5])
    assert first.sentence == (
        "Epoch 1: val_loss is NaN, as the first value the best, and cannot be beaten; wait 0 of 2."
    )
    assert second.sentence == (
        "Epoch 2: val_loss 0.5000 cannot beat the best, which is NaN; wait 1 of 2."
    )
    assert first.best_before is None
    assert math.isnan(second.best_before)


def test_a_stale_best_is_compared_from_the_first_epoch_on():
    assert sentences(reduce_lr([0.5], semantics="keras-3.11", best=0.1)) == [
        "Epoch 1: val_loss 0.5000 did not beat 0.1000; wait 1 of 2."
    ]


def test_pytorch_counts_to_one_more_and_tells_shares_in_percent():
    verdicts = reduce_lr([0.5] * 3, semantics="pytorch", min_delta=1e-4, patience=1)
    assert sentences(verdicts) == [
        "Epoch 1: val_loss 0.5000 is the first value and the best so far; wait 0 of 2.",
        "Epoch 2: val_loss 0.5000 did not beat 0.5000 by 0.01 %; wait 1 of 2.",
        (
            "Epoch 3: val_loss 0.5000 did not beat 0.5000 by 0.01 %; wait 2 of 2 → "
            "learning rate 0.001 → 0.0003."
        ),
    ]


def test_pytorch_tells_a_change_too_small_for_eps():
    assert sentences(reduce_lr([0.5] * 2, semantics="pytorch", patience=0, learning_rate=1e-9))[
        1
    ].endswith("wait 1 of 1, but the learning rate 1e-9 would change by no more than eps.")


def test_neighbouring_numbers_are_told_apart():
    above = float(np.nextafter(np.float32(0.5), np.float32(1)))
    assert sentences(reduce_lr([0.5, above]))[1] == (
        "Epoch 2: val_loss 0.5000001 did not beat 0.5000000; wait 1 of 2."
    )


def test_what_only_float32_takes_for_equal_is_said():
    replay = replay_model_checkpoint(Curves.of([0.5, 0.5 - 1e-9]), mode="min")
    assert explain_model_checkpoint(replay, monitor="val_loss")[1].sentence == (
        "Epoch 2: val_loss 0.499999999 did not beat 0.5 (compared as float32); "
        "the model is not saved."
    )


def test_rates_that_round_alike_get_more_digits():
    verdict = reduce_lr([0.5, 0.5], patience=1, factor=0.9999)[1]
    assert verdict.sentence.endswith("learning rate 0.001 → 0.0009999.")


# --- EarlyStopping -----------------------------------------------------------------------------


def test_a_stop_names_the_epoch_whose_weights_are_restored():
    verdicts = early_stopping([0.5, 0.4, 0.4, 0.6, 0.1], patience=2, restore_best_weights=True)
    assert len(verdicts) == 4
    assert verdicts[-1].stopped
    assert verdicts[-1].rate_before is None
    assert verdicts[-1].sentence == (
        "Epoch 4: val_loss 0.6000 did not beat 0.4000; wait 2 of 2 → training stops, "
        "the weights of epoch 2 are restored."
    )


def test_weights_restored_at_the_end_of_training_are_told():
    verdicts = early_stopping([0.4, 0.5], patience=9, restore_best_weights=True)
    assert not verdicts[-1].stopped
    assert verdicts[-1].sentence == (
        "Epoch 2: val_loss 0.5000 did not beat 0.4000; wait 1 of 9; training ends, "
        "the weights of epoch 1 are restored."
    )


def test_epochs_before_start_from_epoch_do_not_count():
    early, first = early_stopping([0.1, 0.5], start_from_epoch=1)
    assert early.sentence == (
        "Epoch 1: val_loss does not count before epoch 2 (start_from_epoch 1)."
    )
    assert early.value == float(np.float32(0.1))
    assert first.sentence == (
        "Epoch 2: val_loss 0.5000 is the first value and the best so far; wait 0 of 1."
    )


def test_an_unmet_baseline_is_told():
    assert sentences(early_stopping([0.5, 0.4], patience=5, baseline=0.1)) == [
        (
            "Epoch 1: val_loss 0.5000 is the first value and the best so far, but not the baseline "
            "0.1; wait goes on, 1 of 5."
        ),
        "Epoch 2: val_loss 0.4000 beat 0.5000, but not the baseline 0.1; wait goes on, 2 of 5.",
    ]


def test_the_first_epoch_says_that_it_cannot_stop():
    first = early_stopping([0.5, 0.5], patience=1, semantics="keras-3.11", best=0.1)[0]
    assert first.sentence.endswith("wait 1 of 1, but no training stops in its first epoch.")


def test_an_epoch_without_the_metric_is_told_for_a_stop_too():
    assert sentences(early_stopping([0.5, None], patience=2))[1] == (
        "Epoch 2: val_loss was not logged; wait stays at 0 of 2."
    )


# --- ModelCheckpoint ---------------------------------------------------------------------------


def test_saves_are_told():
    replay = replay_model_checkpoint(curves_of([0.5, 0.6, None, 0.4]), mode="min")
    assert sentences(explain_model_checkpoint(replay, monitor="val_loss")) == [
        "Epoch 1: val_loss 0.5000 is the first value and the best so far; the model is saved.",
        "Epoch 2: val_loss 0.6000 did not beat 0.5000; the model is not saved.",
        "Epoch 3: val_loss was not logged, and so the model is saved.",
        "Epoch 4: val_loss 0.4000 beat 0.5000; the model is saved.",
    ]


# --- all of them -------------------------------------------------------------------------------

numbers = st.sampled_from([0.5, 0.50000006, 0.4999, 0.4, 1e-6, math.nan, math.inf, None])


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    values=st.lists(numbers, min_size=1, max_size=10),
    mode=st.sampled_from(["min", "max"]),
    semantics=st.sampled_from(["keras-3.15", "keras-3.10", "pytorch"]),
    patience=st.integers(0, 3),
    cooldown=st.integers(0, 3),
    min_lr=st.sampled_from([0.0, 5e-4, 1e-3]),
)
def test_a_sentence_tells_a_reduction_exactly_when_the_rate_falls(
    *, values, mode, semantics, patience, cooldown, min_lr
):
    verdicts = reduce_lr(
        values,
        mode=mode,
        semantics=semantics,
        patience=patience,
        cooldown=cooldown,
        min_lr=min_lr,
    )
    for verdict in verdicts:
        assert ("→ learning rate" in verdict.sentence) == (verdict.rate_after < verdict.rate_before)
        assert verdict.sentence.startswith(f"Epoch {verdict.epoch + 1}: val_loss ")
        assert verdict.sentence.endswith(".")
    for before, after in pairwise(verdicts):
        assert before.rate_after == after.rate_before
