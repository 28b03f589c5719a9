"""Runs and what they leave behind survive the store unchanged."""

import math
import sqlite3
import threading
from contextlib import ExitStack
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core import store
from core.specs import presets
from core.store import Batch, Epoch, Event, EventKind, RunStatus, Store, StoreError, connection

OWNER = store.owner_of("token")
STRANGER = store.owner_of("another")


@pytest.fixture
def run_id(db):
    return store.create_run(db, presets.quick_demo(), owner=OWNER)


def an_epoch(number, **logs):
    return Epoch(number, logs, 0.001, 0.0003, 1.5, 1.2, ({"kind": "EarlyStopping", "wait": 1},))


def test_a_run_comes_back_as_it_was_created(db, run_id):
    run = store.read_run(db, run_id)
    assert run.spec == presets.quick_demo()
    assert run.status is RunStatus.QUEUED
    assert run.is_active


def test_what_it_does_just_now_is_cut_to_its_length(db, run_id):
    store.update_run(db, run_id, phase=f"Reading the scans of {'x' * 128}", device="g" * 200)
    run = store.read_run(db, run_id)
    assert (len(run.phase), len(run.device)) == (80, 120)
    assert run.phase.startswith("Reading the scans of xx")


def test_a_run_that_does_not_exist_is_said_to_be_unknown(db):
    for read in (store.read_run, store.read_signs):
        with pytest.raises(store.UnknownRun, match="may have been deleted"):
            read(db, "nope")


def test_rows_come_back_in_order_and_unchanged(db, run_id):
    epochs = [an_epoch(0, loss=0.5), an_epoch(1, loss=0.25)]
    event = Event(EventKind.LEARNING_RATE_REDUCED, 1, {"from": 0.001, "to": 0.0003})
    store.append(db, run_id, new_epochs=epochs, new_events=[event], new_lines=["a", "b"])
    read = store.read_epochs(db, run_id)
    assert [(e.epoch, e.logs, e.callbacks) for e in read] == [
        (e.epoch, e.logs, e.callbacks) for e in epochs
    ]
    assert [(e.kind, e.epoch, e.detail) for e in store.read_events(db, run_id)] == [
        (event.kind, 1, event.detail)
    ]
    assert store.read_console(db, run_id) == ["a", "b"]


def test_readers_ask_only_for_what_is_newer(db, run_id):
    store.append(db, run_id, new_epochs=[an_epoch(0)])
    seen = store.read_signs(db, run_id).epoch
    store.append(db, run_id, new_epochs=[an_epoch(1)])
    assert [e.epoch for e in store.read_epochs(db, run_id, after=seen)] == [1]


def test_the_signs_of_a_run_change_with_everything_that_is_written(db, run_id):
    rows = {
        "epoch": {"new_epochs": [an_epoch(0)]},
        "event": {"new_events": [Event(EventKind.NAN)]},
        "batch": {"new_batches": [Batch(0, 0, {})]},
        "line": {"new_lines": ["a"]},
    }
    for name, row in rows.items():
        before = store.read_signs(db, run_id)
        store.append(db, run_id, **row)
        after = store.read_signs(db, run_id)
        assert getattr(after, name) > getattr(before, name)
        assert replace(after, **{name: getattr(before, name)}) == before
    store.request_stop(db, run_id, owner=OWNER)
    assert store.read_signs(db, run_id).status is RunStatus.STOPPED


def test_nan_and_infinities_are_data(db, run_id):
    logs = {"loss": math.nan, "val_loss": math.inf, "low": -math.inf}
    store.append(db, run_id, new_epochs=[an_epoch(0, **logs)], new_batches=[Batch(0, 3, logs)])
    for read in (store.read_epochs(db, run_id)[0].logs, store.read_last_batch(db, run_id).logs):
        assert math.isnan(read["loss"])
        assert (read["val_loss"], read["low"]) == (math.inf, -math.inf)


def test_the_last_lines_of_the_console_are_kept(db, run_id):
    store.append(db, run_id, new_lines=[str(i) for i in range(10)])
    assert store.read_console(db, run_id, last=3) == ["7", "8", "9"]


