"""Whether Keras can fill in the name of ModelCheckpoint's file when it saves."""

from string import Formatter

from core.specs.callbacks import METRICS, LearningRateScheduler, ModelCheckpoint, ReduceLROnPlateau
from core.specs.run import RunSpec

_BEFORE_VALIDATION = ("loss", "accuracy")


def unfillable(spec: RunSpec) -> str:
    """Return why ModelCheckpoint could not name its file, "" if it can.

    Keras would find out when it saves for the first time, and the training would fail. A stored
    run is still read, however it is named: it is what it was.

    Source: `ModelCheckpoint._get_file_path`, Keras 3.15.
    """
    saving = next((each for each in spec.callbacks if isinstance(each, ModelCheckpoint)), None)
    if saving is None:
        return ""
    known = _known(spec, saving)
    for _, name, form, _ in Formatter().parse(saving.filepath):
        if name is not None and name not in known:
            return _unknown(saving, name, known)
        if name is not None and not _fits(known[name], form or ""):
            return (
                "`filepath` must have formats that fit their values, got "
                f"{{{name}:{form}}} in {saving.filepath!r}. Try {{epoch:02d}} for a whole number "
                "and {val_loss:.2f} for a metric."
            )
    return ""


def _known(spec: RunSpec, saving: ModelCheckpoint) -> dict[str, float]:
    """Return what Keras fills in when it saves, with a value of the type that it has."""
    if saving.save_freq != "epoch":
        return {"epoch": 1, "batch": 1} | dict.fromkeys(_BEFORE_VALIDATION, 0.5)
    before = spec.callbacks[: spec.callbacks.index(saving)]
    # They put it into the logs, which are handed from callback to callback.
    has_rate = any(isinstance(each, ReduceLROnPlateau | LearningRateScheduler) for each in before)
    logged = (*METRICS, "learning_rate") if has_rate else METRICS
    return {"epoch": 1} | dict.fromkeys(logged, 0.5)


def _fits(value: float, form: str) -> bool:
    try:
        format(value, form)
    except ValueError:
        return False
    return True


def _unknown(saving: ModelCheckpoint, name: str, known: dict[str, float]) -> str:
    moment = "at the end of an epoch" if saving.save_freq == "epoch" else "after a batch"
    remedy = "Take one of these."
    if name == "batch":
        remedy = "Take one of these, or a whole number for save_freq."
    elif name == "learning_rate" and saving.save_freq == "epoch":
        remedy = "Place ReduceLROnPlateau or LearningRateScheduler before ModelCheckpoint."
    elif name in METRICS:
        remedy = "Take one of these, or 'epoch' for save_freq."
    return (
        f"`filepath` must name only what Keras knows {moment} ({', '.join(known)}), got "
        f"{{{name}}} in {saving.filepath!r}. {remedy}"
    )
