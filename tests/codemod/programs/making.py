"""Make a small project from a seed: modules and packages that set a backend, load, and import one another; one or two programs."""

from __future__ import annotations

import dataclasses
import random
import textwrap
from collections.abc import Callable

from tests.codemod.programs.running import Entry


@dataclasses.dataclass
class Made:
    """A project: its files by path, and the ways to start it."""

    files: dict[str, str]
    entries: list[Entry]


def make(seed: int) -> Made:
    """The project of a seed."""
    return _Maker(random.Random(seed)).project()


@dataclasses.dataclass
class _Part:
    """A module on the way: its dotted name, and what others may call in it (``Reader`` is a class with a method ``get``)."""

    name: str
    path: str
    functions: list[str] = dataclasses.field(default_factory=list)
    has_torchaudio: bool = False


class _Maker:
    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._count = 0
        self._files: dict[str, str] = {}
        self._parts: list[_Part] = []
        # One name for most projects: two in one program cannot always be settled.
        self._names = dice.choice([["soundfile"], ["sox_io"], ["soundfile", "sox_io"]])

    def project(self) -> Made:
        shapes: list[Callable[[], None]] = [self._plain, self._plain, self._package]
        for _ in range(self._dice.randint(1, 3)):
            self._dice.choice(shapes)()
        entries = [self._program("main")]
        if self._dice.random() < 0.35:
            entries.append(self._program("tool"))
        if self._dice.random() < 0.15:
            entries.append(self._test())
        return Made(self._files, entries)

    # Modules

    def _plain(self) -> None:
        name = f"m{len(self._parts)}"
        self._module(_Part(name, f"{name}.py"), setting=0.3)

    def _package(self) -> None:
        name = f"p{len(self._parts)}"
        self._module(_Part(name, f"{name}/__init__.py"), setting=0.4, functions=0)
        for inner in ("x", "y")[: self._dice.randint(1, 2)]:
            self._module(_Part(f"{name}.{inner}", f"{name}/{inner}.py"), setting=0.15)

    def _module(self, part: _Part, *, setting: float, functions: int = -1) -> None:
        blocks = [self._import_torchaudio(part), *self._imports(part)]
        if self._dice.random() < setting:
            blocks.insert(self._dice.randint(1, len(blocks)), self._setter())
        for _ in range(self._dice.randint(1, 2) if functions < 0 else functions):
            blocks.append(self._definition(part))
        if self._dice.random() < 0.1:
            blocks.append(self._site())
        if self._dice.random() < 0.06:
            blocks.append(self._setter())
        self._files[part.path] = _joined(blocks)
        self._parts.append(part)

    def _import_torchaudio(self, part: _Part) -> str:
        part.has_torchaudio = True
        return "import torchaudio" + ("\nfrom torchaudio import load" if self._dice.random() < 0.12 else "")

    def _imports(self, part: _Part) -> list[str]:
        return [self._import(part, other) for other in self._parts if self._dice.random() < 0.4]

    def _import(self, part: _Part, other: _Part) -> str:
        package, _, last = other.name.rpartition(".")
        inside = package and part.path.startswith(f"{package}/")
        forms = [f"import {other.name}"]
        if package:
            forms.append(f"from {package} import {last}")
        if other.functions:
            forms += [f"from {'.' + last if inside else other.name} import {other.functions[0]}"] * 2
            forms.append(f"from {other.name} import *")
            forms.append(f"import importlib\nimportlib.import_module({other.name!r})")
        return self._dice.choice(forms)

    # What modules hold

    def _label(self) -> str:
        self._count += 1
        return f"s{self._count}"

    def _site(self) -> str:
        name = self._dice.choice(["load"] * 4 + ["info", "save"])
        return f'torchaudio.{name}("{self._label()}")'

    def _set(self) -> str:
        return f'torchaudio.set_audio_backend("{self._dice.choice(self._names)}")'

    def _setter(self) -> str:
        set_ = self._set()
        forms = [
            (16, "{set}"),
            (2, "try:\n    {set}\nexcept Exception:\n    pass"),
            (1, 'try:\n    {set}\nexcept RuntimeError:\n    torchaudio.set_audio_backend("soundfile")'),
            (1, 'if "sox_io" in torchaudio.list_audio_backends():\n    {set}'),
            (2, 'if torchaudio.get_audio_backend() != "{name}":\n    {set}'),
            (1, "if len(__name__) > 3:\n    {set}"),
            (1, "class Config:\n    {set}"),
            (1, "for _ in range(1):\n    {set}"),
            (1, "(lambda: {set})()"),
            (1, "from torchaudio import set_audio_backend as use\nuse('{name}')"),
            (1, "with __import__('contextlib').suppress(RuntimeError):\n    {set}"),
            (1, "before = torchaudio.get_audio_backend()\n{set}\n{site}\ntorchaudio.set_audio_backend(before)"),
        ]
        [form] = self._dice.choices([form for _, form in forms], [weight for weight, _ in forms])
        return form.format(set=set_, name=set_.split('"')[1], site=self._site())

    def _definition(self, part: _Part) -> str:
        name = f"f{self._label()}"
        part.functions.append(name)
        forms: list[tuple[int, Callable[[str, _Part], str]]] = [
            (12, self._reader), (3, self._setting_reader), (2, self._restoring), (2, self._preparing),
            (2, self._class), (3, self._calling), (2, self._odd), (1, self._late_importer),
        ]  # fmt: skip
        [form] = self._dice.choices([form for _, form in forms], [weight for weight, _ in forms])
        return form(name, part)

    def _reader(self, name: str, part: _Part) -> str:
        bound = "from torchaudio import load" in self._files.get(part.path, "")
        site = f'load("{self._label()}")' if bound else self._site()
        return f"def {name}():\n    return {site}"

    def _setting_reader(self, name: str, part: _Part) -> str:
        return f"def {name}():\n    {self._set()}\n    return {self._site()}"

    def _restoring(self, name: str, part: _Part) -> str:
        return (
            f"def {name}():\n    before = torchaudio.get_audio_backend()\n    {self._set()}\n    try:\n"
            f"        return {self._site()}\n    finally:\n        torchaudio.set_audio_backend(before)"
        )

    def _preparing(self, name: str, part: _Part) -> str:
        return f"def {name}():\n{textwrap.indent(self._setter(), '    ')}"

    def _class(self, name: str, part: _Part) -> str:
        method = f"def __init__(self):\n        self.data = {self._site()}"
        if self._dice.random() < 0.3:
            method = f"def __init__(self):\n        {self._set()}"
        return f"class {name}:\n    {method}\n\n    def get(self):\n        return {self._site()}"

    def _calling(self, name: str, part: _Part) -> str:
        calls = self._calls(part) or [self._site()]
        return f"def {name}():\n    " + "\n    ".join(calls)

    def _late_importer(self, name: str, part: _Part) -> str:
        calls = self._calls(part, late=True) or [self._site()]
        return f"def {name}():\n    " + "\n    ".join(calls)

    def _odd(self, name: str, part: _Part) -> str:
        return self._dice.choice([
            f"def {name}():\n    print(torchaudio.get_audio_backend())\n    return {self._site()}",
            f"def {name}():\n    print(f\"{{torchaudio.info('{self._label()}')[0]}}\")",
            f"_load = torchaudio.load\n\ndef {name}():\n    return _load('{self._label()}')",
            f"def {name}(load=torchaudio.load):\n    return load('{self._label()}')",
            f"from functools import partial\n{name} = partial(torchaudio.load, '{self._label()}')",
            f"def {name}():\n    from torchaudio import load, info\n    {self._set()}\n    return load('{self._label()}'), info('{self._label()}')",
            f"def {name}():\n    return f'{{torchaudio.load(\"{self._label()}\")=}}'",
            f"def _twice(function):\n    return lambda: (function(), function())\n\n@_twice\ndef {name}():\n    return {self._site()}",
            f"def _under(function):\n    def inner():\n        {self._set()}\n        return function()\n    return inner\n\n"
            f"@_under\ndef {name}():\n    return {self._site()}",
            f"async def _{name}():\n    {self._set()}\n    return {self._site()}\n\ndef {name}():\n    import asyncio\n"
            f"    return asyncio.run(_{name}())",
            f"def _{name}():\n    {self._set()}\n    yield {self._site()}\n    yield {self._site()}\n\ndef {name}():\n"
            f"    for _ in _{name}():\n        {self._site()}",
            f"try:\n    from torchaudio import load as _load_{name}\nexcept ImportError:\n    _load_{name} = None\n\n"
            f"def {name}():\n    return _load_{name}('{self._label()}')",
            f"class {name}_:\n    {self._set()}\n    first = {self._site()}\n\ndef {name}():\n    return {self._site()}",
            f"if len(__name__) > 2:\n    from torchaudio import load as _load_{name}\nelse:\n    from torchaudio import info as _load_{name}\n\n"
            f"def {name}():\n    return _load_{name}('{self._label()}')",
            f"class _{name}:\n    @property\n    def data(self):\n        return {self._site()}\n\ndef {name}():\n    {self._set()}\n"
            f"    return _{name}().data",
            f"def {name}():\n    return [{self._site()} for _ in range(2)], (lambda: {self._site()})()",
            f"def {name}():\n    return getattr(torchaudio, 'load')('{self._label()}')",
        ])  # fmt: skip

    def _calls(self, part: _Part, *, late: bool = False) -> list[str]:
        """Calls of what the module has imported; or imports with the calls, for the body of a function."""
        text = self._files.get(part.path, "")
        found = []
        for other in self._parts:
            for function in other.functions:
                call = self._call(function, other)
                if late and self._dice.random() < 0.5:
                    found.append(f"from {other.name} import {function}\n    {call}")
                elif f" import {function}\n" in text:
                    found.append(call)
        return found

    def _call(self, function: str, other: _Part) -> str:
        is_class = f"class {function}:" in self._files.get(other.path, "")
        return f"{function}().get()" if is_class else f"{function}()"

    # Programs

    def _program(self, name: str) -> Entry:
        part = _Part(name, f"{name}.py")
        used = [one for one in self._parts if self._dice.random() < 0.75]
        self._dice.shuffle(used)
        speaks = self._dice.random() < 0.75
        blocks = ["import torchaudio"] if speaks else []
        calls = []
        for other in used:
            names = [one for one in other.functions if self._dice.random() < 0.8]
            blocks.append(f"from {other.name} import {', '.join(names)}" if names else f"import {other.name}")
            calls += [self._call(one, other) for one in names]
        if speaks and self._dice.random() < 0.3:
            calls.append(self._site())
        self._dice.shuffle(calls)
        at = self._dice.random()
        if speaks and at < 0.35:
            blocks.insert(self._dice.randint(1, len(blocks)), self._setter())
        elif speaks and at < 0.6:
            calls.insert(0, self._setter())
        body = textwrap.indent("\n".join(calls) or "pass", "    ")
        start = self._dice.choice(["guard", "guard", "guard", "bare", "script", "fire"])
        if start == "bare" and self._dice.random() < 0.5:
            blocks += calls
        else:
            blocks.append(f"def main():\n{body}")
            if start == "guard":
                blocks.append('if __name__ == "__main__":\n    main()')
            elif start == "bare":
                blocks.append("main()")
            elif start == "fire":
                blocks.insert(0, "import fire")
                blocks.append('if __name__ == "__main__":\n    fire.Fire(main)')
        self._files[part.path] = _joined(blocks)
        if start == "script":
            old = self._files.get("pyproject.toml", '[project]\nname = "made"\nversion = "1"\n\n[project.scripts]\n')
            self._files["pyproject.toml"] = f'{old}{name} = "{name}:main"\n'
            return Entry(part.path, "main")
        return Entry(part.path)

    def _test(self) -> Entry:
        other = self._dice.choice(self._parts)
        blocks = ["import torchaudio", f"import {other.name}"]
        for number, function in enumerate(other.functions):
            set_ = f"{self._set()}\n    " if self._dice.random() < 0.5 else ""
            call = self._call(function, other)
            blocks.append(f"def test_{number}():\n    {set_}{other.name}.{call}")
        self._files["test_all.py"] = _joined(blocks)
        return Entry("test_all.py")


def _joined(blocks: list[str]) -> str:
    text = ""
    for before, block in zip(["", *blocks], blocks, strict=False):
        inner = block.startswith(("def ", "class ", "if __name__"))
        gap = "\n\n\n" if inner or before.startswith(("def ", "class ")) else "\n"
        text += (gap if text else "") + block
    return f"{text}\n"