def test_the_place_in_the_queue_counts_those_before(db):
    ids = [store.create_run(db, presets.quick_demo(), owner=OWNER) for _ in range(3)]
    store.start_run(db, ids[0])
    assert [len(store.read_before(db, store.read_run(db, i))) for i in ids] == [0, 1, 2]
    store.end_run(db, ids[0], RunStatus.FINISHED)
    assert len(store.read_before(db, store.read_run(db, ids[2]))) == 1


def test_a_run_that_goes_on_queues_at_the_end_and_one_whose_worker_died_keeps_its_turn(db):
    ids = [store.create_run(db, presets.quick_demo(), owner=OWNER) for _ in range(3)]
    store.end_run(db, ids[0], RunStatus.STOPPED)
    store.resume_run(db, ids[0], owner=OWNER)
    assert [len(store.read_before(db, store.read_run(db, i))) for i in ids] == [2, 0, 1]
    store.start_run(db, ids[1])
    store.requeue_run(db, ids[1])
    assert [len(store.read_before(db, store.read_run(db, i))) for i in ids] == [2, 0, 1]


def test_a_run_is_taken_by_one_worker_only(db, run_id):
    assert store.start_run(db, run_id)
    assert not store.start_run(db, run_id)


def test_a_run_ends_once(db, run_id):
    store.start_run(db, run_id)
    assert store.end_run(db, run_id, RunStatus.FAILED, error="why")
    assert not store.end_run(db, run_id, RunStatus.FINISHED)
    run = store.read_run(db, run_id)
    assert (run.status, run.error) == (RunStatus.FAILED, "why")
    assert [e.kind for e in store.read_events(db, run_id)] == [EventKind.FAILED]


def test_only_the_owner_stops_and_deletes(db, run_id):
    with pytest.raises(store.NotYours, match="Only the owner"):
        store.request_stop(db, run_id, owner=STRANGER)
    store.request_stop(db, run_id, owner=OWNER)
    with pytest.raises(store.NotYours, match="Only the owner"):
        store.delete_run(db, run_id, owner=STRANGER)
    store.delete_run(db, run_id, owner=OWNER)
    assert store.read_runs(db) == []


def test_newer_runs_of_others_do_not_hide_an_owners_own(db, run_id):
    others = [store.create_run(db, presets.quick_demo(), owner=STRANGER) for _ in range(2)]
    assert [run.id for run in store.read_runs(db, OWNER, limit=1)] == [run_id]
    assert [run.id for run in store.read_runs(db, not_of=OWNER)] == others[::-1]
    assert [run.id for run in store.read_runs(db, limit=2)] == others[::-1]
    assert store.count_runs(db) == 3


def test_a_queued_run_stops_at_once_and_a_running_one_is_asked_to(db):
    queued, running = (store.create_run(db, presets.quick_demo(), owner=OWNER) for _ in range(2))
    store.start_run(db, running)
    for run_id in (queued, running):
        store.request_stop(db, run_id, owner=OWNER)
        assert store.read_run(db, run_id).stop_requested
    assert store.read_run(db, queued).status is RunStatus.STOPPED
    assert store.read_run(db, running).status is RunStatus.PREPARING


def test_an_active_run_is_not_deleted(db, run_id):
    with pytest.raises(ValueError, match="stop it first"):
        store.delete_run(db, run_id, owner=OWNER)


def test_deleting_a_run_leaves_none_of_its_rows(db, run_id):
    store.append(
        db, run_id, new_epochs=[an_epoch(0)], new_batches=[Batch(0, 0, {})], new_lines=["x"]
    )
    store.end_run(db, run_id, RunStatus.FINISHED)
    store.delete_run(db, run_id, owner=OWNER)
    assert store.read_epochs(db, run_id) == []
    assert store.read_last_batch(db, run_id) is None
    assert store.read_console(db, run_id) == []
    assert store.read_events(db, run_id) == []


def test_runs_without_a_sign_of_life_are_interrupted(db):
    silent, alive = (store.create_run(db, presets.quick_demo(), owner=OWNER) for _ in range(2))
    with db.write() as writing:
        writing.execute(text("UPDATE runs SET heartbeat_s = 1 WHERE id = :id"), {"id": silent})
    assert store.interrupt_silent(db, older_than_s=30) == [silent]
    assert store.read_run(db, silent).status is RunStatus.INTERRUPTED
    assert store.read_run(db, alive).status is RunStatus.QUEUED


