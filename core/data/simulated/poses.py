"""Where a slice lies in a subject's head."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from core.data.simulated.arrays import Float64, FloatArray
from core.data.simulated.bodies import Body
from core.data.simulated.draws import happens, pick, rotation, symmetric
from core.data.simulated.lesions import Site
from core.data.simulated.parameters import PLANES, GeometryParameters, Plane, Style
from core.data.simulated.raster import Raster

HIDDEN = 0.5
"""A lesion shows in a plane unless the slices of the brain end further from its
centre than this share of its radius."""


@dataclass(frozen=True, eq=False)
class Pose:
    """A slice through a subject's head.

    Attributes:
        plane: The direction of the cut.
        middle: The middle of the image, before it is shifted and tilted, in
            millimetres, shape (3,).
        target: What the slice is aimed at: it passes there as far off as
            `middle` says, however it is tilted, shape (3,).
        tilt: Turns the slice, shape (3, 3).
        shift_mm: Moves the image along its columns and its rows.
        size_mm: Width and height of the image.
        mirrored: Whether left and right change places.
    """

    plane: Plane
    middle: Float64
    target: Float64
    tilt: Float64
    shift_mm: tuple[float, float]
    size_mm: tuple[float, float]
    mirrored: bool

    def points(self, body: Body, raster: Raster) -> FloatArray:
        """Find what the pixels show, in millimetres of the template's space.

        Returns:
            Shape (3, size_px, size_px).
        """
        right, down = self._directions(body)
        along, across = raster.nodes[:, np.newaxis] * right, raster.nodes[:, np.newaxis] * down
        nodes = self._middle(right, down) + along + across[:, np.newaxis]
        # What the slice is aimed at stays in its place: else some would miss it.
        nodes += body.displacements(nodes) - body.displacements(self.target)
        weights = raster.from_nodes
        return weights @ np.moveaxis(nodes, -1, 0).astype(np.float32) @ weights.T

    def _directions(self, body: Body) -> tuple[Float64, Float64]:
        """Give the vectors along the whole width and the whole height of the image."""
        turn = body.affine @ self.tilt
        right = turn @ np.array(self.plane.right) * (-1 if self.mirrored else 1)
        return right * self.size_mm[0], turn @ np.array(self.plane.down) * self.size_mm[1]

    def _middle(self, right: Float64, down: Float64) -> Float64:
        """Shift the middle within the slice, and the slice back to its aim."""
        middle = (
            self.middle
            + right * (self.shift_mm[0] / self.size_mm[0])
            + down * (self.shift_mm[1] / self.size_mm[1])
        )
        normal = np.cross(right, down)
        normal /= np.copysign(np.linalg.norm(normal), normal[self.plane.axis])
        distance = (self.middle - self.target)[self.plane.axis]
        return middle + normal * (distance - (middle - self.target) @ normal)


def draw_plane(
    rng: Generator,
    main: Plane,
    style: Style,
    parameters: GeometryParameters,
    site: Site,
) -> Plane:
    """Draw the plane of a slice, one that shows the site of a lesion.

    Args:
        rng: Draws it.
        main: The subject's main plane.
        style: Gives the shares of the planes.
        parameters: Say how often it is the main one.
        site: Where the lesion is, or would be.
    """
    plane = main if happens(rng, parameters.same_plane) else PLANES[pick(rng, style.planes)]
    if _hidden_mm(site, plane) <= HIDDEN * site.radius_mm:
        return plane
    return min(PLANES.values(), key=lambda other: _hidden_mm(site, other))


def draw_pose(
    rng: Generator,
    plane: Plane,
    site: Site | None,
    parameters: GeometryParameters,
    *,
    field_of_view_mm: float,
    cropped: bool,
) -> Pose:
    """Draw a slice.

    Args:
        rng: Draws it.
        plane: The direction of the cut.
        site: What the slice is aimed at; None for a slice of the brain anywhere.
        parameters: Say how slices vary.
        field_of_view_mm: The subject's.
        cropped: Whether the image is cropped to the brain.
    """
    middle = np.array(plane.cropped_centre if cropped else plane.centre, np.float64)
    middle[plane.axis] = _depth(rng, plane, site, parameters.aim)
    height = field_of_view_mm * np.exp(parameters.field_variation * rng.standard_normal())
    height *= plane.crop.draw(rng) if cropped else 1
    aspect = 1 + parameters.aspect * (2 * rng.random() - 1)
    right, down = symmetric(rng, parameters.shift_mm, (2,))
    return Pose(
        plane=plane,
        middle=middle,
        target=middle if site is None else site.centre,
        tilt=rotation(rng, parameters.tilt_deg),
        shift_mm=(right, down),
        size_mm=(height * aspect, height),
        mirrored=plane.mirrored and happens(rng, 0.5),
    )


def _depth(rng: Generator, plane: Plane, site: Site | None, aim: float) -> float:
    """Draw where along its axis a slice lies, in millimetres."""
    if site is None:
        return plane.healthy_depths.draw(rng)
    off_mm = aim * site.radius_mm * (2 * rng.random() - 1)
    return plane.depths.nearest(float(site.centre[plane.axis]) + off_mm)


def _hidden_mm(site: Site, plane: Plane) -> float:
    """Measure how far a site lies from the slices of the brain."""
    place = float(site.centre[plane.axis])
    return abs(plane.depths.nearest(place) - place)
