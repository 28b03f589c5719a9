"""The numbers in cells of text."""

import re
from collections.abc import Sequence

import numpy as np

from core.plateaus.arrays import BoolArray, FloatArray

# What Keras ("NA"), pandas and spreadsheets write where there is no value. "nan" is one.
_MISSING = frozenset({"", "na", "n/a", "none", "null", "-"})
_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d*,\d+(?:[eE][-+]?\d+)?\s*")


class NotANumber(ValueError):
    """A cell is neither a number nor empty.

    Attributes:
        index: Which one.
        text: What it holds.
    """

    def __init__(self, index: int, text: str) -> None:
        super().__init__(f"{text!r} is not a number.")
        self.index = index
        self.text = text


def read_numbers(
    cells: Sequence[str], *, decimal_comma: bool = False
) -> tuple[FloatArray, BoolArray]:
    """Turn cells into numbers.

    Args:
        cells: Such as "0.5", "1e-3", "nan", "-inf", "NA" and "".
        decimal_comma: Whether "0,5" is a number too.

    Returns:
        The values, NaN where missing, and which are present, each of shape (cells,).

    Raises:
        NotANumber: At the first cell that is neither a number nor one of the signs for no value.
    """
    try:
        values = np.array([float(cell) for cell in cells])
    except ValueError:
        return _read_with_gaps(cells, decimal_comma=decimal_comma)
    return values, np.ones(len(cells), dtype=np.bool_)


def _read_with_gaps(cells: Sequence[str], *, decimal_comma: bool) -> tuple[FloatArray, BoolArray]:
    values = np.full(len(cells), np.nan)
    present = np.zeros(len(cells), dtype=np.bool_)
    for index, cell in enumerate(cells):
        if cell.strip().lower() in _MISSING:
            continue
        comma = decimal_comma and _DECIMAL_COMMA.fullmatch(cell)
        try:
            values[index] = float(cell.replace(",", ".") if comma else cell)
        except ValueError:
            raise NotANumber(index, cell) from None
        present[index] = True
    return values, present


def has_decimal_comma(cells: Sequence[str]) -> bool:
    """Whether a column writes "0,5" for a half."""
    return any(_DECIMAL_COMMA.fullmatch(cell) for cell in cells)


def whole_epochs(values: FloatArray, present: BoolArray) -> bool:
    """Whether a column can count epochs: whole numbers from 0 on, without a gap."""
    if not present.all() or not np.isfinite(values).all():
        return False
    return bool((values >= 0).all() and (values < 2**53).all() and (values % 1 == 0).all())
