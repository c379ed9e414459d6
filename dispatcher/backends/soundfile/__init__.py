"""The backend on libsndfile, through python-soundfile.

The subtype for each dtype, encoding and bit depth, and the errors, are those of torchaudio 2.0 to
2.2 (``tests/oracle``, cases ``*/soundfile``). Up to 2.0 the global ``soundfile`` backend did the
same.
"""

from dispatcher.backends.soundfile.backend import Backend

__all__ = ["Backend"]
