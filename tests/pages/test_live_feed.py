"""What a page that follows a run is told, without a browser."""

import json
from concurrent.futures import ThreadPoolExecutor

import anyio

from core import store
from core.specs import presets
from core.store import Epoch, RunStatus, SavedState, StoreError
from pages.parts import live_feed
from pages.parts.live_feed import Feed, follow, state_of

OWNER = store.owner_of("somebody")


def an_epoch(number, accuracy=0.5):
    logs = {"loss": 1.0, "accuracy": accuracy, "val_loss": 1.0, "val_accuracy": accuracy}
    return Epoch(number, logs, 1e-3, 1e-3, 1.0, 0.8)


def a_run(db, finished):
    run_id = store.create_run(db, presets.quick_demo(), owner=OWNER)
    store.start_run(db, run_id)
    store.update_run(db, run_id, status=RunStatus.RUNNING)
    store.append(
        db,
        run_id,
        new_epochs=[an_epoch(number) for number in range(finished)],
        new_states=[SavedState(n, f"{run_id}/{n}", "0" * 64, 9) for n in range(finished)],
    )
    return run_id


def curves(news):
    return {trace.get("name"): trace["x"] for trace in json.loads(news["figure"])["data"]}


def test_a_fork_is_followed_with_its_parents_past(db):
    parent = a_run(db, 3)
    spec = store.read_run(db, parent).spec
    child = store.create_fork(db, parent, spec, after_epoch=1, owner=OWNER)
    store.start_run(db, child)
    store.append(db, child, new_epochs=[an_epoch(2)])
    feed = Feed(child, viewer=OWNER, dark=False)
    news = feed.news()
    assert curves(news)["validation, shared"] == [1, 2]
    assert curves(news)["validation"] == [2, 3]
    assert "**3** of" in news["line"]


def test_epochs_that_are_done_again_are_drawn_once(db):
    run_id = a_run(db, 3)
    feed = Feed(run_id, viewer=OWNER, dark=False)
    assert curves(feed.news())["validation"] == [1, 2, 3]
    # Its worker died before the state of the third was written: it is done again.
    store.requeue_run(db, run_id)
    feed.news()
    store.go_back(db, run_id, 1)
    store.start_run(db, run_id)
    store.update_run(db, run_id, status=RunStatus.RUNNING)
    store.append(db, run_id, new_epochs=[an_epoch(2, accuracy=0.9), an_epoch(3)])
    assert curves(feed.news())["validation"] == [1, 2, 3, 4]


def test_the_page_is_drawn_anew_when_something_is_asked_for(db):
    run_id = a_run(db, 1)
    states = [state_of(store.read_signs(db, run_id))]
    store.multiply_rate(db, run_id, 0.3, owner=OWNER)
    states.append(state_of(store.read_signs(db, run_id)))
    store.request_pause(db, run_id, owner=OWNER)
    states.append(state_of(store.read_signs(db, run_id)))
    assert states == ["running 0", "running 1", "running pausing 1"]


def test_a_page_whose_run_is_deleted_is_drawn_anew_and_asks_no_more(db):
    run_id = a_run(db, 1)
    feed = Feed(run_id, viewer=OWNER, dark=False)
    feed.news()
    store.end_run(db, run_id, RunStatus.STOPPED)
    store.delete_run(db, run_id, owner=OWNER)
    assert feed.news() == {"state": "deleted", "over": True}
    assert feed.over


class Watcher:
    """A browser's end of the socket, that stays."""

    path_params, query_params = {"run_id": "any"}, {}

    def __init__(self):
        self.heard, self.closed = [], False

    async def accept(self):
        pass

    async def receive_text(self):
        await anyio.sleep_forever()

    async def send_text(self, text):
        self.heard.append(json.loads(text))

    async def close(self):
        self.closed = True


def follow_to_the_end(watcher):
    # Playwright keeps an event loop running in the thread of the tests.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(anyio.run, follow, watcher).result()


def test_a_store_that_cannot_be_used_ends_the_telling_quietly(monkeypatch):
    def out_of_reach(_):
        raise StoreError("The store was locked.")

    monkeypatch.setattr(Feed, "news", out_of_reach)
    watcher = Watcher()
    follow_to_the_end(watcher)
    assert watcher.closed


def test_a_watcher_of_a_deleted_run_hears_so(home):
    watcher = Watcher()
    follow_to_the_end(watcher)
    assert watcher.heard == [{"state": "deleted", "over": True}]
    assert watcher.closed


def test_who_waits_is_told_when_others_before_them_end(db, monkeypatch):
    monkeypatch.setattr(live_feed, "_PLACE_EVERY_S", 0.0)
    first, second = (store.create_run(db, presets.quick_demo(), owner=OWNER) for _ in range(2))
    feed = Feed(second, viewer=OWNER, dark=False)
    assert feed.news()["text"] == "1 run before this one."
    store.end_run(db, first, RunStatus.STOPPED)
    assert feed.news() == {"share": 0.0, "text": "Next in the queue."}
