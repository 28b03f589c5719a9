"""Which scans a run trains on."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.specs.fields import setting

SimulatedPreset = Literal["demo", "shortcut"]
FolderSplit = Literal["folders", "random", "twins", "patients"]

_SIZE_RULE = "be a whole number of pixels from 32 to 256"
_SIZE_REMEDY = "Take 96 for small_cnn, 150 for the tutorial's model."
_FRACTION_RULE = "lie between 0.05 and 0.5"
_FRACTION_REMEDY = "0.2 keeps a fifth for validation."
_SEED_RULE = "be a whole number from 0 to 2147483647"
_MAX_SEED = 2**31 - 1


class SimulatedScans(BaseModel):
    """Brain-MRI slices made on the spot, split by subject."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["simulated"] = "simulated"
    preset: SimulatedPreset = setting(
        "demo",
        "'demo' is an honest task. In 'shortcut' the healthy slices have another style, as in "
        "the public set, and accuracy rises for the wrong reason.",
        rule="be 'demo' or 'shortcut'",
        remedy="Take demo.",
    )
    subjects: int = setting(
        1000,
        "Simulated people; each gives two slices, and nobody is on both sides of the split.",
        rule="be a whole number from 40 to 5000",
        remedy="1000 trains in seconds an epoch.",
        ge=40,
        le=5000,
    )
    image_size: int = setting(
        96,
        "Height and width of a slice, in pixels.",
        rule=_SIZE_RULE,
        remedy=_SIZE_REMEDY,
        ge=32,
        le=256,
    )
    seed: int = setting(
        0,
        "Draws the subjects; the same seed gives the same slices.",
        rule=_SEED_RULE,
        remedy="Try 0.",
        ge=0,
        le=_MAX_SEED,
    )
    validation_fraction: float = setting(
        0.2,
        "Share of the subjects kept for validation.",
        rule=_FRACTION_RULE,
        remedy=_FRACTION_REMEDY,
        ge=0.05,
        le=0.5,
    )


class FolderScans(BaseModel):
    """Scans found in a folder of the data directory, one folder a class."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["folder"] = "folder"
    folder: str = setting(
        ...,
        "The folder's name in the data directory.",
        rule="be the name of a folder in the data directory",
        remedy="Put a folder with one sub-folder a class there, and reload the page.",
        min_length=1,
        max_length=128,
    )
    image_size: int = setting(
        96,
        "Height and width to which every scan is resized, in pixels.",
        rule=_SIZE_RULE,
        remedy=_SIZE_REMEDY,
        ge=32,
        le=256,
    )
    split: FolderSplit = setting(
        "random",
        "'folders' trains on Training/ and validates on Testing/. The others read both together "
        "and draw the validation scans: 'random' scan by scan, as the tutorial does; 'twins' "
        "keeps scans that are nearly the same picture on one side; 'patients' keeps all scans of "
        "a patient on one side, where patients.csv names them.",
        rule="be 'folders', 'random', 'twins' or 'patients'",
        remedy="Take twins for a score that can be believed; the page Data sets compares them.",
    )
    validation_fraction: float = setting(
        0.1,
        "Share of the scans that a drawn split keeps for validation.",
        rule=_FRACTION_RULE,
        remedy=_FRACTION_REMEDY,
        ge=0.05,
        le=0.5,
    )
    seed: int = setting(
        101,
        "Draws the split; 101 is the tutorial's.",
        rule=_SEED_RULE,
        remedy="Try 101.",
        ge=0,
        le=_MAX_SEED,
    )


ScansSpec = Annotated[SimulatedScans | FolderScans, Field(discriminator="kind")]
