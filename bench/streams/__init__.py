"""The speed of streams against PyAV alone."""
