"""What a decoder answers, as messages of the wire and back."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from core.scans.upload import Scan, UnreadableScan, Upload
from core.scans.wire import Message

NONSENSE = "The file broke the program that reads it: export it again, as a PNG if need be."
"""Said where a decoder died or answered what it never should."""


def of_upload(upload: Upload) -> Message:
    """Return the answer that describes an upload."""
    return {**vars(upload), "slices": dict(upload.slices), "answer": "upload"}, b""


def of_scan(scan: Scan) -> Message:
    """Return the answer that is a scan."""
    return {
        "answer": "scan",
        "shape": scan.pixels.shape,
        "notes": scan.notes,
    }, scan.pixels.tobytes()


def of_look(upload: Upload, scan: Scan) -> Message:
    """Return the answer that describes an upload and is its first scan."""
    described, _ = of_upload(upload)
    header, pixels = of_scan(scan)
    return {**header, "upload": described}, pixels


def of_problem(sentence: str) -> Message:
    """Return the answer that there is no scan, and why."""
    return {"answer": "problem", "problem": sentence}, b""


def upload_of(message: Message) -> Upload:
    """Return the upload that an answer describes.

    Raises:
        UnreadableScan: If it says why there is none, or is not as `of_upload` makes it.
    """
    header, _ = _checked(message, "upload")
    try:
        return Upload(
            kind=header["kind"],
            frames=int(header["frames"]),
            windows=_texts(header["windows"]),
            planes=_texts(header["planes"]),
            slices=_counts(header["slices"]),
            volumes=int(header["volumes"]),
            notes=_texts(header["notes"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableScan(NONSENSE) from error


def look_of(message: Message) -> tuple[Upload, Scan]:
    """Return the upload that an answer describes, and its first scan.

    Raises:
        UnreadableScan: If it says why there is none, or is not as `of_look` makes it.
    """
    scan = scan_of(message)
    described = message[0].get("upload")
    if not isinstance(described, dict):
        raise UnreadableScan(NONSENSE)
    return upload_of((cast("dict[str, Any]", described), b"")), scan


def scan_of(message: Message) -> Scan:
    """Return the scan that an answer holds.

    Raises:
        UnreadableScan: If it says why there is none, or is not as `of_scan` makes it.
    """
    header, body = _checked(message, "scan")
    try:
        height, width = (int(side) for side in header["shape"])
        # A bytearray's array can be written to.
        pixels = np.frombuffer(bytearray(body), np.uint8).reshape(abs(height), abs(width))
        return Scan(pixels, _texts(header["notes"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableScan(NONSENSE) from error


def _checked(message: Message, answer: str) -> Message:
    header, body = message
    if header.get("answer") == "problem":
        raise UnreadableScan(str(header.get("problem", NONSENSE)))
    if header.get("answer") != answer:
        raise UnreadableScan(NONSENSE)
    return header, body


def _texts(values: list[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


def _counts(values: Mapping[str, Any]) -> Mapping[str, int]:
    return MappingProxyType({str(name): int(count) for name, count in values.items()})
