"""What a voxel of the head is made of."""

from enum import IntEnum


class Tissue(IntEnum):
    """Tissues, by their place among the eight bytes of a voxel."""

    GRAY_MATTER = 0
    WHITE_MATTER = 1
    FLUID = 2
    """Cerebrospinal fluid, and that of the eyes."""
    BONE = 3
    """Cortical bone, almost black in all sequences."""
    MARROW = 4
    FAT = 5
    SOFT = 6
    """Muscle, skin and other soft tissue."""
    ENHANCING = 7
    """What takes up contrast agent: vessels, dura, mucosa, the pituitary gland."""
