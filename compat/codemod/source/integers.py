"""Tell which calls make tensors or arrays of integers, and which keep the type of another."""

import ast
import re

from compat.codemod.source.calls import called, given, keyword, literal
from compat.codemod.source.module import Module

_DTYPES = {
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "short",
    "int",
    "long",
    "intc",
    "int_",
}
_DTYPE_TEXT = re.compile(
    r"[<>=|]?(?:[iu][1248]|[bhilq]|u?int(?:8|16|32|64)?|short|long)\Z|PCM_\d+\Z"
)
_TENSOR_TYPES = {"ByteTensor", "CharTensor", "IntTensor", "LongTensor", "ShortTensor"}
_FLOATS = re.compile(r"float|double|half|dtype")
_METHODS = {"short", "int", "long", "byte", "char"}
_MAKERS = {
    "torch.randint",
    "torch.randint_like",
    "torch.arange",
    "numpy.arange",
    "numpy.random.randint",
}
# the second argument is the type
_TYPED_SECOND = {
    "frombuffer", "fromfile", "fromstring", "zeros", "ones", "empty", "array", "asarray",
    "zeros_like", "ones_like", "empty_like",
}  # fmt: skip
# function -> position of the numbers that it fills with; they decide the type
_FILLED = {"tensor": 0, "array": 0, "asarray": 0, "as_tensor": 0, "full": 1}
_CONVERSIONS = {"to", "type", "astype", "view"}
# these return the numbers of their owner or first argument, in the same type
_SAME = {
    "array", "as_tensor", "asarray", "ascontiguousarray", "cat", "chunk", "clamp", "clip", "clone",
    "concat", "concatenate", "contiguous", "copy", "cpu", "cuda", "detach", "expand", "expand_dims",
    "flatten", "flip", "from_numpy", "hstack", "narrow", "numpy", "pad", "permute", "repeat",
    "reshape", "roll", "select", "split", "squeeze", "stack", "swapaxes", "t", "tensor", "tile",
    "to", "transpose", "unsqueeze", "view", "vstack",
}  # fmt: skip
# loader -> position of `normalize`; if that is False, the first returned value has integers
_LOADERS = {"torchaudio.load": 3, "compat.load": 3, "torchaudio.sox_effects.apply_effects_file": 2}


def is_dtype(module: Module, node: ast.AST) -> bool:
    """Return whether an expression is an integer type, or a name for one."""
    if isinstance(node, ast.Name):
        values = module.assigned(node)
        if not values:
            return node.id == "int"
        if len(values) == 1 and values[0] is not None and not isinstance(values[0], ast.Name):
            return is_dtype(module, values[0])
        return (module.names.qualified(node) or "").partition(".")[2] in _DTYPES
    if isinstance(node, ast.Call) and called(node) == "getattr":
        return literal(node.args[1]) in _DTYPES if len(node.args) > 1 else False
    if isinstance(node, ast.Attribute):
        return node.attr in _DTYPES or node.attr in _TENSOR_TYPES
    text = literal(node)
    if isinstance(text, str):
        return _DTYPE_TEXT.match(text) is not None or text.rpartition(".")[2] in _TENSOR_TYPES
    return False


def makes(module: Module, call: ast.Call) -> bool:
    """Return whether a call returns integers whatever its input."""
    dtype = given(call, "dtype")
    if dtype is not None:
        return is_dtype(module, dtype)
    name = called(call)
    if module.names.qualified(call.func) in _MAKERS or name in (
        "get_array_of_samples",
        *_TENSOR_TYPES,
    ):
        return True
    if not isinstance(call.func, ast.Attribute):
        return False
    if name in ("int8", "int16", "int32", "int64") and call.args:
        return True
    if name in _TYPED_SECOND and any(is_dtype(module, argument) for argument in call.args[1:2]):
        return True
    if name in _FILLED:
        return all(map(_is_whole, call.args[_FILLED[name] : _FILLED[name] + 1] or [call]))
    if name in _CONVERSIONS:
        return any(is_dtype(module, argument) for argument in call.args)
    return name in _METHODS and not call.args


def _is_whole(node: ast.AST) -> bool:
    """Return whether it is an integer, or a list of integers."""
    if isinstance(node, ast.List | ast.Tuple):
        return bool(node.elts) and all(map(_is_whole, node.elts))
    node = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(node, ast.Constant) and type(node.value) is int


def same_as(call: ast.Call) -> list[ast.expr]:
    """Return the expressions whose numbers a call returns in the same type; none if it converts."""
    name = called(call)
    other_type = name in ("to", "view") and any(
        _FLOATS.search(ast.unparse(one)) for one in call.args
    )
    if (
        name not in _SAME
        or other_type
        or keyword(call, "dtype") is not None
        or not isinstance(call.func, ast.Attribute)
    ):
        return []
    first = call.args[0] if call.args else None
    return [
        call.func.value,
        *(first.elts if isinstance(first, ast.List | ast.Tuple) else [first] if first else []),
    ]


def loaded(module: Module, call: ast.AST) -> int | None:
    """Return the index of the loader's returned value that has integers; ``None`` if none has."""
    if not isinstance(call, ast.Call):
        return None
    qualified = module.names.qualified(call.func) or ""
    position = _LOADERS.get(qualified)
    if position is not None:
        return 0 if literal(given(call, "normalize", position)) is False else None
    if qualified == "soundfile.read":
        dtype = given(call, "dtype")
        return 0 if dtype is not None and is_dtype(module, dtype) else None
    return 1 if qualified == "scipy.io.wavfile.read" else None
