"""Votes, overlaps, intervals of counts, and what is no head."""

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.evaluation import head_check, overlap, votes
from core.evaluation.counted import counted


def test_models_vote_with_the_mean_and_say_who_agrees():
    said = votes.together([np.array([[0.9, 0.1]]), np.array([[0.4, 0.6]]), np.array([[0.8, 0.2]])])
    np.testing.assert_allclose(said.probabilities, [[0.7, 0.3]])
    assert (said.agreeing[0], said.models) == (2, 3)
    np.testing.assert_allclose([said.low[0], said.high[0]], [[0.4, 0.1], [0.9, 0.6]])


def test_heat_in_the_lesion_is_counted():
    mask = np.zeros((8, 8), bool)
    mask[:4, :4] = True
    found = overlap.of(mask.astype(np.float32), mask)
    assert (found.inside, found.by_chance, found.iou) == (1.0, 0.25, 1.0)
    even = overlap.of(np.ones((2, 2), np.float32), mask)
    assert even.inside == pytest.approx(even.by_chance)


def test_the_interval_of_a_count_is_wilsons():
    found = counted(0.9, 100)
    # Source: statsmodels.stats.proportion.proportion_confint(90, 100, method="wilson").
    assert (found.low, found.high) == pytest.approx((0.8256, 0.9448), abs=1e-4)
    assert math.isnan(counted(math.nan, 100).low)
    assert counted(1.0, 10).high == pytest.approx(1.0)


def head():
    """A bright ellipse with some structure in dark air."""
    rows, columns = np.mgrid[:120, :100]
    radius = np.hypot((rows - 60) / 52, (columns - 50) / 42)
    return np.where(radius < 1, 120 + 60 * np.cos(9 * radius), 4).astype(np.uint8)


def page_of_text():
    picture = Image.new("L", (300, 400), 255)
    draw = ImageDraw.Draw(picture)
    for line in range(20):
        draw.text((10, 20 * line), "The quick brown fox jumps over the lazy dog", fill=0)
    return np.asarray(picture)


def test_a_head_in_dark_air_is_none_of_our_business():
    assert head_check.objection(head()) == ""


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (np.full((96, 96), 90, np.uint8), "hardly any contrast"),
        (np.random.default_rng(0).integers(0, 256, (96, 96)).astype(np.uint8), "noise"),
        (page_of_text(), "corners are bright"),
        (255 - head(), "corners are bright"),
        (np.tile(np.linspace(0, 255, 96), (96, 1)).astype(np.uint8), "corners are bright"),
        (np.where(np.mgrid[:96, :96][0] == 3, 255, 0).astype(np.uint8), "middle is dark"),
    ],
)
def test_what_is_no_head_is_told_with_its_reason(picture, says):
    assert says in head_check.objection(picture)
