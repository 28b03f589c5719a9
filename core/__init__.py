"""Plateau's core: everything that is not a page."""
