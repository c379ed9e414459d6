"""Find the functions that set or use a backend or lead there, and keep those others may call."""

import ast
import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from compat.codemod.plan import code, marks
from compat.codemod.plan.code import Code, Meaning
from compat.codemod.plan.marks import Marks
from compat.codemod.plan.replaced_names import DEFINED
from compat.codemod.plan.state import Force
from compat.codemod.source import Module, Notes, Scope, noted, only_import
from compat.codemod.uses import Project

# It is unknown what a start method that is computed does.
_OTHER_THAN_FORK = r"[ \t]*\((?![ \t]*(?:['\"]fork['\"]|\)|None\b))"
_SPAWNS = [
    re.compile(one)
    for one in (
        r"spawn(?:['\"]|(?:(?<=\bmp\.spawn)|(?<=\bmultiprocessing\.spawn))[ \t]*\()",
        r"forkserver['\"]",
        rf"set_start_method{_OTHER_THAN_FORK}",
        rf"get_context{_OTHER_THAN_FORK}",
    )
]
# Calls that load a module by a path or a name, and names through which any function may be called.
BY_PATH = {
    "imp.load_module",
    "imp.load_source",
    "importlib.machinery.SourceFileLoader",
    "importlib.util.spec_from_file_location",
    "pkgutil.resolve_name",
    "pkgutil.walk_packages",
    "pydoc.locate",
    "runpy.run_path",
}
AGAIN = {"importlib.reload", "runpy.run_module", *BY_PATH}
IMPORTERS = {
    "builtins.__import__",
    "importlib.__import__",
    "importlib.import_module",
    "pytest.importorskip",
    "six.moves.builtins.__import__",
    *AGAIN,
}
LOADERS = {"exec_module", "load_module"}  # their methods
MODULES = {"sys.modules", "__main__", "gc.get_objects"}
UNKNOWN_NAMES = {"globals", "locals", "exec", "eval", "vars"}
UNKNOWN_ATTRIBUTES = {
    "__globals__",
    "__subclasses__",
    "__mro__",
    "__bases__",
    "__dict__",
    "f_globals",
}
_TELLING_IMPORTS = IMPORTERS | MODULES
_TELLING_NAMES = UNKNOWN_NAMES | {"__import__"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.GeneratorExp)
# What leads out of the code around it, or gives a function to code that is not followed.
_LEADING = (
    ast.Return,
    ast.Raise,
    ast.Break,
    ast.Continue,
    ast.Yield,
    ast.YieldFrom,
    ast.Await,
    ast.Lambda,
    ast.ClassDef,
)

# Methods with special names that are called where the code shows it.
_CALLED = {"__new__", "__init__", "__post_init__", "__call__", "__enter__", "__exit__"}
# Names of the same form that hold no methods.
_DATA = {
    "__all__", "__doc__", "__match_args__", "__module__", "__name__", "__qualname__", "__slots__",
    "__version__", "__wrapped__",
}  # fmt: skip
# What a node is made of, as far as it may run; a statement follows its own blocks.
_PARTS = (ast.expr, ast.keyword, ast.pattern, ast.comprehension, ast.arg)

Definition = tuple[Module, ast.AST]


