"""Settings are read from pasted code, and nothing in it is run."""

import contextlib
import sys
import threading

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.specs import code, links
from core.specs.callbacks import CALLBACKS
from core.specs.code.syntax import MOST_CHARACTERS
from core.specs.problems import InvalidSettings, check_run
from tests.specs import run_specs

CHAPTER = """
tensorboard = TensorBoard(log_dir = 'logs')
# checkpoint = ModelCheckpoint("vgg16.h5",monitor="val_accuracy",save_best_only=True)
reduce_lr = ReduceLROnPlateau(monitor = 'val_accuracy', factor = 0.3, patience = 2,
                              min_delta = 0.001, mode='auto',verbose=1)

history=model.fit(
    X_train,y_train,
    epochs =20,
    callbacks=[reduce_lr, tensorboard]
)
"""


def read(text):
    return code.read_calls(text)


def given_settings(text):
    """Return what differs from the defaults, without the list of callbacks."""
    settings = read(text).settings
    defaults = links.defaults_of("simulated", settings["callbacks"])
    return {k: v for k, v in settings.items() if k != "callbacks" and v != defaults[k]}


def refusal_of(text):
    with pytest.raises(code.UnreadableCode) as refused:
        read(text)
    return str(refused.value)


def said_of(text):
    """Return the notes on a text, or the one sentence that refuses it."""
    try:
        return read(text).notes
    except code.UnreadableCode as refused:
        return [str(refused)]


def test_the_chapters_code_fills_the_form():
    pasted = read(CHAPTER)
    spec = check_run(links.nest(pasted.settings))
    assert [callback.kind for callback in spec.callbacks] == ["ReduceLROnPlateau", "TensorBoard"]
    assert given_settings(CHAPTER) == {
        "ReduceLROnPlateau.monitor": "val_accuracy",
        "ReduceLROnPlateau.factor": 0.3,
        "ReduceLROnPlateau.patience": 2,
        "ReduceLROnPlateau.min_delta": 0.001,
        "ReduceLROnPlateau.verbose": 1,
    }
    assert pasted.training == {"training.epochs": 20}
    assert pasted.notes == ()


@pytest.mark.parametrize(
    "text",
    [
        "EarlyStopping(patience=3)",
        "keras.callbacks.EarlyStopping(patience=3)",
        "tf.keras.callbacks.EarlyStopping(patience=3),",
        "stop = EarlyStopping(patience=3)  # enough",
        "callbacks=[EarlyStopping(patience=3)],",
        "callbacks=[EarlyStopping(patience=3)], epochs=20)"[:-1],
        "    epochs=5,\n    callbacks=[\n        EarlyStopping(patience=3),\n    ],",
        "    a = 1\n    stop = EarlyStopping(\n        patience=3)",
        "a = 1\n    stop = EarlyStopping(patience=3)",
        "if True:\n    stop = EarlyStopping(patience=3)",
        "EarlyStopping('val_loss', 0, 3)",
        "EarlyStopping(patience=+3)",
    ],
)
def test_a_call_is_found_wherever_it_stands(text):
    assert given_settings(text) == {"EarlyStopping.patience": 3}
    assert read(text).notes == ()


def test_defaults_come_along_so_that_the_form_forgets_what_it_held():
    settings = read("EarlyStopping()").settings
    assert settings["EarlyStopping.patience"] == 0
    assert settings["EarlyStopping.baseline"] is None


