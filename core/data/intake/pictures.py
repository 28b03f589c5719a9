"""A zip of pictures, made a data set: one folder a class, perhaps in Training and Testing."""

import itertools
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zipfile import ZipInfo

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

    Pictures get numbers for names, and classes the names of their folders made plain.

    Args:
        archive: The path of the zip.
        data_dir: The directory of data sets.
        name: The set's folder there.
        about: The fields of `About`.
        on_progress: Receives what is being done and the share done, 0 to 1.

    Returns:
        The set's name.

    Raises:
        ScansError: If it is no zip, breaks a rule of `archives`, or holds no pictures in
            folders named by class.
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
    chosen = _pictures(archives.entries_of(archive, caps))
    if len({_place(entry)[1] for entry in chosen}) < 2:  # noqa: PLR2004
        raise ScansError(
            "The zip holds no two folders of pictures: put the scans of each class into a folder "
            "named like the class, as in brains/healthy/1.png and brains/tumor/1.png.",
        )
    folders = _folders(chosen)
    with places.arriving(data_dir, name, about) as folder:
        numbers: Counter[Path] = Counter()
        contents = archives.contents_of(archive, chosen, caps)
        for done, (entry, chunks) in enumerate(contents, start=1):
            inside = folder / folders[_place(entry)]
            inside.mkdir(parents=True, exist_ok=True)
            numbers[inside] += 1
            suffix = Path(entry.filename).suffix.lower()
            with (inside / f"scan{numbers[inside]:05}{suffix}").open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
            on_progress("Unpacking", done / len(chosen))


def _pictures(entries: list[ZipInfo]) -> list[ZipInfo]:
    """Return the entries that are scans, by their names, in natural order."""
    found = [entry for entry in entries if _is_picture(entry)]
    split = [entry for entry in found if _place(entry)[0] is not None]
    # As in a folder: where there are Training and Testing, others beside them are not read.
    return sorted(split or found, key=lambda entry: natural(entry.filename))


def _is_picture(entry: ZipInfo) -> bool:
    parts = archives.parts_of(entry)
    hidden = any(part.startswith(HIDDEN_PREFIXES) for part in parts)
    return len(parts) > 1 and not hidden and Path(parts[-1]).suffix.lower() in SUFFIXES


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
