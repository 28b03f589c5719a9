"""What mends a finding in all settings of a sweep at once."""

import pytest

from core.specs.callbacks import CSVLogger, EarlyStopping, LearningRateScheduler, ReduceLROnPlateau
from core.specs.lint import gathered, lint
from core.specs.run import RunSpec, TrainingSpec
from core.specs.sweep import Axis, SweepSpec
from core.specs.sweep_mends import Kept, base_mend, values_kept

REDUCING = ReduceLROnPlateau(monitor="val_accuracy")


def sweep(*callbacks, of=0, listed=None, **varied):
    """Return a sweep that varies parameters of a callback, by its place."""
    base = RunSpec(callbacks=callbacks, training=TrainingSpec(epochs=30))
    axes = [Axis(callback=of, parameter=name, values=values) for name, values in varied.items()]
    return SweepSpec(base=base, axes=axes, listed=listed)


def found(spec, rule):
    (one,) = [
        one for one in gathered([lint(each) for each in spec.settings()]) if one.first.rule == rule
    ]
    return one


def mended(spec, rule):
    mend = base_mend(spec, found(spec, rule))
    return None if mend is None else dict(mend.fix)


def test_what_lies_in_the_base_is_mended_there():
    reducing = REDUCING.model_copy(update={"cooldown": 1})
    stopping = EarlyStopping(monitor="val_accuracy", patience=25)
    spec = sweep(reducing, stopping, patience=(2, 4))
    assert mended(spec, "cooldown_of_one") == {"ReduceLROnPlateau.cooldown": 0}
    assert mended(spec, "best_weights_lost") == {"EarlyStopping.restore_best_weights": True}


def test_of_several_fixes_that_is_taken_which_mends_every_setting():
    stopping = EarlyStopping(monitor="val_accuracy", patience=3, restore_best_weights=True)
    spec = sweep(REDUCING, stopping, patience=(2, 5, 9))
    fixes = [dict(each.fix) for each in found(spec, "stops_before_reduction").findings]
    assert fixes == [{"EarlyStopping.patience": patience} for patience in (10, 18)]
    assert mended(spec, "stops_before_reduction") == fixes[0]
    wider = sweep(REDUCING, stopping, patience=(5, 13))
    assert mended(wider, "stops_before_reduction") == {"EarlyStopping.patience": 26}


def test_the_order_is_mended_and_no_callback_taken_out_whose_parameter_differs():
    before = sweep(CSVLogger(), REDUCING, of=1, patience=(2, 4))
    assert mended(before, "csv_before_rate") == {"callbacks": ["ReduceLROnPlateau", "CSVLogger"]}
    behind = sweep(REDUCING, LearningRateScheduler(), patience=(2, 4))
    assert mended(behind, "scheduler_with_reduction") == {"callbacks": ["ReduceLROnPlateau"]}
    itself = sweep(LearningRateScheduler(), REDUCING, schedule=("step", "cosine"))
    assert mended(itself, "scheduler_with_reduction") is None


def test_a_parameter_that_differs_loses_the_values_that_are_found():
    spec = sweep(REDUCING, cooldown=(0, 1, 2), patience=(2, 4))
    shared = found(spec, "cooldown_of_one")
    assert base_mend(spec, shared) is None
    assert values_kept(spec, shared) == Kept("ReduceLROnPlateau.cooldown", (0, 2), (1,))


@pytest.mark.parametrize(
    "spec",
    [
        sweep(REDUCING, cooldown=(1,), patience=(2, 4)),
        sweep(REDUCING, cooldown=(), listed=((1,), (2,))),
    ],
)
def test_nothing_is_left_out_where_no_value_would_stay_or_settings_are_listed(spec):
    assert values_kept(spec, found(spec, "cooldown_of_one")) is None
