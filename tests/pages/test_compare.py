"""The Compare page, without a browser."""

import pytest

from core import store
from core.charts.compare.figure import compare_figure
from core.specs.data import SimulatedScans
from tests.compared_runs import store_run
from tests.pages.test_train_for_real import a_run as a_counted_run
from tests.pages.test_visits import RUNS, texts

COMPARE = "pages/plateaus/compare.py"


@pytest.fixture
def opened(app):
    """Open the Compare page with a link."""

    def open_link(**query):
        app.run()
        app.query_params.update(query)
        app.switch_page(COMPARE).run()
        assert not app.exception
        return app

    return open_link


def link(app):
    """Return the address's parameters, each of which is given once."""
    return {
        name: value if isinstance(value, str) else value[0]
        for name, value in dict(app.query_params).items()
        if name != "owner"
    }


def table(app):
    return app.dataframe[0].value


def control(app, label):
    (found,) = [group for group in app.button_group if group.label == label]
    return found


def test_without_runs_the_page_says_where_they_come_from(opened):
    app = opened()
    assert "No runs are chosen" in texts(app.info)


def test_it_opens_with_the_visitors_newest_runs(opened, app, db):
    app.run()
    own = [store_run(db, f"own {n}", owner=app.session_state["owner"]) for n in range(7)]
    store_run(db, "theirs", owner="another")
    opened()
    assert list(table(app)["run"]) == [f"own {n}" for n in (6, 5, 4, 3, 2, 1)]
    assert link(app)["runs"] == ",".join(own[:0:-1])


def test_a_shared_link_shows_runs_of_others(opened, db):
    ids = [store_run(db, name, seed=n) for n, name in enumerate(["one", "other"])]
    app = opened(runs=",".join(ids), metric="val_loss", group="no")
    assert list(table(app)["run"]) == ["one", "other"]
    assert table(app)["best"][0] == pytest.approx(0.09)
    assert link(app) == {"runs": ",".join(ids), "metric": "val_loss", "group": "no"}


def test_the_link_follows_what_is_chosen_and_restores_it(opened, db):
    ids = [store_run(db, "one"), store_run(db, "two", patience=5)]
    app = opened(runs=",".join(ids))
    control(app, "Align by").set_value("reduction").run()
    control(app, "Show").set_value("runs").run()
    app.select_slider[0].set_value(9).run()
    app.toggle[0].set_value(False).run()
    said = link(app)
    assert said == {
        "runs": ",".join(ids),
        "metric": "val_accuracy",
        "align": "reduction",
        "view": "runs",
        "smooth": "9",
        "group": "no",
    }
    again = opened(**said)
    assert link(again) == said
    assert control(again, "Show").value == "runs"


def test_of_two_runs_of_one_name_each_can_be_chosen(opened, app, db):
    app.run()
    ids = [store_run(db, "Demo", owner=app.session_state["owner"]) for _ in range(2)]
    for run_id in ids:
        opened(runs=",".join(ids))
        app.session_state["compare-choosing"] = True
        app.run()
        app.multiselect[0].set_value([run_id]).run()
        assert not app.exception
        assert link(app)["runs"] == run_id


def test_one_metric_after_another_is_chosen(opened, db):
    app = opened(runs=store_run(db))
    for metric in ("loss", "val_loss", "accuracy"):
        app.selectbox[0].set_value(metric).run()
        assert link(app)["metric"] == metric


@pytest.mark.parametrize("view", ["chart", "runs", "metrics"])
@pytest.mark.parametrize("align", ["epoch", "reduction"])
def test_every_view_draws_seeds_and_single_runs(opened, db, view, align):
    ids = [store_run(db, f"x seed {seed}", seed=seed) for seed in (0, 1)]
    ids.append(store_run(db, "y", patience=5, values=(0.2, 0.4, float("nan")), reduced_after=(1,)))
    app = opened(runs=",".join(ids), view=view, align=align, smooth="5")
    assert list(table(app)["line"]) == ["x", "x", "y"]


def test_what_cannot_be_shown_is_named_with_its_reason(opened, db):
    ids = [
        store_run(db, "good"),
        store_run(db, "steady_one", reduced_after=()),
        store_run(db, "early", values=(), ended=False),
        "gone*x*",
    ]
    app = opened(runs=",".join(ids), align="reduction")
    said = texts(app.info) + texts(app.warning)
    assert "no reduction to align by: steady\\_one." in said
    assert "no finished epoch yet: early." in said
    assert "There is no run “gone\\*x\\*”" in said
    assert list(table(app)["run"]) == ["good"]
    assert link(app)["runs"] == ",".join(ids[:3])


