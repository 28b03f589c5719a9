"""A store that workers on several machines write to at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from core import store
from core.specs import presets
from core.specs.callbacks import ReduceLROnPlateau
from core.specs.run import RunSpec
from core.specs.sweep import Axis, SweepSpec
from core.store import Event, EventKind, RunStatus, SavedState, Store, StoreError, connection
from core.store.runs import hold_run
from tests.store.test_resuming import a_run, an_epoch

OWNER = store.owner_of("token")
AT_ONCE = 6


@pytest.fixture
def run_id(db):
    return store.create_run(db, presets.quick_demo(), owner=OWNER)


def at_once(work):
    """Do a piece of work in several threads that start together, and return what came of it."""
    gate = threading.Barrier(AT_ONCE)

    def wait_and_work(number):
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(wait_and_work, range(AT_ONCE)))


def test_workers_open_an_empty_store_at_the_same_moment(postgres_store):
    with postgres_store.write() as writing:
        writing.execute(text("CREATE SCHEMA empty"))
    url = f"{postgres_store.url}?options=-csearch_path%3Dempty"

    def open_and_create(_):
        opened = Store(url)
        store.create_run(opened, presets.quick_demo(), owner=OWNER)
        runs = store.count_active(opened)
        opened.close()
        return runs

    assert max(at_once(open_and_create)) == AT_ONCE


def test_one_of_many_workers_takes_a_run(db, run_id):
    assert sorted(at_once(lambda _: store.start_run(db, run_id))) == [0] * (AT_ONCE - 1) + [1]


def test_a_worker_cannot_write_while_another_takes_its_run(db, run_id):
    """What a late worker writes is there before the run changes hands, or never."""
    first = store.start_run(db, run_id)
    store.requeue_run(db, run_id)

    def write_or_take(number):
        if number == 0:
            return store.start_run(db, run_id)
        try:
            store.append(db, run_id, attempt=first, new_lines=[f"late {number}"])
        except store.Superseded:
            return None
        return f"late {number}"

    written = at_once(write_or_take)
    assert written[0] == first + 1
    assert set(store.read_console(db, run_id)) == set(written[1:]) - {None}
    with pytest.raises(store.Superseded):
        store.append(db, run_id, attempt=first, new_lines=["too late"])


def test_readers_that_ask_for_newer_rows_miss_none(db, run_id):
    """A row with a lower id never comes after one with a higher id was seen."""
    seen, ended = [], threading.Event()

    def read():
        while True:
            last = ended.is_set()
            newest = seen[-1].id if seen else 0
            seen.extend(store.read_events(db, run_id, after=newest))
            if last:
                return

    def write(number):
        for turn in range(8):
            store.append(db, run_id, new_events=[Event(EventKind.NAN, turn, {"by": number})])

    reader = threading.Thread(target=read)
    reader.start()
    at_once(write)
    ended.set()
    reader.join()
    assert len(seen) == 8 * AT_ONCE


def test_sentences_from_several_workers_are_all_kept(db, run_id):
    at_once(lambda number: store.add_note(db, run_id, f"Note {number}."))
    assert len(store.read_run(db, run_id).notes) == AT_ONCE


def test_a_fork_has_its_state_or_is_refused_while_its_parent_goes_back(db):
    parent = a_run(db, finished=4)
    spec = store.read_run(db, parent).spec

    def fork_or_go_back(number):
        if number == 0:
            return store.go_back(db, parent, 0)
        try:
            return store.create_fork(db, parent, spec, after_epoch=2, owner=OWNER)
        except ValueError as refused:
            assert "is not kept" in str(refused)  # noqa: PT017 - it may be refused, or not
            return None

    gone, *forks = at_once(fork_or_go_back)
    kept = {state.file for fork in forks if fork for state in store.read_states(db, fork)}
    assert not kept & set(gone)


def test_workers_that_end_the_last_branches_at_once_end_the_sweep(db):
    base = RunSpec(callbacks=(ReduceLROnPlateau(),))
    axis = Axis(callback=0, parameter="patience", values=(2, 3))
    spec = SweepSpec(base=base, axes=(axis,), seeds=tuple(range(AT_ONCE)))
    sweep = store.create_sweep(db, spec, owner=OWNER)
    held = at_once(lambda n: store.claim_branch(db, sweep.id, task=f"{n}", worker="here"))
    assert len({branch.id for branch in held}) == AT_ONCE
    at_once(lambda number: store.end_branch(db, held[number], RunStatus.FINISHED))
    assert store.read_sweep(db, sweep.id).status is RunStatus.FINISHED


def test_states_and_texts_of_any_size_and_kind_are_kept(db, run_id):
    large = SavedState(0, "x/0", "0" * 64, 5 * 2**30)
    store.append(db, run_id, new_states=[large], new_lines=["a\0b"])
    assert store.read_states(db, run_id)[0].size_bytes == 5 * 2**30
    assert store.read_console(db, run_id) == ["ab"]


def test_a_lock_on_another_machine_is_said_plainly(postgres_store, monkeypatch):
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 1)
    run_id = store.create_run(postgres_store, presets.quick_demo(), owner=OWNER)
    hurried = Store(postgres_store.url)
    with postgres_store.write() as holding:
        holding.execute(text("SELECT * FROM runs WHERE id = :id FOR UPDATE"), {"id": run_id})
        with pytest.raises(StoreError, match="was locked for 1 s"):
            store.append(hurried, run_id, new_epochs=[an_epoch(0)])
    hurried.close()


def test_a_machine_that_falls_silent_in_a_transaction_holds_no_other_up(
    postgres_store, monkeypatch
):
    run_id = store.create_run(postgres_store, presets.quick_demo(), owner=OWNER)
    monkeypatch.setattr(connection, "_IDLE_S", 1)
    frozen = Store(postgres_store.url)
    with pytest.raises(StoreError), frozen.write() as holding:  # noqa: PT012 - it raises at the end
        hold_run(holding, run_id)
        store.append(postgres_store, run_id, new_lines=["another worker's"])
    assert store.read_console(postgres_store, run_id) == ["another worker's"]
    # It goes on when it wakes up, with another connection.
    store.append(frozen, run_id, new_lines=["awake"])
    frozen.close()


def test_a_server_that_is_not_there_is_said_plainly():
    with pytest.raises(StoreError, match=r"cannot be used: connection .* refused"):
        Store("postgresql://plateau@127.0.0.1:9/postgres")
