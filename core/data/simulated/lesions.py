"""The lesions of subjects, as they are drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from core.data.simulated.arrays import Float64
from core.data.simulated.draws import happens, pick, rotation, symmetric
from core.data.simulated.parameters import (
    GLIOMA_SITES,
    MENINGIOMA_SITES,
    PITUITARY_SITES,
    HeadParameters,
    LesionContrastParameters,
    LesionKind,
    LesionParameters,
    LesionStructure,
)
from core.data.simulated.sites import LesionSites

GRAIN_OFFSET = 1.7
"""The texture is read from another part of the noise than the bumps."""

NOISE_CELLS = HeadParameters.noise_cells


@dataclass(frozen=True, eq=False)
class Site:
    """Where a lesion is, or would be.

    Attributes:
        centre: In millimetres of the template's space, shape (3,).
        radius_mm: Mean radius.
    """

    centre: Float64
    radius_mm: float


@dataclass(frozen=True, eq=False)
class Lesion:
    """A tumour.

    Attributes:
        kind: Its class.
        site: Where it is, and how large.
        to_ball: Turns offsets from its centre into those of a ball of its
            radius, shape (3, 3).
        structure: How it is built.
        roughness: Height of the surface's bumps, as a share of the radius.
        bump_cell_mm: Size of the cells of the noise that makes them.
        bump_offset: Where that noise begins, in cells, shape (3,).
        grain_offset: The same of the texture.
        edge_mm: Half the width over which it fades out.
        mass_effect: Radius of the brain pushed aside, over the lesion's.
        texture: Standard deviation of the texture, as a share.
        rim_mm: Thickness of a ring.
        rim_gaps: Threshold of the noise in a broken ring; None: it has no gaps.
        oedema_mm: How far oedema reaches; 0: there is none.
        has_cleft: Whether a dark cleft surrounds it.
        has_tail: Whether the dura enhances beside it.
        enhancement: Intensity of enhancing parts, over the brain's.
        core: Intensity of a core, over the brain's.
        low_grade: Intensity of a lesion without uptake, over the brain's.
        oedema: Intensity of white matter with oedema, over that without.
        t2: Intensity in T2 and FLAIR, over the brain's.
    """

    kind: LesionKind
    site: Site
    to_ball: Float64
    structure: LesionStructure
    roughness: float
    bump_cell_mm: float
    bump_offset: Float64
    grain_offset: Float64
    edge_mm: float
    mass_effect: float
    texture: float
    rim_mm: float
    rim_gaps: float | None
    oedema_mm: float
    has_cleft: bool
    has_tail: bool
    enhancement: float
    core: float
    low_grade: float
    oedema: float
    t2: float


def draw_site(
    rng: Generator,
    kind: LesionKind,
    parameters: LesionParameters,
    sites: LesionSites,
) -> Site:
    """Draw where a lesion is, on either side alike."""
    radius = parameters.radius_mm.draw(rng)
    match kind:
        case "glioma_tumor":
            centre = _in_white_matter(rng, sites)
        case "meningioma_tumor":
            at_falx = happens(rng, MENINGIOMA_SITES.falx)
            centre = _at_falx(rng, radius) if at_falx else _at_dura(rng, radius, sites)
        case "pituitary_tumor":
            centre = _at_sella(rng, radius)
    side = -1 if happens(rng, 0.5) else 1
    return Site(centre * np.array([side, 1, 1]), radius)


def draw_lesion(
    rng: Generator,
    kind: LesionKind,
    site: Site,
    parameters: LesionParameters,
    contrast: LesionContrastParameters,
) -> Lesion:
    """Draw the rest of a lesion."""
    strength = contrast.strength
    bump_offset = rng.random(3) * NOISE_CELLS
    stretch = np.array([axis.draw(rng) for axis in parameters.stretch])
    gain = strength * parameters.enhancement_gain
    core = 1 - strength * contrast.core_loss.draw(rng)
    low_grade = 1 - strength * contrast.low_grade_loss.draw(rng)
    return Lesion(
        kind=kind,
        site=site,
        to_ball=(rotation(rng, parameters.rotation_deg) / stretch).T,
        structure=pick(rng, parameters.structures),
        roughness=parameters.roughness.draw(rng),
        bump_cell_mm=parameters.bump_cell_mm.draw(rng),
        bump_offset=bump_offset,
        grain_offset=GRAIN_OFFSET * bump_offset[::-1],
        edge_mm=parameters.edge_mm.draw(rng),
        mass_effect=parameters.mass_effect.draw(rng),
        texture=parameters.texture.draw(rng),
        rim_mm=parameters.rim_mm.draw(rng),
        rim_gaps=_rim_gaps(rng, parameters),
        oedema_mm=parameters.oedema_mm.draw(rng) * happens(rng, parameters.oedema),
        has_cleft=happens(rng, parameters.cleft),
        has_tail=happens(rng, parameters.dural_tail),
        enhancement=1 + gain * contrast.enhancement.draw(rng),
        core=max(contrast.core_floor, core),
        low_grade=max(contrast.low_grade_floor, low_grade),
        oedema=1 - strength * contrast.oedema_loss.draw(rng),
        t2=parameters.t2.draw(rng),
    )


def _rim_gaps(rng: Generator, parameters: LesionParameters) -> float | None:
    return None if parameters.rim_gaps is None else parameters.rim_gaps.draw(rng)


def _in_white_matter(rng: Generator, sites: LesionSites) -> Float64:
    place = sites.white_matter[rng.integers(len(sites.white_matter))]
    return place + symmetric(rng, GLIOMA_SITES.jitter_mm, (3,))


def _at_dura(rng: Generator, radius: float, sites: LesionSites) -> Float64:
    index = rng.integers(len(sites.dura))
    inwards = radius * MENINGIOMA_SITES.inwards.draw(rng)
    return sites.dura[index] + inwards * sites.inwards[index]


def _at_falx(rng: Generator, radius: float) -> Float64:
    angle = np.deg2rad(MENINGIOMA_SITES.falx_angle_deg.draw(rng))
    centre_y, centre_z = MENINGIOMA_SITES.falx_centre
    length, height = MENINGIOMA_SITES.falx_radii_mm
    x = MENINGIOMA_SITES.beside_falx * radius
    return np.array([x, centre_y + length * np.cos(angle), centre_z + height * abs(np.sin(angle))])


def _at_sella(rng: Generator, radius: float) -> Float64:
    x, y, z = (axis.draw(rng) for axis in PITUITARY_SITES.sella)
    return np.array([x, y, z + PITUITARY_SITES.rise * radius])