def test_runs_on_other_scans_are_said_not_to_compare(opened, db):
    ids = [store_run(db, "one"), store_run(db, "other", scans=SimulatedScans(seed=5))]
    assert "saw different scans" in texts(opened(runs=",".join(ids)).warning)


def test_settings_that_differ_are_named(opened, db):
    ids = [store_run(db, "one"), store_run(db, "other", patience=5)]
    app = opened(runs=",".join(ids))
    differing = app.dataframe[1].value
    assert list(differing["setting"]) == ["ReduceLROnPlateau.patience"]
    assert list(differing["values"]) == ["2 (1 run) · 5 (1 run)"]
    assert "one run with one seed" in texts(app.caption)


def test_two_groups_of_seeds_are_held_against_each_other(opened, db):
    ids = [
        store_run(
            db, f"{name} seed {seed}", (0.5, high + seed / each), seed=seed, patience=patience
        )
        for name, patience, high, each in (("low", 2, 0.6, 100), ("high", 5, 0.8, 50))
        for seed in (0, 1, 2)
    ]
    app = opened(runs=",".join(ids))
    said = texts(app.markdown)
    assert (
        "“high” came out 0\\.2100 better in val\\_accuracy than “low”: more than"
        in said.replace("\\:", ":")
    )
    app.selectbox[1].set_value("high").run()
    assert "“low” came out 0\\.2100 worse" in texts(app.markdown)


def test_advice_on_a_line_is_compared_with_its_own_callback(opened, db):
    app = opened(runs=store_run(db, "one", patience=5))
    next(field for field in app.toggle if field.label == "Show the advice").set_value(True).run()
    (own,) = [field for field in app.number_input if field.label == "Your `patience`"]
    assert own.value == 5


def test_everybodys_runs_are_offered_when_asked_for(opened, app, db):
    app.run()
    mine = store_run(db, "mine", owner=app.session_state["owner"])
    other = store_run(db, "theirs", owner="another")
    app = opened(runs=mine)
    offers = app.multiselect[0]
    assert len(offers.options) == 1
    toggle = next(toggle for toggle in app.toggle if toggle.label.startswith("Offer everybody"))
    toggle.set_value(True).run()
    app.multiselect[0].set_value([mine, other]).run()
    assert link(app)["runs"] == f"{mine},{other}"


def test_the_chart_is_given_what_callbacks_made_of_each_epoch(opened, db, monkeypatch):
    drawn = []

    def keep(lines, **more):
        drawn.extend(history for line in lines for history in line.histories)
        return compare_figure(lines, **more)

    monkeypatch.setattr("core.charts.compare.figure.compare_figure", keep)
    opened(runs=f"{store_run(db)},{a_counted_run(db, 'somebody')}")
    assert [sorted(history.verdicts) for history in drawn] == [[], [1, 2, 3, 4, 5, 6, 7]]
    assert "wait 2 of 2 → learning rate 0.001 → 0.0005" in drawn[1].verdicts[5]


def test_ticked_runs_lead_to_their_comparison(app, db):
    ids = [store_run(db, name) for name in ("one", "two", "three")]
    app.run().switch_page(RUNS).run()
    boxes = {box.key: box for box in app.checkbox}
    boxes[f"tick-{ids[0]}"].check()
    boxes[f"tick-{ids[2]}"].check()
    app.run()
    (compare,) = [item for item in app.get("page_link") if "Compare" in item.proto.label]
    assert compare.proto.label == "Compare these 2 runs"
    assert f"runs={ids[2]}%2C{ids[0]}" in compare.proto.query_string


def test_fifty_runs_are_read_in_a_few_queries(db):
    from sqlalchemy import event

    from tests.compared_runs import read_histories

    ids = [store_run(db, f"run {n}", values=(0.5, 0.6), seed=n) for n in range(50)]
    asked = []
    event.listen(db._engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert len(read_histories(db, ids)) == 50
    store.newest(db, *ids)
    assert len([query for query in asked if query.startswith("SELECT")]) == 5
