"""The scans as batches, in an order that seed and epoch alone decide."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import math
from typing import Any

import keras
import numpy as np
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDatasetAdapter
from numpy.typing import NDArray

from core.data.scan_set import ScanSet


class ScanBatches(keras.utils.PyDataset):
    """Scans and one-hot labels, batch by batch.

    Args:
        scans: All scans.
        validation: Whether to serve the validation scans, in their own order,
            rather than the training scans, shuffled anew each epoch.
        batch_size: Scans in a batch; the last batch may hold fewer.
        seed: Draws the orders.
        first_epoch: The epoch the first pass belongs to, from 0.
    """

    def __init__(
        self,
        scans: ScanSet,
        *,
        validation: bool,
        batch_size: int,
        seed: int = 0,
        first_epoch: int = 0,
    ) -> None:
        super().__init__()
        chosen = scans.validation if validation else ~scans.validation
        # In memory, not on the disk's map: an epoch visits every scan in random order.
        self.images = np.array(scans.images[chosen])[..., np.newaxis]
        self.labels = np.eye(len(scans.classes), dtype="float32")[scans.labels[chosen]]
        self.batch_size = batch_size
        self._seed = None if validation else seed
        self._epoch = first_epoch - 1
        self._order = np.arange(len(self.images))

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return math.ceil(len(self.images) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Return scans, shape (batch, H, W, 1), uint8, and labels, shape (batch, classes)."""
        chosen = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        return self.images[chosen], self.labels[chosen]

    def on_epoch_begin(self) -> None:
        """Draw the order of the next epoch."""
        self._epoch += 1
        if self._seed is not None:
            order = np.random.default_rng([self._seed, self._epoch])
            self._order = order.permutation(len(self.images))


class UntunedBatches(PyDatasetAdapter):
    """What `fit` makes of a PyDataset by itself, without what makes it wait for nothing.

    TensorFlow tunes each pass over a dataset by a thread that looks at it after 10, 20, 40 ms
    and so on, and that sometimes misses the sign to end: the pass then lasts until its next
    look. An epoch of 3.2 s lasted 5.1 s, and a training of a minute ended 20 s late. Batches
    that lie in memory have nothing to tune. Source: `Model::OptimizeLoop` and
    `CancellationManager::StartCancel`, which tells the thread before it counts as cancelled,
    TensorFlow 2.21; seen with a debugger. An adapter is what `fit` takes as it is
    (`get_data_adapter`, Keras 3.15).

    It does not shuffle: ScanBatches does, by seed and epoch. Keras would shuffle the batches
    again, with a generator that knows only how many epochs this process has trained.
    """

    def __init__(self, batches: ScanBatches) -> None:
        super().__init__(batches, class_weight=None, shuffle=False)

    def get_tf_dataset(self) -> Any:
        """Return Keras's own `tf.data.Dataset`, with autotuning off."""
        dataset: Any = super().get_tf_dataset()
        options = type(dataset.options())()
        options.autotune.enabled = False
        return dataset.with_options(options)


def facts_of(scans: ScanSet) -> dict[str, Any]:
    """Return which and how many scans train and validate, as the store's columns name them."""
    validation = int(scans.validation.sum())
    return {
        "training_scans": len(scans.labels) - validation,
        "validation_scans": validation,
        "scans_digest": scans.digest,
    }
