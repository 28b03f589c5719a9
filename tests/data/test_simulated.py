"""Simulated scans are the same for the same seed, and show what their labels say."""

import hashlib
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from core.data.simulated import build
from core.data.simulated.bodies import Body
from core.data.simulated.dataset import draw_subjects
from core.data.simulated.head_cache import load_head
from core.data.simulated.parameters import CLASSES, DEMO, HEALTHY, PRESETS, SHORTCUT
from core.data.simulated.raster import Raster
from core.data.simulated.sites import lesion_sites
from core.data.simulated.subjects import draw_slices
from core.specs.data import SimulatedScans

HEALTHY_LABEL = CLASSES.index(HEALTHY)
SUBJECTS = 48


@pytest.fixture(scope="session")
def head(cache_dir):
    return load_head(cache_dir, on_share=lambda _share: None)


@pytest.fixture(scope="session")
def demo(head):
    return draw_subjects(head, DEMO, seed=0, numbers=range(SUBJECTS), size_px=96)


@pytest.fixture(scope="session")
def shortcut(head):
    return draw_subjects(head, SHORTCUT, seed=0, numbers=range(SUBJECTS), size_px=96)


@pytest.fixture
def built(cache_dir, head):
    def build_from_settings(on_progress=lambda _phase, _share: None, **settings):
        spec = SimulatedScans(**{"subjects": 40, "image_size": 32} | settings)
        return build(spec, cache_dir=cache_dir, on_progress=on_progress)

    return build_from_settings


def true_labels(drawn):
    return np.array([scan.subject.label for scan in drawn.slices])


# Determinism


def test_same_seed_gives_the_same_scans(built):
    first, second = built(seed=5), built(seed=5)
    np.testing.assert_array_equal(first.images, second.images)
    np.testing.assert_array_equal(first.masks, second.masks)
    np.testing.assert_array_equal(first.labels, second.labels)
    np.testing.assert_array_equal(first.validation, second.validation)
    assert first.names == second.names


