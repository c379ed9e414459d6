"""Forms that few programs have, each with the reason for which it stays, or what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.codemod.tables import Case, changes, check, dedent, rewrite, table

SETTER = 'torchaudio.set_audio_backend("sox_io")\n'
FILE = "a file object is passed"
PATH = "a path object is passed"


def stay(name: str, says: str, source: str, target: str = "2.2", **others: str) -> object:
    """A program that stays as it is, and words that are said of it; beside it other files."""
    return pytest.param(dedent(source), says, target, {f"{other}.py": dedent(text) for other, text in others.items()}, id=name)


def passed(name: str, says: str, *lines: str) -> object:
    """The setter of sox and a call that is given ``x``, after some lines."""
    head = ["import torchaudio", SETTER.rstrip(), *lines]
    return stay(f"given {name}", says, "\n".join([*head, "y = torchaudio.load(x)"]))


@pytest.mark.parametrize(
    ("source", "says", "target", "others"),
    [
        stay("the name str is taken", PATH, f'import torchaudio, pathlib\n{SETTER}str = 1\nx = torchaudio.load(pathlib.Path("a"))\n'),
        stay(
            "the setter's value, for a release that has no backend to set",
            "the value of the setter is used",
            'import torchaudio\nprint(torchaudio.set_audio_backend("sox_io"))\n',
            "2.9",
        ),
        stay(
            "two choices by platform",
            "the backend is chosen in more than one place",
            """
            import sys
            import torchaudio
            if sys.platform == "win32":
                torchaudio.set_audio_backend("soundfile")
            else:
                torchaudio.set_audio_backend("sox_io")
            if sys.platform == "darwin":
                torchaudio.set_audio_backend("soundfile")
            else:
                torchaudio.set_audio_backend("sox_io")
            x = torchaudio.load("a")
            """,
        ),
        stay(
            "a choice by platform for another file",
            "calls in other modules depend on this choice",
            """
            import sys
            import torchaudio
            if sys.platform == "win32":
                torchaudio.set_audio_backend("soundfile")
            else:
                torchaudio.set_audio_backend("sox_io")
            import data
            """,
            data="import torchaudio\ndef read(p):\n    return torchaudio.load(p)\n",
        ),
        stay(
            "what is set before it is put back cannot be read",
            "what is set in between cannot be read",
            """
            import torchaudio
            def f(p):
                before = torchaudio.get_audio_backend()
                torchaudio.set_audio_backend("mad")
                x = torchaudio.load(p)
                torchaudio.set_audio_backend(before)
                return x
            """,
        ),
        stay(
            "what is put back is imported by another file",
            "before is imported by another file",
            """
            import torchaudio
            before = torchaudio.get_audio_backend()
            torchaudio.set_audio_backend("sox_io")
            x = torchaudio.load("a")
            torchaudio.set_audio_backend(before)
            """,
            other="import torchaudio\nfrom program import before\n",
        ),
        stay(
            "a call before it is put back that runs later",
            "a call in between runs later",
            """
            import torchaudio
            def f(p):
                before = torchaudio.get_audio_backend()
                torchaudio.set_audio_backend("sox_io")
                later = lambda: torchaudio.load(p)
                torchaudio.set_audio_backend(before)
                return later
            """,
        ),
        stay(
            "a return before it is put back",
            "",
            """
            import torchaudio
            def f(p):
                before = torchaudio.get_audio_backend()
                torchaudio.set_audio_backend("sox_io")
                if p:
                    return torchaudio.load(p)
                torchaudio.set_audio_backend(before)
            """,
        ),
        stay(
            "the variable of the dispatcher",
            "TORCHAUDIO_USE_BACKEND_DISPATCHER is used, and may turn the dispatcher off",
            f'import os, torchaudio\nos.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = flag\n{SETTER}x = torchaudio.load("a")\n',
            "2.1",
        ),
        stay(
            "the old name of the path, where the dispatcher may be off",
            "unless the dispatcher is off, as it may be here",
            'import os, torchaudio\nos.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "0"\nx = torchaudio.load(filepath="a")\n',
            "2.1",
        ),
        stay(
            "a call of a backend, where the dispatcher may be off",
            "the dispatcher may be off here",
            """
            import os
            import torchaudio
            from torchaudio.backend import sox_io_backend
            os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "0"
            x = sox_io_backend.load("a")
            """,
            "2.1",
        ),
        stay(
            "a function of a backend that is kept, where the dispatcher may be off",
            "the dispatcher may be off here",
            """
            import os
            import torchaudio
            from torchaudio.backend import sox_io_backend
            os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "0"
            load = sox_io_backend.load
            """,
            "2.1",
        ),
        stay(
            "a backend's save with starred arguments",
            "its arguments cannot be told apart",
            "import torchaudio\nfrom torchaudio.backend import sox_io_backend\nsox_io_backend.save(a, b, c, d, *e)\n",
        ),
        stay(
            "a call above the setter in the same function",
            "a call stands before the setter",
            f"import torchaudio\ndef f(p):\n    x = torchaudio.load(p)\n    {SETTER}    return x\nf('a')\n",
        ),
        stay(
            "a function bound early in another file",
            "is bound by `from torchaudio import`, perhaps before the setter",
            f"import torchaudio\n{SETTER}import data\n",
            data="from torchaudio import load\ndef read(p):\n    return load(p)\n",
        ),
        stay(
            "arguments in the order of 0.7", "look like the order of 0.7", "import torchaudio\nx = torchaudio.load(p, None, True, True)\n"
        ),
        stay(
            "the precision as a key of a dict",
            "here it is a key of a dict",
            'import torchaudio\ntorchaudio.save(p, x, 8000, **{"precision": 16})\n',
        ),
        stay(
            "both of our names are taken",
            "both `compat` and `torchaudio_compat` are taken here",
            "import torchaudio\ncompat = torchaudio_compat = 1\nx = torchaudio.info(p)\n",
            "2.9",
        ),
        stay(
            "a name gone from 2.9, imported and replaced",
            "not changed, because torchaudio.info is patched elsewhere",
            "from torchaudio import info\nx = info(p)\n",
            "2.9",
            test_it='from unittest.mock import patch\n@patch("torchaudio.info")\ndef test(info): ...\n',
        ),
        stay(
            "one gone from 2.9, in a ladder",
            "it is one of several attempts",
            "try:\n    from torchaudio import info\nexcept ImportError:\n    info = None\n",
            "2.9",
        ),
        stay(
            "code on the docstring's line",
            "the docstring shares its line with code",
            '"""What it does."""; import torchaudio\ntorchaudio.load("a")\n',
            "compat",
        ),
        stay(
            "that, beside a number of frames",
            "look like the order of 0.7",
            "import torchaudio\nx = torchaudio.load(p, True, num_frames=5)\n",
        ),
        stay(
            "the choice of a backend by arms that do more",
            "an arm of this choice does more",
            """
            import sys
            import torchaudio
            if sys.platform == "win32":
                torchaudio.set_audio_backend("soundfile")
            elif sys.platform == "darwin":
                torchaudio.set_audio_backend("sox_io")
                print(1)
            else:
                torchaudio.set_audio_backend("sox_io")
            x = torchaudio.load("a")
            """,
        ),
        stay("a setter in one line with a header", "", f"import torchaudio\nif 1: pass\nelse: {SETTER}x = torchaudio.load(p)\n"),
        stay(
            "a comment inside a setter that shares its line",
            "a comment stands inside the statement",
            'import torchaudio; torchaudio.set_audio_backend(  # why\n    "sox_io")\nx = torchaudio.load(p)\n',
        ),
        stay(
            "a body that would be left empty, with a comment inside",
            "a comment stands inside the statement",
            'import torchaudio\ndef f(): torchaudio.set_audio_backend(  # why\n    "sox_io")\n',
        ),
        stay(
            "a restored backend on one line with its try",
            "",
            """
            import torchaudio
            def f(p):
                before = torchaudio.get_audio_backend()
                torchaudio.set_audio_backend("sox_io")
                try: return torchaudio.load(p)
                finally: torchaudio.set_audio_backend(before)
            """,
        ),
        stay(
            "a restored backend after an else",
            "",
            """
            import torchaudio
            def f(p):
                before = torchaudio.get_audio_backend()
                torchaudio.set_audio_backend("sox_io")
                try:
                    x = torchaudio.load(p)
                except OSError:
                    x = None
                else:
                    print(p)
                finally:
                    torchaudio.set_audio_backend(before)
                return x
            """,
        ),
        stay(
            "a backend that is kept and given to something else than the setter",
            "",
            """
            import torchaudio
            def f(p):
                before = torchaudio.get_audio_backend()
                torchaudio.set_audio_backend("sox_io")
                x = torchaudio.load(p)
                keep(before)
                return x
            """,
        ),
        stay(
            "a compression by keyword somewhere else",
            "compression is given, which soundfile used to ignore",
            'import torchaudio\ntorchaudio.set_audio_backend("soundfile")\ntorchaudio.save(p, x, 8000, **more)\n',
            data="import torchaudio\nmore = dict(compression=3)\n",
        ),
        *(
            stay(
                f"torchaudio in sys.modules, {name}",
                "is replaced in sys.modules",
                "import torchaudio\nx = torchaudio.load(filepath=p)\n",
                test_it=f"import sys, torchaudio\n{line}\n",
            )
            for name, line in (
                ("by default", 'sys.modules.setdefault("torchaudio", fake)'),
                ("by its method", 'sys.modules.__setitem__("torchaudio", fake)'),
                ("one of it", 'sys.modules["torchaudio.backend"] = fake'),
                ("with others", 'mock.patch.dict(sys.modules, {"torchaudio": fake})'),
            )
        ),
        *(
            stay(
                f"the function in its place, {name}",
                f"not changed, because torchaudio.load {how} elsewhere",
                "import torchaudio\nx = torchaudio.load(filepath=p)\n",
                test_it=f"import data, torchaudio\n{line}\n",
            )
            for name, how, line in (
                ("by way of a module", "is assigned", "data.torchaudio.load = fake"),
                ("taken away by way of a module", "is assigned", "del data.torchaudio.load"),
                ("by its own path", "is assigned", "torchaudio.load = fake"),
                ("by a fixture", "is replaced", 'monkeypatch.setattr(torchaudio, "load", fake)'),
                ("by a fixture that is given its path", "is patched", 'monkeypatch.setattr("torchaudio.load", fake)'),
                ("by its module in a module", "is replaced", 'mock.patch.object(data.torchaudio, "load")'),
            )
        ),
        passed("an annotated attribute", FILE, "class A:\n    def f(self):\n        self.at: BinaryIO = None", "x = a.at"),
        passed("one arm of two", FILE, 'x = "a" if short else open("a", "rb")'),
        passed("a name bound in passing", FILE, 'print(x := open("a", "rb"))'),
        passed("what a function says that it gives", FILE, "def find() -> BytesIO: ...", "x = find()"),
    ],
)
def test_it_stays_and_it_is_said_why(source: str, says: str, target: str, others: Mapping[str, str]) -> None:
    entries: dict[str, Any] = {"entries": ["program.py"]} if target == "compat" else {}
    outcome = rewrite({"program.py": source, **others}, target, **entries)["program.py"]
    assert outcome.text == source
    assert outcome.left
    assert says in " | ".join(f"{finding.reason} {finding.advice}" for finding in outcome.left)


def given(name: str, before: str, after: str, head: str = "") -> Case:
    """What a call is given under the setter of sox, in a module that speaks of path objects."""
    return changes(
        f"given {name}",
        f"import torchaudio, pathlib\n{SETTER}{head}x = torchaudio.load({before})\n",
        f'import torchaudio, pathlib\n{head}x = torchaudio.load({after}, backend="sox")\n',
    )


@table(
    given("an f-string", 'f"{a}.wav"', 'f"{a}.wav"'),
    given("strings put together", 'a + ".wav"', 'a + ".wav"'),
    given("a string with its fields filled", '"%s.wav" % a', '"%s.wav" % a'),
    given("a difference", "a - b", "str(a - b)"),
    given("what an unknown function gives", "find(a)", "str(find(a))"),
    given("a path from a glob", "one", "str(one)", 'one = next(pathlib.Path("a").glob("b"))\n'),
    given("one arm of two", '"a" if b else "c"', '"a" if b else "c"'),
    given("a name bound in passing", "(y := 'a')", "(y := 'a')"),
    changes("a call without arguments", f"import torchaudio\n{SETTER}x = torchaudio.load()\n", 'import torchaudio\nx = torchaudio.load(backend="sox")\n'),
    changes(
        "the last argument goes and one comes",
        f"import torchaudio\n{SETTER}x = torchaudio.load(path, num_frames=0)\n",
        'import torchaudio\nx = torchaudio.load(path, backend="sox")\n',
    ),
    changes(
        "the only argument goes and one comes",
        f"import torchaudio\n{SETTER}x = torchaudio.load(num_frames=0)\n",
        'import torchaudio\nx = torchaudio.load(backend="sox")\n',
    ),
    changes(
        "the only argument goes, with its comma",
        "import torchaudio\nx = torchaudio.load(num_frames=0,)\n",
        "import torchaudio\nx = torchaudio.load()\n",
    ),
    changes(
        "a comment behind the last argument on its own line",
        f"import torchaudio\n{SETTER}x = torchaudio.load(\n    path,\n    1  # one\n)\n",
        'import torchaudio\nx = torchaudio.load(\n    path,\n    1, backend="sox"  # one\n)\n',
    ),
    changes(
        "a number that stands for all of it already",
        "import torchaudio\nx = torchaudio.load(path, offset=1, num_frames=frames or -1)\n",
        "import torchaudio\nx = torchaudio.load(path, frame_offset=1, num_frames=frames or -1)\n",
    ),
    given("a file beside another", 'one.with_suffix(".wav")', 'str(one.with_suffix(".wav"))'),
    changes(
        "a call that says nothing of a compression",
        'import torchaudio\ntorchaudio.set_audio_backend("soundfile")\ntorchaudio.save(p, x, 8000, **more)\n',
        'import torchaudio\ntorchaudio.save(p, x, 8000, **more, backend="soundfile")\n',
    ),
    changes(
        "a choice by platform without an else, by three arms",
        """
        import sys
        import torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")
        elif sys.platform == "darwin":
            torchaudio.set_audio_backend("sox_io")
        x = 1
        """,
        """
        import sys
        import torchaudio
        x = 1
        """,
        target="2.9",
    ),
    changes(
        "a choice by platform of which one arm is to be left alone",
        """
        import sys
        import torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")  # compat: ignore
        else:
            torchaudio.set_audio_backend("sox_io")
        """,
        """
        import sys
        import torchaudio
        if sys.platform == "win32":
            torchaudio.set_audio_backend("soundfile")  # compat: ignore
        else:
            pass
        """,
        target="2.9",
    ),
    changes(
        "the variable of the dispatcher, turned on",
        'import os, torchaudio\nos.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"\nx = torchaudio.load(filepath="a")\n',
        'import os, torchaudio\nos.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"\nx = torchaudio.load(uri="a")\n',
        target="2.1",
    ),
    changes(
        "the precision of a function that is forwarded",
        "import functools, torchaudio\nsave = functools.partial(torchaudio.save, precision=16)\n",
        "import functools, torchaudio\nsave = functools.partial(torchaudio.save, bits_per_sample=16)\n",
    ),
)  # fmt: skip
def test_what_becomes_of_it(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("test", ["== torchaudio.get_it(1)", 'in {"sox": 1}', "== (lambda: name)()", "== name"])
def test_an_arm_is_no_choice_where_more_is_asked(test: str) -> None:
    """Of what differs in offset= only, the modern arm would stay if the global backend alone decided."""
    source = f"import torchaudio\nx = torchaudio.load(p, offset=1) if torchaudio.get_audio_backend() {test} else torchaudio.load(p, frame_offset=1)\n"
    outcome = rewrite({"a.py": source})["a.py"]
    assert outcome.text == source.replace("p, offset", "p, frame_offset")
    assert {finding.rule for finding in outcome.left} >= {"TAC107"}


def test_a_comment_between_imported_names_holds_the_import() -> None:
    source = dedent("""
        from torchaudio import (
            load,  # stays
            set_audio_backend,  # goes
        )
        set_audio_backend("sox_io")
    """)
    outcome = rewrite({"a.py": source})["a.py"]
    assert outcome.text == source.replace('set_audio_backend("sox_io")\n', "")
    assert [finding.rule for finding in outcome.left] == ["TAC131"]


def test_what_is_worked_out_by_a_call_does_not_go() -> None:
    source = "import torchaudio\ntorchaudio.set_audio_backend(choose())\nx = torchaudio.load(p)\n"
    outcome = rewrite({"a.py": source}, backend="sox")["a.py"]
    assert outcome.text == source
    assert "what is set is worked out by a call" in outcome.left[0].reason
