"""A cluster as docs/cluster.md has it: PostgreSQL, TLS, Dask's own commands, shared folders."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import psutil
import pytest

from core import store
from core.settings import Settings
from tests import postgres
from tests.engine.conftest import write_scans

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "cluster.md").read_text("utf-8")
# Results are the same to the last bit where as many threads add the numbers up.
THREADS = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}

# The app's engine without its pages; it submits the runs and sweeps that it reads.
APP = """
import sys
from core import store
from core.engine import engine
from core.settings import Settings
# Less than for people, and more than a worker is silent for beside six others on two cores.
engine.SILENCE_S = 15.0
settings = Settings()
running = engine.Engine(settings, store.Store(settings.store_url))
for line in sys.stdin:
    kind, name = line.split()
    {"run": running.submit, "sweep": running.submit_sweep}[kind](name)
running.close()
"""


class Machines:
    """Processes that the tests start, each with its environment, and end.

    Args:
        environment: What all of them have.
    """

    def __init__(self, environment):
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), **THREADS, **environment}
        self.ending = ExitStack()

    def start(self, *command, **pipes):
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, text=True, start_new_session=True, **pipes
        )
        self.ending.callback(end, process)
        return process

    def app(self):
        """Start the app's engine, and return a function that submits a run or a sweep."""
        process = self.start(sys.executable, "-c", APP, stdin=subprocess.PIPE)

        def submit(kind, name):
            process.stdin.write(f"{kind} {name}\n")
            process.stdin.flush()

        return submit

    def settings(self):
        names = {name: self.environment.get(name, "") for name in ("DATABASE_URL", "PLATEAU_HOME")}
        return Settings(
            database_url=names["DATABASE_URL"], plateau_home=Path(names["PLATEAU_HOME"])
        )


class Cluster(Machines):
    """A scheduler and workers, started with the commands of docs/cluster.md.

    Args:
        environment: What all of them have.
    """

    def __init__(self, environment):
        with closing(socket.socket()) as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.address = f"tls://127.0.0.1:{self.port}"
        super().__init__({"DASK_SCHEDULER_ADDRESS": self.address, **environment})

    def scheduler(self):
        command = documented("dask scheduler ").replace("10.0.0.1", "127.0.0.1")
        command = command.replace("8786", str(self.port))
        self.environment |= dict(
            re.findall(r"^export (DASK_DISTRIBUTED__SCHEDULER\w+)=(\S+)$", DOCUMENT, re.MULTILINE)
        )
        # A dashboard has a fixed port, where another program may have one.
        return self.start(*shlex.split(command), "--protocol", "tls", "--no-dashboard")

    def worker(self):
        command = documented("dask worker ").replace("tcp://10.0.0.1:8786", self.address)
        return self.start(*shlex.split(command), "--host", "127.0.0.1", "--no-dashboard")

    def check(self, *arguments, **environment):
        """Run the check of docs/cluster.md, and return its status and what it printed."""
        module = documented("python -m ").split()[2]
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            check=False,
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=480,
        )
        return done.returncode, done.stdout + done.stderr


def documented(beginning):
    """Return the first line of a command of the document that begins so."""
    return re.search(rf"^{re.escape(beginning)}.*$", DOCUMENT, re.MULTILINE)[0]


def family(process):
    """Return a process with its children, the nanny's worker among them."""
    parent = psutil.Process(process.pid)
    return [parent, *parent.children(recursive=True)]


def send(process, what):
    """Send a signal to a process and all its children."""
    for each in family(process):
        each.send_signal(what)


def end(process):
    if process.stdin:
        process.stdin.close()  # The app ends by this.
    elif process.poll() is None:
        send(process, signal.SIGCONT)
        send(process, signal.SIGKILL)
    process.wait(180)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Certificates made as the document says, and the environment that names them."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make certificates with: apt-get install openssl")
    directory = tmp_path_factory.mktemp("tls")
    for line in re.findall(r"^openssl .*$", DOCUMENT, re.MULTILINE):
        subprocess.run(shlex.split(line), check=True, cwd=directory, capture_output=True)
    named = re.findall(r"^export (DASK_DISTRIBUTED__COMM\w+)=(\S+)$", DOCUMENT, re.MULTILINE)
    return {
        name: str(directory / value) if value.endswith(".pem") else value for name, value in named
    }


@pytest.fixture(scope="module")
def cluster(certificates, tmp_path_factory):
    """A scheduler, three workers that train, and what they share."""
    shared = tmp_path_factory.mktemp("shared")
    write_scans(shared / "data" / "squares")
    with postgres.server() as url:
        cluster = Cluster(
            {
                "DATABASE_URL": url,
                "PLATEAU_HOME": str(shared / "home"),
                "PLATEAU_STATES_URL": f"file://{shared}/states",
                "DATA_DIR": str(shared / "data"),
                **certificates,
            }
        )
        with cluster.ending:
            cluster.scheduler()
            cluster.workers = [cluster.worker() for _ in range(3)]
            yield cluster


@pytest.fixture
def db(cluster):
    opened = store.Store(cluster.environment["DATABASE_URL"])
    yield opened
    opened.close()


@pytest.fixture
def alone(cluster, tmp_path):
    """A single machine with a store of its own, and the same scans."""
    keep = {"DATA_DIR": cluster.environment["DATA_DIR"], "PLATEAU_HOME": str(tmp_path / "home")}
    machine = Machines(keep | {"DASK_SCHEDULER_ADDRESS": ""})
    with machine.ending:
        yield machine
