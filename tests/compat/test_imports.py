"""What is imported when, told by processes of their own."""

import pathlib
import zipfile

import pytest

from tests.codemod.commands import put
from tests.conftest import ASSETS, ROOT, Python, printed
from tests.tables import table

_HEAVY = "print([m for m in ('torch', 'numpy', 'av', 'soundfile', 'torchaudio', 'rich', 'elftools') if m in sys.modules])"


@pytest.mark.parametrize(
    "code",
    [
        "import compat",
        "import compat.auto",
        "import compat.cli",
        "import compat.operators, compat.operators.ops.refused",
        "import compat.diagnosis.explain as explain; explain.import_failure('undefined symbol: _ZN'); assert 'cffi' not in sys.modules",
        "import compat; compat.release('2.0')",
        "import compat; compat.standin('2.2')",
        "import compat; compat.install('2.0'); del sys.modules['torchaudio']",
        "import compat; compat.install('2.9'); del sys.modules['torchaudio']",
    ],
)
def test_nothing_heavy_is_imported(python: Python, code: str) -> None:
    """Torch and the decoders come with the first call."""
    assert python(code=f"import sys; {code}; {_HEAVY}").stdout.strip() == "[]"


def test_the_package_itself_is_next_to_nothing(python: Python) -> None:
    """Not even the larger modules of Python come with it, of which a few would cost more than ten milliseconds."""
    code = "import sys; before = set(sys.modules); import compat; print(*sorted(set(sys.modules) - before))"
    alone = python("-S", "-E", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}")
    assert alone.stdout.split() == ["__future__", "compat"], alone.stderr


def test_a_broken_torchaudio_is_replaced_and_the_reason_told(forked: Python) -> None:
    """Where its Python part is damaged, what its import said stands in the error for what the stand-in lacks."""
    put({
        "torchaudio/__init__.py": "from torchaudio import _extension, functional\n",
        "torchaudio/_extension.py": "raise OSError('undefined symbol: _ZN3c10')\n",
        "torchaudio/functional.py": "def lfilter(:\n",
    })  # fmt: skip
    code = (
        "import compat, sys; t = compat.install('2.0', backends=['soundfile']); print(t.__version__, t.get_audio_backend())\n"
        "import torchaudio._extension as e; print(e._IS_RIR_AVAILABLE)\n"
        "try:\n    from torchaudio import datasets\n"
        "except ImportError as why:\n    print(why)\n"
    )
    done = forked(code=code)
    assert done.stdout.splitlines()[:2] == ["2.0.2+compat soundfile", "False"], done.stderr
    assert "SyntaxError: invalid syntax (functional.py, line 1)" in done.stdout
    assert "compat.doctor" in done.stdout


@table(
    "libsox, backend, words",
    {
        "there": pytest.param("", "sox_io", [], marks=pytest.mark.libsox),
        "not there": (
            "/nonexistent/libsox.so",
            "soundfile",
            ["old.py:2: CompatWarning: soundfile takes the place of sox_io", "/nonexistent/libsox.so"],
        ),
    },
)
def test_without_libsox_soundfile_takes_its_place(libsox: str, backend: str, words: list[str], python: Python) -> None:
    """A script that asks for sox_io runs under 2.0, and says what it runs on."""
    put({"old.py": "import torchaudio\ntorchaudio.set_audio_backend('sox_io')\nprint(torchaudio.get_audio_backend())\n"})
    done = python("-m", "compat.run", "--version", "2.0", "old.py", **({"TORCHAUDIO_COMPAT_LIBSOX": libsox} if libsox else {}))
    assert done.stdout.strip() == backend, done.stderr
    assert all(each in done.stderr for each in words)
    assert bool(done.stderr) == bool(words)


_TOPS = """
import torchaudio
import torchaudio as ta
import torchaudio.backend.sox_io_backend
import torchaudio.backend.soundfile_backend as sf
import torchaudio.sox_effects as ta_sox
import torchaudio.kaldi_io
import torchaudio.utils.sox_utils
from torchaudio import load, save, info
from torchaudio.backend import sox_io_backend, soundfile_backend, no_backend
from torchaudio.backend.common import AudioMetaData
from torchaudio.backend.utils import set_audio_backend, get_audio_backend, list_audio_backends
from torchaudio.sox_effects import apply_effects_tensor, apply_effects_file, effect_names
from torchaudio.utils import sox_utils, ffmpeg_utils
from torchaudio._backend.utils import get_available_backends
from torchaudio._extension import _IS_TORCHAUDIO_EXT_AVAILABLE, fail_if_no_sox
from torchaudio._internal import module_utils
from torchaudio._internal.module_utils import is_module_available, requires_module
from torchaudio.transforms import Resample
from torchaudio.functional import resample
from torchaudio.io import StreamReader, StreamWriter, play_audio
from torchaudio.utils.sox_utils import set_buffer_size
from torchaudio.kaldi_io import read_mat_ark
"""


@pytest.mark.parametrize("release", ["2.0", "2.1"])
def test_the_tops_of_old_scripts_import(forked: Python, release: str) -> None:
    """Every name that public code was seen to import."""
    later = "" if release == "2.0" else "from torchaudio.io import AudioEffector, CodecConfig"
    printed(forked(code=f"import compat; compat.install({release!r})\n{_TOPS}\n{later}", PYTHONWARNINGS="ignore"))


@pytest.mark.parametrize("call", ["load('x.wav')", "load('x.wav', backend='soundfile')"])
def test_errors_quote_the_doctor(python: Python, call: str) -> None:
    """Where no backend, or not the one that is named, works: the reason, and the command for this very interpreter."""
    put(dict.fromkeys(("av.py", "soundfile.py"), "raise ImportError('planted')\n"))
    code = f"import compat, sys\ntry:\n    compat.standin('2.2').{call}\nexcept (RuntimeError, ValueError) as why:\n    print(why)\nprint(sys.executable)"
    said, executable = python(code=code, PATH="", TORCHAUDIO_COMPAT_LIBSOX="/nonexistent").stdout.splitlines()
    assert f"{executable} -m pip install soundfile" in said.replace("'", "").replace('"', "")
    assert "planted" in said


def test_it_runs_out_of_a_zip_file(python: Python, tmp_path: pathlib.Path) -> None:
    """Of which a program made by zipapp or PyInstaller is a kind: its data files are no files on the disk."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        for package in ("compat", "dispatcher", "legacy"):
            for file in (ROOT / package).rglob("*.*"):
                if file.suffix != ".pyc":
                    packed.write(file, file.relative_to(ROOT))
    code = f"""
import sys; sys.path.insert(0, {str(tmp_path / "all.zip")!r})
import compat; torchaudio = compat.install("2.0")
print(torchaudio.load({str(ASSETS / "stereo_16.flac")!r})[1])
import torchaudio.backend.sox_io_backend, torchaudio.io
try: torchaudio.transforms.Spectrogram
except AttributeError as why: print("pip install torchaudio" in str(why))
from compat.audit.reporting import page
from compat.codemod.reporting import page, refusals
from compat.diagnosis import explain, mends, pairs
from compat.doctor import registry, structured
from compat.doctor.checks import variables
print(*map(bool, (refusals.refusals(), explain.table(), mends.library("libpng.so"), pairs.table(), registry.checks(), structured.schema(), variables.table())))
"""
    assert printed(python(code=code)).split() == ["16000", *["True"] * 8]
