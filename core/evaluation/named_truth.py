"""The true class of a scan, where a file or its folder is named after it."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath


def truth_in(name: str, classes: Sequence[str]) -> str:
    r"""Return the class that a file's path names, or "".

    A folder counts if it is called as the class is; a file if its name starts with the
    class's. Case, spaces, dots, dashes and underscores do not matter; the innermost wins.
    Where classes are plain numbers only folders count, as files are numbered too.

    Args:
        name: The path of a file, its parts divided by "/" or "\\".
        classes: Names of the classes.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    plain = {_plain(label): label for label in classes}
    # The longest first: "no_tumor_12.png" is none of "no".
    for short in sorted(plain, key=len, reverse=True):
        if _begins(_plain(path.stem), short):
            return plain[short]
    for folder in reversed(path.parent.parts):
        if _plain(folder) in plain:
            return plain[_plain(folder)]
    return ""


def _begins(stem: str, short: str) -> bool:
    """Tell whether a file's name starts with a class's, as whole words."""
    if not re.search(r"[^\W\d_]", short):
        return False
    # "class 12.png" is none of "class 1", while "tumor12.png" is one of "tumor".
    ends = r"(?!\w)" if short[-1].isdigit() else r"(?![^\W\d_])"
    return re.match(re.escape(short) + ends, stem) is not None


def _plain(name: str) -> str:
    return re.sub(r"[\s._-]+", " ", name).strip().casefold()
