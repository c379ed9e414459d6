"""Read each file once, and keep its content only if it mentions torchaudio."""

import os
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from compat.codemod.files import discovery

_SPEAKS_ELSEWHERE = re.compile(rb"torchaudio|TORCHAUDIO_|sox_io|\btorio\b")
_TORIO = re.compile(rb"(?:import|from|,)[ \t]*torio\b")
# A file without any of these uses only names that stay.
_MATTERS = re.compile(
    rb"backend|\bload(?:_wav)?\b|\bsave\b|\binfo\b|AudioMetaData|TORCHAUDIO_|USE_SOUNDFILE|sox_|kaldi_io"
    rb"|torchaudio[ \t]*\.[ \t]*(?:io|_|datasets)|torchaudio['\" \t]*[=<>~]|torchaudio[ \t]+import"
    # the module as a value, which another file may use
    rb"|^[^#\n]*(?<!import )(?<!from )\btorchaudio\b(?![ \t]*\.)"
    rb"|import[ \t]*\*|import_|import[ \t]+torchaudio[ \t]+as|sys\.modules|setattr|patch"
    rb"|download_asset|apply_codec|compute_kaldi_pitch|prototype|ffmpeg_utils",
    re.MULTILINE,
)


class Reading(NamedTuple):
    """A file that was read, or could not be.

    Attributes:
        found: the file.
        data: its content, if that may need a change.
        why: why it could not be read.
        mentions: whether it mentions torchaudio at all.
    """

    found: discovery.Found
    data: bytes | None = None
    why: str = ""
    mentions: bool = False


# opening a pipe must not block
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


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
    """Return whether Python code may need a change.

    The setter and the getter count even without torchaudio, since another module may re-export
    them.
    """
    named = b"torchaudio" in data or b"TORCHAUDIO_" in data
    return (
        (named and _MATTERS.search(data) is not None)
        or b"t_audio_backend(" in data
        or _TORIO.search(data) is not None
    )
