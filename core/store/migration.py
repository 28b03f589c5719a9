"""Stores of earlier versions: what is new is added, and nothing is changed or dropped."""

from sqlalchemy import Connection, Table, inspect, text
from sqlalchemy.schema import CreateColumn

from core.store.tables import metadata


def bring_up_to_date(connection: Connection) -> None:
    """Create the tables, columns and indexes that a store lacks.

    A column that is new in a table must allow NULL or have a server default: the rows
    that are there take it.
    """
    if connection.dialect.name == "postgresql":
        # Workers open a store at the same moment. SQLite lets one writer in at a time;
        # here they queue for a lock of that name, until the transaction ends.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('plateau'))"))
    inspector = inspect(connection)
    existing = set(inspector.get_table_names())
    for table in metadata.sorted_tables:
        if table.name in existing:
            known = {column["name"] for column in inspector.get_columns(table.name)}
            _add_columns(connection, table, known)
    metadata.create_all(connection)
    for table in metadata.sorted_tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _add_columns(connection: Connection, table: Table, known: set[str]) -> None:
    for column in table.columns:
        if column.name not in known:
            definition = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")
