"""Which model is asked: those that runs left, the best honest score first."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import streamlit as st

from core import store
from core.charts.live import evidence
from core.data.evaluated import WEIGHTS, Weights
from core.evaluation.counted import counted
from core.evaluation.intervals import Interval
from core.specs.data import FolderScans
from core.store import Event, Run, RunStatus
from core.store.checkpoints import BestWeights, best_weights
from pages.parts import evaluation_source, saved_models, stored, visitor
from pages.parts.words import escaped, told_apart

_MOST_OFFERED = 200
_MODEL, _VOTE, _LAST = "classify-model", "classify-vote", "classify-last"

Twins = Literal["without", "unchecked", "only"]
_TWINS: tuple[Twins, ...] = get_args(Twins)


@dataclass(frozen=True)
class Offered:
    """A model to ask.

    Attributes:
        run: The run that left it.
        weights: Which of its weights: "final", "best", or the SHA-256 of others that were
            brought for its network.
        score: Its accuracy on validation scans, without twins where they are known.
        twins: Whether those scans were held against its training scans: it was, and the score is
            "without" twins; nobody did, and it is "unchecked"; or "only" twins were found.
    """

    run: Run
    weights: str
    score: Interval
    twins: Twins = "without"

    @property
    def trained_here(self) -> bool:
        """Whether these are weights of the run, not some that were brought."""
        return self.weights in WEIGHTS

    @property
    def key(self) -> str:
        """Names it in the link."""
        return f"{self.run.id}-{self.weights}"

    @property
    def asked(self) -> tuple[str, str]:
        """What a worker is told of it."""
        return self.run.id, self.weights

    @property
    def label(self) -> str:
        """What the list shows: score first, then which run."""
        run = self.run
        scans = evidence(run.spec.scans).split(" · ")[1]
        return (
            f"{self._scored} · {run.name} · seed {run.spec.training.seed} · "
            f"{self.weights} weights · {scans}"
        )

    @property
    def _scored(self) -> str:
        if self.twins == "only":
            return "only twins"
        unchecked = self.twins == "unchecked"
        return f"{self.score.text}, not checked for twins" if unchecked else self.score.text


def choose() -> list[Offered]:
    """Show the models, and return the chosen one, followed by those that vote with it."""
    offered = {model.key: model for model in _offered()}
    if not offered:
        return []
    linked = _wanted()
    before = st.session_state.get(_MODEL)
    if before not in offered:
        before = linked if linked in offered else next(iter(offered))
    # Written again, since a label that changed would be taken for another option.
    st.session_state[_MODEL] = before
    labels = told_apart({model.key: model.label for model in offered.values()})
    key = st.selectbox(
        "Model, the best honest score first",
        list(offered),
        format_func=lambda key: labels[key],
        key=_MODEL,
        help="Accuracy on the validation scans of its own run, with its 95 % interval. Scores on "
        "different scans cannot be compared. Where a model was evaluated, scans with a twin "
        "among the training scans are left out; if that leaves none, it comes last. Those of "
        "folders that were not checked for twins come after all that are: evaluate them first.",
    )
    chosen = offered[key]
    same = [
        model
        for model in reversed(offered.values())
        if _same_but_seed(model, chosen) and not _diverged(model)
    ]
    # A seed that was trained twice has one vote.
    others = list({model.run.spec.training.seed: model for model in same}.values())
    voting = others and st.toggle(
        f"Vote with {len(others)} other seed{'s' if len(others) > 1 else ''} of these settings",
        key=_VOTE,
        help="The mean of the models' probabilities; how far they disagree is shown.",
    )
    st.session_state[_LAST] = key
    st.query_params.from_dict({"model": key, **visitor.parameters()})
    return [chosen, *(others if voting else [])]


def _wanted() -> str:
    """Return the model of the link, else the last one: a widget forgets while it is not shown."""
    return st.query_params.get("model") or st.session_state.get(_LAST, "")


def _offered() -> list[Offered]:
    runs = visitor.own_runs(limit=_MOST_OFFERED)
    linked = _wanted().rsplit("-", 1)[0]
    if linked and all(run.id != linked for run in runs):
        runs += _with_its_seeds(linked)
    runs = [run for run in runs if not run.is_active]
    past = stored.histories(runs)
    found = [
        model
        for run in runs
        for model in _of_run(run, [*past[run.id].events], [*past[run.id].epochs])
    ]
    return sorted(found, key=_rank)


def _with_its_seeds(run_id: str) -> list[Run]:
    """Return the run of a link; one of a sweep with the other seeds of its setting."""
    found = stored.runs([run_id])
    if not found or found[0].sweep_id is None:
        return found
    swept = stored.sweep_runs(found[0].sweep_id)
    return [run for run in swept if run.setting == found[0].setting]


def _of_run(run: Run, events: list[Event], epochs: list[store.Epoch]) -> list[Offered]:
    here, best = saved_models.weights_here(run, events), best_weights(run.spec, events)
    found: list[Offered] = []
    if epochs and "final" in here:
        found.append(_scored(run, "final", events, _accuracy(epochs, -1)))
    if best is not None and "best" in here:
        found.append(_scored(run, "best", events, _best(epochs, best)))
    return found


def _best(epochs: list[store.Epoch], best: BestWeights) -> float:
    places = {epoch.epoch: place for place, epoch in enumerate(epochs)}
    return _accuracy(epochs, places[best.epoch]) if best.epoch in places else math.nan


def _accuracy(epochs: list[store.Epoch], place: int) -> float:
    return float(epochs[place].logs.get("val_accuracy", math.nan))


def _scored(run: Run, weights: Weights, events: list[Event], logged: float) -> Offered:
    honest = evaluation_source.honest(evaluation_source.Wanted(run, weights), events)
    if honest is not None:
        return Offered(run, weights, honest, "without" if honest.scans else "only")
    # Simulated scans are drawn one by one.
    folder = isinstance(run.spec.scans, FolderScans)
    score = counted(logged, run.validation_scans or 0)
    return Offered(run, weights, score, "unchecked" if folder else "without")


def _rank(model: Offered) -> tuple[bool, int, float]:
    """Return what sorts models: those with a score first, of them the checked ones first."""
    unscored = math.isnan(model.score.value)
    return unscored, _TWINS.index(model.twins), 0.0 if unscored else -model.score.value


def _same_but_seed(model: Offered, chosen: Offered) -> bool:
    def settings(one: Offered) -> object:
        spec = one.run.spec
        training = spec.training.model_copy(update={"seed": 0})
        return spec.scans, training, spec.callbacks, one.weights

    seed = chosen.run.spec.training.seed
    return model.run.spec.training.seed != seed and settings(model) == settings(chosen)


def _diverged(model: Offered) -> bool:
    """Tell whether a model may answer NaN, for which a whole vote would fail."""
    return model.run.status is RunStatus.DIVERGED and model.weights == "final"


def say_none() -> None:
    """Say how to get a model."""
    st.info("There is no trained model yet. Train one first: the quick demo takes a minute.")
    st.page_link("pages/learn/overview.py", label="Overview", icon=":material/explore:")


def name(model: Offered) -> str:
    """Return a model's name for Markdown."""
    run = model.run
    return f"{escaped(run.name)} · seed {run.spec.training.seed} · {model.weights} weights"
