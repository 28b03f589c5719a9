"""Workers that are born with Keras imported: `python -m tests.keras.warm`.

Reads the ids of runs, a line each, and trains each in a child of its own, which is a copy of
this process. Nothing has been computed here, so TensorFlow has started none of the threads
that a copy would lack. Prints the child's process id, and when it has ended its exit status.
"""

import os
import sys

from core.training import models
from core.training.run import train_run
from tests.keras import shallow


def main() -> None:
    models._ARCHITECTURES["small_cnn"] = shallow.features
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            train_run(line.strip())
            os._exit(0)
        print(child, flush=True)  # noqa: T201 - the test reads it
        status = os.waitpid(child, 0)[1]
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
