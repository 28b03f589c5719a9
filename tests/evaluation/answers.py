"""Answers of a model that tests write down."""

import numpy as np

from core.evaluation.predictions import Predictions


def answers(labels, probabilities, groups=None, classes=None):
    """Return predictions whose softmax gives these probabilities, shape (scans, classes)."""
    shares = np.asarray(probabilities, dtype=np.float64)
    return Predictions(
        labels=np.asarray(labels, dtype=np.int64),
        logits=np.log(shares),
        groups=np.full(len(labels), -1) if groups is None else np.asarray(groups),
        classes=classes or tuple(f"class {i}" for i in range(shares.shape[1])),
    )


def drawn(count=300, classes=4, *, seed=0, subjects=None, skill=1.5):
    """Draw answers that are right more often than not."""
    draw = np.random.default_rng(seed)
    labels = draw.integers(0, classes, count)
    logits = draw.normal(size=(count, classes))
    logits[np.arange(count), labels] += skill
    groups = np.full(count, -1) if subjects is None else np.arange(count) % subjects
    return Predictions(
        labels.astype(np.int64), logits, groups, tuple(f"class {i}" for i in range(classes))
    )
