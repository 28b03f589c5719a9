"""The files of states, on this machine's disk or where all machines of a cluster reach them."""

import errno
import os
import secrets
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import fsspec  # pyright: ignore[reportMissingTypeStubs]
from fsspec.implementations.local import LocalFileSystem  # pyright: ignore[reportMissingTypeStubs]


class StateFiles:
    """Files below one address, each written whole or not at all.

    Args:
        url: A folder, or an address that fsspec knows, such as "s3://bucket/states".
    """

    def __init__(self, url: str) -> None:
        found: tuple[Any, str] = fsspec.core.url_to_fs(url)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        self._files: Any = found[0]
        self._root = found[1]

    def write(self, name: str, data: bytes) -> None:
        """Write a file so that it is there whole, or not at all.

        Raises:
            OSError: If the disk is full or may not be written to.
        """
        if isinstance(self._files, LocalFileSystem):
            _replace(Path(self._path(name)), data)
        else:
            # An object is there when its upload has ended.
            with _plainly():
                self._pipe(self._path(name), data)

    def read(self, name: str) -> bytes:
        """Return what a file holds.

        Raises:
            OSError: If it is not there or cannot be read.
        """
        with _plainly():
            return self._files.cat_file(self._path(name))

    def delete(self, names: Iterable[str]) -> None:
        """Delete files; those that are gone already, or cannot be deleted, are left alone."""
        for name in names:
            try:
                with _plainly():
                    self._files.rm_file(self._path(name))
            except OSError:
                continue

    def names_in(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, such as a run's."""
        try:
            with _plainly():
                found: list[str] = self._files.ls(self._path(folder), detail=False)
        except OSError:
            return []
        return [f"{folder}/{path.rsplit('/', 1)[-1]}" for path in found]

    def _pipe(self, path: str, data: bytes) -> None:
        """Write a file; where folders are made before their files, as over SFTP, make its own.

        Not those above it: in an object store that would be a bucket nobody asked for.
        """
        try:
            self._files.pipe_file(path, data)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise
            with suppress(FileExistsError):
                self._files.mkdir(path.rpartition("/")[0], create_parents=False)
            self._files.pipe_file(path, data)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


@contextmanager
def _plainly() -> Generator[None]:
    """Have whatever a plug-in of fsspec raises, such as for a lost network, be an OSError."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(str(error) or type(error).__name__) from error


def _replace(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{secrets.token_hex(4)}.partial")
    try:
        with partial.open("wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        partial.replace(file)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
