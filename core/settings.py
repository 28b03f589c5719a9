"""Where things are and what is allowed, from the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, NonNegativeInt, PositiveInt, SecretStr
from pydantic_settings import BaseSettings

_SHORTEST = 16


def _not_guessed(token: SecretStr) -> SecretStr:
    if 0 < len(token) < _SHORTEST:
        raise ValueError(
            f"`PLATEAU_OPERATOR_TOKEN` must have {_SHORTEST} characters or more, got {len(token)}. "
            "Take what `python -c 'import secrets; print(secrets.token_urlsafe())'` prints."
        )
    return token


OperatorToken = Annotated[SecretStr, AfterValidator(_not_guessed)]


class Settings(BaseSettings):
    """The installation's settings; each is an environment variable of the same name.

    Attributes:
        data_dir: Folders of scans, one data set each.
        plateau_home: What the program writes: store, caches, files of runs.
        database_url: SQLAlchemy address of the store; a file in the home by default.
        plateau_states_url: Where the states of trainings are kept, a folder or an address
            that fsspec knows; in the home by default. Machines of a cluster share it.
        dask_scheduler_address: A cluster to join instead of starting one.
        plateau_workers: Workers that train, where no cluster is joined; each takes one run or
            one branch of a sweep at a time.
        plateau_worker_threads: Threads of each of them; 0 leaves it to Keras, which takes
            all cores.
        plateau_hosted: True where strangers visit: nobody owns others' runs,
            and no program is started on a visitor's behalf.
        plateau_public_sets: True where visitors of a hosted installation may download
            the public data sets; at home everybody may.
        plateau_operator_token: Who opens the app with it as their `owner` may stop and delete
            everybody's runs and sweeps; at least 16 characters, or empty for nobody.
        plateau_max_active_runs: Runs queued or running at once, over all visitors.
        plateau_max_active_runs_each: The same for one visitor.
    """

    data_dir: Path = Path("data")
    plateau_home: Path = Path(".plateau")
    database_url: str = ""
    plateau_states_url: str = ""
    dask_scheduler_address: str = ""
    plateau_workers: PositiveInt = 1
    plateau_worker_threads: NonNegativeInt = 0
    plateau_hosted: bool = False
    plateau_public_sets: bool = False
    plateau_operator_token: OperatorToken = SecretStr("")
    plateau_max_active_runs: PositiveInt = 30
    plateau_max_active_runs_each: PositiveInt = 3

    @property
    def store_url(self) -> str:
        """The store's address."""
        file = (self.plateau_home / "plateau.sqlite").resolve().as_posix()
        return self.database_url or f"sqlite:///{file}"

    @property
    def states_url(self) -> str:
        """Where the states of trainings are kept."""
        return self.plateau_states_url or (self.plateau_home / "states").resolve().as_posix()

    @property
    def cache_dir(self) -> Path:
        """The directory of prepared scans, which can be deleted at any time."""
        return self.plateau_home / "cache"

    @property
    def traces_dir(self) -> Path:
        """The directory of traced trainings, which can be deleted at any time."""
        return self.plateau_home / "traces"

    @property
    def exactness_dir(self) -> Path:
        """The directory of what checks of devices found, which can be deleted at any time."""
        return self.plateau_home / "exactness"

    def run_dir(self, run_id: str) -> Path:
        """Return the directory that holds the files of one run."""
        return self.plateau_home / "runs" / run_id
