"""TAC102: Name the backend in each call instead of setting it for the whole project."""

import ast

import pytest

from tests.codemod.tables import changes, dedent, rewrite, stays, table


def texts(files: dict[str, str], **options: object) -> dict[str, str]:
    return {path: outcome.text for path, outcome in rewrite(files, **options).items()}  # type: ignore[arg-type]


MAIN = dedent("""
    import torchaudio
    import data
    torchaudio.set_audio_backend("soundfile")
    if __name__ == "__main__":
        data.read("a.wav")
""")
DATA = dedent("""
    import torchaudio
    def read(p):
        return torchaudio.load(p)
""")


SETTER = 'torchaudio.set_audio_backend("sox_io")\n'
SOX = "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\n"
LIBRARY = "import torchaudio\ndef load(p):\n    return torchaudio.load(p)\ndef warm():\n    load('a')\n"
SETTER_HARD_PROGRAMS = "torchaudio.set_audio_backend('soundfile')\n"


def route(early: str = "pass", start: str = 'if __name__ == "__main__":\n    main()') -> tuple[str, str]:
    before = ROUTE.format(set=SET.strip(), backend="", early=early, start=start)
    return before, ROUTE.format(set="pass", backend=', backend="soundfile"', early=early, start=start)


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
SET = 'torchaudio.set_audio_backend("soundfile")\n'
CALL = "x = torchaudio.load(p)\n"


MOVED = {"main.py": MAIN.replace(SET, ""), "data.py": DATA.replace("load(p)", 'load(p, backend="soundfile")')}
OTHER = "import data\nif __name__ == '__main__':\n    data.read('b.wav')\n"
ALONE = "import torchaudio\nif __name__ == '__main__':\n    print(torchaudio.load('b.wav'))\n"
MOCK = "from unittest.mock import patch\n@patch('data.torchaudio.load')\ndef test(load): ...\n"
DEFAULT = "import torchaudio\ndef f(p, load=torchaudio.load):\n    return load(p)\n"

# The files besides MAIN and DATA or in their place, those that become another, and words of what is said of the setter in main.py.
PROJECTS = {
    "one name goes to every call": ({}, MOVED, ""),
    "one name goes to every call, without an import between the modules": (
        {"main.py": SOX},
        {"main.py": "import torchaudio\n", "data.py": DATA.replace("load(p)", 'load(p, backend="sox")')},
        "",
    ),
    "a module that another program runs without a backend": ({"other.py": OTHER}, {}, "TAC102 this call also runs under other.py"),
    "a program of its own keeps its calls": ({"alone.py": ALONE}, MOVED, ""),
    "two programs with a name each": (
        {"main.py": f"import torchaudio\n{SET}{CALL}", "data.py": f"import torchaudio\n{SETTER}{CALL}"},
        {
            "main.py": 'import torchaudio\nx = torchaudio.load(p, backend="soundfile")\n',
            "data.py": 'import torchaudio\nx = torchaudio.load(p, backend="sox")\n',
        },
        "",
    ),
    "a second name after all calls": (
        {"two.py": f"import torchaudio, main\n{SETTER}"},
        {**MOVED, "two.py": "import torchaudio, main\n"},
        "",
    ),
    "a mock in a test holds the whole project": ({"test_data.py": MOCK}, {}, "test_data.py"),
    "a file object from another module holds sox": (
        {
            "main.py": MAIN.replace("soundfile", "sox_io"),
            "caller.py": "import io, data, torchaudio\ndef go():\n    data.read(io.BytesIO(b''))\n",
        },
        {},
        "a file object is passed",
    ),
    "a default value in another module is bound before": (
        {"main.py": f"import torchaudio\nimport data\n{SET}", "data.py": DEFAULT},
        {"main.py": "import torchaudio\nimport data\n"},
        "",
    ),
    "calls of other modules while they are imported, before the setter": (
        {"data.py": DATA + "X = torchaudio.load('a.wav')\n"},
        {**MOVED, "data.py": MOVED["data.py"] + "X = torchaudio.load('a.wav')\n"},
        "",
    ),
}


@pytest.mark.parametrize("name", PROJECTS)
def test_projects(name: str) -> None:
    files, new, says = PROJECTS[name]
    files = {"main.py": MAIN, "data.py": DATA, **files}
    outcomes = rewrite(files)
    assert {path: outcome.text for path, outcome in outcomes.items()} == {**files, **new}
    words = [f"{one.rule} {one.reason} {[place.path for place in one.related]}" for one in outcomes["main.py"].left]
    assert any(says in one for one in words) or not says, words


def test_backend_decides_what_cannot_be_read() -> None:
    main = "import torchaudio, data\ndef main(args):\n    torchaudio.set_audio_backend(args.backend)\n    data.read('a.wav')\n"
    found = texts({"main.py": main, "data.py": DATA}, backend="soundfile")
    assert found["main.py"] == "import torchaudio, data\ndef main(args):\n    data.read('a.wav')\n"
    assert 'backend="soundfile"' in found["data.py"]


def test_what_is_worked_out_by_a_call_does_not_go() -> None:
    source = "import torchaudio\ntorchaudio.set_audio_backend(choose())\nx = torchaudio.load(p)\n"
    outcome = rewrite({"a.py": source}, backend="sox")["a.py"]
    assert outcome.text == source.replace("(p)", '(p, backend="sox")')
    assert "a call computes the name" in outcome.left[0].reason


