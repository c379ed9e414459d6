"""Find an expression's kind within its own module: a path, an open file, a number, integers.

``uses.arguments`` finds what callers pass to a function. Without evidence the kind is unknown,
and a rule that needs to know it changes nothing.
"""

import ast
import re

from compat.codemod.source.calls import called, given, literal, plain_name, string
from compat.codemod.source.module import Module
from compat.codemod.source.notes import noted

STRING, PATHLIB, ENTRY, FILE, NUMBER, INTEGERS, UNKNOWN = (
    "string",
    "pathlib",
    "entry of a folder",
    "file",
    "number",
    "integers",
    "unknown",
)

# by the plain name of the called function or method
_MAKERS = {
    **dict.fromkeys((
        "open", "urlopen", "BytesIO", "BufferedReader", "FileIO", "mmap", "extractfile", "makefile",
        "TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "file_uploader",
    ), FILE),
    **dict.fromkeys((
        "Path", "PurePath", "PosixPath", "absolute", "expanduser", "iterdir", "joinpath", "rglob",
        "with_name", "with_stem", "with_suffix",
    ), PATHLIB),
    "scandir": ENTRY,  # str() does not give its path
    **dict.fromkeys((
        "as_posix", "as_uri", "decode", "format", "lower", "lstrip", "rstrip", "str", "strip",
    ), STRING),
}  # fmt: skip
# these return what their first argument holds
_CONTAINERS = ("sorted", "list", "tuple", "set", "reversed", "next", "iter", "tqdm")
_SAME_ATTRIBUTES = ("T", "mT", "data")
_ATTRIBUTES = {
    "stdout": FILE,
    "stdin": FILE,
    "raw": FILE,
    "buffer": FILE,
    "FILES": FILE,  # of Django's requests
    "parent": PATHLIB,
    "name": STRING,
    "stem": STRING,
}
_ANNOTATIONS = {  # `str` proves nothing: path objects are passed there too
    FILE: r"\b(BytesIO|BinaryIO|IO|IOBase|BufferedReader|BufferedIOBase|RawIOBase|FileIO|mmap|"
    r"UploadFile|FileStorage|UploadedFile)\b",
    PATHLIB: r"\b(Path|PurePath|PosixPath|PathLike|StrPath)\b",
}

# kind of node -> the fields that hold what it may be, or consists of
_PARTS: dict[type | None, tuple[str, ...]] = {
    ast.IfExp: ("body", "orelse"),
    ast.NamedExpr: ("value",),
    **dict.fromkeys((ast.List, ast.Tuple, ast.Set), ("elts",)),
    **dict.fromkeys((ast.ListComp, ast.GeneratorExp, ast.SetComp), ("elt",)),
}

# functions that are known, and keep a value or hand it on
_PASSING = ("closing", "dict", "partial", "setattr", "to_thread")
# methods of other libraries that are done with a file when they return
_USING_UP = ("download_fileobj", "savefig", "upload_fileobj")
# code that keeps a value which stands in it
_KEEPERS = (
    ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.GeneratorExp,
    ast.DictComp, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.Return, ast.Yield, ast.Lambda,
    ast.IfExp, ast.BoolOp,
)  # fmt: skip


_TENSOR_TYPES = {"ByteTensor", "CharTensor", "IntTensor", "LongTensor", "ShortTensor"}
_INTEGER_TYPES = {
    "int8", "int16", "int32", "int64", "uint8", "uint16", "short", "int", "long", "intc", "int_",
    *_TENSOR_TYPES,
}  # fmt: skip
_INTEGER_TYPE = re.compile(r"[<>=|]?(?:[iu][1248]|[bhilq]|u?int(?:8|16|32|64)?)\Z|PCM_\d+\Z")
_INTEGER_MAKERS = {"arange", "get_array_of_samples", "randint", "randint_like", *_TENSOR_TYPES}
_INTEGER_METHODS = {"byte", "char", "int", "long", "short"}
# they take a type by position
_TYPED = {
    "array", "asarray", "astype", "empty", "empty_like", "frombuffer", "fromfile", "fromstring",
    "ones", "ones_like", "to", "type", "view", "zeros", "zeros_like",
}  # fmt: skip
# function -> position of the numbers that it fills with; they decide the type
_FILLED = {"tensor": 0, "array": 0, "asarray": 0, "as_tensor": 0, "full": 1}
# these return the numbers of their owner or first argument, in the same type
_SAME = {
    "array", "as_tensor", "asarray", "ascontiguousarray", "cat", "chunk", "clamp", "clip", "clone",
    "concat", "concatenate", "contiguous", "copy", "cpu", "cuda", "detach", "expand", "expand_dims",
    "flatten", "flip", "from_numpy", "hstack", "narrow", "numpy", "pad", "permute", "repeat",
    "reshape", "roll", "select", "split", "squeeze", "stack", "swapaxes", "t", "tensor", "tile",
    "to", "transpose", "unsqueeze", "view", "vstack",
}  # fmt: skip
_FLOATS = re.compile(r"float|double|half|dtype")
# loader -> position of `normalize`; if that is False, the first returned value has integers
_LOADERS = {"torchaudio.load": 3, "compat.load": 3, "torchaudio.sox_effects.apply_effects_file": 2}


