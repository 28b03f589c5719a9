"""What a worker opens it closes, whatever becomes of its work."""

import pytest

from core.store import Store, UnknownRun, UnknownSweep

pytest.importorskip("keras")
pytestmark = pytest.mark.keras


@pytest.fixture
def closed(db, tmp_path, monkeypatch):
    """The stores that were closed."""
    stores, close = [], Store.close

    def note(opened):
        stores.append(opened)
        close(opened)

    monkeypatch.setenv("PLATEAU_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", db.url)
    monkeypatch.setattr(Store, "close", note)
    return stores


def test_a_run_that_cannot_be_trained_leaves_no_connection(closed):
    from core.training import run

    with pytest.raises(UnknownRun):
        run.train_run("nowhere")
    assert len(closed) == 1


def test_a_sweep_that_cannot_be_trained_leaves_no_connection(closed):
    from core.training import branches

    with pytest.raises(UnknownSweep):
        branches.train_branches("nowhere", "task")
    assert len(closed) == 1


def test_a_run_that_was_trained_leaves_no_connection(closed, train):
    train(epochs=1, batch_size=16, verbose=0)
    assert len(closed) == 1
