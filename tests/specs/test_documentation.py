"""Nothing that a person meets goes without its words."""

import re
from pathlib import Path

import pytest

from core.settings import Settings
from core.specs.callbacks import (
    CALLBACKS,
    BackupAndRestore,
    EarlyStopping,
    ModelCheckpoint,
    ReduceLROnPlateau,
)
from core.specs.data import FolderScans, SimulatedScans
from core.specs.fields import words_of
from core.specs.run import RunSpec, TrainingSpec
from core.store import tables

ROOT = Path(__file__).parents[2]
MODELS = [*CALLBACKS, SimulatedScans, FolderScans, TrainingSpec]
FIELDS = [(model, name) for model in MODELS for name in model.model_fields if name != "kind"] + [
    (RunSpec, "name")
]


@pytest.mark.parametrize(
    ("model", "name"), FIELDS, ids=lambda value: getattr(value, "__name__", value)
)
def test_every_setting_has_help_rule_and_remedy(model, name):
    field = model.model_fields[name]
    assert field.description.endswith(".")
    assert words_of(field, "rule")
    assert words_of(field, "remedy").endswith(".")


@pytest.mark.parametrize("callback", CALLBACKS)
def test_every_parameter_of_a_callback_has_its_everyday_meaning(callback):
    for name, field in callback.model_fields.items():
        assert name == "kind" or words_of(field, "everyday").endswith("."), name


@pytest.mark.parametrize("callback", [ReduceLROnPlateau, EarlyStopping])
def test_the_help_of_min_delta_says_that_keras_compares_strictly(callback):
    told = callback.model_fields["min_delta"].description
    assert "improve by more than this" in told
    assert "exactly this much does not count" in told


def test_the_help_of_restore_best_weights_says_when_it_restores_none():
    told = EarlyStopping.model_fields["restore_best_weights"].description
    assert "Not if `fit` ends with an error, or by Ctrl-C" in told


def test_the_help_of_verbose_says_what_a_checkpoint_prints_where_it_saves_nothing():
    assert (
        "one where the metric did not improve"
        in ModelCheckpoint.model_fields["verbose"].description
    )


def test_the_help_of_a_backup_says_where_later_trainings_begin():
    fields = BackupAndRestore.model_fields
    assert "begins every later `fit` at the backup's epoch" in fields["backup_dir"].description
    assert "with as many epochs, it trains none" in fields["delete_checkpoint"].description


def test_every_column_of_the_store_is_documented():
    for table in tables.metadata.tables.values():
        for column in table.columns:
            assert column.comment, f"{table.name}.{column.name}"


def test_every_page_is_in_the_readme():
    entry = (ROOT / "streamlit_app.py").read_text()
    readme = (ROOT / "README.md").read_text()
    for path in re.findall(r'url_path="(\w+)"', entry):
        assert f"`/{path}`" in readme


def test_every_setting_of_an_installation_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    for name in Settings.model_fields:
        assert f"`{name.upper()}`" in readme
