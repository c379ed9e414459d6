"""Report modules and functions that the target no longer has."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import MODERN, Draft, Level, Module, Project, Rule, Valid, old_names


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Report imports of them, and uses by a dotted name."""
    told = {one.local for one in module.imported if _advice(one.path, project)} - {old_names.ROOT}
    named: list[tuple[str, ast.AST]] = [(one.path, one.alias) for one in module.imported]
    named += [(use.path, use.node) for use in module.uses if use.root.id not in told]
    for path, node in named:
        if advice := _advice(path, project):
            yield Draft(module.span(node), f"{path} is not in torchaudio {project.target}", advice)
    if project.target == "2.9":
        yield from _of_torio(module, project)


def _advice(path: str, project: Project) -> str | None:
    """Return what to do about a path; other rules handle torchaudio.backend."""
    return (
        None
        if path.startswith(f"{old_names.ROOT}.backend")
        else old_names.lost(path, project.target)
    )


def _of_torio(module: Module, project: Project) -> Iterator[Draft]:
    if project.files.named(old_names.TORIO, module.path):
        return
    for one in module.names.imported:
        path = one.path.removesuffix(".*")
        if path == old_names.TORIO or path.startswith(f"{old_names.TORIO}."):
            yield Draft(
                module.span(one.alias),
                f"{path} does not come with torchaudio 2.9",
                old_names.gone(path) or "",
            )


RULE = Rule(
    id="TAC124",
    title="sox_effects, io, torio, prototype and other names that the target lacks",
    level=Level.REPORT,
    targets=MODERN,
    example_target="2.9",
    before="""\
import torchaudio


def louder(path):
    return torchaudio.sox_effects.apply_effects_file(path, [["gain", "3"]])
""",
    valid=(
        Valid(
            "functional stays",
            """\
import torchaudio


def slower(waveform):
    return torchaudio.functional.resample(waveform, 16000, 8000)
""",
        ),
        Valid(
            "a module of the project's own package that is called torio",
            """\
import torchaudio

from .torio import StreamingMediaDecoder
""",
        ),
        Valid(
            "a name that only begins like it",
            """\
import torchaudio
import torioscope
""",
        ),
    ),
    explanation="""\
The list of names comes from torchaudio's wheels, release by release. 2.9 removed most of them, for
example utils.download_asset, functional.apply_codec and all of prototype. For targets up to 2.8
they stay as they are. From 2.2 to 2.8 torchaudio's wheel also contained `torio`; its imports are
reported too, unless the project has a module of that name.
""",
    check=check,
)
