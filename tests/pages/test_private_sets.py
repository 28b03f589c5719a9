"""What others see of a run on a set that one visitor brought, without a browser."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import data, store
from core.data import about, evaluated
from core.data.about import About
from core.data.evaluated import Evaluated
from core.data.scan_set import UNREADABLE
from core.specs import links
from core.specs.data import FolderScans
from core.specs.run import FINAL_MODEL, RunSpec, TrainingSpec
from core.store import Epoch, RunStatus, private
from pages.parts import services
from pages.parts.live_feed import Feed
from tests.data.sets import write_set
from tests.pages.conftest import ROOT
from tests.pages.test_evaluate import answers
from tests.swept import store_sweep, sweep_spec

NAME, FILE = "Mueller", "image7"
SECRET = f"{NAME}-0123456789abcdef"
SCANS = FolderScans(folder=SECRET, split="folders", image_size=32)
PAGES = {
    "runs": "pages/train/runs.py",
    "compare": "pages/plateaus/compare.py",
    "replay": "pages/plateaus/replay.py",
    "datasets": "pages/scans/datasets.py",
}
MONITOR, CONFIGURE = "pages/train/monitor.py", "pages/train/configure.py"
EVALUATE, CLASSIFY = "pages/scans/evaluate.py", "pages/scans/classify.py"
SWEEP = "pages/plateaus/sweep.py"


@pytest.fixture
def visitor_of(home, monkeypatch):
    """Open the app as a visitor of a hosted installation, each in a session of their own."""
    monkeypatch.setenv("PLATEAU_HOSTED", "true")

    def visitor_of(token):
        app = AppTest.from_file(ROOT / "streamlit_app.py", default_timeout=90)
        app.query_params["owner"] = token
        app.run()
        return app

    return visitor_of


@pytest.fixture
def scans(home):
    folder = write_set(home / "data" / SECRET)
    (folder / about.FILE).write_text(About(owner=store.owner_of("ann")).model_dump_json())
    kept_in = {"data_dir": home / "data", "cache_dir": home / "home" / "cache"}
    return data.load(SCANS, **kept_in, on_progress=lambda *_: None)


@pytest.fixture
def run_id(db, home, scans):
    """A run of Ann's on her set, with an evaluation and a model."""
    spec = RunSpec(name="plain", scans=SCANS, training=TrainingSpec(epochs=9))
    run_id = store.create_run(db, spec, owner=store.owner_of("ann"))
    store.start_run(db, run_id)
    told = f"Training/tumor/{FILE}.png: {UNREADABLE} (truncated)."
    counts = {"training_scans": 24, "validation_scans": 12}
    store.update_run(db, run_id, notes=[told], scans_digest=scans.digest, **counts)
    logs = {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5}
    store.append(db, run_id, new_epochs=[Epoch(0, logs, 1e-3, 1e-3, 1.0, 0.8)])
    store.end_run(db, run_id, RunStatus.FINISHED)
    directory = home / "home" / "runs" / run_id
    directory.mkdir(parents=True)
    (directory / FINAL_MODEL).touch()
    file = evaluated.file_of(directory, "final")
    found: Evaluated = answers(scans, wrong=[0, 1])
    evaluated.write(evaluated.to_bytes(found), file)
    return run_id


def failed_run(db):
    spec = RunSpec(name="failed", scans=SCANS, training=TrainingSpec(epochs=9))
    run_id = store.create_run(db, spec, owner=store.owner_of("ann"))
    store.start_run(db, run_id)
    store.update_run(db, run_id, phase=f"Reading the scans of {SECRET}")
    store.end_run(db, run_id, RunStatus.FAILED, error=f"The folder {SECRET!r} cannot be listed.")
    return run_id


def sent(app):
    """Return all that a page sent to the browser, as one text."""
    assert not app.exception
    protos = (getattr(node, "proto", None) for node in walked(app._tree))
    return b" ".join(p.SerializeToString() for p in protos if p).decode(errors="replace")


def walked(node):
    yield node
    for child in getattr(node, "children", {}).values():
        yield from walked(child)


def pictures(app):
    return app.get("image")


def opened(app, page, tab=None, **query):
    app.query_params.update(query)
    if tab:
        app.session_state[tab[0]] = tab[1]
    app.switch_page(page).run()
    return app


@pytest.mark.parametrize(
    ("tab", "failed"),
    [("Scans", False), ("Settings", False), ("Downloads", False), ("What happened", True)],
)
def test_a_monitor_tells_others_nothing_that_names_the_scans(visitor_of, db, run_id, tab, failed):
    shown = failed_run(db) if failed else run_id
    for who in ("ann", "bob"):  # Ann first, so that what is kept for her is there.
        app = opened(visitor_of(who), MONITOR, (f"tabs-{shown}", tab), run=shown)
        if who == "ann":
            assert NAME in sent(app)
            assert bool(pictures(app)) == (tab == "Scans" and not failed)
    assert NAME not in sent(app)
    assert FILE not in sent(app)
    assert not pictures(app)


