"""How far the reading of a training's scans is, for whoever watches."""

import threading
from collections.abc import Callable

from core.training.recorder import StopRequested

_STEP = 0.02


def in_steps(
    show: Callable[[str, float], None], stop_requested: threading.Event
) -> Callable[[str, float], None]:
    """Return what to call with each bit of progress: it shows some of it, and hears of Stop.

    Args:
        show: Called with a phase and its share, 0 to 1, if that differs enough from the last one.
        stop_requested: Once it is set, the next bit of progress raises StopRequested.
    """
    shown = ("", -1.0)

    def on_progress(phase: str, share: float) -> None:
        nonlocal shown
        if stop_requested.is_set():
            raise StopRequested
        if phase != shown[0] or abs(share - shown[1]) >= _STEP or share == 1:
            shown = (phase, share)
            show(phase, share)

    return on_progress
