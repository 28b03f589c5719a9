"""Which TensorBoards go on; a small server of files stands for each, since they take long."""

import pytest

from core.engine import tensorboard
from core.engine.tensorboard import TensorBoardServers


@pytest.fixture
def servers(tmp_path, monkeypatch):
    def serve_files(log_dir, port):
        return ("-m", "http.server", "--bind", "127.0.0.1", "-d", str(log_dir), str(port))

    monkeypatch.setattr(tensorboard, "_arguments", serve_files)
    opened = TensorBoardServers()
    yield opened
    for process, _ in opened._running.values():
        tensorboard.tether.end(process)


def test_the_two_opened_last_go_on(servers, tmp_path):
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    for log_dir in (first, second, third):
        log_dir.mkdir()
    address = servers.open(first)
    servers.open(second)
    assert servers.open(first) == address == servers.address(first)
    superseded, _ = servers._running[second]
    servers.open(third)
    assert superseded.poll() is not None
    assert [bool(servers.address(each)) for each in (first, second, third)] == [True, False, True]
