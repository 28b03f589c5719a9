"""How the app and its decoders talk: a header as JSON, then bytes; never a pickle."""

import json
import struct
from typing import IO, Any, cast

Message = tuple[dict[str, Any], bytes]
"""A header and a body."""

_LENGTHS = struct.Struct(">II")
_LONGEST_HEADER = 64 * 1024


class BrokenWire(ValueError):
    """What came is no message, or only a part of one."""


def send(stream: IO[bytes], header: dict[str, Any], body: bytes = b"") -> None:
    """Write one message."""
    text = json.dumps(header).encode()
    stream.write(_LENGTHS.pack(len(text), len(body)))
    stream.write(text)
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes], *, longest_body: int) -> Message:
    """Read one message; the other side is not trusted.

    Args:
        stream: A pipe, open for reading.
        longest_body: The most bytes that a body may have.

    Raises:
        BrokenWire: If the pipe closes before its end, or it is not as `send` writes it.
    """
    header_length, body_length = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    if header_length > _LONGEST_HEADER or body_length > longest_body:
        raise BrokenWire(f"a message of {header_length} and {body_length} bytes")
    text, body = _exactly(stream, header_length), _exactly(stream, body_length)
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenWire("a header that is no JSON") from error
    if not isinstance(header, dict):
        raise BrokenWire("a header that is no object")
    return cast("dict[str, Any]", header), body


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise BrokenWire(f"{len(data)} of {length} bytes")
    return data
