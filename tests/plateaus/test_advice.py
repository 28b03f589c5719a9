import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.plateaus.advice import advise
from core.plateaus.arrays import Curves
from core.plateaus.early_stopping import EarlyStoppingSettings
from core.plateaus.early_stopping_replay import replay_early_stopping
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings
from core.plateaus.reduce_lr_replay import replay_reduce_lr_on_plateau


def accuracy(epochs=60, seeds=1, noise=0.012, until=20, seed=1):
    """Rises to 0.8 until an epoch, then moves by noise only."""
    rise = 0.8 - 0.4 * np.maximum(0.0, 1 - np.arange(epochs) / until)
    return rise + noise * np.random.default_rng(seed).normal(size=(seeds, epochs))


def advice_on(values, **own):
    return advise(Curves.of(values), monitor="val_accuracy", mode="max", **own)


def one(sentences, words):
    (sentence,) = [sentence for sentence in sentences if words in sentence]
    return sentence


def first_reduction(values, *, patience, min_delta):
    replay = replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(patience=patience, min_delta=min_delta),
        Curves.of(values),
        learning_rate=1e-3,
        mode="max",
    )
    return int(replay.reduced[0, 0].argmax())


def test_min_delta_below_the_noise_is_told_to_count_noise_as_progress():
    advice = advice_on(accuracy(), min_delta=0.001)
    assert advice.evidence.noise == pytest.approx(0.012, rel=0.4)
    sentence = one(advice.findings, "counts noise as progress")
    assert sentence.startswith("The noise of val_accuracy on your plateau is ±0.01")
    assert "a min_delta of 0.001" in sentence
    assert f"takes {advice.evidence.own_improvements} epochs of" in sentence


def test_epochs_that_a_min_delta_takes_in_are_those_of_the_replay():
    values = accuracy()
    advice = advice_on(values, min_delta=0.001)
    replay = replay_early_stopping(
        EarlyStoppingSettings.of(min_delta=0.001, patience=99), Curves.of(values), mode="max"
    )
    start = advice.evidence.plateaus[0].start
    assert advice.evidence.own_improvements == replay.improved[0, 0, start + 1 :].sum() > 0
    assert advice.evidence.advised_improvements < advice.evidence.own_improvements


def test_min_delta_above_the_noise_is_left_in_peace():
    sentence = one(advice_on(accuracy(), min_delta=0.05).findings, "The noise of")
    assert sentence.endswith("a min_delta of 0.05 is larger, and does not count it as progress.")


def test_advised_patience_is_the_smallest_that_does_not_act_before_the_plateau():
    for seed in range(8):
        values = accuracy(seed=seed)
        advice = advice_on(values)
        reduction, plateau = advice.evidence.reduction, advice.evidence.plateaus[0]
        assert reduction.too_early == 0
        assert reduction.first_reduced[0] > plateau.start
        if reduction.longest_wait > 1:
            fired = first_reduction(
                values, patience=reduction.patience - 1, min_delta=reduction.min_delta
            )
            assert fired <= plateau.start


def test_advised_early_stopping_holds_in_its_own_replay():
    values = accuracy(seed=3)
    stopping = advice_on(values).evidence.stopping
    replay = replay_early_stopping(
        EarlyStoppingSettings.of(
            patience=stopping.patience, min_delta=stopping.min_delta, restore_best_weights=True
        ),
        Curves.of(values),
        mode="max",
    )
    assert 60 - replay.epochs_run[0, 0] == stopping.epochs_saved[0] > 0
    kept = values[0, replay.restored_epoch[0, 0]]
    assert values.max() - kept == pytest.approx(stopping.missed[0])
    assert stopping.missed[0] <= max(stopping.min_delta, advice_on(values).evidence.noise)


def test_early_stopping_that_comes_first_is_told_to_wait_for_the_other():
    told = [
        (advice.evidence, one(advice.recommendations, "EarlyStopping: "))
        for advice in (advice_on(accuracy(seed=seed, until=30)) for seed in range(12))
        if advice.evidence.stopping is not None
    ]
    for evidence, sentence in told:
        first = evidence.stopping.patience <= evidence.reduction.patience
        assert ("or it stops before a lower rate can help" in sentence) == first
    assert any("or it stops" in sentence for _, sentence in told)


