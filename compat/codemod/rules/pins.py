"""Report pins and variables outside Python code."""

from collections.abc import Iterator

from compat.codemod.files import other_files
from compat.codemod.rule import MODERN, Draft, Level, Module, Project, Rule, Valid


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report pins in strings, as in setup.py; ``files.other_files`` reads the other files."""
    for node in module.telling:
        value = str(node.value)
        if value.startswith("torchaudio") and len(value) < 80 and not module.is_docstring(node):
            for _, _, why in other_files.pins(value, project.target):
                yield Draft(module.span(node), why, other_files.NEW_PINS)


RULE = Rule(
    id="TAC133",
    title="Pins and variables in other files",
    level=Level.REPORT,
    targets=MODERN,
    before="""\
install_requires = ["torch==2.0.1", "torchaudio==2.0.2"]
""",
    valid=(
        Valid(
            "the pin admits the target",
            """\
install_requires = ["torchaudio>=2.2"]
""",
        ),
    ),
    explanation="""\
The rule searches shell scripts, Dockerfiles, YAML, TOML and requirements files for
TORCHAUDIO_USE_BACKEND_DISPATCHER and for pins of torchaudio that exclude the target. It never
changes these files.
""",
    check=check,
)
