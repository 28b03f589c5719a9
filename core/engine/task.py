"""One piece of work in a process of its own: `python -m core.engine.task`.

Its order is the first line of standard input, as JSON; what it has to say are lines
of JSON on standard output: {"phase", "share"}, and last {"result"} or {"problem"}.
Ends when its standard input closes.
"""

import importlib
import json
import logging
import os
import sys
import threading
from contextlib import suppress
from typing import Any, TextIO

from core.data.scan_set import ScansError
from core.engine import tether

_log = logging.getLogger(__name__)


def main() -> None:
    """Do what the first line of standard input orders."""
    said = _own_output()
    order: dict[str, Any] = json.loads(sys.stdin.readline())
    _limit_memory(order["memory_bytes"])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _say(said, _outcome(order, said))
    # Not by returning: Python would wait for the thread that reads standard input.
    os._exit(0)


def _outcome(order: dict[str, Any], said: TextIO) -> dict[str, Any]:
    def on_progress(phase: str, share: float) -> None:
        _say(said, {"phase": phase, "share": share})

    try:
        module, name = order["job"].split(":")
        job = getattr(importlib.import_module(module), name)
        return {"result": job(*order["arguments"], on_progress=on_progress)}
    except ScansError as error:
        return {"problem": str(error)}
    except MemoryError:
        return {"problem": "It took more memory than it may: bring a smaller data set."}
    # Whatever a broken file raises, the person gets a sentence and the log the rest.
    except Exception as error:  # noqa: BLE001
        _log.exception("%s failed", order["job"])
        return {"problem": f"It broke off ({type(error).__name__}): the log says more. Try again."}


def _own_output() -> TextIO:
    """Keep standard output to ourselves: what libraries print goes to standard error."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def _say(said: TextIO, line: dict[str, Any]) -> None:
    print(json.dumps(line), file=said, flush=True)


def _limit_memory(limit_bytes: int) -> None:
    """Limit the addresses this process may use, where the system can."""
    with suppress(ImportError):  # Windows
        import resource  # noqa: PLC0415

        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))


def _end_with_parent() -> None:
    tether.wait_for_parent()
    os._exit(1)


if __name__ == "__main__":
    main()
