"""A worker trains on a set that somebody brought for its owner only."""

import pytest

from core import data, store
from core.data import about
from core.data.about import About
from core.specs.data import FolderScans
from core.specs.run import RunSpec
from core.store import RunStatus
from tests.swept import sweep_spec

pytestmark = pytest.mark.keras


@pytest.fixture
def spec(tmp_path, db, monkeypatch):
    monkeypatch.setenv("PLATEAU_HOME", str(tmp_path))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", db.url)
    monkeypatch.setattr(data, "load", lambda *_, **__: pytest.fail("The scans were read."))
    folder = tmp_path / "data" / "theirs"
    folder.mkdir(parents=True)
    (folder / about.FILE).write_text(About(owner="ann").model_dump_json())
    return RunSpec(scans=FolderScans(folder="theirs"))


def test_a_run_of_another_fails_before_its_scans_are_read(db, spec):
    runner = pytest.importorskip("core.training.run")
    run_id = store.create_run(db, spec, owner="bob")
    runner.train_run(run_id)
    run = store.read_run(db, run_id)
    assert run.status is RunStatus.FAILED
    assert "was brought by somebody else" in run.error


def test_a_sweep_of_another_fails_before_its_scans_are_read(db, spec):
    branches = pytest.importorskip("core.training.branches")
    swept = sweep_spec(seeds=(0,))
    base = swept.base.model_copy(update={"scans": spec.scans})
    sweep = store.create_sweep(db, swept.model_copy(update={"base": base}), owner="bob")
    branches.train_branches(sweep.id, "task")
    errors = {run.error for run in store.read_sweep_runs(db, sweep.id)}
    assert len(errors) == 1
    assert "was brought by somebody else" in errors.pop()
