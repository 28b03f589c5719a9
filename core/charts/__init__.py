"""Values drawn as plotly figures, for light and dark pages; nothing is read or written."""
