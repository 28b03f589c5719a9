"""The twins of an audit, as pairs to be looked at."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data import twins
from core.data.audit.report import Audit

Kind = Literal["training and testing", "different classes", "same file", "all"]

KINDS: tuple[Kind, ...] = ("training and testing", "different classes", "same file", "all")
"""Which pairs to look at."""

MAX_LISTED = 20_000
"""Near twins that are listed, the most alike first."""


@dataclass(frozen=True)
class Pair:
    """Two scans that are the same picture, or nearly.

    Attributes:
        first: The place of one among the audit's files.
        second: The place of the other, later in the list.
        correlation: Of the two at 24 x 24 pixels, 1 for equal files.
        identical: Whether the files are equal byte for byte.
    """

    first: int
    second: int
    correlation: float
    identical: bool


@dataclass(frozen=True)
class TwinCounts:
    """How many scans have a twin, and where.

    Attributes:
        scans: Scans with a twin anywhere; files that cannot be read count nowhere.
        identical: Scans that are byte for byte another's, the first of each not counted.
        testing: Scans kept for testing, or 0 if none is.
        across: Those of them with a twin among the others.
        identical_across: Those of them that are byte for byte among the others.
        classes: Scans with a twin in another class.
    """

    scans: int
    identical: int
    testing: int
    across: int
    identical_across: int
    classes: int


def count(audit: Audit) -> TwinCounts:
    """Count the scans of an audit that have twins."""
    # Files that cannot be read are not trained on: equal ones are no scans and leak nothing.
    readable = audit.readable
    found, testing = audit.twins, audit.testing & readable
    training = ~audit.testing & readable
    digests = [fact.digest for fact in audit.facts]
    training_digests = {digests[index] for index in np.flatnonzero(training) if digests[index]}
    return TwinCounts(
        scans=int(audit.has_twin.sum()),
        identical=int((readable & (found.first_same != np.arange(len(audit.facts)))).sum()),
        testing=int(testing.sum()),
        across=int((twins.meets(found, training) & testing).sum()),
        identical_across=sum(
            digests[index] in training_digests for index in np.flatnonzero(testing)
        ),
        classes=int((_in_another_class(audit) & readable).sum()),
    )


def pairs(audit: Audit, kind: Kind) -> list[Pair]:
    """List pairs of twins, equal files first, then by their correlation.

    Of many equal files each stands beside the first of its class and side, and
    these firsts stand beside each other.

    Args:
        audit: The audit.
        kind: Which.
    """
    firsts: dict[int, list[int]] = {}
    found = [*_same(audit, firsts), *_near(audit, firsts)]
    chosen = [pair for pair in found if _is_of(kind, pair, audit)]
    return sorted(chosen, key=lambda pair: (not pair.identical, -pair.correlation, pair.first))


def _same(audit: Audit, firsts: dict[int, list[int]]) -> Iterator[Pair]:
    """Pair equal files, and note the first of each class and side of them."""
    seen: dict[tuple[int, int, bool], int] = {}
    for index, (same, fact) in enumerate(
        zip(audit.twins.first_same.tolist(), audit.facts, strict=True)
    ):
        if fact.problem:
            continue
        key = same, fact.label, fact.testing
        others = firsts.setdefault(same, [])
        partners = [seen[key]] if key in seen else list(others)
        if key not in seen:
            seen[key] = index
            others.append(index)
        for partner in partners:
            yield Pair(partner, index, 1.0, identical=True)


def _near(audit: Audit, firsts: dict[int, list[int]]) -> Iterator[Pair]:
    found = audit.twins
    strongest = np.argsort(-found.correlation, kind="stable")[:MAX_LISTED]
    for index in strongest.tolist():
        correlation = float(found.correlation[index])
        for first in firsts[int(found.first[index])]:
            for second in firsts[int(found.second[index])]:
                low, high = sorted((first, second))
                yield Pair(low, high, correlation, identical=False)


def _is_of(kind: Kind, pair: Pair, audit: Audit) -> bool:
    first, second = audit.facts[pair.first], audit.facts[pair.second]
    match kind:
        case "training and testing":
            return first.testing != second.testing
        case "different classes":
            return first.label != second.label
        case "same file":
            return pair.identical
        case "all":
            return True


def _in_another_class(audit: Audit) -> NDArray[np.bool_]:
    """Tell which scans have a twin of another class, shape (files,)."""
    labels = audit.labels
    found = np.zeros(len(labels), np.bool_)
    for label in range(len(audit.classes)):
        own = labels == label
        found |= own & twins.meets(audit.twins, ~own)
    return found
