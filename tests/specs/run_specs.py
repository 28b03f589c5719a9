"""Runs with any callbacks and settings, for property tests."""

from hypothesis import strategies as st

from core.specs import callbacks as c
from core.specs.data import FolderScans, SimulatedScans
from core.specs.run import RunSpec, TrainingSpec

small = st.floats(0, 10, allow_nan=False)
modes = st.sampled_from(["auto", "min", "max"])
verbose = st.sampled_from([0, 1])
metrics = st.sampled_from([*c.METRICS, "true", "val_auc"])

CALLBACKS = {
    c.ReduceLROnPlateau: {
        "monitor": metrics,
        "factor": st.floats(0.001, 0.999),
        "patience": st.integers(0, 100),
        "verbose": verbose,
        "mode": modes,
        "min_delta": small,
        "cooldown": st.integers(0, 9),
        "min_lr": small,
    },
    c.EarlyStopping: {
        "monitor": metrics,
        "min_delta": small,
        "patience": st.integers(0, 100),
        "verbose": verbose,
        "mode": modes,
        "baseline": st.none() | small,
        "restore_best_weights": st.booleans(),
        "start_from_epoch": st.integers(0, 30),
    },
    c.ModelCheckpoint: {
        "filepath": st.sampled_from(["1.keras", "{epoch:02d}-{loss:.2f}.keras"]),
        "monitor": metrics,
        "verbose": verbose,
        "mode": modes,
        "save_freq": st.just("epoch") | st.integers(1, 99),
        "initial_value_threshold": st.none() | small,
    },
    c.TensorBoard: {
        "log_dir": st.sampled_from(["logs", "7"]),
        "histogram_freq": st.integers(0, 5),
        "write_graph": st.booleans(),
        "profile_batch": st.just(0) | st.just((2, 5)),
        "update_freq": st.sampled_from(["epoch", "batch", 10]),
    },
    c.LearningRateScheduler: {
        "schedule": st.sampled_from(
            ["constant", "step", "exponential", "cosine", "warmup", "one_cycle", "table"]
        ),
        "verbose": verbose,
        "decay_rate": st.floats(1e-6, 1),
        "decay_epochs": st.integers(1, 500),
        "alpha": st.floats(0, 1),
        "warmup_epochs": st.integers(0, 500),
        "div_factor": st.floats(1, 1e6),
        "table": st.sampled_from(["1: 0.001", "2: 1e-3, 17: 4", "3:.5;4:1;5:2"]),
    },
    c.CSVLogger: {
        "filename": st.sampled_from(["log.csv", "7.tsv", "true.log"]),
        "separator": st.sampled_from([",", ";", "|", "\t"]),
        "append": st.booleans(),
    },
    c.TerminateOnNaN: {"raise_error": st.booleans()},
    c.BackupAndRestore: {
        "backup_dir": st.sampled_from(["backup", "0"]),
        "save_freq": st.sampled_from(["epoch", False, 1, 40]),
        "double_checkpoint": st.booleans(),
        "delete_checkpoint": st.booleans(),
    },
    c.SwapEMAWeights: {"swap_on_epoch": st.booleans()},
    c.LambdaCallback: {name: st.booleans() for name in c.LambdaCallback.keras_parameters()},
}

any_callbacks = st.permutations(list(CALLBACKS)).flatmap(
    lambda order: st.integers(0, len(order)).flatmap(
        lambda count: st.tuples(*[st.builds(kind, **CALLBACKS[kind]) for kind in order[:count]])
    )
)
any_scans = st.builds(SimulatedScans, seed=st.integers(0, 2**31 - 1)) | st.builds(
    FolderScans, folder=st.sampled_from(["scans", "12", "a b"]), split=st.just("folders")
)
any_training = st.builds(
    TrainingSpec,
    model=st.sampled_from(["small_cnn", "tutorial_cnn"]),
    epochs=st.integers(1, 500),
    optimizer=st.sampled_from(["adam", "sgd", "rmsprop"]),
    learning_rate=st.floats(1e-9, 1),
    precision=st.sampled_from(["float32", "mixed_float16"]),
    jit_compile=st.sampled_from(["auto", "on", "off"]),
)
any_run = st.builds(
    RunSpec,
    name=st.from_regex(r"[A-Za-z0-9 ._-]{1,64}", fullmatch=True),
    scans=any_scans,
    training=any_training,
    callbacks=any_callbacks,
)
