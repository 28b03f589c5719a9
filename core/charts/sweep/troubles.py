"""What went wrong in the runs of a sweep, each thing once; plain text, not escaped."""

from collections.abc import Iterable

from core.charts.sweep.results import SweepResults
from core.plateaus.wording import count_in_words
from core.store.records import Run

_MOST_TOLD = 4


def failures_told(results: SweepResults) -> list[str]:
    """Say why runs failed: each reason once, with the runs that it ended, the most first.

    The sweep's own error is left out, and of many reasons all but the first few.
    """
    total, ended = results.spec.run_count, results.sweep.error
    reasons = _grouped((run.error, run) for run in _runs(results) if run.error not in ("", ended))
    told = [
        f"{len(runs)} of {total} runs failed ({_which(results, runs)}): {reason}"
        for reason, runs in reasons[:_MOST_TOLD]
    ]
    if len(reasons) > _MOST_TOLD:
        more = sum(len(runs) for _, runs in reasons[_MOST_TOLD:])
        runs = count_in_words(more, "more run").capitalize()
        told.append(f"{runs} failed for other reasons, which the monitor of each tells.")
    return told


def notes_told(results: SweepResults) -> list[str]:
    """Return what is noted of runs, each sentence once: what all have first, then what most have.

    The runs of a branch share a note; the branches of a full disk each have their own.
    """
    total = results.spec.run_count
    notes = _grouped((note, run) for run in _runs(results) for note in run.notes)
    return [f"{_how_many(len(runs), total)}{note}" for note, runs in notes]


def _how_many(some: int, total: int) -> str:
    if total == 1:
        return ""
    return f"All {total} runs: " if some == total else f"{some} of {total} runs: "


def _runs(results: SweepResults) -> list[Run]:
    return [history.run for _, history in sorted(results.histories.items())]


def _grouped(said: Iterable[tuple[str, Run]]) -> list[tuple[str, list[Run]]]:
    groups: dict[str, list[Run]] = {}
    for sentence, run in said:
        groups.setdefault(sentence, []).append(run)
    return sorted(groups.items(), key=lambda group: -len(group[1]))


def _which(results: SweepResults, runs: list[Run]) -> str:
    settings = sorted({run.setting for run in runs if run.setting is not None})
    seeds = [seed for seed in results.spec.seeds if seed in {run.seed for run in runs}]
    which = results.names.together(settings)
    if len(seeds) == len(results.spec.seeds):
        return which
    return f"{which}, seed{'s'[: len(seeds) > 1]} {', '.join(map(str, seeds))}"