def test_positional_arguments_are_taken_in_the_order_of_the_signature():
    assert given_settings("ReduceLROnPlateau('loss', .5, 4, True, 'min', -1e-3, 2, 1e-6)") == {
        "ReduceLROnPlateau.monitor": "loss",
        "ReduceLROnPlateau.factor": 0.5,
        "ReduceLROnPlateau.patience": 4,
        "ReduceLROnPlateau.verbose": 1,
        "ReduceLROnPlateau.mode": "min",
        "ReduceLROnPlateau.min_delta": -1e-3,
        "ReduceLROnPlateau.cooldown": 2,
        "ReduceLROnPlateau.min_lr": 1e-6,
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ReduceLROnPlateau(epsilon=1e-4)", "ignores it without a word. Is `min_delta` meant?"),
        ("ReduceLROnPlateau(patiance=1)", "Is `patience` meant?"),
        ("EarlyStopping(zzz=1)", "EarlyStopping has no setting `zzz`: Keras refuses it."),
        ("EarlyStopping(patience=PATIENCE)", "`patience` of EarlyStopping is not a plain value"),
        ("EarlyStopping(patience=int('3'))", "not a plain value"),
        ("EarlyStopping(baseline=1e999)", "not a plain value"),
        ("EarlyStopping(monitor='a\\x00b')", "not a plain value"),
        ("TensorBoard(profile_batch=[1, 2, 3])", "not a plain value"),
        ("EarlyStopping(patience={1})", "not a plain value"),
        ("EarlyStopping(*settings)", "not a plain value"),
        ("EarlyStopping(**settings)", "The ** in EarlyStopping is not followed"),
        ("TerminateOnNaN(True, False)", "takes 1 arguments, got 2"),
        ("EarlyStopping()\nEarlyStopping()", "Line 2: EarlyStopping may stand once"),
        ("LearningRateScheduler(lambda e: 1)", "`schedule` of LearningRateScheduler is not a"),
        ("LambdaCallback(on_epoch_end=f)", "`on_epoch_end` is not run; it prints a line"),
        ("\n\nRemoteMonitor()", "Line 3: RemoteMonitor cannot run here."),
        ("ModelCheckpoint('a/b\\\\best.keras')", "became 'best.keras'"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over_gets_a_sentence(text, words):
    (note,) = read(text).notes
    assert words in note
    assert note.startswith("Line ")
    assert note.endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "training"),
    [
        ("model.fit(x, y, 64, 20, callbacks=[{}])", {"batch_size": 64, "epochs": 20}),
        ("epochs=5, verbose=True, callbacks=[{}]", {"epochs": 5, "verbose": 1}),
        ("scaler.fit(x)\nm.fit(x, epochs=5)\nm.fit(x, epochs=9, callbacks=[{}])", {"epochs": 9}),
        ("model.fit(x, epochs=-3, callbacks=[{}])", {}),
        ("model.evaluate(x, batch_size=64)\n{}", {}),
    ],
)
def test_whole_numbers_of_fit_are_taken(text, training):
    pasted = read(text.format("EarlyStopping(patience=3)"))
    assert pasted.training == {f"training.{name}": value for name, value in training.items()}


def test_the_chapters_checkpoint_is_taken_as_what_a_run_here_writes():
    (line,) = (line for line in CHAPTER.splitlines() if "ModelCheckpoint" in line)
    pasted = read(line.removeprefix("# checkpoint = "))
    assert pasted.settings["ModelCheckpoint.filepath"] == "vgg16.keras"
    assert pasted.notes == (
        "Line 1: `filepath` became 'vgg16.keras': Keras takes .h5 too, a run here writes .keras.",
    )
    assert check_run(links.nest(pasted.settings))


@pytest.mark.parametrize(
    "text", ["ModelCheckpoint('w.h5', save_weights_only=True)", "ModelCheckpoint('w')"]
)
def test_a_file_name_that_keras_refuses_too_is_left_for_the_form_to_refuse(text):
    pasted = read(text)
    assert pasted.notes == ()
    with pytest.raises(InvalidSettings):
        check_run(links.nest(pasted.settings))


def test_a_louder_callback_prints_what_one_of_verbose_1_prints():
    pasted = read("EarlyStopping(verbose=2)")
    assert pasted.settings["EarlyStopping.verbose"] == 1
    assert pasted.notes == (
        "Line 1: `verbose` of EarlyStopping became 1: Keras prints the same for 2.",
    )


def test_what_fit_is_told_besides_is_named_in_one_sentence():
    (note,) = read(
        "s = EarlyStopping()\nmodel.fit(x, y, epochs=EPOCHS, batch_size=None, "
        "validation_split=0.2, class_weight={0: 2}, callbacks=[s])"
    ).notes
    assert note == (
        "Line 2: `batch_size`, `epochs`, `validation_split`, `class_weight` of `fit` are not "
        "taken. Only `epochs`, `batch_size` and `verbose` are, where they are whole numbers."
    )


