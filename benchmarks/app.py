"""The app as the README starts it, in a temporary home."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from benchmarks.homes import environment_of
from benchmarks.servers import Server, serving
from core.settings import Settings
from core.store import Store


@dataclass(frozen=True)
class App:
    """The app, answering.

    Attributes:
        server: Its server.
        db: Its store.
    """

    server: Server
    db: Store


def started_app(settings: Settings) -> AbstractContextManager[Server]:
    """Start the app; the server may not answer yet."""
    return serving("streamlit_app.py", environment=environment_of(settings))


@contextmanager
def running_app(settings: Settings) -> Iterator[App]:
    """Start the app and wait until it answers; its worker may still be warming up."""
    with started_app(settings) as server:
        server.wait()
        db = Store(settings.store_url)
        try:
            yield App(server, db)
        finally:
            db.close()
