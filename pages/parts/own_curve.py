"""Bring your own curve: a file, or console output pasted as it is. Nothing is stored or run."""

from dataclasses import dataclass

import streamlit as st

from core.curves import MAX_BYTES, RecordedCurves, UnreadableCurves, read_trainings
from pages.parts.replay_state import ReplayState
from pages.parts.words import escaped

_FOUND, _NONE = "found by its name", "none"
_PASTED = "pasted text"

_PLACEHOLDER = """Epoch 1/20
50/50 ━━━━━━━━━━ 3s 45ms/step - accuracy: 0.4912 - loss: 1.4179 - val_accuracy: 0.6500 - …
Epoch 2/20
…"""


@dataclass(frozen=True)
class OwnCurve:
    """The training that a visitor chose of what they brought.

    Attributes:
        name: Of the file.
        curves: The training.
        trainings: All of the file, the same column of each being the learning rate.
    """

    name: str
    curves: RecordedCurves
    trainings: tuple[RecordedCurves, ...]


@dataclass
class _Brought:
    """What a visitor brought; it lives in their session alone.

    Attributes:
        content: The file or text.
        name: The file's name, or `_PASTED`.
        mark: Tells it from what was brought before.
        trainings: What was read; kept from before where the newest cannot be read.
        read_name: The name of what was read.
        error: Why the newest cannot be read; "" if it was.
        epoch: The column that counts epochs, as a person chose it.
    """

    content: bytes | str = ""
    name: str = ""
    mark: str = ""
    trainings: tuple[RecordedCurves, ...] = ()
    read_name: str = ""
    error: str = ""
    epoch: str | None = None

    def take(self, content: bytes | str, name: str, mark: str) -> None:
        """Read something new."""
        self.content, self.name, self.mark, self.epoch = content, name, mark, None
        self.read()

    def read(self) -> None:
        """Read it, or say why it cannot be read."""
        try:
            self.trainings = read_trainings(
                self.content,
                name="" if isinstance(self.content, str) else self.name,
                epoch=self.epoch,
            )
        except UnreadableCurves as error:
            self.error = str(error)
        else:
            self.error, self.read_name = "", self.name
            if all(training.source != "table" for training in self.trainings):
                # Only a table is read again, with other columns.
                self.content = ""


def bring(state: ReplayState) -> OwnCurve | None:
    """Show how a curve can be brought, and return it; None while there is none."""
    brought: _Brought = st.session_state.setdefault("replay_brought", _Brought())
    before = brought.mark
    file_side, text_side = st.columns(2)
    with file_side:
        _take_file(brought)
    with text_side:
        _take_text(brought)
    if brought.mark != before:
        state.begin_anew()
    if brought.error:
        st.error(escaped(brought.error), icon=":material/error:")
    if not brought.trainings:
        if state.awaits_curve:
            st.info(
                "The link holds the settings, not the curve: bring the file again, or the text.",
                icon=":material/link:",
            )
        st.caption("Until then, here is the example.")
        return None
    state.awaits_curve = False
    if brought.error:
        st.caption(f"Below is still what was read before: {escaped(brought.read_name)}.")
    return _choose(state, brought)


def _take_file(brought: _Brought) -> None:
    file = st.file_uploader(
        "Upload a file",
        key="replay-file",
        help="`CSVLogger` files, `History.history` as JSON, TensorBoard event files (one, or a "
        f"zip of the log directory), any CSV with a header; up to {MAX_BYTES // 1024**2} MB. "
        "It is read here and not kept: a reload forgets it.",
    )
    if file is not None and file.file_id != st.session_state.get("replay_file_seen"):
        st.session_state["replay_file_seen"] = file.file_id
        brought.take(file.getvalue(), file.name, f"file {file.file_id}")


def _take_text(brought: _Brought) -> None:
    text = st.text_area(
        "Or paste what Keras printed",
        value=st.session_state.get("replay_text_seen", ""),
        key="replay-text",
        height=130,
        placeholder=_PLACEHOLDER,
        help="Console output as it is, from Keras 2 or 3; a CSV table or a printed history do too.",
    )
    pressed = st.button("Read it", icon=":material/subdirectory_arrow_left:", key="replay-read")
    # Pressed after a file was read, it goes back to the text.
    again = pressed and brought.name != _PASTED
    if text and text.strip() and (again or text != st.session_state.get("replay_text_seen")):
        st.session_state["replay_text_seen"] = text
        brought.take(text, _PASTED, f"text {hash(text)}")


def _choose(state: ReplayState, brought: _Brought) -> OwnCurve:
    """Let a person choose the training and the columns, as far as there is a choice."""
    with st.container(horizontal=True):
        curves = _training(state, brought)
        if curves.source == "table":
            _epoch_column(brought, curves)
        curves = _rate_column(state, curves)
    for note in curves.notes:
        st.caption(f":material/info: {escaped(note)}")
    if curves.epochs.tolist() != list(range(1, len(curves) + 1)):
        st.caption(
            f":material/info: The recording begins with epoch {curves.epochs[0]} or leaves some "
            "out: here its epochs are counted 1, 2, 3 …, as a callback that starts with it would."
        )
    rate = curves.learning_rate
    others = [
        one.with_learning_rate(rate) if rate is None or rate in one.columns else one
        for one in brought.trainings
    ]
    return OwnCurve(brought.read_name, curves, tuple(others))


def _training(state: ReplayState, brought: _Brought) -> RecordedCurves:
    trainings = brought.trainings
    if len(trainings) == 1:
        return trainings[0]
    chosen = st.selectbox(
        f"Which of {len(trainings)} trainings",
        range(len(trainings)),
        index=min(state.training, len(trainings) - 1),
        key=f"replay-training-{state.generation}",
        format_func=lambda index: f"{index + 1}: {len(trainings[index])} epochs",
        width=220,
    )
    state.training = chosen
    return trainings[chosen]


def _epoch_column(brought: _Brought, curves: RecordedCurves) -> None:
    columns = [*([brought.epoch] if brought.epoch else []), *curves.columns]
    chosen = st.selectbox(
        "Column that counts epochs",
        [_FOUND, *columns],
        index=1 if brought.epoch else 0,
        key=f"replay-epoch-{brought.mark}",
        width=220,
    )
    epoch = None if chosen == _FOUND else chosen
    if epoch != brought.epoch and not brought.error:
        brought.epoch = epoch
        brought.read()
        st.rerun()


def _rate_column(state: ReplayState, curves: RecordedCurves) -> RecordedCurves:
    columns = [_NONE, *curves.columns]
    found = curves.learning_rate or _NONE
    if len(columns) <= 2:  # noqa: PLR2004 - one metric and no rate
        return curves
    chosen = st.selectbox(
        "Column of the learning rate",
        columns,
        index=columns.index(found),
        key=f"replay-rate-{state.generation}-{state.training}",
        width=220,
    )
    return curves.with_learning_rate(None if chosen == _NONE else chosen)
