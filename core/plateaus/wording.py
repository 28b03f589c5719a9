"""How numbers are written for people: rates, metrics, counts."""

import math

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

# Outside these bounds a plain decimal is harder to read than a power of ten.
_SMALLEST_PLAIN_RATE, _LARGEST_PLAIN_RATE = 1e-5, 1e4
_SMALLEST_PLAIN_METRIC, _LARGEST_PLAIN_METRIC = 1e-3, 1e5


def format_rate(rate: float) -> str:
    """Write a learning rate, or any setting like it, with at most three digits that count.

    Args:
        rate: Any float; what float32 added behind the third digit is dropped.

    Returns:
        A plain decimal such as "0.00027", or "8.1e-7" outside 0.00001 to 10000.
    """
    if not math.isfinite(rate) or rate == 0:
        return _odd(rate)
    mantissa, exponent = f"{rate:.2e}".split("e")
    if _SMALLEST_PLAIN_RATE <= abs(rate) < _LARGEST_PLAIN_RATE:
        decimals = max(0, 2 - int(exponent))
        return _trimmed(f"{float(f'{rate:.2e}'):.{decimals}f}")
    return f"{_trimmed(mantissa)}e{int(exponent)}"


def format_metric(value: float) -> str:
    """Write a metric with four decimals: 0.84749 as "0.8475", NaN as "NaN".

    Very small and very large values, such as a loss that runs away, get three
    digits and a power of ten.
    """
    if not math.isfinite(value) or value == 0:
        return _odd(value)
    if _SMALLEST_PLAIN_METRIC <= abs(value) < _LARGEST_PLAIN_METRIC:
        return f"{value:.4f}"
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{_trimmed(mantissa)}e{int(exponent)}"


def count_in_words(count: int, thing: str) -> str:
    """Return a count with its noun: "no reduction", "one reduction", "three reductions"."""
    word = _COUNTS[count] if count < len(_COUNTS) else str(count)
    return f"{word} {thing}" if count <= 1 else f"{word} {thing}s"


def _odd(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    return "0"


def _trimmed(decimal: str) -> str:
    return decimal.rstrip("0").rstrip(".") if "." in decimal else decimal
