"""From which epoch a replayed setting can be trained for real."""

import numpy as np

from core.plateaus.arrays import Curves
from core.plateaus.forking import RealFork, first_other_decision, real_fork, real_forks
from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.what_if import Setting, replay_setting
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau

# Rests from the third epoch on.
CURVE = Curves.of([0.5, 0.7, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8])
OWN = ReduceLROnPlateau(monitor="val_accuracy", factor=0.5, patience=2)


def replay(callback, rates):
    recorded = RecordedRates.of(np.array(rates), len(rates))
    return replay_setting(Setting("A", callback), CURVE, recorded)


def recorded(callback=OWN):
    """Return the rates, acts and counters of a run trained with a callback on that very curve."""
    alone = replay(callback, [0.001] * 8)
    rates = [0.001] * 8 if alone.rates is None else alone.rates[:8].tolist()
    counters = [
        {"wait": verdict.wait, "best": float(alone.best[verdict.epoch]), "cooldown_counter": 0}
        for verdict in alone.verdicts
    ]
    return rates, [bool(act) for act in alone.acted], counters


def changed(**settings):
    return OWN.model_copy(update=settings)


def test_more_patience_parts_where_the_run_reduced():
    rates, acted, counters = recorded()
    patient = replay(changed(patience=3), rates)
    parts = first_other_decision(patient, acted)
    assert parts == 4
    assert real_fork(real_forks(patient, counters, range(8), parts)) == RealFork(3, 4, exact=True)


def test_the_newest_state_before_it_is_taken_and_none_later():
    rates, acted, counters = recorded()
    patient = replay(changed(patience=3), rates)
    parts = first_other_decision(patient, acted)
    assert real_fork(real_forks(patient, counters, [1, 6, 7], parts)) == RealFork(1, 4, exact=True)
    assert real_fork(real_forks(patient, counters, [6, 7], parts)) is None


def test_another_factor_parts_where_both_reduce():
    rates, acted, _ = recorded()
    assert first_other_decision(replay(changed(factor=0.1), rates), acted) == 4


def test_the_same_setting_never_parts():
    rates, acted, _ = recorded()
    assert first_other_decision(replay(OWN, rates), acted) == 8


def test_where_the_counters_differ_an_earlier_epoch_is_taken():
    rates, acted, counters = recorded()
    # A rise of 0.1 is none to this one: it has waited since the second epoch.
    strict = replay(changed(min_delta=0.15), rates)
    parts = first_other_decision(strict, acted)
    fork = real_fork(real_forks(strict, counters, range(8), parts))
    assert fork is not None
    assert fork.exact
    assert fork.after == 1
    assert fork.after < parts


def test_a_callback_that_the_run_had_not_begins_its_count_anew():
    rates, _, _ = recorded()
    stopping = replay(EarlyStopping(monitor="val_accuracy", patience=2), rates)
    parts = first_other_decision(stopping, [False] * 8)
    assert parts == 4
    assert real_fork(real_forks(stopping, [None] * 8, range(8), parts)) == RealFork(
        3, 4, exact=False
    )


def test_a_run_that_stopped_earlier_parts_where_it_stopped():
    stopped = [False, False, False, False, True]
    patient = replay_setting(
        Setting("A", EarlyStopping(monitor="val_accuracy", patience=5)),
        Curves.of([0.5, 0.7, 0.8, 0.8, 0.8]),
        RecordedRates.of(np.full(5, 0.001), 5),
    )
    assert first_other_decision(patient, stopped) == 4


def test_every_kept_epoch_is_offered_and_none_behind_the_first_other_act_is_exact():
    rates, acted, counters = recorded()
    patient = replay(changed(patience=3), rates)
    forks = real_forks(patient, counters, [1, 3, 5, 9], first_other_decision(patient, acted))
    assert [(fork.after, fork.exact) for fork in forks] == [(1, True), (3, True), (5, False)]


def test_a_setting_that_never_parts_is_exact_from_every_epoch():
    rates, acted, counters = recorded()
    same = replay(changed(min_lr=1e-9), rates)
    parts = first_other_decision(same, acted)
    assert parts == 8
    assert real_fork(real_forks(same, counters, [0, 2], parts)) == RealFork(2, 8, exact=True)