@pytest.mark.parametrize(
    ("value", "words"), [("5", "validates one epoch in 5 only"), ("[1, 9]", "not every epoch")]
)
def test_a_patience_in_validated_epochs_is_told_to_be_one(value, words):
    left, counted = read(f"fit(x, validation_freq={value}, callbacks=[EarlyStopping()])").notes
    assert "`validation_freq` of `fit` is not taken" in left
    assert words in counted
    assert "counts the `patience` in validated epochs" in counted


def test_fit_without_a_callback_is_refused_all_the_same():
    assert refusal_of("model.fit(x, epochs=20)").startswith("No callback of Keras is called here.")


def test_a_function_of_a_hook_prints_instead():
    settings = read("LambdaCallback(None, lambda epoch, logs: stop(), on_train_end=None)").settings
    assert settings["LambdaCallback.on_epoch_end"] is True
    assert settings["LambdaCallback.on_epoch_begin"] is False
    assert settings["LambdaCallback.on_train_end"] is False


def test_a_range_of_batches_is_two_numbers():
    assert given_settings("TensorBoard(profile_batch=[2, 5])") == {
        "TensorBoard.profile_batch": (2, 5)
    }


def test_a_schedule_of_the_optimizer_is_handed_on():
    text = "Adam(keras.optimizers.schedules.CosineDecay(0.1, 1000))\nReduceLROnPlateau()"
    assert read(text).schedule_object == "CosineDecay"
    assert read("ReduceLROnPlateau()").schedule_object == ""


@pytest.mark.parametrize("text", ["", "   ", "x = 1", "# EarlyStopping()", "EarlyStopping"])
def test_code_without_a_call_says_what_to_paste(text):
    assert refusal_of(text).startswith("No callback of Keras is called here.")


def test_an_error_names_its_line():
    assert refusal_of("a = 1\nEarlyStopping(patience=)\n").startswith("Line 2 is not Python:")


def test_a_whole_book_is_refused():
    assert str(MOST_CHARACTERS) in refusal_of("#" * (MOST_CHARACTERS + 1))


def test_nothing_is_run():
    text = "__import__('sys').modules.pop('json')\nEarlyStopping(patience=exit())"
    assert read(text).settings["EarlyStopping.patience"] == 0
    assert "json" in sys.modules


@pytest.mark.parametrize(
    "piece",
    ["(", "[", "-", "not ", "lambda:", "a.", "1+", "a=", "1 if a else ", "1**", "f'{", "\0"],
)  # fmt: skip
def test_depth_without_end_is_refused_in_a_thread_of_the_app(piece):
    said = []

    def ask():
        text = f"EarlyStopping(patience={piece * (MOST_CHARACTERS // len(piece) - 30)}1"
        said.extend(said_of(whole) for whole in (text, f"{text})"))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert all(len(sentences) == 1 for sentences in said)
    assert len(said) == 2


@given(st.text(max_size=300))
@example("\ud800")
@example("'\\d'")
@example("EarlyStopping(patience=0o_7)")
def test_any_text_is_read_or_refused_in_a_sentence(text):
    assert all(sentence.endswith((".", "?")) for sentence in said_of(text))


words = st.sampled_from(
    [*(callback.__name__ for callback in CALLBACKS), "keras.callbacks.", "(", ")", "[", "]", ",",
     "=", "patience", "monitor", "filepath", "*", "**", "\n", "    ", "1", "-", "0.5", "'a/b'",
     "None", "True", "fit", "epochs", "validation_freq",
     "lambda x: x", "x", "{", "}", ":", "1e999", "'\\ud800'", "#"]
)  # fmt: skip


@given(st.lists(words, max_size=30).map("".join))
def test_whatever_is_read_can_stand_in_a_form_and_in_a_link(text):
    try:
        settings = read(text).settings
    except code.UnreadableCode:
        return
    back = links.from_query(links.flat_to_query(settings))
    assert back["callbacks"] == settings["callbacks"]
    with contextlib.suppress(InvalidSettings):
        check_run(links.nest(settings))


@given(run_specs.any_run)
def test_settings_survive_the_way_through_code(spec):
    if not spec.callbacks:
        return
    text = code.cell(spec)
    pasted = code.read_calls(text)
    back = check_run(links.nest(pasted.settings)).callbacks
    plain = [c for c in spec.callbacks if c.kind != "LearningRateScheduler"]
    assert [c for c in back if c.kind != "LearningRateScheduler"] == plain
