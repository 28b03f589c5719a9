"""Generated code does what the run does."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from core import store
from core.data import npz
from core.specs import callbacks as specs
from core.specs import code
from core.specs.code import paste
from core.specs.code.networks import network_code
from core.specs.data import SimulatedScans
from core.specs.run import RunSpec, TrainingSpec

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras

PLAIN = bool | int | float | str | tuple | None


def all_callbacks():
    """Every callback, with settings that differ from the defaults."""
    return (
        specs.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1, min_delta=10, cooldown=2),
        specs.LearningRateScheduler(schedule="warmup", warmup_epochs=1, alpha=0.1),
        specs.EarlyStopping(monitor="val_accuracy", patience=9, baseline=0.1, min_delta=0.01),
        specs.SwapEMAWeights(swap_on_epoch=True),
        specs.ModelCheckpoint(filepath="{epoch}.weights.h5", save_weights_only=True, save_freq=2),
        specs.TensorBoard(log_dir="diary", write_graph=False, update_freq=2),
        specs.CSVLogger(filename="log.tsv", separator="\t", append=True),
        specs.TerminateOnNaN(raise_error=True),
        specs.BackupAndRestore(backup_dir="safe", double_checkpoint=True, save_freq=False),
        specs.LambdaCallback(on_epoch_begin=True, on_train_end=True),
    )


def state_of(callback):
    """Return what a new callback knows, and the hooks that were given to it."""
    known = vars(callback).items()
    hooks = {name for name, value in known if callable(value) and name.startswith("on_")}
    return type(callback), {k: v for k, v in known if isinstance(v, PLAIN)}, hooks


def layers_of(model):
    """Return the layers' classes and settings; their names are numbered anew in each model."""
    configs = [(type(layer), layer.get_config()) for layer in model.layers]
    return [(kind, {k: v for k, v in config.items() if k != "name"}) for kind, config in configs]


@pytest.mark.parametrize("name", ["small_cnn", "tutorial_cnn"])
def test_the_networks_are_the_same(name):
    models = pytest.importorskip("core.training.models")
    names = {"keras": keras, "layers": keras.layers}
    exec(network_code(TrainingSpec(model=name), 32), names)  # noqa: S102 - it is our own source
    keras.utils.set_random_seed(1)
    theirs = names["build_model"](3)
    keras.utils.set_random_seed(1)
    ours = models.build(name, image_size=32, classes=3)
    assert layers_of(theirs) == layers_of(ours)
    for one, other in zip(theirs.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_callbacks_are_the_same():
    training = pytest.importorskip("core.training.callbacks")
    spec = RunSpec(callbacks=all_callbacks())
    names = {}
    exec(code.cell(spec).partition("history =")[0], names)  # noqa: S102 - it is our own source
    ours = training.build_callbacks(spec, Path())
    assert [state_of(c) for c in names["callbacks"]] == [state_of(c) for c in ours]
    assert {type(c).__name__ for c in ours} == {spec.__name__ for spec in specs.CALLBACKS}
    theirs = names["callbacks"][1].schedule
    planned = ours[1].schedule
    assert [theirs(epoch, 0.1) for epoch in range(16)] == [planned(e, 0.1) for e in range(16)]


@pytest.mark.small_cnn
def test_the_script_repeats_the_history_of_the_run(db, train, tiny_scans, tmp_path, monkeypatch):
    chosen = (
        specs.LearningRateScheduler(schedule="step", decay_epochs=1),
        specs.CSVLogger(),
        specs.LambdaCallback(on_epoch_end=True),
        specs.SwapEMAWeights(),
    )
    settings = {"epochs": 2, "batch_size": 20, "seed": 5, "learning_rate": 0.01}
    run, directory = train(*chosen, **settings)
    ours = [epoch.logs for epoch in store.read_epochs(db, run.id)]

    monkeypatch.chdir(tmp_path)
    with Path(code.SCANS_FILE).open("wb") as file:
        npz.write_npz(tiny_scans, file)
    scans, training = SimulatedScans(image_size=32), TrainingSpec(**settings)
    spec = RunSpec(scans=scans, training=training, callbacks=chosen)
    Path("script.py").write_text(code.script(spec), encoding="utf-8")
    history = runpy.run_path("script.py")["history"].history

    theirs = [{name: values[epoch] for name, values in history.items()} for epoch in range(2)]
    for one, other in zip(theirs, ours, strict=True):
        assert one == pytest.approx(other, rel=1e-5)
    lines = [file.read_text().count("\n") for file in (Path("log.csv"), directory / "log.csv")]
    assert lines == [3, 3]
    assert Path("final.keras").is_file()


def test_schedules_are_those_of_the_installed_keras():
    theirs = {name for name in dir(keras.optimizers.schedules) if name[0].isupper()}
    assert theirs - {"LearningRateSchedule"} == paste._SCHEDULES