def test_own_patience_that_acts_while_the_curve_improves_is_told():
    # Five epochs of rest halfway up.
    values = np.concatenate(
        [np.linspace(0.4, 0.6, 10), np.full(5, 0.6), np.linspace(0.62, 0.8, 10)]
    )
    values = np.append(values, np.full(20, 0.8))
    early = one(advice_on(values, patience=4).findings, "with patience=4")
    assert early.endswith(
        "would first reduce the rate at the end of epoch 14, before the plateau begins: "
        "while it still improves."
    )
    late = one(advice_on(values, patience=8).findings, "with patience=8")
    assert late.endswith("at the end of epoch 33, eight epochs into the plateau.")
    never = one(advice_on(values, patience=30).findings, "with patience=30")
    assert never.endswith("would not reduce the rate within these 45 epochs.")
    assert advice_on(values).evidence.reduction.patience == 6


def test_epochs_are_told_by_their_own_numbers():
    values = np.append(np.linspace(0.4, 0.8, 21), np.full(19, 0.8))
    plain = advice_on(values).findings[0]
    later = advice_on(values, numbers=np.arange(11, 51)).findings[0]
    assert "in epoch 21:" in plain
    assert "in epoch 31:" in later


def test_curve_that_still_improves_gets_no_recommendation():
    values = np.linspace(0.1, 0.9, 40) + 0.01 * np.random.default_rng(0).normal(size=40)
    advice = advice_on(values)
    assert advice.recommendations == ()
    assert "there is no plateau yet" in advice.findings[0]


def test_short_curve_gets_no_recommendation():
    advice = advice_on([0.5, 0.6, 0.7])
    assert advice.recommendations == ()
    assert advice.findings == (
        "val_accuracy has fewer than 10 numbers: too few to tell a plateau from chance.",
    )


def test_curve_that_never_improves_gets_no_recommendation():
    advice = advice_on(0.5 + 0.01 * np.random.default_rng(4).normal(size=40))
    assert advice.recommendations == ()
    assert "never improves by more than its noise" in advice.findings[0]


def test_curve_that_is_stuck_is_told_what_to_look_at():
    advice = advice_on(np.full(30, 0.25))
    assert advice.remedy.startswith("No patience mends that. If it is no better than chance, take")
    assert "whether the loss in training falls" in advice.remedy
    assert advice_on(accuracy()).remedy == ""


def test_where_training_does_not_improve_either_the_remedy_says_so():
    training = Curves.of(np.full(30, 0.26))
    assert (
        "in training it does not improve either"
        in advice_on(np.full(30, 0.25), training=training).remedy
    )


def test_where_only_training_improves_the_remedy_is_another():
    training = Curves.of(np.linspace(0.3, 0.9, 30))
    remedy = advice_on(np.full(30, 0.25), training=training).remedy
    assert "what is learned does not carry over" in remedy
    assert "learning rate" not in remedy


@pytest.mark.parametrize(
    ("training", "told"),
    [
        (None, "the best epoch lies before."),
        (np.linspace(0.3, 0.9, 30), "while it goes on improving in training: the model overfits."),
        (np.full(30, 0.25), "lies before. In training it improves no more either."),
    ],
    ids=["not recorded", "improves", "rests"],
)
def test_overfitting_is_named_only_where_training_goes_on_improving(training, told):
    fallen = np.concatenate([[0.31, 0.28], np.full(28, 0.25)])
    given = None if training is None else Curves.of(training)
    sentence = one(advice_on(fallen, training=given).findings, "gets worse towards the end")
    assert sentence.endswith(told)


def test_first_nan_blinds_every_callback_and_is_told():
    advice = advice_on(np.append(np.nan, accuracy()[0]))
    assert advice.recommendations == ()
    assert one(advice.limits, "begins with NaN")
    assert one(advice.limits, "is NaN or infinite in 1 of its epochs")


def test_later_nan_does_not_keep_from_advising():
    values = accuracy()
    values[0, 30] = np.nan
    assert advice_on(values).evidence.reduction is not None


def test_no_stopping_is_advised_where_each_would_miss_the_best():
    advised = [advice_on(accuracy(until=30, seed=seed)) for seed in range(12)]
    flat = [advice for advice in advised if advice.evidence.reduction is not None]
    without = [advice for advice in flat if advice.evidence.stopping is None]
    assert 0 < len(without) < len(flat)
    for advice in without:
        assert one(advice.recommendations, "No EarlyStopping saves an epoch here")


def test_one_curve_is_told_to_be_one():
    assert one(advice_on(accuracy()).limits, "One curve: another seed")
    assert advice_on(accuracy()).evidence.stability is None


def test_seeds_that_agree_are_told_to_agree():
    advice = advice_on(accuracy(seeds=6, epochs=120, seed=2))
    stability = advice.evidence.stability
    assert stability.agrees
    assert stability.starts[0] >= 14
    assert stability.starts[1] <= 24
    assert stability.level_spread < 0.01
    assert one(advice.findings, "The curves agree: 6 of 6 have a plateau")
    assert not any("One curve" in sentence for sentence in advice.limits)


