"""Report a home-made stand-in for names that newer releases lack."""

from collections.abc import Iterator

from compat.codemod.rule import MODERN, Draft, Kind, Level, Module, Project, Rule, Valid, old_names
from compat.codemod.uses import replacements

_ONLY_OLD = frozenset(
    known.name
    for known in old_names.KNOWN.values()
    if known.kind in (Kind.SETTER, Kind.GETTER, Kind.LISTER, Kind.METADATA, Kind.LOAD_WAV)
) | {"backend"}


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report names set on torchaudio, and modules put into ``sys.modules``."""
    for one in replacements.of(module):
        if one.how not in ("is patched", "may be replaced") and (
            one.name in _ONLY_OLD or not one.name
        ):
            what = f"torchaudio.{one.name}" if one.name else "torchaudio"
            yield Draft(
                module.text.stretch(one.place),
                f"{what} {one.how}: a home-made replacement, which hides from other code what "
                "this torchaudio really has",
                'Use this package instead: import compat; compat.install("2.0").',
            )


RULE = Rule(
    id="TAC122",
    title="A home-made replacement for a torchaudio function",
    level=Level.REPORT,
    targets=MODERN,
    everywhere=True,
    before="""\
import torchaudio

if not hasattr(torchaudio, "list_audio_backends"):
    torchaudio.list_audio_backends = lambda: ["soundfile"]
""",
    valid=(
        Valid(
            "load is still there: this is no stand-in for what is gone",
            """\
import torchaudio

torchaudio.load = print
""",
        ),
    ),
    explanation="""\
Such a replacement differs from the real function, and the difference shows up somewhere else.
compat.install() replaces all names correctly.
""",
    check=check,
    blocks=False,
)
