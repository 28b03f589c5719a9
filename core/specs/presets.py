"""Configurations to start from."""

from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau, TensorBoard
from core.specs.data import SimulatedScans
from core.specs.run import RunSpec, TrainingSpec


def quick_demo() -> RunSpec:
    """Return the first experiment: about a minute on two cores, with a reduction to see."""
    return RunSpec(
        name="Quick demo",
        scans=SimulatedScans(),
        training=TrainingSpec(),
        callbacks=(
            ReduceLROnPlateau(
                monitor="val_accuracy", factor=0.3, patience=2, min_delta=0.001, verbose=1
            ),
            EarlyStopping(monitor="val_accuracy", patience=6, restore_best_weights=True, verbose=1),
            ModelCheckpoint(
                filepath="best.keras", monitor="val_accuracy", save_best_only=True, verbose=1
            ),
        ),
    )


def tutorial() -> RunSpec:
    """Return the chapter's experiment, on simulated scans of the tutorial's size.

    Source: the call of `model.fit` in "Chapter 6: Keras Callbacks".
    """
    return RunSpec(
        name="Tutorial",
        scans=SimulatedScans(subjects=1290, image_size=150, validation_fraction=0.1, seed=101),
        training=TrainingSpec(model="tutorial_cnn", epochs=20, batch_size=32, verbose=1),
        callbacks=(
            TensorBoard(log_dir="logs"),
            ReduceLROnPlateau(
                monitor="val_accuracy",
                factor=0.3,
                patience=2,
                min_delta=0.001,
                mode="auto",
                verbose=1,
            ),
        ),
    )


PRESETS = {"Quick demo": quick_demo, "Tutorial": tutorial}
