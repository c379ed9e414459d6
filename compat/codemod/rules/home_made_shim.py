"""A home-made stand-in for what newer releases lack (patterns, row 22)."""

from __future__ import annotations

from collections.abc import Iterator

from compat.codemod import api, fakes
from compat.codemod.findings import Draft, Level
from compat.codemod.module import Module
from compat.codemod.project import Project
from compat.codemod.registry import MODERN, Rule

_ONLY_OLD = frozenset(
    known.name for known in api.KNOWN.values() if known.kind in ("setter", "getter", "lister", "metadata", "load_wav")
) | {"backend"}


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Names put into torchaudio, and modules put into ``sys.modules``."""
    for fake in fakes.of(module):
        if fake.how != "is patched" and (fake.name in _ONLY_OLD or not fake.name):
            what = f"torchaudio.{fake.name}" if fake.name else "torchaudio"
            reason = f"{what} {fake.how}: a home-made stand-in, which hides from other code what this torchaudio has"
            start = module.text.starts[fake.place.line - 1] + fake.place.column - 1
            end = module.text.starts[fake.place.end_line - 1] + fake.place.end_column - 1
            yield Draft((start, end), reason, 'Use this package for it: import compat; compat.install("2.0").')


RULE = Rule(
    id="TAC122",
    title="A home-made stand-in for torchaudio",
    level=Level.REPORT,
    targets=MODERN,
    everywhere=True,
    before="""\
import torchaudio

if not hasattr(torchaudio, "list_audio_backends"):
    torchaudio.list_audio_backends = lambda: ["soundfile"]
""",
    after="""\
import torchaudio

if not hasattr(torchaudio, "list_audio_backends"):
    torchaudio.list_audio_backends = lambda: ["soundfile"]
""",
    explanation="""\
What such code puts in place differs from the real thing in ways that show up elsewhere. compat.install does the same for all names.
""",
    check=check,
)
