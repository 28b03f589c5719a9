"""The same settings on the same curve under every release's rules, and where they part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.plateaus.arrays import Curves
from core.plateaus.directions import Semantics
from core.plateaus.recorded_rates import RecordedRates
from core.plateaus.releases import first_epoch_apart
from core.plateaus.what_if import Replayed, Setting, replay_setting
from core.plateaus.what_if_wording import acts_told, doubt_told, same_rates
from core.specs.callbacks import ModelCheckpoint, ReduceLROnPlateau

RELEASES: Mapping[Semantics, str] = {
    "keras-3.15": "Keras 3.15",
    "keras-3.11": "Keras 3.11.3 to 3.14 on reuse",
    "keras-3.10": "Keras 3.10",
    "pytorch": "PyTorch",
}
"""What each is called on the screen."""

_REASONS: Mapping[Semantics, str] = {
    "keras-3.15": "",
    "keras-3.11": "the callback still holds the best of its first training",
    "keras-3.10": "it compares in float64 with a best that starts at infinity",
    "pytorch": "it compares in float64, and leaves out a reduction by no more than `eps`",
}


@dataclass(frozen=True)
class ReleaseOutcome:
    """What one release makes of a setting.

    Attributes:
        release: As it is called on the screen.
        replayed: None where the release cannot judge the curve.
        sentence: Where it parts from Keras 3.15 and why, or what is in its way.
    """

    release: str
    replayed: Replayed | None
    sentence: str


def releases_of(kind: str) -> tuple[Semantics, ...]:
    """The rules that there are for a callback.

    PyTorch has ReduceLROnPlateau alone. A reused ModelCheckpoint is no matter of the release: it
    has no `on_train_begin`, and so holds its `best` in all of them.
    """
    missing: set[Semantics] = set()
    if kind != ReduceLROnPlateau.__name__:
        missing.add("pytorch")
    if kind == ModelCheckpoint.__name__:
        missing.add("keras-3.11")
    return tuple(semantics for semantics in RELEASES if semantics not in missing)


def reuse_told(kind: str) -> str:
    """Say what a callback that is given to a second `fit` still holds, in Markdown."""
    if kind == ModelCheckpoint.__name__:
        return (
            "Given to a second `fit`, a ModelCheckpoint keeps its best in every release: to see "
            "that, set `initial_value_threshold` to it."
        )
    return (
        "*On reuse*: the same callback object given to a second `fit`; from Keras 3.11.3 to 3.14 "
        "it keeps its best."
    )


def compare_releases(
    setting: Setting, curve: Curves, rates: RecordedRates
) -> Sequence[ReleaseOutcome]:
    """Replay a setting under every release's rules, Keras 3.15 first."""
    outcomes: list[ReleaseOutcome] = []
    reference: Replayed | None = None
    for semantics in releases_of(setting.callback.kind):
        try:
            replayed = replay_setting(replace(setting, semantics=semantics), curve, rates)
        except ValueError as error:
            outcomes.append(ReleaseOutcome(RELEASES[semantics], None, str(error)))
            continue
        reference = replayed if semantics == "keras-3.15" else reference
        sentence = f"{RELEASES[semantics]} {acts_told(replayed)}."
        if reference is not None and reference is not replayed:
            sentence += f" {_parting(reference, replayed)}"
        outcomes.append(ReleaseOutcome(RELEASES[semantics], replayed, sentence))
    return outcomes


def _parting(reference: Replayed, other: Replayed) -> str:
    epoch = int(first_epoch_apart(reference.replay, other.replay)[0, 0])
    if epoch < 0:
        same = "It acts in the same epochs as Keras 3.15"
        return f"{same}." if same_rates(reference, other) else f"{same}, with other learning rates."
    who = "it acts and Keras 3.15 does not" if other.acted[epoch] else "Keras 3.15 acts first"
    told = f"They part at epoch {epoch + 1}, where {who}: {_reason(reference, other, epoch)}."
    return f"{told}{doubt_told(epoch, reference, other)}"


def _reason(reference: Replayed, other: Replayed, epoch: int) -> str:
    if other.mode != reference.mode:
        better = {"min": "lower", "max": "higher"}
        return (
            f"its `auto` takes {better[other.mode]} values of {other.setting.callback.monitor} "
            f"for better, Keras 3.15 {better[reference.mode]} ones"
        )
    own = _pytorch_reasons(other, epoch) if other.setting.semantics == "pytorch" else []
    return f"it {', and '.join(own)}" if own else _REASONS[other.setting.semantics]


def _pytorch_reasons(other: Replayed, epoch: int) -> list[str]:
    """Say what of PyTorch's ways can have told by an epoch, with these settings."""
    callback = other.setting.callback
    if not isinstance(callback, ReduceLROnPlateau):
        return []
    reasons: list[str] = []
    # With a patience of 0, both act on the first epoch without improvement.
    if callback.patience:
        reasons.append("acts when `wait` exceeds the patience, one epoch later")
    if callback.cooldown and other.acted[:epoch].any():
        reasons.append("starts to count one epoch later after a cooldown")
    if callback.min_delta and other.setting.threshold_mode == "rel":
        reasons.append("takes min_delta for a share of the best")
    return reasons
