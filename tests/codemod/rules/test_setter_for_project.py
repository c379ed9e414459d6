"""TAC102: Name the backend in each call instead of setting it for the whole project."""

import json
import os

import pytest

from tests.codemod.commands import put
from tests.codemod.tables import Case, changes, dedent, project, said_of, stays, table

SET = 'torchaudio.set_audio_backend("soundfile")\n'
CALL = "x = torchaudio.load(p)\n"
NAMED_CALL = 'x = torchaudio.load(p, backend="soundfile")\n'
MAIN = dedent("""
    import torchaudio
    import data
    torchaudio.set_audio_backend("soundfile")
    if __name__ == "__main__":
        data.read("a.wav")
""")
DATA = "import torchaudio\ndef read(p):\n    return torchaudio.load(p)\n"
NAMED = DATA.replace("load(p)", 'load(p, backend="soundfile")')
SOX = "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\n"
MOVED = {"main.py": MAIN.replace(SET, ""), "data.py": NAMED}
OTHER = "import data\nif __name__ == '__main__':\n    data.read('b.wav')\n"
ALONE = "import torchaudio\nif __name__ == '__main__':\n    print(torchaudio.load('b.wav'))\n"
MOCK = "from unittest.mock import patch\n@patch('data.torchaudio.load')\ndef test(load): ...\n"
DEFAULT = "import torchaudio\ndef f(p, load=torchaudio.load):\n    return load(p)\n"
GIVEN = "import torchaudio, data\ndef main(args):\n    torchaudio.set_audio_backend(args.backend)\n    data.read('a.wav')\n"
FETCHED = SOX + "from pkg.fetching import fetch\nx = torchaudio.load(fetch('a.wav'))\n"
FETCH = "import {0}\nimport torchaudio\ndef fetch(name):\n    return {0}.{1}\n"


def together(name: str, after: dict[str, str], says: str = "", /, **files: str) -> Case:
    """MAIN and DATA with files besides or in their place; those that become another, and words of what is said of the setter in main.py."""
    given = {"main.py": MAIN, "data.py": DATA, **{f"{file}.py": text for file, text in files.items()}}
    return project(name, given, after, says={"main.py": says} if says else {}, left={} if says else {"main.py": ()})


test_projects = table(
    together("one name goes to every call", MOVED),
    together(
        "one name goes to every call, without an import between the modules",
        {"main.py": "import torchaudio\n", "data.py": DATA.replace("load(p)", 'load(p, backend="sox")')},
        main=SOX,
    ),
    together("a module that another program runs without a backend", {}, "TAC102 this call also runs under other.py", other=OTHER),
    together("a program of its own keeps its calls", MOVED, alone=ALONE),
    together(
        "two programs with a name each",
        {"main.py": f"import torchaudio\n{NAMED_CALL}", "data.py": f"import torchaudio\n{NAMED_CALL.replace('soundfile', 'sox')}"},
        main=f"import torchaudio\n{SET}{CALL}", data=f"{SOX}{CALL}",
    ),
    together("a second name after all calls", {**MOVED, "two.py": "import torchaudio, main\n"}, two=f'import torchaudio, main\n{SET.replace("soundfile", "sox_io")}'),
    together("a mock in a test holds the whole project", {}, "test_data.py", test_data=MOCK),
    together(
        "a file object from another module holds sox", {}, "a file object is passed",
        main=MAIN.replace("soundfile", "sox_io"), caller="import io, data, torchaudio\ndef go():\n    data.read(io.BytesIO(b''))\n",
    ),
    together(
        "a default value in another module is bound before", {"main.py": "import torchaudio\nimport data\n"},
        main=f"import torchaudio\nimport data\n{SET}", data=DEFAULT,
    ),
    together(
        "calls of other modules while they are imported, before the setter", {**MOVED, "data.py": NAMED + "X = torchaudio.load('a.wav')\n"},
        data=DATA + "X = torchaudio.load('a.wav')\n",
    ),
    project(
        "--backend decides what cannot be read", {"main.py": GIVEN, "data.py": DATA},
        {"main.py": GIVEN.replace("    torchaudio.set_audio_backend(args.backend)\n", ""), "data.py": NAMED}, backend="soundfile",
    ),
    project(
        "what is worked out by a call does not go", {"a.py": f"import torchaudio\ntorchaudio.set_audio_backend(choose())\n{CALL}"},
        {"a.py": "import torchaudio\ntorchaudio.set_audio_backend(choose())\nx = torchaudio.load(p, backend=\"sox\")\n"},
        says={"a.py": "a call computes the name"}, backend="sox",
    ),
    project(
        "a path object from a function of another module is made a string",
        {"pkg/main.py": FETCHED, "pkg/fetching.py": FETCH.format("pathlib", "Path(name)")},
        {"pkg/main.py": "import torchaudio\nfrom pkg.fetching import fetch\nx = torchaudio.load(str(fetch('a.wav')), backend=\"sox\")\n"},
    ),
    project(
        "a file object from a function of another module holds sox",
        {"pkg/main.py": FETCHED.replace("x = torchaudio.load(fetch('a.wav'))", "blob = fetch('a.wav')\nx = torchaudio.load(blob)"),
         "pkg/fetching.py": FETCH.format("io", "BytesIO()")},
    ),
    project(
        "torchaudio that comes by way of another module holds the setter",
        {"pkg/deps.py": SOX.replace("torchaudio\ntorchaudio", "torchaudio as ta\nta"), "pkg/main.py": "import pkg.deps\nx = pkg.deps.ta.load('a.wav')\n"},
    ),
    project(
        "a function that comes by way of another module holds the setter",
        {"pkg/deps.py": f"{SOX}from torchaudio import load\n", "pkg/main.py": "from pkg.deps import load\nload('a')\n"},
    ),
)  # fmt: skip

