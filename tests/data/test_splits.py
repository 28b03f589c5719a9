"""Validation scans are drawn by class, and groups are never torn apart."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.data import splits

fractions = st.floats(0.05, 0.5)
seeds = st.integers(0, 2**31 - 1)


@given(
    counts=st.lists(st.integers(2, 60), min_size=2, max_size=6),
    fraction=fractions,
    seed=seeds,
)
def test_random_split_leaves_each_class_on_both_sides(counts, fraction, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    drawn = splits.draw(labels, fraction=fraction, seed=seed)
    for label, count in enumerate(counts):
        share = drawn[labels == label].sum()
        assert 1 <= share < count
        assert abs(share - fraction * count) <= max(0.5, 1 - fraction * count)


grouped = st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 12)), min_size=1, max_size=120).map(
    lambda rows: (np.array([row[0] for row in rows]), np.array([row[1] for row in rows]))
)


@given(scans=grouped, fraction=fractions, seed=seeds)
def test_a_group_is_on_one_side(scans, fraction, seed):
    labels, groups = scans
    drawn = splits.draw_groups(labels, groups, fraction=fraction, seed=seed)
    assert not set(groups[drawn & (groups >= 0)]) & set(groups[~drawn & (groups >= 0)])


@given(
    sizes=st.lists(st.lists(st.integers(1, 9), min_size=2, max_size=30), min_size=1, max_size=4),
    fraction=fractions,
    seed=seeds,
)
def test_groups_of_one_class_each_leave_each_class_on_both_sides(sizes, fraction, seed):
    labels = np.repeat(np.arange(len(sizes)), [sum(groups) for groups in sizes])
    every = [size for groups in sizes for size in groups]
    numbers = np.repeat(np.arange(len(every)), every)
    drawn = splits.draw_groups(labels, numbers, fraction=fraction, seed=seed)
    for label, groups in enumerate(sizes):
        share = int(drawn[labels == label].sum())
        assert 1 <= share < sum(groups)
        # Never beyond the share asked for, unless the smallest group is.
        assert share <= max(round(fraction * sum(groups)), min(groups), 1)


@given(labels=st.lists(st.integers(0, 3), min_size=1, max_size=80), fraction=fractions, seed=seeds)
def test_scans_without_a_group_are_drawn_one_by_one(labels, fraction, seed):
    labels = np.array(labels)
    drawn = splits.draw_groups(labels, np.full(len(labels), -1), fraction=fraction, seed=seed)
    for label in np.unique(labels):
        count = (labels == label).sum()
        expected = 0 if count == 1 else max(1, round(fraction * count))
        assert drawn[labels == label].sum() == expected


def test_grouped_split_follows_its_seed():
    labels, groups = np.repeat([0, 1], 40), np.arange(80) // 2
    first, again, other = (
        splits.draw_groups(labels, groups, fraction=0.2, seed=seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
