"""Settings that are allowed and will not do what a person expects of them."""

from collections.abc import Mapping

from core.specs import links
from core.specs.lint import monitors, patience, sizes, together
from core.specs.lint.findings import SEVERITIES, Case, Finding, Rule, Severity
from core.specs.lint.several import SharedFinding, gathered
from core.specs.problems import check_run
from core.specs.run import RunSpec

__all__ = ["RULES", "Finding", "Severity", "SharedFinding", "fixed", "gathered", "lint"]

RULES: tuple[Rule, ...] = (
    monitors.direction_unknown,
    together.schedule_object,
    patience.stops_before_reduction,
    patience.patience_beyond_epochs,
    monitors.monitor_missing,
    monitors.mode_against_metric,
    monitors.training_metric,
    sizes.factor_near_one,
    sizes.factor_freezes,
    sizes.min_lr_above_rate,
    sizes.min_delta_too_large,
    sizes.min_delta_below_noise,
    together.scheduler_with_reduction,
    patience.best_weights_lost,
    together.best_weights_not_restored,
    together.best_overwritten_on_resume,
    patience.cooldown_of_one,
    together.csv_before_rate,
    together.counters_lost_on_resume,
)


def lint(
    spec: RunSpec, *, noise: Mapping[str, float] | None = None, schedule_object: str = ""
) -> list[Finding]:
    """Look through a configuration for what will surprise the person who runs it.

    Args:
        spec: The run.
        noise: Standard deviation of a metric on its plateau, by the metric's name, where a
            curve of it is known; in the metric's units, >= 0.
        schedule_object: The class of the schedule that pasted code gives the optimizer as
            its rate, "" for a plain number.

    Returns:
        The findings, the worst first.
    """
    case = Case(spec, noise or {}, schedule_object)
    found = [finding for rule in RULES for finding in rule(case)]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def fixed(spec: RunSpec, finding: Finding) -> RunSpec:
    """Return the run with a finding's changes made."""
    return check_run(links.nest(links.flatten(spec) | dict(finding.fix)))
