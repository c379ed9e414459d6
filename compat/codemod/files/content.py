"""Read files, and tell which may need a change."""

import os
import re

from compat.codemod.files import discovery
from compat.names import removed

_SPEAKS_ELSEWHERE = re.compile(rb"torchaudio|TORCHAUDIO_|sox_io|\btorio\b")
NAMED = re.compile(rb"to(?:rchaudio|rio)")  # finds both names of the package in one pass
_TORIO = re.compile(rb"(?:import|from|,)[ \t]*torio\b")
# A file without any of these uses only names that stay.
_MATTERS = re.compile(
    rb"backend|\bload(?:_wav)?\b|\bsave\b|\binfo\b|AudioMetaData|TORCHAUDIO_|USE_SOUNDFILE|sox_|kaldi_io"
    rb"|torchaudio[ \t]*\.[ \t]*(?:io|_|datasets)|torchaudio['\" \t]*[=<>~]"
    # all but `from torchaudio import transforms as T, functional`
    rb"|torchaudio[ \t]+import"
    rb"(?!(?:[ \t,]+(?:compliance|functional|models|transforms)(?:[ \t]+as[ \t]+\w+)?)+\r?$)"
    # the module as a value, which another file may use
    rb"|^[^#\n]*(?<!import )(?<!from )\btorchaudio\b(?![ \t]*\.)"
    rb"|import[ \t]*\*|import_|import[ \t]+torchaudio[ \t]+as|sys\.modules|setattr|patch"
    rb"|download_asset|apply_codec|compute_kaldi_pitch|prototype|ffmpeg_utils|\b(?:"
    + "|".join(sorted({name.rpartition(".")[2] for name in removed.BESIDE_IO})).encode()
    + rb")\b",
    re.MULTILINE,
)
# Most of the files with one of those have one of these, which are found much faster.
_SURE = (b"backend", b"torchaudio.load(", b"import torchaudio as ")


def read(path: str) -> bytes:
    """Return a file's content.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb", buffering=0, opener=_open) as file:
        return file.read() or b""


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a pipe must not block


def content(path: str) -> bytes:
    """Return a file's content, or nothing if it cannot be read."""
    try:
        return read(path)
    except OSError:
        return b""


def matters(kind: str, data: bytes, *, mentioned: bool) -> bool:
    """Return whether a file of a kind, in which ``NAMED`` is or not, may need a change or finding.

    In Python code, the setter and the getter count even without torchaudio, since another module
    may re-export them.
    """
    if kind != discovery.PYTHON:
        return _SPEAKS_ELSEWHERE.search(data) is not None
    named = (mentioned and b"torchaudio" in data) or b"TORCHAUDIO_" in data
    return (
        (named and (any(map(data.__contains__, _SURE)) or _MATTERS.search(data) is not None))
        or b"t_audio_backend(" in data
        or (mentioned and _TORIO.search(data) is not None)
    )
