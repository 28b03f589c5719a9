"""How many epochs does a sweep of 16 settings of EarlyStopping train?

Patience 1, 2, 3 and 5 by min_delta 0, 0.001, 0.005 and 0.02, at most 20 epochs on the demo's scans.
The reference is the longest of its curves: the others only stop earlier. Whether the curves are
what runs from scratch give is asked by `exactness`.
"""

from benchmarks.homes import load_scans, temporary_home
from benchmarks.report import Measurement
from benchmarks.sweeping import SCANS, Swept, running_bench, stopping_sweep


def measure() -> Measurement:
    """Measure the epochs that the sweep trains."""
    with temporary_home() as settings:
        load_scans(SCANS, settings)
        with running_bench(settings) as bench:
            return told(bench.sweep(stopping_sweep()))


def told(swept: Swept) -> Measurement:
    """Return the line."""
    longest = max(map(len, swept.curves))
    return Measurement("sweep_stopping", swept.epochs_trained, "epochs", longest)
