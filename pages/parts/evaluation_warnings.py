"""What speaks against the scores of models: too few people, people and pictures met before."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.charts.evaluation.models import Model
from core.evaluation.intervals import FEW
from core.plateaus.wording import count_in_words
from pages.parts.words import escaped


def show(models: Sequence[Model]) -> None:
    """Show a warning for each reason, with the models that it holds for.

    Args:
        models: At least one.
    """
    _few(models)
    _subjects(models)
    _twins(models)


def _few(models: Sequence[Model]) -> None:
    """Say so where intervals rest on a handful of subjects or scans."""
    fewest = min((model.shares["all"] for model in models), key=lambda share: share.units)
    if fewest.units >= FEW:
        return
    what = count_in_words(fewest.units, fewest.by)
    told = (
        f"**Only {what}:** nobody can tell from one how others would fare, so no interval is given."
        if fewest.units == 1
        else f"**Only {what}:** an interval from so few is rough. It is widened, as Student's "
        "t asks for, and may still be too narrow."
    )
    st.warning(f"{told} Bring scans of more people for a firm answer.", icon=":material/group_off:")


def _subjects(models: Sequence[Model]) -> None:
    for (met, scans), those in _alike(models, _met).items():
        if met:
            st.warning(
                f"**{met:,} of the {scans:,} validation scans {_of(those, models)}show somebody "
                "whose other scans were trained on.** Scans of one person are alike: split by "
                "patient for a score that holds for new people.",
                icon=":material/group:",
            )


def _twins(models: Sequence[Model]) -> None:
    for (twins, scans), those in _alike(models, _doubled).items():
        if twins == scans:
            st.warning(
                f"**All {scans:,} validation scans {_of(those, models)}have a twin in training:** "
                "this score can be memory, and says nothing of other scans.",
                icon=":material/content_copy:",
            )
        elif twins:
            st.warning(
                f"**{twins:,} of the {scans:,} validation scans {_of(those, models)}have a twin in "
                "training**, and can be answered from memory. Believe the second number:\n\n"
                + "\n".join(_told(model) for model in those),
                icon=":material/content_copy:",
            )


def _met(model: Model) -> tuple[int, int]:
    return int(model.evaluated.subject.sum()), len(model.evaluated.subject)


def _doubled(model: Model) -> tuple[int, int]:
    return int(model.evaluated.twin.sum()), len(model.evaluated.twin)


def _alike(
    models: Sequence[Model], count: Callable[[Model], tuple[int, int]]
) -> dict[tuple[int, int], list[Model]]:
    """Put models together of which the same is to be said."""
    found: dict[tuple[int, int], list[Model]] = {}
    for model in models:
        found.setdefault(count(model), []).append(model)
    return found


def _of(those: Sequence[Model], models: Sequence[Model]) -> str:
    """Name the models that a warning is about, unless it is about all."""
    if len(those) == len(models):
        return ""
    return f"of {', '.join(escaped(model.name) for model in those)} "


def _told(model: Model) -> str:
    twins, free = model.shares["twins"], model.shares["twin-free"]
    return (
        f"- {escaped(model.name)}: right on {twins.text} of those, and on **{free.text}** of the "
        f"{free.scans:,} others."
    )
