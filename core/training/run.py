"""One run, from its id in the store to its final model."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import contextlib
import logging
import os
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

import keras

from core import data, store
from core.data import owned
from core.data.scan_set import ScanSet
from core.settings import Settings
from core.specs.lineage import trunk_digest
from core.specs.run import FINAL_MODEL, RunSpec, TrainingSpec
from core.store import Run, RunStatus, StateFiles, Store, Superseded
from core.training import batches, callbacks, models, restart
from core.training.console import Console
from core.training.determinism import on_accelerator, own_draws, set_determinism
from core.training.exactness import after_training, known_or_tried
from core.training.fence import Fence
from core.training.hand import Hand
from core.training.journal import Journal
from core.training.keeper import PauseRequested, StateGiver, StateKeeper
from core.training.keras_restore import is_restored_by_keras, write_backup
from core.training.preparing import in_steps
from core.training.reasons import reason_of
from core.training.recorder import Recorder, StopRequested
from core.training.restart import Start, find_start
from core.training.state import State
from core.training.state_writer import StateWriter
from core.training.warned import warned_to

# Source: TerminateOnNaN.on_batch_end with raise_error, Keras 3.15. It ends no callback.
BROKEN_OFF = "NaN or Inf loss encountered"
_THEN = "resume the run"
_JIT = {"auto": "auto", "on": True, "off": False}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Work:
    """A run in a worker's hands.

    Attributes:
        db: The store.
        run: The run, as it was taken.
        journal: Takes what is to be written.
        files: The files of states.
        directory: The run's own directory.
        parent_directory: That of the run it was forked from.
    """

    db: Store
    run: Run
    journal: Journal
    files: StateFiles
    directory: Path
    parent_directory: Path

    @property
    def spec(self) -> RunSpec:
        """What to run."""
        return self.run.spec

    def update(self, **values: object) -> None:
        """Change columns of the run."""
        store.update_run(self.db, self.run.id, attempt=self.run.attempt, **values)


def train_run(run_id: str) -> None:
    """Train a queued run and write everything about it into the store.

    A run that was interrupted goes on after the last epoch whose state is kept. Never
    raises for what goes wrong in the run itself: its status and its `error` say it.

    Raises:
        UnknownRun: If the store has no such run, such as where it is not the app's store.
    """
    settings = Settings()
    with contextlib.closing(Store(settings.store_url)) as db:
        attempt = store.start_run(db, run_id)
        if attempt:
            _train_attempt(db, run_id, attempt, settings)
        else:
            store.read_run(db, run_id)


def _train_attempt(db: Store, run_id: str, attempt: int, settings: Settings) -> None:
    status, error = RunStatus.FAILED, ""
    journal: Journal | None = None
    try:
        files = StateFiles(settings.states_url)
        with Journal(db, run_id, attempt, files) as journal:
            work = _work(db, run_id, journal, files, settings)
            scans = _load(work, settings)
            status = _fit(work, scans)
            _check_device(work, scans, settings.exactness_dir)
    except StopRequested:
        status = RunStatus.STOPPED
    except Superseded:
        _log.info("run %s was given to another worker", run_id)
    # What Keras raises on a person's settings is theirs to read.
    except Exception as problem:  # noqa: BLE001
        _log.exception("run %s failed", run_id)
        error = reason_of(problem, then=_THEN)
    # Known when all is written: the last rows wait until the training is over.
    if journal is not None and journal.failure is not None:
        status, error = RunStatus.FAILED, reason_of(journal.failure, then=_THEN)
    store.end_run(db, run_id, status, error=error, attempt=attempt)
    # Now, not when the next person presses Start: the collection takes up to 0.8 s.
    keras.utils.clear_session(free_memory=True)


def _work(db: Store, run_id: str, journal: Journal, files: StateFiles, settings: Settings) -> _Work:
    run = store.read_run(db, run_id)
    directory = settings.run_dir(run_id).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    parent_directory = settings.run_dir(run.parent_id or run_id).resolve()
    return _Work(db, run, journal, files, directory, parent_directory)


def _load(work: _Work, settings: Settings) -> ScanSet:
    def show(phase: str, share: float) -> None:
        work.update(phase=phase, phase_share=share)

    owned.require_own(work.spec.scans, work.run.owner, data_dir=settings.data_dir)
    scans = data.load(
        work.spec.scans,
        data_dir=settings.data_dir,
        cache_dir=settings.cache_dir,
        on_progress=in_steps(show, work.journal.stop_requested),
    )
    if store.read_states(work.db, work.run.id):
        restart.require_same_scans(work.run, scans)
    work.update(phase="Building the model", phase_share=None, **batches.facts_of(scans))
    # Beside what was noted before the run went on.
    for sentence in scans.left_out:
        store.add_note(work.db, work.run.id, sentence)
    return scans


def _fit(work: _Work, scans: ScanSet) -> RunStatus:
    """Train, save the final model, and return how the run ended."""
    start = find_start(work.db, work.run, work.files)
    _arrange_files(work, start)
    spec = work.spec.training
    set_determinism(spec)
    if start.state is not None and is_restored_by_keras(work.run, start.state):
        model = build_model(spec, scans, use_ema=work.spec.use_ema)
        write_backup(work.spec, work.directory, model, start.state)
    model = build_model(spec, scans, use_ema=work.spec.use_ema)
    training = batches.ScanBatches(
        scans,
        validation=False,
        batch_size=spec.batch_size,
        seed=spec.seed,
        first_epoch=start.first_epoch,
    )
    # Before the turn that makes pages read them.
    store.append(work.db, work.run.id, attempt=work.run.attempt, new_events=start.events)
    work.update(
        status=RunStatus.RUNNING,
        phase="",
        device=device(),
        steps_per_epoch=len(training),
        parameters=model.count_params(),
    )
    with _state_writer(work) as writer:
        return _train(work, start, writer, model=model, training=training, scans=scans)


def _arrange_files(work: _Work, start: Start) -> None:
    """Have the files of the run as they were when it stopped, or its parent's at the fork."""
    goes_on = work.run.attempt > 1 or start.state is not None
    if start.state is not None and start.state.epoch == work.run.forked_at:
        restart.take_files_along(
            work.db, work.run, work.directory, work.parent_directory, start.state
        )
    restart.prepare_files(work.spec, work.directory, start.state, goes_on=goes_on)


