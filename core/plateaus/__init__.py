"""What callbacks would have done on a recorded curve: exact rules, reasons, maps; pure NumPy."""
