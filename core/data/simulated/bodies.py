"""How one subject's head differs from the one that all are warped from."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from core.data.simulated.arrays import Float64
from core.data.simulated.draws import rotation, symmetric
from core.data.simulated.parameters import GeometryParameters

VENTRICLES_CENTRE = np.array([0.0, -15.0, 12.0])
VENTRICLES_EXTENT = np.array([30.0, 42.0, 24.0])
"""Millimetres from the centre over which the widening fades."""


@dataclass(frozen=True, eq=False)
class Body:
    """A subject's head, as a map from the subject's space to the template's.

    Attributes:
        affine: Turns, scales and shears directions, shape (3, 3).
        wave_vectors: Of the waves, in radians a millimetre, shape (waves, 3).
        phases: Of the waves, in radians, shape (waves,).
        amplitudes: Of the waves, in millimetres, shape (waves, 3).
        ventricles: By how much the ventricles are wider, as a share.
    """

    affine: Float64
    wave_vectors: Float64
    phases: Float64
    amplitudes: Float64
    ventricles: float

    def displacements(self, points: Float64) -> Float64:
        """Give how far points are moved, in millimetres, shape (..., 3) as theirs."""
        waves = np.sin(points @ self.wave_vectors.T + self.phases) @ self.amplitudes
        beside = points - VENTRICLES_CENTRE
        nearness = np.exp(-((beside / VENTRICLES_EXTENT) ** 2).sum(axis=-1, keepdims=True))
        return waves - self.ventricles * nearness * beside


def draw_body(rng: Generator, parameters: GeometryParameters) -> Body:
    """Draw the head of a subject."""
    scale = np.diag(1 + symmetric(rng, parameters.scale, (3,)))
    shear = np.eye(3) + symmetric(rng, parameters.shear, (3, 3)) * (1 - np.eye(3))
    waves = parameters.waves
    return Body(
        affine=rotation(rng, parameters.rotation_deg) @ scale @ shear,
        wave_vectors=rng.standard_normal((waves, 3)) * 2 * np.pi / parameters.wavelength_mm,
        phases=rng.random(waves) * 2 * np.pi,
        amplitudes=rng.standard_normal((waves, 3)) * parameters.wave_mm,
        ventricles=parameters.ventricles.draw(rng),
    )
