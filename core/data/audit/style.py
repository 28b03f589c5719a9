"""Can the class be told from border, size and brightness alone, without seeing any shape?"""

# scikit-learn ships partial types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from core.data.audit.facts import FileFacts

FOLDS = 5
"""The model is judged on a fifth of the scans that it has not seen, five times."""

_FRAME_PX = 6
_BINS = 16
_DARK = 12


class Style(BaseModel):
    """How well a linear model tells the classes apart by style.

    Attributes:
        scores: Balanced accuracy, 0 to 1, by what the model sees: "border",
            "size", "histogram" or "all three".
        recalls: Of the model that sees all three, by class: the share of the
            class that it recognises.
        false_alarms: The same for the share of the others that it takes for the class.
        skipped: Why there are no scores, a sentence, or empty.
    """

    model_config = ConfigDict(frozen=True)

    scores: dict[str, float] = {}
    recalls: dict[str, float] = {}
    false_alarms: dict[str, float] = {}
    skipped: str = ""

    @property
    def chance(self) -> float:
        """The balanced accuracy of guessing."""
        return 1 / max(1, len(self.recalls))

    @property
    def plainest(self) -> str:
        """The class that style gives away most."""
        return max(self.recalls, key=self.edge)

    def edge(self, name: str) -> float:
        """How much better than guessing a class is told from the others, 0 to 1.

        Youden's J: what is recognised of it, less what of the others is taken for it.
        """
        return self.recalls[name] - self.false_alarms[name]

    @property
    def score(self) -> float:
        """The balanced accuracy with all three."""
        return self.scores.get("all three", 0.0)


def check(
    facts: Sequence[FileFacts],
    shown: NDArray[np.uint8],
    classes: Sequence[str],
    clusters: NDArray[np.int64],
) -> Style:
    """Train and judge the models; twins are never on both sides.

    Args:
        facts: Of the scans that could be read.
        shown: The same scans, shape (scans, height, width).
        classes: Names of the classes.
        clusters: Twins share a number, shape (scans,).
    """
    labels = np.array([fact.label for fact in facts], np.int64)
    groups = [len(np.unique(clusters[labels == label])) for label in range(len(classes))]
    if len(classes) < 2 or min(groups) < FOLDS:  # noqa: PLR2004
        return Style(
            skipped=f"The style check takes two classes and {FOLDS} different scans of each."
        )
    seen = _seen(facts, shown)
    every = np.concatenate(list(seen.values()), axis=1)
    guesses = {
        name: _guesses(values, labels, clusters)
        for name, values in {**seen, "all three": every}.items()
    }
    tables = {name: _shares(labels, guess, len(classes)) for name, guess in guesses.items()}
    whole, counts = tables["all three"], np.bincount(labels, minlength=len(classes))
    others = (counts @ whole - counts * whole.diagonal()) / (len(labels) - counts)
    return Style(
        scores={name: float(table.diagonal().mean()) for name, table in tables.items()},
        recalls=dict(zip(classes, whole.diagonal().tolist(), strict=True)),
        false_alarms=dict(zip(classes, others.tolist(), strict=True)),
    )


def _seen(facts: Sequence[FileFacts], shown: NDArray[np.uint8]) -> dict[str, NDArray[np.float64]]:
    """What each model is shown of a scan, shape (scans, values)."""
    sizes = np.array([(fact.width, fact.height) for fact in facts], np.float64)
    frame = np.ones(shown.shape[1:], np.bool_)
    frame[_FRAME_PX:-_FRAME_PX, _FRAME_PX:-_FRAME_PX] = False
    borders, histograms = np.empty((len(shown), 3)), np.empty((len(shown), _BINS))
    for index, image in enumerate(shown):
        border = image[frame]
        borders[index] = border.mean(), border.std(), (border < _DARK).mean()
        counts = np.bincount(image.ravel() // (256 // _BINS), minlength=_BINS)
        histograms[index] = np.sqrt(counts / image.size)
    return {
        "border": borders,
        "size": np.column_stack([np.log(sizes), np.log(sizes[:, 0] / sizes[:, 1])]),
        "histogram": histograms,
    }


def _guesses(
    values: NDArray[np.float64], labels: NDArray[np.int64], clusters: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Guess the class of each scan by models that have not seen it, shape (scans,)."""
    # It takes seconds to import, which only an audit needs.
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    model = make_pipeline(
        StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=2000)
    )
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    return np.asarray(cross_val_predict(model, values, labels, groups=clusters, cv=folds))


def _shares(
    labels: NDArray[np.int64], guesses: NDArray[np.int64], classes: int
) -> NDArray[np.float64]:
    """Which share of each class (rows) is taken for which (columns), shape (classes, classes)."""
    counts = np.bincount(classes * labels + guesses, minlength=classes**2)
    table = counts.reshape(classes, classes)
    return table / table.sum(axis=1, keepdims=True)
