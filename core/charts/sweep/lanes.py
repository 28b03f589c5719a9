"""Where the branches of a sweep's tree stand: epochs to the right, settings below one another."""

from dataclasses import dataclass

from core.charts.sweep.results import SweepResults
from core.store.records import Branch


@dataclass(frozen=True)
class Lane:
    """A branch in its place.

    Attributes:
        branch: The branch.
        y: Its height in lanes, from 0 for the first; a fraction between those of its children.
        from_y: That of the branch it parted from; its own where there is none.
        is_leaf: Whether nothing parted from it.
    """

    branch: Branch
    y: float
    from_y: float
    is_leaf: bool

    @property
    def start(self) -> int:
        """Epochs that were finished before its first."""
        return self.branch.first_epoch

    @property
    def end(self) -> int:
        """Epochs that are finished with its last one so far."""
        return self.branch.first_epoch + self.branch.epochs


def lanes_of(results: SweepResults, seed: int) -> list[Lane]:
    """Place the branches of a seed: each leaf has a lane, the others stand amid their children."""
    heights: dict[str, float] = {}
    count = 0
    roots = [branch for branch in results.branches_of(seed) if branch.parent_id is None]
    for root in sorted(roots, key=lambda each: min(each.settings)):
        count = _place(results, root, heights, count)
    return [
        Lane(
            branch,
            heights[branch.id],
            heights[branch.parent_id or branch.id],
            not results.children(branch),
        )
        for branch in results.branches_of(seed)
    ]


def _place(results: SweepResults, branch: Branch, heights: dict[str, float], count: int) -> int:
    """Give a branch and all below it their heights; return how many lanes are taken."""
    children = results.children(branch)
    if not children:
        heights[branch.id] = count
        return count + 1
    for child in children:
        count = _place(results, child, heights, count)
    ends = [heights[child.id] for child in children]
    heights[branch.id] = (min(ends) + max(ends)) / 2
    return count
