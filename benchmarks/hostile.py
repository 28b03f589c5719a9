"""Broken and hostile files: what a decoder of uploads has to survive."""

import gzip
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from PIL import Image
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from benchmarks import scan_files

RAMP = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
"""Pixels of a sound scan."""
_SIDE = 4096
_MEGABYTE = 2**20
_FLIPS = 6


def whole() -> dict[str, bytes]:
    """Return one sound file a format, from which broken ones are made."""
    volume = np.arange(8 * 9 * 10, dtype=np.int16).reshape(8, 9, 10)
    gray = (RAMP >> 4).astype(np.uint8)
    return {
        "png": scan_files.picture(RAMP),
        "jpeg": scan_files.picture(gray, "JPEG"),
        "dicom": scan_files.dicom(RAMP, WindowCenter=2000, WindowWidth=900),
        "rle dicom": scan_files.recoded_dicom(RAMP, RLELossless),
        "jpeg dicom": scan_files.compressed_dicom(
            scan_files.header(gray), JPEGBaseline8Bit, scan_files.picture(gray, "JPEG")
        ),
        "j2k dicom": scan_files.recoded_dicom(RAMP, JPEG2000Lossless),
        "nii": scan_files.nifti(volume),
        "nii.gz": scan_files.nifti(volume, packed=True),
    }


def corpus() -> Iterator[tuple[str, bytes]]:
    """Return files one after another, each with what is wrong with it."""
    yield "empty", b""
    yield "text", b"no scan at all\n" * 100
    yield "noise", np.random.default_rng(0).bytes(100_000)
    for name, content in whole().items():
        for share in (0.1, 0.5, 0.9):
            yield f"{name}, its first {share:.0%}", content[: int(share * len(content))]
        for seed in range(_FLIPS):
            yield f"{name}, bits flipped ({seed})", flipped(content, seed)
    for name, make in BOMBS.items():
        yield name, make()


def flipped(content: bytes, seed: int) -> bytes:
    """Return content with up to seven of its bits flipped, most of them near its start."""
    draw = np.random.default_rng(seed)
    changed = bytearray(content)
    for place in (draw.random(int(draw.integers(1, 8))) ** 2 * len(changed)).astype(int):
        changed[place] ^= 1 << int(draw.integers(8))
    return bytes(changed)


def png_that_claims(width: int, height: int, *, depth: int = 8, colour: int = 0) -> bytes:
    """Return the beginning of a PNG of any size, its rows all zeros and most of them missing."""
    rows = zlib.compress(bytes(_MEGABYTE))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)),
            (b"IDAT", rows),
            (b"IEND", b""),
        )
    )


def png_of_zeros() -> bytes:
    """Return a small PNG within the limit of pixels, of four values of 16 bits each."""
    rows = zlib.compress(bytes((1 + 8 * _SIDE) * _SIDE), 9)
    claim = png_that_claims(_SIDE, _SIDE, depth=16, colour=6)
    start = claim[: 8 + 25]
    chunk = b"IDAT" + rows
    end = b"\0\0\0\0IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    return start + struct.pack(">I", len(rows)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + end


def png_with_text_bomb() -> bytes:
    """Return a PNG whose packed comment is 300 MB long."""
    body = b"Comment\0\0" + _zeros(300)
    text = struct.pack(">I", len(body)) + b"zTXt" + body
    text += struct.pack(">I", zlib.crc32(b"zTXt" + body))
    start = scan_files.picture(RAMP)
    return start[: 8 + 25] + text + start[8 + 25 :]


