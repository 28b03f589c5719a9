"""The framing of event files: records with their lengths and checksums.

    uint64 length | uint32 masked CRC-32C of length | length bytes | uint32 masked CRC-32C of those

TensorBoard's own reader is not used: with TensorFlow installed it imports it.
Source: `tensorflow/core/lib/io/record_writer.h`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")
_HEADER_BYTES = _LENGTH.size + _CHECKSUM.size
_CASTAGNOLI = 0x82F63B78  # the polynomial, its bits in reverse order
_MASK = 0xA282EAD8


class DamagedRecord(ValueError):
    """A record whose checksum does not fit.

    Attributes:
        position: Where it begins, in bytes.
    """

    def __init__(self, position: int) -> None:
        super().__init__(f"The checksum of the record at byte {position:,} does not fit.")
        self.position = position


@dataclass(frozen=True)
class Record:
    """One record.

    Attributes:
        position: Where it begins, in bytes.
        content: What it holds.
        checksum: Of the content, as stored.
    """

    position: int
    content: memoryview
    checksum: int

    def check(self) -> None:
        """Compare the content with its checksum, which takes 0.1 ms a kilobyte.

        Raises:
            DamagedRecord: If they do not fit.
        """
        if masked_crc32c(self.content) != self.checksum:
            raise DamagedRecord(self.position)


def is_record_file(data: bytes) -> bool:
    """Whether the first bytes are the header of a record."""
    return len(data) >= _HEADER_BYTES and _header_fits(memoryview(data), 0)


def read_records(data: bytes) -> Iterator[Record]:
    """Yield the whole records of a file; a last one that is cut off is not among them.

    Raises:
        DamagedRecord: If the checksum of a header does not fit; those of contents are checked by
            `Record.check`.
    """
    view = memoryview(data)
    position = 0
    while len(view) - position >= _HEADER_BYTES:
        if not _header_fits(view, position):
            raise DamagedRecord(position)
        start = position + _HEADER_BYTES
        end = start + int(_LENGTH.unpack_from(view, position)[0])
        if end + _CHECKSUM.size > len(view):
            return
        yield Record(position, view[start:end], int(_CHECKSUM.unpack_from(view, end)[0]))
        position = end + _CHECKSUM.size


def whole_bytes(data: bytes) -> int:
    """The number of bytes that whole records take; less than all where the last is cut off."""
    position = end = 0
    while end <= len(data):
        position = end
        if len(data) - position < _HEADER_BYTES:
            break
        end += _HEADER_BYTES + int(_LENGTH.unpack_from(data, position)[0]) + _CHECKSUM.size
    return position


def masked_crc32c(data: bytes | memoryview) -> int:
    """The checksum of the framing: CRC-32C, rotated and shifted."""
    crc = 0xFFFFFFFF
    table = _TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF


def _header_fits(view: memoryview, position: int) -> bool:
    stored = _CHECKSUM.unpack_from(view, position + _LENGTH.size)[0]
    return masked_crc32c(view[position : position + _LENGTH.size]) == stored


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_CASTAGNOLI if byte & 1 else 0)
    return byte


_TABLE = tuple(map(_entry, range(256)))
