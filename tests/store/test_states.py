"""Which states are kept, their files, and stores of earlier versions."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect, text

from core import store
from core.specs import presets
from core.store import SavedState, StateFiles, Store, states, tables
from core.store.migration import bring_up_to_date
from core.store.states import KEPT_BYTES, NEWEST_KEPT, surplus_of

OWNER = store.owner_of("token")


@pytest.fixture
def files(tmp_path):
    return StateFiles(str(tmp_path / "states"))


kept_states = st.lists(st.tuples(st.integers(1, KEPT_BYTES), st.booleans()), max_size=12).map(
    lambda rows: [
        SavedState(epoch, f"{epoch}", "", size, acted, id=epoch)
        for epoch, (size, acted) in enumerate(rows)
    ]
)


@given(kept=kept_states)
def test_the_newest_stay_and_the_rest_fits(kept):
    gone = {state.id for state in surplus_of(kept)}
    rest = [state for state in kept if state.id not in gone]
    assert {state.id for state in kept[-NEWEST_KEPT:]} <= {state.id for state in rest}
    assert len(rest) <= NEWEST_KEPT or sum(state.size_bytes for state in rest) <= KEPT_BYTES


@given(kept=kept_states)
def test_states_of_acts_go_last_and_older_ones_first(kept):
    gone = surplus_of(kept)
    older = kept[:-NEWEST_KEPT]
    plain, acted = ([state for state in older if state.of_act is act] for act in (False, True))
    assert gone == [*plain, *acted][: len(gone)]


def test_small_states_are_all_kept(db):
    run_id = store.create_run(db, presets.quick_demo(), owner=OWNER)
    for epoch in range(30):
        state = SavedState(epoch, f"x/{epoch}", "", 4 * 2**20)
        assert store.append(db, run_id, new_states=[state]) == []
    assert len(store.read_states(db, run_id)) == 30


def test_large_states_leave_the_newest_two(db, monkeypatch):
    run_id = store.create_run(db, presets.quick_demo(), owner=OWNER)
    unused = [
        store.append(db, run_id, new_states=[SavedState(epoch, f"x/{epoch}", "", 540 * 2**20)])
        for epoch in range(4)
    ]
    assert unused == [[], [], ["x/0"], ["x/1"]]


def test_a_state_of_the_same_epoch_takes_the_place_of_the_old_one(db):
    run_id = store.create_run(db, presets.quick_demo(), owner=OWNER)
    store.append(db, run_id, new_states=[SavedState(0, "x/old", "", 1)])
    assert store.append(db, run_id, new_states=[SavedState(0, "x/new", "", 1)]) == ["x/old"]
    assert store.append(db, run_id, new_states=[SavedState(0, "x/new", "", 1)]) == []
    assert [state.file for state in store.read_states(db, run_id)] == ["x/new"]


def test_a_file_is_there_whole_or_not_at_all(files, tmp_path, monkeypatch):
    files.write("run/0", b"first")
    from core.store import state_files

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(state_files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write("run/0", b"second")
    assert files.read("run/0") == b"first"
    assert files.names_in("run") == ["run/0"]
    files.delete(["run/0", "run/gone"])
    assert files.names_in("run") == []


def test_the_folder_of_a_run_is_made_where_a_store_has_folders(tmp_path):
    # Below its own root this one has the whole path once more, and makes no folder by itself.
    root = tmp_path / str(tmp_path).lstrip("/")
    root.mkdir(parents=True)
    files = StateFiles(f"dir::file://{tmp_path}")
    for name in ("run/0", "run/1"):
        files.write(name, b"bytes")
    assert (root / "run" / "0").read_bytes() == files.read("run/1") == b"bytes"
    with pytest.raises(OSError, match="No such file"):
        files.write("no/such/0", b"bytes")
    assert not (root / "no").exists()


def test_states_can_lie_in_any_store_that_fsspec_knows():
    files = StateFiles("memory://plateau-states")
    files.write("run/0", b"bytes")
    assert files.read("run/0") == b"bytes"
    assert files.names_in("run") == ["run/0"]
    files.delete(["run/0"])
    with pytest.raises(OSError):
        files.read("run/0")


EARLIER = """
CREATE TABLE runs (id VARCHAR(32) PRIMARY KEY, name VARCHAR(64) NOT NULL,
  owner VARCHAR(64) NOT NULL, spec TEXT NOT NULL, status VARCHAR(16) NOT NULL,
  phase VARCHAR(80) NOT NULL, phase_share FLOAT, stop_requested BOOLEAN NOT NULL,
  device VARCHAR(120) NOT NULL, steps_per_epoch INTEGER, parameters INTEGER,
  training_scans INTEGER, validation_scans INTEGER, notes TEXT NOT NULL, error TEXT NOT NULL,
  created_s FLOAT NOT NULL, started_s FLOAT, ended_s FLOAT, heartbeat_s FLOAT NOT NULL);
"""


def test_a_store_of_an_earlier_version_is_brought_up_to_date(tmp_path):
    file = tmp_path / "old.sqlite"
    spec = presets.quick_demo()
    with sqlite3.connect(file) as old:
        old.executescript(EARLIER)
        old.execute(
            "INSERT INTO runs VALUES ('r', 'Old', ?, ?, 'stopped', '', NULL, 0, 'CPU', 50, 1, 2,"
            " 3, '[]', '', 1.0, 2.0, 3.0, 3.0)",
            (OWNER, spec.model_dump_json()),
        )
    old.close()
    for attempt in range(2):  # The second time there is nothing to do.
        db = Store(f"sqlite:///{file}")
        run = store.read_run(db, "r")
        assert (run.name, run.spec, run.attempt, run.parent_id) == ("Old", spec, attempt, None)
        assert (run.queued_s is None) == (attempt == 0)
        store.resume_run(db, "r", owner=OWNER)
        assert len(store.read_before(db, store.read_run(db, "r"))) == 0
        assert store.start_run(db, "r")
        store.end_run(db, "r", store.RunStatus.STOPPED)
        with db.read() as connection:
            found = inspect(connection)
            for table in tables.metadata.sorted_tables:
                names = {column["name"] for column in found.get_columns(table.name)}
                assert names == set(table.columns.keys())
                indexes = {index["name"] for index in found.get_indexes(table.name)}
                assert indexes == {index.name for index in table.indexes}
        db.close()


def test_a_run_of_a_store_without_the_time_in_the_queue_has_its_first_one(db):
    ids = [store.create_run(db, presets.quick_demo(), owner=OWNER) for _ in range(2)]
    with db.write() as connection:
        connection.execute(text("ALTER TABLE runs DROP COLUMN queued_s"))
        bring_up_to_date(connection)
    ids.append(store.create_run(db, presets.quick_demo(), owner=OWNER))
    runs = [store.read_run(db, each) for each in ids]
    assert [run.queued_s is None for run in runs] == [True, True, False]
    assert [len(store.read_before(db, run)) for run in runs] == [0, 1, 2]


def test_the_rule_of_what_is_kept_is_stated():
    assert str(KEPT_BYTES // 2**20) in states.keep_state.__doc__
