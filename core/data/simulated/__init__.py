"""Simulated brain-MRI slices of four classes, drawn from the MNI152 template."""

from core.data.simulated.dataset import build

__all__ = ["build"]
