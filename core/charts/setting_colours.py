"""A colour for each of up to four settings side by side."""

from collections.abc import Sequence

from core.plateaus.what_if_links import NAMES

_LIGHT = ("#0072b2", "#c15000", "#008560", "#70235a")
_DARK = ("#56b4e9", "#e69f00", "#2fc99a", "#b45aaa")


def setting_colours(*, dark: bool) -> dict[str, str]:
    """Return the colour of each setting by its name, as "#rrggbb".

    Source: the hues of Okabe and Ito, as in `palette`, with their reddish purple for the fourth.
    """
    return dict(zip(NAMES, _DARK if dark else _LIGHT, strict=True))


def mixed(colour: str, paper: str, share: float) -> str:
    """Return a colour laid over another; `share` is what is left of it, from 0 to 1."""
    parts = [
        round(share * over + (1 - share) * under)
        for over, under in zip(_parts(colour), _parts(paper), strict=True)
    ]
    return "#" + "".join(f"{part:02x}" for part in parts)


def translucent(colour: str, alpha: float) -> str:
    """Return a colour that lets through what lies below, for plotly."""
    red, green, blue = _parts(colour)
    return f"rgba({red},{green},{blue},{alpha:g})"


def _parts(colour: str) -> Sequence[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
