"""What a run leaves on the disk and what of it can be downloaded."""

import csv
import io
import json
import math
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from core.store.family import History
from core.store.records import Epoch, Event, Run


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


def history_json(run: Run, history: History) -> str:
    """Return a run with all its epochs and events as JSON; epochs count from 1.

    What it shares with a parent stands first; `forked_after` says up to where. A number that
    JSON lacks is null.
    """
    about = {
        "name": run.name,
        "id": run.id,
        "status": run.status,
        "settings": run.spec.model_dump(mode="json"),
        "forked_from": run.parent_id,
        "forked_after": None if run.forked_at is None else run.forked_at + 1,
        "restored_by": "BackupAndRestore" if run.keras_restore else None,
    }
    epochs = [epoch_row(each) for each in history.epochs]
    events = [event_row(each) for each in history.events]
    return json.dumps(plain({**about, "epochs": epochs, "events": events}), indent=1)


def epoch_row(epoch: Epoch) -> dict[str, Any]:
    """Return an epoch as a download holds it, counted from 1."""
    return {
        "epoch": epoch.epoch + 1,
        **epoch.logs,
        "learning_rate": epoch.learning_rate,
        "learning_rate_after": epoch.learning_rate_after,
        "seconds": round(epoch.seconds, 3),
        "callbacks": list(epoch.callbacks),
    }


def event_row(event: Event) -> dict[str, Any]:
    """Return an event as a download holds it, its epoch counted from 1."""
    return {
        "epoch": None if event.epoch is None else event.epoch + 1,
        "kind": event.kind,
        "detail": dict(event.detail),
    }


def plain(value: Any) -> Any:
    """Return a value in which NaN and the infinities, which JSON lacks, are None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: plain(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in cast("list[Any]", value)]
    return value


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
