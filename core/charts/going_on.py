"""What going on with a run promises, and what turns its life took, in words."""

from collections.abc import Sequence

from core.specs.lineage import depends_on_epochs
from core.specs.run import RunSpec
from core.store.records import Event, EventKind, Run, RunStatus, SavedState

KEPT = (
    "The newest two states of a run always stay. If all its states together take more than "
    "200 MiB, others go, oldest first: first those of epochs in which nothing happened, then "
    "those at whose end a callback or a person acted."
)
"""The rule by which states are kept. Source: `core.store.states.keep_state`."""

_CPU = "CPU"


def exactness_told(run: Run) -> str:
    """Tell whether what follows is exactly what an uninterrupted run would have given.

    Args:
        run: Its device, its settings, and what a check on that device found.
    """
    if _is_on_accelerator(run):
        return _on_accelerator(run)
    if run.spec.training.deterministic == "off":
        return (
            "Not to the last bit: `deterministic` is off in this run's settings. What follows is "
            "the same training, within the noise of rounding."
        )
    return (
        "Exact: on the CPU with op determinism, what follows is bit for bit what a run that was "
        "never interrupted gives."
    )


def is_exact(run: Run) -> bool:
    """Tell whether `exactness_told` promises every bit."""
    if _is_on_accelerator(run):
        return run.goes_on_exactly is True
    return run.spec.training.deterministic != "off"


def sweep_exactness_told(runs: Sequence[Run]) -> str:
    """Tell for each kind of device whether the runs of a sweep are exact; "" before they begin."""
    known: dict[str, Run] = {}
    for run in runs:
        before = known.get(run.device)
        if before is None or before.goes_on_exactly is None or run.goes_on_exactly is False:
            known[run.device] = run
    told = (exactness_told(run) for device, run in known.items() if device)
    return " ".join(dict.fromkeys(told))


def _is_on_accelerator(run: Run) -> bool:
    return bool(run.device) and not run.device.startswith(_CPU)


def _on_accelerator(run: Run) -> str:
    device = run.device.partition(" (")[0]
    if run.goes_on_exactly is None:
        return (
            f"Not known on {device} yet: whether it is exact there is checked when a training "
            "ends, by a short one that is interrupted and one that is not."
        )
    if run.goes_on_exactly:
        return (
            f"Exact on {device}: a short training there, saved and restored in between, gave bit "
            "for bit what one without a break gave."
        )
    mended = run.spec.training.deterministic == "on"
    remedy = "" if mended else " A new run with `deterministic` on is slower, and checked as well."
    return (
        f"Not to the last bit on {device}: a short training there, saved and restored in between, "
        f"differed from one without a break. What follows is the same within rounding.{remedy}"
    )


def more_epochs_told(spec: RunSpec, epochs: int) -> str:
    """Return what another number of epochs changes of those that are done, or ""."""
    if epochs == spec.training.epochs or not depends_on_epochs(spec):
        return ""
    return (
        "The plan of LearningRateScheduler depends on the number of epochs: with another number "
        "the finished ones would have had other rates. From here on it follows the new number."
    )


def going_back_told(after: int, last: int, *, by_hand: bool) -> str:
    """Return what becomes of the epochs behind the one that a run goes back to.

    Args:
        after: That epoch, from 0.
        last: The last finished one, likewise; later than `after`.
        by_hand: Whether a person changed the rate after `after`.
    """
    gone = f"Epoch {last + 1} is" if after + 1 == last else f"Epochs {after + 2} to {last + 1} are"
    told = f"{gone} forgotten and trained again. To keep them, fork."
    if not by_hand:
        return told
    return (
        f"{told} What was done to the rate by hand after epoch {after + 1} is done again at the "
        "same batch; a fork leaves it out."
    )


def kept_told(states: Sequence[SavedState]) -> str:
    """Return which states of a run are kept, and what they take."""
    if not states:
        return "No state of this run is kept."
    shown = spans([state.epoch + 1 for state in states])
    megabytes = sum(state.size_bytes for state in states) / 2**20
    which = "is the state" if len(states) == 1 else "are the states"
    return f"Kept {which} after epoch {shown}, {megabytes:.0f} MB."


def spans(numbers: Sequence[int]) -> str:
    """Return rising numbers as a person writes them: "1 to 5, 8, 11 to 12"."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{p[0]} to {p[-1]}" if len(p) > 1 else f"{p[0]}" for p in parts)


def turns_told(run: Run, events: Sequence[Event]) -> list[str]:
    """Return a sentence on each time that a worker died and the run went on by itself."""
    died = [e for e in events if e.kind is EventKind.RESUMED and e.detail.get("died")]
    told = [_death(event, over=run.status is RunStatus.FAILED) for event in died]
    if run.recoveries and run.status in (RunStatus.QUEUED, RunStatus.PREPARING):
        where = f"after epoch {run.recovered_at}" if run.recovered_at else "from its beginning"
        told.append(f"A worker died; another one goes on by itself {where}.")
    return told


def _death(event: Event, *, over: bool) -> str:
    if event.epoch is None:
        return "A worker died before its first epoch was finished; another one began anew."
    went_on = f"another one went on by itself after epoch {event.epoch + 1}"
    lost = "" if over else ", and nothing is lost"
    return f"A worker died in epoch {event.epoch + 2}; {went_on}{lost}."
