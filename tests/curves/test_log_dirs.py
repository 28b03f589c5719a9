import math
import struct
import zipfile

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event

from core.curves import log_dirs
from core.curves.log_dirs import read_event_file, read_log_dir
from core.curves.recorded import UnreadableCurves
from tests.curves.event_bytes import framed, scalar, simple, version, zipped

TRAIN = version() + b"".join(
    scalar("epoch_loss", step, value) + scalar("epoch_learning_rate", step, 0.5)
    for step, value in enumerate([1.0, 0.5, math.nan])
)
VALIDATION = version() + b"".join(
    scalar("epoch_loss", step, value) + scalar("evaluation_loss_vs_iterations", 50 * step, value)
    for step, value in enumerate([2.0, 1.5, 1.25])
)


def test_train_and_validation_make_one_training():
    (training,) = read_log_dir(
        zipped(
            {
                "logs/train/events.out.tfevents.1.host": TRAIN,
                "logs/validation/events.out.tfevents.2.host": VALIDATION,
                "logs/train/plugins/profile/trace.json": b"{}",
            }
        )
    )
    assert training.epochs.tolist() == [1, 2, 3]
    np.testing.assert_array_equal(training.columns["loss"], [1.0, 0.5, np.nan])
    assert training.present["loss"].all()
    assert training.columns["val_loss"].tolist() == [2.0, 1.5, 1.25]
    assert training.learning_rate == "learning_rate"
    assert training.source == "tensorboard"
    assert any("evaluation_loss_vs_iterations" in note for note in training.notes)


def test_paths_with_backslashes_lie_in_directories_too():
    (training,) = read_log_dir(
        zipped({r"logs\train\a.tfevents.1": TRAIN, r"logs\validation\a.tfevents.1": VALIDATION})
    )
    assert set(training.columns) == {"loss", "learning_rate", "val_loss"}


def test_each_run_is_a_training_of_its_own():
    trainings = read_log_dir(
        zipped({"run_b/train/x.tfevents.1": VALIDATION, "run_a/train/x.tfevents.1": TRAIN})
    )
    assert [training.notes[0] for training in trainings] == [
        "From the directory 'run_a'.",
        "From the directory 'run_b'.",
    ]


def test_validation_file_alone_is_known_by_its_own_tags():
    (training,) = read_event_file(VALIDATION)
    assert list(training.columns) == ["val_loss"]


def test_directory_in_the_name_tells_validation():
    data = scalar("epoch_accuracy", 0, 0.5)
    (training,) = read_event_file(data, name="logs/validation/events.out.tfevents.1")
    assert list(training.columns) == ["val_accuracy"]


def test_simple_values_keep_their_tags_and_steps():
    data = version() + simple("Loss/train", 1, 0.5) + simple("Loss/train", 2, 0.25)
    (training,) = read_event_file(data)
    assert training.epochs.tolist() == [1, 2]
    assert training.columns["Loss/train"].tolist() == [0.5, 0.25]


def test_second_fit_into_the_same_directory_replaces_the_first():
    again = version() + scalar("epoch_loss", 0, 9.0) + scalar("epoch_loss", 1, 8.0)
    (training,) = read_log_dir(
        zipped({"train/events.out.tfevents.1": TRAIN, "train/events.out.tfevents.2": again})
    )
    np.testing.assert_array_equal(training.columns["loss"], [9.0, 8.0, np.nan])
    assert training.present["loss"].tolist() == [True, True, False]
    assert any("tfevents.2" in note and "replaces" in note for note in training.notes)


def test_rate_that_changes_brings_a_note_on_whose_it_is():
    data = scalar("epoch_loss", 0, 1.0) + b"".join(
        scalar("epoch_learning_rate", step, rate) for step, rate in enumerate([0.5, 0.25])
    )
    (training,) = read_event_file(data)
    assert any("end of an epoch" in note for note in training.notes)


def test_file_that_still_grows_loses_its_last_record_only():
    (training,) = read_event_file((TRAIN + scalar("epoch_loss", 3, 0.1))[:-3])
    assert len(training) == 3
    assert any("cut off" in note for note in training.notes)


