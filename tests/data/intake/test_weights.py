"""Weights from elsewhere are taken only as plain arrays of our own network."""

import contextlib
import os
from pathlib import Path

import h5py
import numpy as np
import pytest

from core.data.intake import weights
from core.data.intake.weights import RefusedWeights

LAYOUT = {"layers/conv2d/vars/0": [3, 3, 1, 2], "layers/dense/vars/0": [2, 4]}


def good(file):
    """What Keras writes for the layout."""
    draw = np.random.default_rng(0)
    for path, shape in LAYOUT.items():
        file[path] = draw.normal(size=shape).astype("float32")
    file.create_group("layers/dropout/vars")


def extracted(tmp_path, *changes):
    source = tmp_path / "mine.weights.h5"
    with h5py.File(source, "w") as file:
        good(file)
        for change in changes:
            change(file)
    target = tmp_path / "arrays.npz"
    weights.extract(str(source), LAYOUT, str(target), on_progress=lambda *_: None)
    return weights.read(target)


def test_good_weights_come_through_unchanged(tmp_path):
    arrays = extracted(tmp_path)
    assert {name: list(array.shape) for name, array in arrays.items()} == LAYOUT
    with h5py.File(tmp_path / "mine.weights.h5") as file:
        np.testing.assert_array_equal(arrays["layers/dense/vars/0"], file["layers/dense/vars/0"])


def test_the_optimizers_state_is_left_alone(tmp_path):
    assert set(extracted(tmp_path, lambda file: file.create_group("optimizer/vars"))) == set(LAYOUT)


def replaced(path, **creation):
    def change(file):
        del file[path]
        file.create_dataset(path, **creation)

    return change


DENSE = "layers/dense/vars/0"


def external(file):
    del file[DENSE]
    file.create_dataset(DENSE, (2, 4), "float32", external=[("/etc/passwd", 0, 32)])


def virtual(file):
    del file[DENSE]
    layout = h5py.VirtualLayout((2, 4), "float32")
    layout[:] = h5py.VirtualSource("other.h5", "x", (2, 4))
    file.create_virtual_dataset(DENSE, layout)


def linked(link):
    def change(file):
        del file[DENSE]
        file[DENSE] = link

    return change


def loop(file):
    file["layers/dense/again"] = file["layers"]


def many(file):
    for number in range(5000):
        file.create_group(f"layers/{number}")


def infinite(file):
    file[DENSE][0, 0] = np.inf


def infinite_as_float32(file):
    replaced(DENSE, data=np.full((2, 4), 1e300))(file)


def old_model(file):
    file.attrs["model_config"] = "{}"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (external, "kept in another file"),
        (virtual, "virtual"),
        (linked(h5py.ExternalLink("other.h5", "/x")), "points elsewhere"),
        (linked(h5py.SoftLink("/layers/conv2d/vars/0")), "points elsewhere"),
        (replaced(DENSE, shape=(2, 4), dtype="float32", compression="gzip"), "compressed"),
        (replaced(DENSE, shape=(2, 5), dtype="float32"), r"must have the shape \(2, 4\)"),
        (replaced(DENSE, shape=(2, 4), dtype="int32"), "must hold floats"),
        (replaced(DENSE, shape=(2, 4), dtype=h5py.string_dtype()), "must hold floats"),
        (infinite, "NaN or infinity"),
        (infinite_as_float32, "NaN or infinity"),
        (lambda file: file.create_dataset("layers/extra/vars/0", (1,)), "which this network has"),
        (lambda file: file.__delitem__("layers/conv2d"), "lack layers/conv2d/vars/0"),
        (loop, "which this network has not|more than"),
        (many, "more than 4096 entries"),
        (old_model, "old .h5 kind"),
    ],
)
def test_anything_else_is_refused_with_its_reason(tmp_path, change, says):
    with pytest.raises(RefusedWeights, match=says):
        extracted(tmp_path, change)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_are_refused_or_harmless(tmp_path, seed):
    extracted(tmp_path)
    source = tmp_path / "mine.weights.h5"
    content = bytearray(source.read_bytes())
    draw = np.random.default_rng(seed)
    for place in draw.integers(0, len(content), 40):
        content[place] = draw.integers(256)
    source.write_bytes(content[: draw.integers(len(content) // 2, len(content) + 1)])
    with contextlib.suppress(RefusedWeights):
        weights.extract(str(source), LAYOUT, str(tmp_path / "out.npz"), on_progress=lambda *_: None)
        taken = weights.read(tmp_path / "out.npz")
        assert set(taken) == set(LAYOUT)
        assert all(np.isfinite(array).all() for array in taken.values())


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("model.keras", b"PK\x03\x04", "can run code"),
        ("model.weights.h5", b"PK\x03\x04", "can run code"),
        ("model.h5", b"\x89HDF\r\n\x1a\n", "may hold a whole model"),
        ("model.weights.h5", b"nothing", "no HDF5 file"),
    ],
)
def test_whole_models_are_refused_unopened(name, content, says):
    with pytest.raises(RefusedWeights, match=says):
        weights.refuse_by_name(name, content)


def test_a_large_file_is_refused(tmp_path):
    source = Path(tmp_path / "large.weights.h5")
    source.touch()
    os.truncate(source, weights.MAX_BYTES + 1)
    with pytest.raises(RefusedWeights, match="At most 20 MB"):
        weights.extract(str(source), LAYOUT, "nowhere", on_progress=lambda *_: None)
