"""How many values of the curves of two sweeps differ from those of their runs from scratch?

Every metric and learning rate of every epoch of the 12 settings of `sweep_plateau` and the 16 of
`sweep_stopping`, to the last bit. It trains all 28 runs from scratch, which takes long, and so
prints the lines of those two benchmarks as well. The reference is the number of values.
"""

from benchmarks import sweep_plateau, sweep_stopping
from benchmarks.homes import load_scans, temporary_home
from benchmarks.report import Measurement, publish, tell
from benchmarks.sweeping import (
    SCANS,
    differing_values,
    distinct_states,
    running_bench,
    stopping_sweep,
)


def measure() -> Measurement:
    """Count the values that differ."""
    with temporary_home() as settings:
        load_scans(SCANS, settings)
        with running_bench(settings) as bench:
            plateau, plateau_alone, alone_s = sweep_plateau.beside_its_runs(bench)
            publish(sweep_plateau.told(plateau, plateau_alone, alone_s))
            spec = stopping_sweep()
            stopping = bench.sweep(spec)
            publish(sweep_stopping.told(stopping))
            stopping_alone, _ = bench.alone(spec.settings())
    tell(f"The least possible for the second: {distinct_states(stopping_alone)} epochs.")
    first = differing_values(plateau.curves, plateau_alone)
    second = differing_values(stopping.curves, stopping_alone)
    return Measurement("exactness", first[0] + second[0], "values", first[1] + second[1])
