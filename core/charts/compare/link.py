"""A comparison as the query parameters of a link, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from core.charts.compare.drawn import Align
from core.charts.compare.smoothing import WINDOWS

View = Literal["chart", "runs", "metrics"]
"""All on one chart, a panel for each run, or a panel for each metric."""

_NO = "no"


@dataclass(frozen=True)
class Comparison:
    """What the page shows.

    Attributes:
        runs: The ids of the runs, in their order.
        metric: What is drawn; "" for the one the runs are judged by.
        align: Where the epochs stand.
        view: How the lines are laid out.
        window: Epochs that smoothing brings together; 1 for none.
        by_seed: Whether runs that differ by seed alone make one line.
    """

    runs: tuple[str, ...] = ()
    metric: str = ""
    align: Align = "epoch"
    view: View = "chart"
    window: int = 1
    by_seed: bool = True

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Comparison":
        """Read a link; what it does not say, or says wrongly, is as by default."""
        aligns = {name: name for name in get_args(Align)}
        views = {name: name for name in get_args(View)}
        windows = {str(width): width for width in WINDOWS}
        return cls(
            runs=tuple(dict.fromkeys(name for name in query.get("runs", "").split(",") if name)),
            metric=query.get("metric", ""),
            align=aligns.get(query.get("align", ""), cls.align),
            view=views.get(query.get("view", ""), cls.view),
            window=windows.get(query.get("smooth", ""), cls.window),
            by_seed=query.get("group") != _NO,
        )

    def to_query(self) -> dict[str, str]:
        """Return the parameters that reproduce the comparison; defaults are left out."""
        query = {
            "runs": ",".join(self.runs),
            "metric": self.metric,
            "align": "" if self.align == "epoch" else self.align,
            "view": "" if self.view == "chart" else self.view,
            "smooth": "" if self.window == 1 else str(self.window),
            "group": "" if self.by_seed else _NO,
        }
        return {name: value for name, value in query.items() if value}
