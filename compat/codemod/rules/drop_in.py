"""Install the drop-in: one call at the entry point, nothing else."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import (
    DROP_IN,
    NO_FUNCTION,
    Draft,
    Level,
    Module,
    Project,
    Replace,
    Rule,
    Valid,
)

_LINES = ("import compat", "", 'compat.install("2.0")')
_RENAMED = ("import compat as torchaudio_compat", "", 'torchaudio_compat.install("2.0")')


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Add the call to the files given by ``--entry`` that do not have it yet."""
    installs = any(module.names.qualified(call.func) == "compat.install" for call in module.calls)
    if module.path not in project.entries or installs:
        return
    text, body = module.text, module.tree.body
    is_taken = "compat" in module.names.module.bindings
    new = text.newline.join(_RENAMED if is_taken else _LINES)
    reason = "an entry point: from here on torchaudio behaves as 2.0 did"
    head = [statement for index, statement in enumerate(body) if _is_head(statement, index)]
    if head:
        span = text.span(head[-1])
        at = text.line_end(span[1])
        following = text.text[at:].removeprefix(text.newline).partition(text.newline)[0]
        new = text.newline * 2 + new + (text.newline if following.strip() else "")
    else:
        first = [*getattr(body[0], "decorator_list", ()), body[0]][0] if body else None
        at = text.line_start(text.span(first)[0]) if first else len(text.text)
        span = at, at
        new += text.newline * (2 if first else 1)
    if "compat" in project.own_names:
        yield Draft(
            (0, 0),
            "the project has a module of its own called compat",
            "`torchaudio-compat run SCRIPT` works beside it and needs no line here, and so does "
            "`torchaudio-compat codemod --target 2.2`.",
        )
    elif head and text.text[span[1] : at].strip()[:1] not in ("", "#"):
        yield Draft(
            span, "the docstring shares its line with code", f"Write it yourself: {_LINES[-1]}"
        )
    else:
        yield Draft(span, reason, changes=(Replace(at, at, new),), touches=NO_FUNCTION)


def _is_head(statement: ast.stmt, index: int) -> bool:
    docstring = (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
    return (index == 0 and docstring) or (
        isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    )


RULE = Rule(
    id="TAC132",
    title="Install the drop-in at an entry point",
    level=Level.SAFE,
    targets=DROP_IN,
    before='''\
"""Train a model."""

from __future__ import annotations

import torchaudio

torchaudio.set_audio_backend("sox_io")
''',
    after='''\
"""Train a model."""

from __future__ import annotations

import compat

compat.install("2.0")

import torchaudio

torchaudio.set_audio_backend("sox_io")
''',
    valid=(
        Valid(
            "the program installs it already",
            """\
import compat

compat.install("2.0")

import torchaudio
""",
        ),
    ),
    explanation="""\
The rule adds these two lines and changes nothing else; the program then runs under the drop-in.
They stand after the docstring and the imports from __future__ and before everything else, because
later imports bind names of torchaudio.
""",
    check=check,
)
