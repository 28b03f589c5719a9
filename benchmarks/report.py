"""What a benchmark says: progress for people, one line for programs."""

import json
import sys
from dataclasses import dataclass

_DIGITS = 4


@dataclass(frozen=True)
class Measurement:
    """A figure beside its reference, measured in the same run.

    Attributes:
        name: What was measured.
        figure: Ours.
        unit: Of `figure` and of `reference`, such as "s".
        reference: What it is compared with; > 0.
    """

    name: str
    figure: float
    unit: str
    reference: float

    @property
    def ratio(self) -> float:
        """The figure over the reference."""
        return self.figure / self.reference

    def line(self) -> str:
        """Return one line of JSON: name, figure, unit, reference and ratio, to four digits."""
        return json.dumps(
            {
                "name": self.name,
                "figure": _rounded(self.figure),
                "unit": self.unit,
                "reference": _rounded(self.reference),
                "ratio": _rounded(self.ratio),
            }
        )


def publish(measurement: Measurement) -> None:
    """Print a measurement's line on standard output."""
    print(measurement.line(), flush=True)


def tell(sentence: str) -> None:
    """Print progress on standard error, where it is in no program's way."""
    print(sentence, file=sys.stderr, flush=True)


def seconds(values: list[float]) -> str:
    """Return durations as a person reads them: "1.23, 4.56 s"."""
    return ", ".join(f"{value:.2f}" for value in values) + " s"


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
