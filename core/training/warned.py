"""What Keras warns of, for the console of a run."""

import contextlib
import warnings
from collections.abc import Callable, Generator
from typing import Any


@contextlib.contextmanager
def warned_to(write_line: Callable[[str], None]) -> Generator[None]:
    """Hand on each of Keras's warnings once, in whichever run of the process it is.

    Python shows a warning that is worded as one before it only once a process, on the standard
    error, where it still goes.

    Args:
        write_line: Called with a warning as one line.
    """
    heard: set[str] = set()
    with warnings.catch_warnings():
        show = warnings.showwarning

        def hear(message: Warning | str, category: type[Warning], *where: Any) -> None:
            told = f"{category.__name__}: {' '.join(str(message).split())}"
            if told in heard:
                return
            if issubclass(category, UserWarning):
                heard.add(told)
                write_line(told)
            show(message, category, *where)

        # Keras's are plain ones; others are shown as they are elsewhere.
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = hear
        yield
