"""Simulated people and the slices taken of them, before anything is rendered."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, SeedSequence

from core.data.simulated.acquisition import Acquisition, draw_acquisition
from core.data.simulated.arrays import Float64
from core.data.simulated.bodies import Body, draw_body
from core.data.simulated.contrast import draw_tissues
from core.data.simulated.draws import happens, pick
from core.data.simulated.lesions import NOISE_CELLS, Lesion, Site, draw_lesion, draw_site
from core.data.simulated.parameters import (
    CLASSES,
    HEALTHY,
    PLANES,
    Plane,
    PresetParameters,
    ScanType,
    Style,
)
from core.data.simulated.poses import Pose, draw_plane, draw_pose
from core.data.simulated.sites import LesionSites
from core.data.simulated.tissues import Tissue


@dataclass(frozen=True, eq=False)
class Subject:
    """A simulated person.

    Attributes:
        number: Names the person.
        label: Index of the true class in `CLASSES`.
        lesion: The tumour; None in the healthy.
        body: How the head differs from the template.
        scan_type: The kind of scan.
    """

    number: int
    label: int
    lesion: Lesion | None
    body: Body
    scan_type: ScanType


@dataclass(frozen=True, eq=False)
class Slice:
    """A slice of a subject.

    Attributes:
        subject: The person.
        number: Counts the person's slices, from 1.
        label: Index of the class it is said to show; wrong in some.
        pose: Where it lies.
        tissues: Intensities of the tissues, shape (tissues,).
        texture_offset: Where the noise of their texture begins, in cells, shape (3,).
        acquisition: How it is scanned.
    """

    subject: Subject
    number: int
    label: int
    pose: Pose
    tissues: Float64
    texture_offset: Float64
    acquisition: Acquisition


@dataclass(frozen=True, eq=False)
class Series:
    """What the slices of a subject have in common.

    Attributes:
        subject: The person.
        site: Where the lesion is, or in the healthy might be.
        style: How the slices are taken.
        tissues: Mean intensities of the tissues, shape (tissues,).
        main_plane: The plane of most slices.
        field_of_view_mm: Height of an image.
    """

    subject: Subject
    site: Site
    style: Style
    tissues: Float64
    main_plane: Plane
    field_of_view_mm: float


def true_label(number: int) -> int:
    """Tell the class of a subject by the number: the classes take turns."""
    return number % len(CLASSES)


def draw_slices(
    seed: int,
    number: int,
    preset: PresetParameters,
    sites: LesionSites,
) -> list[Slice]:
    """Draw a subject and the slices.

    Args:
        seed: Of the whole set.
        number: Of the subject; with the seed it alone decides every draw.
        preset: The task.
        sites: Where lesions grow.
    """
    rng = np.random.default_rng(SeedSequence(seed, spawn_key=(number,)))
    label = true_label(number)
    style = preset.healthy_style if CLASSES[label] == HEALTHY else preset.tumour_style
    site, lesion = _draw_lesion(rng, label, preset, sites)
    scan_type = pick(rng, style.scan_types)
    subject = Subject(number, label, lesion, draw_body(rng, preset.geometry), scan_type)
    series = Series(
        subject=subject,
        site=site,
        style=style,
        tissues=draw_tissues(rng, scan_type),
        main_plane=PLANES[pick(rng, style.planes)],
        field_of_view_mm=preset.geometry.field_of_view_mm.draw(rng),
    )
    return [_draw_slice(rng, 1 + index, series, preset) for index in range(preset.slices)]


def _draw_lesion(
    rng: Generator,
    label: int,
    preset: PresetParameters,
    sites: LesionSites,
) -> tuple[Site, Lesion | None]:
    """Draw a lesion, or for the healthy where one might be."""
    name, kinds = CLASSES[label], tuple(preset.lesions)
    kind = kinds[rng.integers(len(kinds))] if name == HEALTHY else name
    parameters = preset.lesions[kind]
    site = draw_site(rng, kind, parameters, sites)
    if name == HEALTHY:
        return site, None
    return site, draw_lesion(rng, kind, site, parameters, preset.contrast)


def _draw_slice(
    rng: Generator,
    number: int,
    series: Series,
    preset: PresetParameters,
) -> Slice:
    geometry, style = preset.geometry, series.style
    plane = draw_plane(rng, series.main_plane, style, geometry, series.site)
    aimed = series.subject.lesion is not None or preset.aims_healthy_slices
    pose = draw_pose(
        rng,
        plane,
        series.site if aimed else None,
        geometry,
        field_of_view_mm=series.field_of_view_mm,
        cropped=happens(rng, style.cropped),
    )
    variation = preset.acquisition.tissue_variation * rng.standard_normal(len(Tissue))
    return Slice(
        subject=series.subject,
        number=number,
        label=_draw_label(rng, series.subject.label, preset.wrong_labels),
        pose=pose,
        tissues=series.tissues * np.exp(variation),
        texture_offset=rng.random(3) * NOISE_CELLS,
        acquisition=draw_acquisition(rng, series.subject.scan_type, preset.acquisition),
    )


def _draw_label(rng: Generator, label: int, wrong: float) -> int:
    """Give the true label, or in some cases another, all as often."""
    if not happens(rng, wrong):
        return label
    return (label + int(rng.integers(1, len(CLASSES)))) % len(CLASSES)
