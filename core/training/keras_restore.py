"""Going on as Keras's own BackupAndRestore does: the model as it was, and no callback's memory."""
# Keras ships no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false, reportArgumentType=false

from pathlib import Path

import keras

from core.specs.callbacks import BackupAndRestore
from core.specs.run import RunSpec
from core.store import Run
from core.training.state import State, assign_variables


def is_restored_by_keras(run: Run, state: State | None) -> bool:
    """Tell whether Keras's callback, and not this program, brings a run's state back.

    What such a run does after its first epoch of its own is kept and resumed like any other.
    """
    return run.keras_restore and state is not None and state.epoch == run.forked_at


def write_backup(spec: RunSpec, directory: Path, model: keras.Model, state: State) -> None:
    """Write the backup that Keras's callback would have left at the end of the state's epoch.

    It is the callback itself that writes it, so that what it leaves out is left out here: what
    callbacks remember, and the states of random generators. The order of the scans is no part
    of it: seed and epoch decide it, for all runs here.

    Args:
        spec: The run, with the callback among its own.
        directory: The run's own directory.
        model: A model of the run; its variables are changed.
        state: What to back up.
    """
    (folder,) = (each.backup_dir for each in spec.callbacks if isinstance(each, BackupAndRestore))
    assign_variables(model, state.variables)
    callback = keras.callbacks.BackupAndRestore(str(directory / folder))
    callback.set_model(model)
    callback.on_epoch_end(state.epoch)
