"""What the Monitor page offers to take home."""

import os

import pytest

from core.specs import presets
from core.specs.callbacks import ModelCheckpoint
from core.specs.run import FINAL_MODEL
from pages.parts import services
from tests.pages.test_going_on import a_run, open_monitor


def models(app, db, filepath, files):
    """Return the labels of the models of a run whose files were written in this order."""
    app.run()
    checkpoint = ModelCheckpoint(filepath=filepath, monitor="val_accuracy", save_best_only=True)
    spec = presets.quick_demo().model_copy(update={"callbacks": (checkpoint,)})
    run_id = a_run(db, app.session_state["owner"], spec=spec)
    directory = services.settings().run_dir(run_id)
    directory.mkdir(parents=True)
    for second, (name, megabytes) in enumerate(files.items()):
        (directory / name).write_bytes(bytes(megabytes * 2**20))
        os.utime(directory / name, (second, second))
    open_monitor(app, run_id, tab="Downloads")
    return [item.label for item in app.get("download_button") if "MB" in item.label]


@pytest.mark.parametrize("filepath", ["best-{epoch:02d}.keras", "{val_accuracy:.2f}{epoch}.keras"])
def test_of_a_model_an_epoch_the_newest_is_offered(app, db, filepath):
    files = {filepath.format(epoch=each, val_accuracy=0.5): each for each in (3, 1, 2)}
    files |= {"other.txt": 4, FINAL_MODEL: 5}
    assert models(app, db, filepath, files) == ["Best model (2.0 MB)", "Final model (5.0 MB)"]


def test_a_plain_name_is_that_file_alone(app, db):
    files = {"best.keras": 1, "best-2.keras": 2}
    assert models(app, db, "best.keras", files) == ["Best model (1.0 MB)"]


def test_before_the_first_is_written_no_model_is_offered(app, db):
    assert models(app, db, "{epoch}.keras", {}) == []
