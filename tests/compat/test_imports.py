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
        "import compat.io; from compat.io import StreamReader, StreamWriter, AudioEffector, CodecConfig, play_audio",
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
