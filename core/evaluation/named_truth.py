"""The true class of a scan, where a file or its folder is named after it."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath


def truth_in(name: str, classes: Sequence[str]) -> str:
    r"""Return the class that a file's path names, or "".

    A folder counts if it is called as the class is; a file if its name starts with the
    class's. Case, spaces, dots, dashes and underscores do not matter; the innermost wins.

    Args:
        name: The path of a file, its parts divided by "/" or "\\".
        classes: Names of the classes.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    plain = {_plain(label): label for label in classes}
    # The longest first: "no_tumor_12.png" is none of "no".
    for short in sorted(plain, key=len, reverse=True):
        if short and re.match(rf"{re.escape(short)}(?![^\W\d_])", _plain(path.stem)):
            return plain[short]
    for folder in reversed(path.parent.parts):
        if _plain(folder) in plain:
            return plain[_plain(folder)]
    return ""


def _plain(name: str) -> str:
    return re.sub(r"[\s._-]+", " ", name).strip().casefold()
