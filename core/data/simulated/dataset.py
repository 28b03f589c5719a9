"""Sets of simulated scans."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import NDArray

from core.data.scan_set import ScanSet
from core.data.simulated.arrays import BoolArray
from core.data.simulated.head import Head
from core.data.simulated.head_cache import load_head
from core.data.simulated.parameters import CLASSES, PRESETS, PresetParameters
from core.data.simulated.raster import Raster
from core.data.simulated.rendering import render
from core.data.simulated.sites import lesion_sites
from core.data.simulated.subjects import Slice, draw_slices, true_label
from core.specs.data import SimulatedScans

BATCH = 25
"""Subjects drawn between two reports of progress."""


@dataclass(frozen=True, eq=False)
class DrawnSlices:
    """Slices and their pictures.

    Attributes:
        slices: One subject after the other.
        images: Shape (slices, size_px, size_px), uint8, 0 black to 255 white.
        masks: The lesions, same shape, bool.
    """

    slices: tuple[Slice, ...]
    images: NDArray[np.uint8]
    masks: BoolArray


def build(
    spec: SimulatedScans,
    *,
    cache_dir: Path,
    on_progress: Callable[[str, float], None],
) -> ScanSet:
    """Draw a set of simulated scans.

    The classes take turns among the subjects. A small share of the slices,
    `PresetParameters.wrong_labels`, has a wrong label, on both sides of the
    split, as in real sets; masks show what is true.

    Args:
        spec: The scans asked for.
        cache_dir: Where the head is kept that all subjects are warped from.
        on_progress: Receives what is being done and the share of it done, 0 to 1.

    Raises:
        ScansError: If the template that the head is made from cannot be read.
    """
    head = load_head(
        cache_dir,
        on_share=lambda share: on_progress("Building the simulated head", share),
    )
    drawn = draw_subjects(
        head,
        PRESETS[spec.preset],
        seed=spec.seed,
        numbers=range(spec.subjects),
        size_px=spec.image_size,
        on_share=lambda share: on_progress("Drawing slices", share),
    )
    groups = np.array([scan.subject.number for scan in drawn.slices], np.int64)
    return ScanSet(
        images=drawn.images,
        labels=np.array([scan.label for scan in drawn.slices], np.int64),
        classes=CLASSES,
        groups=groups,
        validation=_drawn_for_validation(spec)[groups],
        masks=drawn.masks,
        names=tuple(_name(scan) for scan in drawn.slices),
    )


def draw_subjects(
    head: Head,
    preset: PresetParameters,
    *,
    seed: int,
    numbers: Sequence[int],
    size_px: int,
    on_share: Callable[[float], None] = lambda _share: None,
) -> DrawnSlices:
    """Draw subjects; each looks the same whoever else is drawn.

    Args:
        head: What they are warped from.
        preset: The task.
        seed: Of the set.
        numbers: Which subjects.
        size_px: Height and width of the images.
        on_share: Receives the share done, 0 to 1.
    """
    sites, raster = lesion_sites(head), Raster(size_px)
    images = np.empty((len(numbers) * preset.slices, size_px, size_px), np.uint8)
    masks = np.empty(images.shape, np.bool_)
    slices: list[Slice] = []
    for done, number in enumerate(numbers, start=1):
        for scan in draw_slices(seed, number, preset, sites):
            index = len(slices)
            images[index], masks[index] = render(scan, head, raster, preset.acquisition)
            slices.append(scan)
        if done % BATCH == 0 or done == len(numbers):
            on_share(done / len(numbers))
    return DrawnSlices(tuple(slices), images, masks)


def _drawn_for_validation(spec: SimulatedScans) -> BoolArray:
    """Draw the same share of the subjects of each class, and at least one.

    Returns:
        True for validation, shape (subjects,).
    """
    # Subjects are drawn from this sequence's children, so not from its own numbers.
    rng = np.random.default_rng(SeedSequence(spec.seed))
    labels = np.array([true_label(number) for number in range(spec.subjects)])
    chosen = np.zeros(spec.subjects, np.bool_)
    for label in range(len(CLASSES)):
        members = np.flatnonzero(labels == label)
        count = max(1, round(spec.validation_fraction * len(members)))
        chosen[rng.choice(members, count, replace=False)] = True
    return chosen


def _name(scan: Slice) -> str:
    number, plane = scan.subject.number, scan.pose.plane.name
    return f"subject {number:04}, slice {scan.number}, {plane}"
