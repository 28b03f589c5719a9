"""Work in processes of its own: what it reports, returns, and what becomes of it when it fails."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from core.data.scan_set import ScansError
from core.engine.tasks import Busy, Limits, Tasks
from tests.waiting import until

# As a process of its own imports this file.
JOBS = "tests.engine.test_tasks:"


def double(number, on_progress):
    on_progress("Doubling", 0.5)
    return {"doubled": 2 * number}


def refuse(on_progress):
    raise ScansError("There is nothing: bring something.")


def break_off(on_progress):
    raise KeyError("nobody expected this")


def take_memory(on_progress):
    return len(bytearray(4 * 2**30))


def die(on_progress):
    os.kill(os.getpid(), 9)


def wait_for_ever(path, on_progress):
    Path(path).write_text(str(os.getpid()))
    threading.Event().wait()


@pytest.fixture
def tasks():
    return Tasks()


def ended(tasks, key, *, within_s=180):
    until(lambda: tasks.state(key).done, within_s=within_s, what=f"the end of {key}")
    return tasks.state(key)


def test_a_task_returns_what_its_job_returns(tasks):
    tasks.start("one", f"{JOBS}double", 21)
    state = ended(tasks, "one")
    assert state.problem == ""
    assert state.result == {"doubled": 42}


def test_a_refusal_reaches_the_person_as_it_is(tasks):
    tasks.start("one", f"{JOBS}refuse")
    assert ended(tasks, "one").problem == "There is nothing: bring something."


def test_whatever_else_goes_wrong_gets_a_sentence_too(tasks):
    limits = Limits(memory_bytes=2 * 2**30)
    tasks.start("broken", f"{JOBS}break_off")
    tasks.start("greedy", f"{JOBS}take_memory", limits=limits)
    tasks.start("dead", f"{JOBS}die")
    assert "It broke off (KeyError)" in ended(tasks, "broken").problem
    assert "more memory than it may" in ended(tasks, "greedy").problem
    assert "Its process ended" in ended(tasks, "dead").problem


def test_a_task_that_takes_too_long_is_ended(tasks, tmp_path):
    # The start of its process counts too.
    tasks.start("slow", f"{JOBS}wait_for_ever", str(tmp_path / "pid"), limits=Limits(seconds=12))
    assert ended(tasks, "slow").problem.startswith("It took more than 12 s: try again")
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def test_a_key_is_started_once_until_it_is_forgotten(tasks):
    calls = []
    for _ in range(3):
        tasks.start("one", f"{JOBS}double", 1, afterwards=lambda: calls.append(1))
    ended(tasks, "one")
    tasks.start("one", f"{JOBS}double", 2)
    assert tasks.state("one").result == {"doubled": 2}
    tasks.forget("one")
    assert tasks.state("one") is None
    tasks.start("one", f"{JOBS}double", 2)
    assert ended(tasks, "one").result == {"doubled": 4}
    assert calls == [1]


def test_what_must_happen_afterwards_happens_when_a_task_fails_as_well(tasks, tmp_path):
    upload = tmp_path / "upload.zip"
    upload.write_bytes(b"x")
    tasks.start("dead", f"{JOBS}die", afterwards=upload.unlink)
    ended(tasks, "dead")
    assert not upload.exists()


def test_too_many_waiting_tasks_are_refused(tasks, monkeypatch):
    from core.engine import tasks as module

    monkeypatch.setattr(module, "_MOST_WAITING", 2)
    tasks.start("one", f"{JOBS}double", 1)
    tasks.start("two", f"{JOBS}double", 1)
    with pytest.raises(Busy, match="try again in a minute"):
        tasks.start("three", f"{JOBS}double", 1)
    ended(tasks, "one")
    ended(tasks, "two")


def test_whoever_waits_for_a_short_task_is_told_when_others_go_on_for_long(tasks, monkeypatch):
    from core.engine import tasks as module

    monkeypatch.setattr(module, "_PATIENCE_S", 0.01)
    for _ in range(module._AT_ONCE):
        tasks._slots.acquire()
    with pytest.raises(Busy, match="3 data sets are being read"):
        tasks.do(f"{JOBS}double", 1)
    tasks._slots.release()
    assert tasks.do(f"{JOBS}double", 1).result == {"doubled": 2}
    # It gave its place back.
    assert tasks.do(f"{JOBS}double", 2).result == {"doubled": 4}


APP = """
import sys
from core.engine.tasks import Tasks
Tasks().start("slow", "tests.engine.test_tasks:wait_for_ever", sys.argv[1])
sys.stdin.read()
"""


def test_an_app_that_is_killed_leaves_no_task_behind(tmp_path):
    app = subprocess.Popen(
        [sys.executable, "-c", APP, str(tmp_path / "pid")], stdin=subprocess.PIPE
    )
    until((tmp_path / "pid").exists, within_s=180, what="the task to begin")
    until((tmp_path / "pid").read_text, within_s=60, what="its number")
    task = psutil.Process(int((tmp_path / "pid").read_text()))
    app.kill()
    app.wait()
    app.stdin.close()
    _, alive = psutil.wait_procs([task], timeout=90)
    assert not alive


def test_a_bomb_is_refused_within_the_memory_of_its_process(tasks, tmp_path):
    from tests.data.intake import zips

    archive = zips.bomb(tmp_path / "a.zip", megabytes=400)
    job = "core.data.intake.pictures:bring"
    arguments = str(archive), str(tmp_path / "data"), "set", {}
    tasks.start("bomb", job, *arguments, limits=Limits(seconds=170, memory_bytes=2**30))
    assert "60 times its size" in ended(tasks, "bomb").problem
    assert not list((tmp_path / "data").iterdir())
