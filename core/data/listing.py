"""Which files of a folder are scans, and of which class, by their names alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.scans.images import SUFFIXES

Layout = Literal["split", "classes"]

SPLIT_FOLDERS = {"training": False, "train": False, "testing": True, "test": True}
"""Names, in lower case, of the folders above the classes; True for testing."""

HIDDEN_PREFIXES = (".", "__MACOSX")
"""How the names of what systems and archivers leave in a folder begin."""


@dataclass(frozen=True)
class ScanFile:
    """A file that is a scan, by its suffix.

    Attributes:
        path: Where it is.
        name: Its path inside the folder, with "/" and printable.
        label: Its class, the printable name of the folder it lies in.
        testing: Whether it lies in `Testing/`.
    """

    path: Path
    name: str
    label: str
    testing: bool


@dataclass(frozen=True)
class Listing:
    """The scans of a folder.

    Attributes:
        layout: "split" where the classes lie in `Training/` and `Testing/`,
            "classes" where they lie in the folder itself.
        classes: Names of the classes, sorted; some may have no file.
        files: In the natural order of their names.
    """

    layout: Layout
    classes: tuple[str, ...]
    files: tuple[ScanFile, ...]


def list_scans(folder: Path) -> Listing:
    """List `<class>/*`, or `Training/<class>/*` and `Testing/<class>/*`.

    Training and Testing may be written in any case, or Train and Test; where
    they are, other folders beside them are not read. Links are followed.

    Raises:
        OSError: If `folder` or a folder inside cannot be listed.
    """
    above = [path for path in _folders(folder) if path.name.lower() in SPLIT_FOLDERS]
    below = [path for parent in above for path in _folders(parent)]
    class_folders = below or _folders(folder)
    return Listing(
        layout="split" if below else "classes",
        classes=tuple(sorted({_printable(path.name) for path in class_folders})),
        files=tuple(file for path in class_folders for file in _files(path, folder)),
    )


def list_visible(folder: Path) -> list[Path]:
    """List what is not hidden in a folder, "image2" before "image10".

    Raises:
        OSError: If it cannot be listed.
    """
    paths = [path for path in folder.iterdir() if not path.name.startswith(HIDDEN_PREFIXES)]
    return sorted(paths, key=lambda path: natural(path.name))


def _folders(parent: Path) -> list[Path]:
    return [path for path in list_visible(parent) if path.is_dir()]


def _files(class_folder: Path, folder: Path) -> Iterator[ScanFile]:
    for path in list_visible(class_folder):
        if path.suffix.lower() in SUFFIXES and path.is_file():
            inside = path.relative_to(folder)
            *above, label, _file = inside.parts
            yield ScanFile(
                path=path,
                name=_printable(inside.as_posix()),
                label=_printable(label),
                testing=any(SPLIT_FOLDERS[name.lower()] for name in above),
            )


def natural(name: str) -> tuple[list[str | int], str]:
    """Compare numbers by value and letters without case, then the name as it is."""
    parts = re.split(r"(\d+)", name.casefold())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], name


def _printable(name: str) -> str:
    """Escape the bytes of a name that are no UTF-8, which no page or table takes."""
    return name.encode(errors="backslashreplace").decode()
