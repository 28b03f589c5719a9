"""An upload as a scan, read in a child process with limits of memory and time.

Nothing of a file but its pixels comes back: no name, no header, no log.
"""

import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from core.scans.child import SECONDS
from core.scans.images import MAX_PIXELS
from core.scans.readings import Choice, Kind, Scan, UnreadableScan, Upload, upload_from

__all__ = ["Choice", "Kind", "Scan", "UnreadableScan", "Upload", "decode"]

MAX_BYTES = 20 * 1024 * 1024
"""The largest upload that is read, as `server.maxUploadSize`."""

_ROOT = Path(__file__).parents[2]
# Each may take 600 MB: more wait their turn.
_AT_ONCE = 2
_turns = threading.BoundedSemaphore(_AT_ONCE)
# Threads of a linear algebra that no reader uses would count against the memory.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def decode(data: bytes, choice: Choice | None = None) -> Scan:
    """Read an upload: PNG, JPEG and other pictures, DICOM, NIfTI; what it is, its bytes tell.

    Args:
        data: The whole file.
        choice: What of it to show; its middle or first by default.

    Returns:
        The scan, in the size that the file has.

    Raises:
        UnreadableScan: If it is none, is damaged, or takes more than it may: 20 MB, 16
            megapixels, 600 MB of memory, 10 seconds.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableScan(
            f"A scan may have up to {MAX_BYTES >> 20} MB, got {len(data) / 2**20:.0f} MB: "
            "export a part of it."
        )
    order = json.dumps(asdict(choice or Choice())).encode() + b"\n"
    with _turns:
        head, pixels = _ask_child(order + data)
    if "problem" in head:
        raise UnreadableScan(head["problem"])
    height, width = head["shape"]
    if height * width > MAX_PIXELS * 4 or len(pixels) != height * width:
        raise UnreadableScan("This file could not be read whole: export it again.")
    grays = np.frombuffer(pixels, np.uint8).reshape(height, width)
    return Scan(grays, upload_from(head["upload"]), tuple(head["notes"]))


def _ask_child(message: bytes) -> tuple[dict[str, Any], bytes]:
    child = subprocess.Popen(
        [sys.executable, "-m", "core.scans.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={**os.environ, **_ONE_THREAD},
        start_new_session=True,
    )
    try:
        said, _ = child.communicate(message, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise UnreadableScan(
            f"This file took more than {SECONDS} seconds to read: export a smaller part of it."
        ) from None
    head, found, pixels = said.partition(b"\n")
    if child.returncode != 0 or not found:
        raise UnreadableScan(
            "Reading this file took more memory or time than a scan may: export a smaller part."
        )
    return json.loads(head), pixels
