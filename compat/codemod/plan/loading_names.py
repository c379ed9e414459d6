"""The names of the project's functions that load, themselves or by others: what a call of such a name may come to."""

import ast
from collections.abc import Iterable, Iterator

from compat.codemod.plan.part import Part
from compat.codemod.plan.sites import Site
from compat.codemod.source import Module, called, grouped, plain_name

# Packages of which it is known that they do not call the project's functions.
STRANGERS = {
    "torch", "torchaudio", "numpy", "os", "sys", "math", "pathlib", "json", "random", "time", "logging", "warnings", "re",
    "librosa", "scipy", "pandas", "soundfile", "tqdm", "shutil", "io", "collections", "itertools", "datetime",
}  # fmt: skip
# Packages whose functions are often called like one that loads audio.
_OTHER_LOADERS = {"yaml", "toml", "tomllib", "pickle", "joblib", "argparse", "hydra", "omegaconf", "datasets", "transformers"}


def names_that_load(sites: Iterable[Site], modules: Iterable[Module]) -> frozenset[str]:
    """The names of the functions and classes that a site stands in, and of those in some modules that speak of one of them."""
    new = {name for site in sites for name in _definitions_around(site.module, site.use.node)} - {"__init__"}
    asked = [(module, _by_name(module)) for module in modules] if new else []
    names = set()
    while new:
        names |= new
        speakers = {
            speaker
            for module, nodes in asked
            for name in new & nodes.keys()
            for node in nodes[name]
            for speaker in _definitions_around(module, node)
        }
        new = speakers - names - {"__init__"}
    return frozenset(names)


def _by_name(module: Module) -> dict[str, list[ast.AST]]:

    nodes: list[ast.AST] = [*module.names.all(ast.Name), *module.names.all(ast.Attribute)]
    return module.note("by name", lambda: grouped((plain_name(node), node) for node in nodes))


def _definitions_around(module: Module, node: ast.AST) -> Iterator[str]:
    for above in module.names.chain(node):
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield above.name


def is_one_of(module: Module, call: ast.Call, names: frozenset[str]) -> bool:
    """Tell whether a call may be of one of the project's functions of these names, imported under another name or not."""
    qualified = module.names.qualified(call.func)
    if qualified is not None:
        root = qualified.partition(".")[0]
        return qualified.rpartition(".")[2] in names and root not in STRANGERS and root not in _OTHER_LOADERS
    return called(call) in names


def may_reach(module: Module, call: ast.Call) -> bool:
    """Tell whether a call may come to one of the project's functions; what is known of other packages does not."""
    qualified = module.names.qualified(call.func)
    if qualified is not None:
        return qualified.startswith(".") or qualified.partition(".")[0] not in STRANGERS
    if isinstance(call.func, ast.Name):
        return bool(module.names.bindings(call.func))
    return not isinstance(call.func, ast.Attribute)


def of_part(part: Part) -> frozenset[str]:
    """The names that load in the modules with sites."""
    return part.note("names that load", lambda: names_that_load(part.sites, dict.fromkeys(site.module for site in part.sites)))


# Methods that run without being named.
_HIDDEN_CALLS = {"__getitem__", "__iter__", "__next__", "__call__", "__len__", "forward"}
_HARMLESS_METHODS = {
    "load", "save", "info",
    "append", "extend", "mean", "to", "float", "numpy", "size", "squeeze", "unsqueeze", "view", "reshape", "item", "abs", "close",
    "read", "write", "join", "format", "strip", "split", "lower", "keys", "get", "debug", "warning", "error",
}  # fmt: skip


def may_load(part: Part, node: ast.AST) -> bool:
    """Tell whether a node may run one of the project's functions with a site in it, going by its name."""
    loading = of_part(part)
    if isinstance(node, ast.Name):
        return node.id in loading
    if isinstance(node, ast.Attribute):
        return node.attr in loading and node.attr not in ("load", "save", "info")
    if loading.isdisjoint(_HIDDEN_CALLS):
        return False
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr not in _HARMLESS_METHODS
    return isinstance(node, ast.Subscript | ast.For | ast.comprehension | ast.Starred)
