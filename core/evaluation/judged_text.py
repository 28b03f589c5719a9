"""What is known of a model, in words for the person who asks it."""

from core.evaluation.answered import Known


def worth(known: Known, *, here: bool = True) -> str:
    """Return how often a model is right, and what its probabilities mean; plain sentences.

    Args:
        known: What is known of it.
        here: Whether it was trained here; what weights from elsewhere have met, nobody knows.
    """
    return f"{_rightness(known, here=here)} {_calibration(known)} It changes no class."


def _rightness(known: Known, *, here: bool) -> str:
    honest = known.honest
    if not here:
        return (
            f"With these weights the network is right on {honest.text} of {honest.scans:,} "
            "validation scans. What they were trained on nobody here knows: they may have met "
            "those scans."
        )
    if not honest.scans and known.accuracy.scans:
        return (
            f"All {known.accuracy.scans:,} validation scans of this model have a twin in its "
            "training: it can answer them from memory, and how often it is right on others "
            "nobody has measured."
        )
    alone = "" if known.twin_free is None else " without a twin in its training"
    return f"This model is right on {honest.text} of {honest.scans:,} validation scans{alone}."


def _calibration(known: Known) -> str:
    gaps = f"(mean gap before {100 * known.error:.1f} points, after {100 * known.cooled_error:.1f})"
    fitted = f"its logits are divided by {known.temperature:.2f}, the temperature at which"
    if known.fitted_on != known.honest.scans:
        return (
            f"Calibrated on scans with twins, as too few are without: {fitted} the labels of all "
            f"{known.fitted_on:,} were most likely {gaps}. What it remembers it is sure of, so on "
            "other scans its probabilities may be too high."
        )
    return (
        f"Calibrated: {fitted} those scans' labels were most likely. So of the scans it calls at "
        "80 %, about eight in ten should be right, as long as they are like those scans "
        f"{gaps}."
    )