LIBRARY = "import torchaudio\ndef load(p):\n    return torchaudio.load(p)\ndef warm():\n    load('a')\n"
LIBRARY_NAMED = LIBRARY.replace("load(p)\ndef", 'load(p, backend="soundfile")\ndef')


def before(name: str, main: str, /, *, stays: bool = False, library: str = "", **others: str) -> Case:
    """A call of the library before the setter of main.py: the library stays, and so does the setter, unless nothing comes after it."""
    files = {"main.py": main, "lib.py": LIBRARY + library, **{f"{file}.py": text for file, text in others.items()}}
    return project(name, files, {} if stays else {"main.py": main.replace(f"    {SET}", "").replace(SET, "")})


test_a_call_of_another_module_before_the_setter_names_nothing = table(
    before("called", f"import torchaudio\nimport lib\nlib.warm()\n{SET}lib.load('a')\n", stays=True),
    before("imported and called", f"import torchaudio\nfrom lib import warm as begin\nbegin()\n{SET}"),
    before("in main", f"import torchaudio\nimport lib\ndef main():\n    lib.warm()\n    {SET}if __name__ == '__main__':\n    main()\n"),
    before("in the program", f"import torchaudio\nimport lib\nif __name__ == '__main__':\n    lib.warm()\n    {SET}"),
    before("in a third module", f"import torchaudio\nimport third\n{SET}", third="import torchaudio\nimport lib\nlib.warm()\n"),
    before("in the library itself", f"import torchaudio\nimport lib\n{SET}", library="FIRST = load('a')\n", stays=True),
    before("in a class", f"import torchaudio\nimport lib\n{SET}", library="class C:\n    x = warm()\n"),
)

test_a_call_of_another_module_after_the_setter_is_governed = table(
    *(
        project(name, {**files, library: LIBRARY + more}, {path: files[path].replace(SET, "") for path in list(files)[:1]} | {library: LIBRARY_NAMED + more})
        for name, library, more, files in (
            ("called", "lib.py", "", {"main.py": f"import torchaudio\nimport lib\n{SET}lib.warm()\n"}),
            ("another load before it", "lib.py", "", {"main.py": f"import torchaudio\nimport lib, yaml\nx = yaml.load(1)\n{SET}lib.warm()\n"}),
            ("in its package", "pkg/lib.py", "FIRST = load('a')\n", {"pkg/__init__.py": f"import torchaudio\n{SET}from . import lib\n"}),
            ("set by a third", "lib.py", "", {"set.py": f"import torchaudio\n{SET}", "run.py": "import set, lib, torchaudio\nlib.warm()\n"}),
        )
    )
)  # fmt: skip

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


