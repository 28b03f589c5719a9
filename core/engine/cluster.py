"""Whether a cluster is fit for use: `python -m core.engine.cluster [WORKERS]`.

Joins the cluster at `DASK_SCHEDULER_ADDRESS`, waits for that many workers, and says of each
what it is there for and what is wrong with it. The exit status is 0 if nothing is.
"""

# Dask's types are partial.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import secrets
import sys
from collections.abc import Mapping
from typing import Any, cast

from distributed import Client

from core.engine import sight
from core.engine.roles import ANSWERS, TRAINS
from core.engine.sight import Sight
from core.settings import Settings

_CONNECT_S, _WORKERS_S = 30, 180


def main(arguments: list[str]) -> int:
    """Check the cluster and print what was found."""
    address = Settings().dask_scheduler_address
    if not address:
        print("DASK_SCHEDULER_ADDRESS is not set: the app would start a worker of its own.")  # noqa: T201
        return 1
    with Client(address, timeout=_CONNECT_S, set_as_default=False) as client:
        if arguments:
            client.wait_for_workers(int(arguments[0]), timeout=_WORKERS_S)
        problems = _check(client)
    return 1 if problems else 0


def _check(client: Client) -> int:
    """Print what was found, and return how many problems there are."""
    workers: dict[str, Any] = dict(client.scheduler_info()["workers"])
    token = secrets.token_hex(8)
    sight.leave(token)
    try:
        ours = sight.look(token)
        # A client that is not asynchronous returns what its workers did.
        seen: dict[str, Sight] = cast("Any", client.run(sight.look, token))
    finally:
        sight.take_away(token)
    problems = 0 if workers else 1
    for address, theirs in seen.items():
        found = problems_of(ours, theirs, workers.get(address, {}))
        problems += len(found)
        print("\n".join([_headline(address, theirs, workers.get(address, {})), *found]))  # noqa: T201
    print(f"{len(workers)} workers, {problems} problems.")  # noqa: T201
    return problems


def _headline(address: str, theirs: Sight, worker: Mapping[str, Any]) -> str:
    roles = [role for role in (TRAINS, ANSWERS) if worker.get("resources", {}).get(role)]
    where = theirs.device or "device not known"
    return f"{address} on {theirs.host}: {' and '.join(roles) or 'no role'}, {where}"


def problems_of(ours: Sight, theirs: Sight, worker: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a worker, a sentence each.

    Args:
        ours: What the app's machine sees.
        theirs: What the worker sees.
        worker: What the scheduler knows of it.
    """
    checks = {
        "It has no role, and may be sent nothing: add --resources TRAIN=1 (or ANSWER=1).": not any(
            worker.get("resources", {}).get(role) for role in (TRAINS, ANSWERS)
        ),
        "It has several threads, of which one is used: --nthreads 1.": worker.get("nthreads") != 1,
        "Keras is not loaded yet, so its first run waits for that: "
        "--preload core.training.preload.": not theirs.device,
        f"{_other_program(ours, theirs)}: install the same requirements.txt.": bool(
            _other_program(ours, theirs)
        ),
        f"It cannot use the store. {theirs.store_problem}": bool(theirs.store_problem),
        f"Its DATABASE_URL is {theirs.store}, and the app's {ours.store}: they must be the "
        "same.": theirs.store != ours.store,
        "It does not see the app's states: PLATEAU_STATES_URL must be the same place.": (
            not theirs.sees_states
        ),
        "It does not see the app's files: PLATEAU_HOME must be the same shared folder.": (
            not theirs.sees_home
        ),
        f"Its DATA_DIR holds {_named(theirs.folders)}, and the app's {_named(ours.folders)}.": (
            theirs.folders != ours.folders
        ),
    }
    return [f"  {sentence}" for sentence, wrong in checks.items() if wrong]


def _other_program(ours: Sight, theirs: Sight) -> str:
    """Return which program is of another release there, or ""."""
    for (name, here), (_, there) in zip(ours.programs, theirs.programs, strict=True):
        if here != there:
            return f"It has {name} {there}, and the app {here}"
    return "" if ours.backend == theirs.backend else f"Its KERAS_BACKEND is {theirs.backend}"


def _named(folders: tuple[str, ...]) -> str:
    return ", ".join(folders) or "no folder"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
