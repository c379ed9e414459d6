"""Which binding a name means: LibCST's scopes, which know as much and take far longer, are asked for the same."""

import ast
import sys

import libcst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider, QualifiedNameProvider, QualifiedNameSource

from compat.codemod.source.scopes import Names, only_import
from compat.codemod.source.text import Text, parse
from tests.codemod.tables import rewrite
from tests.codemod.test_properties import real_file

LOAD = "\n\ndef read(path):\n    return torchaudio.load(filepath=path)\n"

# Names bound more than once: what is torchaudio in one place is something else in another.
PROGRAMS = {
    "one import": "import torchaudio" + LOAD,
    "two imports of the same": "import torchaudio\nimport torchaudio.transforms" + LOAD,
    "other names rebound": "import torchaudio\nx = 1\nx = 2" + LOAD,
    "or None": "try:\n    import torchaudio\nexcept ImportError:\n    torchaudio = None" + LOAD,
    "imported again in a function": "import torchaudio\ndef f():\n    import torchaudio\n    return torchaudio" + LOAD,
    "a parameter elsewhere": "import torchaudio\ndef f(torchaudio):\n    return torchaudio.load(filepath=1)" + LOAD,
    "a global statement": "import torchaudio\ndef f():\n    global torchaudio\n    import torchaudio" + LOAD,
    "a loop in a class": "import torchaudio\nclass C:\n    torchaudio = [torchaudio for torchaudio in ()]" + LOAD,
    "CRLF": "import torchaudio\r\ndef f(torchaudio): return '''\r\n'''" + LOAD.replace("\n", "\r\n"),
    "wide letters before it": "import torchaudio\ndef f(torchaudio): pass\n'äöü', '𝄞', lambda p: torchaudio.load(filepath=p)\n",
}


def imports_by_libcst(text: str) -> dict[tuple[int, int], set[str]]:
    """The imports that a name may mean, by its line and column."""
    wrapper = MetadataWrapper(libcst.parse_module(text), unsafe_skip_copy=True)
    positions, qualified = wrapper.resolve(PositionProvider), wrapper.resolve(QualifiedNameProvider)
    imports = {}
    for node, found in qualified.items():
        if isinstance(node, libcst.Name):
            names = found() if callable(found) else found
            start = positions[node].start
            imports[start.line, start.column + 1] = {one.name for one in names if one.source is QualifiedNameSource.IMPORT}
    return imports


def imports_by_us(text: str) -> dict[tuple[int, int], str]:
    """The one import that a name means, by its line and column."""
    names, lines = Names(parse(text)), Text(text)
    loads = [node for node in names.scope_of if isinstance(node.ctx, ast.Load)]
    imports = {lines.position(lines.span(node)[0]): only_import(names.bindings(node)) for node in loads}
    return {place: target for place, target in imports.items() if target}


@pytest.mark.parametrize("number", range(80, 92))
def test_real_files(number: int) -> None:
    text = real_file(number)
    theirs = imports_by_libcst(text)
    ours = {place: target for place, target in imports_by_us(text).items() if theirs.get(place) and not target.startswith(".")}
    assert {place: target for place, target in ours.items() if target not in theirs[place]} == {}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_names_bound_more_than_once(program: str) -> None:
    theirs, ours = imports_by_libcst(program), imports_by_us(program)
    assert ours
    assert {place: theirs[place] for place in ours} == {place: {target} for place, target in ours.items()}
    assert rewrite({"a.py": program})["a.py"].text == program.replace("torchaudio.load(filepath=p", "torchaudio.load(uri=p")


def test_scopes_by_hand() -> None:
    """The traps: class scopes, comprehensions, defaults, decorators, nonlocal, global, walrus."""
    program = """
import torchaudio as a
class C:
    a = 1
    x = a
    def f(self, y=a): return a
    z = [a for _ in a]
def g():
    def h():
        nonlocal b
        b = 2
    from torchaudio import load as b
    return b
def i(a=a): return a
def j():
    global a
    return a
@a.deco
def k(x: a) -> a: return [a for a in a]
def l(): return [a for b in c if (a := b)], a
lambda a=a: a
"""
    names = Names(parse(program))
    found = sorted(
        (node.lineno, node.col_offset)
        for node in names.scope_of
        if getattr(node, "id", "") == "a" and only_import(names.bindings(node)) == "torchaudio"
    )
    assert found == [(6, 29), (7, 9), (14, 8), (17, 11), (18, 1), (19, 9), (19, 15), (19, 37), (21, 9)]
    [read] = [node for node in names.scope_of if node.id == "b" and node.lineno == 13]
    assert len(names.bindings(read)) == 2


@pytest.mark.parametrize(
    "head", ["def f[info](x): return ", "class A[info]:\n    def f(self, x): return ", "async def f[*info](x: info): return "]
)
def test_type_parameters(head: str) -> None:
    """A type parameter hides an import; before 3.12 it is no Python, which is said."""
    source = f"from torchaudio import info\n{head}info(filepath=x)\n"
    if sys.version_info < (3, 12):
        with pytest.raises(SyntaxError):
            rewrite({"a.py": source})
    else:
        assert rewrite({"a.py": source})["a.py"].text == source
