"""Scans that are the same picture, or nearly: found in blocks, never pair by pair in Python."""

# SciPy ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE_PX = 24
"""Scans are compared at this height and width."""

SAME = 0.999
"""Scans whose pixels at `SIDE_PX` correlate above this are twins."""

RADIUS = 12
"""Perceptual hashes of twins differ in at most this many of 64 bits.

In the public set, pairs above `SAME` differ in at most 4.
"""

MAX_PAIRS = 2_000_000
"""Pairs that are kept; a set with more is one picture over and over."""

_HASHED_PX = 32
_HASH_SIDE = 8
_BLOCK = 512
_CONFIRMED_AT_ONCE = 16_384


@dataclass(frozen=True, eq=False)
class Twins:
    """Which scans of a set are twins.

    Attributes:
        first_same: For each scan the first one that is the same to the last
            bit, itself if there is none before it, shape (scans,), int64.
        first: One scan of each pair of near twins, shape (pairs,), int64.
        second: The other, a later one; both are their own `first_same`.
        correlation: Of the two at 24 x 24 pixels, shape (pairs,), float32.
        clusters: Scans that are twins, or twins of twins, share a number; it
            is that of the first of them, shape (scans,), int64.
        complete: Whether all pairs are there; see `MAX_PAIRS`.
    """

    first_same: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    correlation: NDArray[np.float32]
    clusters: NDArray[np.int64]
    complete: bool = True


@dataclass(frozen=True, eq=False)
class Looks:
    """Scans made small enough to be compared.

    Attributes:
        hashes: Perceptual hashes, shape (scans,), uint64.
        small: Pixels with mean 0 and length 1, or all 0 for a flat picture,
            shape (scans, 24 * 24), float32.
    """

    hashes: NDArray[np.uint64]
    small: NDArray[np.float32]


def compare(images: NDArray[np.uint8]) -> Twins:
    """Find the twins among scans of one size.

    Args:
        images: Shape (scans, height, width), 0 black to 255 white.
    """
    digests = [hashlib.sha256(image.tobytes()).hexdigest() for image in images]
    return find(looks_of(images), digests)


def looks_of(images: NDArray[np.uint8]) -> Looks:
    """Make scans small and hash them.

    The hash says which of the 64 lowest frequencies of a scan lie above their
    median, which noise, compression and contrast hardly change.

    Args:
        images: Shape (scans, height, width).
    """
    small = _resized(images, SIDE_PX).reshape(len(images), -1)
    small -= small.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(small, axis=1, keepdims=True)
    np.divide(small, lengths, out=small, where=lengths > 0)
    return Looks(_hashes(_resized(images, _HASHED_PX)), small)


def find(looks: Looks, digests: list[str]) -> Twins:
    """Find the twins among scans, given their looks and what tells equal ones.

    Args:
        looks: Of the scans.
        digests: Equal for scans that are the same to the last bit.
    """
    first_same = _first_same(digests)
    alone = np.flatnonzero(first_same == np.arange(len(digests)))
    first, second, correlation, complete = _near(looks, alone)
    return Twins(
        first_same=first_same,
        first=first,
        second=second,
        correlation=correlation,
        clusters=_clusters(first_same, first, second),
        complete=complete,
    )


def meets(twins: Twins, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which scans have a twin, or are themselves, among some scans.

    Args:
        twins: Of the set.
        among: Shape (scans,).

    Returns:
        Shape (scans,).
    """
    there = np.zeros(len(among), np.bool_)
    np.logical_or.at(there, twins.first_same, among)
    near = there.copy()
    np.logical_or.at(near, twins.first, there[twins.second])
    np.logical_or.at(near, twins.second, there[twins.first])
    return near[twins.first_same]


def _resized(images: NDArray[np.uint8], side_px: int) -> NDArray[np.float32]:
    """Average each scan down to `side_px` pixels a side, whatever its shape."""
    small = np.empty((len(images), side_px, side_px), np.float32)
    for index, image in enumerate(images):
        resized = Image.fromarray(image).resize((side_px, side_px), Image.Resampling.BOX)
        small[index] = np.asarray(resized)
    return small


def _hashes(images: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Hash scans of `_HASHED_PX` by the signs of their lowest frequencies.

    Source: pHash; its discrete cosine transform (DCT-II) as two products.
    """
    frequencies = np.arange(_HASH_SIDE)[:, np.newaxis]
    places = np.arange(_HASHED_PX) + 0.5
    waves = np.cos(np.pi * frequencies * places / _HASHED_PX).astype(np.float32)
    low = (waves @ images @ waves.T).reshape(len(images), _HASH_SIDE * _HASH_SIDE)
    above = low > np.median(low, axis=1, keepdims=True)
    return np.packbits(above, axis=1).view(np.uint64).reshape(-1)


def _first_same(digests: list[str]) -> NDArray[np.int64]:
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(digest, i) for i, digest in enumerate(digests)], np.int64)


def _near(
    looks: Looks, alone: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], bool]:
    """Find the pairs of near twins among scans that no other is equal to."""
    hashes, small = looks.hashes[alone], looks.small[alone]
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]] = []
    count = 0
    for start in range(0, len(alone), _BLOCK):
        apart = np.bitwise_count(hashes[start : start + _BLOCK, np.newaxis] ^ hashes[start:])
        one, other = np.nonzero(np.triu(apart <= RADIUS, k=1))
        for begin in range(0, len(one), _CONFIRMED_AT_ONCE):
            some = slice(begin, begin + _CONFIRMED_AT_ONCE)
            first, second = one[some] + start, other[some] + start
            correlation = np.einsum("ij,ij->i", small[first], small[second])
            same = correlation > SAME
            found.append((alone[first[same]], alone[second[same]], correlation[same]))
            count += int(same.sum())
        if count > MAX_PAIRS:
            break
    empty = np.zeros(0, np.int64)
    found.append((empty, empty, np.zeros(0, np.float32)))
    first, second, correlation = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return first, second, correlation, count <= MAX_PAIRS


def _clusters(
    first_same: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.int64]:
    # SciPy comes with it, which the app's process never needs.
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    count = len(first_same)
    one = np.concatenate([np.arange(count), first])
    other = np.concatenate([first_same, second])
    links = coo_array((np.ones(len(one), np.bool_), (one, other)), shape=(count, count))
    _, numbers = connected_components(links, directed=False)
    _, firsts = np.unique(numbers, return_index=True)
    return firsts[numbers].astype(np.int64)
