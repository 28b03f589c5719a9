"""Our settings are Keras's own: names, defaults, and what it accepts."""

import inspect

import pytest

from core.specs import presets
from core.specs.callbacks import CALLBACKS
from core.specs.run import RunSpec

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras

# Keras has no default for it: a file's name is the person's to choose.
REQUIRED = {("ModelCheckpoint", "filepath")}


@pytest.mark.parametrize("spec", CALLBACKS, ids=lambda spec: spec.__name__)
def test_names_and_defaults_are_those_of_the_installed_keras(spec):
    signature = inspect.signature(getattr(keras.callbacks, spec.__name__).__init__)
    theirs = {
        name: parameter.default
        for name, parameter in signature.parameters.items()
        if name != "self" and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }
    ours = {name: field.default for name, field in spec.model_fields.items() if name != "kind"}
    assert set(ours) == set(theirs)
    for name, default in theirs.items():
        if (spec.__name__, name) in REQUIRED:
            assert default is inspect.Parameter.empty
        else:
            assert ours[name] == default, name


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
