"""The store's tests run on SQLite and on PostgreSQL."""

import pytest
from sqlalchemy import text

from core.store import Store, tables
from tests import postgres


@pytest.fixture(scope="session")
def postgres_store():
    """A store on a server of our own."""
    with postgres.server() as url:
        opened = Store(url)
        yield opened
        opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request, tmp_path):
    """An empty store."""
    if request.param == "sqlite":
        opened = Store(f"sqlite:///{tmp_path}/store.sqlite")
        yield opened
        opened.close()
    else:
        opened = request.getfixturevalue("postgres_store")
        names = ", ".join(table.name for table in tables.metadata.sorted_tables)
        with opened.write() as connection:
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        yield opened


@pytest.fixture
def sqlite_db(tmp_path):
    """An empty store in a file."""
    opened = Store(f"sqlite:///{tmp_path}/store.sqlite")
    yield opened
    opened.close()
