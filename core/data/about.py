"""What a data set is called, where it comes from, and what may be done with it."""

import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FILE = "about.json"
"""Lies in the folder of a data set, if somebody put it there."""

_MAX_BYTES = 2**16


class About(BaseModel):
    """A data set's own words.

    Attributes:
        title: What people call it.
        source: Who made it and where it is, one line; it may hold an address.
        licence: Under which terms, one line.
        owner: SHA-256 of the token of the visitor who brought it; empty for everybody.
        created_s: When it was brought, Unix seconds; 0 if nobody brought it.
    """

    model_config = ConfigDict(frozen=True)

    title: str = Field(default="", max_length=200)
    source: str = Field(default="", max_length=600)
    licence: str = Field(default="", max_length=200)
    owner: str = Field(default="", max_length=64)
    created_s: float = 0.0


def read(folder: Path) -> About:
    """Return what a folder says of itself; nothing where it says nothing readable."""
    path = folder / FILE
    try:
        if path.stat().st_size > _MAX_BYTES:
            return About()
        return About.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return About()


def write(folder: Path, about: About) -> None:
    """Write what a folder says of itself, with the time."""
    stamped = about.model_copy(update={"created_s": time.time()})
    (folder / FILE).write_text(stamped.model_dump_json(indent=2), encoding="utf-8")


SIMULATED = About(
    title="Simulated scans",
    source="Made on this machine from the MNI152 template (ICBM 2009a symmetric, McConnell Brain "
    "Imaging Centre, McGill University), which nilearn ships.",
    licence="Free to use, copy and change, with the template's copyright notice kept.",
)

KAGGLE = About(
    title="Brain Tumor Classification (MRI)",
    source="Bhuvaji, Kadam, Bhumkar, Dedge and Kanchan, Kaggle 2020, "
    "https://www.kaggle.com/datasets/sartajbhuvaji/brain-tumor-classification-mri",
    licence="As its page on Kaggle states: read it there before you pass the scans on.",
)

FIGSHARE = About(
    title="Brain tumor dataset (Cheng)",
    source="Jun Cheng, figshare 2017, https://doi.org/10.6084/m9.figshare.1512427: 3,064 T1 slices "
    "after contrast agent of 233 patients, Nanfang Hospital and Tianjin Medical University.",
    licence="CC BY 4.0",
)
