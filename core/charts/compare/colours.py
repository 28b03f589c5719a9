"""The colours of lines: told apart while they are few, ordered by their best value when many."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.charts.compare.lines import Line
from core.charts.compare.table import best_of
from core.charts.palette import palette
from core.plateaus.directions import likely_direction

# Okabe and Ito's hues, as in `palette`, lightened or darkened to a contrast of 3:1.
LIGHT_LINES = ("#0072b2", "#c15000", "#008560", "#b0508a", "#6a5acd", "#8a6d00", "#1b2230")
DARK_LINES = ("#56b4e9", "#e69f00", "#2fc99a", "#e58fc0", "#a99af0", "#f0e442", "#e7ebf2")
DASHES = ("solid", "dash")

MOST_NAMED = len(LIGHT_LINES) * len(DASHES)
"""The most lines that colour and dash tell apart."""

# From the worst to the best.
LIGHT_ORDER = ("#868e9b", "#3f8fc4", "#00477a")
DARK_ORDER = ("#5d6878", "#3f9bd6", "#d9f1ff")

LIGHT_FADED, DARK_FADED = "#dde2e9", "#2b3545"


@dataclass(frozen=True)
class Stroke:
    """How a line is drawn.

    Attributes:
        colour: "#rrggbb".
        dash: One of `DASHES`.
        width_px: Of the line.
        faded: Whether it stands back behind chosen ones.
    """

    colour: str
    dash: str
    width_px: float
    faded: bool = False

    def transparent(self, share: float) -> str:
        """Return the colour with an opacity from 0 to 1."""
        return f"rgba({','.join(map(str, _rgb(self.colour)))},{share:g})"


def strokes_of(
    lines: Sequence[Line], metric: str, *, highlighted: Collection[str], dark: bool
) -> list[Stroke]:
    """Return how each line is drawn.

    Args:
        lines: The lines, in their order.
        metric: What many lines are ordered by.
        highlighted: Ids of runs whose lines stand out; none: all do.
        dark: Whether the page is dark.
    """
    few = len(lines) <= MOST_NAMED
    strokes = _told_apart(lines, dark=dark) if few else _ordered(lines, metric, dark=dark)
    if not highlighted:
        return strokes
    faded = Stroke(DARK_FADED if dark else LIGHT_FADED, "solid", 1, faded=True)
    chosen = (any(h.run.id in highlighted for h in line.histories) for line in lines)
    return [
        Stroke(stroke.colour, stroke.dash, 2.5) if stands_out else faded
        for stroke, stands_out in zip(strokes, chosen, strict=True)
    ]


def _told_apart(lines: Sequence[Line], *, dark: bool) -> list[Stroke]:
    colours = DARK_LINES if dark else LIGHT_LINES
    return [
        Stroke(colours[index % len(colours)], DASHES[index // len(colours)], 2)
        for index in range(len(lines))
    ]


def _ordered(lines: Sequence[Line], metric: str, *, dark: bool) -> list[Stroke]:
    """Return a scale of colours over the ranks, so that one outlier does not flatten the rest."""
    best = [[best_of(history, metric) for history in line.histories] for line in lines]
    means = [_mean([value for value in values if value is not None]) for values in best]
    numbers = sorted(
        {mean for mean in means if mean is not None}, reverse=likely_direction(metric) == "min"
    )
    rank = {mean: index / max(len(numbers) - 1, 1) for index, mean in enumerate(numbers)}
    scale, soft = DARK_ORDER if dark else LIGHT_ORDER, palette(dark).soft
    return [
        Stroke(soft if mean is None else _between(scale, rank[mean]), "solid", 1.25)
        for mean in means
    ]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _between(scale: Sequence[str], share: float) -> str:
    """Return the colour at a share from 0 to 1 of a scale."""
    place = share * (len(scale) - 1)
    first = min(int(place), len(scale) - 2)
    pairs = zip(_rgb(scale[first]), _rgb(scale[first + 1]), strict=True)
    mixed = [round(one + (place - first) * (other - one)) for one, other in pairs]
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
