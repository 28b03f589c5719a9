import numpy as np
import pytest

from core.plateaus.arrays import Curves
from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.release_comparison import compare_releases, releases_of, reuse_told
from core.plateaus.what_if import Setting, replay_setting
from core.plateaus.what_if_wording import best_told, epochs_told, evidence_told, parting_told
from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau

FLAT = Curves.of([0.5] * 6)
CONSTANT = RecordedRates.of(np.full(6, 0.1), 6)
UNKNOWN = RecordedRates.of(None, 6)


def reducing(name="A", *, semantics="keras-3.15", held_best=None, **settings):
    callback = ReduceLROnPlateau(**({"monitor": "loss", "patience": 2} | settings))
    return Setting(name, callback, semantics=semantics, held_best=held_best)


def stopping(**settings):
    return Setting("A", EarlyStopping(**({"monitor": "loss", "patience": 2} | settings)))


def told(setting, curve=FLAT, rates=CONSTANT):
    return evidence_told(replay_setting(setting, curve, rates), rates)


def test_a_reduction_that_was_not_recorded_ends_the_evidence():
    replayed = replay_setting(reducing(), FLAT, CONSTANT)
    assert replayed.acts == [2, 4]
    assert replayed.first_unknown == 3
    assert told(reducing()) == (
        "Reduces the learning rate after epoch 3. Exact up to epoch 3. In epoch 4 the learning "
        "rate would be 0.01, and the recorded training went on at 0.1. How the curve would go on "
        "from there nobody has recorded, and so everything after it is grey."
    )


def test_a_recorded_reduction_that_would_not_come_ends_it_too():
    rates = RecordedRates.of(np.array([0.1, 0.1, 0.01, 0.01, 0.01, 0.01]), 6)
    assert replay_setting(reducing(patience=9), FLAT, rates).first_unknown == 2
    assert "would be 0.1, and the recorded training went on at 0.01" in told(
        reducing(patience=9), rates=rates
    )


def test_the_same_reductions_are_exact_to_the_end():
    rates = RecordedRates.of(np.array([0.1, 0.1, 0.1, 0.01, 0.01, 0.001]), 6)
    assert replay_setting(reducing(), FLAT, rates).first_unknown == 6
    assert told(reducing(), rates=rates).endswith(
        "The recorded training had the same learning rate in every epoch: the replay is exact to "
        "the end."
    )


def test_a_reduction_in_the_last_epoch_leaves_the_curve_evidence():
    assert replay_setting(reducing(patience=5), FLAT, CONSTANT).first_unknown == 6


def test_rates_that_were_not_logged_are_said_to_be_assumed():
    assert "was not logged and is taken to have stayed" in told(reducing(), rates=UNKNOWN)
    assert "was not logged and is taken to have stayed" in told(reducing(patience=9), rates=UNKNOWN)


def test_early_stopping_is_exact_to_the_end_and_says_what_it_misses():
    curve = Curves.of([0.5, 0.6, 0.7, 0.4])
    assert told(stopping(restore_best_weights=True), curve) == (
        "Stops the training after epoch 3. EarlyStopping changes nothing before it stops: the "
        "replay is exact to the end. The weights of epoch 1 are restored. It saves one epoch and "
        "misses 0.4000 in epoch 4, against the best before it, 0.5000."
    )


def test_early_stopping_that_never_comes_says_how_far_it_waited():
    assert told(stopping(patience=9)).endswith("After the 6 recorded epochs, wait ends at 5 of 9.")


def test_saving_is_exact_to_the_end():
    setting = Setting("A", ModelCheckpoint(monitor="loss", save_best_only=True))
    assert told(setting) == (
        "Saves the model after epoch 1. Saving changes nothing in the training: the replay is "
        "exact to the end. A file of one name ends with the model of epoch 1."
    )


def bests(setting, curve):
    replayed = replay_setting(setting, curve, RecordedRates.of(None, curve.shape[1]))
    return [best_told(replayed, epoch) for epoch in range(len(replayed.verdicts))]


def test_there_is_no_best_before_a_value_counts():
    curve = Curves.of([0.5, 0.25, 0.75, 0.125])
    assert bests(stopping(start_from_epoch=2, patience=9), curve) == [
        ("none yet", None), ("none yet", None), ("0.7500", None), ("0.1250", -0.625),
    ]  # fmt: skip
    saving = Setting("A", ModelCheckpoint(monitor="loss", save_best_only=True))
    assert bests(saving, Curves.of([0.5, 0.5], [False, True])) == [
        ("none yet", None), ("0.5000", None),
    ]  # fmt: skip


def test_infinity_is_no_best_and_nan_is_one_where_keras_takes_it():
    curve = Curves.of([np.nan, 0.5])
    for semantics in ("keras-3.10", "pytorch"):
        setting = reducing(semantics=semantics, mode="min")
        assert bests(setting, curve) == [("none yet", None), ("0.5000", None)]
    assert bests(reducing(), curve) == [("NaN", None)] * 2


def test_a_best_that_is_held_from_before_is_there_from_the_start():
    setting = reducing(semantics="keras-3.11", held_best=0.25)
    assert bests(setting, FLAT)[0] == ("0.2500", None)


