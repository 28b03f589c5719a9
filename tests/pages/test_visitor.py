"""Who sits at the machine itself has one token, kept in a file."""

import json
import secrets

import pytest

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


PAGES = ["learn/overview", "train/configure", "plateaus/replay", "scans/classify"]


@pytest.mark.parametrize("hosted", [True, False])
def test_where_the_address_is_the_key_each_page_says_so_and_offers_a_link(app, monkeypatch, hosted):
    monkeypatch.setattr(visitor, "is_at_home", lambda: not hosted)
    app.run()
    for page in PAGES:
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
        beside = " ".join(caption.value for caption in app.sidebar.caption)
        assert ("your key" in beside) == hosted
        parts = [json.loads(part.proto.json) for part in app.sidebar.get("bidi_component")]
        assert [part["without"] for part in parts] == ["owner"] * hosted
