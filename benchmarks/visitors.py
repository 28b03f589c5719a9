"""How long does a page take when a class of thirty shares one demo?

Ours: thirty visitors walk through a hosted installation while a run trains, each with a session of
its own, a few seconds of reading between two pages, and the run's feed open while on the monitor;
the 95th percentile of the seconds from asking for a page to its last element. The reference: one
visitor who walks alone in the same way. They speak Streamlit's protocol without a browser, since
thirty browsers would have the machine to themselves.
"""

import random
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.browser import chromium, new_page, wait_until_warm
from benchmarks.homes import environment_of, load_scans, temporary_home
from benchmarks.report import Measurement, tell
from benchmarks.servers import Server, serving
from benchmarks.visits import open_form, require_healthy, start_run, stop_run
from benchmarks.waiting import until
from core import store
from core.settings import Settings
from core.specs import presets
from core.store import Run, Store

_VISITORS, _ROUNDS, _ALONE_ROUNDS = 30, 2, 4
_READING_S, _ALONE_READING_S = (5.0, 15.0), (0.5, 1.0)
_LIMIT_S = 120.0
_MOST_BYTES = 2**26
_WALK = ("overview", "playground", "configure", "monitor", "replay", "compare", "hooks", "runs")
_DONE = ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY


@dataclass(frozen=True)
class Visit:
    """A page that was asked for.

    Attributes:
        page: Its address.
        seconds: Until its last element had come.
    """

    page: str
    seconds: float


class Visitor:
    """A session of the app, as the browser's half of Streamlit keeps it.

    Args:
        url: Where the app answers.
    """

    def __init__(self, url: str) -> None:
        self._url = url.replace("http", "ws", 1)
        self._pages: dict[str, str] = {}
        self._socket = connect(
            f"{self._url}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            max_size=_MOST_BYTES,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def visit(self, page: str, query: str) -> Visit:
        """Ask for a page and wait for its last element."""
        known = self._pages.get(page)
        asked = ClientState(query_string=query, page_script_hash=known or "")
        if known is None:
            asked.page_name = page
        began = time.perf_counter()
        self._socket.send(BackMsg(rerun_script=asked).SerializeToString())
        while not self._is_whole():
            pass
        return Visit(page, time.perf_counter() - began)

    def watch(self, run: Run, *, seconds: float) -> None:
        """Listen to a run's feed, as the monitor does."""
        until_s = time.perf_counter() + seconds
        with connect(f"{self._url}/live/{run.id}?dark=0", max_size=_MOST_BYTES) as feed:
            _listen(feed, until_s)

    def _is_whole(self) -> bool:
        message = ForwardMsg.FromString(self._socket.recv(_LIMIT_S, decode=False))
        kind = message.WhichOneof("type")
        if kind == "navigation":
            pages = message.navigation.app_pages
            self._pages = {page.url_pathname: page.page_script_hash for page in pages}
        if kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
            raise RuntimeError(message.delta.new_element.exception.message)
        return kind == "script_finished" and message.script_finished == _DONE


def measure() -> Measurement:
    """Measure seconds a page."""
    with temporary_home() as settings:
        environment = environment_of(settings) | {"PLATEAU_HOSTED": "true"}
        with (
            serving("streamlit_app.py", environment=environment) as server,
            closing(Store(settings.store_url)) as db,
        ):
            server.wait()
            run = _trained_meanwhile(server, settings, db)
            until(lambda: len(store.read_epochs(db, run.id)) >= 5, within_s=_LIMIT_S, what="epochs")
            undisturbed = _epoch_s(db, run, after=1)
            alone = _walk_alone(server.url, run, 0, _ALONE_ROUNDS, _ALONE_READING_S)
            _tell("One visitor", alone, server)
            before = len(store.read_epochs(db, run.id))
            together = _walk_together(server.url, run)
            _tell(f"{_VISITORS} visitors", together, server)
            disturbed = _epoch_s(db, run, after=before)
            tell(f"An epoch took {undisturbed:.2f} s before, and {disturbed:.2f} s beside them.")
            require_healthy(store.read_run(db, run.id))
            stop_run(run, db)
    return Measurement("visitors", _p95(together), "s", _p95(alone))


def _trained_meanwhile(server: Server, settings: Settings, db: Store) -> Run:
    """Start a run as a person would, and return it."""
    spec = presets.quick_demo()
    longer = spec.training.model_copy(update={"epochs": 500})
    load_scans(spec.scans, settings)
    with chromium() as browser, new_page(browser, server.url) as page:
        page.goto("/overview")
        wait_until_warm(page)
        open_form(page, spec.model_copy(update={"training": longer, "callbacks": ()}))
        return start_run(page, db)[0]


def _walk_together(url: str, run: Run) -> list[Visit]:
    with ThreadPoolExecutor(_VISITORS) as people:
        walks = people.map(
            lambda seed: _walk_alone(url, run, seed, _ROUNDS, _READING_S), range(_VISITORS)
        )
        return [visit for walk in walks for visit in walk]


def _walk_alone(
    url: str, run: Run, seed: int, rounds: int, reading_s: tuple[float, float]
) -> list[Visit]:
    """Walk through all pages some times, each time in another order, by the seed."""
    chance = random.Random(seed)
    queries = {"monitor": f"run={run.id}", "replay": f"run={run.id}", "compare": f"runs={run.id}"}
    visits: list[Visit] = []
    with Visitor(url) as visitor:
        for _ in range(rounds):
            for page in chance.sample(_WALK, len(_WALK)):
                visits.append(visitor.visit(page, queries.get(page, "")))
                seconds = chance.uniform(*reading_s)
                if page == "monitor":
                    visitor.watch(run, seconds=seconds)
                else:
                    time.sleep(seconds)
    return visits


def _listen(feed: ClientConnection, until_s: float) -> None:
    while (left_s := until_s - time.perf_counter()) > 0:
        try:
            feed.recv(left_s)
        except TimeoutError:
            return


def _epoch_s(db: Store, run: Run, *, after: int) -> float:
    """Return the median seconds of the epochs after some."""
    return statistics.median(epoch.seconds for epoch in store.read_epochs(db, run.id)[after:])


def _tell(who: str, visits: Sequence[Visit], server: Server) -> None:
    slowest = {page: max(visit.seconds for visit in visits if visit.page == page) for page in _WALK}
    tell(
        f"{who}: {len(visits)} pages, half within "
        f"{statistics.median(visit.seconds for visit in visits):.2f} s, 95 of 100 within "
        f"{_p95(visits):.2f} s; the app holds {server.process.memory_info().rss / 1e6:.0f} MB."
    )
    tell("Slowest: " + ", ".join(f"{page} {seconds:.2f} s" for page, seconds in slowest.items()))


def _p95(visits: Sequence[Visit]) -> float:
    return statistics.quantiles((visit.seconds for visit in visits), n=20)[-1]