def test_a_path_object_from_a_function_of_another_module_is_made_a_string() -> None:
    found = rewrite(
        {
            "pkg/main.py": SOX + "from pkg.fetching import fetch\nx = torchaudio.load(fetch('a.wav'))\n",
            "pkg/fetching.py": "import pathlib\nimport torchaudio\ndef fetch(name):\n    return pathlib.Path(name)\n",
        }
    )
    assert "torchaudio.load(str(fetch('a.wav')), backend=\"sox\")" in found["pkg/main.py"].text
    ast.parse(found["pkg/main.py"].text)


def test_a_file_object_from_a_function_of_another_module_holds_sox() -> None:
    found = rewrite(
        {
            "pkg/main.py": SOX + "from pkg.fetching import fetch\nblob = fetch('a.wav')\nx = torchaudio.load(blob)\n",
            "pkg/fetching.py": "import io\nimport torchaudio\ndef fetch(name):\n    return io.BytesIO()\n",
        }
    )
    assert not found["pkg/main.py"].changed


@pytest.mark.parametrize(
    ("exporter", "user"),
    [
        ("import torchaudio as ta\nta.set_audio_backend('sox_io')\n", "import pkg.deps\nx = pkg.deps.ta.load('a.wav')\n"),
        (
            "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\nfrom torchaudio import load\n",
            "from pkg.deps import load\nload('a')\n",
        ),
    ],
)
def test_what_comes_by_way_of_another_module_holds_the_setter(exporter: str, user: str) -> None:
    found = rewrite({"pkg/deps.py": exporter, "pkg/main.py": user})
    assert not any(outcome.changed for outcome in found.values())


@pytest.mark.parametrize(
    "files",
    [
        {"main.py": f"import torchaudio\nimport lib\nlib.warm()\n{SETTER_HARD_PROGRAMS}lib.load('a')\n", "lib.py": LIBRARY},
        {"main.py": f"import torchaudio\nfrom lib import warm as begin\nbegin()\n{SETTER_HARD_PROGRAMS}", "lib.py": LIBRARY},
        {
            "main.py": f"import torchaudio\nimport lib\ndef main():\n    lib.warm()\n    {SETTER_HARD_PROGRAMS}if __name__ == '__main__':\n    main()\n",
            "lib.py": LIBRARY,
        },
        {
            "main.py": f"import torchaudio\nimport lib\nif __name__ == '__main__':\n    lib.warm()\n    {SETTER_HARD_PROGRAMS}",
            "lib.py": LIBRARY,
        },
        {"main.py": f"import torchaudio\nimport lib\n{SETTER_HARD_PROGRAMS}", "lib.py": LIBRARY + "FIRST = load('a')\n"},
        {
            "main.py": f"import torchaudio\nimport third\n{SETTER_HARD_PROGRAMS}",
            "lib.py": LIBRARY,
            "third.py": "import torchaudio\nimport lib\nlib.warm()\n",
        },
        {"main.py": f"import torchaudio\nimport lib\n{SETTER_HARD_PROGRAMS}", "lib.py": LIBRARY + "class C:\n    x = warm()\n"},
    ],
)
def test_a_call_of_another_module_before_the_setter_names_nothing(files: dict[str, str]) -> None:
    found = texts(files)
    assert found["lib.py"] == files["lib.py"]
    assert "set_audio_backend" not in found["main.py"] or "lib.load('a')" in files["main.py"] or "FIRST" in files["lib.py"]


@pytest.mark.parametrize(
    "files",
    [
        {"main.py": f"import torchaudio\nimport lib\n{SETTER_HARD_PROGRAMS}lib.warm()\n", "lib.py": LIBRARY},
        {"main.py": f"import torchaudio\nimport lib, yaml\nx = yaml.load(1)\n{SETTER_HARD_PROGRAMS}lib.warm()\n", "lib.py": LIBRARY},
        {"pkg/__init__.py": f"import torchaudio\n{SETTER_HARD_PROGRAMS}from . import lib\n", "pkg/lib.py": LIBRARY + "FIRST = load('a')\n"},
        {"set.py": f"import torchaudio\n{SETTER_HARD_PROGRAMS}", "lib.py": LIBRARY, "run.py": "import set, lib, torchaudio\nlib.warm()\n"},
    ],
)
def test_a_call_of_another_module_after_the_setter_is_governed(files: dict[str, str]) -> None:
    found = rewrite(files)
    assert 'torchaudio.load(p, backend="soundfile")' in found[next(path for path in files if path.endswith("lib.py"))].text


test_in_a_function_that_the_program_calls_as_it_starts = table(
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
def test_a_function_that_sets_otherwise_or_minds_stays(begin: str) -> None:
    found = rewrite(
        {
            "main.py": f"import torchaudio\nimport data\n{SET}if __name__ == '__main__':\n    data.read('a')\n",
            "data.py": f"import torchaudio\n{begin}def read(p):\n    return torchaudio.load(p)\n",
        }
    )
    assert (SET in found["main.py"].text) == ("sox_io" in begin)
    assert ("set_audio_backend" in found["data.py"].text) == bool(found["data.py"].left)
    assert "FIRST = torchaudio.load('a')\n" in found["data.py"].text or "FIRST" not in begin
