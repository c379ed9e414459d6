"""Hold Python as a tree, and find the statement, block, function, text and place of a node."""

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
        interactive: it may await at the top level, as notebook cells do.

    Raises:
        SyntaxError: it is not Python.
    """

    def __init__(
        self, path: str, source: str, *, standalone: bool = False, interactive: bool = False
    ) -> None:
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
        """Return the innermost statement that contains a node."""
        while not isinstance(node, ast.stmt):
            node = self.names.parents[node]
        return node

    def block(self, statement: ast.stmt) -> tuple[ast.AST, str]:
        """Return the node, and its field, whose list contains a statement."""
        parent = self.names.parents[statement]
        fields = ("body", "orelse", "finalbody")
        return parent, next(field for field in fields if statement in getattr(parent, field, ()))

    def siblings(self, statement: ast.stmt) -> list[ast.stmt]:
        """Return the block that contains a statement."""
        parent, field = self.block(statement)
        return getattr(parent, field)  # type: ignore[no-any-return]

    def following(self, statement: ast.stmt) -> list[ast.stmt]:
        """Return the later statements of the block that contains a statement."""
        block = self.siblings(statement)
        return block[block.index(statement) + 1 :]

    def is_elif(self, statement: ast.stmt) -> bool:
        """Return whether it is the ``if`` of an ``elif``."""
        return isinstance(statement, ast.If) and self.text.text.startswith(
            "elif", self.text.span(statement)[0]
        )

    def call_of(self, node: ast.AST) -> ast.Call | None:
        """Return the call whose function a node is, or ``None``."""
        above = self.names.parents.get(node)
        return above if isinstance(above, ast.Call) and above.func is node else None

    def function_of(self, node: ast.AST) -> AnyFunction | None:
        """Return the innermost function whose body contains a node."""
        below = node
        for above in self.names.chain(node):
            if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef) and below in above.body:
                return above
            if isinstance(above, ast.Lambda) and below is above.body:
                return above
            below = above
        return None

    def inside(self, node: ast.AST, outer: ast.AST) -> bool:
        """Return whether a node is another node, or part of it."""
        return node is outer or any(above is outer for above in self.names.chain(node))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return the start and end of a node in the text."""
        return self.text.span(node)

    def segment(self, node: ast.AST) -> str:
        """Return the text of a node."""
        return self.text.segment(node)

    def place(self, node: ast.AST | tuple[int, int]) -> Place:
        """Return the place of a node or of a start and end, as reports show it."""
        start, end = node if isinstance(node, tuple) else self.span(node)
        return Place(self.path, *self.text.position(start), *self.text.position(end))

    # What a name means

    def assigned(self, node: ast.AST | None) -> list[ast.expr | None]:
        """Return what each binding of a name assigns to it; ``None`` for one that does not."""
        found = []
        for binding in self.names.bindings(node):
            above = self.names.parents.get(binding.node)
            plain = isinstance(above, ast.AnnAssign) or (
                isinstance(above, ast.Assign) and binding.node in above.targets
            )
            found.append(above.value if plain else None)  # type: ignore[union-attr]
        return found

    def only_assigned(self, node: ast.AST | None) -> ast.expr | None:
        """Return the value of a name that is bound once; ``None`` for any other."""
        values = self.assigned(node)
        return values[0] if len(values) == 1 else None

    def reads(self, name: ast.Name) -> list[ast.Name]:
        """Return the other places where a name means the same."""
        bindings = self.names.bindings(name)
        return [
            one
            for one in self.names.named(ast.Name, name.id)
            if one is not name and self.names.bindings(one) is bindings
        ]

    # Nodes of a kind

    def stored(self, attribute: str) -> list[ast.Attribute]:
        """Return where an attribute of this name is assigned or deleted."""
        own = self.names.named(ast.Attribute, attribute)
        return [one for one in own if not isinstance(one.ctx, ast.Load)]

    @functools.cached_property
    def unplaced(self) -> set[ast.AST]:
        """The nodes in f-strings that are not to be changed."""
        strings = [node for kind in {*fstrings.STRINGS} for node in self.names.all(kind)]
        return fstrings.unplaced(strings, self.span, self.text.text)

    @functools.cached_property
    def strings(self) -> list[ast.Constant]:
        """Return all string constants outside f-strings."""
        found = [node for node in self.names.all(ast.Constant) if isinstance(node.value, str)]
        return [node for node in found if node not in self.unplaced]

    @property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Return all functions and methods."""
        return [*self.names.all(ast.FunctionDef), *self.names.all(ast.AsyncFunctionDef)]

    @property
    def calls(self) -> list[ast.Call]:
        """Return all calls."""
        return self.names.all(ast.Call)

    def kept_in(self, value: ast.AST) -> ast.Name | None:
        """Return the name that a value is assigned to, if the value is used for nothing else."""
        above = self.names.parents.get(value)
        targets = above.targets if isinstance(above, ast.Assign) and above.value is value else []
        return targets[0] if len(targets) == 1 and isinstance(targets[0], ast.Name) else None

    def is_docstring(self, node: ast.Constant) -> bool:
        """Return whether a string is a statement of its own."""
        return isinstance(self.names.parents.get(node), ast.Expr)
