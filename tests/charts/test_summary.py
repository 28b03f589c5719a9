import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from core.charts.summary import monitored, summarise
from core.specs.callbacks import AnyCallback, EarlyStopping, ReduceLROnPlateau, TensorBoard
from core.specs.run import RunSpec, TrainingSpec
from core.store.records import Epoch, Event, EventKind, Run, RunStatus

REDUCING = ReduceLROnPlateau(monitor="val_accuracy", factor=0.3, patience=2, min_delta=0.001)
STOPPING = EarlyStopping(monitor="val_loss", patience=5)

# By more than 0.001 it last improves in its fourth epoch; its best value is the fifth.
PLATEAU = (0.6, 0.7, 0.8, 0.83, 0.8305, 0.82, 0.81)


def a_run(
    callbacks: Sequence[AnyCallback] = (REDUCING,),
    status: RunStatus = RunStatus.FINISHED,
    *,
    planned: int = 20,
    error: str = "",
) -> Run:
    spec = RunSpec(training=TrainingSpec(epochs=planned), callbacks=tuple(callbacks))
    rest: dict[str, Any] = dict.fromkeys(
        ("phase_share", "steps_per_epoch", "parameters", "training_scans", "validation_scans")
    )
    return Run(
        id="run-1",
        name=spec.name,
        owner="owner",
        spec=spec,
        status=status,
        phase="",
        stop_requested=False,
        device="cpu",
        notes=(),
        error=error,
        created_s=0.0,
        started_s=None,
        ended_s=None,
        heartbeat_s=0.0,
        **rest,
    )


def epochs_of(values: Sequence[float], metric: str = "val_accuracy") -> list[Epoch]:
    return [
        Epoch(number, {metric: value}, 0.001, 0.001, 3.0, 2.5)
        for number, value in enumerate(values)
    ]


def reductions(*rates: float) -> list[Event]:
    return [
        Event(EventKind.LEARNING_RATE_REDUCED, number, {"from": before, "to": after})
        for number, (before, after) in enumerate(pairwise(rates))
    ]


def test_plateau_reductions_and_best_are_told_in_one_sentence():
    events = reductions(0.001, 0.0003, 0.00009, 0.000027)

    assert summarise(a_run(planned=7), epochs_of(PLATEAU), events) == (
        "val_accuracy plateaued after epoch 4; three reductions, 0.001 → 0.000027; "
        "best 0.8305 at epoch 5."
    )


def test_one_reduction_is_singular():
    text = summarise(a_run(planned=7), epochs_of(PLATEAU), reductions(0.001, 0.0003))

    assert "; one reduction, 0.001 → 0.0003;" in text


def test_plateau_without_a_reduction_says_so():
    assert "; no reduction of the learning rate;" in summarise(a_run(), epochs_of(PLATEAU), [])


def a_change(by: str, before: float, after: float) -> Event:
    detail = {"from": before, "to": after, "by": by}
    return Event(EventKind.LEARNING_RATE_SET, 3, detail)


def test_a_cut_by_hand_is_told_beside_a_callback_that_never_acted():
    text = summarise(a_run(), epochs_of(PLATEAU), [a_change("hand", 0.001, 0.0003)])

    assert (
        "; no reduction by ReduceLROnPlateau; "
        "one change of the learning rate by hand, 0.001 → 0.0003; best"
    ) in text


def test_reductions_with_a_change_by_hand_between_them_are_no_chain():
    first, last = reductions(0.001, 0.0003)[0], reductions(0.01, 0.003)[0]
    events = [first, a_change("hand", 0.0003, 0.01), last]

    text = summarise(a_run(), epochs_of(PLATEAU), events)

    assert (
        "; two reductions; one change of the learning rate by hand, 0.0003 → 0.01; best"
    ) in text


def test_changes_of_the_rate_say_who_made_them():
    plan = [a_change("LearningRateScheduler", 0.01, 0.005)]
    plan += [a_change("LearningRateScheduler", 0.005, 0.0025)]
    events = [a_change("fork", 0.001, 0.01), *plan]

    text = summarise(a_run([]), epochs_of(PLATEAU), events)

    assert (
        "; one change of the learning rate by the fork, 0.001 → 0.01; "
        "two changes of the learning rate by LearningRateScheduler, 0.01 → 0.0025; best"
    ) in text


def test_run_without_the_callback_does_not_speak_of_reductions():
    assert "reduction" not in summarise(a_run([]), epochs_of(PLATEAU), [])


def test_run_that_improves_to_its_end_has_no_plateau():
    assert summarise(a_run(planned=3), epochs_of((0.6, 0.7, 0.8)), []).startswith(
        "val_accuracy was still improving at the end;"
    )