def _state_writer(work: _Work) -> StateWriter:
    return StateWriter(
        work.files,
        work.run.id,
        on_written=work.journal.add,
        on_failure=lambda sentence: store.add_note(work.db, work.run.id, sentence),
    )


def _train(
    work: _Work,
    start: Start,
    writer: StateWriter,
    *,
    model: keras.Model,
    training: batches.ScanBatches,
    scans: ScanSet,
) -> RunStatus:
    spec = work.spec.training
    validation = batches.ScanBatches(scans, validation=True, batch_size=spec.batch_size)
    watched = callbacks.build_callbacks(work.spec, work.directory, goes_on=start.state is not None)
    by_keras = is_restored_by_keras(work.run, start.state)
    given = [] if start.state is None or by_keras else [_giver(start.state, start, watched)]
    recorder = Recorder(
        work.journal,
        watched,
        work.directory,
        hand=_hand(work, start),
        noted=start.state.noted if start.state else None,
        first_epoch=start.first_epoch,
    )
    keeper = StateKeeper(trunk_digest(work.spec), watched, recorder, writer, work.journal)
    # A run that a callback had ended has its end still to do, and no epoch.
    ended = start.state is not None and start.state.stopped
    status = RunStatus.FINISHED
    with _printing_to(work):
        try:
            model.fit(
                batches.UntunedBatches(training),
                validation_data=batches.UntunedBatches(validation),
                # Keras's own callback sets it, if that brings the run back.
                initial_epoch=0 if by_keras else start.first_epoch,
                epochs=start.first_epoch if ended else spec.epochs,
                verbose=spec.verbose,
                callbacks=[Fence(work.journal), *watched, *given, recorder, keeper],
            )
        except PauseRequested:
            _close_files(watched)
            return RunStatus.PAUSED
        except StopRequested:
            work.journal.require_ours()
            status = RunStatus.STOPPED
            # `fit` did not end, but logs must be closed and best weights put back all the same.
            _take_averages(model, watched)
            for callback in [*watched, recorder]:
                callback.on_train_end()
        except RuntimeError as problem:
            if not str(problem).startswith(BROKEN_OFF):
                raise
            recorder.note_broken_off()
            return RunStatus.DIVERGED
        finally:
            close_tables(watched)
    work.journal.require_ours()
    save(model, work.directory)
    return RunStatus.DIVERGED if recorder.diverged else status


