"""Make a small project from a seed: modules and packages that set a backend, load, and import one another; one or two programs."""

from __future__ import annotations

import collections
import dataclasses
import random
import textwrap
from collections.abc import Sequence

from tests.codemod.programs.running import Entry

# Forms by weight. What stands in braces is made anew in each place: {site} is a call of torchaudio, {set} a setter, {setter} one in a form of SETTERS,
# {block} such a one in a body, {read} a call of load as the module imports it, {calls} and {late_calls} are calls of other modules' functions.
Forms = Sequence[tuple[float, str]]
SITES: Forms = [
    (7, 'torchaudio.load("{label}")'),
    (2, 'torchaudio.info("{label}")'),
    (2, 'torchaudio.save("{label}")'),
    (1, 'torchaudio.load(\n    "{label}",\n    num_frames=10,\n)'),
]
SETTERS: Forms = [
    (14, "{set}"),
    (2, "{set}  # why"),
    (2, "try:\n    {set}\nexcept Exception:\n    pass"),
    (1, 'try:\n    {set}\nexcept RuntimeError:\n    torchaudio.set_audio_backend("soundfile")'),
    (1, 'if "sox_io" in torchaudio.list_audio_backends():\n    {set}'),
    (2, 'if torchaudio.get_audio_backend() != "{backend}":\n    {set}'),
    (1, "if len(__name__) > 3:\n    {set}"),
    (1, "class Config:\n    {set}"),
    (1, "for _ in range(1):\n    {set}"),
    (1, "(lambda: {set})()"),
    (1, "from torchaudio import set_audio_backend as use\nuse('{backend}')"),
    (1, "with __import__('contextlib').suppress(RuntimeError):\n    {set}"),
    (1, "before = torchaudio.get_audio_backend()\n{set}\n{site}\ntorchaudio.set_audio_backend(before)"),
    (1, 'BACKEND = "{backend}"\ntorchaudio.set_audio_backend(BACKEND)'),
    (1, 'import sys\nif sys.platform == "win32":\n    torchaudio.set_audio_backend("soundfile")\nelse:\n    {set}'),
    (1, 'import sys\nif sys.platform != "win32":\n    {set}'),
]
ODD = 0.12
DEFINITIONS: Forms = [
    (8, "def {name}():\n    return {site}"),
    (3, "def {name}():\n    return {read}"),
    (1, "def {name}():\n    # below\n    return {site}"),
    (3, "def {name}():\n    {set}\n    return {site}"),
    (2, "def {name}():\n    before = torchaudio.get_audio_backend()\n    {set}\n    try:\n        return {site}\n"
        "    finally:\n        torchaudio.set_audio_backend(before)"),
    (2, "def {name}():\n{block}"),
    (1.4, "class {name}:\n    def __init__(self):\n        self.data = {site}\n\n    def get(self):\n        return {site}"),
    (0.6, "class {name}:\n    def __init__(self):\n        {set}\n\n    def get(self):\n        return {site}"),
    (3, "def {name}():\n    {calls}"),
    (1, "def {name}():\n    {late_calls}"),
    (ODD, "def {name}():\n    print(torchaudio.get_audio_backend())\n    return {site}"),
    (ODD, "def {name}():\n    print(f\"{{torchaudio.info('{label}')[0]}}\")"),
    (ODD, "_load = torchaudio.load\n\ndef {name}():\n    return _load('{label}')"),
    (ODD, "def {name}(load=torchaudio.load):\n    return load('{label}')"),
    (ODD, "from functools import partial\n{name} = partial(torchaudio.load, '{label}')"),
    (ODD, "def {name}():\n    from torchaudio import load, info\n    {set}\n    return load('{label}'), info('{label}')"),
    (ODD, "def {name}():\n    return f'{{torchaudio.load(\"{label}\")=}}'"),
    (ODD, "def _twice(function):\n    return lambda: (function(), function())\n\n@_twice\ndef {name}():\n    return {site}"),
    (ODD, "def _under(function):\n    def inner():\n        {set}\n        return function()\n    return inner\n\n"
          "@_under\ndef {name}():\n    return {site}"),
    (ODD, "async def _{name}():\n    {set}\n    return {site}\n\ndef {name}():\n    import asyncio\n    return asyncio.run(_{name}())"),
    (ODD, "def _{name}():\n    {set}\n    yield {site}\n    yield {site}\n\ndef {name}():\n    for _ in _{name}():\n        {site}"),
    (ODD, "try:\n    from torchaudio import load as _load_{name}\nexcept ImportError:\n    _load_{name} = None\n\n"
          "def {name}():\n    return _load_{name}('{label}')"),
    (ODD, "class {name}_:\n    {set}\n    first = {site}\n\ndef {name}():\n    return {site}"),
    (ODD, "if len(__name__) > 2:\n    from torchaudio import load as _load_{name}\nelse:\n    from torchaudio import info as _load_{name}\n\n"
          "def {name}():\n    return _load_{name}('{label}')"),
    (ODD, "class _{name}:\n    @property\n    def data(self):\n        return {site}\n\ndef {name}():\n    {set}\n    return _{name}().data"),
    (ODD, "def {name}():\n    return [{site} for _ in range(2)], (lambda: {site})()"),
    (ODD, "def {name}():\n    return getattr(torchaudio, 'load')('{label}')"),
    (ODD, "def {name}():\n    import sys\n    if sys.platform == 'win32':\n        {set}\n    else:\n        {set}\n    return [{site}]"),
]  # fmt: skip


