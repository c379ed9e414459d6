"""What a test of the release gives under a target: the arm for others than the target is left."""

import pytest

from compat.codemod.source.module import Module
from compat.codemod.uses import release_tests

HEAD = "import sys\nimport torch\nimport torchaudio\nfrom packaging import version\n"


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
        ('tuple(map(int, torchaudio.__version__.split(".")[:2])) <= (2, 2)', True),
        ('tuple(map(int, torchaudio.__version__.split(".")[:3])) >= (2, 1)', True),
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