class Effects(Notes):
    """What functions do, as far as their text shows; computed once for all programs.

    Each module is read in one pass over its names, as soon as a program comes to it.

    Args:
        project: the project.
        code: its modules.
        may_unset: whether restoring an earlier backend may mean that none is set.

    Attributes:
        marks: returns what matters in a module.
        leading: returns the nodes of a module, among others, in or around which something may
            matter; all others change nothing.
        parts: returns the parts of a node that may run, in the order of the text.
    """

    def __init__(self, project: Project, code: Code, *, may_unset: bool = True) -> None:
        self.project: Project = project
        self.code: Code = code
        self._may_unset = may_unset
        # Steps taken so far, summed over all programs.
        self.steps = 0
        self._matter: dict[ast.AST, bool] = {}
        self._may_set: dict[ast.AST, bool] = {}
        # Kept here, since programs come to the same nodes again and again.
        self.marks: Callable[[Module], Marks] = functools.cache(
            functools.partial(marks.of, project)
        )
        self.leading: Callable[[Module], set[ast.AST]] = functools.cache(self._read)
        self.parts: Callable[[Module, ast.AST], list[ast.AST]] = functools.cache(_parts)
        self._leading: set[ast.AST] = set()
        # The functions that set or use a backend, load a module, or may call any function.
        self._do: set[ast.AST] = set()
        # Those that may set one: all but those that only use it.
        self._set: set[ast.AST] = set()
        # What the names in a function mean, and the functions defined in it.
        self._named: dict[ast.AST, list[Meaning | Definition]] = defaultdict(list)

    def matters(self, definition: Definition) -> bool:
        """Return whether a function sets or uses a backend, or names a function that does."""
        return self._leads_to(definition, self._do, self._matter)

    def sets(self, definition: Definition) -> bool:
        """Return whether a function may set a backend, or names a function that may."""
        return self._leads_to(definition, self._set, self._may_set)

    def _leads_to(
        self, definition: Definition, do: set[ast.AST], known: dict[ast.AST, bool]
    ) -> bool:
        waiting, seen = [definition], {definition[1]}
        while waiting and definition[1] not in known:
            module, node = waiting.pop()
            self.leading(module)
            if known.get(node) or node in do:
                known[definition[1]] = True
            named = self._named.get(node, ())
            for one in (one for meaning in named for one in self.functions_of(meaning)):
                if one[1] not in seen and known.get(one[1], True):
                    seen.add(one[1])
                    waiting.append(one)
        if definition[1] not in known:
            known.update(dict.fromkeys(seen, False))
        return known[definition[1]]

    def _read(self, module: Module) -> set[ast.AST]:
        own, names = self.marks(module), module.names
        imports = [
            one.statement
            for one in names.imported
            if any(found for found, _ in self.code.imported(module, one.statement))
        ]
        ours = [one.statement for one in module.imported]
        unknown = names.named(ast.Attribute, *UNKNOWN_ATTRIBUTES, *LOADERS)
        telling = (own.setters, own.pairs, imports, ours, unknown)
        for node in (node for several in telling for node in several):
            self._tells(module, node)
        for node in (*own.sites, *own.pins):
            self._does(module, node)
        for kind in _LEADING:
            for node in names.all(kind):
                self._leads(module, node)
        for function in FUNCTIONS:
            for node in names.all(function):
                self._means(module, node, (module, node))
                if getattr(node, "decorator_list", ()):
                    self._leads(module, node)
        self._find_names(module)
        return self._leading

    def _find_names(self, module: Module) -> None:
        """Note what names mean, and the dotted names that begin with them."""
        names = module.names
        has_star = any(one.local == "*" for one in names.imported)
        known: dict[tuple[Scope | None, str], list[Meaning]] = {}
        for name in names.named(ast.Name, *_TELLING_NAMES):
            self._tells(module, name)
        # most names are of variables and builtins
        bound = [getattr(one, "name", "") for one in names.scope_made_by]
        bound += [one.local for one in names.imported]
        for name in names.scope_of if has_star else names.named(ast.Name, *bound):
            home, path = names.scope_of[name].home(name.id), name.id
            imported = only_import(names.bindings(name))
            node: ast.AST | None = name
            while isinstance(node, ast.Name | ast.Attribute):
                if (home, path) not in known:
                    known[home, path] = self.code.known(module, node)
                if imported is None and not known[home, path]:
                    break
                above = names.parents.get(node)
                for meaning in known[home, path]:
                    self._leads(module, node)
                    if meaning[1] is not None or not isinstance(above, ast.Attribute):
                        self._means(module, node, meaning)
                if imported in _TELLING_IMPORTS:
                    self._tells(module, node)
                node = above if isinstance(above, ast.Attribute) else None
                attribute = getattr(node, "attr", "")
                path, imported = f"{path}.{attribute}", f"{imported}.{attribute}"

    def _tells(self, module: Module, node: ast.AST) -> None:
        self._does(module, node)
        self._set.update(_around(module, node))

    def _does(self, module: Module, node: ast.AST) -> None:
        self._leads(module, node)
        self._do.update(_around(module, node))

    def _means(self, module: Module, node: ast.AST, meaning: Meaning | Definition) -> None:
        for function in _around(module, node):
            if function is not meaning[1]:
                self._named[function].append(meaning)

    def _leads(self, module: Module, node: ast.AST | None) -> None:
        while node is not None and node not in self._leading:
            self._leading.add(node)
            node = module.names.parents.get(node)

    def functions_of(self, meaning: Meaning | Definition) -> Iterator[Definition]:
        """Yield the functions that code can call if it is given this function, class or module."""
        module, node = meaning
        if node is not None and not isinstance(node, ast.ClassDef):
            yield module, node
            return
        owners: list[Definition] = [(module, module.tree)]
        if node is not None:
            owners = [*code.line(self.code, (module, node))]
        for home, owner in owners:
            bound = home.names.scope_made_by[owner].bindings.values()
            for one in (binding.node for several in bound for binding in several):
                if isinstance(one, code.Definition):
                    yield from self.functions_of((home, one))

    @functools.cached_property
    def setters(self) -> frozenset[Force]:
        """Return what any setter may put in force; ``None`` if restoring may mean that none is."""
        return self.setters_in(self.code.speaking.values())

    def setters_in(self, modules: Iterable[Module]) -> frozenset[Force]:
        """Return what the setters in some modules may put in force."""
        return frozenset(
            None if call in one.pairs else setter
            for one in map(self.marks, modules)
            for call, setter in one.setters.items()
            if self._may_unset or call not in one.pairs
        )

    @functools.cached_property
    def defined(self) -> frozenset[str]:
        """Return the names of all functions; files without torchaudio are not parsed for it."""
        return frozenset(itertools.chain(*map(DEFINED.findall, self.code.texts.values())))

    @functools.cached_property
    def spawns(self) -> bool:
        """Return whether the project starts processes that import its files anew."""
        return any(one.search(text) for one in _SPAWNS for text in self.code.texts.values())

    @noted
    def gives(self, name: str) -> bool:
        """Return whether the project may define, assign or pass something by this name."""
        given = re.compile(rf"{name}(?<!\w{name})(?=[ \t]*=(?!=)|['\"])")
        return name in self.defined or any(map(given.search, self.code.texts.values()))


