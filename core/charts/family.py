"""The family of a run as a tree: who was forked from whom, after which epoch, and what changed."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]

from core.charts.compare.differences import short_names, value_text
from core.charts.frame import MARGIN, NOTE_SIZE, TICK_SIZE, epochs_axis, note, paper
from core.charts.history import History
from core.charts.marks import Look, look_of
from core.charts.palette import Palette, palette
from core.specs import links
from core.store import History as Past
from core.store import changed_settings
from core.store.records import EventKind, Run

_ROW_PX, _TOP_PX = 58, 30
# Letters that fit the drawing of a telephone held upright.
_LETTERS = 44
_MARKED = frozenset(
    [
        EventKind.LEARNING_RATE_REDUCED,
        EventKind.LEARNING_RATE_SET,
        EventKind.EARLY_STOP,
        EventKind.STOPPED,
        EventKind.FAILED,
        EventKind.PAUSED,
        EventKind.CONTINUED,
        EventKind.RESUMED,
    ]
)


@dataclass(frozen=True)
class _Branch:
    """One run in the tree.

    Attributes:
        history: The run, with its whole past.
        row: Its height, 0 for the first; lower ones are negative.
        parent_row: That of the run it was forked from; None for the first.
        label: What it is called, and what changed, plain text.
    """

    history: History
    row: int
    parent_row: int | None
    label: tuple[str, str]

    @property
    def start(self) -> float:
        """Where its own line begins: after the last epoch that is shared."""
        return self.history.fork + 0.5

    @property
    def end(self) -> float:
        """Where it ends: behind its last epoch, or just behind its beginning."""
        last = self.history.shown[-1] if self.history.shown else 0
        return max(last + 0.5, self.start + 0.25)


def family_figure(
    family: Sequence[Run], past: Mapping[str, Past], *, shown: str, dark: bool
) -> go.Figure:
    """Draw each run as a line over the epochs, its forks as lines that leave it.

    Args:
        family: The runs, parents before their children.
        past: Their epochs and events by id, with what they share.
        shown: The id of the run that stands out.
        dark: Whether the page is dark.
    """
    colours, branches = palette(dark), _branches(family, past)
    planned = max(branch.history.planned for branch in branches)
    traces = [
        trace
        for branch in branches
        for trace in _line(branch, branch.history.run.id == shown, colours)
    ]
    traces += _marks(branches, colours)
    return go.Figure({"data": traces, "layout": _layout(branches, planned, shown, colours)})


def _branches(family: Sequence[Run], past: Mapping[str, Past]) -> list[_Branch]:
    """Place the runs: below each its forks, the latest fork next to it, so that no lines cross."""
    known, rows = {run.id: run for run in family}, dict[str, int]()

    def place(run: Run) -> None:
        rows[run.id] = -len(rows)
        forks = [one for one in family if one.parent_id == run.id]
        for fork in sorted(forks, key=lambda one: (-(one.forked_at or 0), one.created_s)):
            place(fork)

    place(family[0])
    return [
        _Branch(
            History(run, past[run.id].epochs, past[run.id].events),
            rows[run.id],
            None if run.parent_id is None else rows[run.parent_id],
            (run.name, _changed(run, known.get(run.parent_id or ""))),
        )
        for run in family
    ]


def _changed(run: Run, parent: Run | None) -> str:
    if parent is None:
        return ""
    if run.keras_restore:
        return "callbacks began anew"
    changed = changed_settings(parent.spec, run.spec)
    # The settings of a callback that only one of them has stand under "callbacks".
    both = {name: pair for name, pair in changed.items() if name not in _of_one(parent, run)}
    parts = [
        f"{short} {value_text(old)} → {value_text(new)}"
        for short, (old, new) in zip(short_names([*both]), both.values(), strict=True)
        if short != "callbacks"
    ]
    if "callbacks" in both:
        parts = [_callbacks(*both["callbacks"]), *parts]
    return ", ".join(parts) or "nothing changed"


def _of_one(parent: Run, run: Run) -> set[str]:
    """Return the names of settings that only one of two runs has."""
    return set(links.flatten(parent.spec)) ^ set(links.flatten(run.spec))


def _callbacks(old: Sequence[str], new: Sequence[str]) -> str:
    """Return which callbacks came and went: "+EarlyStopping"."""
    came = [f"+{name}" for name in new if name not in old]
    gone = [f"no {name}" for name in old if name not in new]
    return ", ".join([*came, *gone]) or "callbacks in another order"


def _line(branch: _Branch, stands_out: bool, colours: Palette) -> list[dict[str, Any]]:
    """Return a run's line, from where it leaves its parent's; all of it answers the pointer."""
    run, row = branch.history.run, branch.row
    colour = colours.validation if stands_out else colours.training
    own = [number for number in branch.history.shown if number > branch.history.fork]
    x, y = [branch.start, *own, branch.end], [row] * (len(own) + 2)
    traces: list[dict[str, Any]] = []
    if branch.parent_row is not None:
        leaving = {"color": colour, "width": 1.5, "dash": "dot"}
        there = {"x": [branch.start] * 2, "y": [branch.parent_row, row]}
        traces.append(_lines(there["x"], there["y"]) | {"line": leaving, "hoverinfo": "skip"})
    label = "<br>".join(html.escape(part, quote=False) for part in branch.label if part)
    told = f"<b>{label}</b><br>{run.status}, {_epochs(branch)}<extra></extra>"
    line = {"color": colour, "width": 5 if stands_out else 3}
    answers = {"customdata": [run.id] * len(x), "hovertemplate": told}
    marker = {"size": 16, "opacity": 0}
    return [
        *traces,
        _lines(x, y) | answers | {"mode": "lines+markers", "line": line, "marker": marker},
    ]


def _epochs(branch: _Branch) -> str:
    done = len(branch.history.epochs)
    shared = f", {branch.history.fork} of them shared" if branch.history.fork else ""
    return f"{done} of {branch.history.planned} epochs{shared}"


def _lines(x: Sequence[Any], y: Sequence[Any]) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "showlegend": False}


def _marks(branches: Sequence[_Branch], colours: Palette) -> list[dict[str, Any]]:
    """Return what happened on the runs' own lines, a trace for each look."""
    found: list[tuple[Look, float, int, str]] = []
    for branch in branches:
        for event in branch.history.events:
            place = branch.history.place_of(event)
            if event.kind in _MARKED and place > branch.start:
                found.append((look_of(event), place, branch.row, branch.history.run.id))
    found.sort(key=lambda mark: mark[0].name)
    return [
        _mark_trace(look, list(marks), colours) for look, marks in groupby(found, lambda m: m[0])
    ]


