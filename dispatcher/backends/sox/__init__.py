"""The backend on libsox, opened at run time; nothing of it is needed to install or import this project."""

from dispatcher.backends.sox.backend import Backend

__all__ = ["Backend"]
