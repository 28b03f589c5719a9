"""The Dask cluster: start or join, submit, stop, status."""
