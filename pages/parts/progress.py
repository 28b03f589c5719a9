"""Where a run stands: the part of the monitor that moves several times a second."""

import time
from collections.abc import Sequence

import streamlit as st

from core import store
from core.store import Batch, Epoch, Run, RunStatus
from pages.parts import services
from pages.parts.words import duration


def show(run: Run, epochs: Sequence[Epoch]) -> None:
    """Show the progress of an active run: queue, preparation, epoch and batch."""
    if run.status is RunStatus.QUEUED:
        _show_queue(run)
    elif run.status is RunStatus.PREPARING:
        st.progress(run.phase_share or 0.0, text=f"{run.phase or 'starting'} …".capitalize())
    elif run.status is RunStatus.RUNNING:
        _show_epoch(run, epochs, store.read_last_batch(services.db(), run.id))


def _show_queue(run: Run) -> None:
    before = store.queue_position(services.db(), run)
    runs = "run" if before == 1 else "runs"
    st.progress(0.0, text=f"{before} {runs} before this one." if before else "Next in the queue.")


def _show_epoch(run: Run, epochs: Sequence[Epoch], batch: Batch | None) -> None:
    total, steps = run.spec.training.epochs, run.steps_per_epoch or 1
    done = len(epochs)
    in_epoch = batch.batch + 1 if batch and batch.epoch == done else 0
    share = (done + in_epoch / steps) / total
    means = "".join(
        f" · {name} {value:.4f}"
        for name, value in (batch.logs.items() if in_epoch and batch else ())
    )
    st.progress(
        min(share, 1.0),
        text=f"Epoch {min(done + 1, total)} of {total} · batch {in_epoch} of {steps}{means}",
    )


def line(run: Run, epochs: Sequence[Epoch]) -> str:
    """Return the figures of a run as one line of Markdown: epochs, speed, time, device."""
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
        took = (run.ended_s or time.time()) - (run.started_s or run.created_s)
        return f"took **{duration(took)}**"
    recent = [epoch.seconds for epoch in epochs[-3:]]
    left = run.spec.training.epochs - len(epochs)
    return f"about **{duration(left * sum(recent) / len(recent))}** left" if recent else ""
