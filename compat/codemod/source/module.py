"""Find torchaudio's names in a file: uses, imports, and comments that say to ignore a line."""

from __future__ import annotations

import ast
import dataclasses
import functools
import os
import re
from collections.abc import Iterator

from compat.codemod.source import old_names
from compat.codemod.source.old_names import Kind
from compat.codemod.source.scopes import Imported, Scope, only_import
from compat.codemod.source.tree import Tree

_TELLING = re.compile(r"torchaudio|TORCHAUDIO_|t_audio_backend|load_wav|filepath|sox")
_IGNORE = re.compile(r"#\s*compat:\s*ignore(?:\[([A-Z0-9,\s]*)\])?", re.I)


def is_test(path: str) -> bool:
    """Return whether a file is a test by its own name.

    Folders do not count, since the whole project may be below one called tests.
    """
    name = os.path.basename(path)
    return (
        name.startswith("test_")
        or name == "conftest.py"
        or os.path.splitext(name)[0].endswith("_test")
    )


@dataclasses.dataclass(frozen=True, eq=False)
class Use:
    """A use of something of torchaudio's, through a name that an import binds.

    Attributes:
        path: its full name, whatever it is called here: ``torchaudio.backend.sox_io_backend.load``.
        kind: the kind of the old name; ``None`` if it is not one.
        name: the plain old name, or an empty string.
        backend: the per-call name of the backend whose module it is in, or an empty string.
        node: the name or dotted name.
        root: the name that the import binds.
        call: the call, if it is called.
        stored: whether it is assigned to or deleted.
        through: the file that passes it on, if it is reached through another.
    """

    path: str
    kind: Kind | None
    name: str
    backend: str
    node: ast.Name | ast.Attribute
    root: ast.Name
    call: ast.Call | None
    stored: bool = False
    through: str = ""

    @property
    def written(self) -> str:
        """Return the dotted name as it is written: ``ta.load``."""
        return ast.unparse(self.node)


