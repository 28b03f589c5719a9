import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.curves import (
    MAX_BYTES,
    MAX_EPOCHS,
    RecordedCurves,
    UnreadableCurves,
    read_curves,
    read_trainings,
)
from tests.curves.event_bytes import scalar, version, zipped

CSV = "epoch,loss,val_loss\n0,0.9,1.0\n1,0.8,nan\n"
HISTORY = "{'loss': [np.float64(0.9), nan], 'val_loss': [1.0, 0.5]}"
CONSOLE = (
    "Epoch 1/2\r\n\x1b[1m1/9\x1b[0m ━━ 3s 4ms/step - loss: 2.0\b\b\b\r"
    "9/9 ━━ 3s 4ms/step - loss: 0.9 - val_loss: 1.0 - lr: 0.1\n"
    "Epoch 1: ReduceLROnPlateau reducing learning rate to 0.01.\n"
    "Epoch 2/2\n9/9 - 1s - 4ms/step - loss: 0.8 - val_loss: nan\n"
)
EVENTS = version() + scalar("epoch_loss", 0, 0.9) + scalar("epoch_loss", 1, 0.8)
ZIP = zipped({"logs/train/a.tfevents.1": EVENTS, "logs/validation/a.tfevents.1": EVENTS})


@pytest.mark.parametrize(
    ("data", "source"),
    [
        (CSV, "csv_logger"),
        (CSV.replace("epoch", "day"), "table"),
        (HISTORY, "history"),
        (CONSOLE, "console"),
    ],
)
@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-8-sig", "utf-16"])
def test_text_is_known_by_what_it_says(data, source, encoding):
    recorded = read_curves(data if encoding is None else data.encode(encoding))
    assert recorded.source == source
    assert recorded.columns["loss"][0] == 0.9


@pytest.mark.parametrize("data", [EVENTS, ZIP])
def test_event_files_are_known_by_what_they_hold(data):
    recorded = read_curves(data, name="whatever.csv")
    assert recorded.source == "tensorboard"
    np.testing.assert_allclose(recorded.columns["loss"], [0.9, 0.8], rtol=1e-7)


def test_text_pasted_with_a_byte_order_mark_is_read():
    assert read_curves("\ufeff" + CSV).epochs.tolist() == [1, 2]


def test_last_of_several_trainings_is_taken_and_told():
    log = CSV + CSV.partition("\n")[2].replace("0.9", "0.7")
    recorded = read_curves(log)
    assert recorded.columns["loss"].tolist() == [0.7, 0.8]
    assert recorded.notes[-1].startswith("2 trainings were found")
    assert len(read_trainings(log)) == 2


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("model.keras", "is a model"),
        ("model.weights.h5", "is a file of weights"),
        ("history.PKL", "could run code and is not loaded"),
        ("history.pickle", "could run code and is not loaded"),
        ("sheet.xlsx", "save the sheet as CSV"),
        ("logs.tar.gz", "unpack it first"),
    ],
)
def test_files_of_other_kinds_are_told_what_to_bring_instead(name, told):
    with pytest.raises(UnreadableCurves, match=told):
        read_curves(b"PK\x03\x04\x80\x02}q\x00", name=name)


@pytest.mark.parametrize("data", ["", b"", " \n\t", b"\n\n"])
def test_nothing_is_told_as_nothing(data):
    with pytest.raises(UnreadableCurves, match="There is nothing here"):
        read_curves(data)


def test_binary_that_is_no_event_file_is_refused():
    with pytest.raises(UnreadableCurves, match="neither text nor an event file"):
        read_curves(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")


@pytest.mark.parametrize("one", [b"\0", " "])
def test_more_than_twenty_megabytes_are_refused(one):
    with pytest.raises(UnreadableCurves, match="At most 20 MB are read"):
        read_curves(one * (MAX_BYTES + 1))


def test_tensorflow_is_never_imported():
    program = (
        "import sys; from core.curves import read_curves; data = sys.stdin.buffer.read(); "
        "assert len(read_curves(data)) == 2; "
        "print([name for name in ('tensorflow', 'keras', 'streamlit') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=EVENTS, capture_output=True, check=True
    )
    assert done.stdout.strip() == b"[]"


# --- whatever is brought, there is an answer ----------------------------------------------------

NUMBERS = st.sampled_from(
    ["0", "1", "-3", "0.5", "1e-3", "nan", "-inf", "NA", "", "1e999", "٣", "x"]
)
NAMES = st.sampled_from(["epoch", "loss", "val_loss", "lr", "", "a b", "step", "accuracy"])
SEPARATORS = st.sampled_from([",", ";", "\t", "|", ", "])
PIECES = st.sampled_from(
    [
        "Epoch 1/3",
        "Epoch 2/3",
        "5/5 ━━ 3s 4ms/step - loss: 1.5 - val_loss: nan",
        "1/5 [>....] - ETA: 3s - loss: 2.0",
        " - 3s - loss: 0.1 - lr: 1e-3",
        "7/Unknown 3s - loss: 2",
        "Epoch 2: ReduceLROnPlateau reducing learning rate to 0.1.",
        "Epoch 1: LearningRateScheduler setting learning rate to nan.",
        "\r",
        "\b\b",
        "\x1b[1m",
        "\x1b]0;",
        " - ",
        "{'loss': [1, nan]}",
        '{"loss": {"0": 1}}',
        "epoch,loss",
        "0,0.5",
        '"',
        "\0",
    ]
)


@st.composite
def tables(draw):
    separator = draw(SEPARATORS)
    header = draw(st.lists(NAMES, min_size=1, max_size=5))
    cells = st.lists(NUMBERS, min_size=len(header) - 1, max_size=len(header) + 1)
    rows = draw(st.lists(cells, max_size=8))
    return "\n".join(separator.join(row) for row in [header, *rows])


@st.composite
def damaged(draw, whole):
    """A file with some bytes changed and its end cut off."""
    data = bytearray(draw(st.sampled_from(whole)))
    for _ in range(draw(st.integers(0, 4))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))])


