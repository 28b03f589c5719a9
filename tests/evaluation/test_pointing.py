"""The pointing game."""

import numpy as np
import pytest

from core.evaluation.pointing import pointing_game


def play(hit, *, blank=None, share=None, right=None):
    count = len(hit)
    return pointing_game(
        np.asarray(hit, bool),
        np.zeros(count, bool) if blank is None else np.asarray(blank, bool),
        np.full(count, 0.1) if share is None else np.asarray(share),
        np.arange(count),
        right=np.ones(count, bool) if right is None else np.asarray(right, bool),
    )


def test_hits_are_held_against_the_share_of_the_scan_that_is_lesion():
    found = play(np.arange(100) < 60)
    assert found.hits.value == 0.6
    assert found.chance == pytest.approx(0.1)
    assert found.beats_chance


def test_as_many_hits_as_the_lesion_is_large_are_chance():
    assert not play(np.arange(100) < 10).beats_chance


def test_a_blank_map_is_a_miss():
    found = play([True, True, False, False], blank=[False, True, False, False])
    assert (found.hits.value, found.blank) == (0.25, 1)


def test_healthy_scans_wrong_answers_and_unknown_masks_do_not_play():
    found = play(
        [True, True, True, False],
        share=[0.1, 0.0, np.nan, 0.3],
        right=[True, True, True, False],
    )
    assert (found.hits.scans, found.hits.value) == (1, 1)


def test_without_masks_there_is_no_game():
    assert play([True], share=[np.nan]) is None
