"""What a machine of a cluster sees: its programs, and whether store, states and folders are shared.

The app's machine and each worker look the same way, and `core.engine.cluster` compares.
"""

import os
import socket
import sys
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module, metadata

from sqlalchemy import make_url

from core.settings import Settings
from core.store import StateFiles, Store

TOKENS = "cluster-check"
"""The folder, in the home and among the states, in which the app's machine leaves a token."""

_PROGRAMS = ("keras", "tensorflow", "distributed", "numpy")


@dataclass(frozen=True)
class Sight:
    """What one machine sees.

    Attributes:
        host: Its name.
        programs: Releases, by name.
        backend: What Keras computes with.
        device: What it trains on, "" where Keras was not loaded before the first run.
        store: The store's address, without its password.
        store_problem: Why the store cannot be used, or "".
        sees_states: Whether the token among the states is there.
        sees_home: Whether the token in the home is there.
        folders: Names of the folders of scans.
    """

    host: str
    programs: tuple[tuple[str, str], ...]
    backend: str
    device: str
    store: str
    store_problem: str
    sees_states: bool
    sees_home: bool
    folders: tuple[str, ...]


def look(token: str) -> Sight:
    """Return what this machine sees.

    Args:
        token: The name of the file that was left for it.
    """
    settings = Settings()
    python = (("python", ".".join(str(part) for part in sys.version_info[:3])),)
    return Sight(
        host=socket.gethostname(),
        programs=python + tuple((name, metadata.version(name)) for name in _PROGRAMS),
        backend=os.environ.get("KERAS_BACKEND", "tensorflow"),
        device=_device(),
        store=make_url(settings.store_url).render_as_string(hide_password=True),
        store_problem=_problem_of(settings.store_url),
        sees_states=f"{TOKENS}/{token}" in StateFiles(settings.states_url).names_in(TOKENS),
        sees_home=(settings.plateau_home / TOKENS / token).is_file(),
        folders=_folders(settings),
    )


def leave(token: str) -> None:
    """Leave a token among the states and in the home.

    Raises:
        OSError: If one of them cannot be written to.
    """
    settings = Settings()
    StateFiles(settings.states_url).write(f"{TOKENS}/{token}", token.encode())
    file = settings.plateau_home / TOKENS / token
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(token, "utf-8")


def take_away(token: str) -> None:
    """Take a token away again."""
    settings = Settings()
    StateFiles(settings.states_url).delete([f"{TOKENS}/{token}"])
    (settings.plateau_home / TOKENS / token).unlink(missing_ok=True)


def _device() -> str:
    # Not imported for this: whether it is there already is the question.
    if "keras" not in sys.modules:
        return ""
    return import_module("core.training.run").device()


def _problem_of(store_url: str) -> str:
    # Whatever a driver raises is the answer.
    try:
        with closing(Store(store_url)):
            return ""
    except Exception as error:  # noqa: BLE001
        return str(error).strip()


def _folders(settings: Settings) -> tuple[str, ...]:
    if not settings.data_dir.is_dir():
        return ()
    found = (each.name for each in settings.data_dir.iterdir() if each.is_dir())
    return tuple(sorted(name for name in found if not name.startswith(".")))
