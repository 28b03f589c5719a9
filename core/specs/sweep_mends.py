"""How what the linter finds in the settings of a sweep is mended in all of them at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.specs.lint import Finding, SharedFinding, fixed, lint
from core.specs.run import RunSpec
from core.specs.sweep import SweepSpec, Value


@dataclass(frozen=True)
class Kept:
    """What stays of a parameter's values.

    Attributes:
        name: The parameter's flat name, such as "ReduceLROnPlateau.cooldown".
        values: Those that stay, at least one.
        gone: Those that go, at least one.
    """

    name: str
    values: tuple[Value, ...]
    gone: tuple[Value, ...]


def base_mend(
    spec: SweepSpec, shared: SharedFinding, noise: Mapping[str, float] | None = None
) -> Finding | None:
    """Return the finding whose fix, made in the base, mends it wherever it is found.

    The base cannot mend a parameter that differs, nor do without its callback.

    Args:
        spec: The sweep.
        shared: What a rule finds in some of its settings.
        noise: As the linter was told.
    """
    settings = [spec.run_spec(each, spec.seeds[0]) for each in shared.settings]
    distinct = {repr(finding.fix): finding for finding in shared.findings}
    for finding in distinct.values():
        if _is_of_base(spec, finding) and all(_mends(finding, each, noise) for each in settings):
            return finding
    return None


def values_kept(spec: SweepSpec, shared: SharedFinding) -> Kept | None:
    """Return the values that a parameter keeps if those go that have a finding in every setting.

    Returns:
        None if others would have it still, if no value would stay, or if the settings are listed.
    """
    if spec.listed is not None:
        return None
    rows, found = spec.combinations(), set(shared.settings)
    for place, axis in enumerate(spec.axes):
        if spec.axis_name(axis) not in shared.first.fix:
            continue
        sound = [row[place] for setting, row in enumerate(rows) if setting not in found]
        kept = tuple(value for value in axis.values if value in sound)
        gone = tuple(value for value in axis.values if value not in sound)
        if kept and all(rows[setting][place] in gone for setting in found):
            return Kept(spec.axis_name(axis), kept, gone)
    return None


def _is_of_base(spec: SweepSpec, finding: Finding) -> bool:
    """Tell whether a fix changes something, and nothing of what differs."""
    differs = [spec.axis_name(axis) for axis in spec.axes]
    stay = finding.fix.get("callbacks", [callback.kind for callback in spec.base.callbacks])
    needed = {name.partition(".")[0] for name in differs}
    return bool(finding.fix) and not finding.fix.keys() & set(differs) and needed <= set(stay)


def _mends(finding: Finding, setting: RunSpec, noise: Mapping[str, float] | None) -> bool:
    after = lint(fixed(setting, finding), noise=noise)
    return all((each.rule, each.key) != (finding.rule, finding.key) for each in after)
