"""Where a setter may stand besides the top of a module, and what is left of that place once it is gone."""

from __future__ import annotations

import ast

import pytest

from tests.codemod.tables import Case, changes, check, rewrite, stays, table

CALL = "x = torchaudio.load(p)\n"
NAMED = 'x = torchaudio.load(p, backend="soundfile")\n'
SET = 'torchaudio.set_audio_backend("soundfile")\n'


@table(
    changes(
        "beside the import that may fail",
        f"try:\n    import torchaudio\n    {SET}except ImportError:\n    torchaudio = None\n{CALL}",
        f"try:\n    import torchaudio\nexcept ImportError:\n    torchaudio = None\n{NAMED}",
    ),
    changes(
        "beside the import that may fail, for 2.9",
        f"try:\n    import torchaudio\n    {SET}except (ImportError, ModuleNotFoundError):\n    torchaudio = None\n{CALL}",
        f"try:\n    import torchaudio\nexcept (ImportError, ModuleNotFoundError):\n    torchaudio = None\n{CALL}",
        target="2.9",
    ),
    stays(
        "a handler that also minds the setter",
        f"try:\n    import torchaudio\n    {SET}except Exception:\n    torchaudio = None\n{CALL}",
        "TAC101",
    ),
    stays(
        "a try that imports something else",
        f"import torchaudio\ntry:\n    import soundfile\n    {SET}except ImportError:\n    pass\n{CALL}",
        "TAC101",
    ),
    *(
        changes(
            f"where torchaudio is there: {name}",
            f"{before}if {test}:\n    {SET}{CALL}",
            f"{before}{NAMED}",
        )
        for name, before, test in (
            ("not None", "try:\n    import torchaudio\nexcept ImportError:\n    torchaudio = None\n", "torchaudio is not None"),
            ("true", "try:\n    import torchaudio\nexcept ImportError:\n    torchaudio = None\n", "torchaudio"),
            ("a flag", "try:\n    import torchaudio\n    OK = True\nexcept ImportError:\n    OK = False\n", "OK"),
            (
                "a flag in the else",
                "try:\n    import torchaudio\nexcept ImportError:\n    OK = False\nelse:\n    OK = True\n",
                "OK",
            ),
            ("a name that says so", "import torchaudio\nfrom .tools import HAS_TORCHAUDIO\n", "HAS_TORCHAUDIO"),
            ("a function that says so", "import torchaudio\nfrom .tools import is_torchaudio_available\n", "is_torchaudio_available()"),
        )
    ),
    changes(
        "where it is found, with the import",
        f"import importlib.util\nif importlib.util.find_spec('torchaudio') is not None:\n    import torchaudio\n    {SET}{CALL}",
        f"import importlib.util\nif importlib.util.find_spec('torchaudio') is not None:\n    import torchaudio\n{NAMED}",
    ),
    stays("a flag that is more", f"import torchaudio\nOK = True\nif OK:\n    {SET}{CALL}", "TAC101"),
    stays("a flag set elsewhere", f"import torchaudio\nfrom flags import OK\nif OK:\n    {SET}{CALL}", "TAC101"),
    stays("a name that says more", f"import torchaudio\nfrom flags import OLD_TORCHAUDIO\nif OLD_TORCHAUDIO:\n    {SET}{CALL}", "TAC121"),
    stays(
        "a flag with an else",
        f"import torchaudio\nfrom t import HAS_TORCHAUDIO\nif HAS_TORCHAUDIO:\n    {SET}else:\n    stop()\n{CALL}",
        "TAC101",
    ),
)
def test_beside_what_asks_whether_torchaudio_is_there(case: Case) -> None:
    check(case)


@table(
    *(
        changes(name, f"import contextlib, torchaudio\n{code}{CALL}", f"import contextlib, torchaudio\n{CALL}", target=target)
        for name, target, code in (
            ("suppressed", "2.2", f"with contextlib.suppress(Exception):\n    {SET}"),
            ("suppressed, for 2.9", "2.9", f"with contextlib.suppress(AttributeError, RuntimeError):\n    {SET}"),
            (
                "a try in the handler",
                "2.2",
                f"try:\n    torchaudio.set_audio_backend('sox_io')\nexcept RuntimeError:\n    try:\n        {SET}"
                "    except RuntimeError:\n        print('none')\n",
            ),
        )
    ),
    stays(
        "suppressed with more", f"import contextlib, torchaudio\nwith contextlib.suppress(OSError):\n    {SET}    go()\n{CALL}", "TAC101"
    ),
    stays("under something else", f"import torchaudio\nfrom my import suppress\nwith suppress(OSError):\n    {SET}{CALL}", "TAC101"),
)
def test_attempts(case: Case) -> None:
    check(case)


