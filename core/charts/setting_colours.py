"""The colours of up to four settings side by side."""

_LIGHT = ("#0072b2", "#c15000", "#008560", "#70235a")
_DARK = ("#56b4e9", "#e69f00", "#2fc99a", "#b45aaa")


def setting_colours(*, dark: bool) -> dict[str, str]:
    """Return the colour of each of the settings A to D, as "#rrggbb".

    They keep to the rules of `core.charts.palette.Palette`; each curve also bears its letter.
    """
    return dict(zip("ABCD", _DARK if dark else _LIGHT, strict=True))