def _check_device(work: _Work, scans: ScanSet, directory: Path) -> None:
    """Find out whether such a run goes on exactly on this accelerator, and keep it with the run."""
    if not on_accelerator() or work.journal.failure:
        return
    with after_training(f"run {work.run.id}"):
        work.update(phase="Checking whether it can go on exactly here", phase_share=None)
        exact = known_or_tried(
            work.spec.training, scans, build_model, device=device(), directory=directory
        )
        work.update(goes_on_exactly=exact)


def _giver(
    state: State, start: Start, watched: list[keras.callbacks.Callback]
) -> keras.callbacks.Callback:
    return StateGiver(state, watched, learning_rate=start.learning_rate)


def _hand(work: _Work, start: Start) -> Hand:
    done = store.read_done(work.db, work.run.id, after_epoch=start.first_epoch - 1)
    return Hand(work.journal.interventions, done)


def _close_files(watched: Iterable[keras.callbacks.Callback]) -> None:
    """Close the files of callbacks whose training pauses; it has not ended for the others."""
    for callback in watched:
        if isinstance(callback, keras.callbacks.TensorBoard | keras.callbacks.CSVLogger):
            callback.on_train_end()


def close_tables(watched: Iterable[keras.callbacks.Callback]) -> None:
    """Close the tables of a training that did not end as Keras ends it."""
    for callback in watched:
        if isinstance(callback, keras.callbacks.CSVLogger):
            callback.on_train_end()


def build_model(spec: TrainingSpec, scans: ScanSet, *, use_ema: bool = False) -> keras.Model:
    """Build and compile the model of a run, everything drawn from its seed.

    Args:
        spec: How to compile it.
        scans: They decide the shapes of its input and output.
        use_ema: Whether the optimizer keeps a moving average of the weights.
    """
    keras.utils.clear_session(free_memory=False)
    keras.config.set_dtype_policy(spec.precision)
    keras.utils.set_random_seed(spec.seed)
    size, classes = scans.images.shape[1], len(scans.classes)
    with own_draws(spec.seed):
        model = models.build(spec.model, image_size=size, classes=classes)
    optimizer = keras.optimizers.get(
        {
            "class_name": spec.optimizer,
            "config": {"learning_rate": spec.learning_rate, "use_ema": use_ema},
        }
    )
    model.compile(
        optimizer=optimizer,
        loss="categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=_JIT[spec.jit_compile],
    )
    _create_variables(model)
    return model


def _create_variables(model: keras.Model) -> None:
    """Make the variables of optimizer and metrics now, as `fit` would in its first step.

    TensorFlow traces a step that creates variables twice, which takes a second. On JAX, `fit`
    looks at a batch first if anything is not built, the loss included; ScanBatches would take
    that for an epoch. Source: `Trainer._symbolic_build`, Keras 3.15.
    """
    model.optimizer.build(model.trainable_variables)
    nothing = keras.ops.zeros((1, *model.output_shape[1:]))
    model.compute_metrics(x=None, y=nothing, y_pred=nothing)
    if keras.backend.backend() != "tensorflow":
        model.compute_loss(x=None, y=nothing, y_pred=nothing)
    model.reset_metrics()


def _take_averages(model: keras.Model, watched: Iterable[keras.callbacks.Callback]) -> None:
    """Give the model its averaged weights, as the end of `fit` does.

    Source: `TensorFlowTrainer.fit`, Keras 3.15.
    """
    for callback in watched:
        if isinstance(callback, keras.callbacks.SwapEMAWeights):
            # Stopped during a validation, they are in the model already: back first.
            callback.on_test_end()
    model.optimizer.finalize_variable_values(model.trainable_weights)


def device() -> str:
    """Return what Keras trains on, for a person."""
    found = [str(name) for name in keras.distribution.list_devices()]
    backend = keras.backend.backend()
    accelerators = [name for name in found if not name.lower().startswith("cpu")]
    if accelerators:
        return f"{', '.join(accelerators).upper()} ({backend})"
    return f"CPU, {os.cpu_count()} cores ({backend})"


@contextlib.contextmanager
def _printing_to(work: _Work) -> Generator[None]:
    """Take what Keras prints and warns of; files of the run go by their names."""
    prefix = f"{work.directory}{os.sep}"

    def write_line(line: str) -> None:
        work.journal.add(line.replace(prefix, ""))

    console = Console(write_line)
    with contextlib.redirect_stdout(console), warned_to(write_line):
        yield
    console.finish()


def save(model: keras.Model, directory: Path) -> None:
    """Save the model as it stands, never half."""
    partial = directory / f"partial-{FINAL_MODEL}"
    model.save(partial)
    partial.replace(directory / FINAL_MODEL)
