"""Where a run stands, in words and as a share."""

from collections.abc import Sequence
from dataclasses import dataclass

from core import store
from core.store import Amount, Batch, Epoch, Run, RunStatus
from pages.parts import services
from pages.parts.words import counted, duration


@dataclass(frozen=True)
class Progress:
    """How far an active run is.

    Attributes:
        share: 0 to 1; None for a run that has ended.
        text: What it does, in words; plain text.
    """

    share: float | None
    text: str


def progress_of(run: Run, epochs: Sequence[Epoch]) -> Progress:
    """Return how far a run is: queue, preparation, epoch and batch."""
    if run.status is RunStatus.QUEUED:
        return _in_queue(run)
    if run.status is RunStatus.PREPARING:
        return Progress(run.phase_share or 0.0, f"{run.phase or 'starting'} …".capitalize())
    if run.status is RunStatus.RUNNING and run.phase:  # After its last epoch.
        return Progress(1.0, f"{run.phase} …")
    if run.status is RunStatus.RUNNING:
        return _in_epoch(run, epochs, store.read_last_batch(services.db(), run.id))
    return Progress(None, "")


def _in_queue(run: Run) -> Progress:
    if run.sweep_id is not None:
        queued, at_work = store.waiting_and_at_work(services.db(), run.sweep_id)
        told = branches_told(at_work=at_work, waiting=queued)
        return Progress(0.0, f"It waits for a worker with its sweep: {told}.")
    before = store.read_before(services.db(), run)
    if before:
        return Progress(0.0, f"{counted(len(before), 'run')} before this one{_wait(before)}.")
    if store.branches_at_work(services.db()):
        return Progress(
            0.0,
            "Next in the queue, after the branch of a sweep that is trained just now: that can "
            "take minutes.",
        )
    return Progress(0.0, "Next in the queue.")


def branches_told(*, at_work: int, waiting: int) -> str:
    """Return how many branches of a sweep train, and how many wait: "1 branch at work"."""
    told = [f"{at_work} {'branch' if at_work == 1 else 'branches'} at work"]
    return " · ".join(told + ([f"{waiting} waiting"] if waiting else []))


def amount_told(amount: Amount) -> str:
    """Return so many runs and branches in words, "" for none: "2 runs and 1 branch of sweeps"."""
    branches = f"{amount.branches:,} {'branch' if amount.branches == 1 else 'branches'} of sweeps"
    told = [counted(amount.runs, "run")] if amount.runs else []
    return " and ".join(told + ([branches] if amount.branches else []))


def _wait(before: Sequence[Run]) -> str:
    """Return about how long runs take, where the time of an epoch is known of all of them."""
    paces = store.read_paces(services.db(), [run.id for run in before])
    alike = {_kind(run): paces[run.id].seconds for run in before if run.id in paces}
    if not all(_kind(run) in alike for run in before):
        return ""
    left = sum(
        alike[_kind(run)] * max(0, _planned(run) - (paces[run.id].epochs if run.id in paces else 0))
        for run in before
    )
    minutes = left / max(1, services.engine().trainers) / 60
    about = "less than a minute" if minutes < 1 else duration(60 * round(minutes))
    return f", about {about.removesuffix(' 0 s')} if none stops early"


def _planned(run: Run) -> int:
    """Return the epochs that a run has to train itself."""
    return run.spec.training.epochs - (0 if run.forked_at is None else run.forked_at + 1)


def _kind(run: Run) -> tuple[object, ...]:
    """Return what decides how long an epoch takes."""
    return run.spec.scans, run.spec.training.model, run.spec.training.batch_size


def _in_epoch(run: Run, epochs: Sequence[Epoch], batch: Batch | None) -> Progress:
    total, steps = run.spec.training.epochs, run.steps_per_epoch or 1
    done = len(epochs)
    in_epoch = batch.batch + 1 if batch and batch.epoch == done else 0
    share = (done + in_epoch / steps) / total
    means = "".join(
        f" · {name} {value:.4f}"
        for name, value in (batch.logs.items() if in_epoch and batch else ())
    )
    text = f"Epoch {min(done + 1, total)} of {total} · batch {in_epoch} of {steps}{means}"
    return Progress(min(share, 1.0), text)


def line(run: Run, epochs: Sequence[Epoch]) -> str:
    """Return the figures of a run as one line: epochs, speed, time, device; **bold** ones."""
    shown = [f"**{len(epochs)}** of {run.spec.training.epochs} epochs"]
    if epochs:
        last = epochs[-1]
        speed = (run.training_scans or 0) / max(last.training_seconds, 1e-9)
        shown += [f"**{last.seconds:.1f}** s an epoch", f"**{speed:,.0f}** images a second"]
    shown.append(_time(run, epochs))
    if run.device:
        shown.append(run.device)
    return " · ".join(part for part in shown if part)


def _time(run: Run, epochs: Sequence[Epoch]) -> str:
    if not run.is_active:
        # Not from its start to its end: it may have gone on the next morning.
        own = [e.seconds for e in epochs if run.forked_at is None or e.epoch > run.forked_at]
        return f"trained for **{duration(sum(own))}**" if own else ""
    recent = [epoch.seconds for epoch in epochs[-3:]]
    left = run.spec.training.epochs - len(epochs)
    return f"about **{duration(left * sum(recent) / len(recent))}** left" if recent else ""
