"""Decode files with this environment's torchaudio, as asked by lines of JSON on standard input.

The other environment's Python runs this file, so it needs nothing but that torchaudio.

Lines out: first ``{"torchaudio": "2.2.2"}``, then one for each request. Requests are
``{"path": ..., "normalize": ..., "samples": FILE}``; the samples go to FILE, channel by channel.
FILE must exist; its name is deleted before the file is decoded, where the system allows that.
An answer has ``error`` if the file cannot be read, and ``fatal`` if no file can.
"""

from __future__ import annotations

import os
import sys

# this folder is no place to import from, and what libraries print must not mix with the answers
sys.path = [
    place
    for place in sys.path
    if os.path.abspath(place or ".") != os.path.dirname(os.path.abspath(__file__))
]
_ANSWERS = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

import contextlib  # noqa: E402
import ctypes  # noqa: E402
import json  # noqa: E402
import warnings  # noqa: E402
from typing import IO, Any  # noqa: E402

_FIELDS = ("sample_rate", "num_frames", "num_channels", "bits_per_sample", "encoding")


def _answer(fields: dict[str, Any]) -> None:
    _ANSWERS.write(json.dumps(fields) + "\n")
    _ANSWERS.flush()


def _words(why: BaseException) -> str:
    return f"{type(why).__name__}: {why}"


def _why_not() -> str:
    """Import torchaudio; return why it cannot decode any file, or ""."""
    try:
        import torch  # noqa: F401
        import torchaudio
    except BaseException as why:  # noqa: BLE001 - a compiled part may raise anything
        if isinstance(why, ModuleNotFoundError) and why.name in ("torch", "torchaudio"):
            return f"it has no {why.name}"
        return f"torchaudio does not load: {_words(why)}"
    if "compat" in sys.modules:
        return "its torchaudio is the stand-in of torchaudio-compat, not the real one"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # releases without backends need none
        if hasattr(torchaudio, "list_audio_backends") and not torchaudio.list_audio_backends():
            return "its torchaudio has no backend: install soundfile, FFmpeg or SoX there"
    return ""


def _info(torchaudio: Any, path: str) -> dict[str, Any] | None:
    """Return the fields of info; None if this release has no info or the file has none."""
    if not hasattr(torchaudio, "info"):
        return None
    try:
        found = torchaudio.info(path)
    except Exception:  # noqa: BLE001 - load says why
        return None
    return {name: getattr(found, name) for name in _FIELDS}


def _decoded(torchaudio: Any, request: dict[str, Any]) -> dict[str, Any]:
    try:
        with open(request["samples"], "wb") as file:
            with contextlib.suppress(OSError):  # Windows: not while it is open
                os.unlink(request["samples"])
            return _written(torchaudio, request, file)
    except OSError as why:
        return {"fatal": f"the samples cannot be written to {request['samples']}: {why.strerror}"}


def _written(torchaudio: Any, request: dict[str, Any], file: IO[bytes]) -> dict[str, Any]:
    """Decode a file, and write its samples.

    Raises:
        OSError: the samples cannot be written.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            info = _info(torchaudio, request["path"])
            waveform, rate = torchaudio.load(request["path"], normalize=request["normalize"])
        except ImportError as why:
            return {"fatal": f"its torchaudio cannot load files: {why}"}
        except Exception as why:  # noqa: BLE001 - the file's row says what it was
            return {"error": _words(why)}
    waveform = waveform.detach().cpu().contiguous()
    size = waveform.numel() * waveform.element_size()
    if size:
        file.write((ctypes.c_char * size).from_address(waveform.data_ptr()))
    shown = [str(one.message) for one in caught if not issubclass(one.category, DeprecationWarning)]
    return {
        "rate": int(rate), "channels": waveform.shape[0], "frames": waveform.shape[1],
        "dtype": str(waveform.dtype).replace("torch.", ""),
        "info": info, "warnings": shown,
    }  # fmt: skip


def main() -> None:
    """Serve requests until standard input ends."""
    if why_not := _why_not():
        _answer({"fatal": why_not})
        sys.exit(1)
    import torchaudio

    _answer({"torchaudio": torchaudio.__version__})
    for line in sys.stdin.buffer:
        _answer(_decoded(torchaudio, json.loads(line)))


if __name__ == "__main__":
    main()
