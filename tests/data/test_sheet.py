"""The sheet shows the scans that are trained on, and nothing else."""

import numpy as np

from core.data.scan_set import ScanSet
from core.data.sheet import strips_of


def a_set(*, masks=None):
    labels = np.array([0, 1, 0, 1, 0])
    images = np.stack([np.full((4, 4), 10 * number, np.uint8) for number in range(5)])
    return ScanSet(
        images=images,
        labels=labels,
        classes=("first", "second"),
        groups=np.arange(5),
        validation=np.array([True, False, False, False, False]),
        masks=masks,
        names=("",) * 5,
    )


def test_each_class_has_a_row_of_its_training_scans():
    strips = strips_of(a_set(), columns=8)
    assert {name: strip.shape for name, strip in strips.items()} == {
        "first": (4, 8, 3),
        "second": (4, 8, 3),
    }
    assert set(np.unique(strips["first"])) == {20, 40}


def test_a_row_holds_no_more_than_asked_for():
    assert strips_of(a_set(), columns=1)["second"].shape == (4, 4, 3)


def test_lesions_are_tinted_where_their_masks_are_known():
    masks = np.zeros((5, 4, 4), bool)
    masks[1, 0, 0] = True
    plain = strips_of(a_set(masks=masks), masks=False)["second"]
    tinted = strips_of(a_set(masks=masks), masks=True)["second"]
    changed = (plain != tinted).any(axis=2)
    assert changed[0, 0]
    assert changed.sum() == 1


def test_scans_without_masks_are_shown_as_they_are():
    strips_of(a_set(), masks=True)
