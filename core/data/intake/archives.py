"""Zips that nobody vouches for, unpacked entry by entry within limits.

Nothing is written under a name from the zip: the caller gets each entry's content
and chooses where it goes.
"""

import stat
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import ZipFile, ZipInfo

from core.data.scan_set import ScansError

CHUNK_BYTES = 2**16

_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_ENCRYPTED = 0x1
_STORED_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Caps:
    """What a zip may hold; bytes are those that come out, whatever the zip says.

    Attributes:
        files: Entries, folders included.
        total_bytes: Of all that is unpacked.
        file_bytes: Of one file.
        ratio: Bytes that come out for each that went in; a deflated bomb has 1,000.
    """

    files: int = 20_000
    total_bytes: int = 2**30
    file_bytes: int = 64 * 2**20
    ratio: int = 60


# Below this a ratio says nothing: an empty picture may well be all zeros.
_RATIO_FROM_BYTES = 2**20


def entries_of(archive: ZipFile, caps: Caps) -> list[ZipInfo]:
    """Return the files of a zip, in its order, after looking at all of it.

    Raises:
        ScansError: If it holds too many entries, a path that leads out of it, a link,
            an entry twice, entries that overlap, or one that is encrypted.
    """
    entries = archive.infolist()
    if len(entries) > caps.files:
        raise ScansError(
            f"A zip may hold at most {caps.files:,} files and folders, this one has "
            f"{len(entries):,}: bring a part of it.",
        )
    for entry in entries:
        _require_plain(entry)
    names = Counter(entry.filename.rstrip("/") for entry in entries)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise ScansError(f"The zip holds {_shown(twice[0])} twice: zip the folder again.")
    _require_apart(archive, entries)
    return [entry for entry in entries if not entry.is_dir()]


def contents_of(
    archive: ZipFile, entries: list[ZipInfo], caps: Caps
) -> Iterator[tuple[ZipInfo, Iterator[bytes]]]:
    """Yield entries with their contents in chunks, counting what really comes out.

    Raises:
        ScansError: While reading, if more comes out than `caps` allow.
    """
    count = _Count(caps, Path(archive.filename or "").stat().st_size)
    for entry in entries:
        with archive.open(entry) as file:
            yield entry, _chunks(file, entry, count)


def parts_of(entry: ZipInfo) -> tuple[str, ...]:
    """Return the folders and the name of an entry."""
    return PurePosixPath(entry.filename).parts


@dataclass
class _Count:
    caps: Caps
    packed_bytes: int
    total_bytes: int = 0

    def add(self, chunk: int, file_bytes: int, entry: ZipInfo) -> None:
        self.total_bytes += chunk
        if file_bytes > self.caps.file_bytes:
            raise ScansError(
                f"{_shown(entry.filename)} in the zip is larger than "
                f"{self.caps.file_bytes // 2**20} MB unpacked: leave it out.",
            )
        if self.total_bytes > self.caps.total_bytes:
            raise ScansError(
                f"The zip holds more than {self.caps.total_bytes // 2**20:,} MB unpacked: "
                "bring a part of it.",
            )
        self._require_ratio(self.total_bytes, self.packed_bytes)
        self._require_ratio(file_bytes, entry.compress_size)

    def _require_ratio(self, unpacked: int, packed: int) -> None:
        if unpacked > max(_RATIO_FROM_BYTES, self.caps.ratio * packed):
            raise ScansError(
                f"The zip unpacks to more than {self.caps.ratio} times its size, as no pictures "
                "do: bring the pictures as they are.",
            )


def _chunks(file: IO[bytes], entry: ZipInfo, count: _Count) -> Iterator[bytes]:
    size = 0
    while chunk := file.read(CHUNK_BYTES):
        size += len(chunk)
        count.add(len(chunk), size, entry)
        yield chunk


def _require_plain(entry: ZipInfo) -> None:
    """Refuse what is neither a file nor a folder inside the zip."""
    name = entry.orig_filename
    parts = name.split("/")
    if ".." in parts or name.startswith("/") or "\\" in name or ":" in parts[0] or "\0" in name:
        raise ScansError(
            f"The zip holds a path that leads out of it, {_shown(name)}: zip the folder again.",
        )
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ScansError(
            f"The zip holds a link or a device, {_shown(name)}: put the files themselves into it.",
        )
    if entry.flag_bits & _ENCRYPTED:
        raise ScansError("The zip is protected by a password: bring it without one.")
    if entry.compress_type not in _STORED_OR_DEFLATED:
        raise ScansError(
            f"{_shown(name)} in the zip is packed in an unusual way: zip the folder again.",
        )


def _require_apart(archive: ZipFile, entries: list[ZipInfo]) -> None:
    """Refuse entries that share bytes, as bombs without nesting do (CVE-2024-0450)."""
    if archive.fp is None:
        raise ValueError("the archive is closed")
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [*(entry.header_offset for entry in ordered[1:]), archive.start_dir]
    for entry, end in zip(ordered, ends, strict=True):
        archive.fp.seek(entry.header_offset)
        header = archive.fp.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(_LOCAL_SIGNATURE):
            raise zipfile.BadZipFile("an entry has no header")
        *_, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(header)
        begin = entry.header_offset + _LOCAL_HEADER.size + name_bytes + extra_bytes
        if begin + entry.compress_size > end:
            raise ScansError(
                f"Entries of the zip overlap, such as {_shown(entry.filename)}: zip the folder "
                "again.",
            )


def _shown(name: str) -> str:
    """A name as it can stand in a sentence: short and printable."""
    return repr(name if len(name) <= 60 else f"{name[:57]}...")  # noqa: PLR2004