logs = st.lists(PIECES, max_size=12).map("\n".join)
histories = st.dictionaries(
    NAMES, st.lists(st.floats() | st.none() | st.text(max_size=3), max_size=6), max_size=4
).map(repr)
anything = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200),
    tables(),
    logs,
    histories,
    damaged([EVENTS, ZIP, CSV.encode(), HISTORY.encode(), CONSOLE.encode()]),
)


@settings(
    derandomize=True,
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@example("epoch,loss\n9007199254740993,1\n1e300,2\n")
@example('{"loss": [1e999]}')
@example(b"\xff\xfe\x00")
@example("epoch\n\x01")
@given(anything)
def test_whatever_is_brought_gives_curves_or_one_sentence(data):
    try:
        trainings = read_trainings(data)
    except UnreadableCurves as error:
        sentence = str(error)
        assert sentence
        assert "\n" not in sentence
        assert len(sentence) < 500
        return
    for training in trainings:
        check(training)


def check(recorded: RecordedCurves) -> None:
    assert len(recorded) >= 1
    assert (np.diff(recorded.epochs) > 0).all()
    assert set(recorded.columns) == set(recorded.present)
    assert recorded.metrics
    for name, values in recorded.columns.items():
        assert values.shape == recorded.epochs.shape == recorded.present[name].shape
        assert values.dtype == np.float64
        assert recorded.present[name].any()
        assert np.isnan(values[~recorded.present[name]]).all()
        assert recorded.curve(name).shape == (1, len(recorded))


SIZE = 2**19
HOSTILE = {
    "spaces": "{" + " " * SIZE,
    "spaces before a bracket": "{'a': [" + "1," + " " * SIZE + ")",
    "one quote": "{'" + "a" * SIZE,
    "backslashes": "{'" + "\\" * SIZE,
    "digits": "Epoch 1/1\n" + "1" * SIZE + "/5 - loss: 1",
    "slashes": "Epoch 1/1\n" + "1/" * (SIZE // 2) + " - loss: 1",
    "dashes": "Epoch 1/1\n" + " - " * (SIZE // 3),
    "colons": "Epoch 1/1\n - " + ": " * (SIZE // 2),
    "escapes": "Epoch 1/1\n" + "\x1b[" * (SIZE // 2),
    "open titles": "Epoch 1/1\n" + "\x1b]" * (SIZE // 2),
    "backspaces": "Epoch 1/1\n" + "a\b" * (SIZE // 2),
    "newlines": "\n" * SIZE + "Epoch 1/1",
    "headers": "Epoch 1/1 " * (SIZE // 10),
    "epochs": "Epoch 1/9\n5/5 - 1s - loss: 1\n" * (SIZE // 30),
    "quotes": '"' * SIZE,
    "separators": "," * SIZE,
    "short lines": "a\n" * (SIZE // 2),
    "numbers": "a,b\n" + "1,2\n" * 90_000,
    "steps back": "epoch,a\n" + "".join(f"{90_000 - row},1\n" for row in range(90_000)),
    "brackets": "{" + "[" * SIZE,
    "records": scalar("loss", 0, 1.0) * (SIZE // 60),
    "entries": b"PK\x03\x04" + b"PK\x01\x02" * (SIZE // 4),
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_takes_seconds_at_most(kind):
    trainings: tuple[RecordedCurves, ...] = ()
    with suppress(UnreadableCurves):
        trainings = read_trainings(HOSTILE[kind])
    assert sum(map(len, trainings)) <= MAX_EPOCHS
