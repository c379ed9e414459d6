"""Code that asks which release is there: the arm for others than the target is left, the arm for the target is not."""

from __future__ import annotations

import pytest

from compat.codemod.source.module import Module
from compat.codemod.uses import release_tests
from tests.codemod.tables import Case, changes, check, stays, table

HEAD = "import sys\nimport torch\nimport torchaudio\nfrom packaging import version\n"
OLD, NEW = "torchaudio.load(filepath=p)", "torchaudio.load(uri=p)"


@pytest.mark.parametrize(
    ("test", "under_2_2"),
    [
        ('torchaudio.__version__ < "2.1"', False),
        ('torchaudio.__version__ >= "0.8.0"', True),
        ('torchaudio.__version__ <= "2.3"', True),
        ('torchaudio.__version__ > "2.2"', True),
        ('"2.1" <= torchaudio.__version__', True),
        ('"2.1" > torchaudio.__version__', False),
        ('torchaudio.__version__ < "2.2.1"', None),
        ('torchaudio.__version__ == "2.2"', None),
        ('version.parse(torchaudio.__version__) < version.parse("2.1")', False),
        ('version.Version(torchaudio.__version__.split("+")[0]) >= version.Version("0.9")', True),
        ('tuple(map(int, torchaudio.__version__.split(".")[:2])) >= (2, 1)', True),
        ('[int(x) for x in torchaudio.__version__.split(".")[:2]] < [0, 8]', False),
        ('int(torchaudio.__version__.split(".")[0]) >= 2', True),
        ("version.parse(torchaudio.__version__).major < 1", False),
        ("version.parse(torchaudio.__version__).release < (2, 1)", False),
        ('torch.__version__ < "1.8"', False),
        ('torchaudio.__version__.startswith("0.7")', False),
        ('torchaudio.__version__.startswith("2")', None),
        ('not torchaudio.__version__ < "2.1"', True),
        ('torchaudio.__version__ < "2.1" or sys.flags.debug', None),
        ('torchaudio.__version__ < "2.1" and sys.flags.debug', False),
        ('hasattr(torchaudio, "set_audio_backend")', True),
        ('hasattr(torchaudio, "load_wav")', False),
        ('not hasattr(torchaudio, "load_wav")', True),
        ('hasattr(torchaudio, "something_else")', None),
        ('hasattr(torch, "load_wav")', None),
        ('sys.version_info < (3, 8)', None),
        ('other.__version__ < "2.1"', None),
    ],
)  # fmt: skip
def test_what_a_test_gives(test: str, under_2_2: bool | None) -> None:
    for direct in (True, False):
        asked = test if direct else "ASKED"
        module = Module("program.py", f"{HEAD}{'' if direct else f'ASKED = {test}'}\nif {asked}:\n    old()\nelse:\n    new()\n")
        found = [module.text.text[start:end] for start, end in release_tests.dead(module, "2.2")]
        assert [one for one in found if one in ("old()", "new()")] == {True: ["new()"], False: ["old()"], None: []}[under_2_2]


@pytest.mark.parametrize(
    ("test", "dead"),
    [
        ('torchaudio.__version__ < "2.9"', ["old()"]),
        ('torchaudio.__version__ < "2.11"', []),
        ('torchaudio.__version__ >= "2.1"', ["new()"]),
        ('hasattr(torchaudio, "info")', ["old()"]),
        ('hasattr(torchaudio, "load")', ["new()"]),
    ],
)
def test_what_a_test_gives_under_2_9(test: str, dead: list[str]) -> None:
    module = Module("program.py", f"{HEAD}if {test}:\n    old()\nelse:\n    new()\n")
    assert [module.text.text[start:end] for start, end in release_tests.dead(module, "2.9")] == dead