@table(
    changes(
        "the choice in the argument",
        f"import sys, torchaudio\ntorchaudio.set_audio_backend('soundfile' if sys.platform == 'win32' else 'sox_io')\n{CALL}",
        "import sys, torchaudio\n"
        'AUDIO_BACKEND = "soundfile" if sys.platform == \'win32\' else "sox"\n'
        "x = torchaudio.load(p, backend=AUDIO_BACKEND)\n",
    ),
    changes(
        "the choice in the argument, for 2.9",
        f"import sys, torchaudio\ntorchaudio.set_audio_backend('soundfile' if sys.platform == 'win32' else 'sox_io')\n{CALL}",
        f"import sys, torchaudio\n{CALL}",
        target="2.9",
    ),
    stays(
        "a choice by something else",
        f"import torchaudio\ntorchaudio.set_audio_backend('soundfile' if fast else 'sox_io')\n{CALL}",
        "TAC105",
    ),
    stays(
        "a choice by the platform in a function",
        "import sys, torchaudio\ndef read(p):\n"
        "    torchaudio.set_audio_backend('soundfile' if sys.platform == 'win32' else 'sox_io')\n    return torchaudio.load(p)\n",
        "TAC105",
    ),
    stays(
        "for one platform, and later for all",
        f"import sys, torchaudio\nif sys.platform == 'win32':\n    {SET}{CALL}{SET}{CALL}",
        "TAC101",
    ),
)
def test_by_platform(case: Case) -> None:
    check(case)


ROUTE = """
import torchaudio
def setup():
    {set}
def read(p):
    return torchaudio.load(p{backend})
def main():
    {early}
    setup()
    return read("a.wav")
{start}
"""


def route(early: str = "pass", start: str = 'if __name__ == "__main__":\n    main()') -> tuple[str, str]:
    before = ROUTE.format(set=SET.strip(), backend="", early=early, start=start)
    return before, ROUTE.format(set="pass", backend=', backend="soundfile"', early=early, start=start)


@table(
    changes("a function called by main", *route()),
    changes("a program that starts without asking", *route(start="main()")),
    changes("the value of main is used", *route(start='if __name__ == "__main__":\n    raise SystemExit(main())')),
    stays("a call before the setup", route(early="read('b.wav')")[0], "TAC102"),
    stays("nobody starts it", route(start="")[0], "TAC103"),
    stays("started under a condition", route(start="if ready:\n    main()")[0], "TAC103"),
    changes(
        "a call that runs before main does",
        f"import torchaudio\ndef main():\n    {SET}    return torchaudio.load('b')\n{CALL}if __name__ == '__main__':\n    main()\n",
        "import torchaudio\ndef main():\n    return torchaudio.load('b', backend=\"soundfile\")\n"
        f"{CALL}if __name__ == '__main__':\n    main()\n",
    ),
)
def test_in_a_function_that_the_program_calls_as_it_starts(case: Case) -> None:
    check(case)


@table(
    *(
        changes(name, f"import sys, torchaudio\ndef f(a):\n{code}    return 1\n", f"import sys, torchaudio\ndef f(a):\n{rest}    return 1\n", target="2.9")
        for name, code, rest in (
            ("an if", f"    if a.fast:\n        {SET}", ""),
            ("an if with an else", f"    if a.fast and sys.platform != 'win32':\n        {SET}    else:\n        {SET}", ""),
            ("a ladder", f"    if a:\n        {SET}    elif a == 2:\n        {SET}    else:\n        {SET}", ""),
            ("one inside another", f"    if a:\n        if not a.b:\n            {SET}", ""),
            ("a comment", f"    if a:\n        # fast\n        {SET}", "    # fast\n"),
            ("a test that does something", f"    if a():\n        {SET}", "    if a():\n        pass\n"),
            ("a test of an item", f"    if a[0]:\n        {SET}", "    if a[0]:\n        pass\n"),
            ("an arm that does more", f"    if a:\n        {SET}    else:\n        b()\n", "    if a:\n        pass\n    else:\n        b()\n"),
            (
                "the last arm of a ladder",
                f"    if a:\n        b()\n    elif a == 2:\n        {SET}",
                "    if a:\n        b()\n    elif a == 2:\n        pass\n",
            ),
        )
    ),
)  # fmt: skip
def test_what_is_left_with_nothing_to_decide_goes(case: Case) -> None:
    check(case)


AROUND = """
import torchaudio
before = torchaudio.get_audio_backend()
try:
    from elsewhere import Encoder
except ImportError:
    Encoder = None
finally:
    torchaudio.set_audio_backend(before)
"""


