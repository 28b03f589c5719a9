"""A store that does not take a row ends the run there, with no gap in what it holds."""

from dataclasses import replace

import pytest

from core import store
from core.specs.run import RunSpec
from core.store import Epoch, RunStatus, SavedState, StateFiles
from core.training.journal import Journal
from tests.faults import fault
from tests.waiting import until


def an_epoch(number):
    return Epoch(number, {"loss": 1.0}, 0.001, 0.001, 1.0, 0.9)


def a_state(run_id, number):
    return SavedState(number, f"{run_id}/{number}", "0" * 64, 1000)


def test_after_a_row_that_was_not_taken_none_is_written(db, tmp_path):
    run_id = store.create_run(db, RunSpec(), owner="o")
    files = StateFiles(str(tmp_path / "states"))
    attempt = store.start_run(db, run_id)
    broken = fault(db, "INSERT ON epochs", when="NEW.epoch = 1")
    with broken, Journal(db, run_id, attempt, files) as journal:
        journal.add(an_epoch(0))
        journal.add(a_state(run_id, 0))
        until(lambda: store.read_states(db, run_id), within_s=30, what="the first epoch")
        journal.add(an_epoch(1))
        assert journal.stop_requested.wait(30)
        journal.add(a_state(run_id, 1))
        journal.add(an_epoch(2))
    assert "malformed JSON" in str(journal.failure)
    assert [state.epoch for state in store.read_states(db, run_id)] == [0]
    assert [epoch.epoch for epoch in store.read_epochs(db, run_id)] == [0]


def test_a_journal_hears_what_is_asked_whatever_a_row_did_to_it(db, tmp_path):
    run_id = store.create_run(db, RunSpec(), owner="o")
    attempt = store.start_run(db, run_id)
    with Journal(db, run_id, attempt, StateFiles(str(tmp_path / "states"))) as journal:
        journal.add(replace(an_epoch(0), logs={"loss": object()}))
        assert journal.stop_requested.wait(30)
        store.request_pause(db, run_id, owner="o")
        assert journal.pause_requested.wait(30)
    assert journal.failure is not None


@pytest.mark.keras
def test_a_run_whose_last_rows_were_not_taken_has_not_finished(db, train, monkeypatch):
    closed = Journal._close

    def leave_one_more(journal):
        journal.add(an_epoch(99))
        closed(journal)

    monkeypatch.setattr(Journal, "_close", leave_one_more)
    with fault(db, "INSERT ON epochs", when="NEW.epoch = 99"):
        run, _ = train(epochs=1, batch_size=16, verbose=0)
    assert run.status is RunStatus.FAILED
    assert run.error == "The store cannot be used: malformed JSON."


@pytest.mark.keras
def test_a_check_that_cannot_be_noted_leaves_the_training_as_it_ended(db, train, monkeypatch):
    from core.training import run as runner

    monkeypatch.setattr(runner, "on_accelerator", lambda: True)
    with fault(db, "UPDATE ON runs", when="NEW.phase LIKE 'Checking%'"):
        run, _ = train(epochs=1, batch_size=16, verbose=0)
    assert (run.status, run.error) == (RunStatus.FINISHED, "")
    assert run.goes_on_exactly is None
