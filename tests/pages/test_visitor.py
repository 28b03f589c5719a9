"""Who sits at the machine itself has one token, kept in a file."""

import secrets

from pages.parts import services, visitor


def test_sessions_that_open_the_app_at_one_moment_have_one_token(home, monkeypatch):
    draw, told = secrets.token_urlsafe, []

    def draw_while_another_is_faster(size):
        monkeypatch.setattr(secrets, "token_urlsafe", draw)
        told.append(visitor._new_token())
        return draw(size)

    monkeypatch.setattr(secrets, "token_urlsafe", draw_while_another_is_faster)
    told.append(visitor._new_token())
    file = services.settings().plateau_home / "owner"
    assert told == [file.read_text()] * 2
    assert len(told[0]) > 16
    assert file.stat().st_mode & 0o077 == 0
    assert [each.name for each in file.parent.iterdir()] == ["owner"]