# A project: its files by path, and the ways to start it
Made = collections.namedtuple("Made", "files entries")


def make(seed: int) -> Made:
    """The project of a seed."""
    return _Maker(random.Random(seed)).project()


@dataclasses.dataclass
class _Part:
    """A module on the way: its dotted name, what it imports, and how each of its functions is called."""

    name: str
    path: str
    imports: str = ""
    calls: dict[str, str] = dataclasses.field(default_factory=dict)


class _Words(dict[str, str]):
    """What stands in the braces of a form."""

    def __init__(self, maker: _Maker, part: _Part, **given: str) -> None:
        super().__init__(given)
        self._maker, self._part = maker, part

    def __missing__(self, word: str) -> str:
        return str(getattr(self._maker, word)(self._part))


class _Maker:
    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._labels = 0
        self._files: dict[str, str] = {}
        self._parts: list[_Part] = []
        # One name for most projects: two in one program cannot always be settled.
        self._names = dice.choice([["soundfile"], ["sox_io"], ["soundfile", "sox_io"]])

    def project(self) -> Made:
        for _ in range(self._dice.randint(1, 3)):
            name, is_package = f"m{len(self._parts)}", self._chance(1 / 3)
            path = f"{name}/__init__.py" if is_package else f"{name}.py"
            self._module(_Part(name, path), setting=0.35, functions=0 if is_package else self._dice.randint(1, 2))
            for inner in ("x", "y")[: self._dice.randint(1, 2) if is_package else 0]:
                self._module(_Part(f"{name}.{inner}", f"{name}/{inner}.py"), setting=0.15, functions=self._dice.randint(1, 2))
        entries = [self._program("main")]
        if self._chance(0.35):
            entries.append(self._program("tool"))
        if self._chance(0.15):
            entries.append(self._test())
        return Made(self._files, entries)

    def _chance(self, share: float) -> bool:
        return self._dice.random() < share

    def _module(self, part: _Part, *, setting: float, functions: int) -> None:
        blocks = ["import torchaudio", *["from torchaudio import load"][: self._chance(0.12)]]
        blocks += [self._import(part, other) for other in self._parts if self._chance(0.4)]
        part.imports = "\n".join(blocks)
        if self._chance(setting):
            blocks.insert(self._dice.randint(1, len(blocks)), self.setter(part))
        blocks += [self._definition(part) for _ in range(functions)]
        blocks += [self.site(part)][: self._chance(0.1)]
        blocks += [self.setter(part)][: self._chance(0.06)]
        self._files[part.path] = _joined(blocks)
        self._parts.append(part)

    def _import(self, part: _Part, other: _Part) -> str:
        package, _, last = other.name.rpartition(".")
        inside = package and part.path.startswith(f"{package}/")
        forms = [f"import {other.name}"]
        if package:
            forms.append(f"from {package} import {last}")
        if other.calls:
            forms += [f"from {'.' + last if inside else other.name} import {next(iter(other.calls))}"] * 2
            forms.append(f"from {other.name} import *")
            forms.append(f"import importlib\nimportlib.import_module({other.name!r})")
        return self._dice.choice(forms)

    def _definition(self, part: _Part) -> str:
        name = f"f{self.label(part)}"
        form = self._form(DEFINITIONS)
        text = form.format_map(_Words(self, part, name=name))
        part.calls[name] = f"{name}().get()" if form.startswith("class {name}:") else f"{name}()"
        return text

    def _form(self, forms: Forms) -> str:
        [(_, form)] = self._dice.choices(forms, [weight for weight, _ in forms])
        return form

    # The words of forms

    def label(self, part: _Part) -> str:
        self._labels += 1
        return f"s{self._labels}"

    def site(self, part: _Part) -> str:
        return self._form(SITES).format_map(_Words(self, part))

    def read(self, part: _Part) -> str:
        return f'{"" if "from torchaudio import load" in part.imports else "torchaudio."}load("{self.label(part)}")'

    def set(self, part: _Part) -> str:
        return f'torchaudio.set_audio_backend("{self._dice.choice(self._names)}")'

    def setter(self, part: _Part) -> str:
        backend = self._dice.choice(self._names)
        words = _Words(self, part, set=f'torchaudio.set_audio_backend("{backend}")', backend=backend)
        return self._form(SETTERS).format_map(words)

    def block(self, part: _Part) -> str:
        return textwrap.indent(self.setter(part), "    ")

    def calls(self, part: _Part) -> str:
        found = [call for other in self._parts for name, call in other.calls.items() if f"{part.imports}\n".count(f" import {name}\n")]
        return "\n    ".join(found) or self.site(part)

    def late_calls(self, part: _Part) -> str:
        found = [(other, name, call) for other in self._parts for name, call in other.calls.items() if self._chance(0.5)]
        return "\n    ".join(f"from {other.name} import {name}\n    {call}" for other, name, call in found) or self.site(part)

    # Programs

    def _program(self, name: str) -> Entry:
        part = _Part(name, f"{name}.py")
        used = [one for one in self._parts if self._chance(0.75)]
        self._dice.shuffle(used)
        speaks = self._chance(0.75)
        blocks, calls = ["import torchaudio"][:speaks], []
        for other in used:
            names = [one for one in other.calls if self._chance(0.8)]
            blocks.append(f"from {other.name} import {', '.join(names)}" if names else f"import {other.name}")
            calls += [other.calls[one] for one in names]
        if speaks and self._chance(0.3):
            calls.append(self.site(part))
        self._dice.shuffle(calls)
        at = self._dice.random()
        if speaks and at < 0.35:
            blocks.insert(self._dice.randint(1, len(blocks)), self.setter(part))
        elif speaks and at < 0.6:
            calls.insert(0, self.setter(part))
        start = self._dice.choice(["guarded", "guarded", "guarded", "called", "bare", "script", "fire"])
        main = "def main():\n" + textwrap.indent("\n".join(calls) or "pass", "    ")
        blocks += {
            "guarded": [main, 'if __name__ == "__main__":\n    main()'],
            "called": [main, "main()"],
            "bare": calls,
            "script": [main],
            "fire": ["import fire", main, 'if __name__ == "__main__":\n    fire.Fire(main)'],
        }[start]
        self._files[part.path] = _joined(blocks)
        if start != "script":
            return Entry(part.path)
        old = self._files.get("pyproject.toml", '[project]\nname = "made"\nversion = "1"\n\n[project.scripts]\n')
        self._files["pyproject.toml"] = f'{old}{name} = "{name}:main"\n'
        return Entry(part.path, "main")

    def _test(self) -> Entry:
        other = self._dice.choice(self._parts)
        blocks = ["import torchaudio", f"import {other.name}"]
        for number, call in enumerate(other.calls.values()):
            set_ = f"{self.set(other)}\n    " if self._chance(0.5) else ""
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
