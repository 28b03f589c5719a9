"""The data sets that a visitor can choose, and their audits."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.data import about, folders, owned
from core.data.about import About
from core.data.audit import kept, report
from core.data.audit.report import Audit
from core.data.folders import FolderSummary
from core.data.intake import places
from core.data.intake.offers import KAGGLE_CLASSES
from core.data.scan_set import ScansError
from core.engine.tasks import Busy, TaskState
from core.specs.data import FolderScans, ScansSpec, SimulatedPreset, SimulatedScans
from pages.parts import services, visitor

_KEPT_HOSTED_S = 24 * 3600.0
_MAKE = "core.data.audit.kept:make"
_SIMULATED: dict[SimulatedPreset, str] = {
    "demo": "Simulated scans: an honest task",
    "shortcut": "Simulated scans: with a shortcut",
}


@dataclass(frozen=True)
class Choice:
    """A data set that can be chosen.

    Attributes:
        key: Names it in a link.
        title: Plain text.
        spec: The scans, as the form's defaults have them.
        about: Where they come from, as they say themselves.
        looks_like: A public set whose folders have the same names.
    """

    key: str
    title: str
    spec: ScansSpec
    about: About
    looks_like: About | None = None


def visible_folders() -> list[FolderSummary]:
    """List the folders of scans that this visitor may see: everybody's and their own."""
    if services.settings().plateau_hosted:
        _remove_expired_now_and_then()
    found = folders.list_folders(services.settings().data_dir)
    return [folder for folder in found if folder.about.owner in ("", visitor.owner())]


def refusal(spec: ScansSpec) -> str:
    """Return why the visitor cannot train on scans, or ""."""
    try:
        owned.require_own(spec, visitor.owner(), data_dir=services.settings().data_dir)
    except ScansError as error:
        return str(error)
    return ""


def remove_expired() -> None:
    """Remove what visitors of a hosted installation brought more than a day ago."""
    settings = services.settings()
    places.remove_expired(
        settings.data_dir, cache_dir=settings.cache_dir, older_than_s=_KEPT_HOSTED_S
    )


# Not for every page that is drawn: each set has a file to look into.
@st.cache_resource(ttl=60.0, show_spinner=False)
def _remove_expired_now_and_then() -> None:
    remove_expired()


def choices() -> dict[str, Choice]:
    """Return what can be chosen, folders first, by key."""
    found = [_of_folder(folder) for folder in visible_folders()]
    found += [
        Choice(f"simulated/{preset}", title, SimulatedScans(preset=preset), about.SIMULATED)
        for preset, title in _SIMULATED.items()
    ]
    return {choice.key: choice for choice in found}


def directory(spec: ScansSpec) -> Path:
    """Return where the audit of a set is kept.

    Raises:
        ScansError: If there is no such folder.
    """
    settings = services.settings()
    return kept.directory_of(spec, data_dir=settings.data_dir, cache_dir=settings.cache_dir)


def audit(place: Path) -> Audit | None:
    """Return the audit that is kept in a place, if there is one."""
    return _read(str(place)) if (place / "audit.json").is_file() else None


def start_audit(spec: ScansSpec, place: Path) -> TaskState:
    """Audit a set in the background unless that is under way, and return where it stands."""
    settings, tasks = services.settings(), services.tasks()
    earlier = tasks.state(str(place))
    if earlier and earlier.done and not earlier.problem and audit(place) is None:
        tasks.forget(str(place))  # the cache was cleared since
    arguments = spec.model_dump(mode="json"), str(settings.data_dir), str(settings.cache_dir)
    try:
        tasks.start(str(place), _MAKE, *arguments)
    except Busy as error:
        return TaskState(done=True, problem=str(error))
    return tasks.state(str(place)) or TaskState()


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(place: str) -> Audit | None:
    return report.read(Path(place))


def _of_folder(folder: FolderSummary) -> Choice:
    title = folder.about.title or f"Folder {folder.name}"
    spec = FolderScans(folder=folder.name)
    like = about.KAGGLE if folder.classes == KAGGLE_CLASSES else None
    return Choice(f"folder/{folder.name}", title, spec, folder.about, like)
