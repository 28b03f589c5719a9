"""How much faster is a sweep on two workers than on one?

The sweep of `sweep_plateau`, on one worker of one thread and then on two of one thread each. The
figure is the wall time on two, from the submission to the end; the reference that on one. The
bound asks for a ratio of at most 1 / 1.6, on a machine with two cores that have nothing else to do.
"""

from benchmarks.homes import load_scans, temporary_home
from benchmarks.report import Measurement, tell
from benchmarks.sweeping import SCANS, differing_values, plateau_sweep, running_bench


def measure() -> Measurement:
    """Measure seconds."""
    with temporary_home() as settings:
        load_scans(SCANS, settings)
        with running_bench(settings, workers=1, threads=1) as bench:
            one = bench.sweep(plateau_sweep())
        with running_bench(settings, workers=2, threads=1) as bench:
            two = bench.sweep(plateau_sweep())
    differ, total = differing_values(one.curves, two.curves)
    tell(f"{one.wall_s / two.wall_s:.2f} times faster; {differ} of {total} values differ.")
    return Measurement("scaling", two.wall_s, "s", one.wall_s)
