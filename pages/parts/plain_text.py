"""Text that a visitor brought, shown as it stands."""

import re

_SIGNS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~:<>$])")


def escaped(text: str) -> str:
    """Return Markdown that shows a text as it stands, in one paragraph."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))
