"""What the process that workers are forked from imports: the comparison, and the decoders, which it never uses."""

from __future__ import annotations

import contextlib

from compat.audit import comparison as comparison
from compat.audit import task as task

for _name in ("av", "soundfile"):
    with contextlib.suppress(Exception):
        __import__(_name)