@pytest.mark.parametrize("page", list(PAGES))
def test_no_list_tells_others_what_names_the_scans(visitor_of, db, run_id, page):
    other = failed_run(db)
    for who in ("ann", "bob"):
        query = {"runs": f"{run_id},{other}", "run": run_id, "set": f"folder/{SECRET}"}
        app = opened(visitor_of(who), PAGES[page], **query)
    assert NAME not in sent(app)
    assert FILE not in sent(app)


@pytest.mark.parametrize("tab", ["Confusion", "Mistakes", "Heat maps"])
def test_an_evaluation_shows_others_the_score_and_no_scan(visitor_of, run_id, tab):
    for who in ("ann", "bob"):
        app = opened(visitor_of(who), EVALUATE, ("evaluate-tabs", tab), runs=run_id)
        if who == "ann" and tab == "Mistakes":
            assert pictures(app)
            assert "image0" in sent(app)
    assert "accuracy" in app.dataframe[0].value
    assert NAME not in sent(app)
    assert "image0" not in sent(app)
    assert not pictures(app)


def test_why_an_evaluation_failed_is_told_to_those_who_may_see_the_scans(visitor_of, home, run_id):
    evaluated.file_of(home / "home" / "runs" / run_id, "final").unlink()
    for who in ("ann", "bob"):
        app = opened(visitor_of(who), EVALUATE, runs=run_id)
        next(one for one in app.button if one.label == "Evaluate").click().run()
        services.engine().asked[-1].give(error=f"The folder {SECRET!r} cannot be listed.")
        app.run()
        assert len(app.error) == 1
        assert (SECRET.replace("-", "\\-") in str(app.error[0].value)) == (who == "ann")
    assert NAME not in sent(app)


def test_no_examples_are_asked_for_a_model_whose_scans_are_anothers(
    visitor_of, run_id, monkeypatch
):
    from core.engine import jobs
    from tests.pages.test_classify import answered, examples

    asked = []

    def ask(self, job, *arguments, timeout_s=120.0):
        from core.engine.answers import Answer

        asked.append(job)
        answer = Answer(job, arguments, timeout_s)
        answer.give(examples() if job == jobs.EXAMPLES else [answered(len(arguments[1][0]))])
        return answer

    monkeypatch.setattr(services.Engine, "ask", ask)
    for who in ("ann", "bob"):
        asked.clear()
        app = opened(visitor_of(who), CLASSIFY, model=f"{run_id}-final")
        assert (jobs.EXAMPLES in asked) == (who == "ann")
    assert NAME not in sent(app)
    assert "Bring scans of your own" in sent(app)


def test_a_sweep_tells_others_nothing_that_names_the_scans(visitor_of, db, scans):
    spec = sweep_spec(seeds=(0, 1), epochs=4)
    base = spec.base.model_copy(update={"scans": SCANS})
    sweep = store_sweep(db, spec.model_copy(update={"base": base}), owner="ann")
    for who in ("ann", "bob"):
        app = opened(visitor_of(who), SWEEP, sweep=sweep.id)
        assert (NAME in sent(app)) == (who == "ann")


def test_others_cannot_train_on_it(visitor_of, db, run_id):
    app = visitor_of("bob")
    shown = private.without_scans(store.read_run(db, run_id)).spec
    for spec in (shown, store.read_run(db, run_id).spec):
        opened(app, CONFIGURE, **links.to_query(spec))
        next(one for one in app.button if one.label == "Start training").click().run()
        assert "was brought by somebody else" in " ".join(str(one.value) for one in app.warning)
    assert [run.id for run in store.read_runs(db)] == [run_id]


def test_its_owner_trains_on_it(visitor_of, db, run_id):
    app = opened(visitor_of("ann"), CONFIGURE, **links.to_query(store.read_run(db, run_id).spec))
    next(one for one in app.button if one.label == "Start training").click().run()
    assert len(store.read_runs(db)) == 2


def test_a_feed_names_the_set_to_its_owner_only(db, home, run_id):
    told = {}
    for token in ("ann", "bob", ""):
        told[token] = Feed(run_id, viewer=store.owner_of(token), dark=False).news()["figure"]
    assert NAME in told["ann"]
    assert "a private set of scans" in told["bob"]
    assert not any(NAME in told[token] for token in ("bob", ""))


def test_pages_read_runs_by_one_door():
    raw = re.compile(
        r"store\.read_(?:run|runs|runs_of|sweep|sweeps|sweep_runs|family|history|histories)\("
    )
    # Those that say themselves what a visitor sees, or hand on nothing of what names scans.
    doors = {"stored", "visitor", "live_feed", "saved_models", "compare", "run_list"}
    found = {
        file.stem for file in Path(ROOT / "pages").rglob("*.py") if raw.search(file.read_text())
    }
    assert found <= doors
