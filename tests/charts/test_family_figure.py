"""The family of a run, as a tree."""

from dataclasses import replace

from core.charts.family import family_figure
from core.specs.callbacks import EarlyStopping
from core.store import Event, EventKind, History
from tests.charts.histories import REDUCING, a_reduction, a_run, an_epoch


def member(run_id, *, parent=None, after=None, callbacks=(REDUCING,), name=None):
    run = a_run(callbacks, epochs=10)
    spec = run.spec.model_copy(update={"name": name or run_id})
    return replace(run, id=run_id, name=spec.name, spec=spec, parent_id=parent, forked_at=after)


ROOT = member("root")
EARLY = member("early", parent="root", after=1, callbacks=(REDUCING, EarlyStopping()))
LATE = member(
    "late", parent="root", after=6, callbacks=(REDUCING.model_copy(update={"patience": 5}),)
)
LEAF = member("leaf", parent="early", after=3)
FAMILY = [ROOT, EARLY, LATE, LEAF]


def past(run, *events):
    return History([an_epoch(number) for number in range(8)], events)


def figure(family=FAMILY, shown="early", dark=False, **events):
    found = {run.id: past(run, *events.get(run.id, ())) for run in family}
    return family_figure(family, found, shown=shown, dark=dark).to_plotly_json()


def lines(drawn):
    return {t["customdata"][0]: t for t in drawn["data"] if t.get("mode") == "lines+markers"}


def notes(drawn):
    return [note["text"] for note in drawn["layout"]["annotations"]]


def test_each_run_is_a_line_that_begins_where_it_left_its_parent():
    found = lines(figure())
    assert {name: line["x"][0] for name, line in found.items()} == {
        "root": 0.5,
        "early": 2.5,
        "late": 7.5,
        "leaf": 4.5,
    }
    assert found["root"]["x"][-1] == 8.5


def test_the_latest_fork_stands_nearest_so_that_no_lines_cross():
    rows = {name: line["y"][0] for name, line in lines(figure()).items()}
    assert rows == {"root": 0, "late": -1, "early": -2, "leaf": -3}


def test_the_run_that_is_shown_stands_out():
    found = lines(figure())
    assert found["early"]["line"]["width"] > found["root"]["line"]["width"]
    assert any(text.startswith("<b>early</b>") for text in notes(figure()))


def test_labels_tell_what_changed():
    said = " | ".join(notes(figure()))
    assert "late · patience 2 → 5" in said
    assert "+EarlyStopping" in said
    assert "no EarlyStopping" in said


def test_a_name_is_escaped_and_long_ones_are_cut():
    root = member("root", name="<i>x</i>" + "y" * 60)
    said = notes(figure([root], shown="root"))[0]
    assert said.startswith("<b>&lt;i&gt;x&lt;/i&gt;")
    assert said.endswith("…</b>")


def test_acts_are_marked_on_the_line_of_the_run_they_happened_in():
    shared, own = a_reduction(1), a_reduction(5)
    continued = Event(EventKind.CONTINUED, 4, {})
    drawn = figure(leaf=(shared, own), root=(continued, Event(EventKind.STOPPED, 7, {})))
    marks = {t["name"]: t for t in drawn["data"] if t.get("mode") == "markers"}
    assert marks["rate reduced"]["customdata"] == ["leaf"]
    assert marks["rate reduced"]["x"] == [6.5]
    assert marks["stopped"]["customdata"] == ["root"]
    assert marks["continued"]["x"] == [5.5]
