"""A store that is filled, and read back as the Compare page reads it."""

import pytest

from core.store import Store
from tests.compared_runs import read_histories, store_run


@pytest.fixture
def db(tmp_path):
    opened = Store(f"sqlite:///{tmp_path}/store.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def stored(db):
    """Store runs, one for each set of arguments of `store_run`, and return them in that order."""

    def keep(*runs):
        return read_histories(db, [store_run(db, **arguments) for arguments in runs])

    return keep