test_in_a_function_that_the_program_calls_as_it_starts = table(
    changes("a function called by main", *route()),
    changes("a program that starts without asking", *route(start="main()")),
    changes("the value of main is used", *route(start='if __name__ == "__main__":\n    raise SystemExit(main())')),
    stays("a call before the setup", route(early="read('b.wav')")[0], "TAC103"),
    stays("nobody starts it", route(start="")[0], "TAC103"),
    stays("started under a condition", route(start="if ready:\n    main()")[0], "TAC103"),
    changes(
        "a call that runs before main does",
        f"import torchaudio\ndef main():\n    {SET}    return torchaudio.load('b')\n{CALL}if __name__ == '__main__':\n    main()\n",
        "import torchaudio\ndef main():\n    return torchaudio.load('b', backend=\"soundfile\")\n"
        f"{CALL}if __name__ == '__main__':\n    main()\n",
    ),
)

TOO = "import torchaudio\n{}def read(p):\n    return torchaudio.load(p)\n"
FIRST = "FIRST = torchaudio.load('a')\n"
OTHERS = f"def begin(worker):\n    {SET}import yaml\nyaml.load(1)\n{FIRST}"
TRIED = f"def begin(worker):\n    try:\n        {SET}    except RuntimeError:\n        stop()\n"


def too(name: str, begin: str, after: str, *left: str) -> Case:
    """A function of another file that sets a backend too, and what becomes of that."""
    return project(
        name,
        {"main.py": MAIN, "data.py": TOO.format(begin)},
        {**MOVED, "data.py": NAMED.replace("def", f"{after}def")},
        left={"data.py": left},
    )


test_a_function_that_sets_too = table(
    too("the same goes with the setter", f"def begin(worker):\n    {SET}", "def begin(worker):\n    pass\n"),
    too("who minds a failure stays", TRIED, TRIED, "TAC103"),
    too("after a call of its module", f"{FIRST}def begin(worker):\n    {SET}", f"{FIRST}def begin(worker):\n    pass\n"),
    too("before a call of its module, and others run in between", OTHERS, OTHERS, "TAC103"),
    *(
        project(
            f"{name}, which Python loads",
            {"main.py": "import torchaudio\ntorchaudio.load('a', backend='sox')\n", name: f"import torchaudio\n{SET}"},
            says={name: "code that is not followed may load this file"},
        )
        for name in ("sitecustomize.py", "usercustomize.py")
    ),
    project(
        "another name stays", {"main.py": MAIN, "data.py": TOO.format("def begin(worker):\n    torchaudio.set_audio_backend('sox_io')\n")},
        left={"main.py": ["TAC102"], "data.py": ["TAC103"]},
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("target", "link", "statement"),
    [
        ("data.py", "t.py", "import t"),
        ("pkg", "other", "import other.data"),
        (os.path.dirname(json.__file__), "json", "import json.tool"),
        ("left/out", "out", "from out.data import read"),
    ],
    ids=["another name", "a folder with another name", "a folder outside", "a folder that .gitignore excludes"],
)
def test_a_link_to_what_is_not_read_under_its_name_is_told(target: str, link: str, statement: str) -> None:
    put({"data.py": SOX, "pkg/data.py": SOX, ".gitignore": "left/\n", "left/out/data.py": SOX})
    put({"main.py": f"import torchaudio\ntorchaudio.set_audio_backend('soundfile')\n{statement}\n"})
    os.symlink(target, link)
    assert any("this imports a link, whose file is not read under this name" in one for one in said_of())


def test_a_link_with_the_name_of_its_file_is_not_told() -> None:
    put({"pkg/data.py": SOX, "main.py": "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\nimport data\ntorchaudio.load('a')\n"})
    os.symlink("pkg/data.py", "data.py")
    assert not said_of()
