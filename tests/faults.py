"""A store that breaks down while a test wants it to."""

from collections.abc import Generator
from contextlib import contextmanager

from core.store import Store


@contextmanager
def fault(db: Store, on: str, *, when: str = "true") -> Generator[None]:
    """Have SQLite itself fail at some rows, as at a fault of the disk, and take all others.

    Args:
        db: A store in SQLite.
        on: What fails, such as "INSERT ON epochs".
        when: Which rows, as SQL on `NEW`.
    """
    with db.write() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER fault BEFORE {on} WHEN {when} BEGIN SELECT json('no JSON'); END"
        )
    yield
    with db.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER fault")
