"""Advice on recorded curves: where they plateau, what to set, how far that can be trusted."""

from collections.abc import Sequence
from typing import TypeVar, get_args

import streamlit as st

from core.charts.advice import evidence_line, plateau_figure
from core.charts.advice_maps import Fired, Regret, reduction_figure, regret_figure
from core.charts.live import CONFIG
from core.curves import RecordedCurves, UnreadableCurves
from core.curves.seeds import SeedCurves, side_by_side
from core.plateaus.advice import Advice, advise
from core.plateaus.advised import advised_callbacks, own_callback
from core.plateaus.directions import Direction
from core.plateaus.evidence import Evidence
from core.plateaus.grids import cooldowns_of, min_deltas_of, patiences_of
from core.plateaus.reductions import map_reductions
from core.plateaus.regret import map_regret
from core.specs import links, playground
from core.specs.callbacks import ReduceLROnPlateau
from core.specs.playground_presets import PLAYGROUND_PRESETS
from core.specs.run import RunSpec
from pages.parts import chart, take_over, visitor
from pages.parts.fork_form import CONFIGURE
from pages.parts.words import escaped

T = TypeVar("T", bound=str)

_NONE = "—"


def show(
    curves: Sequence[RecordedCurves],
    *,
    metric: str,
    mode: Direction,
    key: str,
    base: RunSpec | None = None,
    own: ReduceLROnPlateau | None = None,
    about: str = "",
) -> None:
    """Show what curves say about patience and min_delta.

    Args:
        curves: Recordings of the same training, one a seed; at least one.
        metric: A column that all of them have.
        mode: Which way it is better.
        key: Tells the panels of one page apart.
        base: The run that the form is filled with, and the advised callbacks put into; None shows
            them as code alone.
        own: The person's ReduceLROnPlateau, to be compared with the advice; that of `base` on
            the metric without it, or else Keras's defaults.
        about: Which scans the curves are of; plain text.
    """
    try:
        seeds = side_by_side(curves, metric)
    except UnreadableCurves as error:
        st.warning(escaped(str(error)), icon=":material/query_stats:")
        return
    dark = st.context.theme.type == "dark"
    rests_on = evidence_line(curves[0].source, len(curves), about)
    given = own or own_callback(ReduceLROnPlateau, metric, base or RunSpec())
    patience, min_delta = _own(given, key)
    advice = _advise(seeds, metric, mode, patience, min_delta)
    _show_recommendations(advice, base)
    _show_callbacks(advice, metric, base, key)
    _show_plateau(seeds, metric, advice, rests_on, key=key, dark=dark)
    if len(seeds.numbers) > 1:
        left, right = st.columns(2)
        with left:
            _show_regret(seeds, advice, rests_on, key=key, dark=dark)
        with right:
            _show_reductions(seeds, advice, rests_on, key=key, dark=dark)
    if len(curves) > 1:
        _show_seeds(seeds, metric, advice, (patience, min_delta))
    _show_limits(advice, seeds)


def _own(given: ReduceLROnPlateau, key: str) -> tuple[int, float]:
    """Ask which settings to compare the advice with; what was typed outlasts a closed tab."""
    first, memory = (given.patience, given.min_delta), f"{key}-own"
    begun, typed = st.session_state.get(memory, (first, first))
    if begun != first:
        typed = first
    with st.container(horizontal=True, vertical_alignment="bottom"):
        patience = st.number_input(
            "Your `patience`",
            min_value=0,
            max_value=100_000,
            value=typed[0],
            key=f"{key}-own-patience-{first}",
            width=150,
        )
        min_delta = st.number_input(
            "Your `min_delta`",
            min_value=0.0,
            value=typed[1],
            step=given.min_delta or 1e-4,
            format="%g",
            key=f"{key}-own-min-delta-{first}",
            width=170,
            help="Of your ReduceLROnPlateau, in the metric's own units.",
        )
    own = int(patience), float(min_delta)
    st.session_state[memory] = first, own
    return own