def test_settings_part_where_only_one_acts():
    one, other = (
        replay_setting(reducing(name, patience=patience), FLAT, CONSTANT)
        for name, patience in (("A", 2), ("B", 1))
    )
    assert parting_told(one, other) == (
        "A and B part at epoch 2: there B reduces the learning rate, A does not."
    )
    assert parting_told(one, one) == "A and A act alike on all of this curve."


def test_a_parting_on_what_is_no_evidence_says_so():
    one, other = (
        replay_setting(reducing(name, cooldown=cooldown), FLAT, CONSTANT)
        for name, cooldown in (("A", 0), ("B", 3))
    )
    assert parting_told(one, other).endswith("By then the curve is no longer evidence.")


def test_other_factors_in_the_same_epochs_are_not_called_alike():
    one, other = (
        replay_setting(reducing(name, factor=factor), FLAT, CONSTANT)
        for name, factor in (("A", 0.1), ("B", 0.5))
    )
    assert "same epochs, with different learning rates" in parting_told(one, other)


def test_a_reused_callback_holds_the_best_of_the_same_curve():
    falling = Curves.of([0.5, 0.4, 0.3, 0.2, 0.1, 0.05])
    stale = replay_setting(reducing(semantics="keras-3.11"), falling, CONSTANT)
    assert stale.acts[0] == 1
    told_best = replay_setting(reducing(semantics="keras-3.11", held_best=0.9), falling, CONSTANT)
    assert not told_best.acts


def test_releases_say_where_they_part_from_3_15_and_why():
    sentences = [outcome.sentence for outcome in compare_releases(reducing(), FLAT, CONSTANT)]
    assert sentences[0] == "Keras 3.15 reduces the learning rate after epochs 3 and 5."
    assert "They part at epoch 2, where it acts and Keras 3.15 does not" in sentences[1]
    assert sentences[2].endswith("It acts in the same epochs as Keras 3.15.")
    assert "They part at epoch 3, where Keras 3.15 acts first" in sentences[3]


def of_pytorch(**settings):
    return compare_releases(reducing(**settings), FLAT, CONSTANT)[3].sentence


def test_pytorch_acts_later_only_where_there_is_a_patience():
    later = "it acts when `wait` exceeds the patience, one epoch later"
    assert f"They part at epoch 3, where Keras 3.15 acts first: {later}." in of_pytorch(min_delta=0)
    assert f"{later}, and takes min_delta for a share of the best." in of_pytorch()
    told = of_pytorch(patience=0, cooldown=2, min_delta=0)
    assert (
        "where Keras 3.15 acts first: it starts to count one epoch later after a cooldown" in told
    )
    assert later not in told


def test_the_share_of_the_best_is_the_reason_where_patience_and_cooldown_are_none():
    curve = Curves.of([5.0, 4.9, 4.0, 3.0, 2.0, 1.0])
    setting = reducing(patience=0, cooldown=2, min_delta=0.05)
    told = compare_releases(setting, curve, CONSTANT)[3].sentence
    assert "where it acts and Keras 3.15 does not: it takes min_delta for a share of" in told


def test_the_direction_of_an_old_auto_is_the_reason_that_is_given():
    rising = Curves.of([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    outcomes = compare_releases(reducing(monitor="val_recall"), rising, CONSTANT)
    assert "its `auto` takes lower values of val_recall for better" in outcomes[2].sentence


def test_a_release_that_cannot_judge_the_curve_says_why():
    outcomes = compare_releases(reducing(monitor="score"), FLAT, CONSTANT)
    assert outcomes[0].replayed is None
    assert "mode='auto'" in outcomes[0].sentence
    assert outcomes[2].replayed is not None


def test_a_reused_checkpoint_keeps_its_best_in_every_release():
    saving = Setting("A", ModelCheckpoint(monitor="loss", save_best_only=True))
    told = [outcome.sentence for outcome in compare_releases(saving, FLAT, CONSTANT)]
    assert [sentence.partition(" saves")[0] for sentence in told] == ["Keras 3.15", "Keras 3.10"]
    assert "in every release" in reuse_told("ModelCheckpoint")
    assert "from Keras 3.11.3 to 3.14" in reuse_told("EarlyStopping")


def test_releases_of_early_stopping_part_on_reuse_alone():
    told = [outcome.sentence for outcome in compare_releases(stopping(), FLAT, CONSTANT)]
    assert told[0] == "Keras 3.15 stops the training after epoch 3."
    assert "They part at epoch 2, where it acts and Keras 3.15 does not" in told[1]
    assert told[2:] == [
        "Keras 3.10 stops the training after epoch 3. It acts in the same epochs as Keras 3.15."
    ]


def test_pytorch_has_one_callback_alone():
    assert "pytorch" in releases_of("ReduceLROnPlateau")
    assert "pytorch" not in releases_of("EarlyStopping")


@pytest.mark.parametrize(
    ("epochs", "words"),
    [
        ([0], "epoch 1"),
        ([0, 4], "epochs 1 and 5"),
        (list(range(11)), "epochs 1, 2, 3, 4, 5, 6, 7, 8 and 3 more"),
    ],
)
def test_epochs_are_named_from_one(epochs, words):
    assert epochs_told(epochs) == words
