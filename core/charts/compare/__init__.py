"""Several runs side by side: what they share, where they differ, what chance explains."""
