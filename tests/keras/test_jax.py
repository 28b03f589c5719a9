"""What holds on TensorFlow holds on JAX: some tests of this folder, once more without the former.

A training needs the API of Keras alone; only the callback TensorBoard imports TensorFlow.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.keras,
    pytest.mark.timeout(900),
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed"),
]
ROOT = Path(__file__).parents[2]
AGAIN = (
    "test_recorder.py::test_early_stop_and_restored_weights_name_their_epochs",
    "test_continuation.py::test_a_stopped_run_goes_on_as_if_nothing_had_happened",
    "test_continuation.py::test_the_rate_cut_by_hand_is_an_event_and_is_cut_again_at_the_same_batch",
    # Branches of a sweep and runs alone are equal only if both begin with it.
    "test_models.py::test_a_training_begins_with_the_order_of_its_first_epoch",
    "test_trace.py::test_each_call_stands_at_the_line_that_names_its_hook",
    "test_readout.py::test_where_nothing_speaks_for_the_class_the_map_is_zero",
)
# Keras chooses its backend when it is imported, and imports TensorFlow to save, if it is there.
CHILD = """
import sys

class Without:
    def find_spec(name, path=None, target=None):
        if name == "tensorflow":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Without)
import keras, pytest
assert keras.backend.backend() == "jax"
sys.exit(pytest.main(sys.argv[1:]))
"""


def test_runs_rates_resumes_traces_and_heat_maps_are_the_same_on_jax(tmp_path):
    tests = [f"tests/keras/{each}" for each in AGAIN]
    child = subprocess.run(
        [
            *(sys.executable, "-c", CHILD, "-n0", "-q", "-p", "no:cacheprovider"),
            *(f"--basetemp={tmp_path / 'child'}", *tests),
        ],
        cwd=ROOT,
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=850,
    )
    told = f"{child.stdout[-6000:]}\n{child.stderr[-2000:]}"
    assert child.returncode == 0, told
    assert f"{len(AGAIN)} passed" in child.stdout, told


def _environment(directory):
    """Return the environment without what pytest tells its own processes."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        "KERAS_BACKEND": "jax",
        # Trainings of one kind are compiled once: half the time.
        "JAX_COMPILATION_CACHE_DIR": str(directory / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    }