class Module(Tree):
    """A file, a notebook, or a code block of a document; arguments and errors as for ``Tree``."""

    def after(self, text: str) -> Module:
        """Return the same module with another text."""
        return Module(self.path, text, standalone=self.standalone, interactive=self.interactive)

    # torchaudio

    @functools.cached_property
    def telling(self) -> list[ast.Constant]:
        """Return the strings in which a name of torchaudio, its variable or backends may occur."""
        return [node for node in self.strings if _TELLING.search(str(node.value))]

    @functools.cached_property
    def imported(self) -> list[Imported]:
        """Return every name bound by an import of torchaudio or of something in it."""
        return [one for one in self.names.imported if old_names.is_ours(one.path)]

    @functools.cached_property
    def uses(self) -> list[Use]:
        """The uses of names that are torchaudio's and nothing else's, in the order of the text.

        Those that are hidden are left out.
        """
        return [use for use in self._all_uses if use.node not in self.unplaced]

    @functools.cached_property
    def hidden(self) -> list[Use]:
        """The uses in f-strings that are not to be changed."""
        return [use for use in self._all_uses if use.node in self.unplaced]

    @functools.cached_property
    def _all_uses(self) -> list[Use]:
        found = []
        for node in self.names.named(ast.Name, *(one.local for one in self.imported)):
            if isinstance(node.ctx, ast.Load):
                target = only_import(self.names.bindings(node))
                if target and old_names.is_ours(target):
                    found.append(self._use(node, target))
        return sorted(found, key=lambda use: (use.node.lineno, use.node.col_offset))

    def _use(self, root: ast.Name, path: str) -> Use:
        node: ast.Name | ast.Attribute = root
        parents = self.names.parents
        while path not in old_names.KNOWN:
            above = parents.get(node)
            if not isinstance(above, ast.Attribute):
                break
            node, path = above, f"{path}.{above.attr}"
        return Use(
            path,
            *old_names.KNOWN.get(path, old_names.UNKNOWN),
            node,
            root,
            self.call_of(node),
            not isinstance(node.ctx, ast.Load),
        )

    @functools.cached_property
    def ambiguous(self) -> list[tuple[ast.Name | ast.Attribute, str]]:
        """Return uses of names that are torchaudio's only in some places, with the old name."""
        found: list[tuple[ast.Name | ast.Attribute, str]] = []
        for node in self.names.named(ast.Name, *(one.local for one in self.imported)):
            bindings = self.names.bindings(node)
            if not isinstance(node.ctx, ast.Load) or only_import(bindings) is not None:
                continue
            above = self.names.parents.get(node)
            targets = {binding.target for binding in bindings if binding.target}
            if (
                isinstance(above, ast.Attribute)
                and above.attr in old_names.REPLACEABLE
                and old_names.ROOT in targets
            ):
                found.append((above, above.attr))
            known = sorted(
                old_names.KNOWN[target].name for target in targets if target in old_names.KNOWN
            )
            found += [(node, name) for name in known[:1] if name in old_names.REPLACEABLE]
        return found

    def of(self, *kinds: Kind) -> Iterator[Use]:
        """Return the uses of these kinds of old names, without assignments."""
        return (use for use in self.uses if use.kind in kinds and not use.stored)

    def calls_of(self, *names: str) -> Iterator[tuple[Use, ast.Call]]:
        """Return the calls of torchaudio's own ``load``, ``save`` or ``info``, however imported."""
        return ((use, use.call) for use in self.of(Kind.FUNCTION) if use.call and use.name in names)

    def anchor(self, *, optional: bool = False) -> ast.Import | ast.ImportFrom | None:
        """Return the first import of torchaudio at the top level; new imports go after it.

        Args:
            optional: accept one in the body of a ``try``.
        """
        for imported in self.imported:
            parent = self.names.parents[imported.statement]
            in_try = (
                isinstance(parent, ast.Try)
                and imported.statement in parent.body
                and parent in self.tree.body
            )
            if parent is self.tree or (optional and in_try):
                return imported.statement
        return None

    def torchaudio_at(self, use: Use) -> str | None:
        """Return the certain name of the torchaudio module at a use: ``torchaudio``, ``ta``.

        Return ``None`` if it has no name there.
        """
        if only_import(self.names.bindings(use.root)) == old_names.ROOT:
            return use.root.id
        for imported in self.imported:
            plain = imported.path == old_names.ROOT or (
                isinstance(imported.statement, ast.Import) and not imported.alias.asname
            )
            home = self.names.scope_of[use.root].home(imported.local) if plain else None
            if (
                home is not None
                and home is imported.scope
                and only_import(home.bindings[imported.local]) == old_names.ROOT
                and self.is_bound_by(imported.statement, home, use)
            ):
                return imported.local
        return None

    def is_bound_by(self, statement: ast.stmt, home: Scope, use: Use) -> bool:
        """Return whether an import always binds its name in a scope, above a use."""
        is_above = self.span(statement)[1] <= self.span(use.node)[0]
        return is_above and self.names.parents[statement] is home.node

    @functools.cached_property
    def _ignored(self) -> dict[int, frozenset[str] | None]:
        lines = {}
        if "compat:" in self.text.text:
            for comment in self.text.comments:
                match = _IGNORE.search(self.text.text, comment.start, comment.end)
                if match:
                    rules = (
                        None
                        if match.group(1) is None
                        else frozenset(match.group(1).upper().replace(",", " ").split())
                    )
                    lines[self.text.position(comment.start)[0]] = rules
        return lines

    def ignores(self, rule: str, span: tuple[int, int]) -> bool:
        """Return whether a line has the comment ``# compat: ignore``, for all rules or this one."""
        first, last = self.text.position(span[0])[0], self.text.position(max(span))[0]
        said = [rules for line, rules in self._ignored.items() if first <= line <= last]
        return any(rules is None or rule in rules for rules in said)
