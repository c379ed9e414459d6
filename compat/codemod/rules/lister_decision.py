"""A decision on ``list_audio_backends()`` (patterns, row 8)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compat.codemod import common, kinds, settings
from compat.codemod.changes import Replace
from compat.codemod.findings import Draft, Level
from compat.codemod.module import Module
from compat.codemod.project import Project
from compat.codemod.registry import MODERN, Rule

_SHOWN = ("print", "str", "repr", "bool", "format", "debug", "info", "warning", "error", "log")


def check(module: Module, project: Project) -> Iterator[Draft]:
    """``"sox_io" in`` becomes ``"sox" in``; what is done with the list otherwise is reported where the old name matters."""
    for use in module.of("lister"):
        if use.call is None or use.stored:
            continue
        above = module.names.parents.get(use.call)
        member = isinstance(above, ast.Compare) and len(above.ops) == 1 and isinstance(above.ops[0], ast.In | ast.NotIn)
        if project.target == "2.9":
            if isinstance(above, ast.Compare) and not _guards_setter(module, above):
                reason = "torchaudio 2.9 has no backends, and list_audio_backends went"
                yield Draft(module.span(use.node), reason, "Decide which arm is meant to run.")
        elif isinstance(above, ast.Compare) and member and above.comparators[0] is use.call:
            if common.literal(above.left) == "sox_io":
                start, end = module.span(above.left)
                quoted = module.text.text[start:end]
                if quoted in ("'sox_io'", '"sox_io"'):
                    yield Draft(
                        (start, end), "from 2.1 on the backend is listed as sox", changes=(Replace(start, end, quoted.replace("_io", "")),)
                    )
                else:
                    yield Draft((start, end), "from 2.1 on the backend is listed as sox", "Change the name.")
        elif _is_used(above):
            reason = "from 2.1 on the list has other names (sox for sox_io, and ffmpeg), in another order"
            yield Draft(module.span(use.node), reason, "See what is done with it.")


def _is_used(above: ast.AST | None) -> bool:
    """Whether the list goes on to where its names may matter: not where it is printed, or only asked whether it is empty."""
    if isinstance(above, ast.Call):
        return kinds.called(above) not in _SHOWN
    return isinstance(
        above, ast.Compare | ast.Subscript | ast.Assign | ast.For | ast.comprehension | ast.keyword | ast.Return | ast.Starred
    )


def _guards_setter(module: Module, test: ast.Compare) -> bool:
    above = module.names.parents.get(test)
    return isinstance(above, ast.If) and settings.only_sets(module, above.body)


RULE = Rule(
    id="TAC108",
    title="Ask list_audio_backends() for sox",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio

HAS_SOX = "sox_io" in torchaudio.list_audio_backends()
""",
    after="""\
import torchaudio

HAS_SOX = "sox" in torchaudio.list_audio_backends()
""",
    explanation="""\
The list gives the names that a call may give to backend=. Other uses of it are reported, because the order and the names differ.
""",
    check=check,
)
