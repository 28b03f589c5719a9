"""Twins are found whatever was done to them that keeps the picture, and nothing else is."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.data import twins
from core.scans.images import read_gray
from tests.data.sets import picture


def jpeg(pixels, quality):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("L"))


def shrunk(pixels):
    small = Image.fromarray(pixels).resize((70, 70), Image.Resampling.LANCZOS)
    return np.asarray(small.resize((96, 96), Image.Resampling.BILINEAR))


CHANGES = {
    "the same": lambda pixels: pixels.copy(),
    "compressed": lambda pixels: jpeg(pixels, 60),
    "dimmed": lambda pixels: (pixels * 0.8).astype(np.uint8),
    "shrunk and enlarged": shrunk,
    "noise": lambda pixels: np.clip(
        pixels + np.random.default_rng(1).integers(-3, 4, pixels.shape), 0, 255
    ).astype(np.uint8),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_copy_is_a_twin_and_no_other_scan_is(change):
    scans = np.stack([*(picture(seed) for seed in range(40)), change(picture(7))])
    found = twins.compare(scans)
    assert found.clusters[40] == 7
    assert len(np.unique(found.clusters)) == 40


def test_twins_of_twins_are_one_cluster():
    base, other = picture(0), picture(1)
    chain = [base, jpeg(base, 50), (jpeg(base, 50) * 0.9).astype(np.uint8), other]
    found = twins.compare(np.stack(chain))
    np.testing.assert_array_equal(found.clusters, [0, 0, 0, 3])


def test_equal_scans_are_known_by_the_first_of_them():
    scans = np.stack([picture(0), picture(1), picture(0), picture(0)])
    found = twins.compare(scans)
    np.testing.assert_array_equal(found.first_same, [0, 1, 0, 0])
    assert len(found.first) == 0


def test_flat_scans_are_twins_only_if_they_are_equal():
    scans = np.stack([np.full((40, 40), gray, np.uint8) for gray in (0, 0, 200)])
    np.testing.assert_array_equal(twins.compare(scans).clusters, [0, 0, 2])


@settings(max_examples=25)
@given(
    seeds=st.lists(st.integers(0, 9), min_size=1, max_size=40),
    among=st.randoms(use_true_random=False),
)
def test_meeting_a_twin_is_what_looking_at_each_pair_says(seeds, among):
    scans = np.stack([picture(seed, size=48) for seed in seeds])
    chosen = np.array([among.random() < 0.4 for _ in seeds])
    met = twins.meets(twins.compare(scans), chosen)
    expected = [any(chosen[j] and seeds[j] == seed for j in range(len(seeds))) for seed in seeds]
    np.testing.assert_array_equal(met, expected)


def test_blocks_find_what_one_block_finds(monkeypatch):
    scans = np.stack(
        [picture(seed % 30) if seed < 45 else jpeg(picture(seed % 30), 70) for seed in range(90)]
    )
    whole = twins.compare(scans)
    monkeypatch.setattr(twins, "_BLOCK", 7)
    monkeypatch.setattr(twins, "_CONFIRMED_AT_ONCE", 3)
    pieces = twins.compare(scans)
    np.testing.assert_array_equal(pieces.clusters, whole.clusters)
    assert set(zip(pieces.first.tolist(), pieces.second.tolist(), strict=True)) == set(
        zip(whole.first.tolist(), whole.second.tolist(), strict=True)
    )
    assert len(whole.first) > 20


def test_hashes_lose_no_twin_of_the_real_scans(real_scans):
    files = sorted(real_scans.rglob("*.jpg"))
    scans = np.stack([read_gray(file, size_px=96) for file in files])
    small = twins.looks_of(scans).small
    everybody = np.triu(small @ small.T > twins.SAME, k=1)
    found = twins.compare(scans)
    np.testing.assert_array_equal(
        everybody.any(axis=1) | everybody.any(axis=0),
        np.bincount(found.clusters, minlength=len(files))[found.clusters] > 1,
    )
