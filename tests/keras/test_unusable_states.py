"""States that are damaged, gone or another training's are refused, and the one before is used."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from core import store
from core.specs.callbacks import EarlyStopping, ReduceLROnPlateau
from core.store import EventKind, RunStatus, StateFiles, tables

pytest.importorskip("keras")
pytestmark = pytest.mark.keras
EVERY = (
    ReduceLROnPlateau(monitor="loss", factor=0.5, patience=2, min_delta=0.02),
    EarlyStopping(monitor="val_loss", patience=30, restore_best_weights=True),
)


def rewritten(db, saved, content):
    """Have the store believe that this is what was written."""
    digest = hashlib.sha256(content).hexdigest()
    with db.write() as connection:
        connection.execute(
            update(tables.states).where(tables.states.c.id == saved.id).values(sha256=digest)
        )
    return content


def of_another_version(content):
    return content.replace(b"plateau-state-1", b"plateau-state-0")


DAMAGES = {
    "truncated": (lambda content, _: content[:-100], "is damaged"),
    "empty": (lambda *_: b"", "is damaged"),
    "changed in one bit": (
        lambda content, _: content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],
        "is damaged",
    ),
    "of another training": (lambda _, foreign: foreign, "belongs to another training"),
    "of another version": (lambda content, _: of_another_version(content), "another version"),
    "no state at all": (lambda *_: b"no state", "no state of a training"),
}
AS_WRITTEN = {"of another training", "of another version", "no state at all"}


def test_what_cannot_be_used_is_refused_and_the_state_before_it_used(train, db, tmp_path):
    from core.training import run as runner

    run, _ = train(*EVERY, epochs=5, verbose=0)
    expected = [epoch.logs for epoch in store.read_epochs(db, run.id)]
    other, _ = train(*EVERY, epochs=1, verbose=0, seed=1)
    files = StateFiles(str(tmp_path / "states"))
    foreign = files.read(store.read_states(db, other.id)[0].file)
    for kind, (damage, sentence) in DAMAGES.items():
        store.resume_run(db, run.id, owner="o", after_epoch=3)
        newest = store.read_states(db, run.id)[-1]
        content = damage(files.read(newest.file), foreign)
        files.write(newest.file, rewritten(db, newest, content) if kind in AS_WRITTEN else content)
        runner.train_run(run.id)
        resumed = store.read_run(db, run.id)
        assert resumed.status is RunStatus.FINISHED, resumed.error
        assert any(
            each.startswith("After epoch 4: ") and sentence in each for each in resumed.notes
        )
        assert [epoch.logs for epoch in store.read_epochs(db, run.id)] == expected, kind
        event = [e for e in store.read_events(db, run.id) if e.kind is EventKind.RESUMED][-1]
        assert event.epoch == 2


def test_with_no_state_left_a_run_begins_anew(train, db, tmp_path):
    from core.training import run as runner

    run, _ = train(*EVERY, epochs=3, verbose=0)
    before = [epoch.logs for epoch in store.read_epochs(db, run.id)]
    files = StateFiles(str(tmp_path / "states"))
    files.delete([saved.file for saved in store.read_states(db, run.id)])
    store.resume_run(db, run.id, owner="o", epochs=4)
    runner.train_run(run.id)
    again = store.read_run(db, run.id)
    assert again.status is RunStatus.FINISHED
    assert [epoch.logs for epoch in store.read_epochs(db, run.id)][:3] == before
    assert len([note for note in again.notes if "cannot be read" in note]) == 3


@settings(deadline=None)
@given(content=st.binary(max_size=200), header=st.sampled_from(["", "{}", '{"__metadata__":{}}']))
def test_no_bytes_are_taken_for_a_state(content, header):
    from core.training.state import UnusableState
    from core.training.state_format import decode

    data = len(header).to_bytes(8, "little") + header.encode() + content if header else content
    with pytest.raises(UnusableState, match=r"state"):
        decode(data, sha256=hashlib.sha256(data).hexdigest(), trunk="0" * 64)


def test_a_state_of_another_network_changes_nothing(tiny_scans):
    from core.specs.run import TrainingSpec
    from core.training.run import build_model
    from core.training.state import UnusableState, copy_variables, put_back, take

    model = build_model(TrainingSpec(), tiny_scans)
    state = take(model, [], epoch=0, trunk="")
    before = copy_variables(model)
    name = next(name for name in state.variables if name.endswith("kernel"))
    for variables in (
        {k: v for k, v in state.variables.items() if k != name},
        {**state.variables, "model/surplus": state.variables[name]},
        {**state.variables, name: state.variables[name][:1]},
        {**state.variables, name: state.variables[name].astype("float64")},
    ):
        with pytest.raises(UnusableState, match="belongs to another model"):
            put_back(replace(state, variables=variables), model, [])
    after = copy_variables(model)
    assert all((before[each] == after[each]).all() for each in before)
