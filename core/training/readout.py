"""A trained model, opened to be asked: what it says of a scan, and where it looked.

Only files that our own workers wrote are opened: a `.keras` file can run code.
"""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import hashlib
import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.training import gradients, models

BATCH = 64
"""Scans in a pass. A last batch is filled up to a power of two where each shape is compiled."""

_MOST_WARM = 6
_PATCHES_ACROSS = 6
_ACTIVATIONS = (keras.layers.ReLU, keras.layers.Activation)
_NORMALISED = (keras.layers.BatchNormalization, *_ACTIVATIONS)

_warm: OrderedDict[str, "Readout"] = OrderedDict()
_digests: dict[tuple[str, int, int], str] = {}
_lock = Lock()


class UnreadableModel(ValueError):
    """The model cannot be opened; the message is one sentence for the person."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What a model says of some scans.

    Attributes:
        logits: What goes into the softmax, shape (n, classes), float32.
        features: What goes into the last layer, shape (n, features), float32.
        maps: Grad-CAM at the resolution of the last convolution, shape (n, h, w), float32,
            each from 0 to 1; zero everywhere where nothing speaks for the class.
    """

    logits: NDArray[np.float32]
    features: NDArray[np.float32]
    maps: NDArray[np.float32]

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """The softmax of the logits, shape (n, classes)."""
        powers = np.exp(self.logits.astype(np.float64) - self.logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


class Readout:
    """A model whose last layer is a softmax over classes, split where it can be looked into.

    Args:
        model: From scans, shape (n, H, W, 1), uint8, to probabilities.
        digest: SHA-256 of its file, 64 hexadecimal digits, or "" for a model without one.

    Raises:
        UnreadableModel: If it has no convolution, or does not end in a layer `Dense`.
    """

    def __init__(self, model: keras.Model, *, digest: str = "") -> None:
        self.model, self.digest = model, digest
        self.image_size = int(model.input_shape[1])
        self.classes = int(model.output_shape[1])
        head = model.layers[-1]
        if not isinstance(head, keras.layers.Dense):
            raise UnreadableModel(
                f"A model must end in a layer Dense to be read out, got {type(head).__name__}: "
                "choose a run of this program."
            )
        layer = _last_convolution(model)
        front = keras.Model(model.inputs, layer.output)
        back = keras.Model(layer.output, head.input)
        self._pass = gradients.build(front, back, head)
        self._forward = gradients.build_forward(front, back, head)

    def read(
        self,
        images: NDArray[np.uint8],
        *,
        classes: NDArray[np.integer] | None = None,
        maps: bool = True,
    ) -> Reading:
        """Return what the model says of scans, with the heat maps of Grad-CAM.

        Args:
            images: Shape (n, H, W), uint8, of the model's size.
            classes: The class whose logit each map explains, shape (n,); None takes the
                predicted one.
            maps: Whether to draw them, which takes as long as the answers alone; else they
                have the shape (n, 0, 0).
        """
        if classes is None:
            classes = np.full(len(images), -1)
        read = self._read if maps else self._read_plainly
        parts = [read(images[at], classes[at]) for at in _batches(len(images))]
        if not parts:
            return self._none()
        logits, features, drawn = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Reading(logits, features, drawn)

    def occlusion(self, image: NDArray[np.uint8], label: int) -> NDArray[np.float32]:
        """Return how much the logit of a class drops when a part of the scan is covered.

        A square of a sixth of the width, in the scan's mean gray, is moved over the scan
        in steps of half its size; a pixel takes the mean of the squares that covered it.

        Args:
            image: Shape (H, W), uint8, of the model's size.
            label: The class.

        Returns:
            Shape (H, W), in logits; negative where covering speaks for the class.

        Source: Zeiler and Fergus, Visualizing and Understanding Convolutional Networks (2014).
        """
        squares = list(_squares(self.image_size))
        covered = np.repeat(image[np.newaxis], len(squares) + 1, axis=0)
        for index, (rows, columns) in enumerate(squares):
            covered[index, rows, columns] = round(float(image.mean()))
        logits = self.read(covered, maps=False).logits[:, label]
        drops, times = np.zeros(image.shape), np.zeros(image.shape)
        for square, logit in zip(squares, logits, strict=False):
            drops[square] += logits[-1] - logit
            times[square] += 1
        return (drops / times).astype(np.float32)

    def _read(self, images: NDArray[np.uint8], classes: NDArray[np.integer]) -> tuple[Any, ...]:
        count = len(images)
        filled = _filled(images[..., np.newaxis]), _filled(classes.astype(np.int32))
        found = (np.asarray(part)[:count] for part in self._pass(*filled))
        logits, features, layer, gradient = found
        return logits, features, _grad_cam(layer, gradient)

    def _read_plainly(
        self, images: NDArray[np.uint8], classes: NDArray[np.integer]
    ) -> tuple[Any, ...]:
        count = len(images)
        logits, features = self._forward(_filled(images[..., np.newaxis]))
        nothing = np.zeros((count, 0, 0), np.float32)
        return np.asarray(logits)[:count], np.asarray(features)[:count], nothing

    def _none(self) -> Reading:
        nothing = self._read(
            np.zeros((1, self.image_size, self.image_size), np.uint8), np.zeros(1, np.int32)
        )
        return Reading(*(part[:0] for part in nothing))


Architecture = tuple[str, int, int]
"""Name of a network, size of a scan in pixels, number of classes."""


def open_model(path: Path, architecture: Architecture | None = None) -> Readout:
    """Open a model that a worker of ours wrote; the last few stay warm, by the file's hash.

    Args:
        path: A `.keras` file, or a `.weights.h5` file that fits the architecture.
        architecture: What the weights are for; None for a whole model.

    Raises:
        UnreadableModel: If there is no such file, or it is damaged.
    """
    try:
        digest = digest_of(path)
        with _lock:
            if digest not in _warm:
                _warm[digest] = Readout(_load(path, architecture), digest=digest)
            _warm.move_to_end(digest)
            while len(_warm) > _MOST_WARM:
                _warm.popitem(last=False)
            return _warm[digest]
    except (OSError, ValueError) as error:
        raise UnreadableModel(
            f"The model {path.name} cannot be opened ({str(error).strip()[:200]}): "
            "train the run again."
        ) from error


def _load(path: Path, architecture: Architecture | None) -> keras.Model:
    if architecture is None:
        whole: Any = keras.saving.load_model(path, compile=False)
        return whole
    name, image_size, classes = architecture
    model = models.build(name, image_size=image_size, classes=classes)
    model.load_weights(path)
    return model


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hexadecimal digits; computed once while it stays as it is.

    Raises:
        OSError: If it cannot be read.
    """
    about = path.stat()
    key = (str(path.resolve()), about.st_mtime_ns, about.st_size)
    if key not in _digests:
        with path.open("rb") as file:
            _digests[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _digests[key]


def enlarged(maps: NDArray[np.float32], size_px: int) -> NDArray[np.float32]:
    """Return maps, shape (n, h, w), resized smoothly to (n, size_px, size_px)."""
    resized = np.empty((len(maps), size_px, size_px), np.float32)
    for index, each in enumerate(maps):
        picture = Image.fromarray(np.asarray(each, np.float32))
        resized[index] = np.asarray(picture.resize((size_px, size_px), Image.Resampling.BILINEAR))
    return resized


def _last_convolution(model: keras.Model) -> keras.layers.Layer:
    """Return the last convolution, or the activation that follows it alone or after a norm."""
    places = [i for i, each in enumerate(model.layers) if isinstance(each, keras.layers.Conv2D)]
    if not places:
        raise UnreadableModel(
            "The model has no convolution to draw a heat map from: choose a run of this program."
        )
    chosen = model.layers[places[-1]]
    for layer in model.layers[places[-1] + 1 :]:
        if not isinstance(layer, _NORMALISED):
            break
        if isinstance(layer, _ACTIVATIONS):
            chosen = layer
    return chosen


def _grad_cam(layer: NDArray[Any], gradient: NDArray[Any]) -> NDArray[np.float32]:
    """Weigh each channel with its mean gradient, keep what speaks for the class.

    Source: Selvaraju et al., Grad-CAM, ICCV 2017, equations 1 and 2.
    """
    layer, gradient = layer.astype(np.float32), gradient.astype(np.float32)
    weights = gradient.mean(axis=(1, 2), keepdims=True)
    maps = np.maximum((weights * layer).sum(axis=3), 0)
    highest = maps.max(axis=(1, 2), keepdims=True)
    return np.divide(maps, highest, out=np.zeros_like(maps), where=highest > 0)


def _batches(count: int) -> Iterator[slice]:
    for start in range(0, count, BATCH):
        yield slice(start, start + BATCH)


def _filled(array: NDArray[Any]) -> NDArray[Any]:
    """Repeat the last row up to a power of two, where each shape would be compiled anew."""
    if keras.backend.backend() == "tensorflow":
        return array
    missing = 2 ** math.ceil(math.log2(len(array))) - len(array)
    return np.concatenate([array, np.repeat(array[-1:], missing, axis=0)])


def _squares(size_px: int) -> Iterator[tuple[slice, slice]]:
    """Give squares that cover the scan, each overlapping the next by half."""
    side = max(2, round(size_px / _PATCHES_ACROSS))
    starts = [*range(0, size_px - side, max(1, side // 2)), size_px - side]
    for row in starts:
        for column in starts:
            yield slice(row, row + side), slice(column, column + side)
