"""Scans that people upload: PNG, JPEG, DICOM or NIfTI, each read in a process of its own.

A hostile or broken file can end its decoder, never the app. Headers of a file, such as
a patient's name, never leave the decoder; nothing is kept.
"""

import functools
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict

from core.scans import freed, messages
from core.scans.decoders import Decoder, Decoders
from core.scans.upload import AUTOMATIC, Choice, Scan, UnreadableScan, Upload

__all__ = [
    "AUTOMATIC",
    "MAX_BYTES",
    "Choice",
    "Scan",
    "UnreadableScan",
    "Upload",
    "decode",
    "decode_all",
    "first_look",
    "forget",
    "inspect",
    "prepare",
]

MAX_BYTES = 20 * 2**20
"""The largest upload that is read, as the server's `maxUploadSize` has it."""


def prepare() -> None:
    """Start the next decoder ahead of its upload, and return at once; for a page that opens."""
    _decoders().prepare()


def forget() -> None:
    """Give back the memory of uploads that were let go; for a page that is left."""
    freed.give_back()


def inspect(data: bytes) -> Upload:
    """Tell what an upload is and what there is to choose from; takes up to 10 s.

    Args:
        data: A PNG, JPEG, BMP, GIF, TIFF, DICOM, NIfTI or gzipped NIfTI file, up to
            `MAX_BYTES`. Content decides, not a name.

    Raises:
        UnreadableScan: If it is none of these, damaged, too large or refused.
    """
    with _decoders().one() as decoder:
        return messages.upload_of(decoder.ask({"ask": "inspect"}, _within_limit(data)))


def decode(data: bytes, choice: Choice | None = None) -> Scan:
    """Read one scan of an upload; takes up to 10 s.

    Args:
        data: As for `inspect`.
        choice: Which of its scans; None for its first, or middle, one.

    Raises:
        UnreadableScan: As `inspect`, or if there is no such scan in it.
    """
    with _decoders().one() as decoder:
        return _scan(decoder, data, choice or Choice())


def first_look(data: bytes) -> tuple[Upload, Scan]:
    """Inspect an upload and read its first, or middle, scan, at half the cost of both.

    Raises:
        UnreadableScan: As `inspect` and `decode`.
    """
    with _decoders().one() as decoder:
        return messages.look_of(decoder.ask({"ask": "look"}, _within_limit(data)))


def decode_all(files: Iterable[bytes]) -> Iterator[Scan | UnreadableScan]:
    """Read the first, or middle, scan of each of one person's files, one after another.

    They share a process until one of them breaks it, which costs only that one, or until
    somebody else waits for it: then that one's turn comes before the next file's.

    Yields:
        For each file its scan, or why there is none.
    """
    with ExitStack() as stack:
        decoder: Decoder | None = None
        for data in files:
            if decoder is None or decoder.broken or _decoders().awaited:
                stack.close()
                decoder = stack.enter_context(_decoders().one())
            try:
                yield _scan(decoder, data, Choice())
            except UnreadableScan as refusal:
                yield refusal


@functools.cache
def _decoders() -> Decoders:
    """Return those of this process; they end with it."""
    return Decoders()


def _scan(decoder: Decoder, data: bytes, choice: Choice) -> Scan:
    order = {"ask": "decode", "choice": asdict(choice)}
    return messages.scan_of(decoder.ask(order, _within_limit(data)))


def _within_limit(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise UnreadableScan(
            f"At most {MAX_BYTES // 2**20} MB are read, and the file has "
            f"{len(data) / 2**20:.0f}: bring a single scan of it, or pack it with gzip."
        )
    return data
