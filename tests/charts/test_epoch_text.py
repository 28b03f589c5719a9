import html
import math
import re
from dataclasses import replace
from typing import Any

import pytest

from core.charts.epoch_text import epoch_texts, with_verdicts
from core.charts.event_text import events_csv
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.store.records import Event, EventKind
from tests.charts.histories import (
    REDUCING,
    SAVING,
    STOPPING,
    a_history,
    a_reduction,
    a_run,
    a_save,
    an_epoch,
    reducing_state,
    seven_epochs,
    stopping_state,
    their_events,
)


def lines_of(text: str) -> list[str]:
    return text.split("<br>")


def verdict(*states: dict[str, Any], run: Any = None, **changed: Any) -> str:
    """Return what is said of the last of some epochs, one for each state."""
    last = len(states) - 1
    epochs = [
        an_epoch(number, state, **(changed if number == last else {}))
        for number, state in enumerate(states)
    ]
    return epoch_texts(a_history(epochs, run=run or a_run([REDUCING])))[last + 1]


def test_reduction_is_told_in_a_sentence_with_its_numbers():
    text = epoch_texts(a_history(seven_epochs(), their_events()))[5]

    assert lines_of(text) == [
        "<b>Epoch 5 at learning rate 0.001:</b>",
        "val_accuracy 0.8121 did not beat 0.8130 by 0.001;",
        "wait 2 of 2 → learning rate 0.001 → 0.0003",
        "EarlyStopping wait 2 of 6",
        "not saved: val_accuracy 0.8121 did not beat 0.8130",
        "loss 0.9000 · accuracy 0.7000 · val_loss 1.0000",
    ]


def test_improvement_names_the_best_before_it():
    text = epoch_texts(a_history(seven_epochs()))[6]

    assert "val_accuracy 0.8333 beat 0.8130 by more than 0.001;<br>wait 0 of 2" in text


def test_rise_below_min_delta_does_not_beat_the_best():
    text = epoch_texts(a_history(seven_epochs()))[7]

    assert "val_accuracy 0.8334 did not beat 0.8333 by 0.001;<br>wait 1 of 2" in text


def test_rise_by_min_delta_and_no_more_is_told_as_the_tie_it_is():
    before, after = reducing_state(best=0.5), reducing_state(best=0.5, wait=1)

    text = verdict(before, after, logs={"val_accuracy": 0.501})

    assert "val_accuracy 0.5010 did not beat 0.5000 by more than 0.001;" in text.replace(
        "<br>", " "
    )


def test_first_value_is_the_first_best():
    assert "val_accuracy 0.6030 is the first best" in epoch_texts(a_history(seven_epochs()))[1]


def test_nan_is_no_improvement():
    text = verdict(reducing_state(), reducing_state(wait=1), logs={"val_accuracy": math.nan})

    assert "val_accuracy NaN, which is no improvement;<br>wait 1 of 2" in text


def test_numbers_are_exact_enough_to_agree_with_the_verdict():
    before, after = reducing_state(best=0.81234), reducing_state(best=0.81234, wait=1)

    text = verdict(before, after, logs={"val_accuracy": 0.8132})

    assert "val_accuracy 0.8132 did not beat 0.8123 by 0.001" in text
    assert "0.81234 beat 0.81231;" in verdict(
        stopping_state(best=0.81231),
        stopping_state(best=0.81234),
        run=a_run([STOPPING]),
        logs={"val_accuracy": 0.81234},
    )


def test_nan_that_became_the_best_cannot_be_beaten():
    # Keras takes the first value for the best, whatever it is.
    state = reducing_state(best=math.nan)
    text = verdict(state, state | {"wait": 1})

    assert "val_accuracy 0.6000 cannot beat a best of NaN;<br>wait 1 of 2" in text


def test_callback_that_does_not_watch_yet_has_no_best():
    waiting = stopping_state()
    del waiting["best"]

    assert "val_accuracy 0.6000 is no best yet" in verdict(waiting, run=a_run([STOPPING]))


def test_metric_that_is_missing_is_said_to_be():
    run = a_run([ReduceLROnPlateau(monitor="val_auc", mode="max")])

    text = verdict(reducing_state(monitor="val_auc", best=None), run=run)

    assert "val_auc was not logged" in text


