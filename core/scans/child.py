"""The process that reads uploads: `python -m core.scans.child`.

Orders come in on standard input and answers leave on standard output, as messages of
`core.scans.wire`. Ends when its standard input closes, or when nothing comes for long.
"""

import importlib
import logging
import os
import queue
import sys
import threading
import warnings
from contextlib import suppress
from typing import BinaryIO

from core.scans import formats, wire
from core.scans.limits import IDLE_S, holds_much, limit_next_upload, limit_process
from core.scans.wire import BrokenWire, Message

_LONGEST_ORDER = 64 * 2**20
_LATER = ("core.scans.dicom", "core.scans.nifti")

Orders = queue.SimpleQueue[Message]


def main() -> None:
    """Answer orders until there are no more."""
    limit_process()
    answers = _own_output()
    # Both would quote the headers of a file.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    orders: Orders = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(orders,), daemon=True).start()
    # While nothing is asked; a picture does not have to wait for these.
    threading.Thread(target=_import_the_rest, daemon=True).start()
    with suppress(queue.Empty, OSError):
        while True:
            header, body = orders.get(timeout=IDLE_S)
            limit_next_upload()
            said, pixels = formats.answer(header, body)
            del body
            wire.send(answers, {**said, "last": holds_much()}, pixels)
            del pixels
    os._exit(0)


def _receive(orders: Orders) -> None:
    """Queue what is ordered, and end with the app."""
    # Whatever happens, such as no memory left for an order: never wait for ever.
    try:
        with suppress(BrokenWire, OSError):
            while True:
                orders.put(wire.receive(sys.stdin.buffer, longest_body=_LONGEST_ORDER))
    finally:
        os._exit(0)


def _import_the_rest() -> None:
    for module in _LATER:
        with suppress(Exception):  # said when a file needs it
            importlib.import_module(module)


def _own_output() -> BinaryIO:
    """Keep standard output to ourselves: what libraries print goes to standard error."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own


if __name__ == "__main__":
    main()
