"""Words and signs for what the store holds."""

import time

from core.store import Run, RunStatus

STATUS_BADGES = {
    RunStatus.QUEUED: ("queued", ":material/schedule:", "gray"),
    RunStatus.PREPARING: ("preparing", ":material/hourglass_top:", "blue"),
    RunStatus.RUNNING: ("running", ":material/play_arrow:", "blue"),
    RunStatus.FINISHED: ("finished", ":material/check:", "green"),
    RunStatus.STOPPED: ("stopped", ":material/stop:", "gray"),
    RunStatus.FAILED: ("failed", ":material/error:", "red"),
    RunStatus.DIVERGED: ("diverged", ":material/trending_up:", "orange"),
    RunStatus.INTERRUPTED: ("interrupted", ":material/power_off:", "orange"),
}


def duration(seconds: float) -> str:
    """Return a time span as a person says it: "42 s", "3 min 5 s", "2 h 10 min"."""
    whole = round(max(0.0, seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def when(run: Run) -> str:
    """Return when a run was started, as long ago."""
    return f"{duration(time.time() - run.created_s)} ago"