def _advise(
    seeds: SeedCurves, metric: str, mode: Direction, patience: int, min_delta: float
) -> Advice:
    # Streamlit's own key of a large array is that of a sample.
    return _advised(seeds.fingerprint, seeds, metric, mode, patience, min_delta)


# A second for thousands of epochs; kept for the session of who brought the curves.
@st.cache_data(scope="session", max_entries=16, show_spinner=False)
def _advised(
    fingerprint: str,  # noqa: ARG001 - the key
    _seeds: SeedCurves,
    metric: str,
    mode: Direction,
    patience: int,
    min_delta: float,
) -> Advice:
    return advise(
        _seeds.curves,
        # Its sentences are shown as Markdown.
        monitor=escaped(metric),
        mode=mode,
        patience=patience,
        min_delta=min_delta,
        learning_rate=_seeds.rates,
        numbers=_seeds.numbers,
        training=_seeds.training,
        resolution=_seeds.resolution,
    )


def _show_recommendations(advice: Advice, base: RunSpec | None) -> None:
    if advice.recommendations:
        st.success(_listed(advice.recommendations), icon=":material/tune:")
        return
    why = f"No advice. {_why_none(advice)} {advice.remedy}"
    st.info(why.rstrip(), icon=":material/hourglass_empty:")
    if advice.remedy and base is not None:
        _show_ways_to_another_rate(base)


def _show_ways_to_another_rate(base: RunSpec) -> None:
    """Show where a first learning rate can be understood, and where it is set."""
    constant = PLAYGROUND_PRESETS["Constant rate"].dials()
    with st.container(horizontal=True):
        st.page_link(
            "pages/learn/playground.py",
            label="See what the first learning rate does, on the Playground",
            icon=":material/science:",
            query_params=playground.to_query(constant) | visitor.parameters(),
        )
        st.page_link(
            CONFIGURE,
            label="Train with another one",
            icon=":material/tune:",
            query_params=links.to_query(base) | visitor.parameters(),
        )


def _show_callbacks(advice: Advice, metric: str, base: RunSpec | None, key: str) -> None:
    """Show what is recommended as calls to copy, and the ways to train with it."""
    advised = advised_callbacks(advice.evidence, metric, base or RunSpec())
    for place, callback in zip(st.columns(2), advised, strict=False):
        with place:
            take_over.show(callback, base, key=f"{key}-{callback.kind}")


def _why_none(advice: Advice) -> str:
    if advice.evidence.first_is_nan:
        return advice.limits[-1]
    if len(advice.evidence.plateaus) > 1 and advice.evidence.never_improves:
        return "No curve improves by more than its noise: there is nothing to set a patience by."
    return advice.findings[0]


def _listed(sentences: Sequence[str]) -> str:
    return "\n\n".join(sentences)


def _show_plateau(
    seeds: SeedCurves, metric: str, advice: Advice, rests_on: str, *, key: str, dark: bool
) -> None:
    evidence = advice.evidence
    closely = evidence.noise is not None and st.toggle(
        "Zoom in on the plateau", key=f"{key}-closely"
    )
    figure = plateau_figure(seeds, metric, evidence, rests_on=rests_on, dark=dark, closely=closely)
    chart.show(figure, key=f"{key}-plateau", config=CONFIG)
    st.markdown(
        "\n".join(
            f"- {sentence}"
            for sentence in advice.findings
            if advice.recommendations or sentence != _why_none(advice)
        )
    )


def _show_regret(seeds: SeedCurves, advice: Advice, rests_on: str, *, key: str, dark: bool) -> None:
    evidence = advice.evidence
    shown: Regret = _choice("Show", get_args(Regret), f"{key}-regret")
    regret = map_regret(
        seeds.curves,
        patience=patiences_of(evidence),
        min_delta=min_deltas_of(evidence, seeds.curves),
        mode=evidence.mode,
    )
    advised = evidence.stopping and (evidence.stopping.patience, evidence.stopping.min_delta)
    figure = regret_figure(
        regret,
        shown,
        numbers=evidence.numbers,
        advised=advised,
        rests_on=rests_on,
        dark=dark,
    )
    chart.show(figure, key=f"{key}-regret-map", config=CONFIG)
    star = "The star is the advice. " if advised else ""
    st.caption(
        f"{star}Exact in every cell: EarlyStopping changes nothing before it stops. "
        "With `restore_best_weights=True`."
    )


