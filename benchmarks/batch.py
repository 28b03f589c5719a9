"""How many of 500 scans a second are classified?

Ours: from the scans' arrays, through the engine and a warm worker, to calibrated
probabilities and how familiar each scan is, as the page asks for its table. The reference:
`model.predict` of the same model on the same arrays, in a process of its own. Medians of five
rounds. A line more, `batch_files`, begins with 500 PNG files: we read them in a process that is
never trusted, the reference with Pillow.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import processes
from benchmarks.asked import SCANS
from benchmarks.homes import environment_of, temporary_home
from benchmarks.report import Measurement, publish, seconds, tell
from core.settings import Settings

_LIMIT_S = 600.0


def measure() -> Measurement:
    """Measure scans a second."""
    with temporary_home() as settings, tempfile.TemporaryDirectory() as name:
        ours, plain = ask_and_predict(settings, Path(name))
    tell(f"500 scans took {seconds(ours['all'])}; predict {seconds(plain['all'])}.")
    tell(f"From their files {seconds(ours['files'])}; the script {seconds(plain['files'])}.")
    publish(_scans_a_second("batch_files", ours["files"], plain["files"]))
    return _scans_a_second("batch", ours["all"], plain["all"])


def _scans_a_second(name: str, ours: list[float], plain: list[float]) -> Measurement:
    figure, reference = (SCANS / statistics.median(took) for took in (ours, plain))
    return Measurement(name, figure, "scans a second", reference)


def ask_and_predict(settings: Settings, directory: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Train a model, ask it through the engine, then plainly; see `asked` and `plain_predict`.

    Args:
        settings: Of the home that keeps the model.
        directory: An empty one.
    """
    found: list[dict[str, Any]] = []
    for module, file in (("asked", "asked.json"), ("plain_predict", "plain.json")):
        tell(f"Running {module}.")
        processes.run(
            [sys.executable, "-m", f"benchmarks.{module}", str(directory)],
            environment=environment_of(settings),
            within_s=_LIMIT_S,
        )
        found.append(json.loads((directory / file).read_text()))
    return found[0], found[1]
