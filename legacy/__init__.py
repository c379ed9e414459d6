"""The global backend of torchaudio up to 2.0, one at a time, set by ``set_audio_backend``.

PYTEST_DONT_REWRITE: see ``compat``.
"""

from legacy.functions import Functions
from legacy.settings import Settings
from legacy.state import GlobalBackend

__all__ = ["Functions", "GlobalBackend", "Settings"]
