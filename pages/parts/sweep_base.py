"""The base of a sweep: the run that all its runs are, but for what differs."""

from collections.abc import Sequence

import streamlit as st

from core.specs import links, presets
from core.specs.problems import InvalidSettings, Problem, check_run
from core.specs.run import RunSpec, TrainingSpec
from core.specs.sweep import REFUSED_CALLBACKS, SweepSpec
from core.specs.sweep_draft import draft_for
from core.store import Run
from pages.parts import callback_list, scans_form, sweep_draft, visitor
from pages.parts.form import Form
from pages.parts.words import escaped, told_apart

_CONFIGURE = "The form on Configure"
_MOST_RUNS = 30
_FROM = "sweep-from"


def show(form: Form, problems: Sequence[Problem]) -> None:
    """Show where the base comes from, its name, and all of its settings.

    Args:
        form: Of the base.
        problems: What is wrong with the sweep; the settings open by themselves if it is theirs.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        runs = {run.id: run for run in _own_runs()}
        labels = {
            name: name for name in (*presets.PRESETS, *([_CONFIGURE] if Form().values else []))
        }
        labels |= told_apart({run.id: f"Run {run.name}" for run in runs.values()})
        st.selectbox(
            "Start from",
            list(labels),
            index=None,
            key=_FROM,
            format_func=lambda name: labels[name],
            placeholder="A preset, your form, or a run",
            on_change=_take,
            args=(runs,),
            width=320,
        )
        form.setting("name", "name", SweepSpec.model_fields["name"])
    if left_out := st.session_state.pop("sweep_left_out", ""):
        st.info(left_out, icon=":material/remove_circle_outline:")
    wrong = any(problem.key.partition(".")[0] in ("training", "scans") for problem in problems)
    st.session_state.setdefault("sweep-base-open", wrong)
    with st.expander(
        f"**The base** · {_summary(form)}",
        key="sweep-base-open",
        on_change="rerun",
        icon=":material/tune:",
    ) as opened:
        if opened.open:
            _show_settings(form, problems)


def _show_settings(form: Form, problems: Sequence[Problem]) -> None:
    st.caption(
        "All runs of the sweep have these settings, but for the parameters that differ, and the "
        "seed."
    )
    st.subheader("Scans")
    scans_form.show(form)
    st.subheader("Model and training")
    form.section("training", TrainingSpec)
    st.subheader("Callbacks")
    callback_list.show(form, problems)


def _summary(form: Form) -> str:
    values = form.values
    scans = values.get("scans.folder") if values.get("scans") == "folder" else "simulated scans"
    parts = [
        f"{values.get('training.model', 'small_cnn')}",
        f"{values.get('training.epochs', 16)} epochs",
        f"{scans}",
        ", ".join(form.order) or "no callback",
    ]
    return " · ".join(escaped(part) for part in parts)


def _own_runs() -> list[Run]:
    return [run for run in visitor.own_runs(limit=_MOST_RUNS) if not run.is_active]


def _take(runs: dict[str, Run]) -> None:
    chosen = st.session_state[_FROM]
    base = _chosen_base(chosen, runs)
    if base is None:
        return
    sweep_draft.take(draft_for(base))
    refused = [each.kind for each in base.callbacks if each.kind in REFUSED_CALLBACKS]
    if refused:
        reasons = "; ".join(f"{name}: {REFUSED_CALLBACKS[name]}" for name in refused)
        st.session_state["sweep_left_out"] = f"Left out, since a sweep cannot have it. {reasons}."


def _chosen_base(chosen: str | None, runs: dict[str, Run]) -> RunSpec | None:
    if chosen is None:
        return None
    if chosen in presets.PRESETS:
        return presets.PRESETS[chosen]()
    if chosen in runs:
        return runs[chosen].spec
    try:
        return check_run(links.nest(Form().values))
    except InvalidSettings:
        st.session_state["sweep_left_out"] = (
            "The form on Configure has mistakes: mend them there first."
        )
        return None
