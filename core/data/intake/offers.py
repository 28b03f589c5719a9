"""The public sets that can be fetched, and what to say of them; nothing heavy is imported."""

from dataclasses import dataclass

from core.data.about import FIGSHARE, KAGGLE, About

KAGGLE_FOLDER = "kaggle_brain_tumor"
"""The Kaggle set's folder in the data directory."""

KAGGLE_CLASSES = ("glioma_tumor", "meningioma_tumor", "no_tumor", "pituitary_tumor")
"""The names of its classes."""

FIGSHARE_FOLDER = "figshare_brain_tumor"
"""The figshare set's folder in the data directory."""


@dataclass(frozen=True)
class Offer:
    """A public set.

    Attributes:
        folder: Its name in the data directory.
        about: What it says of itself.
        job: What fetches it, as "module:name".
        words: What is in it, for the person.
        megabytes: To download.
        seconds: The longest that fetching may take.
    """

    folder: str
    about: About
    job: str
    words: str
    megabytes: int
    seconds: float


OFFERS = (
    Offer(
        folder=KAGGLE_FOLDER,
        about=KAGGLE,
        job="core.data.intake.public:fetch_kaggle",
        words="3,264 pictures in four classes, with Training and Testing folders; the tutorial's "
        "set. No patients are named, and many test scans have twins in training.",
        megabytes=93,
        seconds=3600.0,
    ),
    Offer(
        folder=FIGSHARE_FOLDER,
        about=FIGSHARE,
        job="core.data.intake.public:fetch_figshare",
        words="3,064 slices of 233 patients in three classes of tumor, with masks and patient "
        "ids; no healthy class. The set for a split by patient.",
        megabytes=880,
        seconds=4 * 3600.0,
    ),
)
"""All of them."""
