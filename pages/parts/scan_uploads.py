"""Scans that a visitor brings: one with all its choices, or many as they are."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.scans import uploads
from core.scans.uploads import Choice, Scan, UnreadableScan, Upload
from pages.parts.shown import Shown, key_of
from pages.parts.words import escaped

KEPT = "classify_uploads"
"""What was read of the files, in the visitor's session."""

_MOST = 500
_LONGEST_NAME = 60


@dataclass(frozen=True, eq=False)
class _Read:
    """What was read of a file: its first look, and a scan for each choice since."""

    about: Upload
    scans: dict[Choice, Scan]


def choose() -> list[Shown]:
    """Show where files are dropped, and return the scans in those that are there."""
    uploads.prepare()
    folder = st.toggle("A whole folder", key="classify-folder")
    found: Any = st.file_uploader(
        "PNG, JPEG, DICOM or NIfTI; several at once give a table",
        accept_multiple_files="directory" if folder else True,
        key=f"classify-files-{folder}",
        help="At most 20 MB each. They are read in a process of their own, stay in your session, "
        "and are dropped when you leave this page; of a file's header only the way to show it is "
        "read. Files or folders that are named after a class are taken for its scans.",
    )
    files: Sequence[Any] = found or []
    kept: dict[str, Any] = st.session_state.setdefault(KEPT, {})
    contents = {_digest(content): content for content in (f.getvalue() for f in files[:_MOST])}
    for gone in set(kept) - set(contents):
        del kept[gone]
    if len(files) > _MOST:
        st.warning(f"The first {_MOST} of {len(files)} files are read: bring fewer at once.")
    if len(files) == 1:
        ((digest, content),) = contents.items()
        return _one(str(files[0].name), digest, content, kept)
    return _many(files[:_MOST], contents, kept)


def _one(name: str, digest: str, content: bytes, kept: dict[str, Any]) -> list[Shown]:
    try:
        if not isinstance(kept.get(digest), _Read):
            with st.spinner("The file is read …"):
                about, first = uploads.first_look(content)
            kept[digest] = _Read(about, {Choice(): first})
        read: _Read = kept[digest]
        choice = _choice(read.about, digest[:16])
        if choice not in read.scans:
            read.scans[choice] = uploads.decode(content, choice)
    except UnreadableScan as refusal:
        _refuse(name, refusal)
        return []
    scan = read.scans[choice]
    for note in dict.fromkeys((*read.about.notes, *scan.notes)):
        st.caption(escaped(note))
    return [Shown(key_of(scan.pixels), name, scan.pixels)]


def _choice(about: Upload, key: str) -> Choice:
    """Show what there is to choose in a file; what is left alone stays at its default."""
    frame = volume = 0
    place: int | None = None
    window = plane = ""
    with st.container(horizontal=True):
        if len(about.windows) > 1:
            window = st.selectbox("Window", about.windows, key=f"classify-window-{key}")
        if len(about.planes) > 1:
            plane = st.selectbox("Plane", about.planes, key=f"classify-plane-{key}")
        plane = plane or (about.planes[0] if about.planes else "")
        if about.frames > 1:
            frame = st.slider("Frame", 1, about.frames, key=f"classify-frame-{key}") - 1
        if about.volumes > 1:
            volume = st.slider("Volume", 1, about.volumes, key=f"classify-volume-{key}") - 1
        slices = about.slices.get(plane, 1)
        if slices > 1:
            middle = slices // 2
            place = st.slider("Slice", 1, slices, middle + 1, key=f"classify-slice-{key}-{plane}")
            place -= 1
    return Choice(frame, window, plane, place, volume)


def _many(files: Sequence[Any], contents: dict[str, bytes], kept: dict[str, Any]) -> list[Shown]:
    _read_all({digest: content for digest, content in contents.items() if digest not in kept}, kept)
    found: dict[str, Shown] = {}
    for file, digest in zip(files, (_digest(file.getvalue()) for file in files), strict=True):
        result = kept[digest]
        if isinstance(result, UnreadableScan):
            _refuse(str(file.name), result)
            continue
        scan = result.scans[Choice()] if isinstance(result, _Read) else result
        found[digest] = Shown(key_of(scan.pixels), str(file.name), scan.pixels)
    if len(found) < len(files) - sum(isinstance(kept[d], UnreadableScan) for d in contents):
        st.caption("Files with the same content are shown once.")
    return list(found.values())


def _read_all(contents: dict[str, bytes], kept: dict[str, Any]) -> None:
    if not contents:
        return
    bar = st.progress(0.0, "The files are read …")
    for number, (digest, result) in enumerate(
        zip(contents, uploads.decode_all(contents.values()), strict=True), 1
    ):
        kept[digest] = result
        bar.progress(number / len(contents), f"{number} of {len(contents)} files are read …")
    bar.empty()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _refuse(name: str, refusal: UnreadableScan) -> None:
    st.error(f"{escaped(name[-_LONGEST_NAME:])}: {escaped(str(refusal))}", icon=":material/error:")
