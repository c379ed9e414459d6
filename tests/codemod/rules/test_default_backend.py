"""TAC139: The release chooses the backend."""

import pytest

from compat.codemod.run.session import run
from compat.codemod.source.options import Options
from tests.codemod.commands import put

LOAD = "import torchaudio\nx = torchaudio.load('a.mp3')\n"
SAVE = "import torchaudio\ntorchaudio.save('a.wav', x, 8000)\n"
TRIED = """
import torchaudio
try:
    x = torchaudio.load(p, offset=3)
except TypeError:
    x = torchaudio.load(p, frame_offset=3)
"""
SET = "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\n"


@pytest.mark.parametrize(
    ("files", "target", "said"),
    [
        ({"a.py": LOAD}, "2.2", ["2.2 takes FFmpeg first"]),
        ({"a.py": LOAD}, "2.1", ["2.1 takes FFmpeg first"]),
        ({"a.py": LOAD}, "2.9", ["2.9 takes TorchCodec"]),
        ({"a.py": LOAD, "b.py": LOAD, "c/d.py": LOAD}, "2.2", ["takes FFmpeg first"]),
        ({"a.py": LOAD, "b.py": SAVE}, "2.2", ["saves float32 as 16-bit wav"]),
        ({"a.py": LOAD, "requirements.txt": "torchaudio==0.13.1\n"}, "2.2", ["takes FFmpeg first"]),
        ({"a.py": LOAD, "requirements.txt": "torchaudio>=2.0\n"}, "2.2", ["takes FFmpeg first"]),
        ({"a.py": LOAD, "requirements.txt": "torchaudio>=2.1\n"}, "2.2", []),
        ({"a.py": LOAD, "b.py": SET}, "2.2", ["2.0 takes libsox"]),
        ({"a.py": f"{SET}{LOAD}"}, "2.2", []),
        ({"a.py": f"{SET}{LOAD}"}, "2.9", ["2.9 takes TorchCodec, whatever backend was set or named"]),
        ({"a.py": "from torchaudio.backend import sox_io_backend as s\nx = s.load(p)\n"}, "2.9", ["whatever backend was set or named"]),
        ({"a.py": LOAD, "run.sh": "export TORCHAUDIO_USE_BACKEND_DISPATCHER=1\npython a.py\n", "b.py": SET}, "2.2", []),
        ({"a.py": LOAD.replace("'a.mp3'", "'a.mp3', backend='ffmpeg'")}, "2.2", []),
        ({"a.py": LOAD.replace("'a.mp3'", "**arguments")}, "2.2", []),
        ({"a.py": LOAD.replace("'a.mp3'", "**arguments")}, "2.9", ["2.9 takes TorchCodec"]),
        ({"a.py": "from torchaudio import load\nx = load(p)\n"}, "2.2", ["takes FFmpeg first"]),
        ({"a.py": "import torchaudio\nxs = map(torchaudio.load, names)\n"}, "2.2", ["takes FFmpeg first"]),
        ({"a.py": f"{SET}xs = map(torchaudio.load, names)\n"}, "2.9", ["2.9 takes TorchCodec"]),
        ({"a.py": "from torchaudio import load\nLOADERS = {'wav': load}\n"}, "2.2", ["takes FFmpeg first"]),
        ({"a.py": "import functools, torchaudio\nx = functools.partial(torchaudio.load, backend='sox')\n"}, "2.2", []),
        ({"a.py": f"{SET}x = torchaudio.info('a.mp3')\n"}, "2.9", ["compat.info asks FFmpeg first"]),
        ({"a.py": "import torchaudio, compat\nx = compat.info('a.mp3', backend='sox')\n"}, "2.9", []),
        ({"a.py": TRIED}, "2.2", ["takes FFmpeg first"]),
        ({"a.py": "import torchaudio.functional\n"}, "2.2", []),
        ({"a.py": LOAD.replace("load(", "load(  # compat: ignore\n ")}, "2.2", []),
    ],
)
def test_it_is_said_once_where_the_project_leaves_the_choice(files: dict[str, str], target: str, said: list[str]) -> None:
    put(files)
    result = run(Options(paths=(".",), target=target, check=True))
    reasons = [finding.reason for file in result.files for finding in file.left if finding.rule == "TAC139"]
    assert len(reasons) == len(said), reasons
    assert all(words in reason for words, reason in zip(said, reasons, strict=True))


@pytest.mark.parametrize(
    ("target", "advice"), [("2.2", 'write backend="sox" into the calls'), ("2.9", "call compat.load, compat.save and compat.info")]
)
def test_what_keeps_the_old_samples_is_said(target: str, advice: str) -> None:
    put({"a.py": LOAD})
    found = [one.advice for file in run(Options(paths=(".",), target=target, check=True)).files for one in file.left]
    assert len(found) == 1
    assert advice in found[0]
