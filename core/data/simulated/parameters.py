"""Every number that decides how heads, lesions and scanners vary, and the presets.

Lengths are in millimetres of MNI space (x to the right, y to the front, z up),
angles in degrees. Intensities are relative: a window shows 0 as black and about
1 as white. A `Range` is drawn from evenly; a share is a probability.

The ranges were chosen beside real slices, and so that a small CNN goes on
learning for some ten epochs. What does not vary stands beside the code that
uses it, the anatomy in `anatomy/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal

from numpy.random import Generator

from core.data.simulated.tissues import Tissue
from core.specs.data import SimulatedPreset

CLASSES = ("glioma_tumor", "meningioma_tumor", "no_tumor", "pituitary_tumor")
"""Names of the classes as in the public set, sorted; a label is an index into them."""

HEALTHY: Final = "no_tumor"

LesionKind = Literal["glioma_tumor", "meningioma_tumor", "pituitary_tumor"]
LesionStructure = Literal["ring", "solid", "low_grade"]
PlaneName = Literal["axial", "coronal", "sagittal"]
ScanType = Literal["T1 with contrast agent", "T1", "T2", "FLAIR", "CT"]

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Range:
    """Values that are equally likely from `low` to `high`."""

    low: float
    high: float

    def draw(self, rng: Generator) -> float:
        """Draw one of them."""
        return self.low + (self.high - self.low) * rng.random()

    def nearest(self, value: float) -> float:
        """Give the value of the range nearest to another."""
        return min(max(value, self.low), self.high)


@dataclass(frozen=True)
class HeadParameters:
    """The head that all subjects are warped from.

    Attributes:
        voxel_mm: Side of a voxel.
        low: The corner of the volume with the smallest coordinates.
        high: The opposite corner, reached or passed by less than a voxel.
        skull_mm: Mean thickness of the skull.
        skull_variation_mm: Standard deviation of that thickness over the head.
        scalp_mm: Thickness of skin and fat over the skull.
        closing_mm: How far the brain is grown, to bridge the sulci.
        opening_mm: How far the grown brain is shrunk again; what it has then
            gained is the fluid between brain and dura.
        noise_cells: Side of the block of noise, in cells; a power of two.
        noise_octaves: Frequency, in waves a block, and weight of its parts.
        seed: Draws the noise that textures the head.
    """

    voxel_mm: float = 1.25
    low: Point = (-100.0, -135.0, -150.0)
    high: Point = (100.0, 122.0, 106.0)
    skull_mm: float = 7.0
    skull_variation_mm: float = 0.6
    scalp_mm: float = 6.0
    closing_mm: float = 14.0
    opening_mm: float = 12.2
    noise_cells: int = 64
    noise_octaves: tuple[tuple[float, float], ...] = ((4.0, 1.0), (8.0, 0.7), (16.0, 0.4))
    seed: int = 0


@dataclass(frozen=True)
class Plane:
    """A direction to cut the head in.

    Attributes:
        axis: The axis of space across the slices.
        right: Direction in which the columns of the image go.
        down: Direction in which its rows go.
        mirrored: Whether left and right may change places in the image.
        centre: Middle of the image; the coordinate along `axis` is a slice's own.
        depths: Where along `axis` slices of the brain lie.
        healthy_depths: Where they lie if no lesion, real or imagined, is aimed at.
        cropped_centre: Middle of an image that is cropped to the brain.
        crop: Its share of the field of view.
    """

    name: PlaneName
    axis: int
    right: Point
    down: Point
    mirrored: bool
    centre: Point
    depths: Range
    healthy_depths: Range
    cropped_centre: Point
    crop: Range


PLANES: Mapping[PlaneName, Plane] = MappingProxyType(
    {
        "axial": Plane(
            name="axial",
            axis=2,
            right=(1, 0, 0),
            down=(0, -1, 0),
            mirrored=True,
            centre=(0, -18, 0),
            depths=Range(-48, 62),
            healthy_depths=Range(-10, 45),
            cropped_centre=(0, -16, 0),
            crop=Range(0.78, 0.92),
        ),
        "coronal": Plane(
            name="coronal",
            axis=1,
            right=(1, 0, 0),
            down=(0, 0, -1),
            mirrored=True,
            centre=(0, 0, -22),
            depths=Range(-90, 55),
            healthy_depths=Range(-50, 20),
            cropped_centre=(0, 0, -5),
            crop=Range(0.88, 0.98),
        ),
        "sagittal": Plane(
            name="sagittal",
            axis=0,
            right=(0, -1, 0),
            down=(0, 0, -1),
            mirrored=False,
            centre=(0, -8, -25),
            depths=Range(-58, 58),
            healthy_depths=Range(-12, 12),
            cropped_centre=(0, -8, -25),
            crop=Range(0.88, 0.98),
        ),
    },
)


@dataclass(frozen=True)
class GeometryParameters:
    """How subjects' heads and the slices through them differ.

    Attributes:
        rotation_deg: Largest turn of a head about each axis.
        scale: Largest change of its size along each axis, as a share.
        shear: Largest shear of each axis along another, as a share.
        waves: Number of sine waves that warp it.
        wave_mm: Standard deviation of the amplitude of a wave along each axis.
        wavelength_mm: Length of a wave whose vector has unit length, in units
            of its standard deviation.
        ventricles: By how much the ventricles are widened, as a share.
        field_of_view_mm: Width and height of an image.
        field_variation: Standard deviation of the log of it over a subject's slices.
        aspect: Largest change of the width of an image, as a share.
        tilt_deg: Largest turn of a slice about each axis.
        shift_mm: Largest shift of an image along its columns and rows.
        aim: Largest distance of a slice from the centre of the lesion, as a
            share of the lesion's radius.
        same_plane: Share of the slices that lie in the subject's main plane.
    """

    rotation_deg: float = 4.0
    scale: float = 0.05
    shear: float = 0.04
    waves: int = 8
    wave_mm: float = 1.6
    wavelength_mm: float = 230.0
    ventricles: Range = Range(-0.12, 0.40)
    field_of_view_mm: Range = Range(200, 250)
    field_variation: float = 0.02
    aspect: float = 0.0
    tilt_deg: float = 6.0
    shift_mm: float = 5.0
    aim: float = 0.45
    same_plane: float = 0.75


@dataclass(frozen=True)
class ScanTypeParameters:
    """How bright the tissues are in one kind of scan.

    Attributes:
        brain: Mean intensity of gray and white matter; None where both are in
            `absolute`.
        white_to_gray: Intensity of white matter over that of gray matter.
        of_brain: Intensities as multiples of the brain's.
        absolute: Intensities as they are.
        white: The lowest intensity that a window may show as white.
        is_magnitude: Whether pixels are magnitudes of complex values, as in MR,
            whose noise is Rician.
    """

    absolute: Mapping[Tissue, Range]
    brain: Range | None = None
    white_to_gray: Range = Range(1.0, 1.0)
    of_brain: Mapping[Tissue, Range] = field(default_factory=dict[Tissue, Range])
    white: Range = Range(0.2, 0.2)
    is_magnitude: bool = True


SCAN_TYPES: Mapping[ScanType, ScanTypeParameters] = MappingProxyType(
    {
        "T1 with contrast agent": ScanTypeParameters(
            brain=Range(0.22, 0.36),
            white_to_gray=Range(1.0, 1.22),
            of_brain={
                Tissue.FLUID: Range(0.3, 0.65),
                Tissue.BONE: Range(0.08, 0.3),
                Tissue.MARROW: Range(0.5, 1.6),
                Tissue.FAT: Range(1.2, 2.3),
                Tissue.SOFT: Range(0.7, 1.3),
                Tissue.ENHANCING: Range(1.3, 2.6),
            },
            absolute={},
            # The hottest vessel sets the window, and leaves the brain dark.
            white=Range(0.675, 1.0125),
        ),
        "T1": ScanTypeParameters(
            brain=Range(0.36, 0.66),
            white_to_gray=Range(1.02, 1.30),
            of_brain={
                Tissue.FLUID: Range(0.3, 0.62),
                Tissue.SOFT: Range(0.85, 1.25),
                Tissue.ENHANCING: Range(0.7, 1.15),
            },
            absolute={
                Tissue.BONE: Range(0.02, 0.09),
                Tissue.MARROW: Range(0.3, 0.85),
                Tissue.FAT: Range(0.7, 1.1),
            },
        ),
        "T2": ScanTypeParameters(
            absolute={
                Tissue.GRAY_MATTER: Range(0.48, 0.66),
                Tissue.WHITE_MATTER: Range(0.33, 0.48),
                Tissue.FLUID: Range(0.85, 1.15),
                Tissue.BONE: Range(0.02, 0.08),
                Tissue.MARROW: Range(0.2, 0.5),
                Tissue.FAT: Range(0.4, 0.95),
                Tissue.SOFT: Range(0.15, 0.32),
                Tissue.ENHANCING: Range(0.03, 0.3),
            },
        ),
        "FLAIR": ScanTypeParameters(
            absolute={
                Tissue.GRAY_MATTER: Range(0.45, 0.62),
                Tissue.WHITE_MATTER: Range(0.36, 0.54),
                Tissue.FLUID: Range(0.06, 0.2),
                Tissue.BONE: Range(0.02, 0.1),
                Tissue.MARROW: Range(0.25, 0.55),
                Tissue.FAT: Range(0.5, 1.0),
                Tissue.SOFT: Range(0.2, 0.4),
                Tissue.ENHANCING: Range(0.1, 0.35),
            },
        ),
        "CT": ScanTypeParameters(
            absolute={
                Tissue.GRAY_MATTER: Range(0.34, 0.44),
                Tissue.WHITE_MATTER: Range(0.27, 0.37),
                Tissue.FLUID: Range(0.08, 0.2),
                Tissue.BONE: Range(1.3, 1.3),
                Tissue.MARROW: Range(1.15, 1.15),
                Tissue.FAT: Range(0.06, 0.06),
                Tissue.SOFT: Range(0.3, 0.42),
                Tissue.ENHANCING: Range(0.38, 0.5),
            },
            is_magnitude=False,
        ),
    },
)


@dataclass(frozen=True)
class AcquisitionParameters:
    """What a scanner and a picture file do to a slice.

    Attributes:
        tissue_variation: Standard deviation of the log of a tissue's intensity
            over a subject's slices.
        texture: Standard deviation of the tissues' texture, as a share.
        texture_cell_mm: Size of its cells.
        bias: Standard deviations of the log of the coil's sensitivity: its terms
            in x, y, x², y² and xy, which go from -1 to 1 over the image.
        blur_px: Standard deviation of the blur, in pixels of an image of 150.
        noise: Standard deviation of the noise.
        window: Share of the pixels that are not saturated.
        gamma: Exponent of the intensities within the window.
        jpeg_quality: Quality of the JPEG file, from 1 to 95.
    """

    tissue_variation: float = 0.03
    texture: float = 0.035
    texture_cell_mm: float = 2.3
    bias: tuple[float, float, float, float, float] = (0.09, 0.09, 0.063, 0.063, 0.063)
    blur_px: Range = Range(0.40, 0.95)
    noise: Range = Range(0.003, 0.018)
    window: Range = Range(0.985, 0.9995)
    gamma: Range = Range(0.8, 1.3)
    jpeg_quality: Range = Range(45, 92)


@dataclass(frozen=True)
class LesionParameters:
    """How the lesions of one kind vary.

    Attributes:
        radius_mm: Mean radius.
        stretch: Length of each axis over the mean radius.
        rotation_deg: Largest turn about each axis.
        roughness: Height of the surface's bumps, as a share of the radius.
        bump_cell_mm: Size of the cells of the noise that makes the bumps.
        edge_mm: Half the width over which the lesion fades out.
        mass_effect: Radius of the ball of brain that the lesion pushes aside
            without compressing it, as a share of the lesion's radius.
        structures: Shares of the lesions that are a "ring" around a dark core,
            "solid", or "low_grade", which takes up no contrast agent.
        rim_mm: Thickness of a ring.
        rim_gaps: How far a ring is broken, from 1 for nowhere to -2 for wholly;
            None: it has no gaps.
        texture: Standard deviation of the texture, as a share.
        enhancement_gain: Multiplies the uptake of contrast agent.
        t2: Intensity over the brain's in T2 and FLAIR.
        oedema: Share of the lesions with oedema in the white matter around.
        oedema_mm: How far it reaches.
        cleft: Share of the lesions with a dark cleft of fluid around.
        dural_tail: Share of the lesions whose dura enhances beside them.
    """

    radius_mm: Range
    stretch: tuple[Range, Range, Range]
    roughness: Range
    bump_cell_mm: Range
    structures: Mapping[LesionStructure, float]
    rotation_deg: float = 90.0
    edge_mm: Range = Range(0.5, 1.1)
    mass_effect: Range = Range(0.2, 0.75)
    rim_mm: Range = Range(3.0, 7.0)
    rim_gaps: Range | None = None
    texture: Range = Range(0.03, 0.12)
    enhancement_gain: float = 1.0
    t2: Range = Range(1.0, 1.5)
    oedema: float = 0.0
    oedema_mm: Range = Range(3.0, 16.0)
    cleft: float = 0.0
    dural_tail: float = 0.0


GLIOMA = LesionParameters(
    radius_mm=Range(15, 34),
    stretch=(Range(0.7, 1.3), Range(0.7, 1.3), Range(0.7, 1.3)),
    roughness=Range(0.14, 0.34),
    bump_cell_mm=Range(2.88, 4.8),
    structures={"ring": 0.84, "solid": 0.10, "low_grade": 0.06},
    edge_mm=Range(0.6, 2.2),
    rim_mm=Range(1.6, 4.5),
    rim_gaps=Range(-0.9, 0.5),
    texture=Range(0.08, 0.22),
    t2=Range(1.3, 1.9),
    oedema=0.85,
)

MENINGIOMA = LesionParameters(
    radius_mm=Range(14, 32),
    stretch=(Range(0.85, 1.2), Range(0.85, 1.2), Range(0.85, 1.2)),
    roughness=Range(0.03, 0.12),
    bump_cell_mm=Range(3.84, 6.4),
    structures={"ring": 0.03, "solid": 0.97},
    enhancement_gain=1.25,
    oedema=0.3,
    cleft=0.6,
    dural_tail=0.6,
)

PITUITARY = LesionParameters(
    radius_mm=Range(10, 20),
    stretch=(Range(0.85, 1.15), Range(0.8, 1.05), Range(0.9, 1.35)),
    roughness=Range(0.04, 0.14),
    bump_cell_mm=Range(2.56, 4.48),
    structures={"ring": 0.05, "solid": 0.95},
    rotation_deg=12.0,
    mass_effect=Range(0.1, 0.375),
)


@dataclass(frozen=True)
class GliomaSites:
    """Where gliomas grow: deep in the white matter.

    Attributes:
        jitter_mm: Largest distance from a place there, along each axis.
    """

    jitter_mm: float = 3.0


@dataclass(frozen=True)
class MeningiomaSites:
    """Where meningiomas grow: from the dura or from the falx.

    Attributes:
        inwards: How far from the dura their centres lie, over their radius.
        falx: Share that grows from the falx.
        beside_falx: How far beside it their centres lie, over their radius.
        falx_angle_deg: Where along its arch, from the front over the top.
        falx_centre: Middle of the arch, y and z.
        falx_radii_mm: Half its length and its height.
    """

    inwards: Range = Range(0.35, 0.8)
    falx: float = 0.25
    beside_falx: float = 0.55
    falx_angle_deg: Range = Range(-35, 200)
    falx_centre: tuple[float, float] = (-18.0, 8.0)
    falx_radii_mm: tuple[float, float] = (62.0, 55.0)


@dataclass(frozen=True)
class PituitarySites:
    """Where pituitary tumours grow: out of the sella, upwards.

    Attributes:
        sella: Where they start, x, y and z.
        rise: How far above it their centres lie, over their radius.
    """

    sella: tuple[Range, Range, Range] = (Range(-2.5, 2.5), Range(-1, 5), Range(-36, -32))
    rise: float = 0.45


GLIOMA_SITES = GliomaSites()
MENINGIOMA_SITES = MeningiomaSites()
PITUITARY_SITES = PituitarySites()


@dataclass(frozen=True)
class LesionContrastParameters:
    """How lesions of all kinds stand out after contrast agent.

    Attributes:
        strength: Multiplies all the differences below.
        enhancement: By how much an enhancing part is brighter than the brain.
        core_loss: By how much a core is darker than the brain.
        core_floor: The least a core keeps of the brain's intensity.
        low_grade_loss: By how much a low-grade lesion is darker than the brain.
        low_grade_floor: The least it keeps of the brain's intensity.
        oedema_loss: By how much oedema darkens white matter.
    """

    strength: float = 1.6
    enhancement: Range = Range(0.25, 1.3)
    core_loss: Range = Range(0.25, 0.6)
    core_floor: float = 0.35
    low_grade_loss: Range = Range(0.15, 0.5)
    low_grade_floor: float = 0.45
    oedema_loss: Range = Range(0.1, 0.35)


@dataclass(frozen=True)
class Style:
    """How the slices of a group of classes are taken.

    Attributes:
        scan_types: Shares of the kinds of scan.
        planes: Shares of the planes.
        cropped: Share of the slices that are cropped to the brain.
    """

    scan_types: Mapping[ScanType, float] = field(
        default_factory=lambda: {"T1 with contrast agent": 1.0},
    )
    planes: Mapping[PlaneName, float] = field(
        default_factory=lambda: {"axial": 0.6, "coronal": 0.2, "sagittal": 0.2},
    )
    cropped: float = 0.0


@dataclass(frozen=True)
class PresetParameters:
    """A task: all that a set of simulated scans is drawn from.

    Attributes:
        slices: Slices of each subject.
        wrong_labels: Share of the slices whose label is one of the other three.
        aims_healthy_slices: Whether slices of healthy subjects lie where a
            tumour might be, so that the position gives nothing away.
        tumour_style: How slices of subjects with a tumour are taken.
        healthy_style: How the others are taken.
        lesions: How the tumours of each kind vary.
        contrast: How tumours stand out.
        geometry: How heads and slices vary.
        acquisition: How scanners vary.
    """

    slices: int = 2
    wrong_labels: float = 0.015
    aims_healthy_slices: bool = True
    tumour_style: Style = Style()
    healthy_style: Style = Style()
    lesions: Mapping[LesionKind, LesionParameters] = field(
        default_factory=lambda: {
            "glioma_tumor": GLIOMA,
            "meningioma_tumor": MENINGIOMA,
            "pituitary_tumor": PITUITARY,
        },
    )
    contrast: LesionContrastParameters = LesionContrastParameters()
    geometry: GeometryParameters = GeometryParameters()
    acquisition: AcquisitionParameters = AcquisitionParameters()


DEMO = PresetParameters()

# The mixture of the public set, whose healthy slices come from other sources.
SHORTCUT = replace(
    DEMO,
    aims_healthy_slices=False,
    tumour_style=replace(
        DEMO.tumour_style,
        scan_types={
            "T1 with contrast agent": 0.90,
            "T1": 0.02,
            "T2": 0.04,
            "FLAIR": 0.03,
            "CT": 0.01,
        },
        cropped=0.15,
    ),
    healthy_style=Style(
        scan_types={
            "T1 with contrast agent": 0.20,
            "T1": 0.30,
            "T2": 0.25,
            "FLAIR": 0.15,
            "CT": 0.10,
        },
        planes={"axial": 0.72, "coronal": 0.11, "sagittal": 0.17},
        cropped=0.75,
    ),
    geometry=replace(DEMO.geometry, aspect=0.08),
)

PRESETS: Mapping[SimulatedPreset, PresetParameters] = MappingProxyType(
    {"demo": DEMO, "shortcut": SHORTCUT},
)
