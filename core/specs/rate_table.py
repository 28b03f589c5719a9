"""A table of epochs and learning rates as a person types it: "1: 0.001, 10: 0.0003"."""

import math
import re
from itertools import pairwise

RateTable = tuple[tuple[int, float], ...]
"""Epochs, counted from 0 and rising, each with the rate from there on."""

MAX_ROWS = 100
_MAX_CHARACTERS = 4000
_MAX_RATE = 1e9
_ROW = re.compile(r"\s*([0-9]{1,3})\s*:\s*([0-9.eE+-]{1,24})\s*")


def read_table(text: str) -> RateTable:
    """Read a table whose epochs are counted from 1, as Keras prints them.

    Args:
        text: Rows "epoch: rate" between commas, semicolons or line breaks.

    Raises:
        ValueError: If a row cannot be read, an epoch does not rise, or a rate is not
            greater than 0 and at most 1e9.
    """
    if len(text) > _MAX_CHARACTERS:
        raise ValueError(f"A table may have {_MAX_CHARACTERS} characters, got {len(text)}.")
    rows = re.split(r"[,;\n]", text.strip().rstrip(",;"))
    if len(rows) > MAX_ROWS:
        raise ValueError(f"A table may have {MAX_ROWS} rows, got {len(rows)}.")
    table = tuple(_read_row(row) for row in rows)
    if any(later[0] <= earlier[0] for earlier, later in pairwise(table)):
        raise ValueError(f"The epochs of a table must rise, got {text!r}.")
    return table


def _read_row(text: str) -> tuple[int, float]:
    row = _ROW.fullmatch(text)
    if row is None:
        raise ValueError(f"A row of a table must be an epoch and a rate, got {text!r}.")
    epoch, rate = int(row[1]), float(row[2])
    if epoch < 1 or not (0 < rate <= _MAX_RATE and math.isfinite(rate)):
        raise ValueError(f"Epochs count from 1 and rates are greater than 0, got {text!r}.")
    return epoch - 1, rate
