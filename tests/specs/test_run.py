"""What can be made from a run's settings."""

from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from core.specs.run import RunSpec


def test_a_callback_takes_the_place_of_its_kind_or_comes_last():
    first, other = ReduceLROnPlateau(patience=3), EarlyStopping(patience=9)
    run = RunSpec(callbacks=(first, other))
    assert run.with_callback(ReduceLROnPlateau(patience=7)).callbacks == (
        ReduceLROnPlateau(patience=7),
        other,
    )
    assert run.with_callback(ModelCheckpoint()).callbacks == (first, other, ModelCheckpoint())
