"""What the rules find in several settings."""

from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.specs.lint import gathered, lint
from core.specs.lint.findings import SEVERITIES
from core.specs.run import RunSpec


def run_of(patience, *, cooldown=0, monitor="val_accuracy"):
    return RunSpec(
        callbacks=(
            ReduceLROnPlateau(monitor=monitor, patience=patience, cooldown=cooldown),
            EarlyStopping(monitor="val_accuracy", patience=5, restore_best_weights=True),
        )
    )


def found_in(*runs):
    return {one.first.rule: one for one in gathered([lint(run) for run in runs])}


def test_a_rule_is_told_once_with_the_settings_it_fires_in():
    found = found_in(run_of(2), run_of(6), run_of(4), run_of(7))
    stops = found["stops_before_reduction"]
    assert stops.settings == (1, 3)
    assert stops.first == next(
        finding for finding in lint(run_of(6)) if finding.rule == "stops_before_reduction"
    )
    assert not stops.says_the_same


def test_what_is_said_of_all_alike_is_told_to_be_so():
    cooldown = found_in(run_of(2, cooldown=1), run_of(3, cooldown=1))["cooldown_of_one"]
    assert cooldown.settings == (0, 1)
    assert cooldown.says_the_same


def test_the_worst_comes_first_and_then_what_most_settings_share():
    runs = [run_of(2, cooldown=1), run_of(3, cooldown=1), run_of(6), run_of(2, monitor="val_nope")]
    found = gathered([lint(run) for run in runs])
    order = [(one.first.severity, -len(one.settings)) for one in found]
    assert order == sorted(order, key=lambda one: (SEVERITIES.index(one[0]), one))
    assert {severity for severity, _ in order} >= {"warning", "note"}


def test_nothing_is_gathered_from_nothing():
    assert gathered([[], []]) == []
