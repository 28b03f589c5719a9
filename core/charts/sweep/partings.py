"""Which settings of a sweep parted, where, and which never did, in words; plain text."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.charts.sweep.results import DONE, SweepResults
from core.plateaus.wording import count_in_words
from core.store.records import Branch, RunStatus

_MOST_NAMED = 4


@dataclass(frozen=True)
class Parting:
    """Where settings that had shared a training went different ways.

    Attributes:
        seed: Of the training.
        after: The last epoch they share, counted from 1.
        groups: What goes on together, each in words.
    """

    seed: int
    after: int
    groups: tuple[str, ...]


def partings_of(results: SweepResults) -> list[Parting]:
    """Return every parting, by seed and epoch."""
    found = [
        Parting(branch.seed, branch.first_epoch + branch.epochs, _groups(results, children))
        for branch in results.branches
        if (children := results.children(branch))
    ]
    found += [
        Parting(seed, 0, _groups(results, roots))
        for seed in results.spec.seeds
        if len(roots := _roots(results, seed)) > 1
    ]
    return sorted(found, key=lambda one: (results.spec.seeds.index(one.seed), one.after))


def same_trainings(results: SweepResults) -> list[tuple[int, ...]]:
    """Return the settings that gave one and the same training with every seed, in groups.

    Settings that an earlier stop tells apart are not the same. Those that were the same for
    themselves alone are groups of one.
    """
    keys: dict[int, list[tuple[str, int]]] = {}
    for branch in results.branches:
        for setting in branch.settings:
            epochs = len(results.histories[setting, branch.seed].epochs)
            # Parents come first: what stays is the last branch that the setting is on.
            keys.setdefault(setting, [])
            keys[setting] = [k for k in keys[setting] if k[1] != branch.seed]
            keys[setting].append((f"{branch.id} {epochs}", branch.seed))
    groups: dict[tuple[str, ...], list[int]] = {}
    for setting in sorted(keys):
        groups.setdefault(tuple(sorted(key for key, _ in keys[setting])), []).append(setting)
    return [tuple(group) for group in groups.values()]


def what_differed(results: SweepResults) -> list[str]:
    """Say in sentences what the parameters did, as far as the sweep has come."""
    total, groups = results.spec.setting_count, same_trainings(results)
    if total == 1:
        return ["There is one setting, so nothing could part."]
    said = [_count_told(total, groups, ended=results.sweep.status is RunStatus.FINISHED)]
    said += _same_told(results, groups)
    partings = partings_of(results)
    if partings:
        first, last = (pick(one.after for one in partings) for pick in (min, max))
        several = len(results.spec.seeds) > 1
        over = " over all seeds" if several else ""
        said.append(
            f"The first parting{over} came {_after(first)}, the last {_after(last)}."
            if first != last
            else f"Every parting{over} came {_after(first)}."
        )
    return said


def _count_told(total: int, groups: Sequence[Sequence[int]], *, ended: bool) -> str:
    so_far = "" if ended else " so far"
    if len(groups) == 1:
        return f"All {total} settings gave one and the same training{so_far}: none ever parted."
    if len(groups) == total:
        return f"All {total} settings gave different trainings{so_far}."
    return f"{total} settings gave {len(groups)} different trainings{so_far}."


def _same_told(results: SweepResults, groups: Sequence[Sequence[int]]) -> list[str]:
    same = [
        group
        for group in groups
        if 1 < len(group) < results.spec.setting_count and _have_ended(results, group)
    ]
    told = [
        f"Between {_listed(results, group)} it made no difference: they are the same to the last "
        "bit, with every seed."
        for group in same[:_MOST_NAMED]
    ]
    if len(same) > _MOST_NAMED:
        more = count_in_words(len(same) - _MOST_NAMED, "more group")
        told.append(f"So it is with {more} of settings.")
    return told


def _have_ended(results: SweepResults, group: Sequence[int]) -> bool:
    """Tell whether all runs of some settings have come to their own end: none can part any more."""
    return all(
        results.histories[setting, seed].run.status in DONE
        for setting in group
        for seed in results.spec.seeds
    )


def _listed(results: SweepResults, group: Sequence[int]) -> str:
    if len(group) <= _MOST_NAMED:
        names = [f"“{results.names.each[each]}”" for each in group]
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return f"the {len(group)} settings with {results.names.together(group)}"


def _groups(results: SweepResults, children: Sequence[Branch]) -> tuple[str, ...]:
    return tuple(results.names.together(child.settings) for child in children)


def _roots(results: SweepResults, seed: int) -> list[Branch]:
    return [branch for branch in results.branches_of(seed) if branch.parent_id is None]


def _after(epoch: int) -> str:
    return f"after epoch {epoch}" if epoch else "before the first epoch"