def _mark_trace(
    look: Look, marks: Sequence[tuple[Look, float, int, str]], colours: Palette
) -> dict[str, Any]:
    edge = {"width": 1 if look.outlined else 1.5, "color": colours.paper}
    marker = {
        "symbol": look.symbol,
        "size": look.size * 0.8,
        "color": getattr(colours, look.colour),
        "line": edge if look.outlined else {"width": 1.5},
    }
    return {
        "type": "scatter",
        "mode": "markers",
        "name": look.name,
        "x": [x for _, x, _, _ in marks],
        "y": [row for _, _, row, _ in marks],
        "customdata": [run_id for _, _, _, run_id in marks],
        "hovertemplate": f"{look.name}<extra></extra>",
        "marker": marker,
    }


def _layout(
    branches: Sequence[_Branch], planned: int, shown: str, colours: Palette
) -> dict[str, Any]:
    low = min(branch.row for branch in branches)
    margin = MARGIN | {"l": 16, "t": _TOP_PX}
    return {
        **paper(
            colours,
            height_px=_ROW_PX * len(branches) + margin["t"] + margin["b"],
            margin=margin,
        ),
        "uirevision": "family",
        "hovermode": "closest",
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1,
            "xanchor": "left",
            "yanchor": "bottom",
            "font": {"size": NOTE_SIZE, "color": colours.ink},
        },
        "xaxis": epochs_axis(planned, "y", colours) | {"showspikes": False},
        # A little room below the last line, and that of a label above the first.
        "yaxis": {"range": [low - 0.35, 0.65], "visible": False, "fixedrange": True},
        "annotations": [
            *(
                _label(branch, planned, branch.history.run.id == shown, colours)
                for branch in branches
            ),
            note(
                "epoch · trained",
                colours.soft,
                x=0,
                y=0,
                yanchor="top",
                yshift=-22,
                font={"size": TICK_SIZE, "color": colours.soft},
            ),
        ],
    }


def _label(branch: _Branch, planned: int, stands_out: bool, colours: Palette) -> dict[str, Any]:
    """Return a run's name and what changed, above its line, where they fit the narrowest page."""
    name, changed = branch.label
    room = max(int(_LETTERS * (1 - branch.history.fork / planned)), 0)
    fits = max(len(name) + len(changed) + 3, 1) <= room
    most = room if fits else _LETTERS
    name = name if len(name) <= most // 2 else f"{name[: most // 2 - 1]}…"
    left = most - len(name) - 3
    changed = changed if len(changed) <= left else f"{changed[: max(left, 4) - 1]}…"
    text = html.escape(name, quote=False)
    text = f"<b>{text}</b>" if stands_out else text
    if changed:
        text += f" · {html.escape(changed, quote=False)}"
    side = (
        {"x": branch.start, "xref": "x", "xanchor": "left", "xshift": 3}
        if fits
        else {"x": 1, "xanchor": "right"}
    )
    colour = colours.ink if stands_out else colours.soft
    # Lines that pass behind a label must not cross it out.
    return note(
        text,
        colour,
        y=branch.row,
        yref="y",
        yanchor="bottom",
        yshift=5,
        bgcolor=colours.paper,
        **side,
    )
