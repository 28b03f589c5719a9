"""Warnings reach the console of a run; others go where they always went."""

import warnings

import pytest

warned = pytest.importorskip("core.training.warned")


def lines_of(*messages, category=UserWarning):
    lines = []
    with warned.warned_to(lines.append):
        for message in messages:
            warnings.warn(message, category, stacklevel=1)
    return lines


@pytest.fixture
def errors(monkeypatch):
    """Keep what Python would print on the standard error."""
    shown = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *_: shown.append(str(message)))
    return shown


def test_a_warning_is_a_line_once_in_every_run(errors):
    for _ in range(2):
        assert lines_of("no `val_acc`", "no `val_acc`", "no\n  `val_f1`") == [
            "UserWarning: no `val_acc`",
            "UserWarning: no `val_f1`",
        ]
    assert len(errors) == 4


def test_what_is_not_for_the_person_stays_out_of_the_console(errors):
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert lines_of("old", category=FutureWarning) == []
    assert errors == ["old"]


def test_afterwards_python_warns_as_before(errors):
    before = warnings.showwarning
    lines_of("no `val_acc`")
    assert warnings.showwarning is before
