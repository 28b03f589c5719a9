import pytest

from core.plateaus.directions import direction_of


@pytest.mark.parametrize(
    ("monitor", "direction"),
    [
        ("loss", "min"),
        ("val_loss", "min"),
        ("val_accuracy", "max"),
        ("val_acc", "max"),
        ("auc_2", "max"),
        ("val_recall", "max"),
        ("mse", "min"),
        ("val_MeanSquaredError", "min"),
        ("logcosh", "min"),
        ("cosine_similarity", "max"),
    ],
)
def test_auto_knows_the_metrics_of_keras(monitor, direction):
    assert direction_of(monitor) == direction


@pytest.mark.parametrize("monitor", ["my_metric", "learning_rate", "val_false_negatives", "val_"])
def test_auto_refuses_names_without_a_direction(monitor):
    with pytest.raises(ValueError, match=f"monitor='{monitor}'.*Pass mode='max'"):
        direction_of(monitor)


def test_the_name_of_an_output_hides_the_metric():
    with pytest.raises(ValueError, match="tells no direction"):
        direction_of("val_tumour_accuracy")


def test_a_given_mode_wins_over_the_name():
    assert direction_of("val_loss", "max") == "max"
    assert direction_of("my_metric", "min") == "min"


def test_before_3_11_every_name_with_acc_rises_and_all_others_fall():
    assert direction_of("val_tumour_accuracy", semantics="keras-3.10") == "max"
    assert direction_of("val_recall", semantics="keras-3.10") == "min"
    assert direction_of("my_metric", semantics="keras-3.10") == "min"


def test_before_3_11_only_model_checkpoint_knows_the_f_measure():
    assert direction_of("fmeasure", callback="ModelCheckpoint", semantics="keras-3.10") == "max"
    assert direction_of("fmeasure", semantics="keras-3.10") == "min"


def test_early_stopping_asked_the_metric_already_in_3_10():
    assert direction_of("val_auc", callback="EarlyStopping", semantics="keras-3.10") == "max"


def test_pytorch_does_not_guess():
    with pytest.raises(ValueError, match="'min' and 'max' only, got 'auto'"):
        direction_of("val_loss", semantics="pytorch")
    assert direction_of("val_loss", "min", semantics="pytorch") == "min"
