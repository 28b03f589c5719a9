"""The ways to split a data set, side by side: how much of each is leaked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast, get_args

import numpy as np
from numpy.typing import NDArray

from core.data import splits, twins
from core.data.audit.report import Audit
from core.specs.data import FolderScans, FolderSplit

SPLITS = cast("tuple[FolderSplit, ...]", get_args(FolderSplit))
"""All ways to split a folder."""


@dataclass(frozen=True)
class SplitRow:
    """One way to split.

    Attributes:
        split: Its name in the settings.
        training: Scans to train on; 0 where it cannot be done.
        validation: Scans to validate on.
        leaked: Validation scans with a twin among the training scans.
        obstacle: Why it cannot be done, or empty.
    """

    split: FolderSplit
    training: int = 0
    validation: int = 0
    leaked: int = 0
    obstacle: str = ""


def compare(audit: Audit, patients: NDArray[np.int64]) -> list[SplitRow]:
    """Split the readable scans of a folder in each way, as the form's defaults do.

    Args:
        audit: Of the folder.
        patients: A number for each patient, -1 where unknown, shape (files,).
    """
    return [_row(split, audit, patients) for split in SPLITS]


def _row(split: FolderSplit, audit: Audit, patients: NDArray[np.int64]) -> SplitRow:
    usable = audit.readable
    labels = audit.labels[usable]
    if split == "folders" and not audit.testing[usable].any():
        return SplitRow(split, obstacle="has no Testing folder")
    if split == "patients" and (patients[usable] < 0).all():
        return SplitRow(split, obstacle="names no patients in patients.csv")
    # As training reads them: drawn by class and seed from the same scans in the same order.
    chosen = splits.assign(
        split,
        labels,
        testing=audit.testing[usable],
        clusters=lambda: audit.twins.clusters[usable],
        patients=patients[usable],
        fraction=FolderScans.model_fields["validation_fraction"].default,
        seed=FolderScans.model_fields["seed"].default,
    )
    if not _both_sides(labels, chosen, audit.classes):
        return SplitRow(split, obstacle="leaves a class on one side only")
    validation = np.zeros(len(usable), np.bool_)
    validation[np.flatnonzero(usable)[chosen]] = True
    leaked = validation & twins.meets(audit.twins, usable & ~validation)
    return SplitRow(
        split,
        training=int((~chosen).sum()),
        validation=int(chosen.sum()),
        leaked=int(leaked.sum()),
    )


def _both_sides(
    labels: NDArray[np.int64], chosen: NDArray[np.bool_], classes: Sequence[str]
) -> bool:
    sides = [chosen[labels == label] for label in range(len(classes))]
    return all(side.any() and not side.all() for side in sides)
