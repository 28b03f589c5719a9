"""`python -m benchmarks` lists the benchmarks, `python -m benchmarks NAME` runs one."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import psutil

from benchmarks import catalogue
from benchmarks.catalogue import BENCHMARKS, UnknownBenchmark
from benchmarks.report import publish, tell


def main(arguments: Sequence[str] | None = None) -> int:
    """List the benchmarks or run one, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", metavar="NAME", nargs="?", help="which to run")
    name = parser.parse_args(arguments).name
    if name is None:
        _list()
        return 0
    signal.signal(signal.SIGTERM, _leave)
    _tell_load()
    try:
        measurement = catalogue.measure(name)
    except UnknownBenchmark as error:
        tell(str(error))
        return 2
    tell(f"Bound, on two cores: {BENCHMARKS[name].bound}.")
    publish(measurement)
    return 0


def _list() -> None:
    width = max(map(len, BENCHMARKS))
    for name, benchmark in BENCHMARKS.items():
        print(f"{name:{width}}  {benchmark.question}")


def _tell_load() -> None:
    load = psutil.getloadavg()[0]
    tell(f"{os.cpu_count()} cores, load {load:.2f} before: the figures want a quiet machine.")


def _leave(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - signal's signature
    """Leave by an exception, so that what was started is ended."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
