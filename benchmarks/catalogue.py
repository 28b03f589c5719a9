"""The benchmarks, with the question that each answers and the bound it is held to."""

import importlib
from dataclasses import dataclass

from benchmarks.report import Measurement


@dataclass(frozen=True)
class Benchmark:
    """One benchmark; the module of its name has a function `measure`.

    Attributes:
        question: What it answers, in one line.
        bound: What we hold ourselves to on two cores, in one line.
    """

    question: str
    bound: str


BENCHMARKS = {
    "overhead": Benchmark(
        "How much longer is an epoch in the app, watched live, than in a bare `model.fit`?",
        "at most 1.03 times the reference",
    ),
    "first_metric": Benchmark(
        "How long from pressing Start to the first metric in the store?",
        "at most 0.5 s more than the reference",
    ),
    "first_paint": Benchmark(
        "How long from starting the server to the overview on the screen?",
        "at most 4 s, and at most a quarter of the reference",
    ),
    "app_memory": Benchmark(
        "How much memory does the app's own process hold, every page visited during a run?",
        "at most 300 MB, and no TensorFlow in it",
    ),
    "visitors": Benchmark(
        "How long does a page take when a class of thirty shares one demo?",
        "at most 2 s for 95 of 100 pages",
    ),
    "chart_latency": Benchmark(
        "How long from an epoch's row in the store to its point on the live chart?",
        "at most 0.8 s for 95 of 100 epochs",
    ),
    "playground": Benchmark(
        "How long from moving a slider of the playground to its redrawn curves?",
        "at most 0.4 s for 95 of 100 moves",
    ),
    "compare": Benchmark(
        "How long from opening the link of 50 runs of 100 epochs to their chart and table?",
        "at most 2 s",
    ),
    "scans": Benchmark(
        "How many scans a second are simulated, and read from a folder?",
        "at least 180 simulated slices on one core, and 1,000 JPEG files on two",
    ),
    "audit": Benchmark(
        "How long does the audit of 3,264 scans take, and how much memory?",
        "at most 60 s on two cores, and 1 GB",
    ),
    "classify": Benchmark(
        "How long from one upload to its probabilities and heat map on the screen?",
        "at most 0.7 s, and 2 s during a training; our own work at most 1.5 times the reference",
    ),
    "batch": Benchmark(
        "How many of 500 scans a second are classified?",
        "at least 0.7 times the reference",
    ),
    "decode": Benchmark(
        "What do broken and hostile uploads cost: how long, how much memory, and the app?",
        "at most 10 s and 600 MB a file, the app's memory back within 10 %, no crash",
    ),
    "replay": Benchmark(
        "How many settings of ReduceLROnPlateau a second are replayed over a curve of 50 epochs?",
        "at least 1,000,000 on one core, and 3,000 times the reference",
    ),
    "state": Benchmark(
        "What does it cost to keep the state of a training, beside Keras's `save_weights`?",
        "taking, restoring and bytes at most the reference's",
    ),
    "regret_map": Benchmark(
        "How long does a map of 40 by 40 settings of EarlyStopping over 10 curves take?",
        "at most 50 ms",
    ),
    "sweep_plateau": Benchmark(
        "What does a sweep of 12 settings of ReduceLROnPlateau cost beside their runs one by one?",
        "epochs trained = the least possible; wall-time factor at least 0.85 of the epochs factor",
    ),
    "sweep_stopping": Benchmark(
        "How many epochs does a sweep of 16 settings of EarlyStopping train?",
        "those of the longest one",
    ),
    "exactness": Benchmark(
        "How many values of two sweeps' curves differ from those of their runs from scratch?",
        "none, and the bounds of both sweeps",
    ),
    "scaling": Benchmark(
        "How much faster is a sweep on two workers than on one?",
        "at least 1.6 times, which is a ratio of at most 0.625",
    ),
}


class UnknownBenchmark(LookupError):
    """There is no benchmark of that name."""


def measure(name: str) -> Measurement:
    """Run one benchmark, which takes minutes, and those of sweeps up to an hour.

    Raises:
        UnknownBenchmark: If there is none of that name.
    """
    if name not in BENCHMARKS:
        raise UnknownBenchmark(
            f"`NAME` must be one of {', '.join(BENCHMARKS)}, got {name!r}: "
            "`python -m benchmarks` says what each measures."
        )
    return importlib.import_module(f"benchmarks.{name}").measure()
