"""The backend on FFmpeg's libraries, as PyAV's wheels bring them; no FFmpeg of the system is looked for."""

from dispatcher.backends.ffmpeg.backend import Backend

__all__ = ["Backend"]
