"""Bytes of an upload or a file to arrays."""