def test_another_process_draws_the_same_scans(built, cache_dir):
    code = (
        "import hashlib, sys; from pathlib import Path; from core.data.simulated import build;"
        "from core.specs.data import SimulatedScans;"
        "scans = build(SimulatedScans(subjects=40, image_size=32, preset='shortcut'),"
        " cache_dir=Path(sys.argv[1]), on_progress=lambda phase, share: None);"
        "print(hashlib.sha256(scans.images.tobytes()).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(cache_dir)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    here = built(preset="shortcut").images.tobytes()
    assert run.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_another_seed_gives_other_scans_and_another_split(built):
    first, second = built(seed=5), built(seed=6)
    assert not (first.images == second.images).all(axis=(1, 2)).any()
    assert (first.validation != second.validation).any()


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_subject_looks_the_same_alone_as_among_others(head, preset):
    together = draw_subjects(head, preset, seed=3, numbers=range(12), size_px=64)
    for number in (0, 5, 10, 11):
        alone = draw_subjects(head, preset, seed=3, numbers=[number], size_px=64)
        own = slice(2 * number, 2 * number + 2)
        np.testing.assert_array_equal(alone.images, together.images[own])
        np.testing.assert_array_equal(alone.masks, together.masks[own])
        assert [scan.label for scan in alone.slices] == [
            scan.label for scan in together.slices[own]
        ]


def test_more_subjects_leave_the_first_ones_as_they_are(built):
    few, many = built(subjects=40), built(subjects=44)
    np.testing.assert_array_equal(few.images, many.images[: len(few.images)])


def test_seeds_next_to_each_other_share_no_subject(head):
    first = draw_subjects(head, DEMO, seed=0, numbers=range(8), size_px=32)
    second = draw_subjects(head, DEMO, seed=1, numbers=range(8), size_px=32)
    digests = Counter(image.tobytes() for image in [*first.images, *second.images])
    assert set(digests.values()) == {1}


# Arrays


@pytest.mark.parametrize("size_px", [32, 45, 97, 256])
def test_every_allowed_size_gives_whole_arrays(head, size_px):
    drawn = draw_subjects(head, DEMO, seed=1, numbers=range(4), size_px=size_px)
    assert drawn.images.shape == drawn.masks.shape == (8, size_px, size_px)
    assert drawn.images.dtype == np.uint8
    assert drawn.masks.dtype == np.bool_
    assert (drawn.images.min(axis=(1, 2)) < 20).all()  # air
    assert (np.ptp(drawn.images, axis=(1, 2)) > 50).all()  # and a head in it


def test_larger_image_shows_the_same_slice(head):
    small, large = (
        draw_subjects(head, DEMO, seed=1, numbers=range(8), size_px=size_px)
        for size_px in (64, 128)
    )
    halved = large.images.reshape(-1, 64, 2, 64, 2).mean(axis=(2, 4))
    for one, other in zip(small.images, halved, strict=True):
        assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.9
    shares = small.masks.mean(axis=(1, 2)), large.masks.mean(axis=(1, 2))
    np.testing.assert_allclose(*shares, atol=0.005)


def test_set_describes_every_scan(built):
    scans = built()
    assert scans.classes == CLASSES == tuple(sorted(CLASSES))
    assert scans.images.shape == scans.masks.shape == (80, 32, 32)
    assert scans.labels.dtype == scans.groups.dtype == np.int64
    assert scans.validation.dtype == np.bool_
    np.testing.assert_array_equal(scans.groups, np.repeat(np.arange(40), 2))
    assert len(set(scans.names)) == len(scans.names) == 80
    head_of_name, plane = scans.names[25].rsplit(", ", maxsplit=1)
    assert head_of_name == "subject 0012, slice 2"
    assert plane in {"axial", "coronal", "sagittal"}
    assert scans.left_out == ()


# The split


def test_no_subject_is_on_both_sides_of_the_split(built):
    scans = built(seed=2)
    training = set(scans.groups[~scans.validation])
    validation = set(scans.groups[scans.validation])
    assert training | validation == set(range(40))
    assert not training & validation


@pytest.mark.parametrize(
    ("subjects", "fraction", "of_each_class"),
    [(40, 0.2, 2), (40, 0.05, 1), (48, 0.5, 6), (80, 0.1, 2)],
)
def test_split_keeps_the_same_share_of_each_class(built, subjects, fraction, of_each_class):
    scans = built(subjects=subjects, validation_fraction=fraction)
    drawn = np.unique(scans.groups[scans.validation])
    assert np.bincount(drawn % 4).tolist() == [of_each_class] * 4


def test_split_does_not_take_the_same_places_from_every_class(built):
    scans = built(subjects=80, validation_fraction=0.5)
    drawn = np.unique(scans.groups[scans.validation])
    places = {tuple(drawn[drawn % 4 == label] // 4) for label in range(4)}
    assert len(places) > 1


# Labels


def test_share_of_wrong_labels_is_that_of_the_preset(head):
    sites = lesion_sites(head)
    scans = [scan for number in range(2000) for scan in draw_slices(0, number, DEMO, sites)]
    wrong = Counter(
        (scan.label - scan.subject.label) % 4 for scan in scans if scan.label != scan.subject.label
    )
    # Within four standard deviations of a binomial count.
    expected = DEMO.wrong_labels * len(scans)
    assert abs(sum(wrong.values()) - expected) < 4 * np.sqrt(expected)
    assert set(wrong) == {1, 2, 3}


def test_classes_are_balanced(demo):
    assert np.bincount(true_labels(demo)).tolist() == [SUBJECTS * DEMO.slices // 4] * 4


# Masks


def test_tumours_have_masks_and_the_healthy_have_none(demo, shortcut):
    for drawn in (demo, shortcut):
        has_mask = drawn.masks.any(axis=(1, 2))
        np.testing.assert_array_equal(has_mask, true_labels(drawn) != HEALTHY_LABEL)


def test_masks_lie_inside_the_head(demo, head):
    raster = Raster(96)
    for scan, mask in zip(demo.slices, demo.masks, strict=True):
        points = scan.pose.points(scan.subject.body, raster)
        inside = ndimage.binary_fill_holes(head.tissues_at(points).any(axis=-1))
        assert not (mask & ~inside).any()


def test_lesions_differ_from_their_surroundings(demo):
    differences = []
    for image, mask in zip(demo.images, demo.masks, strict=True):
        if mask.any():
            near = ndimage.binary_dilation(mask, iterations=5)
            around = near & ~ndimage.binary_dilation(mask)
            differences.append(np.median(np.abs(image[mask] - np.median(image[around]))))
    assert np.mean(np.array(differences) > 15) > 0.9


def test_both_slices_of_a_subject_show_the_same_lesion(demo):
    for first, second in zip(demo.slices[::2], demo.slices[1::2], strict=True):
        assert first.subject is second.subject
    areas = demo.masks.sum(axis=(1, 2)).reshape(-1, 2)
    areas = areas[areas.all(axis=1)]
    ratio = np.abs(np.log(areas[:, 0] / areas[:, 1]))
    strangers = np.abs(np.log(areas[:, 0] / np.roll(areas[:, 1], 1)))
    assert np.median(ratio) < np.median(strangers) / 2


def test_tilted_slices_pass_where_they_are_aimed(demo):
    rigid = Body(np.eye(3), np.zeros((1, 3)), np.zeros(1), np.zeros((1, 3)), ventricles=0.0)
    for scan in demo.slices:
        points = scan.pose.points(rigid, Raster(96)).astype(np.float64)
        corner, right, down = points[:, 0, 0], points[:, 0, -1], points[:, -1, 0]
        normal = np.cross(right - corner, down - corner)
        off = abs((scan.pose.target - corner) @ normal) / np.linalg.norm(normal)
        aim = scan.pose.middle - scan.pose.target
        assert off == pytest.approx(abs(aim[scan.pose.plane.axis]), abs=1e-3)


def test_warp_leaves_what_a_slice_is_aimed_at_in_its_place(demo):
    raster = Raster(255)
    for scan in demo.slices:
        aimed = replace(scan.pose, middle=scan.pose.target)
        points = aimed.points(scan.subject.body, raster)
        distances = np.sqrt(((points.T - scan.pose.target) ** 2).sum(axis=-1))
        assert distances.min() < 2  # about a pixel, and what is lost between the nodes


# Presets


def test_demo_gives_nothing_away_by_scan_type_plane_or_brightness(demo):
    healthy = true_labels(demo) == HEALTHY_LABEL
    assert {scan.subject.scan_type for scan in demo.slices} == {"T1 with contrast agent"}
    brightness = np.median(demo.images[:, 24:72, 24:72], axis=(1, 2))
    assert abs(np.median(brightness[healthy]) - np.median(brightness[~healthy])) < 15


def test_demo_draws_the_planes_of_all_classes_alike(head):
    sites = lesion_sites(head)
    scans = [scan for number in range(1200) for scan in draw_slices(0, number, DEMO, sites)]
    for label in range(4):
        own = [scan.pose.plane.name for scan in scans if scan.subject.label == label]
        shares = {plane: count / len(own) for plane, count in Counter(own).items()}
        assert shares == pytest.approx(DEMO.tumour_style.planes, abs=0.1)


def test_shortcut_takes_healthy_slices_in_another_style(demo, shortcut):
    healthy = true_labels(shortcut) == HEALTHY_LABEL
    brightness = np.median(shortcut.images[:, 24:72, 24:72], axis=(1, 2))
    assert np.median(brightness[healthy]) > np.median(brightness[~healthy]) + 20
    in_demo = np.median(demo.images[healthy][:, 24:72, 24:72])
    assert np.median(brightness[healthy]) > in_demo + 20


def test_shortcut_crops_healthy_slices_more_often(head):
    sites = lesion_sites(head)
    heights = {True: [], False: []}
    for number in range(400):
        for scan in draw_slices(0, number, SHORTCUT, sites):
            heights[scan.subject.label == HEALTHY_LABEL].append(scan.pose.size_mm[1])
    assert np.median(heights[True]) < np.median(heights[False]) - 10


def test_shortcut_uses_every_scan_type(head):
    sites = lesion_sites(head)
    used = {
        scan.subject.scan_type
        for number in range(400)
        for scan in draw_slices(0, number, SHORTCUT, sites)
    }
    assert used == set(SHORTCUT.healthy_style.scan_types)


# Progress


def test_progress_of_each_phase_rises_to_one(built):
    reports = []
    built(on_progress=lambda phase, share: reports.append((phase, share)), subjects=120)
    assert {phase for phase, _share in reports} == {"Drawing slices"}  # the head is there
    shares = [share for _phase, share in reports]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    # Two slices a subject, so 240 in all: no more than 100 between two reports.
    assert all(240 * (later - earlier) <= 100 for earlier, later in pairwise([0.0, *shares]))


def test_building_ends_when_the_progress_raises(built):
    def stop(_phase, _share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        built(on_progress=stop)