def test_cooling_down_is_told_instead_of_the_wait():
    state = reducing_state(cooldown=3, cooldown_counter=2)

    assert "cooling down, 2 of 3 epochs left, no wait counted" in verdict(reducing_state(), state)


def test_wait_at_min_lr_says_that_the_rate_stays():
    text = verdict(reducing_state(), reducing_state(wait=3), learning_rate=0.0001)

    assert "wait 3 of 2, but min_lr keeps the rate at 0.0001" in text


def test_reduction_into_a_cooldown_is_told_as_a_reduction():
    state = reducing_state(wait=2, fired=True, cooldown=3, cooldown_counter=3)

    text = verdict(reducing_state(), state, learning_rate_after=0.0003)

    assert "wait 2 of 2 → learning rate 0.001 → 0.0003" in text


def test_stop_is_told():
    text = verdict(stopping_state(wait=6, fired=True), run=a_run([STOPPING]))

    assert "EarlyStopping wait 6 of 6 → the training stops" in text


def test_early_stopping_on_another_metric_gets_its_own_comparison():
    run = a_run([REDUCING, EarlyStopping(monitor="val_loss", patience=6)])
    states = (reducing_state(best=0.6), stopping_state(monitor="val_loss", best=1.0))
    epochs = [an_epoch(0, *states), an_epoch(1, *states, logs={"val_loss": 1.2})]

    text = epoch_texts(a_history(epochs, run=run))[2]

    assert "val_loss 1.200 did not beat 1.000;" in text


def saving_state(**changed: Any) -> dict[str, Any]:
    return {"kind": "ModelCheckpoint", "monitor": "val_accuracy", "best": 0.6} | changed


def test_what_a_checkpoint_that_saves_the_best_made_of_an_epoch_is_told():
    run = a_run([SAVING])
    states = (saving_state(), saving_state(best=0.7))
    text = verdict(*states, run=run, logs={"val_accuracy": 0.7})
    assert "saved: val_accuracy 0.7000 beat 0.6000" in text
    assert "saved: val_accuracy 0.6000 is the first best" in verdict(saving_state(), run=run)
    assert "not saved: val_accuracy 0.6000 did not beat 0.7000" in verdict(
        saving_state(best=0.7), saving_state(best=0.7), run=run
    )


def test_a_checkpoint_with_a_threshold_has_a_best_to_beat_from_the_start():
    run = a_run([SAVING.model_copy(update={"initial_value_threshold": 0.9})])
    text = verdict(saving_state(best=0.9), run=run)
    assert "not saved: val_accuracy 0.6000 did not beat 0.9000" in text


def test_a_checkpoint_without_its_metric_saves():
    run = a_run([SAVING.model_copy(update={"monitor": "val_auc"})])
    assert "saved: val_auc was not logged" in verdict(saving_state(monitor="val_auc"), run=run)


def test_a_checkpoint_that_saves_all_has_no_verdict():
    run = a_run([SAVING.model_copy(update={"save_best_only": False})])
    assert "saved:" not in verdict(saving_state(), run=run)


def test_verdicts_take_the_place_of_the_counters():
    history = with_verdicts(a_history(seven_epochs()))
    assert history.verdicts[5].startswith("val_accuracy 0.8121 did not beat 0.8130 by 0.001;<br>")
    assert not any(epoch.callbacks for epoch in history.epochs)
    assert with_verdicts(a_history([an_epoch(0)])).verdicts == {}


