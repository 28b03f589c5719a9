"""What a person is told about a wrong setting."""

import pytest

from core.specs.problems import InvalidSettings, check_run
from core.specs.run import RunSpec


def problems_of(**values):
    with pytest.raises(InvalidSettings) as refused:
        check_run(values)
    return {problem.key: problem.sentence for problem in refused.value.problems}


def callback(kind, **settings):
    return {"callbacks": [{"kind": kind, **settings}]}


def test_a_sentence_names_field_rule_value_and_remedy():
    sentences = problems_of(**callback("ReduceLROnPlateau", factor=1.5))
    assert sentences == {
        "ReduceLROnPlateau.factor": "`factor` must lie strictly between 0 and 1, got 1.5. Each "
        "plateau multiplies the learning rate by it: try 0.3, or switch ReduceLROnPlateau off to "
        "keep the rate constant. Keras refuses 1 and more; with 0 or less it takes the rate "
        "straight to min_lr."
    }


def test_every_wrong_setting_gets_its_own_sentence():
    sentences = problems_of(
        name="<b>",
        training={"epochs": 0, "batch_size": "many"},
        scans={"kind": "simulated", "subjects": 3},
        **callback("EarlyStopping", patience=-1, baseline=float("nan")),
    )
    assert set(sentences) == {
        "name",
        "training.epochs",
        "training.batch_size",
        "scans.subjects",
        "EarlyStopping.patience",
        "EarlyStopping.baseline",
    }


@pytest.mark.parametrize(
    ("kind", "setting", "value", "told"),
    [
        ("ReduceLROnPlateau", "factor", 0, "with 0 or less it takes the rate straight to min_lr"),
        ("ReduceLROnPlateau", "patience", -1, "Keras takes a negative one for 1."),
        ("ReduceLROnPlateau", "cooldown", -1, "as Keras does with a negative one"),
        ("ReduceLROnPlateau", "min_lr", -1, "what a negative one is to Keras"),
        ("EarlyStopping", "patience", -1, "Keras takes a negative one for 1."),
        ("EarlyStopping", "start_from_epoch", -1, "as Keras does with a negative one"),
        ("EarlyStopping", "mode", "maximum", "Keras warns, and takes 'auto'"),
        ("EarlyStopping", "verbose", 2, "it prints the same one for any larger number"),
    ],
)
def test_of_a_value_that_keras_takes_its_meaning_there_is_told(kind, setting, value, told):
    sentences = problems_of(**callback(kind, **{setting: value}))
    assert told in sentences[f"{kind}.{setting}"]


def test_of_the_older_format_it_is_said_that_keras_writes_it():
    sentences = problems_of(**callback("ModelCheckpoint", filepath="vgg16.h5"))
    assert "Keras would write its older format" in sentences["ModelCheckpoint"]
    sentences = problems_of(**callback("ModelCheckpoint", filepath="vgg16"))
    assert "older format" not in sentences["ModelCheckpoint"]


@pytest.mark.parametrize(
    "filepath",
    [
        "../best.keras",
        "a/b.keras",
        "/best.keras",
        ".keras",
        "{epoch.__class__}.keras",
        "{epoch:999999999d}.keras",
        "{0}.keras",
    ],
)
def test_a_checkpoint_stays_in_the_directory_of_its_run(filepath):
    sentences = problems_of(**callback("ModelCheckpoint", filepath=filepath))
    assert "plain file name" in sentences["ModelCheckpoint.filepath"]


def test_a_checkpoint_may_carry_epoch_and_metric_in_its_name():
    name = "{epoch:02d}-{val_loss:.2f}.keras"
    spec = check_run(callback("ModelCheckpoint", filepath=name))
    assert spec.callbacks[0].filepath == name


@pytest.mark.parametrize(
    ("filepath", "save_freq", "refused"),
    [
        ("{val_acc:.2f}.keras", "epoch", "{val_acc}"),
        ("{epoch}-{batch}.keras", "epoch", "a whole number for save_freq"),
        ("{val_loss:.2f}.keras", 50, "'epoch' for save_freq"),
        ("{learning_rate}.keras", "epoch", "before ModelCheckpoint"),
        ("{epoch:.2}.keras", "epoch", "Try {epoch:02d}"),
        ("{val_loss:02d}.keras", "epoch", "{val_loss:02d} in"),
    ],
)
def test_a_checkpoint_names_only_what_keras_knows_when_it_saves(filepath, save_freq, refused):
    values = callback("ModelCheckpoint", filepath=filepath, save_freq=save_freq)
    sentence = problems_of(**values)["ModelCheckpoint.filepath"]
    assert sentence.startswith("`filepath` must")
    assert refused in sentence
    # A run of before this rule is still read.
    assert RunSpec.model_validate(values).callbacks[0].filepath == filepath