def test_a_sign_of_life_for_the_queue_leaves_the_others_alone(db):
    queued, ended = (store.create_run(db, presets.quick_demo(), owner=OWNER) for _ in range(2))
    store.end_run(db, ended, RunStatus.STOPPED)
    before = store.read_run(db, ended).heartbeat_s
    store.touch_queued(db, [queued, ended])
    assert store.read_run(db, ended).heartbeat_s == before


def test_a_full_disk_is_said_plainly_and_reading_goes_on(sqlite_db):
    db = sqlite_db
    run_id = store.create_run(db, presets.quick_demo(), owner=OWNER)
    with db.read() as reading:
        pages = reading.execute(text("PRAGMA page_count")).scalar_one()
        reading.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreError, match="disk that holds the store is full"):
        store.append(db, run_id, new_lines=["x" * 1000] * 1000)
    assert store.read_console(db, run_id) == []
    assert store.read_run(db, run_id).name == "Quick demo"


def test_a_lock_held_for_long_is_said_plainly(tmp_path, monkeypatch):
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.05)
    db = Store(f"sqlite:///{tmp_path}/store.sqlite")
    holder = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="was locked"):
        store.create_run(db, presets.quick_demo(), owner=OWNER)
    holder.close()
    db.close()


def test_connections_that_are_all_in_use_are_said_plainly(sqlite_db, monkeypatch):
    monkeypatch.setattr(sqlite_db._engine.pool, "_timeout", 0.01)
    with ExitStack() as held:
        for _ in range(15):
            held.enter_context(sqlite_db.read())
        with pytest.raises(StoreError, match="no connection to it came free"):
            held.enter_context(sqlite_db.read())


def test_a_file_that_is_no_database_is_said_plainly(tmp_path):
    (tmp_path / "store.sqlite").write_text("Patient, label\n" * 100)
    with pytest.raises(StoreError, match="cannot be used: file is not a database"):
        Store(f"sqlite:///{tmp_path}/store.sqlite")


def test_a_mistake_of_ours_is_no_trouble_of_the_store(sqlite_db):
    with pytest.raises(IntegrityError), sqlite_db.write() as writing:
        writing.exec_driver_sql("INSERT INTO epochs (run_id) VALUES (NULL)")


def test_writers_in_several_threads_lose_nothing(db, run_id):
    def write(number):
        for i in range(20):
            store.append(db, run_id, new_lines=[f"{number}-{i}"])

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(store.read_console(db, run_id))) == 80


def test_the_history_is_a_table_that_counts_from_one():
    table = store.history_csv([an_epoch(0, loss=0.5, val_loss=math.nan, learning_rate=0.001)])
    assert table.splitlines() == [
        "epoch,loss,val_loss,learning_rate,learning_rate_after,seconds",
        "1,0.5,nan,0.001,0.0003,1.5",
    ]


def test_several_runs_are_read_in_the_order_asked_for_and_unknown_ones_left_out(db):
    ids = [store.create_run(db, presets.quick_demo(), owner=OWNER) for _ in range(3)]
    asked = [ids[2], "nope", ids[0], ids[2]]
    assert [run.id for run in store.read_runs_of(db, asked)] == [ids[2], ids[0]]


def test_the_rows_of_several_runs_are_those_of_each(db):
    one, other, empty = (store.create_run(db, presets.quick_demo(), owner=OWNER) for _ in range(3))
    for number in range(3):
        for run_id in (one, other):
            event = Event(EventKind.CHECKPOINT_SAVED, number, {"file": run_id})
            epoch = an_epoch(number, loss=math.nan if number else 0.5)
            store.append(db, run_id, new_epochs=[epoch], new_events=[event])
    curves, events = (read(db, [one, empty]) for read in (store.read_curves, store.read_events_of))
    assert list(curves) == list(events) == [one, empty]
    assert curves[empty] == events[empty] == []
    assert events[one] == store.read_events(db, one)
    assert [(e.epoch, e.learning_rate_after) for e in curves[one]] == [(n, 3e-4) for n in range(3)]
    assert math.isnan(curves[one][2].logs["loss"])
    assert not curves[one][0].callbacks
    counted = store.read_curves(db, [one, empty], counters=True)
    assert counted[one][0] == store.read_epochs(db, one)[0]
    assert store.newest(db, one, other) == max(store.newest(db, one), store.newest(db, other))
