"""The check that a program makes on its own device: whether a training goes on exactly."""

import json

import pytest

from core.specs.run import TrainingSpec

pytest.importorskip("keras")
pytestmark = pytest.mark.keras

SPEC = TrainingSpec(batch_size=8)


def test_on_the_cpu_the_check_finds_a_training_exact(tiny_scans):
    from core.training import exactness, run
    from core.training.determinism import set_determinism

    set_determinism(SPEC)
    assert exactness.goes_on_exactly(SPEC, tiny_scans, run.build_model)


def test_a_state_that_is_not_put_back_is_found_out(tiny_scans, monkeypatch):
    from core.training import exactness, run

    monkeypatch.setattr(exactness, "put_back", lambda *_: None)
    assert not exactness.goes_on_exactly(SPEC, tiny_scans, run.build_model)


def test_what_was_found_is_kept_by_device_and_settings(tiny_scans, tmp_path, monkeypatch):
    from core.training import exactness

    found = iter([True, False])
    monkeypatch.setattr(exactness, "goes_on_exactly", lambda *_: next(found))

    def ask(spec, device):
        return exactness.known_or_tried(
            spec, tiny_scans, None, device=device, directory=tmp_path / "exactness"
        )

    assert ask(SPEC, "GPU:0")
    assert ask(SPEC, "GPU:0")
    assert not ask(SPEC.model_copy(update={"optimizer": "sgd"}), "GPU:0")
    kept = [json.loads(file.read_text()) for file in (tmp_path / "exactness").iterdir()]
    assert sorted(each["exact"] for each in kept) == [False, True]


def test_a_run_on_an_accelerator_keeps_what_the_check_found(train, monkeypatch):
    from core.training import run

    monkeypatch.setattr(run, "on_accelerator", lambda: True)
    finished, _ = train(epochs=1, batch_size=16)
    assert finished.goes_on_exactly is True
