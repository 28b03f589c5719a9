"""What the figure of a replay is drawn from, and where its rows stand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.charts.frame import MARGIN, Row, Scale
from core.charts.history import drawable, numbers_in
from core.charts.palette import Palette, palette
from core.charts.setting_colours import setting_colours
from core.plateaus.arrays import Curves, FloatArray
from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.what_if import Replayed
from core.store.records import Event

# As those of the live figure.
AXES = {"curve": "y", "waiting": "y3", "learning_rate": "y4", "lane": "y5"}

_LANE_PX, _HEADING_PX, _CURVE_PX, _CELL_PX, _RATE_PX = 30, 28, 270, 28, 90
_LOG_FROM = 50.0


@dataclass(frozen=True, eq=False)
class ReplayView:
    """A recorded curve of E epochs and its replays.

    Attributes:
        metric: The curve's name.
        curve: The curve.
        rates: What is known of its learning rate.
        replays: One for each setting that could be replayed; may be empty.
        evidence: What the chart rests on, plain text.
        revision: The same for as long as a zoom is to be kept.
        dark: Whether the page is dark.
        pointed: The epoch, from 0, that a person looks at; None for none.
        events: What happened in the recorded run; empty for a brought curve.
    """

    metric: str
    curve: Curves
    rates: RecordedRates
    replays: Sequence[Replayed]
    evidence: str
    revision: str
    dark: bool
    pointed: int | None = None
    events: Sequence[Event] = ()

    @property
    def epochs(self) -> int:
        """How many were recorded."""
        return self.curve.shape[1]

    @property
    def colours(self) -> Palette:
        """Of the page."""
        return palette(self.dark)

    def colour(self, replayed: Replayed) -> str:
        """The colour of a setting."""
        return setting_colours(dark=self.dark)[replayed.setting.name]

    @cached_property
    def values(self) -> list[float | None]:
        """The curve for drawing, None for a gap."""
        pairs = zip(self.curve.values[0].tolist(), self.curve.present[0].tolist(), strict=True)
        return [drawable(value) if present else None for value, present in pairs]

    @cached_property
    def gaps(self) -> list[int]:
        """The epochs, from 0, that have a value which is no finite number."""
        broken = self.curve.present[0] & ~np.isfinite(self.curve.values[0])
        return np.flatnonzero(broken).tolist()

    @property
    def known(self) -> int:
        """The first epoch, from 0, at which the recording is evidence for no setting any more."""
        return max((one.first_unknown for one in self.replays), default=self.epochs)

    @property
    def shows_rates(self) -> bool:
        """Whether a callback is replayed that changes the learning rate."""
        return any(one.rates is not None for one in self.replays)

    @cached_property
    def rows(self) -> dict[str, Row]:
        """The rows by name, from the top."""
        heights = self._heights
        total = self._height(heights)
        rows: dict[str, Row] = {"lane": Row("lane", 1 - _LANE_PX / total, 1.0)}
        bottom = rows["lane"].bottom
        for name, height in heights.items():
            top = bottom - _HEADING_PX / total
            bottom = top - height / total
            rows[name] = Row(name, bottom, top)
        return rows

    @property
    def height_px(self) -> int:
        """The height of the whole figure with its margins."""
        return self._height(self._heights) + MARGIN["t"] + MARGIN["b"]

    @property
    def lowest(self) -> str:
        """The name of the lowest row."""
        return list(self._heights)[-1]

    @property
    def _heights(self) -> dict[str, int]:
        heights = {"curve": _CURVE_PX}
        if self.replays:
            heights["waiting"] = _CELL_PX * len(self.replays)
        return heights | ({"learning_rate": _RATE_PX} if self.shows_rates else {})

    @staticmethod
    def _height(heights: dict[str, int]) -> int:
        return _LANE_PX + sum(_HEADING_PX + height for height in heights.values())

    @cached_property
    def scale(self) -> Scale:
        """The extent of the curve's axis; logarithmic for losses that fall far."""
        values = [*numbers_in(self.values), *self._bests]
        if not values:
            return Scale(0.0, 1.0)
        low, high = min(values), max(values)
        falls = all(one.mode == "min" for one in self.replays)
        if falls and low > 0 and high > _LOG_FROM * low:
            return Scale(low / 2, high * 2, log=True)
        room = max(high - low, 0.02 * abs(high), 1e-9)
        return Scale(low - 0.14 * room, high + 0.14 * room)

    @property
    def _bests(self) -> list[float]:
        """The thresholds that stood near the curve, for the scale to hold them."""
        numbers = list(numbers_in(self.values))
        if not numbers:
            return []
        near = max(numbers) - min(numbers) or abs(numbers[0])
        bests = [float(best) for one in self.replays for best in one.best_before]
        low, high = min(numbers) - near, max(numbers) + near
        return [best for best in bests if math.isfinite(best) and low <= best <= high]

    @cached_property
    def rate_scale(self) -> Scale:
        """A logarithmic extent for all rates above zero."""
        every = [self.rates.values, *(one.rates for one in self.replays if one.rates is not None)]
        rates: FloatArray = np.concatenate(every)
        positive = rates[np.isfinite(rates) & (rates > 0)]
        if not positive.size:
            return Scale(1e-4, 1e-2, log=True)
        return Scale(float(positive.min()) / 2.2, float(positive.max()) * 2.2, log=True)
