"""The backend on FFmpeg's libraries from PyAV's wheels; the system's FFmpeg is not used."""

from dispatcher.backends.ffmpeg.backend import Backend

__all__ = ["Backend"]
