"""Forks among compared runs: their past is drawn and told once."""

from dataclasses import replace

from core.charts.compare.figure import compare_figure
from core.charts.compare.forks import forks_told, past_drawn_elsewhere
from core.charts.compare.lines import lines_of
from core.store import Event, EventKind
from tests.charts.histories import a_history, a_run, seven_epochs

VIEW = {"metric": "val_accuracy", "align": "epoch", "window": 1, "dark": False}


def history(run_id, *, parent=None, after=None, events=()):
    run = a_run(epochs=7)
    spec = run.spec.model_copy(update={"name": run_id})
    forked = replace(run, id=run_id, name=run_id, spec=spec, parent_id=parent, forked_at=after)
    return a_history(seven_epochs(), events, forked)


PARENT = history("parent")
FORK = history("fork", parent="parent", after=2, events=[Event(EventKind.FORKED, 2, {})])
SISTER = history("sister", parent="parent", after=1)


def lines(*histories):
    return lines_of(histories, by_seed=False)


def traces(*histories, **view):
    drawn = compare_figure(lines(*histories), **VIEW | view).to_plotly_json()
    return [t for t in drawn["data"] if t.get("mode") == "lines" and t["yaxis"] == "y"]


def test_beside_its_parent_a_fork_begins_where_it_left():
    curves = {trace["legendgroup"]: trace["x"] for trace in traces(PARENT, FORK)}
    assert curves["fork"] == [3, 4, 5, 6, 7]
    assert curves["parent"] == [1, 2, 3, 4, 5, 6, 7]


def test_by_itself_a_fork_has_its_past_dotted():
    dotted, own = traces(FORK)
    assert (dotted["x"], dotted["line"]["dash"]) == ([1, 2, 3], "dot")
    assert own["x"] == [3, 4, 5, 6, 7]


def test_sisters_without_their_parent_draw_the_past_once():
    assert past_drawn_elsewhere(lines(FORK, SISTER), "epoch") == [False, True]
    # Whoever shares most draws it.
    assert past_drawn_elsewhere(lines(SISTER, FORK), "epoch") == [True, False]


def test_aligned_by_their_reductions_pasts_do_not_lie_on_each_other():
    assert past_drawn_elsewhere(lines(PARENT, FORK), "reduction") == [False, False]


def test_a_fork_is_told_in_words():
    assert forks_told([PARENT, FORK]) == [
        "“fork” goes on from “parent” after epoch 3: until there they are one training."
    ]
    assert forks_told([FORK]) == [
        "“fork” shares its first 3 epochs, dotted, with a run that is not shown."
    ]
    assert not forks_told([PARENT])
