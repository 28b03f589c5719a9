"""What is new in a run, sent to whoever watches it, over a socket of its own.

Asking through Streamlit several times a second costs the browser 65 ms of script a
look, a sixth of a core on the machine that trains. This route of the same server looks
into the store instead, and sends what changed. Whoever has a run's id may read it.
"""

import json
import logging
import time
from typing import Any

import anyio
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from core import store
from core.store import Epoch, Run, RunStatus, Signs, StoreError, UnknownRun, private
from pages.parts import services
from pages.parts.progress import line, progress_of

LINES_WHILE_ACTIVE, LINES_AFTERWARDS = 40, 1000
# Looks, and still more what the browser paints, take time from the training beside them.
_LOOK_EVERY_S = 0.25
_PROGRESS_EVERY_S = 1.0
_PLACE_EVERY_S = 5.0
_PATH = "live"

_log = logging.getLogger(__name__)


def address(run: Run, *, viewer: str, dark: bool) -> str:
    """Return the feed's address below the app's own, "" for a run that has ended.

    Args:
        run: The run.
        viewer: Who watches, as the store keeps their token, which cannot be told from it.
        dark: Whether their page is dark.
    """
    return f"{_PATH}/{run.id}?viewer={viewer}&dark={int(dark)}" if run.is_active else ""


def state_of(signs: Signs) -> str:
    """Return what of a run the rest of its page is drawn from."""
    stopping = " stopping" if signs.stop_requested else ""
    pausing = " pausing" if signs.pause_requested else ""
    return f"{signs.status}{stopping}{pausing} {signs.asked}"


def console_of(run: Run | Signs, run_id: str) -> str:
    """Return the last lines that Keras printed."""
    active = run.status in store.ACTIVE
    last = LINES_WHILE_ACTIVE if active else LINES_AFTERWARDS
    return "\n".join(store.read_console(services.db(), run_id, last=last))


class Feed:
    """Tells a watcher what is new since it last told.

    Args:
        run_id: The run.
        viewer: The watcher, as the store keeps their token.
        dark: Whether the watcher's page is dark.
    """

    def __init__(self, run_id: str, *, viewer: str, dark: bool) -> None:
        self.over = False
        self._run_id, self._viewer, self._dark = run_id, viewer, dark
        self._told: Signs | None = None
        self._epochs: list[Epoch] = []
        self._shared: store.Shared | None = None
        self._progress_told_s = 0.0

    def news(self) -> dict[str, Any]:
        """Return what changed, by the names that live.js knows; empty if nothing did."""
        try:
            return self._look()
        except UnknownRun:
            # It was deleted: the page is drawn anew, and says so.
            self.over = True
            return {"state": "deleted", "over": True}

    def _look(self) -> dict[str, Any]:
        now, before = store.read_signs(services.db(), self._run_id), self._told
        if now == before and now.status is RunStatus.QUEUED:
            return self._place()
        if now == before or self._too_soon(now):
            return {}
        self._told = now
        self.over = now.status not in store.ACTIVE
        news: dict[str, Any] = {"state": state_of(now), "over": self.over}
        if before is None or now.line != before.line:
            news["lines"] = console_of(now, self._run_id)
        return news | self._progress(now, before)

    def _place(self) -> dict[str, Any]:
        """Return what is new of a run that waits: others that end are no sign of its own."""
        if time.monotonic() - self._progress_told_s < _PLACE_EVERY_S:
            return {}
        self._progress_told_s = time.monotonic()
        progress = progress_of(self._read_run(), [])
        return {"share": progress.share, "text": progress.text}

    def _too_soon(self, now: Signs) -> bool:
        """Tell whether nothing but a batch is new, and the last one was just told."""
        before = self._told
        same = before is not None and (now.epoch, now.event, now.line, state_of(now)) == (
            before.epoch,
            before.event,
            before.line,
            state_of(before),
        )
        return same and time.monotonic() - self._progress_told_s < _PROGRESS_EVERY_S

    def _progress(self, now: Signs, before: Signs | None) -> dict[str, Any]:
        # The server's start need not wait for plotly.
        from core.charts.live import run_figure  # noqa: PLC0415

        self._progress_told_s = time.monotonic()
        db = services.db()
        run = self._read_run()
        shared = self._shared = self._shared or store.read_shared(db, run)
        self._take_epochs(now, before)
        epochs = [*shared.epochs, *self._epochs]
        progress = progress_of(run, epochs)
        news: dict[str, Any] = {"share": progress.share, "text": progress.text}
        if before is None or (now.epoch, now.event) != (before.epoch, before.event):
            events = [*shared.events, *store.read_events(db, self._run_id)]
            events = private.events_of(run, events)
            figure = run_figure(run, epochs, events, shared_with=shared.run_name, dark=self._dark)
            news |= {"line": line(run, epochs), "figure": figure.to_json()}
        return news

    def _read_run(self) -> Run:
        """Return the run as the watcher may see it; nobody is at home who sits at a socket."""
        run, data_dir = store.read_run(services.db(), self._run_id), services.settings().data_dir
        sees = private.may_see(run, self._viewer, data_dir=data_dir, at_home=False)
        return run if sees else private.without_scans(run)

    def _take_epochs(self, now: Signs, before: Signs | None) -> None:
        """Read the epochs that are new; all of a run that was taken up again, and went back."""
        if before is not None and now.status != before.status:
            self._epochs = []
        seen = self._epochs[-1].id if self._epochs else 0
        if now.epoch > seen:
            self._epochs += store.read_epochs(services.db(), self._run_id, after=seen)


async def follow(socket: WebSocket) -> None:
    """Send what is new in a run until it ends or the watcher has gone."""
    await socket.accept()
    query = socket.query_params
    feed = Feed(
        socket.path_params["run_id"],
        viewer=query.get("viewer", ""),
        dark=query.get("dark") == "1",
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_cancel_when_gone, socket, tasks.cancel_scope)
        await _send_all(socket, feed)
        tasks.cancel_scope.cancel()


async def _send_all(socket: WebSocket, feed: Feed) -> None:
    try:
        while not feed.over:
            news = await anyio.to_thread.run_sync(feed.news)
            if news:
                await socket.send_text(json.dumps(news))
            await anyio.sleep(_LOOK_EVERY_S)
    except WebSocketDisconnect:
        return
    except StoreError as error:
        # The browser asks again in a second.
        _log.warning("a watcher was told nothing: %s", error)
    await socket.close()


async def _cancel_when_gone(socket: WebSocket, scope: anyio.CancelScope) -> None:
    """End the sending when the page is closed, or the server: a socket hears of both."""
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        scope.cancel()


ROUTE = WebSocketRoute(f"/{_PATH}/{{run_id}}", follow)
