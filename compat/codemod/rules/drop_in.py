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

_INSTALL = 'compat.install("2.0")'


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Add the call to the files given by ``--entry`` that do not have it yet."""
    installs = any(module.names.qualified(call.func) == "compat.install" for call in module.calls)
    if module.path not in project.entries or installs:
        return
    body = module.tree.body
    text = module.text
    name = "compat" if "compat" not in module.names.module.bindings else "torchaudio_compat"
    lines = [
        f"import {name}" if name == "compat" else f"import compat as {name}",
        "",
        _INSTALL.replace("compat", name, 1),
    ]
    new = text.newline.join(lines)
    if "compat" in project.own_names:
        yield Draft(
            (0, 0),
            "the project has a module of its own called compat",
            "`torchaudio-compat run SCRIPT` works beside it and needs no line here, and so does "
            "`torchaudio-compat codemod --target 2.2`.",
        )
        return
    head = [statement for index, statement in enumerate(body) if _is_head(statement, index)]
    reason = "an entry point: from here on torchaudio behaves as 2.0 did"
    if head:
        end = text.line_end(text.span(head[-1])[1])
        if text.text[text.span(head[-1])[1] : end].strip()[:1] not in ("", "#"):
            yield Draft(
                text.span(head[-1]),
                "the docstring shares its line with code",
                f"Write it yourself: {_INSTALL}",
            )
            return
        following = text.text[end:].removeprefix(text.newline)
        gap = text.newline if following.partition(text.newline)[0].strip() else ""
        yield Draft(
            text.span(head[-1]),
            reason,
            changes=(Replace(end, end, text.newline * 2 + new + gap),),
            touches=NO_FUNCTION,
        )
    else:
        first = body[0] if body else None
        start = [*getattr(first, "decorator_list", ()), first][0] if first else None
        at = text.line_start(text.span(start)[0]) if start else len(text.text)
        yield Draft(
            (at, at),
            reason,
            changes=(Replace(at, at, new + text.newline * (2 if first else 1)),),
            touches=NO_FUNCTION,
        )


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
