"""The colours of the charts, for light and dark, safe for colour-blind eyes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours by what they stand for, each "#rrggbb".

    Against `paper`, text has a contrast of at least 4.5:1 and lines of at least 3:1
    (WCAG 2.2, success criteria 1.4.3 and 1.4.11); `grid` and `cell` are decoration. Lines
    and marks stay apart in protanopia and deuteranopia; marks also differ in shape.

    Attributes:
        paper: The page behind the chart.
        ink: Text, and marks that end a run.
        soft: Ticks, headings and notes.
        grid: Grid lines.
        cell: A cell that is still empty.
        waiting: The filled part of a cell; `ink` is legible on it.
        training: The curve of the training scans.
        validation: The curve of the validation scans.
        best: The best so far, and checkpoints.
        reduction: The learning rate and its reductions.
        on_reduction: Text on `reduction`.
        trouble: NaN and failures.

    Source: the hues of Okabe and Ito, "Color Universal Design" (2008), lightened or
    darkened to reach the contrast.
    """

    paper: str
    ink: str
    soft: str
    grid: str
    cell: str
    waiting: str
    training: str
    validation: str
    best: str
    reduction: str
    on_reduction: str
    trouble: str


LIGHT = Palette(
    paper="#ffffff",
    ink="#1b2230",
    soft="#5f6878",
    grid="#e9ecf1",
    cell="#eef1f5",
    waiting="#a9c6dc",
    training="#7396b0",
    validation="#0072b2",
    best="#008560",
    reduction="#c15000",
    on_reduction="#ffffff",
    trouble="#7a1f57",
)

DARK = Palette(
    paper="#0f141c",
    ink="#e7ebf2",
    soft="#93a0b4",
    grid="#212a38",
    cell="#1a222e",
    waiting="#36546c",
    training="#6488a8",
    validation="#56b4e9",
    best="#2fc99a",
    reduction="#e69f00",
    on_reduction="#0f141c",
    trouble="#ffc4e6",
)


def palette(dark: bool) -> Palette:
    """Return the colours for a dark or a light page."""
    return DARK if dark else LIGHT


def faded(colour: str, opacity: float) -> str:
    """Return a colour, "#rrggbb", as see-through as told, for plotly."""
    return f"rgba({','.join(str(part) for part in _parts(colour))},{opacity})"


def mixed(colour: str, other: str, share: float) -> str:
    """Return a colour, "#rrggbb", with a share from 0 to 1 of another."""
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(one + share * (two - one)):02x}" for one, two in pairs)


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return red, green, blue
