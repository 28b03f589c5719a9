"""Why a model's answer about a scan should not be believed."""

from collections.abc import Sequence

from core.evaluation.answered import Answered
from pages.parts.scan_source import Shown

_NO_HEAD = "This does not look like a slice of a head"


def in_short(doubt: str) -> str:
    """Return a sentence of `of` in few words, for a table."""
    if not doubt:
        return ""
    return "not a head" if doubt.startswith(_NO_HEAD) else "unlike its scans"


def of(answers: Sequence[Answered], scans: Sequence[Shown]) -> list[str]:
    """Return a sentence for each scan that is unlike those the models know, else "".

    Args:
        answers: Of each model on all scans; where they vote, one that knows the scan not is
            enough.
        scans: The scans.
    """
    return [_doubt(answers, scan, place) for place, scan in enumerate(scans)]


def _doubt(answers: Sequence[Answered], scan: Shown, place: int) -> str:
    if scan.objection:
        return (
            f"{_NO_HEAD}: {scan.objection}. The model knows nothing "
            "else, and would name one of its classes for a photograph of a cat."
        )
    if any(answer.unfamiliar[place] for answer in answers):
        share = min(float(answer.as_far[place]) for answer in answers)
        return (
            "This scan is unlike those the model was validated on: of those, "
            f"{'none' if not share else f'only {share:.1%}'} lies as far from the others. What it "
            "is worth on scans of this kind, nobody has measured."
        )
    return ""
