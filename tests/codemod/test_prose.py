"""Old names outside Python's reach: YAML, shell, strings that are looked up, types in strings."""

from tests.codemod.commands import commands, row
from tests.codemod.tables import changes, said, stays, table

# a file, and words that are said of it; it stays as it is
FILES = (
    ("conf.yaml", "loader:\n  _target_: torchaudio.backend.sox_io_backend.load\n", "conf.yaml:2:13: TAC133 torchaudio.backend"),
    ("conf.yml", "meta: torchaudio.backend.common.AudioMetaData\n", "common.AudioMetaData"),
    ("run.sh", 'python - <<EOF\nimport torchaudio\ntorchaudio.load_wav("x")\nEOF\n', "run.sh:3:1: TAC133 torchaudio.load_wav"),
    ("run.sh", "python - <<'EOF'\nfrom torchaudio import load, load_wav\nEOF\n", "run.sh:2:30: TAC133 torchaudio.load_wav"),
    ("run.sh", "python -c 'import torchaudio; torchaudio.load(filepath=\"a\")'\n", "filepath= is a TypeError"),
    ("conf.yaml", "_target_: torchaudio.load\nnum_frames: 3\nfilepath: a.wav\n", "conf.yaml:3:1: TAC133 filepath="),
    ("conf.yaml", "a:\n  _target_: torchaudio.load\nb:\n  filepath: a.wav\n", ""),
    ("conf.yaml", "a:\n  _target_: torchaudio.load\n  num_frames: 3\n  filepath: a.wav\n", "conf.yaml:4:3: TAC133 filepath="),
    ("conf.json", '{"_target_": "torchaudio.backend.soundfile_backend.info"}\n', "soundfile_backend.info"),
    ("Makefile", "wav:\n\tpython -c 'import torchaudio; torchaudio.initialize_sox()'\n", "torchaudio.initialize_sox"),
    ("setup.cfg", "reader = torchaudio.backend.sox_backend.load\n", "torchaudio.backend.sox_backend.load"),
    ("run.sh", "python -c 'import torchaudio; torchaudio.load(\"a\")'\n", ""),
    ("conf.yaml", "_target_: torchaudio.transforms.Resample\nurl: https://pytorch.org/audio/torchaudio.backend.html\n", ""),
    ("conf.yaml", "_target_: mytorchaudio.load_wav\n", ""),
    ("pyproject.toml", '[[tool.mypy.overrides]]\nmodule = "torchaudio.backend.*"\nignore_errors = true\n', ""),
    ("setup.cfg", "[mypy-torchaudio.backend.utils]\nignore_errors = true\n", ""),
    ("conf.toml", 'reader = "torchaudio.backend.sox_io_backend.load"\n', "conf.toml:1:11: TAC133 torchaudio.backend"),
    ("run.sh", "python -c 'torchaudio.load_wav(1)'  # compat: ignore\n", ""),
    ("fast.pyx", "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\n", "fast.pyx:2:12: TAC133 set_audio_backend"),
)
test_files_that_are_not_python = commands(
    *(
        row(
            f"{number}: {name} for {target}",
            f"--format concise --fail-on any --target {target} .",
            {name: text},
            int(bool(words)),
            words,
            never="" if words else "TAC",
        )
        for target in ("2.2", "2.9")
        for number, (name, text, words) in enumerate(FILES)
    )
)

