"""Runs on a set that one visitor brought, as others may see them."""

import pytest

from core import store
from core.data import about
from core.data.about import About
from core.specs.data import FolderScans
from core.specs.run import RunSpec
from core.store import RunStatus, private

NAME = "Mueller-0123456789abcdef"


@pytest.fixture
def data_dir(tmp_path):
    folder = tmp_path / "data" / NAME
    folder.mkdir(parents=True)
    (folder / about.FILE).write_text(About(owner="ann").model_dump_json())
    return tmp_path / "data"


def a_run(db, owner="ann"):
    run_id = store.create_run(db, RunSpec(scans=FolderScans(folder=NAME)), owner=owner)
    store.start_run(db, run_id)
    store.update_run(db, run_id, notes=["tumor/Mueller.png: unreadable."], phase=f"Reading {NAME}")
    return run_id


@pytest.mark.parametrize("at_home", [True, False])
def test_only_the_owner_of_the_set_sees_the_scans(db, data_dir, at_home):
    for owner in ("ann", "bob"):
        run = store.read_run(db, a_run(db, owner))
        seen = {
            viewer: private.may_see(run, viewer, data_dir=data_dir, at_home=at_home)
            for viewer in ("ann", "bob", "")
        }
        assert seen == {"ann": True, "bob": False, "": False}


def test_when_the_set_is_gone_who_trained_on_it_still_sees_what_is_left(db, tmp_path):
    run = store.read_run(db, a_run(db))
    nowhere = {"data_dir": tmp_path / "data", "at_home": False}
    assert private.may_see(run, "ann", **nowhere)
    assert not private.may_see(run, "bob", **nowhere)
    assert private.may_see(run, "bob", data_dir=tmp_path / "data", at_home=True)


def test_nothing_that_is_stored_of_a_run_names_its_scans_to_others(db):
    run_id = a_run(db)
    preparing = store.read_run(db, run_id)
    store.end_run(db, run_id, RunStatus.FAILED, error=f"The folder {NAME!r} cannot be listed.")
    run, history = store.read_run(db, run_id), store.read_history(db, run_id)
    assert "Mueller" in store.history_json(run, history)
    hidden = private.without_scans(run)
    told = repr(private.without_scans(preparing)) + repr(hidden)
    told += store.history_json(hidden, private.history_of(hidden, history))
    assert "Mueller" not in told
    assert "private set" in hidden.error
    assert private.history_of(run, history) == history