def jpeg_of_many_scans(count: int = 3000, side: int = 2000) -> bytes:
    """Return a progressive JPEG that says the same again and again: each time costs anew."""
    jpeg = scan_files.picture(Image.new("L", (side, side), 100), "JPEG", progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * count + b"\xff\xd9"


def jpeg_that_claims(width: int, height: int) -> bytes:
    """Return a JPEG whose header has another size than its data."""
    jpeg = bytearray(scan_files.picture(np.zeros((64, 64), np.uint8), "JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    struct.pack_into(">HH", jpeg, frame + 5, height, width)
    return bytes(jpeg)


def j2k_that_claims(width: int, height: int) -> bytes:
    """Return a JPEG 2000 stream whose header has another size than its data."""
    stream = bytearray(scan_files.picture(np.zeros((64, 64), np.uint8), "JPEG2000", no_jp2=True))
    size = stream.index(b"\xff\x51")
    for place in (6, 22):  # the picture's own size, and that of its tiles
        struct.pack_into(">II", stream, size + place, width, height)
    return bytes(stream)


def gif_of_many_frames(count: int = 3000) -> bytes:
    """Return an animation that is small on the disk."""
    frames = [Image.new("L", (64, 64), 3 * (number % 80)) for number in range(2)]
    gif = scan_files.picture(frames[0], "GIF", save_all=True, append_images=frames[1:])
    second = gif.rindex(b"\x21\xf9")
    return gif[:second] + gif[second:-1] * count + b";"


def deflated_dicom(megabytes: int = 700) -> bytes:
    """Return a DICOM file that is a thousand times as long once it is inflated."""
    start = scan_files.dicom(RAMP, syntax=ExplicitVRLittleEndian)
    old, new = (uid.encode() for uid in (ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian))
    place = start.index(b"\x02\x00\x10\x00UI")
    padded = new + b"\0" * (len(new) % 2)
    element = b"\x02\x00\x10\x00UI" + struct.pack("<H", len(padded)) + padded
    length = len(old) + len(old) % 2
    meta = start[:place] + element
    rest = start[place + 8 + length :]
    implementation = rest[: rest.index(b"\x08\x00")]
    return meta + implementation + _deflated_zeros(megabytes)


def dicom_that_claims(**elements: Any) -> bytes:
    """Return a DICOM file whose header says other than its pixels."""
    return scan_files.dicom(RAMP, **elements)


def dicom_around(frame: bytes, syntax: Any) -> bytes:
    """Return a DICOM file of 64 x 64 pixels, as it says, around a compressed frame."""
    return scan_files.compressed_dicom(
        scan_files.header(np.zeros((64, 64), np.uint8)), syntax, frame
    )


def rle_bomb() -> bytes:
    """Return an RLE frame that repeats one byte very often."""
    segment = b"\x81\x00" * _MEGABYTE
    return dicom_around(struct.pack("<16I", 1, 64, *[0] * 14) + segment, RLELossless)


def nested_dicom(depth: int = 5000) -> bytes:
    """Return a DICOM file of sequences in sequences in sequences."""
    start = b"\x40\x00\x30\xa7SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    whole_file = scan_files.dicom(RAMP)
    place = whole_file.index(b"\x28\x00\x02\x00US")
    return whole_file[:place] + start * depth + whole_file[place:]


def nifti_that_claims(shape: tuple[int, ...], *, packed: bool = False, **fields: Any) -> bytes:
    """Return a NIfTI file whose header has another shape than its data."""
    content = bytearray(scan_files.nifti(np.zeros((4, 4, 4), np.float32), **fields))
    struct.pack_into("<8h", content, 40, len(shape), *shape, *[1] * (7 - len(shape)))
    return gzip.compress(bytes(content)) if packed else bytes(content)


def nifti_bomb(megabytes: int, shape: tuple[int, ...]) -> bytes:
    """Return a packed volume of zeros, of any length and of any shape by its header."""
    return gzip.compress(nifti_that_claims(shape)[:352]) + _members(megabytes)


def nifti_with_offset(offset: float) -> bytes:
    """Return a NIfTI file whose voxels begin anywhere."""
    content = bytearray(scan_files.nifti(np.zeros((4, 4, 4), np.float32)))
    struct.pack_into("<f", content, 108, offset)
    return bytes(content)


def _zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(_MEGABYTE)) for _ in range(megabytes)) + packer.flush()


def _members(megabytes: int) -> bytes:
    """Return a gzip file of zeros; its checksum is wrong, which is found out too late."""
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + _deflated_zeros(megabytes) + bytes(8)


def _deflated_zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(_MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + packer.flush()


BOMBS: dict[str, Callable[[], bytes]] = {
    "png of 30,000 x 30,000": lambda: png_that_claims(30_000, 30_000),
    "png that ends early": lambda: png_that_claims(_SIDE, _SIDE),
    "png of 16 megapixels of 64 bits": png_of_zeros,
    "png with a comment of 300 MB": png_with_text_bomb,
    "jpeg of 65,500 x 65,500": lambda: jpeg_that_claims(65_500, 65_500),
    "jpeg of 3,000 scans": jpeg_of_many_scans,
    "gif of 3,000 frames": gif_of_many_frames,
    "deflated dicom": deflated_dicom,
    "dicom of 65,535 x 65,535": lambda: dicom_that_claims(Rows=65_535, Columns=65_535),
    "dicom of 4,096 x 4,096, most of it missing": lambda: dicom_that_claims(
        Rows=_SIDE, Columns=_SIDE
    ),
    "dicom of two billion frames": lambda: dicom_that_claims(NumberOfFrames=2**31 - 1),
    "dicom of 7 bits": lambda: dicom_that_claims(BitsAllocated=7),
    "dicom of no bits": lambda: dicom_that_claims(BitsAllocated=0, BitsStored=0),
    "dicom of 200 values a pixel": lambda: dicom_that_claims(SamplesPerPixel=200),
    "dicom in an unknown palette": lambda: dicom_that_claims(
        PhotometricInterpretation="PALETTE COLOR"
    ),
    "dicom with a window of no width": lambda: dicom_that_claims(WindowCenter=0, WindowWidth=0),
    "dicom of 5,000 nested sequences": nested_dicom,
    "jpeg of 65,500 x 65,500 in dicom": lambda: dicom_around(
        jpeg_that_claims(65_500, 65_500), JPEGBaseline8Bit
    ),
    "jpeg 2000 of 60,000 x 60,000 in dicom": lambda: dicom_around(
        j2k_that_claims(60_000, 60_000), JPEG2000Lossless
    ),
    "rle of too much in dicom": rle_bomb,
    "nifti of 32,767 to the power of 7": lambda: nifti_that_claims((32_767,) * 7),
    "nifti with negative sides": lambda: nifti_that_claims((-4, 4, 4)),
    "nifti with empty sides": lambda: nifti_that_claims((0, 4, 4)),
    "nifti that ends early": lambda: nifti_that_claims((400, 400, 400)),
    "nifti that begins nowhere": lambda: nifti_with_offset(float("nan")),
    "nifti that begins far away": lambda: nifti_with_offset(1e30),
    "nifti that begins before itself": lambda: nifti_with_offset(-1e9),
    "nifti of 1.5 GB, packed, by its header": lambda: nifti_bomb(1500, (900, 900, 450)),
    "nifti of 1.5 GB, packed, behind a small header": lambda: nifti_bomb(1500, (4, 4, 4)),
    "nifti whose last volume is half a GB away": lambda: nifti_bomb(511, (512, 512, 64, 8)),
    "gzip of gzip": lambda: gzip.compress(gzip.compress(bytes(_MEGABYTE))),
}
"""What asks for far more than it is, each made when it is called."""
