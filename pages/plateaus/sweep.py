"""Sweeps: many settings of callbacks, trained as a tree that shares what they have in common."""

import streamlit as st

from core.specs.problems import InvalidSettings, Problem
from core.specs.sweep import SweepSpec
from core.store import UnknownSweep
from pages.parts import (
    once,
    sweep_after,
    sweep_axes,
    sweep_base,
    sweep_draft,
    sweep_findings,
    sweep_list,
    sweep_start,
    sweep_troubles,
    sweep_view,
    visitor,
)
from pages.parts.words import escaped, quoting

_LOOK_EVERY = "2s"


def check() -> tuple[SweepSpec | None, tuple[Problem, ...]]:
    """Return the sweep if all of it is right, and what is wrong with it."""
    try:
        return sweep_draft.current().check(), ()
    except InvalidSettings as error:
        return None, error.problems


def show_form() -> None:
    """Show what a new sweep is made of, what it costs, and the sweeps there are."""
    st.title("Sweep")
    st.markdown(
        "Try many settings of callbacks at the price of a few. Settings are trained together "
        "while their callbacks decide the same, and part in the epoch in which they differ; every "
        "curve is what a run of its own would have given, on a CPU to the last bit unless "
        "`deterministic` is off."
    )
    sweep_draft.take_link()
    form = sweep_draft.form()
    sweep_base.show(form, check()[1])
    slots = sweep_axes.show(form, sweep_draft.axes())
    spec, problems = check()
    sweep_axes.show_problems(slots, problems)
    form.show_problems(problems)
    for problem in problems:
        if problem.key not in slots:
            st.error(quoting(problem.sentence), icon=":material/error:")
    sweep_findings.show(form, sweep_draft.axes(), spec)
    sweep_start.show(spec)
    sweep_draft.keep_link()
    sweep_list.show()


def show_sweep(sweep_id: str) -> None:
    """Show one sweep, and look for news while it goes on."""
    try:
        results, seen = sweep_view.read(sweep_id)
    except UnknownSweep as error:
        st.title("Sweep")
        st.error(escaped(str(error)), icon=":material/search_off:")
        st.page_link(sweep_start.SWEEP, label="All my sweeps", icon=":material/list:")
        return
    once.arrived(sweep_start.SWEEPS, sweep_id)
    sweep, dark = results.sweep, st.context.theme.type == "dark"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(escaped(sweep.name), width="content")
        sweep_list.show_badge(sweep)
        sweep_list.show_actions(sweep)
    with st.container(horizontal=True):
        parameters = visitor.parameters()
        new = parameters | {"new": "1"}
        st.page_link(sweep_start.SWEEP, label="My sweeps", icon=":material/list:", query_params=new)
        st.page_link(
            sweep_start.SWEEP,
            label="A new one with these settings",
            icon=":material/tune:",
            query_params=sweep_after.again_query(results),
        )
    sweep_list.show_refusal()
    sweep_troubles.show(results)
    sweep_view.show_ledger(results)
    metric, reading, seed = sweep_view.choose(results)
    sweep_view.show_tree(results, seed, dark=dark)
    sweep_view.show_curves(results, metric, seed, dark=dark)
    sweep_view.show_maps(results, metric, reading, dark=dark)
    sweep_after.show_differences(results)
    sweep_after.show_choice(results, metric, reading)
    sweep_after.show_runs(results, metric, reading)

    def look_for_news() -> None:
        if sweep_view.signs(sweep_id) != seen:
            st.rerun()

    if sweep.is_active:
        st.fragment(look_for_news, run_every=_LOOK_EVERY)()


wanted = st.query_params.get("sweep")
sweep_start.follow(wanted)
if wanted:
    show_sweep(wanted)
    once.drawn(sweep_start.SWEEPS, wanted)
else:
    show_form()
