"""Directories that others see whole or not at all."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

_ATTEMPTS = 20


@contextmanager
def replaced(directory: Path) -> Generator[Path]:
    """Yield a fresh directory to fill; it takes the place of `directory` when the block ends well.

    What the directory held is replaced, except where another process puts its
    own there at the same moment.

    Raises:
        OSError: If the disk is full or may not be written to.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=directory.parent,
        prefix=".writing-",
        ignore_cleanup_errors=True,  # Windows keeps files that are still mapped
    ) as temporary:
        fresh = Path(temporary) / "fresh"
        fresh.mkdir()
        yield fresh
        _put(fresh, directory)


def _put(fresh: Path, directory: Path) -> None:
    for attempt in range(_ATTEMPTS):
        with suppress(OSError):  # mostly there is none
            directory.rename(fresh.parent / f"old{attempt}")
        try:
            fresh.rename(directory)
        except OSError:
            # Another process may have put its own there, or just have taken one away.
            if directory.is_dir():
                return
            if attempt + 1 == _ATTEMPTS:
                raise
        else:
            return