def _show_reductions(
    seeds: SeedCurves, advice: Advice, rests_on: str, *, key: str, dark: bool
) -> None:
    evidence = advice.evidence
    shown: Fired = _choice("Show", get_args(Fired), f"{key}-reductions")
    # What the person chooses below the map, it is drawn with.
    place = st.container()
    min_delta = _map_min_delta(evidence, key)
    reductions = map_reductions(
        seeds.curves,
        patience=patiences_of(evidence),
        cooldown=cooldowns_of(evidence),
        min_delta=min_delta,
        mode=evidence.mode,
    )
    figure = reduction_figure(
        reductions, shown, numbers=evidence.numbers, rests_on=rests_on, dark=dark
    )
    with place:
        chart.show(figure, key=f"{key}-reduction-map", config=CONFIG)
    st.caption(
        f"With `min_delta={min_delta:g}`. The first reduction is exact, and a cooldown begins "
        "after it only; those that follow would meet a curve that was not recorded. In an empty "
        "cell it never acts."
    )


def _map_min_delta(evidence: Evidence, key: str) -> float:
    """Ask for the advised min_delta or the person's own, where they differ."""
    own = evidence.own_min_delta
    if evidence.reduction is None or evidence.reduction.min_delta == own:
        return own
    names = {
        "advised min_delta": evidence.reduction.min_delta,
        "yours": own,
    }
    return names[_choice("With", tuple(names), f"{key}-map-min-delta")]


def _choice(label: str, options: tuple[T, ...], key: str) -> T:
    chosen = st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=key,
        label_visibility="collapsed",
        wrap=True,
    )
    return options[0] if chosen is None else chosen


def _show_seeds(seeds: SeedCurves, metric: str, advice: Advice, own: tuple[int, float]) -> None:
    """Show what each curve by itself would advise."""
    alone = [
        _advise(seeds.part(row), metric, advice.evidence.mode, *own)
        for row in range(seeds.curves.shape[0])
    ]
    rows = [_seed_row(f"seed {number}", one.evidence) for number, one in enumerate(alone, 1)]
    st.markdown("**How stable the advice is:** what each seed by itself asks for")
    st.dataframe([*rows, _seed_row("all together", advice.evidence)], hide_index=True)


def _seed_row(name: str, evidence: Evidence) -> dict[str, str]:
    starts = [evidence.numbers[plateau.start] for plateau in evidence.plateaus if plateau.start]
    span = {min(starts), max(starts)} if starts else set[int]()
    reduction, stopping = evidence.reduction, evidence.stopping
    return {
        "curve": name,
        "plateau from epoch": " to ".join(map(str, sorted(span))) or _NONE,
        "noise ±": f"{evidence.noise:.2g}" if evidence.noise is not None else _NONE,
        "min_delta": f"{reduction.min_delta:g}" if reduction else _NONE,
        "ReduceLROnPlateau patience": str(reduction.patience) if reduction else _NONE,
        "EarlyStopping patience": str(stopping.patience) if stopping else _NONE,
    }


def _show_limits(advice: Advice, seeds: SeedCurves) -> None:
    limits = list(advice.limits)
    if seeds.left_out:
        limits.append(
            f"Only the {len(seeds.numbers)} epochs that every curve has are used: the longest has "
            f"{seeds.left_out} more."
        )
    if not advice.recommendations:
        limits = [limit for limit in limits if limit != _why_none(advice)]
    if limits:
        st.markdown("**What this does not tell**")
        st.markdown("\n".join(f"- {sentence}" for sentence in limits))
