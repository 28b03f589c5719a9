"""The scans that a model is asked about: examples, or what the visitor brings."""

import base64
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.engine import jobs
from core.evaluation import head_check
from core.scans import uploads
from core.store import private
from pages.parts import services
from pages.parts.classify_models import Offered
from pages.parts.words import escaped

EXAMPLES, FILES, FOLDER = "Examples", "Files", "A folder"
KEPT = ("classify_uploads", "classify_examples", "classify_answers", "classify_weights")
"""What the page keeps in the session while it is shown."""

THUMB_PX = 48

_EXAMPLES = "classify_examples"
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
    _fitted: dict[int, NDArray[np.uint8]] = field(default_factory=dict[int, NDArray[np.uint8]])

    def fitted(self, size_px: int) -> NDArray[np.uint8]:
        """Return it as the training took scans in: resized to a square, bilinearly."""
        if self.pixels.shape == (size_px, size_px):
            return self.pixels
        if size_px not in self._fitted:
            picture = Image.fromarray(self.pixels)
            resized = picture.resize((size_px, size_px), Image.Resampling.BILINEAR)
            self._fitted[size_px] = np.asarray(resized)
        return self._fitted[size_px]

    # Kept, as the page is run again at each click: for 500 scans they take seconds.
    @cached_property
    def objection(self) -> str:
        """Why it can hardly be a slice of a head, a part of a sentence, or ""."""
        return head_check.objection(self.pixels)

    @cached_property
    def thumb(self) -> str:
        """A small picture as an address that a table shows."""
        picture = Image.fromarray(self.pixels)
        picture.thumbnail((THUMB_PX, THUMB_PX))
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=80)
        return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def key_of(pixels: NDArray[np.uint8]) -> str:
    """Return the SHA-256 of a scan, 64 hexadecimal digits."""
    shape = "x".join(str(side) for side in pixels.shape)
    return hashlib.sha256(shape.encode() + np.ascontiguousarray(pixels).tobytes()).hexdigest()


def leave(page: str) -> None:
    """Drop what a visitor brought once another page is shown.

    Args:
        page: The address of the page that is about to be shown.
    """
    if page != "classify" and any(key in st.session_state for key in KEPT):
        for key in KEPT:
            st.session_state.pop(key, None)
        _drop_files()
        uploads.forget()


def _drop_files() -> None:
    """Drop the files themselves: Streamlit holds what an uploader took until the visitor goes.

    On a page that was just opened, nothing has been brought yet.

    Source: `UploadedFileManager.remove_session_files`, Streamlit 1.67.
    """
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_session_files(context.session_id)


def choose() -> str:
    """Show where scans may come from, and return which was chosen."""
    chosen = st.segmented_control(
        "Scans",
        [EXAMPLES, FILES, FOLDER],
        default=EXAMPLES,
        required=True,
        key="classify-source",
        help="A folder of folders, one a class, lets the answers be held against the truth.",
    )
    return chosen or EXAMPLES


def example(model: Offered) -> Sequence[Shown]:
    """Show the examples there are for a model, and return the chosen ones."""
    if private.is_hidden(model.run):
        st.info(f"{private.HIDDEN} Bring scans of your own.", icon=":material/lock:")
        return []
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
            waiting = "The worker is still warming up: reload the page in a moment."
            st.error(escaped(answer.error or waiting), icon=":material/error:")
            return []
        kept[model.run.id] = _shown(answer.result)
    return kept[model.run.id]


def _shown(found: dict[str, Any]) -> list[Shown]:
    masks = found["masks"]
    return [
        Shown(
            key_of(image),
            found["names"][place],
            image,
            None if masks is None else masks[place],
            found["classes"][int(found["labels"][place])],
        )
        for place, image in enumerate(found["images"])
    ]
