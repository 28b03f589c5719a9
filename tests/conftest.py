"""What tests of several packages share."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Every run of the tests tries the same examples, and none fails because the machine is busy.
settings.register_profile(
    "plateau",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("plateau")

_LONGEST_ID = 60


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long value by its argument: processes tell each other the ids of all tests.

    Those of the hostile inputs came to 120 MB.
    """
    if isinstance(val, str | bytes):
        return argname if len(val) > _LONGEST_ID else None
    return argname if isinstance(val, int) and abs(val) > 10**_LONGEST_ID else None


@pytest.fixture
def real_scans() -> Path:
    """Real scans in `Training/<class>/` and `Testing/<class>/`; only to be read."""
    folder = Path(__file__).parents[2] / "shared" / "scans"
    if not folder.is_dir():
        pytest.skip(f"real scans are not part of the project and not laid out at {folder}")
    return folder
