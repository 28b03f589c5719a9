"""Our settings are Keras's own: names, defaults, and what it accepts."""

import inspect

import pytest

from core.specs import presets
from core.specs.callbacks import CALLBACKS, DESCRIBED, LambdaCallback
from core.specs.run import RunSpec

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras

# Keras has no default for them: names of files, and a function.
REQUIRED = {
    ("ModelCheckpoint", "filepath"),
    ("CSVLogger", "filename"),
    ("BackupAndRestore", "backup_dir"),
    ("LearningRateScheduler", "schedule"),
}


def signature_of(name):
    parameters = inspect.signature(getattr(keras.callbacks, name).__init__).parameters
    return {
        name: parameter.default
        for name, parameter in parameters.items()
        if name != "self" and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }


@pytest.mark.parametrize("spec", CALLBACKS, ids=lambda spec: spec.__name__)
def test_names_order_and_defaults_are_those_of_the_installed_keras(spec):
    theirs = signature_of(spec.__name__)
    assert list(spec.keras_parameters()) == list(theirs)
    for name, default in theirs.items():
        ours = spec.model_fields[name].default
        if (spec.__name__, name) in REQUIRED:
            assert default is inspect.Parameter.empty
        elif spec is LambdaCallback:
            assert (ours, default) == (False, None)
        else:
            assert ours == default, name
            assert type(ours) is type(default) or {type(ours), type(default)} == {int, float}, name


@pytest.mark.parametrize("described", DESCRIBED, ids=lambda described: described.name)
def test_described_callbacks_have_the_parameters_of_the_installed_keras(described):
    theirs = signature_of(described.name)
    required = [name for name in theirs if theirs[name] is inspect.Parameter.empty]
    assert list(described.required) == required
    assert described.defaults == {n: theirs[n] for n in theirs if n not in required}


def test_every_callback_of_keras_is_there():
    known = {spec.__name__ for spec in CALLBACKS} | {described.name for described in DESCRIBED}
    # What a person never sets: the base class, the list of all, and what `fit` adds itself.
    built_in = {"Callback", "CallbackList", "History", "ProgbarLogger"}
    theirs = {name for name in dir(keras.callbacks) if name[0].isupper()}
    assert known == theirs - built_in


@pytest.mark.parametrize("preset", presets.PRESETS.values(), ids=list(presets.PRESETS))
def test_keras_takes_the_settings_of_every_preset(preset, tmp_path):
    from core.training.callbacks import build_callbacks

    spec: RunSpec = preset()
    built = build_callbacks(spec, tmp_path)
    assert [type(callback).__name__ for callback in built] == [c.kind for c in spec.callbacks]
    for callback, settings in zip(built, spec.callbacks, strict=True):
        for name in ("monitor", "patience", "factor", "min_delta", "restore_best_weights"):
            if hasattr(settings, name) and hasattr(callback, name):
                assert getattr(callback, name) == pytest.approx(getattr(settings, name))
