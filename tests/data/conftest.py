"""What the tests of simulated scans share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory) -> Path:
    """Keeps the head, which takes seconds to build, for all tests of the session."""
    return tmp_path_factory.mktemp("cache")
