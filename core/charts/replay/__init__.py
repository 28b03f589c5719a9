"""The figure of a replay: a recorded curve and what several settings make of it."""

from core.charts.replay.figure import replay_figure
from core.charts.replay.view import ReplayView

__all__ = ["ReplayView", "replay_figure"]
