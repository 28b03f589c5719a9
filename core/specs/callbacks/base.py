"""What the settings of several callbacks share."""

import re
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from core.specs.fields import setting

METRICS = ("loss", "accuracy", "val_loss", "val_accuracy")

FINITE = "be an ordinary number"
MORE_THAN_MIN_DELTA = (
    "The metric must improve by more than this, in its own units (not a share of it). A change of "
    "exactly this much does not count, although one often reads 'at least'."
)
MIN_DELTA_REMEDY = "Keras would drop the minus sign without a word: try 0.001."
PLAIN_FOLDER = r"^\w[\w.-]{0,63}$"
PLAIN_FOLDER_RULE = "be a plain folder name: letters, digits, ., - and _"
SWITCH_RULE = "be true or false"
WHOLE_EPOCHS = "be a whole number of epochs, 0 or more"

_FILE_NAME = re.compile(r"[\w-][\w.-]{0,99}")


class CallbackSpec(BaseModel):
    """What all callback settings share: frozen, and no unknown names.

    Attributes:
        own_settings: The settings that Keras's class does not have; they describe a
            function that Keras takes as one argument.
        path_setting: The setting that names a file or folder, "" if there is none.
            It is a plain name: the run's own directory is put before it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    own_settings: ClassVar[frozenset[str]] = frozenset()
    path_setting: ClassVar[str] = ""

    @classmethod
    def keras_parameters(cls) -> tuple[str, ...]:
        """Return the parameters of Keras's class, in the order of its signature."""
        return tuple(
            name for name in cls.model_fields if name != "kind" and name not in cls.own_settings
        )


def monitor_setting(description: str, everyday: str) -> Any:
    """Define `monitor`."""
    return setting(
        "val_loss",
        description,
        everyday=everyday,
        rule="be the name of a metric: letters, digits and _",
        remedy="Take one of loss, accuracy, val_loss and val_accuracy.",
        pattern=r"^[A-Za-z_]\w{0,63}$",
    )


def mode_setting() -> Any:
    """Define `mode`."""
    return setting(
        "auto",
        "Whether lower ('min') or higher ('max') values of the metric are better; 'auto' asks the "
        "compiled metrics, and Keras raises an error if the name tells it nothing.",
        everyday="Whether a higher score is better, as for marks, or a lower one, as for mistakes.",
        rule="be 'auto', 'min' or 'max'",
        remedy="Take 'max' for an accuracy and 'min' for a loss; of any other word Keras warns, "
        "and takes 'auto'.",
    )


def verbose_setting(prints: str = "a line each time the callback acts") -> Any:
    """Define `verbose`; 1 prints what is given."""
    return setting(
        0,
        f"1 prints {prints}, 0 keeps it silent.",
        everyday="Whether the assistant says aloud what it does.",
        rule="be 0 or 1",
        remedy="Take 1 to see Keras's line: it prints the same one for any larger number.",
    )


def switch_setting(description: str, *, default: bool, everyday: str, remedy: str) -> Any:
    """Define a setting that is on or off."""
    return setting(default, description, everyday=everyday, rule=SWITCH_RULE, remedy=remedy)


def is_file_name(text: str) -> bool:
    """Tell whether a text names a file in a directory and nothing outside it."""
    return _FILE_NAME.fullmatch(text) is not None
