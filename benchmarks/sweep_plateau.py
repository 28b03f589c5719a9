"""What does a sweep of 12 settings of ReduceLROnPlateau cost beside their runs one by one?

Factor 0.1, 0.3 and 0.5 by patience 2, 3, 4 and 6, 20 epochs on the demo's scans, on one worker:
half of the runs before the sweep and half after, so that a machine that slows down counts
for neither. The wall times are from the submission to the end, with all that lies between:
building the model, tracing, states, the rows in the store.

Prints a line for the epochs first: those trained, beside the least possible, which is reckoned
from the curves of the runs from scratch. The ratio of the last line is the wall-time factor over
the epochs factor. `exactness` does all of this, compares the curves, and more.
"""

from benchmarks.homes import load_scans, temporary_home
from benchmarks.report import Measurement, publish, tell
from benchmarks.sweeping import (
    SCANS,
    Bench,
    Curve,
    Swept,
    distinct_states,
    plateau_sweep,
    running_bench,
)


def measure() -> Measurement:
    """Measure the wall-time factor beside the epochs factor."""
    with temporary_home() as settings:
        load_scans(SCANS, settings)
        with running_bench(settings) as bench:
            swept, alone, alone_s = beside_its_runs(bench)
    return told(swept, alone, alone_s)


def beside_its_runs(bench: Bench) -> tuple[Swept, list[Curve], float]:
    """Run the sweep, and its runs from scratch; return their curves and their wall time too."""
    spec = plateau_sweep()
    runs = spec.settings()
    half = len(runs) // 2
    before, before_s = bench.alone(runs[:half])
    swept = bench.sweep(spec)
    after, after_s = bench.alone(runs[half:])
    return swept, before + after, before_s + after_s


def told(swept: Swept, alone: list[Curve], alone_s: float) -> Measurement:
    """Print the epochs' line, and return that of the wall time."""
    least = distinct_states(alone)
    publish(Measurement("sweep_plateau_epochs", swept.epochs_trained, "epochs", least))
    epochs_factor = swept.epochs_reported / swept.epochs_trained
    wall_factor = alone_s / swept.wall_s
    tell(f"Factors: {epochs_factor:.2f} of epochs, {wall_factor:.2f} of wall time.")
    return Measurement("sweep_plateau", wall_factor, "times faster", epochs_factor)
