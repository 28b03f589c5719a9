"""What `fit` prints, pasted as it is, from the first epoch to the last."""

import re
from dataclasses import dataclass, field, replace

import numpy as np

from core.curves.progress_bars import NUMBER, Progress, read_progress, screen_lines
from core.curves.recorded import MAX_EPOCHS, RecordedCurves, UnreadableCurves, rate_column
from core.curves.trainings import Readings, trainings_of
from core.plateaus.arrays import FloatArray

_EPOCH = re.compile(r"(?:^|\s)Epoch (\d{1,9})/(\d{1,9})(?=\s|$)")
_RATE = re.compile(
    r"Epoch (\d{1,9}): (ReduceLROnPlateau reducing|LearningRateScheduler \w+) "
    rf"learning rate to ({NUMBER})\.?\s*$",
    re.IGNORECASE,
)

# A column of our own, which no metric of Keras can be called.
_RATE_AFTER = "learning rate after the epoch:"


def read_console(text: str) -> tuple[RecordedCurves, ...]:
    """Read the trainings that a text shows.

    Of an epoch's lines the last counts. Epochs that were not finished, and lines of `evaluate` and
    `predict`, are left out with a note.

    Args:
        text: With or without carriage returns, backspaces and colours.

    Returns:
        At least one, in the order in which they were printed.

    Raises:
        UnreadableCurves: If no epoch in it was finished.
    """
    transcript = _Transcript()
    for number, line in screen_lines(text):
        transcript.read(number, line)
    rows = transcript.close()
    if not rows:
        raise UnreadableCurves(
            "No finished epoch stands in this text: paste what `fit` prints, such as "
            "'50/50 ━━━━ 3s 45ms/step - loss: 0.5012 - val_loss: 0.6023'."
        )
    readings = Readings.of_rows(
        [row.values for row in rows],
        epochs=_epochs(rows),
        lines=[row.line for row in rows],
    )
    trainings = trainings_of(readings, source="console", notes=transcript.notes)
    # A training that was not finished leaves what its scheduler said before the first epoch.
    return tuple(_with_rates(training) for training in trainings if _metrics(training))


@dataclass
class _Row:
    """What one epoch left.

    Attributes:
        epoch: Its number as printed; None where no line says it.
        line: Where it was met first.
        progress: The bar's last drawing.
        values: Of the metrics at its end; empty where it was not finished.
    """

    epoch: int | None
    line: int
    progress: Progress | None = None
    values: dict[str, float] = field(default_factory=dict[str, float])


