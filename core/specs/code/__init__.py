"""From settings to Python that a person can run, and back from Python they have."""

from core.specs.code.callback_list import callback_code
from core.specs.code.paste import Pasted, UnreadableCode, read_calls
from core.specs.code.script import SCANS_FILE, cell, script

__all__ = [
    "SCANS_FILE",
    "Pasted",
    "UnreadableCode",
    "callback_code",
    "cell",
    "read_calls",
    "script",
]