# they may load what the project has, under another backend
SETTERS = {
    "run.sh": "python - <<EOF\nimport lib, torchaudio\ntorchaudio.set_audio_backend('sox_io')\nlib.read('a')\nEOF\n",
    "Makefile": "all:\n\tpython -c \"import lib, torchaudio; torchaudio.set_audio_backend('sox_io')\"\n",
    ".github/workflows/ci.yml": "run: |\n  python -c 'import torchaudio as ta, lib; ta.set_audio_backend(lib.OTHER)'\n",
    "conf.yaml": "setup:\n  _target_: torchaudio.set_audio_backend\n  backend: sox_io\n",
    "start.sh": "python -c \"from torchaudio import set_audio_backend as s; s('sox_io')\"\n",
    "fast.pyx": "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\n",
}
USERS = {
    "conf.yml": "reader:\n  _target_: torchaudio.load\n  frame_offset: 3\n",
    "conf.json": '{"_target_": "torchaudio.info", "format": "wav"}\n',
    "other.py": 'import torchaudio\nreader = {"_target_": "torchaudio.load"}\n',
}
LIB = "import torchaudio\ntorchaudio.set_audio_backend('soundfile')\ndef read(p):\n    return torchaudio.load(p)\n"
NAMED = 'import torchaudio\ndef read(p):\n    return torchaudio.load(p, backend="soundfile")\n'
test_what_they_set = commands(
    *(
        row(f"{name} sets one", ".", {name: text, "lib.py": LIB}, 1, "code that may load is not read", "TAC133")
        for name, text in SETTERS.items()
    ),
    *(row(f"{name} calls by a name", ".", {name: text, "lib.py": LIB}, 1, "TAC101 ") for name, text in USERS.items()),
    row(
        "a key is no such name",
        ".",
        {"other.py": 'import torchaudio\nx = {"torchaudio.info": 1}["torchaudio.info"]\n', "lib.py": LIB},
        0,
        after={"lib.py": NAMED},
    ),
    *(
        row(f"{name} sets none", ".", {name: text, "lib.py": LIB}, 1, says, after={"lib.py": NAMED})
        for name, text, says in (
            ("pytest.ini", "[pytest]\nfilterwarnings = ignore:torchaudio.set_audio_backend has been deprecated\n", "TAC133"),
            ("conf.yaml", "model: a  # a comment\n# as in torchaudio.set_audio_backend\n", "TAC133"),
        )
    ),
    row("another file sets none", ".", {"run.sh": "python -c 'import torchaudio, lib'\n", "lib.py": LIB}, 0, after={"lib.py": NAMED}),
)

# what is there up to 2.8, and words that are said of it for 2.9
LOST_BY_NINE = (
    ("_target_: torchaudio.info\n", "torchaudio.info"),
    ("_target_: torchaudio.io.StreamReader\n", "compat.io"),
    ("_target_: torchaudio.sox_effects.apply_effects_tensor\n", "torchaudio.sox_effects"),
    ("_target_: torchaudio.prototype.pipelines.VGGISH\n", "torchaudio.prototype"),
    ("x: torchaudio.AudioMetaData\n", "AudioMetaData"),
)
test_what_nine_lost_in_yaml = commands(
    *(row(f"{text} stays in 2.8", "--fail-on any .", {"conf.yaml": text}, 0, never="TAC") for text, _ in LOST_BY_NINE),
    *(row(f"{text} is lost", "--fail-on any --target 2.9 .", {"conf.yaml": text}, 1, word) for text, word in LOST_BY_NINE),
)


def of_a_class(name: str, line: str) -> object:
    head = "from typing import *\nimport torchaudio\n"
    after = "from typing import *\nimport torchaudio\nimport compat\n"
    return changes(
        name, head + line, after + line.replace("torchaudio.backend.common", "compat").replace("torchaudio", "compat"), target="2.9"
    )


test_types_in_strings = table(
    *(
        of_a_class(name, line)  # type: ignore[arg-type]
        for name, line in (
            ("Optional", 'Meta = Optional["torchaudio.AudioMetaData"]\n'),
            ("Union", 'Meta = Union[int, "torchaudio.AudioMetaData"]\n'),
            ("a dict", 'Meta = Dict[str, "torchaudio.AudioMetaData"]\n'),
            ("inside another string", 'Meta = List["Optional[torchaudio.AudioMetaData]"]\n'),
            ("a bound", 'T = TypeVar("T", bound="torchaudio.AudioMetaData")\n'),
            ("a cast", 'x = cast("torchaudio.AudioMetaData", y)\n'),
            ("a new type", 'M = NewType("M", "torchaudio.AudioMetaData")\n'),
            ("a reference", 'M = ForwardRef("torchaudio.AudioMetaData")\n'),
            ("in an annotation", 'def f(x: Optional["torchaudio.AudioMetaData"]) -> "List[torchaudio.AudioMetaData]": ...\n'),
            ("by its old path", 'Meta = Optional["torchaudio.backend.common.AudioMetaData"]\n'),
        )
    ),
    stays("a key is no type", 'import torchaudio\nx = names["torchaudio.AudioMetaData"]\n', target="2.9"),
)

