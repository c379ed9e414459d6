"""A piece of Python as a tree, and the ways about in it: the statement, the block, the function around a node; its text, its place."""

import ast
import functools

from compat.codemod.source import fstrings
from compat.codemod.source.findings import Place
from compat.codemod.source.notes import Notes
from compat.codemod.source.scopes import AnyFunction, Names
from compat.codemod.source.text import Text, parse


class Tree(Notes):
    """Python text with its syntax tree.

    Args:
        path: as it is shown.
        source: the Python text.
        standalone: nothing else belongs to its project (a block in a document, standard input).
        interactive: it may await at its top, as cells of a notebook do.

    Raises:
        SyntaxError: it is not Python.
    """

    def __init__(self, path: str, source: str, *, standalone: bool = False, interactive: bool = False) -> None:
        self.path = path
        self.standalone = standalone
        self.interactive = interactive
        self.text: Text = Text(source)
        self.tree: ast.Module = parse(source, top_level_await=interactive)
        try:
            self.names: Names = Names(self.tree)
        except RecursionError as why:
            raise SyntaxError("it is nested too deeply") from why

    # Around a node

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

    def text_after(self, statement: ast.stmt) -> str:
        """The text of the statement that follows in the same block; nothing for the last."""
        block = self.siblings(statement)
        following = block[block.index(statement) + 1 :]
        return self.segment(following[0]) if following else ""

    def is_elif(self, statement: ast.stmt) -> bool:
        """Tell whether it is the ``if`` of an ``elif``."""
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
        """Tell whether a node is part of another."""
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

    # Nodes of a kind

    @functools.cached_property
    def unplaced(self) -> set[ast.AST]:
        """The nodes in f-strings that are not to be changed."""
        return fstrings.unplaced(self)

    @functools.cached_property
    def strings(self) -> list[ast.Constant]:
        """All string constants."""
        found = [node for node in self.names.all(ast.Constant) if isinstance(node.value, str)]
        return [node for node in found if node not in self.unplaced]

    @property
    def calls(self) -> list[ast.Call]:
        """All calls."""
        return self.names.all(ast.Call)

    def kept_in(self, value: ast.AST) -> ast.Name | None:
        """The name that a value is assigned to, where that is all that is done with it."""
        above = self.names.parents.get(value)
        targets = above.targets if isinstance(above, ast.Assign) and above.value is value else []
        return targets[0] if len(targets) == 1 and isinstance(targets[0], ast.Name) else None

    def is_docstring(self, node: ast.Constant) -> bool:
        """Tell whether a string stands by itself as a statement."""
        return isinstance(self.names.parents.get(node), ast.Expr)