def of(module: Module, node: ast.AST | None, depth: int = 4) -> str:
    """Return the kind of an expression."""
    match node:
        case ast.Constant(str() | bytes()) | ast.JoinedStr():
            return STRING
        case ast.Constant(int() | float()) if not isinstance(node.value, bool):
            return NUMBER
        case ast.UnaryOp(operand=operand):
            return NUMBER if of(module, operand, depth) == NUMBER else UNKNOWN
        case ast.BinOp(left, operator, right):
            return _of_operation(operator, {of(module, left, depth), of(module, right, depth)})
        case ast.Call():
            return _of_call(module, node, depth)
        case ast.Attribute(value=value, attr=name) if name in _SAME_ATTRIBUTES and depth:
            return of(module, value, depth - 1)
        case ast.Attribute(attr=name) if name in _ATTRIBUTES:
            return _ATTRIBUTES[name]
        case ast.Name() | ast.Attribute() if depth:
            found = [_of_target(module, target, depth - 1) for target in _targets(module, node)]
            if isinstance(node, ast.Attribute) and node.attr == "file":  # of an uploaded file
                found.append(of(module, node.value, depth - 1))
            return strongest(found)
        case ast.Subscript(value=value) if depth:
            item = _integers_of(module, value)
            if item is None:
                return of(module, value, depth - 1)
            return INTEGERS if item == literal(node.slice) else UNKNOWN
    parts = [getattr(node, field) for field in _PARTS.get(type(node), ())] if depth else []
    several = (one if isinstance(one, list) else [one] for one in parts)
    return strongest([of(module, one, depth - 1) for found in several for one in found])


@noted
def passes_files_on(module: Module, mode: str) -> bool:
    """Return whether code makes a file object and hands it to code of the project, or stores it.

    Of ``open()``, only calls for bytes to read (``mode="r"``) or to write (``"w"``) count.
    """
    return any(
        _made(module, one) == FILE
        and (called(one) != "open" or re.search(rf"['\"]{mode}\+?b\+?['\"]", module.segment(one)))
        and _is_passed_on(module, one)
        for one in module.calls
    )


def _is_passed_on(module: Module, node: ast.AST, depth: int = 4) -> bool:
    above = module.names.parents[node]
    match module.names.parents[above] if isinstance(above, ast.keyword) else above:
        case ast.Call(func) as call:
            known = module.names.qualified(func) or module.names.is_builtin(func, called(call))
            passes = called(call) in _PASSING or not (known or called(call) in _USING_UP)
            return func is not node and passes
        case ast.Assign([ast.Name() as name]) | ast.withitem(optional_vars=ast.Name() as name):
            reads = (one for one in module.reads(name) if isinstance(one.ctx, ast.Load))
            return depth == 0 or any(_is_passed_on(module, one, depth - 1) for one in reads)
    return isinstance(above, _KEEPERS)


def strongest(kinds: list[str]) -> str:
    """Return the kind to assume for several: one that a rule must know about wins."""
    for kind in (FILE, ENTRY, PATHLIB, INTEGERS):
        if kind in kinds:
            return kind
    return kinds[0] if kinds and len(set(kinds)) == 1 else UNKNOWN


def returned(module: Module, function: str, depth: int = 3) -> list[str]:
    """Return the kinds that functions of this name in a module return."""
    notes = (one.returns for one in module.functions if one.name == function and one.returns)
    found = [_of_annotation(module, one) for one in notes]
    return found + [of(module, one, depth) for one in _results(module, function)]


def _results(module: Module, function: str) -> list[ast.expr]:
    """Return what functions of this name in a module return or yield."""
    results = [one for kind in (ast.Return, ast.Yield) for one in module.names.all(kind)]
    own = (one for one in results if getattr(module.function_of(one), "name", "") == function)
    return [value for one in own if (value := getattr(one, "value", None))]


def _of_annotation(module: Module, node: ast.AST) -> str:
    """Return the kind an annotation names: an open file before a path object before a string."""
    text = module.segment(node)
    return next((kind for kind, one in _ANNOTATIONS.items() if re.search(one, text)), UNKNOWN)


def _targets(module: Module, node: ast.Name | ast.Attribute) -> list[ast.AST]:
    """Return where a name is bound; for an attribute, where the module sets any of that name."""
    names = module.names
    if isinstance(node, ast.Name):
        return [binding.node for binding in names.bindings(node)]
    classes = [scope for scope in names.scope_made_by.values() if scope.kind == "class"]
    bound = [binding.node for one in classes for binding in one.bindings.get(node.attr, ())]
    return [*bound, *module.stored(node.attr)]


