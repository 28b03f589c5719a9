"""Which scans a run trains on."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SimulatedPreset = Literal["demo", "shortcut"]


class SimulatedScans(BaseModel):
    """Brain-MRI slices made on the spot, split by subject.

    Attributes:
        preset: "demo" for an honest task; "shortcut" for healthy slices in
            another style, so that accuracy rises for the wrong reason.
        subjects: Simulated people, 40 to 5,000; each gives two slices.
        image_size: Height and width of a slice, in pixels, 32 to 256.
        seed: Draws the subjects; the same seed gives the same bytes.
        validation_fraction: Share of the subjects kept for validation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["simulated"] = "simulated"
    preset: SimulatedPreset = "demo"
    subjects: int = Field(1000, ge=40, le=5000)
    image_size: int = Field(96, ge=32, le=256)
    seed: int = Field(0, ge=0, le=2**31 - 1)
    validation_fraction: float = Field(0.2, ge=0.05, le=0.5)


class FolderScans(BaseModel):
    """Scans found in a folder of the data directory, one folder a class.

    Attributes:
        folder: The folder's name inside the data directory.
        image_size: Height and width to which every scan is resized, in pixels.
        split: "folders" trains on `Training/` and validates on `Testing/`;
            "random" reads both together and draws the validation scans.
        validation_fraction: Share of the scans drawn by a random split.
        seed: Draws the random split.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["folder"] = "folder"
    folder: str = Field(min_length=1, max_length=128)
    image_size: int = Field(96, ge=32, le=256)
    split: Literal["folders", "random"] = "random"
    validation_fraction: float = Field(0.1, ge=0.05, le=0.5)
    seed: int = Field(101, ge=0, le=2**31 - 1)


ScansSpec = Annotated[SimulatedScans | FolderScans, Field(discriminator="kind")]
