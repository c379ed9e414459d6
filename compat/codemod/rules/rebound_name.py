"""Report a name that is torchaudio in one place and something else in another."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import MODERN, Draft, Kind, Level, Module, Project, Rule, Valid, old_names

_ALWAYS = {"set_audio_backend", "get_audio_backend", "load_wav"}


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report old names reached through such a name."""
    for node, known in module.ambiguous:
        call = module.names.parents.get(node)
        old = known in _ALWAYS or (
            isinstance(call, ast.Call)
            and any(one.arg in old_names.OLD_PARAMETERS for one in call.keywords)
        )
        if old or (
            known in old_names.FUNCTIONS
            and any(True for other in project.modules for _ in other.of(Kind.SETTER))
        ):
            name = ast.unparse(node.value if isinstance(node, ast.Attribute) else node)
            yield Draft(
                module.span(node),
                f"{name} is torchaudio in one place and something else in another, so this may "
                f"not be torchaudio's {known}",
                "Use two different names.",
            )


RULE = Rule(
    id="TAC134",
    title="A name bound to torchaudio and to something else",
    level=Level.REPORT,
    targets=MODERN,
    before="""\
import torchaudio

if torchaudio.__version__ < "2":
    from fakes import torchaudio

torchaudio.set_audio_backend("soundfile")
""",
    valid=(
        Valid(
            "the other binding is None, for not installed",
            """\
try:
    import torchaudio
except ImportError:
    torchaudio = None

HAS_AUDIO = torchaudio is not None
""",
        ),
    ),
    explanation="""\
The codemod changes a name only if every binding in its scope makes it torchaudio's, or None for
"not installed".
""",
    check=check,
)