@pytest.mark.parametrize(("dtype", "layout"), [(1, "<f"), (2, "<d"), (3, "<i"), (9, "<q")])
def test_numbers_of_every_type_are_read(dtype, layout):
    event = Event(step=0)
    tensor = event.summary.value.add(tag="metric").tensor
    tensor.dtype = dtype
    tensor.tensor_content = struct.pack(layout, 3)
    (training,) = read_event_file(framed(event.SerializeToString()))
    assert training.columns["metric"].tolist() == [3.0]


def test_vectors_texts_and_graphs_are_passed_over():
    event = Event(step=0)
    vector = event.summary.value.add(tag="vector").tensor
    vector.dtype = 1
    vector.tensor_shape.dim.add(size=2)
    vector.float_val.extend([1.0, 2.0])
    event.summary.value.add(tag="text").tensor.dtype = 7
    graph = framed(Event(graph_def=bytes(2_000_000)).SerializeToString())
    (training,) = read_event_file(
        framed(event.SerializeToString()) + graph + simple("loss", 0, 1.0)
    )
    assert list(training.columns) == ["loss"]


@pytest.mark.parametrize("step", [-1, 2**62])
def test_steps_that_count_no_epoch_are_dropped(step):
    (training,) = read_event_file(simple("loss", step, 9.0) + simple("loss", 3, 1.0))
    assert training.epochs.tolist() == [3]


def test_damage_is_told_with_its_place():
    data = bytearray(TRAIN)
    data[len(version()) + 20] ^= 255
    with pytest.raises(UnreadableCurves, match=rf"'a.tfevents' at byte {len(version())}: copy"):
        read_event_file(bytes(data), name="logs/a.tfevents")


def test_content_that_is_no_event_is_damage():
    with pytest.raises(UnreadableCurves, match="Damage in the event file at byte 0"):
        read_event_file(framed(b"\xff\xff\xff"))


def test_file_without_scalars_says_what_to_bring():
    with pytest.raises(UnreadableCurves, match="no scalars by epoch"):
        read_event_file(version())
    with pytest.raises(UnreadableCurves, match="no scalars by epoch"):
        read_log_dir(zipped({"notes.txt": b"hello"}))


def test_zip_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(log_dirs, "MAX_UNPACKED_BYTES", 1000)
    half = version() * (600 // len(version()))
    with pytest.raises(UnreadableCurves, match="more than 1,000 bytes"):
        read_log_dir(zipped({"a.tfevents": half, "b.tfevents": half}))


def test_zip_that_lies_about_a_size_is_damaged():
    content = version() * 20
    size = struct.pack("<I", len(content))
    with pytest.raises(UnreadableCurves, match="zip the log directory again"):
        read_log_dir(zipped({"a.tfevents": content}).replace(size, struct.pack("<I", 45)))


def test_zip_of_too_many_files_is_refused_before_it_is_opened(monkeypatch):
    def opened(*_):
        raise AssertionError

    monkeypatch.setattr(log_dirs, "MAX_ENTRIES", 10)
    data = zipped({f"{number}.txt": b"" for number in range(11)})
    monkeypatch.setattr(zipfile, "ZipFile", opened)
    with pytest.raises(UnreadableCurves, match="more than 10 files"):
        read_log_dir(data)


def test_damaged_zip_is_refused():
    data = zipped({"train/a.tfevents": TRAIN})
    with pytest.raises(UnreadableCurves, match="zip the log directory again"):
        read_log_dir(data[: len(data) // 2])


def test_path_that_climbs_out_is_a_name_and_nothing_more(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (training,) = read_log_dir(zipped({"../../etc/train/a.tfevents": TRAIN}))
    assert training.notes[0] == "From the directory '../../etc'."
    assert list(tmp_path.iterdir()) == []


def test_more_steps_than_epochs_are_read_are_refused(monkeypatch):
    monkeypatch.setattr(log_dirs, "MAX_EPOCHS", 2)
    with pytest.raises(UnreadableCurves, match="update_freq"):
        read_event_file(TRAIN)