@table(
    *(
        stays(f"left: {name}", HEAD + code)
        for name, code in (
            ("the arm for old ones", f'if torchaudio.__version__ < "2.1":\n    x = {OLD}\nelse:\n    x = {NEW}\n'),
            ("old ones leave early", f'def f(p):\n    if torchaudio.__version__ < "2.1":\n        return {OLD}\n    return {NEW}\n'),
            ("new ones leave early", f'def f(p):\n    if torchaudio.__version__ >= "2.1":\n        return {NEW}\n    return {OLD}\n'),
            ("an expression", f'x = {OLD} if torchaudio.__version__ < "2.1" else {NEW}\n'),
            ("and", f'x = torchaudio.__version__ < "2.1" and {OLD}\n'),
            ("or", f'x = torchaudio.__version__ >= "2.1" or {OLD}\n'),
            ("the new way first", f"try:\n    x = {NEW}\nexcept TypeError:\n    x = {OLD}\n"),
            ("the old way first", f"try:\n    x = {OLD}\nexcept TypeError:\n    x = {NEW}\n"),
            ("load_wav", 'if hasattr(torchaudio, "load_wav"):\n    x = torchaudio.load_wav(p)\nelse:\n    x = torchaudio.load(p)\n'),
            (
                "the backend's module",
                f'if torchaudio.__version__ < "2.1":\n    x = torchaudio.backend.sox_io_backend.load(p)\nelse:\n    x = {NEW}\n',
            ),
            ("the setter", 'if torchaudio.__version__ < "2.1":\n    torchaudio.set_audio_backend("sox_io")\nelse:\n    B = "sox"\n'),
        )
    ),
    *(
        changes(f"changed: {name}", HEAD + code, HEAD + code.replace(OLD, NEW))
        for name, code in (
            ("the arm for newer than 0.8", f'if torchaudio.__version__ >= "0.8":\n    x = {OLD}\nelse:\n    x = torchaudio.load(p, offset=1)\n'),
            ("both ways are old", f"try:\n    x = {OLD}\nexcept TypeError:\n    x = torchaudio.load(p, frame_offset=1, **{{}})\n".replace("TypeError", "OSError")),
            ("the target is refused", f'if torchaudio.__version__ >= "2.1":\n    raise ImportError\nx = {OLD}\n'),
            ("the target is refused, or", f'if torchaudio.__version__ >= "2.1":\n    raise ImportError\nelse:\n    x = {OLD}\n'),
            ("any error", f"def f(p):\n    try:\n        return {OLD}\n    except Exception:\n        return None\n"),
            ("a test of another thing", f'if sys.platform == "win32":\n    x = {OLD}\nelse:\n    x = {NEW}\n'),
            ("a test that cannot be told", f"if NEW_ENOUGH:\n    x = {OLD}\nelse:\n    x = {NEW}\n"),
        )
    ),
    changes(
        "a loop that swallows everything",
        f"{HEAD}def f(p):\n    while True:\n        try:\n            return {OLD}\n        except Exception:\n            continue\n",
        f"{HEAD}def f(p):\n    while True:\n        try:\n            return {NEW}\n        except Exception:\n            continue\n",
    ),
    stays(
        "a shim is one wherever it stands",
        'import torchaudio\nif not hasattr(torchaudio, "set_audio_backend"):\n    torchaudio.set_audio_backend = print\n',
        "TAC122",
    ),
    stays("no arm for the target", f'{HEAD}if torchaudio.__version__ < "2.1":\n    torchaudio.set_audio_backend("sox_io")\n', "TAC121"),
    stays(
        "a name that 2.9 lost, where it is asked for",
        f'{HEAD}n = torchaudio.info(p).num_frames if hasattr(torchaudio, "info") else torchaudio.load(p)[0].shape[1]\n',
        target="2.9",
    ),
)  # fmt: skip
def test_guards(case: Case) -> None:
    check(case)


MODERN_ARM = "x, r = torchaudio.load(p, frame_offset=s)"
OLD_ARM = "x, r = torchaudio.load(p, offset=s)"
SOX, SOUNDFILE = 'torchaudio.get_audio_backend() == "sox_io"', 'torchaudio.get_audio_backend() == "soundfile"'