def _of_target(module: Module, target: ast.AST, depth: int) -> str:
    above = module.names.parents.get(target)
    match above:
        case ast.Assign() | ast.NamedExpr():
            return of(module, above.value, depth)
        case ast.withitem(value) | ast.For(iter=value) | ast.comprehension(iter=value):
            return of(module, value, depth)
        case ast.AnnAssign(annotation=note, value=value):
            found = [of(module, value, depth)] if value else []
            return strongest([_of_annotation(module, note), *found])
        case ast.Tuple(elts):
            whole = module.names.parents[above]
            loaded = _integers_of(module, whole.value) if isinstance(whole, ast.Assign) else None
            return INTEGERS if loaded == elts.index(target) else UNKNOWN  # type: ignore[arg-type]
        case ast.arguments() if isinstance(target, ast.arg) and target.annotation:
            return _of_annotation(module, target.annotation)
    return UNKNOWN


def _of_operation(operator: ast.operator, sides: set[str]) -> str:
    divides = isinstance(operator, ast.Div)
    if divides and PATHLIB in sides:
        return PATHLIB
    if INTEGERS in sides and not divides and sides <= {INTEGERS, NUMBER}:
        return INTEGERS
    return STRING if isinstance(operator, ast.Add | ast.Mod) and STRING in sides else UNKNOWN


def _made(module: Module, call: ast.Call) -> str | None:
    """Return the kind of what a call makes, also if the class is imported under another name."""
    return _MAKERS.get((module.names.qualified(call.func) or called(call)).rpartition(".")[2])


def _of_call(module: Module, node: ast.Call, depth: int) -> str:
    name, qualified = called(node), module.names.qualified(node.func) or ""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    made = _made(module, node)
    if made not in (FILE, ENTRY) and qualified.startswith(("os.", "glob.")):
        return STRING
    if made:
        return made
    if owner is None and name in _CONTAINERS and node.args:
        return of(module, node.args[0], depth)
    same = (of(module, one, depth) for one in _same_numbers(node))
    if _makes_integers(module, node) or INTEGERS in same:
        return INTEGERS
    if name in ("resolve", "glob", "join") and of(module, owner, depth) == PATHLIB:
        return PATHLIB
    return strongest(returned(module, name, depth - 1)) if name and depth else UNKNOWN


# Integers


def _is_integer_type(module: Module, node: ast.AST) -> bool:
    value = module.only_assigned(node)
    if value is not None and not isinstance(value, ast.Name):
        return _is_integer_type(module, value)
    if called(node) == "getattr" and isinstance(node, ast.Call):
        return literal(given(node, "name", 1)) in _INTEGER_TYPES
    text = string(node)
    name = text or module.names.qualified(node) or plain_name(node)
    return name.rpartition(".")[2] in _INTEGER_TYPES or _INTEGER_TYPE.match(text) is not None


def _makes_integers(module: Module, call: ast.Call) -> bool:
    """Return whether a call returns integers whatever its input."""
    name, dtype = called(call), given(call, "dtype")
    if dtype is not None:
        return _is_integer_type(module, dtype)
    if name in _INTEGER_MAKERS or not isinstance(call.func, ast.Attribute):
        return name in _INTEGER_MAKERS
    if name in _INTEGER_METHODS and not call.args:
        return True
    if name in _TYPED and any(_is_integer_type(module, one) for one in call.args):
        return True
    if name in _FILLED:
        return all(map(_is_whole, call.args[_FILLED[name] : _FILLED[name] + 1] or [call]))
    return name in _INTEGER_TYPES and bool(call.args)


def _is_whole(node: ast.AST) -> bool:
    """Return whether it is an integer, or a list of integers."""
    if isinstance(node, ast.List | ast.Tuple):
        return bool(node.elts) and all(map(_is_whole, node.elts))
    return type(literal(node)) is int


def _same_numbers(call: ast.Call) -> list[ast.expr]:
    """Return the expressions whose numbers a call returns in the same type; none if it converts."""
    converts = called(call) in ("to", "view") and any(
        _FLOATS.search(ast.unparse(one)) for one in call.args
    )
    is_same = called(call) in _SAME and not converts and given(call, "dtype") is None
    if not is_same or not isinstance(call.func, ast.Attribute):
        return []
    first = call.args[0] if call.args else None
    parts = first.elts if isinstance(first, ast.List | ast.Tuple) else call.args[:1]
    return [call.func.value, *parts]


def _integers_of(module: Module, call: ast.AST) -> int | None:
    """Return the index of the loader's returned value that has integers; ``None`` if none has."""
    if not isinstance(call, ast.Call):
        return None
    loader = module.names.qualified(call.func) or ""
    dtype = given(call, "dtype") if loader == "soundfile.read" else None
    normalize = given(call, "normalize", _LOADERS[loader]) if loader in _LOADERS else None
    if literal(normalize) is False or (dtype is not None and _is_integer_type(module, dtype)):
        return 0
    return 1 if loader == "scipy.io.wavfile.read" else None
