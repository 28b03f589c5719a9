"""A sweep with all that it left so far: what every figure of it is drawn from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from core.charts.compare.lines import Line, best_index, values_of
from core.charts.history import History
from core.charts.summary import monitored
from core.charts.sweep.labels import SettingNames
from core.plateaus.arrays import FloatArray
from core.specs.sweep import SweepSpec
from core.store.records import Branch, Epoch, Event, EventKind, Run, RunStatus, Sweep

Reading = Literal["final", "best"]
"""Which value of a curve counts: that of the last epoch, or the best of all."""

DONE = (RunStatus.FINISHED, RunStatus.DIVERGED)
"""Where runs stand that have come to an end of their own."""


@dataclass(frozen=True, eq=False)
class SweepResults:
    """A sweep; its settings count from 0.

    Attributes:
        sweep: The sweep.
        branches: Parents before their children.
        histories: Each run with its epochs and events, by setting and seed.
    """

    sweep: Sweep
    branches: tuple[Branch, ...]
    histories: Mapping[tuple[int, int], History]

    @classmethod
    def of(
        cls,
        sweep: Sweep,
        branches: Sequence[Branch],
        runs: Sequence[Run],
        epochs: Mapping[str, Sequence[Epoch]],
        events: Mapping[str, Sequence[Event]],
    ) -> "SweepResults":
        """Bring together what the store holds; epochs and events by the ids of the runs."""
        histories = {
            (run.setting, run.seed): History(run, epochs[run.id], events[run.id])
            for run in runs
            if run.setting is not None and run.seed is not None
        }
        return cls(sweep, tuple(branches), histories)

    @property
    def spec(self) -> SweepSpec:
        """What was asked for."""
        return self.sweep.spec

    @property
    def planned(self) -> int:
        """The most epochs of a run."""
        return self.spec.base.training.epochs

    @cached_property
    def names(self) -> SettingNames:
        """What the settings are called."""
        return SettingNames(self.spec)

    @property
    def base_setting(self) -> int | None:
        """The setting that changes nothing of the base, if there is one."""
        values = [
            getattr(self.spec.base.callbacks[axis.callback], axis.parameter)
            for axis in self.spec.axes
        ]
        rows = [list(row) for row in self.spec.combinations()]
        return rows.index(values) if values in rows else None

    @cached_property
    def judged(self) -> str:
        """The metric that the callbacks watch."""
        return monitored(self.spec.base).metric

    @cached_property
    def lines(self) -> list[Line]:
        """Each setting with its seeds, as the Compare page takes them."""
        return [
            Line(name, tuple(self.histories[setting, seed] for seed in self.spec.seeds))
            for setting, name in enumerate(self.names.each)
        ]

    def values(self, metric: str, reading: Reading) -> FloatArray:
        """Return a value of every run that has ended by itself, shape (settings, seeds).

        NaN where a run goes on, was stopped, or has no finite value.
        """
        return np.array(
            [
                [_value(history, metric, reading) for history in line.histories]
                for line in self.lines
            ]
        ).reshape(len(self.lines), len(self.spec.seeds))

    def branches_of(self, seed: int) -> list[Branch]:
        """Return the branches of a seed, parents before their children."""
        return [branch for branch in self.branches if branch.seed == seed]

    def children(self, branch: Branch) -> list[Branch]:
        """Return the branches that parted from one, by their first setting."""
        return self._families.get(branch.id, [])

    @cached_property
    def _families(self) -> dict[str, list[Branch]]:
        found: dict[str, list[Branch]] = {}
        for branch in sorted(self.branches, key=lambda each: min(each.settings)):
            if branch.parent_id is not None:
                found.setdefault(branch.parent_id, []).append(branch)
        return found

    def leader(self, branch: Branch) -> History:
        """Return the longest run of a branch: its curve is that of all the others."""
        runs = [self.histories[setting, branch.seed] for setting in branch.settings]
        return max(runs, key=lambda history: len(history.epochs))

    def leaders(self, seeds: Collection[int]) -> list[History]:
        """Return the runs whose curves are drawn for all others of some seeds, each once."""
        found = (self.leader(each) for each in self.branches if each.seed in seeds and each.epochs)
        return list({history.run.id: history for history in found}.values())

    def stops(self, branch: Branch) -> dict[int, list[int]]:
        """Return the settings that EarlyStopping ended on a branch, by the epoch, from 0."""
        found: dict[int, list[int]] = {}
        for setting in branch.settings:
            for event in self.histories[setting, branch.seed].events:
                if event.kind is EventKind.EARLY_STOP and _lies_on(branch, event.epoch):
                    found.setdefault(event.epoch or 0, []).append(setting)
        return found

    def reductions(self, branch: Branch) -> list[Event]:
        """Return the reductions of the rate at the ends of a branch's own epochs.

        Those at its last one are what its settings part by: they belong to its children.
        """
        last = branch.first_epoch - 1
        return [
            event
            for event in self.leader(branch).events
            if event.kind is EventKind.LEARNING_RATE_REDUCED
            and event.epoch is not None
            and last <= event.epoch
            and (not self.children(branch) or event.epoch < (branch.last_epoch or 0))
            and event.epoch <= (branch.last_epoch if branch.last_epoch is not None else last)
        ]


def _value(history: History, metric: str, reading: Reading) -> float:
    if history.run.status not in DONE or not history.epochs:
        return np.nan
    values = values_of(history, metric)
    if reading == "final":
        return float(values[-1]) if np.isfinite(values[-1]) else np.nan
    best = best_index(values, metric)
    return np.nan if best is None else float(values[best])


def _lies_on(branch: Branch, epoch: int | None) -> bool:
    last = branch.last_epoch
    return epoch is not None and last is not None and branch.first_epoch <= epoch <= last
