import pytest

from core.store import Store


@pytest.fixture
def db(tmp_path):
    opened = Store(f"sqlite:///{tmp_path}/plateau.sqlite")
    yield opened
    opened.close()