class Handed:
    """What other code may call.

    Args:
        effects: what the functions of the project do.
        all_run: any function of the project may run in any case, so that none is kept.

    Attributes:
        functions: those that matter, each with its module.
        special: the names of those that Python may call by itself.
        sets_unseen: whether one of them may set a backend where the code shows no call.
    """

    def __init__(self, effects: Effects, *, all_run: bool) -> None:
        self._effects, self._all_run = effects, all_run
        self._meanings: set[Meaning | Definition] = set()
        self.functions: dict[ast.AST, Module] = {}
        self.special: set[str] = {*_every(effects)} if all_run else set()
        self.sets_unseen: bool = False

    @property
    def count(self) -> tuple[int, int, bool]:
        """Return what tells whether anything was added."""
        return len(self.functions), len(self.special), self.sets_unseen

    def add(self, meaning: Meaning | Definition) -> None:
        """Note that unfollowed code may call a function, or a class's methods, from now on."""
        if self._all_run or meaning in self._meanings:
            return
        self._meanings.add(meaning)
        for module, node in self._effects.functions_of(meaning):
            if self._effects.matters((module, node)):
                self.functions[node] = module
                self.special |= special(getattr(node, "name", "")) - _CALLED

    def add_callback(self, meaning: Meaning | Definition) -> None:
        """Note that a function given to a call, or a generator, may run at any later moment.

        A thread runs it, or it ends as the last name of the generator goes: the code shows no call.
        """
        self.add(meaning)
        module, node = meaning
        if node is not None and (self._all_run or node in self.functions):
            self.sets_unseen |= self._effects.sets((module, node))


@noted
def _every(effects: Effects) -> set[str]:
    """Return the names of all that Python may call by itself."""
    return set().union(*map(special, effects.defined)) - _CALLED


def special(name: str) -> set[str]:
    """Return a name if it is one by which Python calls methods where no call is to be seen."""
    is_special = name.startswith("__") and name.endswith("__") and name not in _DATA
    return {name} if is_special or name == "keys" else set()


def _parts(module: Module, node: ast.AST) -> list[ast.AST]:
    parts: list[ast.AST] = [one for one in ast.iter_child_nodes(node) if isinstance(one, _PARTS)]
    # these list all keys before all values, and defaults of keywords before others
    is_mixed = isinstance(node, ast.Dict | ast.arguments)
    return sorted(parts, key=module.span) if is_mixed else parts


def _around(module: Module, node: ast.AST) -> Iterator[ast.AST]:
    """Yield the functions around a node, from the inside out, and itself if it is one."""
    return (one for one in (node, *module.names.chain(node)) if isinstance(one, FUNCTIONS))
