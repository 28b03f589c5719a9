"""Which scans are kept for validation."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.specs.data import FolderSplit


def assign(
    split: FolderSplit,
    labels: NDArray[np.int64],
    *,
    testing: NDArray[np.bool_],
    clusters: Callable[[], NDArray[np.int64]],
    patients: NDArray[np.int64],
    fraction: float,
    seed: int,
) -> NDArray[np.bool_]:
    """Choose the validation scans of a folder.

    Args:
        split: How.
        labels: The class of each scan, shape (scans,).
        testing: Whether it lies in `Testing/`, shape (scans,).
        clusters: Gives a number that twins share, shape (scans,); called where needed.
        patients: The same for patients, -1 where unknown, shape (scans,).
        fraction: The share that is drawn, 0 to 1.
        seed: Draws them.

    Returns:
        True for validation, shape (scans,).
    """
    match split:
        case "folders":
            return testing
        case "random":
            return draw(labels, fraction=fraction, seed=seed)
        case "twins":
            return draw_groups(labels, clusters(), fraction=fraction, seed=seed)
        case "patients":
            return draw_groups(labels, patients, fraction=fraction, seed=seed)


def draw(labels: NDArray[np.int64], *, fraction: float, seed: int) -> NDArray[np.bool_]:
    """Draw the same share of each class, and at least one scan of each.

    Not by scikit-learn's `train_test_split`: stratified, it may leave a small
    class without a scan to validate on, and importing it takes as long as
    reading thousands of scans.

    Args:
        labels: The class of each scan, shape (scans,).
        fraction: The share, 0 to 1.
        seed: Draws them.

    Returns:
        True for validation, shape (scans,).
    """
    rng = np.random.default_rng(seed)
    drawn = np.zeros(len(labels), np.bool_)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        drawn[rng.choice(members, max(1, round(fraction * len(members))), replace=False)] = True
    return drawn


def draw_groups(
    labels: NDArray[np.int64], groups: NDArray[np.int64], *, fraction: float, seed: int
) -> NDArray[np.bool_]:
    """Draw about the same share of each class, but whole groups only.

    A group counts for the class that most of its scans have. Classes with few
    groups may miss the share; one with a single group is on one side only.

    Args:
        labels: The class of each scan, shape (scans,).
        groups: Scans with the same number stay together; below 0, a scan is a
            group of its own, shape (scans,).
        fraction: The share, 0 to 1.
        seed: Draws them.

    Returns:
        True for validation, shape (scans,).
    """
    rng = np.random.default_rng(seed)
    numbers = _numbered(groups)
    sizes = np.bincount(numbers)
    owners = _owners(labels, numbers)
    drawn = np.zeros(len(sizes), np.bool_)
    for label in np.unique(labels):
        members = np.flatnonzero(owners == label)
        target = max(1, round(fraction * int(sizes[members].sum())))
        drawn[list(_chosen(members, sizes, target, rng))] = True
    return drawn[numbers]


def _chosen(
    members: NDArray[np.int64], sizes: NDArray[np.int64], target: int, rng: Generator
) -> Iterator[int]:
    """Take groups in a drawn order until the target is met, none of them beyond it.

    Where all are larger than the target, the smallest is taken.
    """
    if len(members) < 2:  # noqa: PLR2004 - nothing would be left to train on
        return
    left = target
    for group in rng.permutation(members):
        if sizes[group] <= left:
            left -= int(sizes[group])
            yield int(group)
    if left == target:
        yield int(members[np.argmin(sizes[members])])


def _numbered(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number groups from 0, each scan without one as a group of its own."""
    unknown = groups < 0
    apart = np.where(unknown, groups.max(initial=0) + 1 + np.cumsum(unknown), groups)
    return np.unique(apart, return_inverse=True)[1]


def _owners(labels: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The most frequent class of each group."""
    counts = np.zeros((numbers.max(initial=-1) + 1, labels.max(initial=0) + 1), np.int64)
    np.add.at(counts, (numbers, labels), 1)
    return counts.argmax(axis=1)
