"""A worker's part in a sweep: it takes queued branches from the store and trains them."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

import contextlib
import logging
import os
import socket
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras

from core import data, store
from core.data import owned
from core.data.scan_set import ScanSet
from core.settings import Settings
from core.specs.lineage import trunk_digest
from core.specs.run import RunSpec, TrainingSpec
from core.specs.sweep import SweepSpec
from core.store import Branch, RunStatus, SavedState, StateFiles, Store, Superseded
from core.training import batches, restart
from core.training import run as single
from core.training.branch_journal import BranchJournal
from core.training.determinism import on_accelerator, set_determinism
from core.training.exactness import after_training, known_or_tried
from core.training.member import Member, settings_in, state_of_member
from core.training.preparing import in_steps
from core.training.reasons import reason_of
from core.training.recorder import StopRequested
from core.training.state import State, UnusableState
from core.training.team import Team

_THEN = "resume the sweep"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Start:
    """Where a branch begins or goes on.

    Attributes:
        state: The state it goes on from, and where it lies; None for one from scratch.
        settings: Those that have not ended.
        again: Whether a worker had it before.
    """

    state: tuple[State, SavedState] | None
    settings: Sequence[int]
    again: bool

    @property
    def first_epoch(self) -> int:
        """The first epoch to train, from 0."""
        return 0 if self.state is None else self.state[0].epoch + 1


def train_branches(sweep_id: str, task: str) -> None:
    """Train queued branches of a sweep, until none is left or others wait for this worker.

    Never raises for what goes wrong in a branch: its status and its `error` say it.

    Args:
        sweep_id: The sweep.
        task: The engine's name of this call, by which it finds the branch of a dead worker.
    """
    settings = Settings()
    worker = f"{socket.gethostname()}, process {os.getpid()}"
    with contextlib.closing(Store(settings.store_url)) as db:
        bench = _Bench(settings, db, sweep_id)
        while branch := store.claim_branch(db, sweep_id, task=task, worker=worker):
            bench.train(branch)
            if store.others_wait(db, sweep_id):
                break
    keras.utils.clear_session(free_memory=True)


class _Bench:
    """What a worker keeps from one branch of a sweep to the next: scans and model.

    Args:
        settings: The installation's.
        db: The store.
        sweep_id: The sweep.
    """

    def __init__(self, settings: Settings, db: Store, sweep_id: str) -> None:
        self.db = db
        self._settings = settings
        self._files = StateFiles(settings.states_url)
        self._sweep_id = sweep_id
        sweep = store.read_sweep(db, sweep_id)
        self._spec: SweepSpec = sweep.spec
        self._owner = sweep.owner
        self._scans: ScanSet | None = None
        self._model: keras.Model | None = None
        self._exact: bool | None = None

    def train(self, branch: Branch) -> None:
        """Train a branch, and those it turns into, to the end."""
        status, error = RunStatus.FAILED, ""
        journal: BranchJournal | None = None
        try:
            start = self._find_start(branch)
            with BranchJournal(self.db, branch, self._files, start.state) as journal:
                status = self._fit(journal, start)
                self._check_device(journal)
        except StopRequested:
            status = RunStatus.STOPPED
        except Superseded:
            _log.info("branch %s was given to another worker", branch.id)
        # Whatever it is, the person who started the sweep reads it.
        except Exception as problem:  # noqa: BLE001
            _log.exception("branch %s failed", branch.id)
            error = reason_of(problem, then=_THEN)
        if journal is not None and journal.failure is not None:
            status, error = RunStatus.FAILED, reason_of(journal.failure, then=_THEN)
        held = branch if journal is None else journal.branch
        self._files.delete(store.end_branch(self.db, held, status, error=error))

    def _find_start(self, branch: Branch) -> _Start:
        """Find the state a branch goes on from, and forget what came after it."""
        again = branch.attempt > 1
        state = self._state_of(branch)
        if state is None:
            # What is lost can be trained again: the settings of a branch were always together.
            settings: Sequence[int] = branch.settings
            again = again or branch.first_epoch > 0
        else:
            settings = settings_in(state[0])
            settings = [each for each in branch.settings if each in settings]
        if again:
            restart.delete_strays(self.db, branch.id, self._files)
            after = -1 if state is None else state[0].epoch
            store.go_back_to(self.db, branch, after, settings)
        return _Start(state, settings, again)

    def _state_of(self, branch: Branch) -> tuple[State, SavedState] | None:
        trunk = trunk_digest(self._spec.run_spec(branch.settings[0], branch.seed))
        for saved in reversed(store.read_states(self.db, branch.id)):
            try:
                return restart.read_state(saved, self._files, trunk), saved
            except UnusableState as problem:
                for run_id in store.read_run_ids(self.db, branch).values():
                    store.add_note(self.db, run_id, f"After epoch {saved.epoch + 1}: {problem}")
        return None

    def _fit(self, journal: BranchJournal, start: _Start) -> RunStatus:
        branch = journal.branch
        specs = {each: self._spec.run_spec(each, branch.seed) for each in start.settings}
        spec = specs[start.settings[0]].training
        scans = self._load(specs[start.settings[0]], journal)
        set_determinism(spec)
        model = self._build(spec, scans, start)
        training = batches.ScanBatches(
            scans,
            validation=False,
            batch_size=spec.batch_size,
            seed=spec.seed,
            first_epoch=start.first_epoch,
        )
        store.update_branch_runs(
            self.db,
            branch,
            phase="",
            phase_share=None,
            device=single.device(),
            steps_per_epoch=len(training),
            parameters=model.count_params(),
            **batches.facts_of(scans),
            **({} if start.again or start.state else {"notes": list(scans.left_out)}),
        )
        team = self._team(journal, start, specs)
        with _broken_off(team, journal), _silence():
            model.fit(
                batches.UntunedBatches(training),
                validation_data=batches.UntunedBatches(
                    batches.ScanBatches(scans, validation=True, batch_size=spec.batch_size)
                ),
                initial_epoch=start.first_epoch,
                epochs=spec.epochs,
                verbose=0,
                callbacks=[team],
            )
        return RunStatus.FINISHED

    def _check_device(self, journal: BranchJournal) -> None:
        """Find out whether branches go on exactly on this accelerator; keep it with their runs."""
        if not on_accelerator() or journal.failure or self._scans is None:
            return
        with after_training(f"branch {journal.branch.id}"):
            if self._exact is None:
                # It trains models of its own, from a clear session.
                self._model = None
                self._exact = known_or_tried(
                    self._spec.run_spec(0, journal.branch.seed).training,
                    self._scans,
                    single.build_model,
                    device=single.device(),
                    directory=self._settings.exactness_dir,
                )
            store.update_branch_runs(self.db, journal.branch, goes_on_exactly=self._exact)

    def _load(self, spec: RunSpec, journal: BranchJournal) -> ScanSet:
        if self._scans is not None:
            return self._scans

        def show(phase: str, share: float) -> None:
            store.update_branch_runs(self.db, journal.branch, phase=phase, phase_share=share)

        owned.require_own(spec.scans, self._owner, data_dir=self._settings.data_dir)
        scans = data.load(
            spec.scans,
            data_dir=self._settings.data_dir,
            cache_dir=self._settings.cache_dir,
            on_progress=in_steps(show, journal.stop_requested),
        )
        self._require_same_scans(scans)
        self._scans = scans
        return scans

    def _require_same_scans(self, scans: ScanSet) -> None:
        """Refuse scans that are not those of the branches before: curves would not compare."""
        for run in store.read_sweep_runs(self.db, self._sweep_id):
            if run.scans_digest is not None:
                restart.require_same_scans(run, scans)
                return

    def _build(self, spec: TrainingSpec, scans: ScanSet, start: _Start) -> keras.Model:
        """Return a model: that of the last branch, if a state gives it all its values anyway."""
        if self._model is None or start.state is None:
            self._model = single.build_model(spec, scans)
        return self._model

    def _team(self, journal: BranchJournal, start: _Start, specs: dict[int, RunSpec]) -> Team:
        branch = journal.branch
        state = None if start.state is None else start.state[0]
        run_ids = store.read_run_ids(self.db, branch)
        members: list[Member] = []
        for setting, spec in specs.items():
            directory = self._directory(run_ids[setting])
            own = None if state is None else state_of_member(state, setting)
            restart.prepare_files(spec, directory, own, goes_on=start.again or own is not None)
            members.append(
                Member(
                    setting,
                    run_ids[setting],
                    spec,
                    directory,
                    stop_requested=journal.stop_requested,
                    state=state,
                )
            )
        trunk = trunk_digest(next(iter(specs.values())))
        return Team(
            trunk,
            members,
            state,
            before_acts=journal.require_held,
            on_epoch=journal.add_epoch,
            on_parting=journal.part,
        )

    def _directory(self, run_id: str) -> Path:
        directory = self._settings.run_dir(run_id).resolve()
        directory.mkdir(parents=True, exist_ok=True)
        return directory


@contextlib.contextmanager
def _broken_off(team: Team, journal: BranchJournal) -> Generator[None]:
    """Write how TerminateOnNaN breaks a training off, whose epoch has no row; close its tables."""
    try:
        yield
    except RuntimeError as problem:
        if not str(problem).startswith(single.BROKEN_OFF):
            raise
        journal.break_off({m.run_id: m.notebook.take()[1] for m in team.note_broken_off()})
    finally:
        for member in team.members:
            single.close_tables(member.watched)


@contextlib.contextmanager
def _silence() -> Generator[None]:
    """Drop what callbacks print: a sweep has no console."""
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        yield
