"""A worker that was taken for dead leaves the files of its run to the one that took its place."""

import pytest

from core import store
from core.specs.callbacks import CSVLogger, EarlyStopping, ModelCheckpoint
from core.specs.run import FINAL_MODEL
from core.store import RunStatus

pytest.importorskip("keras")
pytestmark = pytest.mark.keras
EVERY = (
    EarlyStopping(monitor="loss", patience=9, restore_best_weights=True),
    ModelCheckpoint(filepath="{epoch}.keras", monitor="loss"),
    CSVLogger(),
)


@pytest.fixture
def lose(db, monkeypatch):
    """Have another worker take the run in the midst of an epoch."""
    from core.training import recorder

    def lose(epoch, batch):
        begun = recorder.Recorder.on_train_batch_begin

        def begin(this, number, logs=None):
            if (this._epoch, number) == (epoch, batch):
                run_id = this._journal._run_id
                assert store.requeue_run(db, run_id)
                assert store.start_run(db, run_id) == 2
            begun(this, number, logs)

        monkeypatch.setattr(recorder.Recorder, "on_train_batch_begin", begin)

    return lose


@pytest.mark.parametrize("epoch", [1, 3])
def test_a_run_that_was_lost_is_not_written_to_any_more(train, lose, epoch):
    lose(epoch, 1)
    run, directory = train(*EVERY, verbose=0)
    assert (run.status, run.attempt) == (RunStatus.PREPARING, 2)
    assert not (directory / FINAL_MODEL).exists()
    assert len((directory / "log.csv").read_text().splitlines()) == 1 + epoch
    assert sorted(file.name for file in directory.glob("*.keras")) == [
        f"{number}.keras" for number in range(1, epoch + 1)
    ]
