"""All runs, the visitor's own before those of others, each newest first."""

import contextlib

import streamlit as st

from core import store
from core.store import Run, UnknownRun
from pages.parts import compare_choice, longer, run_list, services, visitor
from pages.parts.launch import MONITOR
from pages.parts.words import STATUS_BADGES, counted, escaped, when

_DELETED, _REFUSED, _SHOWN = "runs-deleted", "runs-not-deleted", "runs-shown"
# Each has widgets of its own: many at once would make the page slow.
_AT_ONCE = 100
_WHERE_RUNS_START = (
    ("learn/overview", "Overview", "explore"),
    ("train/configure", "Configure", "tune"),
)


def delete(run: Run) -> None:
    """Delete a run with its files, unless others were forked from it."""
    try:
        unused = store.delete_run(services.db(), run.id, owner=visitor.in_whose_name(run))
    except UnknownRun:
        unused = []  # Another tab was faster.
    except (ValueError, PermissionError) as refusal:
        st.session_state[_REFUSED] = str(refusal)
        return
    services.state_files().delete(unused)
    store.delete_directory(services.settings().run_dir(run.id))
    st.session_state[_DELETED] = run.id


def stop(run: Run) -> None:
    """Stop a run, unless it is gone."""
    with contextlib.suppress(UnknownRun):
        store.request_stop(services.db(), run.id, owner=visitor.in_whose_name(run))


# Dismissed, it leaves the page following its runs again.
@st.dialog("Delete this run?", on_dismiss="rerun")
def confirm_deletion(run: Run) -> None:
    """Ask before a run and its files are gone."""
    if st.session_state.get(_DELETED) == run.id:
        st.rerun()
    if _REFUSED in st.session_state:
        st.error(st.session_state.pop(_REFUSED), icon=":material/block:")
    st.write(f"“{escaped(run.name)}” goes with its curves, logs and models. This cannot be undone.")
    # A handler is called by whichever rerun comes first, also by one of the page below.
    st.button("Delete", type="primary", icon=":material/delete:", on_click=delete, args=(run,))


def show(run: Run, result: str) -> bool:
    """Show one run: its name, where it stands, its result, and how it is stopped or deleted.

    Returns:
        Whether the dialog was opened.
    """
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.page_link(
            MONITOR,
            label=f"**{escaped(run.name)}**",
            query_params={"run": run.id, **visitor.parameters()},
        )
        label, icon, color = STATUS_BADGES[run.status]
        st.badge(label, icon=icon, color=color)
        compare_choice.tick(run)
        forked = "" if run.forked_at is None else f" · forked after epoch {run.forked_at + 1}"
        trained = f"{run.spec.training.model} · seed {run.spec.training.seed}"
        st.caption(f"{trained} · {when(run)}{forked}  \n{result}")
        if visitor.may_end(run) and run.is_active:
            st.button(
                "Stop",
                icon=":material/stop:",
                key=f"stop-{run.id}",
                on_click=stop,
                args=(run,),
                disabled=run.stop_requested,
            )
        elif visitor.may_end(run) and st.button(
            "Delete", icon=":material/delete:", key=f"delete-{run.id}"
        ):
            confirm_deletion(run)
            return True
    return False


st.title("Runs")
most = longer.shown(_SHOWN, _AT_ONCE)
own = visitor.own_runs(limit=most)
others = visitor.runs_of_others(limit=most - len(own))
runs = [*own, *others]
if not runs:
    st.info("No runs yet. Start the quick demo on the overview, or configure one.")
    for page, label, icon in _WHERE_RUNS_START:
        link = {"icon": f":material/{icon}:", "query_params": visitor.parameters()}
        st.page_link(f"pages/{page}.py", label=label, **link)
else:
    count, active = store.count_runs(services.db()), store.count_active(services.db())
    order = "Yours before those of others, newest first." if own and others else "Newest first."
    waiting = f", {active:,} of them queued or running" if active else ""
    st.caption(f"{counted(count, 'run')}{waiting}. {order}")
    compare_choice.show_ticked(runs)
    results = run_list.results_of(runs) | run_list.places_of(runs)
    asked = [show(run, results.get(run.id, "")) for run in runs]
    label = f"Show more of the {count:,} runs"
    longer.offer(_SHOWN, _AT_ONCE, label=label, more=count > len(runs))
    # A page that is drawn anew would close the dialog.
    if not any(asked):
        run_list.follow(runs)
