"""How bright tissues and lesions are in a kind of scan."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from core.data.simulated.arrays import Float64
from core.data.simulated.lesions import Lesion
from core.data.simulated.parameters import SCAN_TYPES, ScanType
from core.data.simulated.tissues import Tissue


@dataclass(frozen=True)
class LesionIntensities:
    """How bright the parts of a lesion are.

    Attributes:
        enhancing: Intensity of what takes up contrast agent.
        core: Intensity of the core of a ring.
        low_grade: Intensity of a lesion without uptake.
        oedema: Multiplies the intensity of white matter.
    """

    enhancing: float
    core: float
    low_grade: float
    oedema: float


def draw_tissues(rng: Generator, scan_type: ScanType) -> Float64:
    """Draw the intensities of the tissues for a subject, shape (tissues,)."""
    parameters = SCAN_TYPES[scan_type]
    intensities = np.zeros(len(Tissue))
    if parameters.brain is not None:
        brain, ratio = parameters.brain.draw(rng), parameters.white_to_gray.draw(rng)
        intensities[Tissue.GRAY_MATTER] = brain * 2 / (1 + ratio)
        intensities[Tissue.WHITE_MATTER] = brain * 2 * ratio / (1 + ratio)
        for tissue, multiple in parameters.of_brain.items():
            intensities[tissue] = brain * multiple.draw(rng)
    for tissue, absolute in parameters.absolute.items():
        intensities[tissue] = absolute.draw(rng)
    return intensities


def lesion_intensities(lesion: Lesion, scan_type: ScanType, tissues: Float64) -> LesionIntensities:
    """Give the intensities of a lesion in a slice.

    Args:
        lesion: Says how it differs from the brain.
        scan_type: The kind of scan.
        tissues: Intensities of the tissues in the slice, shape (tissues,).
    """
    brain = float(tissues[Tissue.GRAY_MATTER] + tissues[Tissue.WHITE_MATTER]) / 2
    uptake = lesion.enhancement - 1
    core, low_grade = lesion.core, lesion.low_grade
    match scan_type:
        case "T1 with contrast agent":
            parts = (1 + uptake, core, low_grade, lesion.oedema)
        case "T1":  # without the agent, what would take it up is dark
            parts = (1 - 0.25 * uptake, core, low_grade, lesion.oedema)
        case "T2":
            parts = (lesion.t2, lesion.t2 + 0.25, lesion.t2, 0.7 + 0.5 * lesion.t2)
        case "FLAIR":
            parts = (lesion.t2, 0.8, lesion.t2, 0.7 + 0.5 * lesion.t2)
        case "CT":
            parts = (1 + 0.5 * uptake, 0.8, 0.9, 0.85)
    enhancing, core, low_grade, oedema = parts
    return LesionIntensities(brain * enhancing, brain * core, brain * low_grade, oedema)
