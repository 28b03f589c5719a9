"""One scan that was classified: what it may be, and where the model looked."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.charts.evaluation.overlay import overlay
from core.charts.evaluation.panel import CONFIG
from core.charts.evaluation.probabilities import probabilities_figure
from core.charts.live import evidence
from core.evaluation import judged_text, overlap, votes
from core.evaluation.answered import Answered
from core.plateaus.wording import count_in_words
from pages.parts import chart, classify_answers, classify_models
from pages.parts.classify_models import Offered
from pages.parts.scan_source import Shown
from pages.parts.words import escaped


def show(
    models: Sequence[Offered], answers: Sequence[Answered], scan: Shown, doubt: str = ""
) -> None:
    """Show one scan beside its probabilities.

    Args:
        models: Those that were asked; the first draws the heat map.
        answers: What each said of this scan alone.
        scan: The scan.
        doubt: Why the answer should not be believed, a sentence, or "".
    """
    said = votes.together([answer.probabilities for answer in answers])
    says, looks = st.columns([4, 5], gap="medium")
    with says:
        _say(models, answers, said, scan, doubt)
    with looks:
        _look(models[0], answers[0], scan, voting=len(models) > 1)
    _explain(models, answers[0])


def _say(
    models: Sequence[Offered],
    answers: Sequence[Answered],
    said: votes.Votes,
    scan: Shown,
    doubt: str,
) -> None:
    known, mean = answers[0].known, said.probabilities[0]
    label = int(mean.argmax())
    named = escaped(known.classes[label])
    if doubt:
        st.warning(doubt, icon=":material/warning:")
        st.markdown(f"It would say **{named}**, but on such a scan that means nothing.")
    else:
        st.markdown(f"#### {named}, {mean[label]:.0%}")
    several = said.models > 1
    if scan.truth:
        right = "right" if scan.truth == known.classes[label] else "wrong"
        who = "the vote" if several else "the model"
        st.markdown(f"In truth it is **{escaped(scan.truth)}**: {who} is {right}.")
    figure = probabilities_figure(
        known.classes,
        mean.tolist(),
        _rests_on(models[0], said.models),
        ends=(said.low[0].tolist(), said.high[0].tolist()) if several else None,
        doubtful=bool(doubt),
        dark=st.context.theme.type == "dark",
    )
    chart.show(figure, key="classify-probabilities", config=CONFIG)
    if several:
        st.markdown(
            f"{said.agreeing[0]} of {said.models} models name {named}; the lines reach from the "
            "lowest to the highest probability that any of them gave."
        )


def _rests_on(model: Offered, voters: int) -> str:
    rests_on = evidence(model.run.spec.scans, seeds=count_in_words(voters, "seed"))
    return rests_on if model.trained_here else "weights from elsewhere"


def _explain(models: Sequence[Offered], answer: Answered) -> None:
    told = judged_text.worth(answer.known, here=models[0].trained_here)
    if len(models) > 1:
        told = (
            f"Of the models that vote, {classify_models.name(models[0])}: {told} Each of them is "
            "calibrated alone, and the mean of their probabilities is not: of scans that they "
            "call at 80 % together, often more than eight in ten are right."
        )
    st.caption(told)


def _look(model: Offered, answer: Answered, scan: Shown, *, voting: bool) -> None:
    # Grad-CAM was drawn of the class that this model names, which others may outvote.
    label = int(answer.logits[0].argmax())
    opacity = st.slider("Opacity of the heat maps", 0, 100, 60, 5, format="%d %%") / 100
    pixels = scan.fitted(model.run.spec.scans.image_size)
    mask, heat = _mask(scan, pixels), answer.maps[0]
    first, second = st.columns(2, gap="small")
    with first:
        st.image(overlay(pixels, heat, mask=mask, opacity=opacity), width="stretch")
        st.caption(_words_on_cam(heat, mask))
    drops = classify_answers.cover(model, scan, label)
    with second:
        if drops is not None:
            highest = max(0.0, float(drops.max()))
            share = np.maximum(drops, 0) / (highest or 1.0)
            st.image(overlay(pixels, share, mask=mask, opacity=opacity), width="stretch")
            st.caption(_words_on_occlusion(highest))
    whose = (
        f"Both maps are of {classify_models.name(model)} alone and of the class that it names, "
        f"**{escaped(answer.known.classes[label])}**. "
        if voting
        else ""
    )
    st.caption(
        f"{whose}Both maps say where the model found its class, not where a lesion is. Grad-CAM "
        "is as coarse as the last convolution. Where the two disagree, trust neither."
    )


def _words_on_cam(heat: NDArray[np.float32], mask: NDArray[np.bool_] | None) -> str:
    if not heat.any():
        return (
            "**Grad-CAM is zero everywhere**: at the last convolution nothing speaks for this "
            "class, only against the others."
        )
    words = "**Grad-CAM**: what raised the logit of the class, at the last convolution."
    if mask is not None and mask.any():
        share = overlap.of(heat, mask)
        words += (
            f" The green outline is the true lesion: {share.inside:.0%} of the heat lies in it, "
            f"which fills {share.by_chance:.0%} of the scan; overlap (IoU) with the part above "
            f"half the peak {share.iou:.2f}."
        )
    return words


def _words_on_occlusion(highest: float) -> str:
    if not highest:
        return "**Occlusion**: covering no part of the scan lowers the logit."
    return (
        "**Occlusion**, to check it against: how far the logit drops when a square is covered, "
        f"at most {highest:.1f}."
    )


def _mask(scan: Shown, pixels: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    return scan.mask if scan.mask is not None and scan.mask.shape == pixels.shape else None