@table(
    *(
        changes(name, f"import torchaudio\ndef f(p, s):\n{code}", f"import torchaudio\ndef f(p, s):\n{rest}")
        for name, code, rest in (
            (
                "several statements",
                f"    if {SOX}:\n        # new\n        {MODERN_ARM}\n        x = x.mean(0)\n    else:\n        {OLD_ARM}\n        x = x.mean(0)\n    return x\n",
                f"    # new\n    {MODERN_ARM}\n    x = x.mean(0)\n    return x\n",
            ),
            (
                "two names",
                f"    if {SOX} or {SOUNDFILE}:\n        {MODERN_ARM}\n    else:\n        {OLD_ARM}\n",
                f"    {MODERN_ARM}\n",
            ),
            (
                "turned round",
                f'    if torchaudio.get_audio_backend() not in {{"sox_io", "soundfile"}}:\n        {OLD_ARM}\n    else:\n        {MODERN_ARM}\n',
                f"    {MODERN_ARM}\n",
            ),
            (
                "not",
                f"    if not ({SOX}):\n        {OLD_ARM}\n    else:\n        {MODERN_ARM}\n",
                f"    {MODERN_ARM}\n",
            ),
            (
                "a dict of arguments",
                f'    if {SOX}:\n        kw = {{"frame_offset": s}}\n    else:\n        kw = {{"offset": s}}\n    return torchaudio.load(p, **kw)\n',
                '    kw = {"frame_offset": s}\n    return torchaudio.load(p, **kw)\n',
            ),
            (
                "the modern one leaves early",
                f"    if {SOX}:\n        return torchaudio.load(p, frame_offset=s)\n    return torchaudio.load(p, offset=s)\n",
                "    return torchaudio.load(p, frame_offset=s)\n",
            ),
            (
                "the old one leaves early",
                "    if torchaudio.get_audio_backend() == 'sox':\n        return torchaudio.load(p, offset=s)\n    return torchaudio.load(p, frame_offset=s)\n",
                "    return torchaudio.load(p, frame_offset=s)\n",
            ),
        )
    ),
    *(
        stays(f"stays: {name}", f"import torchaudio\ndef f(p, s):\n{code}", "TAC107")
        for name, code in (
            ("another test beside it", f"    if {SOX} and s:\n        return 1\n    return 2\n"),
            ("arms that differ otherwise", f"    if {SOX}:\n        kw = {{'frame_offset': s}}\n    else:\n        kw = {{'offset': 0}}\n    return kw\n"),
            ("more behind it", f"    if {SOX}:\n        return torchaudio.load(p, frame_offset=s)\n    s = 1\n    return torchaudio.load(p, frame_offset=s)\n"),
            ("an assertion", f"    assert {SOX}\n"),
        )
    ),
)  # fmt: skip
def test_decisions_on_the_getter(case: Case) -> None:
    check(case)


@table(
    changes(
        "kept in a name",
        'import torchaudio\nnames = torchaudio.list_audio_backends()\nif "sox_io" in names and len(names) > 0:\n    print(names)\n',
        'import torchaudio\nnames = torchaudio.list_audio_backends()\nif "sox" in names and len(names) > 0:\n    print(names)\n',
    ),
    changes(
        "kept in a name, and used otherwise",
        'import torchaudio\nnames = torchaudio.list_audio_backends()\nx = "sox_io" not in names\ny = names[0]\n',
        'import torchaudio\nnames = torchaudio.list_audio_backends()\nx = "sox" not in names\ny = names[0]\n',
        "TAC108",
    ),
    stays(
        "kept in a name that is bound again",
        'import torchaudio\nnames = torchaudio.list_audio_backends()\nnames = sorted(names)\nx = "sox_io" in names\n',
        "TAC108",
    ),
    stays("only counted", "import torchaudio\nnames = torchaudio.list_audio_backends()\nassert len(names) > 0, 'none'\n"),
    stays(
        "for 2.9, by name",
        'from torchaudio import list_audio_backends\nx = "sox_io" in list_audio_backends()\n',
        "TAC108",
        "TAC129",
        target="2.9",
    ),
    stays(
        "for 2.9, kept in a name",
        'import torchaudio\nnames = torchaudio.list_audio_backends()\nx = "sox_io" in names\n',
        "TAC108",
        target="2.9",
    ),
    stays("for 2.9, the first", "import torchaudio\nx = torchaudio.list_audio_backends()[0]\n", "TAC108", target="2.9"),
    changes(
        "for 2.9, printed",
        "import torchaudio\nprint(torchaudio.list_audio_backends())\n",
        "import torchaudio\nimport compat\nprint(compat.list_audio_backends())\n",
        target="2.9",
    ),
)
def test_decisions_on_the_list(case: Case) -> None:
    check(case)
