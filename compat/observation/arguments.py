"""Describe the arguments and the value of a call: kinds, and values that choose a mode; no data."""

import inspect
import os
from typing import Any

# parameters whose value chooses a format, a backend or a layout
_TELLING = frozenset(
    {
        "format",
        "encoding",
        "bits_per_sample",
        "compression",
        "backend",
        "normalize",
        "channels_first",
        "buffer_size",
        "num_frames",
    }
)
_LONGEST = 32
_URLS = ("http://", "https://", "rtmp://")


def described(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Describe each argument of a call, by parameter; return {} if they do not fit."""
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError:
        return {}
    return {
        name: {"by": "keyword" if name in kwargs else "position", **_kind(name, value)}
        for name, value in bound.arguments.items()
    }


def described_value(name: str, value: Any) -> Any:
    """Describe what a call returned: the names of backends, or the class of what ``info`` gave."""
    short = name.rpartition(".")[2]
    if short == "info":
        return type(value).__name__
    if short == "get_audio_backend":
        return value if value is None or isinstance(value, str) else type(value).__name__
    if short == "list_audio_backends":
        return [str(one) for one in value]
    return ""


def _kind(name: str, value: Any) -> dict[str, Any]:
    if hasattr(value, "read") or hasattr(value, "write"):
        return {"kind": "file object"}
    if hasattr(value, "dtype") and hasattr(value, "ndim"):
        return {"kind": "tensor", "value": str(value.dtype).removeprefix("torch.")}
    if name not in _TELLING and isinstance(value, str | os.PathLike):
        text = os.fspath(value)
        if isinstance(text, str):
            kind = "url" if text.startswith(_URLS) else "path"
            return {"kind": kind, "value": os.path.splitext(text)[1].lower()[:_LONGEST]}
    found: dict[str, Any] = {"kind": type(value).__name__}
    if name == "num_frames":
        return found | ({"value": -1} if value == -1 and isinstance(value, int) else {})
    if name in _TELLING and (value is None or isinstance(value, bool | int | float | str)):
        return found | {"value": value[:_LONGEST] if isinstance(value, str) else value}
    return found
