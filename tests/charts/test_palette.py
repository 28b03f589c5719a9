from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.charts.palette import DARK, LIGHT, Palette, palette
from core.charts.setting_colours import setting_colours

TEXT = ("ink", "soft", "reduction")
LINES = ("training", "validation", "best", "reduction", "trouble")

# Source: Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of
# Color Vision Deficiency" (2009), severity 1.0, on linear RGB.
DEFICIENCIES = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}

# Source: Ottosson, "A perceptual color space for image processing" (2020).
TO_CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
TO_OKLAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]


def linear(colour: str) -> NDArray[np.float64]:
    shares = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2, from 1 to 21."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    dark, light = sorted(float(linear(colour) @ weights) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def seen_apart(one: str, other: str, deficiency: list[list[float]]) -> float:
    """Return how far apart two colours look, in OKLab; 0.02 can just be told."""
    seen = [np.clip(np.array(deficiency) @ linear(colour), 0, 1) for colour in (one, other)]
    lab = [np.array(TO_OKLAB) @ np.cbrt(np.array(TO_CONES) @ colour) for colour in seen]
    return float(np.linalg.norm(lab[0] - lab[1]))


def test_contrast_of_black_on_white_is_the_largest():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_each_theme_has_the_paper_of_its_page():
    assert palette(dark=False).paper == "#ffffff"
    assert palette(dark=True).paper == "#0f141c"


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("role", TEXT)
def test_text_is_legible_on_the_paper(colours: Palette, role: str):
    assert contrast(getattr(colours, role), colours.paper) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("role", LINES)
def test_lines_stand_out_from_the_paper(colours: Palette, role: str):
    assert contrast(getattr(colours, role), colours.paper) >= 3


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_numbers_are_legible_in_cells_of_every_fill(colours: Palette):
    assert contrast(colours.ink, colours.cell) >= 4.5
    assert contrast(colours.ink, colours.waiting) >= 4.5
    assert contrast(colours.on_reduction, colours.reduction) >= 4.5
    assert contrast(colours.paper, colours.ink) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("deficiency", DEFICIENCIES.values(), ids=list(DEFICIENCIES))
@pytest.mark.parametrize("pair", list(combinations(LINES, 2)), ids="-".join)
def test_lines_and_marks_stay_apart_for_red_green_blind_eyes(
    colours: Palette, deficiency: list[list[float]], pair: tuple[str, str]
):
    one, other = (getattr(colours, role) for role in pair)

    assert seen_apart(one, other, deficiency) >= 0.1


@pytest.mark.parametrize("dark", [False, True])
def test_the_colours_of_settings_stand_out_and_stay_apart(dark: bool):
    colours = list(setting_colours(dark=dark).values())
    assert min(contrast(colour, palette(dark).paper) for colour in colours) >= 3
    for one, other in combinations(colours, 2):
        for deficiency in DEFICIENCIES.values():
            assert seen_apart(one, other, deficiency) >= 0.1
