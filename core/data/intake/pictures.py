"""A zip of pictures, made a data set: one folder a class, perhaps in Training and Testing."""

import itertools
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from zipfile import ZipInfo

from core.data import patients
from core.data.about import About
from core.data.intake import archives, places
from core.data.intake.archives import Caps
from core.data.listing import HIDDEN_PREFIXES, SPLIT_FOLDERS, natural
from core.data.scan_set import ScansError
from core.scans.images import SUFFIXES


def bring(
    archive: str,
    data_dir: str,
    name: str,
    about: dict[str, object],
    on_progress: Callable[[str, float], None],
) -> str:
    """Unpack a zip into the data directory; in a process of its own, with limits.

    Pictures get numbers for names, and classes the names of their folders made plain. Where
    the zip has a `patients.csv`, so has the set, with the pictures' new names.

    Args:
        archive: The path of the zip.
        data_dir: The directory of data sets.
        name: The set's folder there.
        about: The fields of `About`.
        on_progress: Receives what is being done and the share done, 0 to 1.

    Returns:
        The set's name.

    Raises:
        ScansError: If it is no zip, breaks a rule of `archives`, holds no pictures in folders
            named by class, or a `patients.csv` that cannot be read.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            _unpack(opened, Path(data_dir), name, About.model_validate(about), on_progress)
    except ScansError:
        raise
    except MemoryError:
        raise
    except Exception as error:  # zipfile raises zlib.error, NotImplementedError and many more
        raise ScansError(
            "This is no zip that can be read, or it is damaged: zip the folder again.",
        ) from error
    return name


def _unpack(
    archive: zipfile.ZipFile,
    data_dir: Path,
    name: str,
    about: About,
    on_progress: Callable[[str, float], None],
) -> None:
    caps = Caps()
    entries = archives.entries_of(archive, caps)
    chosen = _pictures(entries)
    if len({_place(entry)[1] for entry in chosen}) < 2:  # noqa: PLR2004
        raise ScansError(
            "The zip holds no two folders of pictures: put the scans of each class into a folder "
            "named like the class, as in brains/healthy/1.png and brains/tumor/1.png.",
        )
    folders = _folders(chosen)
    with places.arriving(data_dir, name, about) as folder:
        numbers: Counter[Path] = Counter()
        people = _patients_in(archive, entries, folder)
        named: dict[str, str] = {}
        contents = archives.contents_of(archive, chosen, caps)
        for done, (entry, chunks) in enumerate(contents, start=1):
            inside = folders[_place(entry)]
            numbers[inside] += 1
            suffix = Path(entry.filename).suffix.lower()
            picture = inside / f"scan{numbers[inside]:05}{suffix}"
            _write(folder / picture, chunks)
            if who := people.get(PurePosixPath(entry.filename)):
                named[picture.as_posix()] = who
            on_progress("Unpacking", done / len(chosen))
        if people:
            patients.write(folder, named)


def _write(path: Path, chunks: Iterator[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.writelines(chunks)


def _patients_in(
    archive: zipfile.ZipFile, entries: list[ZipInfo], folder: Path
) -> dict[PurePosixPath, str]:
    """Read the outermost `patients.csv` of a zip, which names files by their paths beside it.

    Args:
        archive: The zip.
        entries: Its files.
        folder: The folder of the data set, which takes the list as it is.

    Returns:
        The patient of each file that has one, by the file's path in the zip.
    """
    found = [entry for entry in entries if PurePosixPath(entry.filename).name == patients.FILE]
    listed = [entry for entry in found if not _is_hidden(entry)]
    listed.sort(key=lambda entry: len(archives.parts_of(entry)))
    caps = Caps(file_bytes=patients.MAX_BYTES)
    for entry, chunks in archives.contents_of(archive, listed[:1], caps):
        _write(folder / patients.FILE, chunks)
        beside = PurePosixPath(entry.filename).parent
        return {beside / name: who for name, who in patients.read_names(folder).items()}
    return {}


def _pictures(entries: list[ZipInfo]) -> list[ZipInfo]:
    """Return the entries that are scans, by their names, in natural order."""
    found = [entry for entry in entries if _is_picture(entry)]
    split = [entry for entry in found if _place(entry)[0] is not None]
    # As in a folder: where there are Training and Testing, others beside them are not read.
    return sorted(split or found, key=lambda entry: natural(entry.filename))


def _is_picture(entry: ZipInfo) -> bool:
    parts = archives.parts_of(entry)
    suffix = PurePosixPath(entry.filename).suffix.lower()
    return len(parts) > 1 and not _is_hidden(entry) and suffix in SUFFIXES


def _is_hidden(entry: ZipInfo) -> bool:
    return any(part.startswith(HIDDEN_PREFIXES) for part in archives.parts_of(entry))


def _place(entry: ZipInfo) -> tuple[bool | None, str]:
    """Whether a scan is for testing, None where nothing says so, and its class."""
    *above, label, _file = archives.parts_of(entry)
    testing = None
    with suppress(KeyError, IndexError):
        testing = SPLIT_FOLDERS[above[-1].lower()]
    return testing, label


def _folders(entries: list[ZipInfo]) -> dict[tuple[bool | None, str], Path]:
    """Choose the folder of each place; classes whose plain names are equal are numbered."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for label in dict.fromkeys(_place(entry)[1] for entry in entries):
        plain = places.plain_name(label)
        numbered = (f"{plain}-{number}" for number in itertools.count(2))
        free = (name for name in itertools.chain([plain], numbered) if name.casefold() not in taken)
        names[label] = next(free)
        taken.add(names[label].casefold())
    above = {None: Path(), False: Path("Training"), True: Path("Testing")}
    return {place: above[place[0]] / names[place[1]] for place in map(_place, entries)}
