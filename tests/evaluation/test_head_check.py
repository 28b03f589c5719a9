"""What looks like a slice of a head, and what does not."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.evaluation import head_check

ROWS, COLUMNS = np.mgrid[:128, :128] - 63.5
HEAD = (np.hypot(ROWS / 1.1, COLUMNS) < 50) * (150 + 30 * np.cos(ROWS / 9))
DRAW = np.random.default_rng(0)


def page_of_text():
    picture = Image.new("L", (300, 400), 255)
    draw = ImageDraw.Draw(picture)
    for line in range(20):
        draw.text((10, 20 * line), "The quick brown fox jumps over the lazy dog", fill=0)
    return np.asarray(picture)


def test_a_bright_oval_in_dark_air_passes():
    assert head_check.objection(HEAD.astype(np.uint8)) == ""


def test_a_noisy_and_a_dim_head_pass():
    noisy = np.clip(HEAD + DRAW.normal(0, 8, HEAD.shape), 0, 255)
    assert head_check.objection(noisy.astype(np.uint8)) == ""
    assert head_check.objection((HEAD / 4).astype(np.uint8)) == ""


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (np.full((64, 64), 90), "hardly any contrast"),
        (DRAW.integers(0, 256, (96, 96)), "as grainy as noise"),
        (255 - HEAD, "corners are bright"),
        (page_of_text(), "corners are bright"),
        (np.tile(np.linspace(0, 255, 96), (96, 1)), "corners are bright"),
        (np.where(np.abs(COLUMNS) > 45, 200, 0) * (np.abs(ROWS) < 40), "middle is dark"),
    ],
)
def test_what_is_no_head_gets_its_reason(picture, says):
    assert says in head_check.objection(picture.astype(np.uint8))


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (300, 2)])
def test_odd_shapes_do_no_harm(shape):
    assert isinstance(head_check.objection(np.zeros(shape, np.uint8)), str)
