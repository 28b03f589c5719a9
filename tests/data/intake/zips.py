"""Zips that tests write, whole and hostile."""

import io
import stat
import struct
import zipfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipInfo

import numpy as np
from PIL import Image

from tests.data.sets import picture


def png(seed):
    file = io.BytesIO()
    Image.fromarray(picture(seed, size=48)).save(file, "PNG")
    return file.getvalue()


def write_zip(path, entries):
    """Write entries of (name or ZipInfo, content)."""
    with zipfile.ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def whole(folder="brains/"):
    """Entries of a set in order."""
    return [
        (f"{folder}{side}/{name}/image{number}.png", png(number + 10 * (name == "tumor")))
        for side in ("Training", "Testing")
        for name in ("healthy", "tumor")
        for number in range(3)
    ]


def link(name, target):
    entry = ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry, target


def overlapping(path):
    """Two entries of the directory that point to the same bytes, as bombs without nesting do."""
    write_zip(path, [*whole(), ("brains/Training/tumor/x.png", png(99))])
    content = bytearray(path.read_bytes())
    records = [i for i in range(len(content)) if content[i : i + 4] == b"PK\x01\x02"]
    first, second = records[0], records[1]
    # The second entry takes the place, sizes and sum of the first; the names stay.
    content[second + 16 : second + 28] = content[first + 16 : first + 28]
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    path.write_bytes(content)
    return path


def quoting(path):
    """A file whose bytes hold the header of the next one too: David Fifield's trick."""
    write_zip(path, whole())
    content = bytearray(path.read_bytes())
    record = content.index(b"PK\x01\x02")
    size = struct.unpack_from("<I", content, record + 20)[0]
    struct.pack_into("<I", content, record + 20, size + 200)
    path.write_bytes(content)
    return path


def bomb(path, *, megabytes=200):
    """A zip of a few hundred kB that holds a picture's name and very many zeros."""
    return write_zip(path, [*whole(), ("brains/Training/tumor/x.bmp", bytes(megabytes * 2**20))])


def lying(path):
    """A bomb whose directory says that the file is small."""
    bomb(path, megabytes=64)
    content = bytearray(path.read_bytes())
    size = struct.pack("<I", 64 * 2**20)
    content = content.replace(size, struct.pack("<I", 1000))
    path.write_bytes(content)
    return path


def crowded(path, *, count=100_000):
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(count):
            archive.writestr(f"a/{number}.png", b"")
    return path


def truncated(path):
    content = write_zip(path, whole()).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def flipped(path, *, seed=0):
    draw = np.random.default_rng(seed)
    content = bytearray(write_zip(path, whole()).read_bytes())
    for place in draw.integers(0, len(content), 40):
        content[place] ^= 1 << int(draw.integers(8))
    path.write_bytes(content)
    return path


def files_in(folder: Path):
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
