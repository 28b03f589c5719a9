"""A run as a script and as a notebook cell, which need Keras and NumPy only."""

from core.specs.callbacks import LearningRateScheduler
from core.specs.code.callback_list import function_code, list_code, module_names
from core.specs.code.layout import call, literal
from core.specs.code.networks import network_code
from core.specs.run import FINAL_MODEL, RunSpec, TrainingSpec

SCANS_FILE = "scans.npz"

_OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop"}
_JIT = {"auto": "", "on": "jit_compile=True", "off": "jit_compile=False"}

_DOCSTRING = '''\
"""{name}: a training, its callbacks and nothing else.

The file {file} holds the scans:
    x_train, x_val: shape (scans, {size}, {size}, 1), uint8, 0 black to 255 white;
    y_train, y_val: shape (scans, classes), float32, 1 for a scan's class and 0 elsewhere.
"""
'''
_BATCHES = '''\
class Batches(keras.utils.PyDataset):
    """Batches of scans, in an order that seed and epoch alone decide."""

    def __init__(self, x, y, shuffle):
        super().__init__()
        self.x, self.y = x, y
        self.shuffle = shuffle
        self.order = np.arange(len(x))
        self.epoch = -1

    def __len__(self):
        return math.ceil(len(self.x) / BATCH_SIZE)

    def __getitem__(self, index):
        chosen = self.order[index * BATCH_SIZE : (index + 1) * BATCH_SIZE]
        return self.x[chosen], self.y[chosen]

    def on_epoch_begin(self):
        self.epoch += 1
        if self.shuffle:
            draw = np.random.default_rng([SEED, self.epoch])
            self.order = draw.permutation(len(self.x))
'''
_LOADING = """\
keras.utils.set_random_seed(SEED)
scans = np.load("{file}")
model = build_model(classes=scans["y_train"].shape[1])
"""
_CELL_NOTE = """\
# Needs a compiled model and the arrays x_train, y_train, x_val and y_val.
"""
_EMA_NOTE = """\
# SwapEMAWeights needs an optimizer with use_ema=True, as in Adam(use_ema=True).
"""


def script(spec: RunSpec) -> str:
    """Return a complete script that trains as the run does, from the scans in `scans.npz`.

    It draws weights, dropout and batches as the run does, and so repeats its history.
    `core.data.npz.write_npz` writes its scans.
    """
    imports = _imports(["import numpy as np", "from keras import layers"], ["math"])
    definitions = [
        f"{imports}\n{_constants(spec.training)}",
        _BATCHES,
        network_code(spec.training, spec.scans.image_size),
        *function_code(spec),
    ]
    return f"{_head(spec)}\n{_apart(*definitions, _main(spec))}"


def cell(spec: RunSpec) -> str:
    """Return a notebook cell with the callbacks and the call of `fit`.

    It expects `model`, compiled, and the arrays x_train, y_train, x_val and y_val.
    """
    training, functions = spec.training, function_code(spec)
    planned = any(isinstance(callback, LearningRateScheduler) for callback in spec.callbacks)
    rate = f"LEARNING_RATE = {training.learning_rate!r}\n" if planned else ""
    head = f"{_CELL_NOTE}{_imports([], module_names(spec))}\nEPOCHS = {training.epochs}\n{rate}"
    note = _EMA_NOTE if spec.use_ema else ""
    body = f"{note}{list_code(spec)}\nhistory = {_fit_arrays(training)}\n"
    return _apart(head, *functions, body) if functions else f"{head}\n{body}"


def _head(spec: RunSpec) -> str:
    name = spec.name.strip() or "Run"
    return _DOCSTRING.format(name=name, file=SCANS_FILE, size=spec.scans.image_size)


def _imports(others: list[str], modules: list[str]) -> str:
    standard = "".join(f"import {name}\n" for name in modules)
    rest = "".join(f"{line}\n" for line in ["import keras", *others])
    return f"{standard}\n{rest}" if standard else rest


def _constants(training: TrainingSpec) -> str:
    return (
        f"EPOCHS = {training.epochs}\n"
        f"BATCH_SIZE = {training.batch_size}\n"
        f"LEARNING_RATE = {training.learning_rate!r}\n"
        f"SEED = {training.seed}\n"
    )


def _precision(training: TrainingSpec) -> str:
    if training.precision == "float32":
        return ""
    return f"keras.config.set_dtype_policy({literal(training.precision)})\n"


def _main(spec: RunSpec) -> str:
    return (
        f"{_precision(spec.training)}{_LOADING.format(file=SCANS_FILE)}{_compile(spec)}\n{list_code(spec)}\n"
        f'history = {_fit_batches(spec.training)}\nmodel.save("{FINAL_MODEL}")\n'
    )


def _compile(spec: RunSpec) -> str:
    settings = ["learning_rate=LEARNING_RATE", *(["use_ema=True"] if spec.use_ema else [])]
    optimizer = f"keras.optimizers.{_OPTIMIZERS[spec.training.optimizer]}({', '.join(settings)})"
    jit = _JIT[spec.training.jit_compile]
    arguments = [f"optimizer={optimizer}", 'loss="categorical_crossentropy"']
    return call("model.compile", [*arguments, 'metrics=["accuracy"]', *([jit] if jit else [])])


def _fit_batches(training: TrainingSpec) -> str:
    return call(
        "model.fit",
        [
            'Batches(scans["x_train"], scans["y_train"], shuffle=True)',
            'validation_data=Batches(scans["x_val"], scans["y_val"], shuffle=False)',
            # Batches shuffles by seed and epoch; Keras would shuffle its batches again.
            "shuffle=False",
            "epochs=EPOCHS",
            f"verbose={training.verbose}",
            "callbacks=callbacks",
        ],
    )


def _fit_arrays(training: TrainingSpec) -> str:
    return call(
        "model.fit",
        [
            "x_train",
            "y_train",
            "validation_data=(x_val, y_val)",
            "epochs=EPOCHS",
            f"batch_size={training.batch_size}",
            f"verbose={training.verbose}",
            "callbacks=callbacks",
        ],
    )


def _apart(*blocks: str) -> str:
    """Put blocks below each other with two empty lines between them."""
    return "\n\n".join(blocks)
