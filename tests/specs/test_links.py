"""A configuration survives its link."""

from hypothesis import given
from hypothesis import strategies as st

from core.specs import links, presets
from core.specs.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau, TensorBoard
from core.specs.data import FolderScans, SimulatedScans
from core.specs.problems import check_run
from core.specs.run import RunSpec, TrainingSpec

metrics = st.sampled_from(["loss", "val_accuracy", "123", "true"]).filter(str.isidentifier)
small = st.floats(0, 10, allow_nan=False)

reduce_lr = st.builds(
    ReduceLROnPlateau,
    monitor=metrics,
    factor=st.floats(0.001, 0.999),
    patience=st.integers(0, 100),
    min_delta=small,
    cooldown=st.integers(0, 9),
    verbose=st.sampled_from([0, 1]),
    mode=st.sampled_from(["auto", "min", "max"]),
)
early_stopping = st.builds(
    EarlyStopping,
    baseline=st.none() | small,
    restore_best_weights=st.booleans(),
    patience=st.integers(0, 100),
)
checkpoint = st.builds(
    ModelCheckpoint, filepath=st.just("1.keras"), save_freq=st.just("epoch") | st.integers(1, 99)
)
tensorboard = st.builds(
    TensorBoard,
    log_dir=st.sampled_from(["logs", "7"]),
    profile_batch=st.just(0) | st.just((2, 5)),
    update_freq=st.sampled_from(["epoch", "batch", 10]),
)
callbacks = st.permutations([0, 1, 2, 3]).flatmap(
    lambda order: st.integers(0, 4).flatmap(
        lambda count: st.tuples(
            *[[reduce_lr, early_stopping, checkpoint, tensorboard][i] for i in order[:count]]
        )
    )
)
scans = st.builds(SimulatedScans, seed=st.integers(0, 2**31 - 1)) | st.builds(
    FolderScans, folder=st.sampled_from(["scans", "12", "a b"]), split=st.just("folders")
)
specs = st.builds(
    RunSpec,
    name=st.from_regex(r"[A-Za-z0-9 ._-]{1,64}", fullmatch=True),
    scans=scans,
    training=st.builds(TrainingSpec, epochs=st.integers(1, 500), learning_rate=st.floats(1e-9, 1)),
    callbacks=callbacks,
)


@given(specs)
def test_a_link_reproduces_its_configuration(spec):
    assert check_run(links.nest(links.from_query(links.to_query(spec)))) == spec


def test_a_link_holds_only_what_differs_from_the_defaults():
    spec = RunSpec(callbacks=(ReduceLROnPlateau(patience=3),))
    assert links.to_query(spec) == {
        "callbacks": "ReduceLROnPlateau",
        "ReduceLROnPlateau.patience": "3",
    }


def test_presets_survive_their_links():
    for preset in presets.PRESETS.values():
        assert check_run(links.nest(links.from_query(links.to_query(preset())))) == preset()


def test_strange_parameters_of_a_link_are_left_out():
    flat = links.from_query({"callbacks": "Nope,EarlyStopping", "run": "1", "training.x": "2"})
    assert flat == {"scans": "simulated", "callbacks": ["EarlyStopping"]}


def test_a_wrong_value_stays_in_the_form_to_be_mended():
    flat = links.from_query({"callbacks": "ReduceLROnPlateau", "ReduceLROnPlateau.factor": "1.5"})
    assert flat["ReduceLROnPlateau.factor"] == 1.5
    assert links.flat_to_query(flat)["ReduceLROnPlateau.factor"] == "1.5"


def test_the_tutorial_preset_is_the_chapters_experiment():
    spec = presets.tutorial()
    assert spec.training.epochs == 20
    assert spec.training.batch_size == 32
    assert spec.training.optimizer == "adam"
    assert spec.training.model == "tutorial_cnn"
    assert spec.scans.image_size == 150
    tensorboard, reduce_lr = spec.callbacks
    assert tensorboard == TensorBoard(log_dir="logs")
    assert reduce_lr == ReduceLROnPlateau(
        monitor="val_accuracy", factor=0.3, patience=2, min_delta=0.001, mode="auto", verbose=1
    )
