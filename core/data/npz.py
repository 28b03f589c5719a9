"""Scans as one file of arrays, for a script to train on."""

from typing import BinaryIO

import numpy as np

from core.data.scan_set import ScanSet


def write_npz(scans: ScanSet, file: BinaryIO) -> None:
    """Write the scans of a run as NumPy's compressed `.npz`.

    It holds `x_train` and `x_val`, shape (scans, height, width, 1), uint8, and `y_train`
    and `y_val`, shape (scans, classes), one-hot float32.

    Args:
        scans: All scans, with their split.
        file: Opened for writing bytes.
    """
    images = np.asarray(scans.images)[..., np.newaxis]
    labels = np.eye(len(scans.classes), dtype=np.float32)[scans.labels]
    validation = scans.validation
    np.savez_compressed(
        file,
        x_train=images[~validation],
        y_train=labels[~validation],
        x_val=images[validation],
        y_val=labels[validation],
    )
