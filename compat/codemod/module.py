"""One piece of Python, and what in it is torchaudio's."""

from __future__ import annotations

import ast
import dataclasses
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Any

from compat.codemod import api, concrete, imports, witness
from compat.codemod.api import Known
from compat.codemod.findings import Place
from compat.codemod.scopes import AnyFunction, Names, Scope, only_import
from compat.codemod.text import Text, parse

_IGNORE = re.compile(r"#\s*compat:\s*ignore(?:\[([A-Z0-9,\s]*)\])?", re.I)


def is_test(path: str) -> bool:
    """Whether a file is a test by its own name; folders say nothing, the whole project may lie below one called tests."""
    name = PurePath(path)
    return name.name.startswith("test_") or name.stem.endswith("_test") or name.name == "conftest.py"


@dataclasses.dataclass(frozen=True, eq=False)
class Use:
    """A place that speaks of something of torchaudio's, by a name that an import binds.

    Attributes:
        path: its full name, whatever it is called here: ``torchaudio.backend.sox_io_backend.load``.
        known: what that is, where it is one of the old names.
        node: the name or dotted name.
        root: the name that the import binds.
        call: the call, where it is called.
        stored: it is assigned to or deleted.
    """

    path: str
    known: Known | None
    node: ast.Name | ast.Attribute
    root: ast.Name
    call: ast.Call | None
    stored: bool

    @property
    def kind(self) -> str:
        """The kind of the old name, else nothing."""
        return self.known.kind if self.known else ""

    @property
    def name(self) -> str:
        """The plain old name, else nothing."""
        return self.known.name if self.known else ""


@dataclasses.dataclass(frozen=True, eq=False)
class Imported:
    """One name that an import binds: the statement, its alias, the full path imported, the local name."""

    statement: ast.Import | ast.ImportFrom
    alias: ast.alias
    path: str
    local: str
    scope: Scope