def test_what_keras_knows_may_stand_in_the_name_of_a_checkpoint():
    saving = {"kind": "ModelCheckpoint", "filepath": "{epoch}-{batch:04d}-{loss:g}.keras"}
    assert check_run({"callbacks": [saving | {"save_freq": 50}]})
    saving["filepath"] = "{epoch:.1f}-{val_accuracy:.2f}-{learning_rate:e}.keras"
    assert check_run({"callbacks": [{"kind": "ReduceLROnPlateau"}, saving]})


def test_the_ending_of_a_checkpoint_must_fit_what_it_saves():
    sentences = problems_of(**callback("ModelCheckpoint", filepath="best.h5"))
    assert "must end in .keras" in sentences["ModelCheckpoint"]
    sentences = problems_of(
        **callback("ModelCheckpoint", filepath="best.keras", save_weights_only=True)
    )
    assert "must end in .weights.h5" in sentences["ModelCheckpoint"]


def test_the_best_model_cannot_be_told_inside_an_epoch():
    sentences = problems_of(
        **callback("ModelCheckpoint", filepath="a.keras", save_best_only=True, save_freq=5)
    )
    assert "`save_freq` must be 'epoch'" in sentences["ModelCheckpoint"]


@pytest.mark.parametrize(
    "name", ["factor 0.3, patience 2", "rate x0.3 (copy)", "Größe 96: a=1", "_"]
)
def test_a_name_may_say_what_a_run_is(name):
    assert check_run({"name": name}).name == name


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "", "a/b", "<b>", "a{b}", "x" * 65, "*bold*", "a|b"]
)
def test_a_name_that_would_act_elsewhere_is_refused(name):
    assert problems_of(name=name)["name"].startswith("`name` must begin with a letter or digit")


def test_a_misspelt_setting_is_named():
    sentences = problems_of(**callback("ReduceLROnPlateau", epsilon=0.1))
    assert sentences["ReduceLROnPlateau.epsilon"].startswith("`epsilon` is no setting here")


def test_a_setting_of_several_types_is_refused_once():
    sentences = problems_of(**callback("TensorBoard", update_freq="often", profile_batch=[5, 2]))
    assert set(sentences) == {"TensorBoard.update_freq", "TensorBoard.profile_batch"}


def test_a_callback_stands_once():
    sentences = problems_of(callbacks=[{"kind": "EarlyStopping"}, {"kind": "EarlyStopping"}])
    assert "EarlyStopping twice" in sentences[""]


def test_unknown_kinds_are_named():
    assert "'Nope'" in problems_of(**callback("Nope"))["callbacks"]
    assert "'web'" in problems_of(scans={"kind": "web"})["scans"]


def test_a_table_of_rates_gets_a_sentence():
    sentences = problems_of(**callback("LearningRateScheduler", schedule="table", table="ten"))
    assert "must be epochs and rates" in sentences["LearningRateScheduler.table"]
    assert "got 'ten'" in sentences["LearningRateScheduler.table"]


@pytest.mark.parametrize("filename", ["../log.csv", "log.keras", ".csv", "logs/log.csv", ""])
def test_a_log_stays_in_the_directory_of_its_run(filename):
    assert "CSVLogger.filename" in problems_of(**callback("CSVLogger", filename=filename))


def test_a_backup_may_be_saved_after_every_batch():
    for value in (False, "False", "false"):
        spec = check_run(callback("BackupAndRestore", save_freq=value))
        assert spec.callbacks[0].save_freq is False


def test_two_callbacks_cannot_write_to_one_path():
    sentences = problems_of(
        callbacks=[
            {"kind": "TensorBoard", "log_dir": "here"},
            {"kind": "BackupAndRestore", "backup_dir": "here"},
        ]
    )
    assert "'here' twice" in sentences[""]


def test_a_checkpoint_cannot_take_the_name_of_the_last_model():
    sentences = problems_of(**callback("ModelCheckpoint", filepath="final.keras"))
    assert "final.keras is that of the run's last model" in sentences[""]
