"""A file of a state that does not fit leaves what was there."""

import signal
import sys

import pytest

from core.store import StateFiles


@pytest.fixture
def file_limit():
    """Let no file of this process grow beyond a size, as on a disk that is full."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of files on Windows")
def test_a_state_that_does_not_fit_leaves_the_one_before(tmp_path, file_limit):
    files = StateFiles(str(tmp_path))
    files.write("run/0", b"first")
    files.write("run/1", b"second")
    file_limit(100_000)
    for name in ("run/1", "run/2"):
        with pytest.raises(OSError, match="File too large"):
            files.write(name, bytes(1_000_000))
    assert files.read("run/1") == b"second"
    assert sorted(files.names_in("run")) == ["run/0", "run/1"]
