"""What the rules find in several configurations, such as the settings of a sweep."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.specs.lint.findings import SEVERITIES, Finding


@dataclass(frozen=True)
class SharedFinding:
    """What one rule finds in some of several settings.

    Attributes:
        settings: Where, by their places from 0, rising.
        findings: What it says of each of them, in that order.
    """

    settings: tuple[int, ...]
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """What it says of the first of them."""
        return self.findings[0]

    @property
    def says_the_same(self) -> bool:
        """Whether it says the same of all of them."""
        return len({finding.sentence for finding in self.findings}) == 1


def gathered(found: Sequence[Sequence[Finding]]) -> list[SharedFinding]:
    """Gather what rules find in several settings, once for each rule and each thing it is about.

    Args:
        found: The findings in each setting.

    Returns:
        The worst first, and of those as bad the one of most settings.
    """
    places: dict[tuple[str, ...], dict[int, Finding]] = {}
    for setting, findings in enumerate(found):
        for finding in findings:
            key = (finding.severity, finding.rule, finding.key)
            places.setdefault(key, {})[setting] = finding
    shared = [SharedFinding(tuple(each), tuple(each.values())) for each in places.values()]
    return sorted(
        shared, key=lambda one: (SEVERITIES.index(one.first.severity), -len(one.settings))
    )
