"""What an audit found, in sentences."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.data.audit.pairs import TwinCounts, count
from core.data.audit.report import Audit
from core.data.audit.style import Style

Weight = Literal["bad", "note", "good"]

SMALL_PX = 64
"""A scan with a shorter side is called small."""

LONG = 2.0
"""A scan longer than this many times its width, or the other way round, is called odd."""

UNEVEN = 1.5
"""Classes are called uneven where the largest has more than this many times the smallest."""

CLEAR, SLIGHT = 0.5, 0.25
"""`Style.edge` of a class that style gives away clearly, or a little.

Honest simulated scans reach 0.37, since a large tumor changes the histogram
too; those with a shortcut 0.53, the public set's healthy scans 0.62.
"""

_NAMED = 4


@dataclass(frozen=True)
class Finding:
    """One thing that an audit found.

    Attributes:
        weight: "bad" makes a score misleading, "note" is worth knowing, "good" is in order.
        topic: A few words.
        sentence: Plain text; it may hold names of files and classes.
        files: Places of the files that it is about, if it is about some.
    """

    weight: Weight
    topic: str
    sentence: str
    files: tuple[int, ...] = ()


def findings(audit: Audit) -> list[Finding]:
    """Say what was found, the worst first."""
    found = [*_twins(count(audit)), _style(audit.style), *_files(audit), *_classes(audit)]
    return sorted(found, key=lambda finding: ("bad", "note", "good").index(finding.weight))


def _twins(counts: TwinCounts) -> Iterator[Finding]:
    if counts.testing and counts.across:
        share = counts.across / counts.testing
        yield Finding(
            "bad",
            "Twins in training and testing",
            f"{counts.across:,} of {counts.testing:,} test scans ({share:.0%}) have a twin in "
            f"the training scans, {counts.identical_across:,} of them byte for byte. A model can "
            "answer these from memory.",
        )
    if counts.classes:
        yield Finding(
            "bad",
            "Twins in different classes",
            f"{_scans(counts.classes)} {_have(counts.classes)} a twin in another class: one of "
            "the two labels must be wrong.",
        )
    if not counts.scans:
        yield Finding("good", "Twins", "No two scans are the same picture.")
    elif not counts.across:
        yield Finding(
            "note",
            "Twins",
            f"{_scans(counts.scans)} {_have(counts.scans)} a twin. A split scan by scan can put "
            "the two on both sides: keep twins together.",
        )


def _style(style: Style) -> Finding:
    if style.skipped:
        return Finding("note", "Style check", style.skipped)
    best, edge = style.plainest, style.edge(style.plainest)
    figures = (
        "A linear model that sees only border, size and histogram, and no shapes, is right on "
        f"{style.score:.0%} of scans it has not seen; chance is {style.chance:.0%}. It recognises "
        f"{style.recalls[best]:.0%} of {best}, and takes {style.false_alarms[best]:.0%} of the "
        "others for it."
    )
    if edge >= CLEAR:
        end = "Style gives the class away: a network can score without looking for a tumor."
        return Finding("bad", "Style check", f"{figures} {end}")
    if edge >= SLIGHT:
        end = "Style helps a little: part of a network's score may come from it."
        return Finding("note", "Style check", f"{figures} {end}")
    return Finding("good", "Style check", f"{figures} Style alone does not give the class away.")


def _files(audit: Audit) -> Iterator[Finding]:
    facts = audit.facts
    broken = [i for i, fact in enumerate(facts) if fact.problem]
    if broken:
        reasons = Counter(facts[i].problem for i in broken)
        said = ", ".join(f"{reason} ({many:,})" for reason, many in reasons.most_common(_NAMED))
        yield Finding(
            "bad", "Unreadable files", f"{_files_are(len(broken))} left out: {said}.", tuple(broken)
        )
    else:
        yield Finding("good", "Files", f"All {len(facts):,} files can be read.")
    whole = [i for i, fact in enumerate(facts) if not fact.problem]
    modes = Counter(facts[i].mode for i in whole)
    if len(modes) > 1:
        usual, _ = modes.most_common(1)[0]
        odd = tuple(i for i in whole if facts[i].mode != usual)
        said = ", ".join(f"{mode} ({many:,})" for mode, many in modes.most_common())
        yield Finding(
            "note",
            "Modes",
            f"Pixels are stored in {len(modes)} ways: {said}. All become grays; colours or "
            "transparency in a scan often mean that it comes from elsewhere.",
            odd,
        )
    yield from _sizes(audit, whole)


def _sizes(audit: Audit, whole: Sequence[int]) -> Iterator[Finding]:
    facts = audit.facts
    small = tuple(i for i in whole if min(facts[i].width, facts[i].height) < SMALL_PX)
    if small:
        yield Finding(
            "note",
            "Small scans",
            f"{_scans(len(small))} {_have(len(small))} a side below {SMALL_PX} pixels.",
            small,
        )
    odd = tuple(
        i
        for i in whole
        if max(facts[i].width, facts[i].height) > LONG * min(facts[i].width, facts[i].height)
    )
    if odd:
        yield Finding(
            "note",
            "Odd shapes",
            f"{_scans(len(odd))} {'is' if len(odd) == 1 else 'are'} more than twice as long as "
            "wide, or the other way round: resizing to a square distorts them.",
            odd,
        )


def _classes(audit: Audit) -> Iterator[Finding]:
    counts = np.bincount(audit.labels[audit.readable], minlength=len(audit.classes))
    if len(counts) < 2 or not counts.sum():  # noqa: PLR2004
        return
    most, least = int(counts.argmax()), int(counts.argmin())
    share = counts[most] / counts.sum()
    if counts[most] > UNEVEN * counts[least]:
        yield Finding(
            "note",
            "Uneven classes",
            f"{audit.classes[most]} has {counts[most]:,} scans, {audit.classes[least]} has "
            f"{counts[least]:,}. Always answering {audit.classes[most]} would score {share:.0%}.",
        )
    else:
        yield Finding(
            "good",
            "Classes",
            f"The classes are even enough; always answering one of them scores {share:.0%}.",
        )


def _scans(number: int) -> str:
    return f"{number:,} scan{'' if number == 1 else 's'}"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _files_are(number: int) -> str:
    return f"{number:,} file{' is' if number == 1 else 's are'}"
