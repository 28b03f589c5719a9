"""The code that is given away: complete, formatted, and what the settings say."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from core.specs import code, presets
from core.specs.callbacks import LearningRateScheduler, SwapEMAWeights
from core.specs.code.plans import plan_code
from core.specs.problems import check_run
from core.specs.run import RunSpec, TrainingSpec
from core.specs.schedules import rates
from tests.specs import run_specs

RUFF = shutil.which("ruff") or str(Path(sys.executable).parent / "ruff")


def ruff(*arguments):
    done = subprocess.run([RUFF, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def examples(count=60):
    """Runs that meet every callback, setting and plan between them."""
    found = []

    @given(run_specs.any_run)
    def gather(spec):
        found.append(spec)

    gather()
    return [*(preset() for preset in presets.PRESETS.values()), *found[-count:]]


def test_a_formatter_has_nothing_to_change(tmp_path):
    for number, spec in enumerate(examples()):
        (tmp_path / f"script_{number}.py").write_text(code.script(spec), encoding="utf-8")
        (tmp_path / f"cell_{number}.py").write_text(code.cell(spec), encoding="utf-8")
    ruff("format", "--check", "--isolated", str(tmp_path))
    ruff("check", "--isolated", "--select", "E4,E7,E9,F,I", *map(str, tmp_path.glob("script_*.py")))


@given(st.text(min_size=1, max_size=64))
def test_a_name_cannot_break_out_of_its_docstring(name):
    try:
        spec = RunSpec(name=name)
    except ValueError:
        return
    tree = ast.parse(code.script(spec))
    assert ast.get_docstring(tree).startswith(spec.name.strip() or "Run")
    assert len(tree.body) == len(ast.parse(code.script(RunSpec())).body)


def test_a_folders_name_is_not_part_of_the_code():
    folder = 'x"""\nimport os\n"""'
    spec = check_run({"scans": {"kind": "folder", "folder": folder}})
    assert "import os" not in code.script(spec)


@given(
    st.builds(LearningRateScheduler, **run_specs.CALLBACKS[LearningRateScheduler]),
    st.floats(1e-9, 1e9),
    st.integers(1, 60),
)
def test_the_schedule_of_the_code_gives_the_rates_of_the_preview(plan, rate, epochs):
    names = {"LEARNING_RATE": rate, "EPOCHS": epochs}
    exec(f"import math\n{plan_code(plan)}", names)  # noqa: S102 - it is our own source
    theirs = tuple(names["schedule"](epoch, 0.5) for epoch in range(epochs))
    assert theirs == rates(plan, rate, epochs)


def test_what_is_keras_default_is_left_unsaid():
    spec = check_run(
        {"callbacks": [{"kind": "ModelCheckpoint"}, {"kind": "EarlyStopping", "patience": 3}]}
    )
    assert 'ModelCheckpoint(filepath="best.keras")' in code.cell(spec)
    assert "EarlyStopping(patience=3)" in code.cell(spec)


def test_settings_of_the_training_are_in_the_script():
    training = TrainingSpec(
        optimizer="rmsprop", precision="mixed_float16", jit_compile="off", seed=7, batch_size=8
    )
    text = code.script(RunSpec(training=training, callbacks=(SwapEMAWeights(),)))
    assert 'keras.config.set_dtype_policy("mixed_float16")' in text
    assert "keras.optimizers.RMSprop(learning_rate=LEARNING_RATE, use_ema=True)" in text
    assert "jit_compile=False" in text
    assert "SEED = 7" in text
    assert "BATCH_SIZE = 8" in text


def test_a_cell_says_what_swapped_weights_need():
    assert "use_ema=True" in code.cell(RunSpec(callbacks=(SwapEMAWeights(),)))
    assert "use_ema" not in code.cell(presets.quick_demo())


def test_an_empty_list_is_an_empty_list():
    assert "callbacks = []\n" in code.cell(RunSpec())