def test_fewer_epochs_than_the_patience_make_no_plateau():
    text = summarise(a_run(planned=3), epochs_of((0.6, 0.7, 0.65)), [])

    assert text.startswith("val_accuracy reached no plateau: it last improved in epoch 2;")


def test_plateau_takes_as_many_epochs_as_the_patience():
    assert "plateaued after epoch 1;" in summarise(a_run(), epochs_of((0.7, 0.6, 0.6)), [])


def test_loss_improves_downwards():
    run = a_run([ReduceLROnPlateau(monitor="val_loss", patience=2)], planned=4)

    text = summarise(run, epochs_of((0.9, 0.5, 0.6, 0.7), "val_loss"), [])

    assert text.startswith("val_loss plateaued after epoch 2;")
    assert text.endswith("best 0.5000 at epoch 2.")


def test_early_stop_with_restored_weights():
    events = [
        Event(EventKind.EARLY_STOP, 6, {"monitor": "val_accuracy", "wait": 6, "patience": 6}),
        Event(EventKind.WEIGHTS_RESTORED, 6, {"from_epoch": 4}),
    ]

    assert summarise(a_run(), epochs_of(PLATEAU), events).endswith(
        "EarlyStopping ended it after epoch 7 of 20, with the weights of epoch 5 restored."
    )


def test_early_stop_without_restored_weights():
    events = [Event(EventKind.EARLY_STOP, 6, {})]

    assert summarise(a_run(), epochs_of(PLATEAU), events).endswith(
        " EarlyStopping ended it after epoch 7 of 20."
    )


def test_weights_restored_after_the_last_epoch():
    events = [Event(EventKind.WEIGHTS_RESTORED, 6, {"from_epoch": 4})]

    assert summarise(a_run(planned=7), epochs_of(PLATEAU), events).endswith(
        " The weights of epoch 5 were restored at the end."
    )


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        (RunStatus.STOPPED, "Stopped by hand after epoch 7 of 20."),
        (RunStatus.FAILED, "Failed after epoch 7 of 20."),
        (RunStatus.DIVERGED, "Diverged after epoch 7 of 20."),
        (RunStatus.INTERRUPTED, "Interrupted after epoch 7 of 20."),
        (RunStatus.RUNNING, "So far epoch 7 of 20."),
    ],
)
def test_how_it_ended_is_the_second_sentence(status: RunStatus, ending: str):
    text = summarise(a_run(status=status), epochs_of(PLATEAU), [])

    assert text.endswith(f". {ending}")


def test_why_it_failed_is_left_to_the_message_beside_it():
    run = a_run(status=RunStatus.FAILED, error="Out of memory.\nTraceback …")

    assert "memory" not in summarise(run, epochs_of(PLATEAU), []) + summarise(run, [], [])


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (RunStatus.QUEUED, "No epoch has finished yet."),
        (RunStatus.RUNNING, "No epoch has finished yet."),
        (RunStatus.STOPPED, "Stopped by hand before the first epoch was finished."),
        (RunStatus.FAILED, "Failed before the first epoch was finished."),
    ],
)
def test_run_without_epochs(status: RunStatus, text: str):
    assert summarise(a_run(status=status), [], []) == text


def test_running_run_does_not_speak_of_an_end():
    text = summarise(a_run(status=RunStatus.RUNNING), epochs_of((0.6, 0.7)), [])

    assert text.startswith("val_accuracy last improved in epoch 2;")
    assert "end" not in text


def test_metric_that_never_was_a_number():
    gaps = [math.nan] * 4

    text = summarise(a_run(status=RunStatus.DIVERGED), epochs_of(gaps), [])

    assert text.startswith("val_accuracy has no value that is a number;")
    assert "best" not in text


def test_nan_is_no_improvement_and_never_the_best():
    text = summarise(a_run(), epochs_of((0.6, 0.7, math.nan, math.nan)), [])

    assert text.startswith("val_accuracy plateaued after epoch 2;")
    assert "best 0.7000 at epoch 2." in text


def test_monitor_is_that_of_reduce_lr_before_early_stopping():
    assert monitored(a_run([STOPPING, REDUCING]).spec).metric == "val_accuracy"
    assert monitored(a_run([TensorBoard(), STOPPING]).spec).metric == "val_loss"
    assert monitored(a_run([]).spec).metric == "val_accuracy"


def test_callback_on_a_metric_that_is_not_logged_is_passed_over():
    on_auc = ReduceLROnPlateau(monitor="val_auc", mode="max")

    assert monitored(a_run([on_auc, STOPPING]).spec).metric == "val_loss"


def test_mode_of_the_callback_decides_the_direction():
    backwards = ReduceLROnPlateau(monitor="val_accuracy", mode="min")

    assert monitored(a_run([backwards]).spec).direction == "min"
    assert monitored(a_run([STOPPING]).spec).direction == "min"
    assert monitored(a_run([REDUCING]).spec).direction == "max"