class _Transcript:
    """Reads line after line.

    Attributes:
        notes: What was left out.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._rows: list[_Row] = []
        self._row: _Row | None = None
        self._foreign: list[int] = []
        self._unfinished: list[int] = []

    def read(self, number: int, line: str) -> None:
        """Take one line of the screen."""
        if rate := _RATE.search(line):
            self._take_rate(number, rate)
            return
        header = _EPOCH.search(line)
        if header:
            self._begin(number, int(header[1]))
            line = line[header.end() :]
        progress = read_progress(line, on_header=header is not None)
        if progress is not None:
            self._take(number, progress)

    def close(self) -> list[_Row]:
        """End the last epoch, and sum up what was left out.

        Returns:
            The finished epochs and what callbacks said of the rate, in their order; empty if no
            epoch was finished.
        """
        self._end()
        if self._unfinished:
            self.notes.append(
                f"Left out, since not finished: {_counted(self._unfinished, 'epoch')}."
            )
        if self._foreign:
            self.notes.append(
                "Left out, since they belong to no epoch, as what `evaluate` prints: "
                f"{_counted(self._foreign, 'progress line')}."
            )
        self.notes.append(
            "The console shows four digits behind the point: smaller differences, which a callback "
            "sees, are lost here."
        )
        epochs = [row for row in self._rows if row.progress is not None]
        numbers = {row.epoch for row in epochs}
        if numbers <= {None}:
            # What callbacks say names an epoch, which helps only where the bars have numbers too.
            return epochs
        if len(epochs) > 1 and len(numbers) == 1:
            # `fit(epochs=1)` in a loop, with the header that Keras 2.2 printed for it as well
            # (`ProgbarLogger.on_epoch_begin`): the order counts, and what callbacks say of the
            # rate stands before the bar it belongs to.
            for row in self._rows:
                row.epoch = None
        return self._rows

    def _begin(self, number: int, epoch: int | None) -> None:
        self._end()
        if len(self._rows) >= MAX_EPOCHS:
            raise UnreadableCurves(
                f"begins one epoch too many: at most {MAX_EPOCHS:,} are read.", line=number
            )
        self._row = _Row(epoch, number)

    def _end(self) -> None:
        row, self._row = self._row, None
        if row is None or row.progress is None:
            return
        if row.progress.finished:
            row.values = row.progress.values
            self._rows.append(row)
        else:
            self._unfinished.append(row.line)

    def _take(self, number: int, progress: Progress) -> None:
        """Give a drawing to the epoch it belongs to."""
        row = self._row
        if row is None or row.progress is None:
            if row is None:
                self._begin(number, None)
            self._draw(progress)
        elif row.epoch is None and self._begins_next(row.progress, progress):
            self._begin(number, None)
            self._draw(progress)
        elif progress.redraws(row.progress):
            self._draw(progress)
        else:
            self._foreign.append(number)

    def _draw(self, progress: Progress) -> None:
        if self._row is not None:
            self._row.progress = progress

    @staticmethod
    def _begins_next(earlier: Progress, progress: Progress) -> bool:
        """Whether a line starts a new epoch where no header does."""
        if not earlier.finished:
            return progress.done < earlier.done
        if not progress.finished:
            return True
        # Drawn twice at its end, it gains the metrics of validation; otherwise it is the next.
        return set(progress.values) == set(earlier.values)

    def _take_rate(self, number: int, rate: re.Match[str]) -> None:
        """Keep what a callback says; the scheduler speaks before its epoch, the other after."""
        scheduled = rate[2].lower().startswith("learningratescheduler")
        name = "learning_rate" if scheduled else _RATE_AFTER
        row = _Row(int(rate[1]), number, values={name: float(rate[3])})
        if scheduled:
            self._end()
        self._rows.append(row)


def _counted(lines: list[int], thing: str) -> str:
    if len(lines) == 1:
        return f"one {thing}, in line {lines[0]}"
    return f"{len(lines):,} {thing}s, the first in line {lines[0]}"


def _epochs(rows: list[_Row]) -> list[int]:
    """The epochs' numbers, counted where no line says them."""
    epochs: list[int] = []
    last = 0
    for row in rows:
        epochs.append(last + 1 if row.epoch is None else row.epoch)
        last = epochs[-1] if row.progress is not None else last
    # Loops of one's own may count from 0.
    return [epoch + 1 for epoch in epochs] if 0 in epochs else epochs


def _metrics(training: RecordedCurves) -> list[str]:
    """The columns that bars showed, but for the learning rate."""
    return [name for name in training.columns if name not in (_RATE_AFTER, "learning_rate")]


def _with_rates(training: RecordedCurves) -> RecordedCurves:
    """Turn what ReduceLROnPlateau said into the rates of the epochs after it.

    Only where no line shows the learning rate itself. Epochs of which nothing is known but what a
    callback said, since they were not finished, are left out.
    """
    columns, present = dict(training.columns), dict(training.present)
    finished = np.any([present[name] for name in _metrics(training)], axis=0)
    set_after = columns.pop(_RATE_AFTER, None)
    present.pop(_RATE_AFTER, None)
    if set_after is not None and rate_column(columns) is None:
        rates = _carried_on(set_after)
        known = ~np.isnan(rates)
        if known[finished].any():
            columns["learning_rate"], present["learning_rate"] = rates, known
            training = training.with_note(
                "The learning rate was taken from what ReduceLROnPlateau printed; before its "
                "first reduction it is not known."
            )
    return replace(
        training,
        epochs=training.epochs[finished],
        columns={name: values[finished] for name, values in columns.items()},
        present={name: where[finished] for name, where in present.items()},
        learning_rate=rate_column(columns),
    )


def _carried_on(set_after: FloatArray) -> FloatArray:
    """The rate in each epoch, from the rates set at the ends of some, NaN before the first."""
    rates = np.full(len(set_after), np.nan)
    for epoch in range(1, len(set_after)):
        said = set_after[epoch - 1]
        rates[epoch] = rates[epoch - 1] if np.isnan(said) else said
    return rates