def test_epoch_of_a_run_without_callbacks_has_its_values():
    text = epoch_texts(a_history([an_epoch(0)], run=a_run([])))[1]

    assert lines_of(text)[1:] == [
        "val_accuracy 0.6000",
        "loss 0.9000 · accuracy 0.7000 · val_loss 1.0000",
    ]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (a_save(0, 0.603), "Saved best.keras at val_accuracy 0.6030."),
        (a_save(0, None), "Saved best.keras."),
        (
            Event(EventKind.WEIGHTS_RESTORED, 4, {"from_epoch": 0}),
            "The weights of epoch 1 were restored.",
        ),
        (
            Event(EventKind.NAN, 0, {"metric": "loss", "batch": 16}),
            "loss is not a number in batch 17.",
        ),
        (Event(EventKind.NAN, 0, {"metric": "val_loss", "batch": None}), "val_loss is not a"),
        (Event(EventKind.FINISHED, 0, {"status": "finished", "error": ""}), "The run finished."),
        (Event(EventKind.STOPPED, 0, {"status": "stopped", "error": ""}), "Stopped by hand."),
        (Event(EventKind.FAILED, 0, {"status": "failed", "error": "no memory"}), "no memory"),
        (Event(EventKind.FAILED, 0, {"status": "diverged", "error": ""}), "Diverged."),
        (
            Event(EventKind.EARLY_STOP, 0, {"monitor": "val_loss", "wait": 6, "patience": 6}),
            "EarlyStopping wait 6 of 6",
        ),
        (
            Event(EventKind.LEARNING_RATE_REDUCED, 0, {"from": 1.0, "to": 0.5, "by": "Scheduler"}),
            "Scheduler: learning rate 1 → 0.5",
        ),
    ],
)
def test_event_is_told_with_its_epoch(event: Event, line: str):
    assert line in epoch_texts(a_history([an_epoch(0)], [event], a_run([])))[1]


def test_what_the_verdict_has_said_is_not_said_again():
    text = epoch_texts(a_history(seven_epochs(), [a_reduction(4)]))[5]

    assert text.count("0.0003") == 1


def test_event_of_an_epoch_that_never_finished_is_told():
    event = Event(EventKind.NAN, 1, {"metric": "loss", "batch": 3})

    texts = epoch_texts(a_history([an_epoch(0)], [event], a_run([])))

    assert texts[2] == "<b>Epoch 2:</b><br>loss is not a number in batch 4."


def test_text_from_outside_is_escaped():
    attack = Event(EventKind.FAILED, 0, {"status": "failed", "error": "<a href='x'>&</a>"})

    text = epoch_texts(a_history([an_epoch(0)], [attack]))[1]

    assert "&lt;a href='x'&gt;&amp;&lt;/a&gt;" in text
    assert "<a" not in text


def test_long_text_is_cut_and_broken_before_it_is_escaped():
    attack = Event(EventKind.FAILED, 0, {"status": "failed", "error": "<&> " * 400})

    text = epoch_texts(a_history([an_epoch(0)], [attack]))[1]

    cut = text[text.index("Failed") : text.index("…")]
    assert len(html.unescape(cut.replace("<br>", " "))) < 160
    assert re.fullmatch(r"(Failed: )?((&lt;&amp;&gt;)|( )|(<br>))+", cut)


def test_a_fork_without_its_parents_callback_still_tells_what_that_one_counted():
    epochs = [
        an_epoch(0, reducing_state(best=0.6)),
        an_epoch(1, reducing_state(best=0.7, min_delta=0.001), logs={"val_accuracy": 0.7}),
        an_epoch(2, logs={"val_accuracy": 0.8}),
    ]
    run = replace(a_run([]), parent_id="parent", forked_at=1)
    texts = epoch_texts(a_history(epochs, run=run))
    assert "val_accuracy 0.7000 beat 0.6000 by more than 0.001" in texts[2].replace("<br>", " ")


def test_a_callback_that_keras_brought_back_has_a_first_best_again():
    epochs = [
        an_epoch(0, reducing_state(best=0.8), logs={"val_accuracy": 0.8}),
        an_epoch(1, reducing_state(best=0.7), logs={"val_accuracy": 0.7}),
    ]
    run = replace(a_run(), parent_id="parent", forked_at=0, keras_restore=True)
    assert "val_accuracy 0.7000 is the first best" in epoch_texts(a_history(epochs, run=run))[2]


def test_a_table_of_events_names_the_epoch_whose_weights_were_restored():
    event = Event(EventKind.WEIGHTS_RESTORED, 4, {"from_epoch": 1})

    assert (
        events_csv([event])
        .splitlines()[1]
        .startswith("5,weights_restored,The weights of epoch 2 were restored.")
    )
