"""Every rule fires where it should, and its remedy ends it."""

import math
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.plateaus.arrays import Curves
from core.plateaus.early_stopping import EarlyStoppingSettings
from core.plateaus.early_stopping_replay import replay_early_stopping
from core.plateaus.reduce_lr import ReduceLROnPlateauSettings
from core.plateaus.reduce_lr_replay import replay_reduce_lr_on_plateau
from core.specs import links, presets
from core.specs.callbacks import (
    BackupAndRestore,
    CSVLogger,
    EarlyStopping,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from core.specs.lint import RULES, fixed, lint
from core.specs.run import RunSpec, TrainingSpec
from tests.specs import run_specs


def run_of(*callbacks, **training):
    return RunSpec(callbacks=callbacks, training=TrainingSpec(**training))


def reducing(**changed):
    return ReduceLROnPlateau(**{"monitor": "val_accuracy", "patience": 2} | changed)


def stopping(**changed):
    return EarlyStopping(
        **{"monitor": "val_accuracy", "patience": 6, "restore_best_weights": True} | changed
    )


def saving(**changed):
    return ModelCheckpoint(**{"monitor": "val_accuracy", "save_best_only": True} | changed)


# For each rule, runs on which it and no other rule speaks, and the setting it is about.
EXAMPLES = [
    ("cooldown_of_one", "ReduceLROnPlateau.cooldown", run_of(reducing(cooldown=1))),
    ("stops_before_reduction", "EarlyStopping.patience", run_of(stopping(patience=1), reducing())),
    ("stops_before_reduction", "EarlyStopping.patience", run_of(reducing(), stopping(patience=2))),
    (
        "stops_before_reduction",
        "EarlyStopping.patience",
        run_of(reducing(cooldown=4), stopping(patience=6)),
    ),
    (
        "stops_before_reduction",
        "EarlyStopping.patience",
        run_of(reducing(patience=13), stopping(patience=13)),
    ),
    (
        "stops_before_reduction",
        "EarlyStopping.patience",
        run_of(reducing(patience=5), stopping(patience=4, start_from_epoch=8)),
    ),
    ("direction_unknown", "EarlyStopping.monitor", run_of(stopping(monitor="val_acc"))),
    ("direction_unknown", "ReduceLROnPlateau.mode", run_of(reducing(monitor="learning_rate"))),
    (
        "direction_unknown",
        "ModelCheckpoint.monitor",
        run_of(saving(monitor="val_f1", save_best_only=False)),
    ),
    (
        "monitor_missing",
        "ReduceLROnPlateau.monitor",
        run_of(reducing(monitor="val_auc", mode="max")),
    ),
    (
        "monitor_missing",
        "EarlyStopping.monitor",
        run_of(stopping(monitor="learning_rate", mode="min"), reducing()),
    ),
    ("mode_against_metric", "EarlyStopping.mode", run_of(stopping(mode="min"))),
    ("mode_against_metric", "ModelCheckpoint.mode", run_of(saving(monitor="val_loss", mode="max"))),
    ("patience_beyond_epochs", "ReduceLROnPlateau.patience", run_of(reducing(patience=16))),
    ("patience_beyond_epochs", "ReduceLROnPlateau.patience", run_of(reducing(patience=15))),
    ("patience_beyond_epochs", "EarlyStopping.patience", run_of(stopping(patience=9), epochs=9)),
    ("patience_beyond_epochs", "EarlyStopping.patience", run_of(stopping(start_from_epoch=10))),
    ("patience_beyond_epochs", "ReduceLROnPlateau.patience", run_of(reducing(), epochs=1)),
    ("factor_near_one", "ReduceLROnPlateau.factor", run_of(reducing(factor=0.95))),
    ("factor_freezes", "ReduceLROnPlateau.factor", run_of(reducing(factor=0.01))),
    ("min_lr_above_rate", "ReduceLROnPlateau.min_lr", run_of(reducing(min_lr=0.001))),
    ("min_delta_too_large", "ReduceLROnPlateau.min_delta", run_of(reducing(min_delta=1))),
    (
        "min_delta_too_large",
        "EarlyStopping.min_delta",
        run_of(stopping(monitor="val_loss", min_delta=1.5)),
    ),
    (
        "best_weights_lost",
        "EarlyStopping.restore_best_weights",
        run_of(stopping(restore_best_weights=False)),
    ),
    (
        "scheduler_with_reduction",
        "LearningRateScheduler.schedule",
        run_of(reducing(), LearningRateScheduler()),
    ),
    ("csv_before_rate", "CSVLogger.filename", run_of(CSVLogger(), stopping(), reducing())),
    (
        "csv_before_rate",
        "CSVLogger.filename",
        run_of(CSVLogger(), LearningRateScheduler()),
    ),
    (
        "best_overwritten_on_resume",
        "ModelCheckpoint.filepath",
        run_of(BackupAndRestore(), saving()),
    ),
    (
        "best_overwritten_on_resume",
        "ModelCheckpoint.filepath",
        run_of(BackupAndRestore(), saving(filepath="a.b.weights.h5", save_weights_only=True)),
    ),
    (
        "best_weights_not_restored",
        "TerminateOnNaN.raise_error",
        run_of(stopping(), TerminateOnNaN(raise_error=True)),
    ),
    ("training_metric", "ReduceLROnPlateau.monitor", run_of(reducing(monitor="loss"))),
    ("training_metric", "ModelCheckpoint.monitor", run_of(saving(monitor="accuracy"))),
    (
        "counters_lost_on_resume",
        "BackupAndRestore.backup_dir",
        run_of(BackupAndRestore(), stopping()),
    ),
]


@pytest.mark.parametrize(("rule", "key", "spec"), EXAMPLES)
def test_a_rule_speaks_alone_about_its_setting_until_it_is_mended(rule, key, spec):
    (finding,) = lint(spec)
    assert (finding.rule, finding.key) == (rule, key)
    assert finding.key in links.flatten(spec)
    if finding.fix:
        assert lint(fixed(spec, finding)) == []


def test_every_rule_has_an_example():
    elsewhere = {"schedule_object", "min_delta_below_noise"}
    assert {rule.__name__ for rule in RULES} == {rule for rule, *_ in EXAMPLES} | elsewhere


@pytest.mark.parametrize("preset", presets.PRESETS)
def test_presets_are_clean(preset):
    assert lint(presets.PRESETS[preset]()) == []


def test_noise_is_counted_as_progress_by_a_smaller_min_delta():
    spec, noise = run_of(reducing(min_delta=0.001)), {"val_accuracy": 0.01234, "val_loss": 9.0}
    assert lint(spec) == []
    (finding,) = lint(spec, noise=noise)
    assert finding.rule == "min_delta_below_noise"
    assert "±0.012" in finding.sentence
    assert finding.fix == {"ReduceLROnPlateau.min_delta": 0.013}
    assert lint(fixed(spec, finding), noise=noise) == []


@given(st.floats(1e-12, 0.5))
def test_a_mended_min_delta_is_never_below_the_noise(noise):
    spec = run_of(reducing(min_delta=0))
    (finding,) = lint(spec, noise={"val_accuracy": noise})
    assert noise <= finding.fix["ReduceLROnPlateau.min_delta"] <= noise * 1.1001


@pytest.mark.parametrize("noise", [math.nan, math.inf, 0.0])
def test_a_curve_without_a_noise_says_nothing(noise):
    assert lint(run_of(reducing()), noise={"val_accuracy": noise}) == []


@pytest.mark.parametrize("callback", [reducing(), LearningRateScheduler()])
def test_the_rate_of_a_schedule_object_cannot_be_set(callback):
    spec = run_of(callback, CSVLogger())
    assert lint(spec) == []
    (finding,) = lint(spec, schedule_object="CosineDecay")
    assert (finding.rule, finding.severity) == ("schedule_object", "error")
    assert finding.callback == callback.kind
    assert fixed(spec, finding).callbacks == (CSVLogger(),)


def test_a_plateau_just_long_enough_is_left_alone():
    assert lint(run_of(reducing(patience=14))) == []
    assert lint(run_of(reducing(cooldown=3), stopping(patience=6))) == []
    assert lint(run_of(reducing(cooldown=1), stopping(patience=3)))[0].rule == "cooldown_of_one"


@pytest.mark.parametrize("start", [0, 1, 2, 8])
@pytest.mark.parametrize("patience", [1, 4, 5, 6])
@pytest.mark.parametrize("cooldown", [0, 3])
def test_a_stop_is_a_warning_where_it_forestalls_the_reduction_of_a_curve_that_never_rises(
    start, patience, cooldown
):
    spec = run_of(
        reducing(patience=5, cooldown=cooldown),
        stopping(patience=patience, start_from_epoch=start),
        epochs=30,
    )
    flat = Curves.of([0.5] * 30)
    reduced = replay_reduce_lr_on_plateau(
        ReduceLROnPlateauSettings.of(patience=5), flat, learning_rate=0.001, mode="max"
    ).reduced[0, 0]
    ended = replay_early_stopping(
        EarlyStoppingSettings.of(patience=patience, start_from_epoch=start), flat, mode="max"
    ).stopped_epoch[0, 0]
    warned = [each.rule for each in lint(spec) if each.severity == "warning"]
    assert ("stops_before_reduction" in warned) == (ended <= reduced.argmax() + cooldown)


def test_a_plateau_that_early_stopping_watches_from_its_first_epoch_on_is_told_as_such():
    (finding,) = lint(run_of(reducing(patience=5), stopping(patience=4, start_from_epoch=8)))
    assert finding.severity == "note"
    assert finding.sentence.startswith(
        "On a `val_accuracy` that improves until epoch 9 and is flat from there, EarlyStopping "
        "ends the training after 4 epochs, before ReduceLROnPlateau"
    )


def test_a_plateau_after_the_last_epoch_is_not_spoken_of():
    spec = run_of(reducing(patience=5), stopping(patience=4, start_from_epoch=11))
    assert [finding.rule for finding in lint(spec)] == ["patience_beyond_epochs"]


def test_a_missing_metric_is_told_with_what_keras_says_of_it():
    (finding,) = lint(run_of(reducing(monitor="val_acc", mode="max")))
    assert finding.sentence == (
        "`val_acc` is not logged by this run: Keras warns in the console, once, and the learning "
        "rate is never reduced."
    )


def test_two_metrics_have_two_plateaus():
    assert lint(run_of(reducing(patience=5), stopping(monitor="val_loss", patience=2))) == []


def test_a_min_lr_that_still_learns_keeps_a_small_factor_alive():
    assert lint(run_of(reducing(factor=0.01, min_lr=1e-5))) == []


def test_the_same_finding_weighs_less_where_the_best_model_is_on_disk():
    lost = stopping(restore_best_weights=False)
    assert [finding.severity for finding in lint(run_of(lost))] == ["warning"]
    assert [finding.severity for finding in lint(run_of(lost, saving()))] == ["note"]


def test_an_error_takes_nothing_from_an_early_stopping_that_restores_nothing():
    lost = stopping(restore_best_weights=False)
    found = lint(run_of(lost, saving(), TerminateOnNaN(raise_error=True)))
    assert [finding.rule for finding in found] == ["best_weights_lost"]


def test_a_stop_that_only_restores_is_a_note():
    (finding,) = lint(run_of(stopping(patience=100)))
    assert (finding.severity, finding.fix) == ("note", {"EarlyStopping.patience": 5})
    assert "only puts the best weights back" in finding.sentence


def test_the_worst_comes_first():
    found = lint(run_of(reducing(cooldown=1, monitor="val_acc"), stopping(monitor="loss")))
    assert [finding.severity for finding in found] == ["error", "warning", "note"]


@given(run_specs.any_run)
@settings(max_examples=200)
def test_applying_one_remedy_after_the_other_ends_in_a_clean_run(spec):
    for _ in range(20):
        mendable = [finding for finding in lint(spec) if finding.fix]
        if not mendable:
            break
        rules = [(finding.rule, finding.key) for finding in mendable]
        spec = fixed(spec, mendable[0])
        left = [(finding.rule, finding.key) for finding in lint(spec)]
        assert rules[0] not in left
    assert [finding.rule for finding in lint(spec) if finding.fix] == []


@given(run_specs.any_run)
def test_a_finding_is_a_sentence_with_its_evidence_and_remedy(spec):
    for finding in lint(spec, noise={"val_loss": 20.0}, schedule_object="CosineDecay"):
        assert finding.sentence.endswith(".")
        assert finding.remedy.endswith(".")
        assert finding.evidence.startswith("https://github.com/")
        assert finding.callback in {callback.kind for callback in spec.callbacks}


def test_every_source_that_is_quoted_is_in_the_installed_keras():
    keras = find_spec("keras")
    if keras is None or keras.origin is None:
        pytest.skip("keras is not installed here")
    installed = Path(keras.origin).parent
    quoted = {f.evidence for *_, spec in EXAMPLES for f in lint(spec) if "/blob/" in f.evidence}
    assert len(quoted) >= 5
    for address in quoted:
        assert "/keras-team/keras/blob/v3.15.1/keras/src/callbacks/" in address
        assert (installed / address.partition("/v3.15.1/keras/")[2]).is_file()
