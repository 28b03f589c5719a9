"""Scans that a visitor brings: read in a process of its own, and kept in the session alone."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import streamlit as st

from core.evaluation.named_truth import truth_in
from core.scans import uploads
from core.scans.images import SUFFIXES
from core.scans.uploads import Choice, Scan, UnreadableScan, Upload
from pages.parts.scan_source import Shown, key_of
from pages.parts.words import escaped

MOST = 500
"""The most files of one visitor at once."""

_UPLOADS = "classify_uploads"
_MOST_PROBLEMS = 5
_LONGEST = 60


@dataclass
class _Read:
    """What was read of a file so far, and the scan of it that was shown last."""

    upload: Upload | None = None
    scans: dict[Choice, Scan] = field(default_factory=dict[Choice, Scan])
    shown: Shown | None = None
    problem: str = ""


def choose(*, folder: bool, classes: Sequence[str]) -> list[Shown]:
    """Show the uploader, and return the scans that can be read.

    Args:
        folder: Whether a whole folder is brought.
        classes: Names by which a file or its folder tells the truth about its scan.
    """
    uploads.prepare()
    files: list[Any] = st.file_uploader(
        "A folder of scans" if folder else "PNG, JPEG, DICOM or NIfTI; several at once, a table",
        accept_multiple_files="directory" if folder else True,
        key=f"classify-files-{folder}",
        help="At most 20 MB each. They are read in a process of their own, stay in your session, "
        "and are dropped when you leave this page. Nothing of a header is shown or kept.",
    )
    if len(files) > MOST:
        st.warning(f"The first {MOST} of {len(files):,} files are read: bring fewer at once.")
    contents = {_digest(file): file for file in files[:MOST]}
    known: dict[str, _Read] = st.session_state.get(_UPLOADS, {})
    read = {digest: known.get(digest, _Read()) for digest in contents}
    st.session_state[_UPLOADS] = read
    if len(contents) == 1:
        return _single(*contents.popitem(), read=next(iter(read.values())), classes=classes)
    return _several(contents, read, classes)


def _single(digest: str, file: Any, *, read: _Read, classes: Sequence[str]) -> list[Shown]:
    try:
        if read.upload is None:
            read.upload, read.scans[Choice()] = uploads.first_look(file.getvalue())
        choice = _pick(read.upload, digest)
        if choice not in read.scans:
            # The slices that were looked at before are soon read again.
            read.scans = {choice: uploads.decode(file.getvalue(), choice)}
    except UnreadableScan as problem:
        _say([(file.name, str(problem))])
        return []
    scan = read.scans[choice]
    for note in dict.fromkeys([*read.upload.notes, *scan.notes]):
        st.caption(f":material/info: {escaped(note)}")
    return [_shown(file.name, read, scan, classes)]


def _several(
    contents: dict[str, Any], read: dict[str, _Read], classes: Sequence[str]
) -> list[Shown]:
    new = [digest for digest in contents if not read[digest].scans and not read[digest].problem]
    if new:
        bar = st.progress(0.0, "Reading the scans …")
        found = uploads.decode_all(contents[digest].getvalue() for digest in new)
        for place, (digest, scan) in enumerate(zip(new, found, strict=True), 1):
            if isinstance(scan, UnreadableScan):
                read[digest].problem = str(scan)
            else:
                read[digest].scans[Choice()] = scan
            bar.progress(place / len(new), f"Reading the scans … {place} of {len(new)}")
        bar.empty()
    _say([(contents[digest].name, one.problem) for digest, one in read.items() if one.problem])
    if any(_may_hold_several(contents[digest].name) for digest, one in read.items() if one.scans):
        st.caption(
            ":material/info: Of a volume the middle slice is read, of a DICOM series the first "
            "frame in its first window: bring one file alone to choose."
        )
    return [
        _shown(contents[digest].name, one, next(iter(one.scans.values())), classes)
        for digest, one in read.items()
        if one.scans
    ]


def _may_hold_several(name: str) -> bool:
    """Tell by its name whether a file may be a DICOM or NIfTI file, which often has no suffix."""
    return PurePosixPath(name).suffix.lower() not in SUFFIXES


def _pick(upload: Upload, digest: str) -> Choice:
    """Show what there is to choose from in a file; nothing where there is no choice."""
    choice: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if upload.frames > 1:
            frame = st.slider("Frame", 1, upload.frames, 1, key=f"frame-{digest}")
            choice["frame"] = frame - 1
        if upload.windows:
            choice["window"] = st.selectbox(
                "Window", upload.windows, key=f"window-{digest}", accept_new_options=True,
                help="Which values become black and white. Choose one, or write a center and a "
                "width of your own, as 40 / 80.",
            )  # fmt: skip
        if upload.volumes > 1:
            volume = st.slider("Volume", 1, upload.volumes, 1, key=f"volume-{digest}")
            choice["volume"] = volume - 1
        if upload.planes:
            plane = st.segmented_control(
                "Plane", upload.planes, default=upload.planes[0], required=True,
                key=f"plane-{digest}", format_func=str.capitalize,
            )  # fmt: skip
            choice["plane"] = plane
            count = upload.slices[plane]
            if count > 1:
                middle = count // 2 + 1
                at = st.slider("Slice", 1, count, middle, key=f"slice-{plane}-{digest}")
                choice["slice"] = at - 1
    return Choice(**choice)


def _shown(name: str, read: _Read, scan: Scan, classes: Sequence[str]) -> Shown:
    """Return a scan as the page takes it, the same one at each run while nothing changes."""
    truth, shown = truth_in(name, classes), read.shown
    if shown is None or shown.pixels is not scan.pixels or shown.truth != truth:
        path = PurePosixPath(name.replace("\\", "/"))
        shown = Shown(key_of(scan.pixels), str(path), scan.pixels, truth=truth)
        read.shown = shown
    return shown


def _say(problems: Sequence[tuple[str, str]]) -> None:
    for name, problem in problems[:_MOST_PROBLEMS]:
        st.error(f"{escaped(name[-_LONGEST:])}: {escaped(problem)}", icon=":material/error:")
    if len(problems) > _MOST_PROBLEMS:
        st.error(f"And {len(problems) - _MOST_PROBLEMS} more files cannot be read.")


def _digest(file: Any) -> str:
    return hashlib.sha256(file.name.encode() + b"\0" + file.getvalue()).hexdigest()
