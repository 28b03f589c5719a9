"""What a person reads when a training has failed."""

import errno

import pytest

from core.data.scan_set import ScansError
from core.store import StoreError

pytest.importorskip("keras")
pytestmark = pytest.mark.keras

THEN = "resume the run"


@pytest.mark.parametrize(
    "problem",
    [MemoryError(), RuntimeError("OOM when allocating a tensor"), ValueError("RESOURCE_EXHAUSTED")],
)
def test_memory_that_ran_out_is_told_with_what_helps(problem):
    from core.training.reasons import reason_of

    assert reason_of(problem, then=THEN).startswith("The device ran out of memory. Try a smaller")


@pytest.mark.parametrize("name", ["classroom", "zoom", "Room"])
def test_a_name_that_holds_the_letters_is_no_lack_of_memory(name):
    from core.training.reasons import reason_of

    told = reason_of(KeyError(f"val_{name}"), then=THEN)
    assert told == f"Keras raised KeyError: 'val_{name}'"


def test_a_full_disk_is_told_with_what_to_do():
    from core.training.reasons import reason_of

    full = OSError(errno.ENOSPC, "No space left on device", "final.keras")
    assert reason_of(full, then=THEN) == (
        "A file could not be written (No space left on device). Free some space, and resume the "
        "run."
    )


def test_a_file_that_is_gone_is_no_full_disk():
    from core.training.reasons import reason_of

    gone = FileNotFoundError(errno.ENOENT, "No such file or directory", "/srv/runs/1/log.csv")
    assert reason_of(gone, then=THEN) == (
        "The file 'log.csv' could not be read or written (No such file or directory). Put that "
        "right, and resume the run."
    )


@pytest.mark.parametrize("kind", [ScansError, StoreError])
def test_what_is_a_sentence_already_stays_one(kind):
    from core.training.reasons import reason_of

    assert reason_of(kind("The disk is full."), then=THEN) == "The disk is full."


def test_a_run_whose_model_cannot_be_saved_says_how_to_go_on(train, monkeypatch):
    from core.training import run as runner

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(runner, "save", full)
    run, _ = train(epochs=1, batch_size=16, verbose=0)
    assert run.error.endswith("(No space left on device). Free some space, and resume the run.")