@pytest.mark.parametrize(
    "other",
    [
        accuracy(epochs=120, until=70),
        accuracy(epochs=120, noise=0.05),
        np.linspace(0, 1, 120)[np.newaxis],
    ],
    ids=["another start", "another noise", "no plateau"],
)
def test_seeds_that_differ_are_told_not_to_agree(other):
    values = np.concatenate([accuracy(seeds=3, epochs=120), other])
    advice = advice_on(values)
    assert not advice.evidence.stability.agrees
    assert one(advice.findings, "The curves do not agree")


def test_levels_that_differ_from_seed_to_seed_are_measured():
    values = accuracy(seeds=4, epochs=120) + np.array([[0.0], [0.1], [0.2], [0.3]])
    spread = advice_on(values).evidence.stability.level_spread
    assert spread == pytest.approx(np.std([0, 0.1, 0.2, 0.3], ddof=1), rel=0.1)


def test_wait_that_a_new_rate_ended_asks_for_no_patience():
    # A rest of 15 epochs, ended by a reduction in epoch 26.
    values = np.concatenate([np.linspace(0.4, 0.6, 10), np.full(15, 0.6), np.full(25, 0.8)])
    rates = np.repeat([1e-3, 1e-4], [25, 25])
    blind, told = advice_on(values), advice_on(values, learning_rate=rates)
    assert blind.evidence.reduction.patience == 16
    assert told.evidence.first_change == 25
    assert one(told.limits, "The recorded rate changes in epoch 26")
    assert one(told.recommendations, "before its first new rate the longest wait")
    rates = np.repeat([1e-3, 1e-4], [12, 38])
    assert advice_on(values, learning_rate=rates).evidence.reduction.longest_wait == 2


def test_rate_that_stays_or_is_unknown_changes_nothing():
    rates = np.float64(np.float32(1e-3)) + np.zeros(60)
    rates[30] = 1e-3
    rates[:5] = np.nan
    assert advice_on(accuracy(), learning_rate=rates).evidence.first_change is None


def test_min_delta_is_a_number_that_a_person_would_write():
    for noise in (0.0123, 0.0007, 3.4, 88.0):
        advised = advice_on(40 * noise * accuracy(noise=1 / 40)).evidence.reduction.min_delta
        digits = f"{advised:e}"[:3]
        assert digits in {"1.0", "1.5", "2.0", "3.0", "5.0", "7.0"}
        assert noise / 2 < advised < noise * 2


def rested(step=0.0):
    """Rises to 0.8 in 20 epochs; then every seventh is a step higher."""
    rest = 0.8 + step * (np.arange(40) % 7 == 0)
    return np.concatenate([np.linspace(0.4, 0.8, 20), rest])


@pytest.mark.parametrize("step", [0.0, 1e-4])
def test_noise_below_what_a_log_shows_is_told_and_advised_as_that(step):
    advice = advice_on(rested(step), resolution=5e-5)
    assert advice.evidence.noise == advice.evidence.reduction.min_delta == 5e-5
    assert advice.evidence.stopping.min_delta == 5e-5
    sentence = one(advice.findings, "The noise of")
    assert "is below what the log shows, ±5e-05: a min_delta of 0.0001 is larger" in sentence
    sentence = one(advice_on(rested(step), resolution=5e-5, min_delta=5e-5).findings, "The noise")
    assert "a min_delta of 5e-05 is as large, and does not count it" in sentence


def test_noise_that_a_log_shows_is_as_it_was_measured():
    fine, coarse = advice_on(accuracy()), advice_on(accuracy(), resolution=5e-5)
    assert coarse.findings == fine.findings
    assert coarse.recommendations == fine.recommendations


values = arrays(
    np.float64,
    st.tuples(st.integers(1, 3), st.integers(1, 40)),
    elements=st.floats() | st.sampled_from([0.5, 0.6, np.nan, np.inf]),
)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(values, st.integers(0, 30), st.floats(0, 1), st.booleans())
def test_any_curves_get_sentences(curves, patience, min_delta, with_gaps):
    present = np.arange(curves.shape[1]) % 2 == 0 if with_gaps else None
    advice = advise(
        Curves.of(curves, present),
        monitor="val_loss",
        mode="min",
        patience=patience,
        min_delta=min_delta,
        learning_rate=curves,
        training=Curves.of(curves[:, ::-1]),
    )
    assert advice.findings
    for sentence in advice.sentences:
        assert sentence.endswith(".")
        assert "None" not in sentence
        assert "nan" not in sentence
