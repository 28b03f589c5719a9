"""The scans that a model is asked about: examples, or what the visitor brings."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from core.engine import jobs
from core.scans.images import UnreadableImage, read_gray
from pages.parts import services
from pages.parts.classify_models import Offered
from pages.parts.words import escaped

_UPLOADS = "classify_uploads"
_EXAMPLES = "classify_examples"
_MOST = 500
_WAIT_S = 60.0


@dataclass(frozen=True, eq=False)
class Shown:
    """A scan to ask about.

    Attributes:
        key: SHA-256 of its pixels, 64 hexadecimal digits.
        name: What it is called; what somebody wrote.
        pixels: Shape (height, width), uint8.
        mask: The lesion where it is known, shape as `pixels`, or None.
        truth: Its class where it is known, or "".
    """

    key: str
    name: str
    pixels: NDArray[np.uint8]
    mask: NDArray[np.bool_] | None = None
    truth: str = ""

    def fitted(self, size_px: int) -> NDArray[np.uint8]:
        """Return it as the training took scans in: resized to a square, bilinearly."""
        if self.pixels.shape == (size_px, size_px):
            return self.pixels
        picture = Image.fromarray(self.pixels)
        return np.asarray(picture.resize((size_px, size_px), Image.Resampling.BILINEAR))


def leave(page: str) -> None:
    """Drop what a visitor brought once another page is shown.

    Args:
        page: The address of the page that is about to be shown.
    """
    if page != "classify":
        for key in (_UPLOADS, _EXAMPLES, "classify_answers"):
            st.session_state.pop(key, None)


def choose(model: Offered) -> list[Shown]:
    """Show where scans come from, and return those to ask about."""
    source = st.segmented_control(
        "Scans",
        ["Examples", "Upload"],
        default="Examples",
        required=True,
        key="classify-source",
    )
    return _uploaded() if source == "Upload" else _example(model)


def _uploaded() -> list[Shown]:
    files = st.file_uploader(
        "PNG or JPEG; several at once give a table",
        accept_multiple_files=True,
        key="classify-files",
        help="At most 20 MB each. They stay in your session, and are dropped when you leave "
        "this page.",
    )
    known: dict[str, Shown] = st.session_state.setdefault(_UPLOADS, {})
    found: dict[str, Shown] = {}
    for file in files[:_MOST]:
        content = file.getvalue()
        digest = hashlib.sha256(content).hexdigest()
        try:
            found[digest] = known.get(digest) or Shown(
                digest, file.name, read_gray(io.BytesIO(content))
            )
        except UnreadableImage as error:
            st.error(f"{escaped(file.name[:60])}: {error}", icon=":material/error:")
    if len(files) > _MOST:
        st.warning(f"The first {_MOST} of {len(files)} files are read: bring fewer at once.")
    st.session_state[_UPLOADS] = found
    return list(found.values())


def _example(model: Offered) -> list[Shown]:
    found = _examples(model)
    if not found:
        return []
    names = ["All of them", *(f"{scan.truth} · {scan.name}" for scan in found)]
    place = st.selectbox(
        "Validation scans of the model's own run: it was not trained on them",
        range(len(names)),
        index=1,
        format_func=lambda place: names[place],
        key=f"classify-example-{model.run.id}",
    )
    return found if place == 0 else [found[place - 1]]


def _examples(model: Offered) -> list[Shown]:
    kept: dict[str, list[Shown]] = st.session_state.setdefault(_EXAMPLES, {})
    if model.run.id not in kept:
        with st.spinner("A worker brings the examples …"):
            answer = services.engine().ask(jobs.EXAMPLES, model.run.id)
            answer.wait(_WAIT_S)
        if answer.error or answer.result is None:
            st.error(
                answer.error or "The worker is still warming up: reload the page in a moment.",
                icon=":material/error:",
            )
            return []
        kept[model.run.id] = _shown(answer.result)
    return kept[model.run.id]


def _shown(found: dict[str, Any]) -> list[Shown]:
    masks = found["masks"]
    return [
        Shown(
            hashlib.sha256(image.tobytes()).hexdigest(),
            found["names"][place],
            image,
            None if masks is None else masks[place],
            found["classes"][int(found["labels"][place])],
        )
        for place, image in enumerate(found["images"])
    ]
