"""Find out why torchaudio or a backend does not load, prove it, and print or run the fix.

    python -m compat.doctor

The doctor's own process never imports torch, numpy, av, soundfile or torchaudio: whatever may hang
or crash runs in a child process. The runtime uses ``explain`` for its own errors.
"""

import importlib
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Return ``explain``; it needs ``packaging``, whose absence is to be a sentence."""
    if name == "explain":
        return importlib.import_module("compat.diagnosis.explain")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
