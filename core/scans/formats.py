"""Which format an upload has, and the reader for it; runs in a decoder only.

No message of an error that a library raised leaves here: it may quote a header.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from core.scans import messages, pictures
from core.scans.upload import Choice, Scan, UnreadableScan, Upload
from core.scans.wire import Message

_GZIP = b"\x1f\x8b"
_DICOM = (128, b"DICM")
# Without the 128 bytes: the group of the file meta information, or of the first elements.
_BARE_DICOM = (b"\x02\x00\x00\x00", b"\x08\x00", b"\x00\x08\x00")
_NIFTI = ((344, b"n+1\0"), (344, b"ni1\0"), (4, b"n+2\0"), (4, b"ni2\0"))


_T = TypeVar("_T")


class Reader(Protocol):
    """What the module of a format offers."""

    def inspect(self, data: bytes) -> Upload:
        """Tell what there is to choose from."""
        ...

    def decode(self, data: bytes, choice: Choice) -> Scan:
        """Read one scan."""
        ...


def answer(order: dict[str, Any], data: bytes) -> Message:
    """Answer one order: with what it asks for, or with one plain sentence on why not."""
    try:
        if order.get("ask") == "inspect":
            return messages.of_upload(inspect(data))
        if order.get("ask") == "look":
            return messages.of_look(inspect(data), decode(data, Choice()))
        return messages.of_scan(decode(data, Choice(**order["choice"])))
    except UnreadableScan as refusal:
        return messages.of_problem(str(refusal))


def inspect(data: bytes) -> Upload:
    """Tell what an upload is, as `uploads.inspect` does, but in this process."""
    return _guarded(lambda: _reader(data).inspect(data))


def decode(data: bytes, choice: Choice) -> Scan:
    """Read one scan of an upload, as `uploads.decode` does, but in this process."""
    return _guarded(lambda: _reader(data).decode(data, choice))


def _guarded(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except UnreadableScan:
        raise
    except MemoryError:
        raise UnreadableScan(
            "Reading the file takes more memory than it may: "
            "bring a smaller one, or a single scan of it as a PNG."
        ) from None
    except ImportError as error:
        raise UnreadableScan(
            f"What reads such files is not installed here ({error.name}): "
            "export the scan again as a PNG."
        ) from None
    # pydicom raises struct.error and TypeError on broken files, nibabel many more.
    except Exception:  # noqa: BLE001
        raise UnreadableScan(
            "The file is damaged or not complete: export it again, as a PNG if need be."
        ) from None


def _reader(data: bytes) -> Reader:
    # Imported where they are needed: a picture does not wait for what DICOM takes.
    if data.startswith(_GZIP) or any(_has(data, *magic) for magic in _NIFTI):
        from core.scans import nifti  # noqa: PLC0415

        return nifti
    if _has(data, *_DICOM) or data.startswith(_BARE_DICOM):
        from core.scans import dicom  # noqa: PLC0415

        return dicom
    return pictures


def _has(data: bytes, place: int, magic: bytes) -> bool:
    return data[place : place + len(magic)] == magic
