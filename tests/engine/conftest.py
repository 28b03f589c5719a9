"""A real engine with a small folder of scans, shared by the tests of this directory."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import store
from core.engine.engine import Engine, EngineState
from core.settings import Settings
from tests.waiting import until

# Two workers import TensorFlow, beside whatever else the machine does.
WARM_UP_S = 300


# Before xdist looks at the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            # They share an engine, which must not be started twice.
            item.add_marker(pytest.mark.xdist_group("engine"))
            item.add_marker(pytest.mark.timeout(900))


def write_scans(directory, *, per_class=40, size_px=32):
    """Write a folder of two classes, bright and dark squares."""
    draw = np.random.default_rng(0)
    for name, base in (("dark", 0), ("bright", 120)):
        (directory / name).mkdir(parents=True)
        for number in range(per_class):
            pixels = draw.integers(0, 90, (size_px, size_px)) + base
            Image.fromarray(pixels.astype(np.uint8)).save(directory / name / f"{number}.png")


@pytest.fixture(scope="package")
def settings(tmp_path_factory):
    home = tmp_path_factory.mktemp("engine")
    write_scans(home / "data" / "squares")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLATEAU_HOME", str(home / "home"))
        environment.setenv("DATA_DIR", str(home / "data"))
        yield Settings()


@pytest.fixture(scope="package")
def db(settings):
    opened = store.Store(settings.store_url)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def shared_engine(settings, db):
    started = Engine(settings, db)
    yield started
    started.close()


@pytest.fixture
def engine(shared_engine):
    until(
        lambda: shared_engine.state is EngineState.READY, within_s=WARM_UP_S, what="a warm worker"
    )
    return shared_engine
