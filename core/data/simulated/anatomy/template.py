"""The MNI152 template, from the files that nilearn brings along."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray

from core.data.scan_set import ScansError

FILE = "mni_icbm152_{}_tal_nlin_sym_09a_converted.nii.gz"


@dataclass(frozen=True, eq=False)
class Template:
    """The average of 152 brains, without skull, one voxel a millimetre.

    Attributes:
        t1: A T1 image, shape (197, 233, 189), uint8.
        gray_matter: Its share in each voxel, same shape, 255 for all of it.
        white_matter: The same for white matter.
        origin: Place of the first voxel in MNI space, in millimetres, shape (3,).

    Source: ICBM 2009a Nonlinear Symmetric, McConnell Brain Imaging Centre.
    """

    t1: NDArray[np.uint8]
    gray_matter: NDArray[np.uint8]
    white_matter: NDArray[np.uint8]
    origin: NDArray[np.float64]


def template_directory() -> Path:
    """Find the directory of the template, without the seconds that importing nilearn takes.

    Raises:
        ScansError: If nilearn is not installed.
    """
    package = find_spec("nilearn")
    if package is None or not package.submodule_search_locations:
        raise ScansError(
            "Simulated scans are made from the MNI152 template that nilearn brings along, and "
            "nilearn is not installed: install it with `pip install nilearn`.",
        )
    return Path(package.submodule_search_locations[0]) / "datasets" / "data"


def read_template(directory: Path) -> Template:
    """Read the template.

    Raises:
        ScansError: If a file is missing or damaged.
    """
    t1, affine = _read(directory / FILE.format("t1"))
    gray_matter, _ = _read(directory / FILE.format("gm"))
    white_matter, _ = _read(directory / FILE.format("wm"))
    return Template(t1, gray_matter, white_matter, affine[:3, 3])


def _read(file: Path) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Read one volume and the affine from its voxels to millimetres."""
    try:
        image = Nifti1Image.from_filename(file)
        return np.asarray(image.dataobj, np.uint8), np.asarray(image.affine, np.float64)
    except Exception as error:  # gzip and nibabel raise many kinds on damage
        raise ScansError(
            f"Simulated scans are made from {file.name}, which nilearn brings along, and it "
            f"cannot be read at {file.parent} ({error}): "
            "install it again with `pip install --force-reinstall --no-deps nilearn`.",
        ) from error
