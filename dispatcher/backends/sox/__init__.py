"""The backend on libsox, opened at run time; this project installs and imports without it."""

from dispatcher.backends.sox.backend import Backend

__all__ = ["Backend"]
