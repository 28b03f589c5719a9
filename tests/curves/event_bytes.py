"""Event files made by hand, with TensorBoard's own messages and checksums."""

import io
import struct
import zipfile

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c


def framed(content):
    length = struct.pack("<Q", len(content))
    return b"".join(
        [
            length,
            struct.pack("<I", masked_crc32c(length)),
            content,
            struct.pack("<I", masked_crc32c(content)),
        ]
    )


def version():
    return framed(Event(file_version="brain.Event:2").SerializeToString())


def scalar(tag, step, value):
    """One number as TensorFlow 2 writes it: a float32 of rank 0."""
    event = Event(step=step)
    entry = event.summary.value.add(tag=tag)
    entry.metadata.plugin_data.plugin_name = "scalars"
    entry.tensor.dtype = 1
    entry.tensor.tensor_content = struct.pack("<f", value)
    return framed(event.SerializeToString())


def simple(tag, step, value):
    """One number as TensorFlow 1 and PyTorch write it."""
    event = Event(step=step)
    event.summary.value.add(tag=tag, simple_value=value)
    return framed(event.SerializeToString())


def zipped(files):
    """A zip of contents by path."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()
