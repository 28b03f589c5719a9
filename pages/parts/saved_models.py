"""The models that a run saved, and a route that sends them straight from their files.

Streamlit's own download holds the whole file in the app's memory, and the tutorial's model
has 540 MB. Whoever has a run's id may read its models, as on its page.
"""

import glob
import re
from collections.abc import Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from core import store
from core.data.evaluated import Weights
from core.specs.callbacks import ModelCheckpoint
from core.specs.run import FINAL_MODEL
from core.store import Event, Run, RunStatus, UnknownRun
from core.store.checkpoints import best_weights
from pages.parts import services

CHECKPOINT, FINAL = "checkpoint", "final"

_PATH = "models"
_PLACEHOLDERS = re.compile(r"(?:\{[^{}]*\})+")
# The last model under the name it has while it is written, and under its own.
_OF_THE_RUN = (f"partial-{FINAL_MODEL}", FINAL_MODEL)
# Those whose training came to an end, at which the last model is saved.
_WITH_FINAL = (RunStatus.FINISHED, RunStatus.STOPPED, RunStatus.DIVERGED)


def file_of(run: Run, which: str) -> Path | None:
    """Return the file of a run's last model, or the newest of its ModelCheckpoint, if there."""
    directory = services.settings().run_dir(run.id)
    files = {FINAL: directory / FINAL_MODEL}
    for callback in run.spec.callbacks:
        if isinstance(callback, ModelCheckpoint):
            files[CHECKPOINT] = _newest(directory, callback.filepath)
    file = files.get(which)
    return file if file and file.is_file() else None


def weights_of(run: Run, events: Sequence[Event]) -> list[Weights]:
    """Return which weights a run left that can be asked, "final" first.

    Those of a run that came to its end may lie on another machine. One that is paused, failed or
    was interrupted has the best alone, if ModelCheckpoint kept them.

    Args:
        run: The run; it has none while it is active, when they still change.
        events: What happened in it.
    """
    if run.status not in _WITH_FINAL:
        return [] if run.is_active else weights_here(run, events)
    return ["final"] if best_weights(run.spec, events) is None else ["final", "best"]


def weights_here(run: Run, events: Sequence[Event]) -> list[Weights]:
    """Return of which weights of a run there is a file on this machine, "final" first."""
    directory, best = services.settings().run_dir(run.id), best_weights(run.spec, events)
    found: list[Weights] = []
    if run.status in _WITH_FINAL and (directory / FINAL_MODEL).is_file():
        found.append("final")
    if best is not None and (directory / best.file).is_file():
        found.append("best")
    return found


def with_weights(runs: Sequence[Run]) -> list[Run]:
    """Return those of some runs that left weights which can be asked, in their order."""
    broken_off = [run for run in runs if run.status not in _WITH_FINAL and not run.is_active]
    past = store.read_histories(services.db(), broken_off)
    kept = {run.id for run in broken_off if weights_of(run, past[run.id].events)}
    return [run for run in runs if run.status in _WITH_FINAL or run.id in kept]


def address(run: Run, which: str) -> str:
    """Return where a model is sent from, below the app's own address."""
    return f"{_PATH}/{run.id}/{which}"


def send(request: Request) -> Response:
    """Send a model piece by piece; the visitor names a run and one of its two models, no path."""
    try:
        run = store.read_run(services.db(), request.path_params["run_id"])
    except UnknownRun as error:
        return PlainTextResponse(str(error), status_code=404)
    file = file_of(run, request.path_params["which"])
    if file is None:
        return PlainTextResponse("The run has saved no such model.", status_code=404)
    # Its encoding keeps Streamlit from compressing half a gigabyte of weights, in vain.
    headers = {"Content-Encoding": "identity", "X-Content-Type-Options": "nosniff"}
    return FileResponse(
        file, headers=headers, media_type="application/octet-stream", filename=file.name
    )


def _newest(directory: Path, filepath: str) -> Path:
    """Return the file that ModelCheckpoint wrote last: one an epoch where its name says which."""
    pattern = "*".join(map(glob.escape, _PLACEHOLDERS.split(filepath)))
    written = [file for file in directory.glob(pattern) if file.name not in _OF_THE_RUN]
    return max(written, key=lambda file: file.stat().st_mtime_ns, default=directory / filepath)


ROUTE = Route(f"/{_PATH}/{{run_id}}/{{which}}", send)
