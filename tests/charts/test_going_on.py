"""What going on with a run promises, in words."""

from dataclasses import replace

import pytest

from core.charts.going_on import (
    exactness_told,
    going_back_told,
    is_exact,
    kept_told,
    more_epochs_told,
    spans,
    sweep_exactness_told,
    turns_told,
)
from core.specs.callbacks import LearningRateScheduler
from core.specs.run import RunSpec, TrainingSpec
from core.store import Event, EventKind, RunStatus, SavedState
from tests.charts.histories import a_run

CPU, GPU = "CPU, 2 cores (tensorflow)", "GPU:0 (tensorflow)"


def on(device, *, deterministic="auto", found=None):
    run = a_run()
    training = run.spec.training.model_copy(update={"deterministic": deterministic})
    spec = run.spec.model_copy(update={"training": training})
    return replace(run, device=device, spec=spec, goes_on_exactly=found)


def test_the_cpu_promises_every_bit_unless_determinism_is_off():
    assert exactness_told(on(CPU)).startswith("Exact: on the CPU")
    assert "`deterministic` is off" in exactness_told(on(CPU, deterministic="off"))


@pytest.mark.parametrize(
    ("found", "said"),
    [(None, "Not known on GPU:0 yet"), (True, "Exact on GPU:0"), (False, "Not to the last bit on")],
)
def test_a_gpu_promises_what_a_check_found_there(found, said):
    assert exactness_told(on(GPU, found=found)).startswith(said)


@pytest.mark.parametrize(
    ("device", "deterministic", "found", "exact"),
    [
        ("", "auto", None, True),
        (CPU, "on", None, True),
        (CPU, "off", None, False),
        (GPU, "on", None, False),
        (GPU, "auto", False, False),
        (GPU, "off", True, True),
    ],
)
def test_exact_is_what_is_told_to_be(device, deterministic, found, exact):
    run = on(device, deterministic=deterministic, found=found)
    assert is_exact(run) is exact
    assert exactness_told(run).startswith("Exact") is exact


def test_a_sweep_is_told_to_be_what_was_found_on_each_of_its_devices():
    other = "GPU:1 (tensorflow)"
    assert not sweep_exactness_told([on("")])
    assert sweep_exactness_told([on(""), on(GPU)]).startswith("Not known on GPU:0 yet")
    found = [on(GPU), on(GPU, found=True), on(GPU), on(other, found=True), on(other, found=False)]
    told = sweep_exactness_told(found)
    assert told.startswith("Exact on GPU:0")
    assert "Not to the last bit on GPU:1" in told
    assert sweep_exactness_told([on(CPU), on(CPU)]) == exactness_told(on(CPU))


def test_the_remedy_is_named_only_where_it_was_not_taken():
    remedy = "A new run with `deterministic` on"
    assert remedy in exactness_told(on(GPU, found=False))
    assert remedy not in exactness_told(on(GPU, deterministic="on", found=False))


def test_another_number_of_epochs_matters_to_some_plans_only():
    plain = RunSpec(training=TrainingSpec(epochs=5))
    planned = plain.model_copy(update={"callbacks": (LearningRateScheduler(schedule="cosine"),)})
    assert not more_epochs_told(plain, 9)
    assert not more_epochs_told(planned, 5)
    assert "would have had other rates" in more_epochs_told(planned, 9)


def test_what_was_set_by_hand_is_said_to_be_done_again():
    assert going_back_told(1, 4, by_hand=False) == (
        "Epochs 3 to 5 are forgotten and trained again. To keep them, fork."
    )
    told = going_back_told(3, 4, by_hand=True)
    assert told.startswith("Epoch 5 is forgotten")
    assert "by hand after epoch 4 is done again at the same batch; a fork leaves it out." in told


def test_kept_states_are_told_with_their_size():
    states = [SavedState(epoch, "f", "0" * 64, 3 * 2**20) for epoch in (0, 1, 2, 6)]
    assert kept_told(states) == "Kept are the states after epoch 1 to 3, 7, 12 MB."
    assert kept_told(states[:1]) == "Kept is the state after epoch 1, 3 MB."
    assert kept_told([]) == "No state of this run is kept."
    assert spans([1, 2, 4, 8, 9]) == "1 to 2, 4, 8 to 9"


def test_each_death_of_a_worker_is_told_and_a_resume_by_hand_is_not():
    events = [
        Event(EventKind.RESUMED, None, {"died": True}),
        Event(EventKind.RESUMED, 3, {"died": True}),
        Event(EventKind.RESUMED, 5, {"died": False}),
    ]
    went_on = "another one went on by itself after epoch 4"
    assert turns_told(a_run(status=RunStatus.FINISHED), events) == [
        "A worker died before its first epoch was finished; another one began anew.",
        f"A worker died in epoch 5; {went_on}, and nothing is lost.",
    ]


def test_while_a_run_waits_for_another_worker_its_page_says_so():
    waiting = replace(a_run(status=RunStatus.QUEUED), recoveries=1, recovered_at=4)
    assert turns_told(waiting, []) == [
        "A worker died; another one goes on by itself after epoch 4."
    ]
    assert turns_told(replace(waiting, recovered_at=0), [])[0].endswith("from its beginning.")
    assert not turns_told(replace(waiting, status=RunStatus.RUNNING), [])