test_strings_that_are_looked_up = table(
    *(
        said(name, f"a string names {path}", f"import torchaudio\n{line}\n", target)
        for name, line, path, target in (
            ("a target of Hydra", 'cfg = {"_target_": "torchaudio.info"}', "torchaudio.info", "2.9"),
            ("a target of Hydra, moved", 'cfg = {"_target_": "torchaudio.backend.sox_io_backend.load"}', "torchaudio.backend", "2.2"),
            ("located", 'f = locate("torchaudio.load_wav")', "torchaudio.load_wav", "2.2"),
            ("a method of Hydra", 'f = get_method(path="torchaudio.sox_effects.effect_names")', "torchaudio.sox_effects", "2.9"),
            ("a list", 'NAMES = ["torchaudio.load", "torchaudio.set_audio_backend"]', "torchaudio.set_audio_backend", "2.2"),
            ("an item", 'cfg._target_ = "torchaudio.AudioMetaData"', "torchaudio.AudioMetaData", "2.9"),
        )
    ),
    *(
        stays(name, f"import torchaudio, logging\n{line}\n", target="2.9")
        for name, line in (
            ("what is there", 'cfg = {"_target_": "torchaudio.load"}'),
            ("a module that is there", 'cfg = {"_target_": "torchaudio.transforms.Resample"}'),
            ("a logger", 'logging.getLogger("torchaudio.backend")'),
            ("a sentence", 'print("torchaudio.info is slow")'),
            ("another package", 'cfg = {"_target_": "mytorchaudio.info"}'),
        )
    ),
    *(
        stays(name, line, target=target)
        for target in ("2.2", "2.9")
        for name, line in (
            (
                f"asked whether it is there, {target}",
                "import importlib\ntry:\n    importlib.import_module('torchaudio')\nexcept ImportError:\n    pass\n",
            ),
            (f"a test that needs it, {target}", "import pytest\npytest.importorskip('torchaudio')\n"),
            (f"by the builtin, {target}", "__import__('torchaudio')\n"),
        )
    ),
)

test_a_backend_given_to_info = table(
    *(
        stays(f"{name}, {target}", f"import {module}\n{line.replace('CALL', call)}\n", "TAC128", target=target)
        for target, module, call in (("2.2", "torchaudio", "torchaudio.load"), ("2.9", "compat", "compat.info"))
        for name, line in (
            ("a name", "NAME = 'sox_io'\nx = CALL(p, backend=NAME)"),
            ("a name with a type", "NAME: str = 'sox_io'\ndef f(p):\n    return CALL(p, backend=NAME)"),
            ("a default", "def f(p, backend='sox_io'):\n    return CALL(p, backend=backend)"),
            ("a keyword's default", "def f(p, *, a=1, backend='sox_io'):\n    return CALL(p, backend=backend)"),
        )
    ),
    stays("another name", "import torchaudio\ndef f(p, a='sox_io', backend='sox'):\n    return torchaudio.load(p, backend=backend)\n"),
    changes(
        "which this package serves at 2.9",
        "import torchaudio\nx = torchaudio.info(p, backend='sox_io')\n",
        "import torchaudio\nimport compat\nx = compat.info(p, backend='sox')\n",
        target="2.9",
    ),
    changes(
        "imported by name",
        'from torchaudio import info\nx = info(p, backend="sox_io")\n',
        'from compat import info\nx = info(p, backend="sox")\n',
        target="2.9",
    ),
    changes(
        "moved already",
        "import torchaudio\nimport compat\nx = compat.info(p, backend='sox_io')\n",
        "import torchaudio\nimport compat\nx = compat.info(p, backend='sox')\n",
        target="2.9",
    ),
)

SAVE = "import torchaudio\ntorchaudio.save(p, w, 16000, {})\n"
test_compression_is_a_bit_rate_at_nine = table(
    *(
        said(given, says, SAVE.format(given), "2.9")
        for given, says in (
            ("compression=128", "Write compression=128000 for mp3"),
            ("compression=-4.5", "the intended bit rate"),
            ("compression=8, format='flac'", "2.9 reads compression as a bit rate"),
            ("compression=c", "2.9 reads compression as a bit rate"),
            ("compression=128, backend='sox'", "2.9 reads compression as a bit rate"),
            ("**{'compression': 128}", "a key of a dict"),
        )
    ),
    *(stays(given, SAVE.format(given), target="2.9") for given in ("compression=None", "compression=128000", "True")),
    changes("by its position", SAVE.format("True, 128"), SAVE.format("True, compression=128"), "TAC137", target="2.9"),
)
