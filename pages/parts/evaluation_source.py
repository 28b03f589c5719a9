"""Where evaluations come from: kept beside the model, or asked of a worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.charts.evaluation.models import Model
from core.data import evaluated
from core.data.evaluated import Evaluated, Weights
from core.engine import jobs
from core.engine.answers import Answer
from core.evaluation.intervals import Interval
from core.specs.run import FINAL_MODEL
from core.store import Event, Run, private
from core.store.checkpoints import best_weights
from pages.parts import engine_state, saved_models, services, stored
from pages.parts.words import escaped

_ASKED, _PROBLEMS = "evaluate_asked", "evaluate_problems"
# Where one worker does everything, a training may have to end first.
_TIMEOUT_S = 1800.0
_MOST_NAMED = 8


@dataclass(frozen=True)
class Wanted:
    """A run's weights that are to be evaluated."""

    run: Run
    weights: Weights


def wanted(runs: Sequence[Run], weights: str) -> list[Wanted]:
    """Return what there is of the weights asked for; runs without some of them are named.

    Args:
        runs: The runs.
        weights: "final", "best" or "both".
    """
    past = stored.histories(runs)
    left = {run.id: saved_models.weights_of(run, past[run.id].events) for run in runs}
    broken_off = [escaped(run.name) for run in runs if "final" not in left[run.id]]
    if broken_off and weights != "best":
        st.caption(
            f":material/info: There are no final weights of {', '.join(broken_off)}: those are "
            "saved when a training ends."
        )
    without = [escaped(run.name) for run in runs if "best" not in left[run.id]]
    if without and weights != "final":
        st.caption(
            f":material/info: No best weights were kept by {', '.join(without)}: that takes "
            "`ModelCheckpoint` with `save_best_only`."
        )
    return [
        Wanted(run, which)
        for run in runs
        for which in evaluated.WEIGHTS
        if weights in (which, "both") and which in left[run.id]
    ]


def find(every: Sequence[Wanted], events: dict[str, list[Event]]) -> list[Model]:
    """Return those that were evaluated, and offer to evaluate the others."""
    _take_answers()
    models = [kept(one, events[one.run.id]) for one in every]
    missing = [one for one, model in zip(every, models, strict=True) if model is None]
    if missing or st.session_state.get(_ASKED):
        _offer(missing)
    for problem in st.session_state.pop(_PROBLEMS, []):
        st.error(problem, icon=":material/error:")
    return [model for model in models if model is not None]


def offer_again(every: Sequence[Wanted]) -> None:
    """Show a button that holds what is kept against the models and scans as they are now."""
    st.button(
        "Check again",
        type="tertiary",
        icon=":material/refresh:",
        on_click=_ask,
        args=(every,),
        help="A worker looks whether these models and all their scans, with their split, subjects "
        "and masks, are still those that were evaluated, and evaluates anew what is not.",
    )


def kept(one: Wanted, events: Sequence[Event]) -> Model | None:
    """Return a model that was evaluated, or None."""
    file = _file(one, events)
    seen_as = one.run.spec.scans.model_dump_json()
    return file and _read(str(file), _time(file), one.weights, seen_as, _run=one.run)


def honest(one: Wanted, events: Sequence[Event]) -> Interval | None:
    """Return the accuracy of a model that was evaluated, without twins, or None."""
    file = _file(one, events)
    return file and _honest(str(file), _time(file), one.weights, _run=one.run)


def _file(one: Wanted, events: Sequence[Event]) -> Path | None:
    """Return where an evaluation of a model as it is lies, or None."""
    directory = services.settings().run_dir(one.run.id)
    best = best_weights(one.run.spec, events)
    name = best.file if one.weights == "best" and best else FINAL_MODEL
    file, model = evaluated.file_of(directory, one.weights), directory / name
    # On a cluster the model may lie on another machine, and only its evaluation here.
    if not file.is_file() or (model.is_file() and _time(model) > _time(file)):
        return None
    return file


# As many as one page shows, with both weights of each run, and some of another visitor's.
@st.cache_resource(max_entries=60)
def _read(
    file: str,
    time_ns: int,  # noqa: ARG001 - the key, with the next
    weights: Weights,
    seen_as: str,  # noqa: ARG001 - not all visitors may see what names the run's scans
    *,
    _run: Run,
) -> Model | None:
    found: Evaluated | None = evaluated.read(Path(file))
    return None if found is None else Model(_run, weights, found)


# Small, and all of a visitor's models are asked for at each click: the list is ordered by them.
@st.cache_data(max_entries=2000)
def _honest(file: str, time_ns: int, weights: Weights, *, _run: Run) -> Interval | None:  # noqa: ARG001 - the key
    found = evaluated.read(Path(file))
    return None if found is None else Model(_run, weights, found).honest


def _time(file: Path) -> int:
    return file.stat().st_mtime_ns


def _offer(missing: Sequence[Wanted]) -> None:
    asked: dict[tuple[str, Weights], Answer] = st.session_state.get(_ASKED, {})
    left = [one for one in missing if (one.run.id, one.weights) not in asked]
    if left:
        names = ", ".join(f"{escaped(one.run.name)} ({one.weights})" for one in left[:_MOST_NAMED])
        if len(left) > _MOST_NAMED:
            names += f" and {len(left) - _MOST_NAMED} more"
        st.markdown(f"Not evaluated yet: {names}. A few seconds each, in a worker.")
        st.button(
            "Evaluate" if len(left) == 1 else f"Evaluate these {len(left)}",
            type="primary",
            icon=":material/play_arrow:",
            on_click=_ask,
            args=(left,),
        )
    if asked:
        st.fragment(_follow, run_every="0.5s")()


def _ask(wanted: Sequence[Wanted]) -> None:
    asked = st.session_state.setdefault(_ASKED, {})
    for one in wanted:
        if (one.run.id, one.weights) not in asked:
            asked[one.run.id, one.weights] = services.engine().ask(
                jobs.EVALUATE, one.run.id, one.weights, timeout_s=_TIMEOUT_S
            )


def _take_answers() -> None:
    """Keep what workers answered: one on another machine has a home of its own."""
    asked: dict[tuple[str, Weights], Answer] = st.session_state.get(_ASKED, {})
    for (run_id, weights), answer in list(asked.items()):
        if not answer.done:
            continue
        del asked[run_id, weights]
        if answer.error:
            told = [private.told(run, answer.error) for run in stored.runs([run_id])]
            st.session_state.setdefault(_PROBLEMS, []).extend(escaped(one) for one in told)
            continue
        file = evaluated.file_of(services.settings().run_dir(run_id), weights)
        try:
            if not file.is_file() or file.read_bytes() != answer.result:
                file.parent.mkdir(parents=True, exist_ok=True)
                evaluated.write(answer.result, file)
        except OSError as error:
            st.session_state.setdefault(_PROBLEMS, []).append(
                "The evaluation could not be kept "
                f"({escaped(error.strerror or 'the disk refused it')}): free some space, then "
                "evaluate again."
            )


def _follow() -> None:
    """Say what is waited for; draw the page anew when something is there."""
    asked: dict[tuple[str, Weights], Answer] = st.session_state.get(_ASKED, {})
    if not asked or any(answer.done for answer in asked.values()):
        st.rerun()
    what = "it" if len(asked) == 1 else f"these {len(asked)}"
    st.status(f"{engine_state.awaited(f'A worker evaluates {what}')} …", state="running")
