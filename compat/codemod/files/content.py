"""What is in the files: each is read once, and kept only if it speaks of torchaudio."""

import os
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from compat.codemod.files import discovery

_SPEAKS_ELSEWHERE = re.compile(rb"torchaudio|TORCHAUDIO_|sox_io|\btorio\b")
_TORIO = re.compile(rb"(?:import|from|,)[ \t]*torio\b")
# A file without any of these bytes only uses what stays.
_MATTERS = re.compile(
    rb"backend|\bload(?:_wav)?\b|\bsave\b|\binfo\b|AudioMetaData|TORCHAUDIO_|USE_SOUNDFILE|sox_|kaldi_io"
    rb"|torchaudio[ \t]*\.[ \t]*(?:io|_)|torchaudio['\" \t]*[=<>~]|torchaudio[ \t]+import|torchaudio\)"
    rb"|import[ \t]*\*|import_|import[ \t]+torchaudio[ \t]+as|sys\.modules|setattr|patch"
    rb"|download_asset|apply_codec|compute_kaldi_pitch|prototype|ffmpeg_utils"
)


class Reading(NamedTuple):
    """A file, its content if it speaks of what may change, why it could not be read, and whether it mentions torchaudio at all."""

    found: discovery.Found
    data: bytes | None = None
    why: str = ""
    mentions: bool = False


_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)  # a pipe must not hold us


def probe(found: Iterable[discovery.Found]) -> Iterator[Reading]:
    """Read files."""
    for one in found:
        try:
            with open(os.open(one.path, _FLAGS), "rb", buffering=0) as file:
                data = file.read()
        except OSError as why:
            yield Reading(one, why=why.strerror or str(why))
            continue
        matters = speaks(data) if one.kind == discovery.PYTHON else _SPEAKS_ELSEWHERE.search(data)
        yield Reading(one, data if matters else None, mentions=b"torchaudio" in data)


def speaks(data: bytes) -> bool:
    """Tell whether Python speaks of what may change; the setter and the getter may come by way of another module."""
    named = b"torchaudio" in data or b"TORCHAUDIO_" in data
    return (named and _MATTERS.search(data) is not None) or b"t_audio_backend(" in data or _TORIO.search(data) is not None
