"""What TensorBoard's callback wrote: one event file, or a zip of its log directory."""

import io
import posixpath
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from core.curves.event_files import Series, read_scalars
from core.curves.recorded import (
    MAX_EPOCHS,
    RecordedCurves,
    UnreadableCurves,
    shown,
)
from core.curves.tfrecords import whole_bytes
from core.curves.trainings import Readings, trainings_of

MAX_ENTRIES = 2_000
"""The most files a zip may hold."""

MAX_UNPACKED_BYTES = 64 * 1024 * 1024
"""The most bytes of event files that are unpacked from a zip."""

# How the log directories of Keras, and of others, are called.
_TRAINING = ("train", "training")
_VALIDATION = ("validation", "val", "valid", "eval")

_EPOCH_TAG = "epoch_"
_BATCH_TAGS = ("batch_", "evaluation_")


def is_zip(data: bytes) -> bool:
    """Whether the first bytes are those of a zip with something in it."""
    return data.startswith(b"PK\x03\x04")


def read_event_file(data: bytes, *, name: str = "") -> tuple[RecordedCurves, ...]:
    """Read the scalars of one event file.

    Args:
        data: The file.
        name: Its path, if known: a file from a directory `validation/` gives its metrics the
            prefix "val_".

    Returns:
        One training.

    Raises:
        UnreadableCurves: If the file is damaged or has no scalars.
    """
    run = _Run()
    run.add(name.replace("\\", "/"), data)
    if not run.series:
        raise _without_scalars("This event file")
    return run.trainings()


def read_log_dir(data: bytes) -> tuple[RecordedCurves, ...]:
    """Read the event files of a zipped log directory; nothing is written to the disk.

    Files in `train/` and `validation/` side by side belong to one training. Any other directory is
    a training of its own.

    Args:
        data: The zip.

    Returns:
        One for each training, in the order of their directories' names.

    Raises:
        UnreadableCurves: If the zip is damaged, holds too much, or no scalars.
    """
    runs: defaultdict[str, _Run] = defaultdict(_Run)
    try:
        for path, content in _event_files(data):
            runs[_run_of(path)].add(path, content)
    except UnreadableCurves:
        raise
    except Exception as error:  # zipfile raises zlib.error, NotImplementedError and many more
        raise UnreadableCurves(
            "This zip is damaged or protected by a password: zip the log directory again."
        ) from error
    trainings = [run.trainings(path) for path, run in sorted(runs.items()) if run.series]
    if not trainings:
        raise _without_scalars("This zip")
    return tuple(training for several in trainings for training in several)


def _without_scalars(what: str) -> UnreadableCurves:
    return UnreadableCurves(
        f"{what} holds no scalars by epoch: bring what Keras's TensorBoard callback wrote, "
        "`events.out.tfevents…` in `train/` and `validation/`."
    )


def _event_files(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the paths and contents of the event files, older ones of a directory first."""
    # Before `zipfile` makes an object for each.
    if data.count(b"PK\x01\x02") > MAX_ENTRIES:
        raise UnreadableCurves(
            f"This zip holds more than {MAX_ENTRIES:,} files: zip the log directory of one "
            "training alone."
        )
    left = MAX_UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        # Their names begin with the time at which they were opened.
        for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
            if "tfevents" not in posixpath.basename(entry.filename) or entry.is_dir():
                continue
            with archive.open(entry) as file:
                content = file.read(left + 1)
            left -= len(content)
            if left < 0:
                raise UnreadableCurves(
                    f"The event files in this zip take more than {MAX_UNPACKED_BYTES:,} bytes "
                    "unpacked: bring the log directory of one training."
                )
            yield entry.filename.replace("\\", "/"), content


def _run_of(path: str) -> str:
    """The directory of the training that a file belongs to."""
    directory = posixpath.dirname(path)
    last = posixpath.basename(directory).lower()
    return posixpath.dirname(directory) if last in (*_TRAINING, *_VALIDATION) else directory


def _is_validation(path: str) -> bool:
    return posixpath.basename(posixpath.dirname(path)).lower() in _VALIDATION


@dataclass
class _Run:
    """The scalars of one training.

    Attributes:
        series: By metric.
        from_keras: Whether Keras's callback wrote them.
        notes: What was left out or assumed.
    """

    series: dict[str, Series] = field(default_factory=dict[str, Series])
    from_keras: bool = False
    notes: list[str] = field(default_factory=list[str])

    def add(self, path: str, content: bytes) -> None:
        """Take the scalars of one file; where steps are there already, these replace them.

        Raises:
            UnreadableCurves: If the file is damaged or has too many steps.
        """
        by_tag = read_scalars(path, content)
        by_epoch = {tag: it for tag, it in by_tag.items() if not tag.startswith(_BATCH_TAGS)}
        if len(by_epoch) < len(by_tag):
            self.notes.append(
                "Left out, since they count batches and not epochs: series such as "
                f"{shown(next(tag for tag in by_tag if tag not in by_epoch))}."
            )
        self.from_keras = self.from_keras or any(tag.startswith(_EPOCH_TAG) for tag in by_epoch)
        if whole_bytes(content) < len(content):
            self.notes.append(
                "The last record is cut off, as while training still runs, and was left out."
            )
        # With `validation/` unknown, as for a file alone, its own tags still tell.
        validation = _is_validation(path) or any(tag.startswith("evaluation_") for tag in by_tag)
        prefix = "val_" if validation else ""
        for tag, series in by_epoch.items():
            self._put(path, prefix + tag.removeprefix(_EPOCH_TAG), series)

    def _put(self, path: str, name: str, series: Series) -> None:
        earlier = self.series.get(name, {})
        first = min(series)
        kept = {step: value for step, value in earlier.items() if step < first}
        if len(kept) < len(earlier):
            note = (
                f"{shown(posixpath.basename(path))} logs {shown(name)} again from its step "
                f"{first} on, and replaces what an older file of the directory held there."
            )
            self.notes.append(note)
        self.series[name] = kept | series

    def trainings(self, directory: str = "") -> tuple[RecordedCurves, ...]:
        """Lay out the series by epoch."""
        steps = sorted({step for series in self.series.values() for step in series})
        if len(steps) > MAX_EPOCHS:
            raise UnreadableCurves(
                f"At most {MAX_EPOCHS:,} epochs are read, and this holds {len(steps):,} steps: "
                'log by epoch, with `update_freq="epoch"`.'
            )
        # Keras counts epochs from 0 here; others, from 0 or 1.
        from_zero = 1 if steps[0] == 0 or self.from_keras else 0
        rows: list[dict[str, float]] = [
            {name: series[step] for name, series in self.series.items() if step in series}
            for step in steps
        ]
        readings = Readings.of_rows(rows, epochs=[step + from_zero for step in steps])
        notes = [f"From the directory {shown(directory)}."] if directory else []
        trainings = trainings_of(readings, source="tensorboard", notes=[*notes, *self.notes])
        return tuple(_with_rate_note(training) for training in trainings)


def _with_rate_note(training: RecordedCurves) -> RecordedCurves:
    """Say whose rate it is, where it changes.

    Source: `TensorBoard._collect_learning_rate`, Keras 3.15, reads the optimizer when the callback
    ends the epoch.
    """
    rates = training.rates
    if rates is None or np.unique(rates[np.isfinite(rates)]).size < 2:  # noqa: PLR2004
        return training
    return training.with_note(
        "TensorBoard reads the learning rate at the end of an epoch: where its callback stands "
        "behind ReduceLROnPlateau, a reduction shows one epoch early."
    )