class Module:
    """A file, a notebook, or a block of code in a document.

    Args:
        path: as it is shown.
        source: its Python text.
        standalone: nothing else belongs to its project (a block in a document, standard input).
        interactive: it may wait at its top, as cells of a notebook do.
        lazy: it is known to be Python, and parsed only if its tree is asked for.

    Raises:
        SyntaxError: it is not Python.
    """

    def __init__(self, path: str, source: str, *, standalone: bool = False, interactive: bool = False, lazy: bool = False) -> None:
        self.path = path
        self.standalone = standalone
        self.interactive = interactive
        self.text: Text = Text(source)
        self.layouts: dict[ast.Call, concrete.Layout] = {}
        self._notes: dict[str, Any] = {}
        if not lazy:
            _ = self.names

    @functools.cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return parse(self.text.text, top_level_await=self.interactive)

    @functools.cached_property
    def names(self) -> Names:
        """What its names mean."""
        try:
            return Names(self.tree)
        except RecursionError as why:
            raise SyntaxError("it is nested too deeply") from why

    @property
    def is_parsed(self) -> bool:
        """Whether it has been parsed yet."""
        return "names" in self.__dict__

    def after(self, text: str, *, lazy: bool = False) -> Module:
        """The same module with another text; the arguments and errors are those of the class."""
        return Module(self.path, text, standalone=self.standalone, interactive=self.interactive, lazy=lazy)

    def note(self, key: str, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, made once; where others keep what they know of this module."""
        if key not in self._notes:
            self._notes[key] = make()
        return self._notes[key]

    @functools.cached_property
    def is_test(self) -> bool:
        """Whether it is a test: such a file may run the project's code without its entry point."""
        return is_test(self.path)

    @functools.cached_property
    def file(self) -> imports.File:
        """What the import graph needs to know of it."""
        return imports.of(self.path, self.text.text.encode("utf-8", "replace"))

    # torchaudio

    @functools.cached_property
    def imported(self) -> list[Imported]:
        """Every name that an import of torchaudio, or of something in it, binds."""
        found = []
        for statement, scope in self.names.imports:
            prefix = ""
            if isinstance(statement, ast.ImportFrom):
                if statement.level or not statement.module:
                    continue
                prefix = f"{statement.module}."
            for alias in statement.names:
                path = prefix + alias.name
                if path == api.ROOT or path.startswith(f"{api.ROOT}."):
                    local = alias.asname or (alias.name if prefix else alias.name.partition(".")[0])
                    found.append(Imported(statement, alias, path, local, scope))
        return found

    @functools.cached_property
    def uses(self) -> list[Use]:
        """Every use of a name that is torchaudio's and nothing else's, in the order of the text; not those in f-strings."""
        return [use for use in self._all_uses if not self.in_fstring(use.node)]

    @functools.cached_property
    def hidden(self) -> list[Use]:
        """The uses inside f-strings, which are never changed: before Python 3.12 their places cannot be known."""
        return [use for use in self._all_uses if self.in_fstring(use.node)]

    def in_fstring(self, node: ast.AST) -> bool:
        """Whether a node is part of an f-string."""
        return node in self._in_fstrings

    @functools.cached_property
    def _in_fstrings(self) -> set[ast.AST]:
        return {node for outer in self.names.all(ast.JoinedStr) for node in ast.walk(outer) if node is not outer}

    @functools.cached_property
    def _by_imported_name(self) -> list[ast.Name]:
        """The names that are called like something that an import of torchaudio binds."""
        locals_ = {imported.local for imported in self.imported}
        return [node for node in self.names.scope_of if node.id in locals_]

    @functools.cached_property
    def _all_uses(self) -> list[Use]:
        found = []
        for node in self._by_imported_name:
            if isinstance(node.ctx, ast.Load):
                target = only_import(self.names.bindings(node))
                if target and (target == api.ROOT or target.startswith(f"{api.ROOT}.")):
                    found.append(self._use(node, target))
        return sorted(found, key=lambda use: (use.node.lineno, use.node.col_offset))

    def _use(self, root: ast.Name, path: str) -> Use:
        node: ast.Name | ast.Attribute = root
        parents = self.names.parents
        while path not in api.KNOWN:
            above = parents.get(node)
            if not isinstance(above, ast.Attribute):
                break
            node, path = above, f"{path}.{above.attr}"
        above = parents.get(node)
        call = above if isinstance(above, ast.Call) and above.func is node else None
        return Use(path, api.KNOWN.get(path), node, root, call, not isinstance(node.ctx, ast.Load))

    @functools.cached_property
    def ambiguous(self) -> list[ast.Attribute]:
        """Old names reached through a name that is torchaudio in one place and something else in another."""
        found = []
        for node in self._by_imported_name:
            above = self.names.parents.get(node)
            if isinstance(above, ast.Attribute) and above.attr in api.REPLACEABLE:
                bindings = self.names.bindings(node)
                if only_import(bindings) is None and any(binding.target == api.ROOT for binding in bindings):
                    found.append(above)
        return found

    @functools.cached_property
    def dissent(self) -> witness.Dissent | None:
        """The first use whose name LibCST reads otherwise; then nothing in this file is sure enough to be changed."""
        return witness.dissent(self)

    def of(self, *kinds: str) -> Iterator[Use]:
        """The uses of these kinds of old names; a text without any of the names is not parsed for it."""
        if self._named.isdisjoint(kinds):
            return iter(())
        return (use for use in self.uses if use.kind in kinds)

    @functools.cached_property
    def _named(self) -> frozenset[str]:
        """The kinds of old names of which one is in the text."""
        return frozenset(kind for kind, names in api.NAMES_OF.items() if any(name in self.text.text for name in names))

    def anchor(self, *, optional: bool = False) -> ast.Import | ast.ImportFrom | None:
        """The first import of torchaudio at the top of the module; new imports go behind it.

        Args:
            optional: one in the body of a ``try`` will do.
        """
        for imported in self.imported:
            parent = self.names.parents[imported.statement]
            in_try = isinstance(parent, ast.Try) and imported.statement in parent.body and parent in self.tree.body
            if parent is self.tree or (optional and in_try):
                return imported.statement
        return None

    def torchaudio_at(self, use: Use) -> str | None:
        """What the plain module is surely called where a use stands: ``torchaudio``, ``ta``; ``None`` where it has no name."""
        if only_import(self.names.bindings(use.root)) == api.ROOT:
            return use.root.id
        scope = self.names.scope_of[use.root]
        for imported in self.imported:
            plain = imported.path == api.ROOT or (isinstance(imported.statement, ast.Import) and not imported.alias.asname)
            home = scope.home(imported.local) if plain else None
            if home is not imported.scope or home is None or only_import(home.bindings[imported.local]) != api.ROOT:
                continue
            always = self.names.parents[imported.statement] is home.node
            if always and (home is not scope or self.span(imported.statement)[1] <= self.span(use.node)[0]):
                return imported.local
        return None

    # The tree

    def statement_of(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that a node is part of."""
        while not isinstance(node, ast.stmt):
            node = self.names.parents[node]
        return node

    def block(self, statement: ast.stmt) -> tuple[ast.AST, str]:
        """The node and the field whose list a statement stands in."""
        parent = self.names.parents[statement]
        for field in ("body", "orelse", "finalbody"):
            if statement in (getattr(parent, field, None) or ()):
                return parent, field
        raise LookupError("not a statement of a block")

    def siblings(self, statement: ast.stmt) -> list[ast.stmt]:
        """The block that a statement stands in."""
        parent, field = self.block(statement)
        return getattr(parent, field)  # type: ignore[no-any-return]

    def is_elif(self, statement: ast.stmt) -> bool:
        """Whether it is the ``if`` of an ``elif``."""
        return isinstance(statement, ast.If) and self.text.text.startswith("elif", self.text.span(statement)[0])

    def function_of(self, node: ast.AST) -> AnyFunction | None:
        """The innermost function whose body a node is part of."""
        below = node
        for above in self.names.chain(node):
            if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef) and below in above.body:
                return above
            if isinstance(above, ast.Lambda) and below is above.body:
                return above
            below = above
        return None

    def inside(self, node: ast.AST, outer: ast.AST) -> bool:
        """Whether a node is part of another."""
        return node is outer or any(above is outer for above in self.names.chain(node))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """The stretch of a node in the text."""
        return self.text.span(node)

    def segment(self, node: ast.AST) -> str:
        """The text of a node."""
        return self.text.segment(node)

    def place(self, node: ast.AST | tuple[int, int]) -> Place:
        """Where a node is, for people."""
        start, end = node if isinstance(node, tuple) else self.span(node)
        return Place(self.path, *self.text.position(start), *self.text.position(end))

    @functools.cached_property
    def _ignored(self) -> dict[int, frozenset[str] | None]:
        lines: dict[int, frozenset[str] | None] = {}
        if "compat:" in self.text.text:
            for comment in self.text.comments:
                match = _IGNORE.match(self.text.text, comment.start)
                if match:
                    rules = None if match.group(1) is None else frozenset(match.group(1).upper().replace(",", " ").split())
                    lines[self.text.position(comment.start)[0]] = rules
        return lines

    def ignores(self, rule: str, span: tuple[int, int]) -> bool:
        """Whether a comment on one of the lines says ``# compat: ignore``, of all rules or of this one."""
        if not self._ignored:
            return False
        first, last = self.text.position(span[0])[0], self.text.position(max(span))[0]
        for line in range(first, last + 1):
            if line in self._ignored:
                rules = self._ignored[line]
                if rules is None or rule in rules:
                    return True
        return False

    @functools.cached_property
    def strings(self) -> list[ast.Constant]:
        """All string constants."""
        found = [node for node in self.names.all(ast.Constant) if isinstance(node.value, str)]
        return [node for node in found if not self.in_fstring(node)]

    @functools.cached_property
    def calls(self) -> list[ast.Call]:
        """All calls."""
        return self.names.all(ast.Call)

    def is_docstring(self, node: ast.Constant) -> bool:
        """Whether a string stands by itself as a statement."""
        return isinstance(self.names.parents.get(node), ast.Expr)
