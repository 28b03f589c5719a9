"""What Keras's own callbacks make of curves, and how long it takes, in a process of its own."""

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import processes

_LIMIT_S = 300.0


@dataclass(frozen=True)
class KerasAnswer:
    """What a loop over callbacks came to.

    Attributes:
        seconds: For all of them, without Keras's import.
        outcomes: What was left of each; see `keras_loop.drive`.
    """

    seconds: float
    outcomes: list[list[float]]


def ask_keras(
    callback: str, parameters: Sequence[Mapping[str, Any]], curves: Sequence[Sequence[float]]
) -> KerasAnswer:
    """Drive one callback for each set of parameters, over the curve in the same place."""
    question = {"callback": callback, "parameters": parameters, "curves": curves}
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "question.json").write_text(json.dumps(question))
        processes.run(
            [sys.executable, "-m", "benchmarks.keras_loop", name],
            environment=os.environ,
            within_s=_LIMIT_S,
        )
        return KerasAnswer(**json.loads((Path(name) / "answer.json").read_text()))
