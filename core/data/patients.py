"""Which patient each scan of a folder shows, where a file says so."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.scan_set import ScansError

FILE = "patients.csv"
"""Lies in the folder of a data set; its columns `file` and `patient` name each
scan by its path in the folder, and the patient that it shows."""

MAX_BYTES = 16 * 2**20
"""A larger file is not read."""


def read(folder: Path, names: Sequence[str]) -> NDArray[np.int64]:
    """Number the patients of scans.

    Args:
        folder: The folder of the data set.
        names: The scans by their paths inside it.

    Returns:
        Scans of one patient share a number, -1 where none is named, shape (names,).

    Raises:
        ScansError: If the file is there and cannot be read.
    """
    patients = read_names(folder)
    numbers = {patient: number for number, patient in enumerate(sorted(set(patients.values())))}
    return np.array([numbers.get(patients.get(name, ""), -1) for name in names], np.int64)


def read_names(folder: Path) -> dict[str, str]:
    """Return the patient of each scan that has one, by the scan's path in the folder.

    Raises:
        ScansError: If the file is there and cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        return _rows(path)
    except (OSError, ValueError, KeyError, AttributeError, csv.Error) as error:
        raise ScansError(
            f"{FILE} of the folder {folder.name!r} cannot be read: it must be UTF-8 text of at "
            f"most 16 MB with the columns `file` and `patient` ({type(error).__name__}).",
        ) from error


def _rows(path: Path) -> dict[str, str]:
    if path.stat().st_size > MAX_BYTES:
        raise ValueError("more than 16 MB")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        return {row["file"]: row["patient"].strip() for row in rows if row["patient"].strip()}


def write(folder: Path, patients: dict[str, str]) -> None:
    """Write which patient each scan shows.

    Args:
        folder: The folder of the data set.
        patients: By the scans' paths inside it.
    """
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "patient"])
        rows.writerows(patients.items())