@table(
    *(
        changes(f"around an import, for {target}", AROUND, AROUND[: AROUND.index("before")] + AROUND[AROUND.index("try") : AROUND.index("finally")], target=target)
        for target in ("2.2", "2.9")
    ),
    changes(
        "around a call of a stranger",
        "import numpy, torchaudio\nb = torchaudio.get_audio_backend()\nnumpy.load(1)\ntorchaudio.set_audio_backend(b)\n",
        "import numpy, torchaudio\nnumpy.load(1)\n",
    ),
    stays(
        "around a function that sets one",
        f"import torchaudio\ndef use():\n    {SET}b = torchaudio.get_audio_backend()\nuse()\ntorchaudio.set_audio_backend(b)\n",
        "TAC102",
        "TAC106",
    ),
    stays("kept, and read again", "import torchaudio\nb = torchaudio.get_audio_backend()\nprint(b)\ntorchaudio.set_audio_backend(b)\n", "TAC105", "TAC107"),
)  # fmt: skip
def test_put_back_after_others_may_have_set_it(case: Case) -> None:
    check(case)


def test_a_backend_put_back_in_one_file_does_not_hold_the_setter_of_another() -> None:
    found = rewrite({"pkg/io.py": f"import torchaudio\n{SET}def read(p):\n    return torchaudio.load(p)\n", "pkg/speakers.py": AROUND})
    assert 'torchaudio.load(p, backend="soundfile")' in found["pkg/io.py"].text
    assert not any(outcome.left for outcome in found.values())


@pytest.mark.parametrize("target", ["2.2", "2.9"])
def test_a_variable_is_the_reason_before_any_other(target: str) -> None:
    source = "import torchaudio\ntorchaudio.set_audio_backend(args.backend)\nprint(torchaudio.get_audio_backend())\n"
    outcome = rewrite({"program.py": source}, target)["program.py"]
    ast.parse(outcome.text)
    assert next(one.reason for one in outcome.left if one.rule == "TAC105").startswith("what is set is not a literal")


def test_a_function_that_sets_the_same_again_goes_with_the_setter() -> None:
    found = rewrite(
        {
            "main.py": f"import torchaudio\nimport data\n{SET}if __name__ == '__main__':\n    data.read('a')\n",
            "data.py": f"import torchaudio\ndef begin(worker):\n    {SET}def read(p):\n    return torchaudio.load(p)\n",
        }
    )
    assert found["data.py"].text == (
        'import torchaudio\ndef begin(worker):\n    pass\ndef read(p):\n    return torchaudio.load(p, backend="soundfile")\n'
    )
    assert not any(outcome.left for outcome in found.values())


@pytest.mark.parametrize(
    "begin",
    [
        "def begin(worker):\n    torchaudio.set_audio_backend('sox_io')\n",
        f"def begin(worker):\n    try:\n        {SET}    except RuntimeError:\n        stop()\n",
        f"FIRST = torchaudio.load('a')\ndef begin(worker):\n    {SET}",
    ],
)
def test_a_function_that_sets_otherwise_or_minds_holds_the_setter(begin: str) -> None:
    found = rewrite(
        {
            "main.py": f"import torchaudio\nimport data\n{SET}if __name__ == '__main__':\n    data.read('a')\n",
            "data.py": f"import torchaudio\n{begin}def read(p):\n    return torchaudio.load(p)\n",
        }
    )
    assert not any(outcome.changed for outcome in found.values())


@table(
    *(
        stays(f"before the setter: {name}", f"import torchaudio\ndef read(p):\n    return torchaudio.load(p)\n{early}\n{SET}", "TAC101")
        for name, early in (
            ("a default value", "def other(x=read('a')):\n    return x"),
            ("a default value by keyword", "def other(*, x=read('a')):\n    return x"),
            ("a default value of a method", "class C:\n    def other(self, x=read('a')):\n        return x"),
            ("a decorator of a method", "class C:\n    @read\n    def other(self):\n        pass"),
            ("an attribute of a class", "class C:\n    x = read('a')"),
            ("by way of another function", "def other():\n    return read('a')\nother()"),
        )
    ),
    *(
        changes(
            f"not before the setter: {name}",
            f"import torchaudio\ndef read(p):\n    return torchaudio.load(p)\n{early}\n{SET}",
            f'import torchaudio\ndef read(p):\n    return torchaudio.load(p, backend="soundfile")\n{early}\n',
        )
        for name, early in (
            ("in the body of a function", "def other():\n    return read('a')"),
            ("in a method", "class C:\n    def other(self):\n        return read('a')"),
        )
    ),
)
def test_what_runs_before_a_setter(case: Case) -> None:
    check(case)
