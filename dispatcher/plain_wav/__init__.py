"""Plain WAV files, read without FFmpeg, with exactly FFmpeg's samples."""

from dispatcher.plain_wav.reader import PlainWav, opened

__all__ = ["PlainWav", "opened"]
