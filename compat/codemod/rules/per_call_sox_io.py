"""``backend="sox_io"`` where a call names it (patterns, what decides positional arguments)."""

from __future__ import annotations

from collections.abc import Iterator

from compat.codemod import common
from compat.codemod.changes import Replace
from compat.codemod.findings import Draft, Level
from compat.codemod.module import Module
from compat.codemod.project import Project
from compat.codemod.registry import PER_CALL, Rule

_REASON = 'in a call the backend is "sox"; "sox_io" is a ValueError'


def check(module: Module, project: Project) -> Iterator[Draft]:
    """The literal is replaced."""
    for use, call in common.calls(module, "load", "save", "info"):
        keyword = common.keyword(call, "backend")
        if keyword is None or common.literal(keyword.value) != "sox_io":
            continue
        start, end = module.span(keyword.value)
        quoted = module.text.text[start:end]
        fake = common.faked(module, project, use, _REASON)
        if quoted in ("'sox_io'", '"sox_io"'):
            yield fake or Draft((start, end), _REASON, changes=(Replace(start, end, quoted.replace("_io", "")),))
        else:
            yield fake or Draft((start, end), _REASON, "Change the name.")


RULE = Rule(
    id="TAC128",
    title="Call the backend sox where a call names it",
    level=Level.SAFE,
    targets=PER_CALL,
    before="""\
import torchaudio

waveform, rate = torchaudio.load("a.wav", backend="sox_io")
""",
    after="""\
import torchaudio

waveform, rate = torchaudio.load("a.wav", backend="sox")
""",
    explanation="""\
Only the global backend was called "sox_io"; a call knows ffmpeg, sox and soundfile.
""",
    check=check,
)
