"""Plain WAV files, read without a library, with exactly the samples of FFmpeg and libsndfile."""

from dispatcher.plain_wav.reader import PlainWav, of_ffmpeg, of_libsndfile

__all__ = ["PlainWav", "of_ffmpeg", "of_libsndfile"]
