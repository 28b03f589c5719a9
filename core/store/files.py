"""What a run leaves on the disk and what of it can be downloaded."""

import csv
import io
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from core.store.records import Epoch


def history_csv(epochs: Sequence[Epoch]) -> str:
    """Return the epochs as CSV with a header; epochs count from 1, as Keras prints them.

    `learning_rate` is the rate the epoch trained with, `learning_rate_after` the
    one its callbacks left.
    """
    metrics = sorted({name for epoch in epochs for name in epoch.logs} - {"learning_rate"})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *metrics, "learning_rate", "learning_rate_after", "seconds"])
    for epoch in epochs:
        values = [epoch.logs.get(name, "") for name in metrics]
        rates = [epoch.learning_rate, epoch.learning_rate_after]
        writer.writerow([epoch.epoch + 1, *values, *rates, round(epoch.seconds, 3)])
    return text.getvalue()


def zip_directory(directory: Path) -> bytes:
    """Return a directory as a zip archive, its files named from the directory's own name on."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file in sorted(directory.rglob("*")):
            if file.is_file():
                zipped.write(file, file.relative_to(directory.parent))
    return archive.getvalue()


def delete_directory(directory: Path) -> None:
    """Delete a run's directory, if it has one."""
    shutil.rmtree(directory, ignore_errors=True)
