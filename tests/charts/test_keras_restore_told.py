"""What Keras's own resume loses, told from the counters of two runs."""

from core.charts.keras_restore import acts_told, as_keras_would, loss_told
from core.specs.callbacks import BackupAndRestore, TensorBoard
from core.specs.run import RunSpec
from tests.charts.histories import (
    REDUCING,
    STOPPING,
    a_reduction,
    an_epoch,
    reducing_state,
    stopping_state,
)

SPEC = RunSpec(callbacks=(REDUCING, STOPPING))


def test_the_callback_is_added_once_and_the_name_says_so():
    named = as_keras_would(RunSpec(name="x" * 64))
    assert named.name == "x" * 47 + " BackupAndRestore"
    assert [callback.kind for callback in named.callbacks] == ["BackupAndRestore"]
    assert as_keras_would(named).callbacks == named.callbacks


def test_a_folder_that_another_callback_writes_to_is_not_taken():
    spec = RunSpec(callbacks=(TensorBoard(log_dir=BackupAndRestore().backup_dir),))
    assert as_keras_would(spec) is None


def test_each_counting_callback_is_told_beside_the_exact_run():
    before = an_epoch(4, reducing_state(wait=1, best=0.8), stopping_state(wait=3, best=0.8))
    exact = an_epoch(5, reducing_state(wait=2, best=0.8), stopping_state(wait=4, best=0.8))
    anew = an_epoch(5, reducing_state(wait=0, best=0.79), stopping_state(wait=0, best=0.79))
    reducing, stopping = loss_told(SPEC, [before, exact], [anew], after_epoch=4)
    assert reducing == (
        "ReduceLROnPlateau had wait 1 of 2 and best 0.8000 after epoch 5. BackupAndRestore kept "
        "neither: after epoch 6 it has wait 0 of 2 and best 0.7900, and wait 2 of 2 and best "
        "0.8000 in the exact run."
    )
    assert stopping.startswith("EarlyStopping had wait 3 of 6")


def test_before_its_first_epoch_only_what_was_lost_is_told():
    before = an_epoch(4, reducing_state(wait=1, cooldown_counter=2))
    (told,) = loss_told(SPEC, [before], [], after_epoch=4)
    assert "2 epochs of cooldown left after epoch 5. BackupAndRestore kept neither." in told


def test_when_the_callbacks_acted_is_told_of_both():
    exact, restored = [a_reduction(2), a_reduction(5), a_reduction(8)], [a_reduction(7)]
    assert acts_told(exact, restored, after_epoch=3) == [
        "The exact run reduced the rate after epochs 6, 9, the restored one after epoch 8."
    ]
    assert acts_told(exact, [], after_epoch=5)[0].endswith("the restored one not at all.")
    assert acts_told(exact, exact, after_epoch=5) == ["Both runs reduced the rate after epoch 9."]
    assert not acts_told([], [], after_epoch=0)
