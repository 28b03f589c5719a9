"""Opening the store: SQLite in a file, or any database SQLAlchemy knows by its address."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.store.migration import bring_up_to_date

BUSY_TIMEOUT_S = 20
# No transaction of ours rests; a tenth of this is already an accident.
_IDLE_S = 8
# Older releases can corrupt a WAL when two connections checkpoint at once.
_FIRST_SAFE_WAL = (3, 51, 3)
# SQLAlchemy's own, for a free connection.
_POOL_TIMEOUT_S = 30
# Full, locked, out of reach; a connection that the server has closed; none that is free.
_UNUSABLE = (OperationalError, InternalError, InterfaceError, PoolTimeout)
_POSTGRES = ("postgresql", "postgres")


class StoreError(RuntimeError):
    """The store cannot be used; the message is one sentence for the person."""


class Store:
    """A handle to the store, safe to share between threads.

    Args:
        url: SQLAlchemy address, such as "sqlite:////path/plateau.sqlite".
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = _open(url)
        self._writer = self._engine.execution_options(writes=True)
        with self.write() as connection:
            bring_up_to_date(connection)

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Yield a connection for reading.

        Raises:
            StoreError: If the store cannot be reached or stays locked.
        """
        with _said_plainly(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Generator[Connection]:
        """Yield a connection whose changes are all made, or none.

        Raises:
            StoreError: If the disk is full, or the store stays locked or out of reach.
        """
        with _said_plainly(), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _open(url: str) -> Engine:
    address = make_url(url)
    if address.get_backend_name() in _POSTGRES:
        return _open_postgres(address)
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True)
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _open_postgres(address: URL) -> Engine:
    if "+" not in address.drivername:
        # SQLAlchemy's own choice for the plain name is a driver that we do not install.
        address = address.set(drivername="postgresql+psycopg")
    # By itself it waits for locks for ever, and keeps those of a machine that fell silent.
    limits = {
        "lock_timeout": BUSY_TIMEOUT_S,
        "idle_in_transaction_session_timeout": _IDLE_S,
    }
    given = address.query.get("options", "")
    options = " ".join([str(given), *(f"-c {name}={s}s" for name, s in limits.items())])
    return create_engine(address, pool_pre_ping=True, connect_args={"options": options})


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    # SQLAlchemy's recipe: sqlite3 must not open transactions of its own.
    connection.isolation_level = None
    mode = "WAL" if sqlite3.sqlite_version_info >= _FIRST_SAFE_WAL else "DELETE"
    connection.execute(f"PRAGMA journal_mode={mode}")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    # A reader that turns writer fails at once, whatever the timeout: say so from the start.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _said_plainly() -> Generator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        # Bare, it is a file that holds no database, or a broken one; else what we asked for.
        if isinstance(error, _UNUSABLE) or type(error) is DatabaseError:
            raise StoreError(_sentence(error)) from error
        raise


def _sentence(error: SQLAlchemyError) -> str:
    if isinstance(error, PoolTimeout):
        return (
            f"The store is busy: no connection to it came free for {_POOL_TIMEOUT_S} s. Try again "
            "in a minute."
        )
    reason = str(error.orig if isinstance(error, DBAPIError) else error)
    if "full" in reason or "No space left" in reason:
        return "The disk that holds the store is full: free some space; what was stored is safe."
    if "locked" in reason or "lock timeout" in reason:
        return f"The store was locked for {BUSY_TIMEOUT_S} s: another program may be copying it."
    return f"The store cannot be used: {reason.strip().rstrip('.')}."
