"""The functions of a global backend."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True)
class Functions:
    """The three functions that ``set_audio_backend`` puts into the namespace of ``torchaudio``."""

    info: Callable[..., Any]
    load: Callable[..., Any]
    save: Callable[..., Any]
