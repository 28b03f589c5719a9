"""What a sweep's comparison holds on the page, as CSV and as JSON."""

import csv
import io
import json

import pytest

from core import store
from core.charts.sweep.choice import choose
from core.charts.sweep.choice_text import advice
from core.charts.sweep.compared import compare_all, comparison_csv
from core.charts.sweep.exported import sweep_json
from core.charts.sweep.partings import what_differed
from tests.swept import read_results, store_sweep, sweep_spec

ASKED = "val_accuracy", "best"


def by_patience(seed, rates):
    """A value of 0.9, and more after a reduction, which the patience of 9 never makes."""
    return 0.9 + seed / 1000 + (0.01 + seed / 500) * (rates[-1] < rates[0])


@pytest.fixture
def results(db):
    """Patiences 1 and 9, three seeds."""
    spec = sweep_spec(factors=(0.1,), patiences=(1, 9), epochs=6)
    return read_results(db, store_sweep(db, spec, accuracy=by_patience).id)


@pytest.fixture
def choice(results):
    return choose(results.values(*ASKED), results.names.each, results.spec.seeds, "max")


def test_the_comparison_as_csv_has_the_interval_in_numbers(results, choice):
    best, worse = csv.DictReader(io.StringIO(comparison_csv(results, choice, *ASKED, 0)))
    assert (best["setting"], best["held against"], best["difference"]) == ("patience 1", "", "")
    assert (worse["setting"], worse["held against"], worse["pairs"]) == (
        "patience 9",
        "patience 1",
        "3",
    )
    found = choice.held[0].contrast
    assert float(worse["difference"]) == pytest.approx(-0.012) == -found.difference
    assert (float(worse["low"]), float(worse["high"])) == (-found.high, -found.low)
    assert worse["so it is"] == "worse than “patience 1”"
    assert float(best["mean best val_accuracy"]) == pytest.approx(0.913)


def test_all_are_held_against_the_one_that_is_asked_for(results, choice):
    first, second = compare_all(results, choice, *ASKED, against=1)
    assert (first.held.setting, first.held.against, second.held) == (0, 1, None)


def test_the_json_has_what_the_page_concludes(db, results, choice):
    ledger = store.read_ledger(db, results.sweep.id)
    told = json.loads(sweep_json(results, ledger, *ASKED))["conclusions"]
    assert (told["metric"], told["reading"], told["order"]) == (*ASKED, [0, 1])
    assert told["what_differed"] == what_differed(results)
    assert told["advice"] == advice(choice, results.names.each, "val_accuracy")
    (held,) = told["comparisons"]
    assert (held["low"], held["high"]) == (
        choice.held[0].contrast.low,
        choice.held[0].contrast.high,
    )
    assert held["told"] == "better than “patience 9”"


def test_before_a_run_has_ended_the_json_concludes_nothing(db):
    sweep = store_sweep(db, sweep_spec(), most_epochs=2)
    results = read_results(db, sweep.id)
    told = json.loads(sweep_json(results, store.read_ledger(db, sweep.id), *ASKED))["conclusions"]
    assert (told["advice"], told["order"], told["comparisons"]) == (None, [], [])
