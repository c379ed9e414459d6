"""Hold the version of this project, in one place."""

__version__ = "0.1.0"
