"""Tables as CSV that a spreadsheet opens without running anything."""

import csv
import io
from collections.abc import Mapping, Sequence

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(value: object) -> object:
    """Return a cell as it can be written: text that a spreadsheet would compute gets a `'`.

    Source: OWASP, CSV Injection.
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_STARTS) else value


def to_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """Return rows of the same keys as CSV with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if rows:
        writer.writerow([safe(name) for name in rows[0]])
    writer.writerows([[safe(value) for value in row.values()] for row in rows])
    return text.getvalue()
