"""What an installation may set."""

import pytest
from pydantic import ValidationError

from core.settings import Settings


def test_an_operators_token_that_can_be_guessed_is_refused(monkeypatch):
    assert Settings().plateau_operator_token.get_secret_value() == ""
    monkeypatch.setenv("PLATEAU_OPERATOR_TOKEN", "fifteen letters")
    with pytest.raises(ValidationError, match="16 characters or more, got 15"):
        Settings()
    monkeypatch.setenv("PLATEAU_OPERATOR_TOKEN", "sixteen letters!")
    assert "sixteen" not in repr(Settings())
