"""Which of the formats a file or text has, and the reader for it."""

import posixpath

from core.curves.console import read_console
from core.curves.history import is_history, read_history
from core.curves.log_dirs import is_zip, read_event_file, read_log_dir
from core.curves.progress_bars import is_console
from core.curves.recorded import MAX_BYTES, MAX_LINES, RecordedCurves, UnreadableCurves
from core.curves.table import read_table
from core.curves.tfrecords import is_record_file

# What people have at hand that holds no curve, or could run code when loaded.
_REMEDIES = {
    ".keras": "is a model: bring its history, as `json.dump(history.history, file)` writes it.",
    ".h5": "is a file of weights: bring the history, as `json.dump(history.history, file)` "
    "writes it.",
    ".pkl": "is a pickle, which could run code and is not loaded: write the history with "
    "`json.dump(history.history, file)`.",
    ".npy": "is an array for NumPy: write the history with `json.dump(history.history, file)`.",
    ".xlsx": "is a workbook: save the sheet as CSV.",
    ".gz": "is packed with gzip: unpack it first, or bring a zip of the log directory.",
}
_SAME_REMEDY = {".hdf5": ".h5", ".pickle": ".pkl", ".npz": ".npy", ".xls": ".xlsx", ".tgz": ".gz"}

_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def read_curves(data: bytes | str, *, name: str = "") -> RecordedCurves:
    """Read the curves of a training from whatever holds them.

    That is a table with a header (`CSVLogger`'s or another), `History.history` as JSON or as
    Python prints it, what `fit` prints, an event file of TensorBoard or a zip of its log
    directory. Content decides, not the name. Nothing is run.

    Args:
        data: A file or a pasted text, up to `MAX_BYTES`.
        name: The file's name, if there is one; it helps to say what is wrong.

    Returns:
        The curves; of several trainings in one file those of the last, with a note.

    Raises:
        UnreadableCurves: If no curve can be read.
    """
    trainings = read_trainings(data, name=name)
    if len(trainings) == 1:
        return trainings[0]
    return trainings[-1].with_note(
        f"{len(trainings)} trainings were found, one after the other; this is the last."
    )


def read_trainings(
    data: bytes | str, *, name: str = "", epoch: str | None = None
) -> tuple[RecordedCurves, ...]:
    """Read as `read_curves` does, but every training, such as the folds or seeds of one log.

    Args:
        data: A file or a pasted text, up to `MAX_BYTES`.
        name: The file's name, if there is one.
        epoch: The column of a table that counts epochs; None finds it.

    Returns:
        At least one, in the order in which they were logged.

    Raises:
        UnreadableCurves: If no curve can be read.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableCurves(
            f"At most {MAX_BYTES // 1024**2} MB are read, and this has "
            f"{len(data) / 1024**2:,.0f}: bring the curves alone, as CSVLogger writes them."
        )
    if isinstance(data, str):
        return _read_text(data.removeprefix("\ufeff"), epoch)
    if is_record_file(data):
        return read_event_file(data, name=name)
    _refuse_known(name)
    if is_zip(data):
        return read_log_dir(data)
    return _read_text(_decoded(data), epoch)


def _read_text(text: str, epoch: str | None) -> tuple[RecordedCurves, ...]:
    if not text.strip():
        raise UnreadableCurves("There is nothing here: paste a log, or choose a file with one.")
    if text.count("\n") + text.count("\r") > MAX_LINES:
        raise UnreadableCurves(
            f"At most {MAX_LINES:,} lines are read, and this has more: bring one line an epoch, "
            "as CSVLogger writes them."
        )
    if is_history(text):
        return read_history(text)
    if is_console(text):
        return read_console(text)
    return read_table(text, epoch=epoch)


def _refuse_known(name: str) -> None:
    suffix = posixpath.splitext(name.lower())[1]
    remedy = _REMEDIES.get(_SAME_REMEDY.get(suffix, suffix))
    if remedy is not None:
        raise UnreadableCurves(f"A file that ends in {suffix} {remedy}")


def _decoded(data: bytes) -> str:
    """The text of a file; bytes that are none become signs that no number has."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if b"\0" in data:
        raise UnreadableCurves(
            "This is neither text nor an event file: bring a CSV file, JSON, what `fit` prints, "
            "or TensorBoard's `events.out.tfevents…`."
        )
    return data.decode("utf-8", errors="replace")
