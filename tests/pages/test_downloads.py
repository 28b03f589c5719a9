"""What the Monitor page offers to take home."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette

from core.specs import presets
from core.specs.callbacks import CSVLogger, ModelCheckpoint, TensorBoard
from core.specs.run import FINAL_MODEL
from pages.parts import saved_models, services, visitor
from tests.pages.test_going_on import a_run, open_monitor
from tests.pages.test_visits import button, texts


def run_with(app, db, *callbacks, name="Quick demo", files=()):
    """Return the id of a run that left these files, as pairs of name and content."""
    app.run()
    spec = presets.quick_demo().model_copy(update={"callbacks": callbacks, "name": name})
    run_id = a_run(db, app.session_state["owner"], spec=spec)
    directory = services.settings().run_dir(run_id)
    for second, (file, content) in enumerate(files):
        (directory / file).parent.mkdir(parents=True, exist_ok=True)
        (directory / file).write_bytes(content)
        os.utime(directory / file, (second, second))
    return run_id


def models(app, db, filepath, files):
    """Return the labels of the models of a run whose files were written in this order."""
    checkpoint = ModelCheckpoint(filepath=filepath, monitor="val_accuracy", save_best_only=True)
    written = [(name, bytes(megabytes * 2**20)) for name, megabytes in files.items()]
    open_monitor(app, run_with(app, db, checkpoint, files=written), tab="Downloads")
    return [item.label for item in app.get("download_button") if "MB" in item.label]


@pytest.mark.parametrize("filepath", ["best-{epoch:02d}.keras", "{val_accuracy:.2f}{epoch}.keras"])
def test_of_a_model_an_epoch_the_newest_is_offered(app, db, filepath):
    files = {filepath.format(epoch=each, val_accuracy=0.5): each for each in (3, 1, 2)}
    files |= {"other.txt": 4, FINAL_MODEL: 5}
    assert models(app, db, filepath, files) == ["Best model (2.0 MB)", "Final model (5.0 MB)"]


def test_a_plain_name_is_that_file_alone(app, db):
    files = {"best.keras": 1, "best-2.keras": 2}
    assert models(app, db, "best.keras", files) == ["Best model (1.0 MB)"]


def test_before_the_first_is_written_no_model_is_offered(app, db):
    assert models(app, db, "{epoch}.keras", {}) == []


def test_files_of_one_name_are_offered_side_by_side(app, db):
    logged = CSVLogger(filename="patience-2-history.csv")
    files = [(logged.filename, b"epoch,loss")]
    run_id = run_with(app, db, logged, name="patience 2", files=files)
    open_monitor(app, run_id, tab="Downloads")
    offered = [item.label for item in app.get("download_button")]
    assert {"History (CSV)", "CSVLogger's table"} <= set(offered)


def get(path):
    """Return the status, headers and pieces with which the app answers."""
    told = []

    async def ask():
        async def send(message):
            told.append(message)

        async def receive():
            return await asyncio.Event().wait()

        scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
        await Starlette(routes=[saved_models.ROUTE])(scope, receive, send)

    # Where a browser's test came before, this thread has a loop of Playwright's.
    with ThreadPoolExecutor() as threads:
        threads.submit(lambda: asyncio.run(ask())).result()
    headers = {name.decode(): value.decode() for name, value in told[0]["headers"]}
    return told[0]["status"], headers, [message["body"] for message in told[1:]]


def test_a_large_model_is_sent_piece_by_piece_from_its_file(app, db):
    best = ModelCheckpoint(filepath="best-{epoch}.keras", monitor="loss", save_best_only=True)
    large = os.urandom(21 * 2**20)
    run_id = run_with(app, db, best, files=[("best-1.keras", b"old"), ("best-2.keras", large)])
    open_monitor(app, run_id, tab="Downloads")
    (link,) = app.get("link_button")
    assert link.proto.label == "Best model (21.0 MB)"
    status, headers, pieces = get(f"/{link.proto.url}")
    assert (status, b"".join(pieces)) == (200, large)
    assert headers["content-disposition"] == 'attachment; filename="best-2.keras"'
    assert max(map(len, pieces)) < 2**18


@pytest.mark.parametrize("path", ["{}/final", "{}/log.csv", "nobody/checkpoint"])
def test_nothing_else_is_sent(app, db, path):
    best = ModelCheckpoint(filepath="best.keras", monitor="loss")
    run_id = run_with(app, db, best, files=[("best.keras", b"model"), ("log.csv", b"epoch")])
    assert get(f"/models/{path.format(run_id)}")[0] == 404


@pytest.mark.parametrize("callback", [TensorBoard(), ModelCheckpoint()])
def test_a_callback_that_would_leave_more_is_named(app, db, callback):
    open_monitor(app, run_with(app, db, callback), tab="Downloads")
    said, (other,) = texts(app.caption), {"TensorBoard", "ModelCheckpoint"} - {callback.kind}
    assert f"add `{other}`" in said
    assert f"add `{callback.kind}`" not in said


@pytest.fixture
def logged(app, db):
    return run_with(app, db, TensorBoard(log_dir="logs"), files=[("logs/events", b"events")])


@pytest.mark.parametrize("at_home", [True, False])
def test_only_who_sits_at_the_machine_is_led_to_its_own_address(app, logged, monkeypatch, at_home):
    monkeypatch.setattr(visitor, "is_at_home", lambda: at_home)
    open_monitor(app, logged)
    assert ("Open TensorBoard" in [item.label for item in app.button]) == at_home
    assert ("you are elsewhere" in texts(app.caption)) != at_home
    open_monitor(app, logged, tab="Downloads")
    assert "TensorBoard logs (zip)" in [item.label for item in app.get("download_button")]


def test_a_tensorboard_that_does_not_start_is_said_in_a_sentence(app, logged, monkeypatch):
    def fail(_):
        raise RuntimeError("TensorBoard did not start.")

    monkeypatch.setattr(visitor, "is_at_home", lambda: True)
    open_monitor(app, logged)
    monkeypatch.setattr(services.tensorboards(), "open", fail)
    button(app, "Open TensorBoard").click().run()
    assert not app.exception
    assert "TensorBoard did not start" in texts(app.error)
