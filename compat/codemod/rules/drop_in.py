"""Install the drop-in: one call at the entry point, nothing else."""

import ast
import itertools
import os
import re
from collections.abc import Iterable, Iterator

from compat.codemod.files.discovery import folders
from compat.codemod.files.import_graph import closure
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
    given,
    literal,
)
from compat.codemod.source import is_test

_INSTALL = "compat.install"
# in a notebook, a line that chooses another release
_MAGIC = re.compile(r"%torchaudio[ \t]+(?!2\.0\b)\S")
# the end of a notebook's line that is not read as it is written
_MARK = "  # compat: "
_LINES = ("import compat", "", 'compat.install("2.0")')
_RENAMED = ("import compat as torchaudio_compat", "", 'torchaudio_compat.install("2.0")')


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Add the call to the files given by ``--entry`` that do not have it yet."""
    for one in module.names.imported:
        if one.path == "compat" and one.local == "torchaudio":
            yield Draft(
                module.span(one.alias),
                "torchaudio is the package compat here, which compat.install does not change",
                "Write `import torchaudio` for it to behave as 2.0 did.",
            )
    if module.path not in project.entries:
        return
    yield from _too_early(module, project)
    installs = [one for one in module.calls if module.names.qualified(one.func) == _INSTALL]
    if installs:
        yield from _unlike_ours(module, project, installs)
        return
    text, body = module.text, module.tree.body
    # `from pkg import compat` must go on to find a module of the package
    is_taken = "compat" in module.names.module.bindings or module.path.endswith("__init__.py")
    new = text.newline.join(_RENAMED if is_taken else _LINES)
    head = [one for _, one in itertools.takewhile(_is_head, enumerate(body))]
    if head:
        span = text.span(head[-1])
        at = text.line_end(span[1])
        following = text.text[at:].removeprefix(text.newline).partition(text.newline)[0]
        new = text.newline * 2 + new + (text.newline if following.strip() else "")
    else:
        first = [*getattr(body[0], "decorator_list", ()), body[0]][0] if body else None
        at = text.line_start(text.span(first)[0]) if first else len(text.text)
        span = at, at
        is_inside_line = at != text.line_start(at)  # after a comment that ends the file
        new = text.newline * is_inside_line + new + text.newline * (2 if first else 1)
    shared = text.text[span[1] : text.line_end(at)]
    refusals = (
        (
            project.hides_us,
            (0, 0),
            f"the project has a module of its own called {project.hides_us}",
            "`torchaudio-compat run SCRIPT` works beside it and needs no line here, and so does "
            "`torchaudio-compat codemod --target 2.2`.",
        ),
        (
            module.interactive and any(map(_MAGIC.search, project.prose)),
            (0, 0),
            "a notebook of the project chooses another release than 2.0 by %torchaudio",
            "Write `%torchaudio 2.0` there, which does what compat.install does.",
        ),
        (
            module.interactive and not head and (not body or _MARK in shared),
            span,
            "the notebook begins with an indented cell or Python behind a magic, or has no Python",
            f"Begin the notebook with a cell of its own: `{_LINES[0]}; {_LINES[-1]}`.",
        ),
        (
            head and shared.strip("; \t\f")[:1] not in ("", "#"),
            span,
            "other code shares the line of the docstring or of the import from __future__",
            f"Begin a new line after it with `{_LINES[0]}; {_LINES[-1]}`.",
        ),
    )
    refused = (Draft(place, reason, advice) for holds, place, reason, advice in refusals if holds)
    yield next(refused, None) or Draft(
        span,
        "an entry point: from here on torchaudio behaves as 2.0 did",
        changes=(Replace(at, at, new),),
        touches=NO_FUNCTION,
    )


def _too_early(module: Module, project: Project) -> Iterator[Draft]:
    """Report a package or conftest.py around an entry point that imports torchaudio before it."""
    around = project.imports.packages(module.path)
    if is_test(module.path):
        above = folders([module.path], above=True)
        found = (one for one in project.files.paths if os.path.basename(one) == "conftest.py")
        found = (one for one in found if folders([one]) <= above and one != module.path)
        around += sorted(found, key=len)
        around = [*project.plugins([*around, module.path]), *around]
    for one in itertools.takewhile(lambda path: path not in project.entries, around):
        if _may_import_torchaudio(project, [one]):
            yield Draft(
                (0, 0),
                f"{one} runs before this file, and torchaudio may be imported there",
                f"Give it too, as `--entry {one}`, unless this file is only run by its path.",
            )
            return


def _unlike_ours(module: Module, project: Project, installs: list[ast.Call]) -> Iterator[Draft]:
    """Report the call of a program that has none that we would write."""
    calls = [one for one in installs if literal(given(one, "version", 0)) == "2.0"]
    if not calls:
        yield Draft(
            module.span(installs[0]),
            "this may install another release than 2.0",
            'Write "2.0", or protect the line by `# compat: ignore` if it is meant.',
        )
    elif all(_may_be_late(module, project, one) for one in calls):
        yield Draft(
            module.span(calls[0]),
            "torchaudio may be imported before this runs",
            "Move it to the top of the file, before the other imports.",
        )


def _may_be_late(module: Module, project: Project, call: ast.Call) -> bool:
    at = module.span(call)[0]
    before = project.files.file(module.path, module.text.text[:at].encode("utf-8", "replace"))
    return (
        module.statement_of(call) not in module.tree.body
        or any(module.span(one.statement)[0] < at for one in module.imported)
        or _may_import_torchaudio(project, before.imported)
    )


def _may_import_torchaudio(project: Project, paths: Iterable[str]) -> bool:
    """Return whether files, or what they import, mention torchaudio; entry points install first."""
    files = project.imports.files

    def following(path: str) -> Iterable[str]:
        return () if path in project.entries else files[path].imported

    seen = frozenset[str]().union(*(closure(path, following) for path in paths))
    return any("torchaudio" in project.text(path) for path in seen.difference(project.entries))


def _is_head(numbered: tuple[int, ast.stmt]) -> bool:
    """Return whether a statement must stay first; in a notebook a magic is read as ``pass``."""
    index, statement = numbered
    docstring = (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
    return (
        (index == 0 and docstring)
        or isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.ImportFrom) and statement.module == "__future__")
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
They stand after the docstring, the imports from __future__ and the first magics of a notebook, and
before everything else, because later imports bind names of torchaudio. The rule reports an existing
compat.install() that names another release or may run too late. It also reports a package or
conftest.py around the entry point that imports torchaudio first: name that file with --entry, too.
""",
    check=check,
)
