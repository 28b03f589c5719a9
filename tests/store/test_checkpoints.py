"""Which weights a run kept as its best."""

from core.specs.callbacks import ModelCheckpoint
from core.specs.run import RunSpec
from core.store import Event, EventKind
from core.store.checkpoints import BestWeights, best_weights, restored_epoch

BEST = ModelCheckpoint(monitor="val_loss", save_best_only=True)


def a_save(epoch, file="best.keras"):
    return Event(EventKind.CHECKPOINT_SAVED, epoch, {"file": file})


def test_the_last_save_is_the_best():
    events = [a_save(0, "1.keras"), a_save(3, "4.keras"), Event(EventKind.FINISHED, 9)]
    found = best_weights(RunSpec(callbacks=(BEST,)), events)
    assert found == BestWeights("4.keras", 3, "val_loss")


def test_a_checkpoint_of_every_epoch_is_not_a_best_one():
    every = ModelCheckpoint(monitor="val_loss")
    assert best_weights(RunSpec(callbacks=(every,)), [a_save(2)]) is None
    assert best_weights(RunSpec(callbacks=(BEST,)), []) is None


def test_early_stopping_says_which_weights_it_put_back():
    events = [Event(EventKind.WEIGHTS_RESTORED, 7, {"from_epoch": 5})]
    assert restored_epoch(events) == 5
    assert restored_epoch([]) is None
