"""A real server and a real Chromium."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from core import store
from core.store import Store
from tests.engine.conftest import write_scans
from tests.waiting import until

ROOT = Path(__file__).parents[2]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Before xdist looks at the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            # They share a server, which must not be started twice.
            item.add_marker(pytest.mark.xdist_group("browser"))
            # Longer than all that a test waits for on a machine that has other work.
            item.add_marker(pytest.mark.timeout(900))


@dataclass(frozen=True)
class Server:
    """A running app."""

    url: str
    process: psutil.Process
    db: Store
    log: Path


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=1) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        reason = "Chromium is not installed: apt-get install chromium"
        if os.environ.get("PLATEAU_BROWSER_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def server(chromium, tmp_path_factory):
    """The app as the README starts it, with a home and a data directory of its own."""
    home = tmp_path_factory.mktemp("browser")
    write_scans(home / "data" / "squares")
    real = ROOT.parent / "shared" / "scans"
    if real.is_dir():
        (home / "data" / "real").symlink_to(real)
    environment = {
        **os.environ,
        "PLATEAU_HOME": str(home / "home"),
        "DATA_DIR": str(home / "data"),
    }
    port, log = free_port(), home / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", f"--server.port={port}"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    until(lambda: answers(f"{url}/_stcore/health"), within_s=180, what="the server to answer")
    db = Store(f"sqlite:///{home}/home/plateau.sqlite")
    yield Server(url, psutil.Process(process.pid), db, log)
    db.close()
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    process.wait(90)
    _, alive = psutil.wait_procs(children, timeout=90)
    assert not alive, "stopping the app left processes behind"


@pytest.fixture(scope="session")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser, server):
    """A page of a visitor's own, 1280 pixels wide."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 1000}, base_url=server.url, accept_downloads=True
    )
    context.set_default_timeout(90_000)
    opened = context.new_page()
    yield opened
    assert opened.locator("[data-testid=stException]").count() == 0
    context.close()


@pytest.fixture(autouse=True)
def end_runs(server):
    """Stop what a test leaves running, so that the next one does not wait for it."""
    yield
    runs = [run for run in store.read_runs(server.db) if run.is_active]
    for run in runs:
        store.request_stop(server.db, run.id, owner=run.owner)
    for run in runs:
        until(
            lambda i=run.id: not store.read_run(server.db, i).is_active,
            within_s=300,
            what="the run to end",
        )
