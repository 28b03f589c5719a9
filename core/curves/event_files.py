"""The scalars in one of TensorBoard's event files."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from core.curves.recorded import UnreadableCurves, shown
from core.curves.tfrecords import DamagedRecord, read_records

Series = dict[int, float]
"""Values by step."""

# Scalars take a hundred bytes each. Larger records hold graphs and images.
_MAX_RECORD_BYTES = 1024 * 1024
_MAX_SERIES = 2_000
_MAX_STEP = 2**53

# Source: `DataType` in tensorflow/core/framework/types.proto.
_NUMBER_TYPES: Mapping[int, tuple[str, str]] = {
    1: ("<f4", "float_val"),
    2: ("<f8", "double_val"),
    3: ("<i4", "int_val"),
    9: ("<i8", "int64_val"),
}


def read_scalars(path: str, content: bytes) -> dict[str, Series]:
    """Read the values of each tag by step; those of steps that no epoch can have are dropped.

    Raises:
        UnreadableCurves: If the file is damaged or has too many tags.
    """
    by_tag: dict[str, Series] = {}
    for step, tag, value in _values(path, content):
        if tag not in by_tag and len(by_tag) == _MAX_SERIES:
            raise UnreadableCurves(
                f"At most {_MAX_SERIES:,} series are read, and {_named(path)} holds more: bring "
                "what Keras's TensorBoard callback wrote."
            )
        if 0 <= step < _MAX_STEP:
            by_tag.setdefault(tag, {})[step] = value
    return by_tag


def _values(path: str, content: bytes) -> Iterator[tuple[int, str, float]]:
    """Yield step, tag and value of every scalar in a file.

    Raises:
        UnreadableCurves: If a record is damaged.
    """
    # Loaded here and not above, as it takes 0.1 s; it is made at run time, without types.
    messages: Any = import_module("tensorboard.compat.proto.event_pb2")
    position = 0
    try:
        for record in read_records(content):
            position = record.position
            if len(record.content) > _MAX_RECORD_BYTES:
                continue
            event = messages.Event.FromString(record.content.tobytes())
            numbers = list(_numbers(event))
            if numbers:
                record.check()
            yield from numbers
    except UnreadableCurves:
        raise
    except Exception as error:  # protobuf's DecodeError, and DamagedRecord
        position = error.position if isinstance(error, DamagedRecord) else position
        raise UnreadableCurves(
            f"Damage in {_named(path)} at byte {position:,}: copy it again from where "
            "training wrote it."
        ) from error


def _named(path: str) -> str:
    return f"the event file {shown(posixpath.basename(path))}" if path else "the event file"


def _numbers(event: Any) -> Iterator[tuple[int, str, float]]:
    """Yield what is one number in an event: a scalar of TensorFlow 2, or a simple value."""
    for value in event.summary.value:
        kind = value.WhichOneof("value")
        if kind == "simple_value":
            yield int(event.step), str(value.tag), float(value.simple_value)
        elif kind == "tensor" and (number := _number(value.tensor)) is not None:
            yield int(event.step), str(value.tag), number


def _number(tensor: Any) -> float | None:
    """The value of a tensor of rank 0, None for any other."""
    if tensor.dtype not in _NUMBER_TYPES or len(tensor.tensor_shape.dim):
        return None
    layout, listed = _NUMBER_TYPES[tensor.dtype]
    content: bytes = tensor.tensor_content
    if content:
        whole = len(content) == np.dtype(layout).itemsize
        return float(np.frombuffer(content, layout)[0]) if whole else None
    values: Sequence[float] = getattr(tensor, listed)
    return float(values[0]) if len(values) == 1 else None
