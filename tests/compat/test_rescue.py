"""A torchaudio whose compiled part does not load: small ones that fail as real ones do.

Real wheels are tried in ``tests/compat/real``.
"""

import functools
import importlib
import pathlib
import sys
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import compat
from compat import operators
from compat.dropin.first_import import FirstImport
from tests.codemod.commands import put
from tests.compat.conftest import Plant
from tests.conftest import Python
from tests.tables import table

Broken = Callable[..., pathlib.Path]
_TOP = """
from . import _extension, functional
from ._internal import module_utils
from .version import __version__
"""
_WORKING = "_IS_TORCHAUDIO_EXT_AVAILABLE = True\n_SOX_INITIALIZED = {sox}\n_FFMPEG_INITIALIZED = {ffmpeg}\n"
_FUNCTIONAL = """
import torch
from torchaudio._extension import _IS_TORCHAUDIO_EXT_AVAILABLE
if _IS_TORCHAUDIO_EXT_AVAILABLE:
    overdrive_loop = torch.ops.torchaudio._overdrive_core_loop
"""
_PLAIN = {"functional": ""}


@pytest.fixture
def broken(plant: Plant) -> Callable[..., pathlib.Path]:
    """Plant a torchaudio whose ``_extension`` is the given text, with other files besides or in the place of its own."""

    def make(extension: str, files: dict[str, str] | None = None) -> pathlib.Path:
        empty = dict.fromkeys((f"{folder}/__init__" for folder in ("_internal", "io", "sox_effects", "utils")), "")
        whole = {
            "__init__": _TOP,
            "_extension": extension,
            "_internal/module_utils": "import warnings\n",
            "functional": _FUNCTIONAL,
            "version": "__version__ = '2.2.2+cu121'\ngit_version = 'abc'\n",
        }
        return plant({**empty, **whole, **(files or {})})

    return make


COMPILED_PART_FAILS = {
    "an undefined symbol": "raise OSError('libtorchaudio.so: undefined symbol: _ZN3c105ErrorE')",
    "a library of CUDA is missing": "raise OSError('libcudart.so.13: cannot open shared object file: No such file or directory')",
    "no lib": "import torchaudio.lib._torchaudio",
    "another version of CUDA": "raise RuntimeError('PyTorch and TorchAudio were compiled with different CUDA versions.')",
    "a module of C that does not import": "raise ImportError('DLL load failed while importing _torchaudio')",
    "an operator that nobody registered": "import torch; torch.ops.torchaudio.cuda_version()",
    "half done": "import os\n_IS_TORCHAUDIO_EXT_AVAILABLE = True\nraise OSError('wrong ELF class: ELFCLASS32')",
}


@pytest.mark.parametrize("extension", COMPILED_PART_FAILS.values(), ids=COMPILED_PART_FAILS)
def test_its_python_part_is_imported(broken: Broken, extension: str) -> None:
    root = broken(extension)
    torchaudio = compat.install("2.0")
    assert torchaudio.__file__ == str(root / "__init__.py")
    assert callable(torchaudio.functional.overdrive_loop)
    assert torchaudio._extension._IS_ALIGN_AVAILABLE
    assert torchaudio._extension.torchaudio is torchaudio


PYTHON_PART_IS_DAMAGED = {
    "a syntax error": {"functional": "def lfilter(:"},
    "a file that is not there": {"functional": "from torchaudio import filtering_is_gone"},
    "cut off": {"functional": "def lfilter(waveform,"},
    "another package is not there": {"functional": "import surely_not_installed"},
    "null bytes": {"functional": "x = 1\0"},
}


@pytest.mark.parametrize("files", PYTHON_PART_IS_DAMAGED.values(), ids=PYTHON_PART_IS_DAMAGED)
@pytest.mark.parametrize(
    "extension", [COMPILED_PART_FAILS["an undefined symbol"], _WORKING.format(sox=False, ffmpeg=False)], ids=["both", "alone"]
)
def test_a_damaged_python_part_makes_a_standin_with_that_reason(broken: Broken, files: dict[str, str], extension: str) -> None:
    broken(extension, files)
    with warnings.catch_warnings(action="error"):
        torchaudio = compat.install("2.0")
    assert torchaudio.list_audio_backends()
    with pytest.raises(AttributeError, match=r"SyntaxError|filtering_is_gone|surely_not_installed|null bytes") as why:
        torchaudio.datasets
    assert "undefined symbol" not in str(why.value)
    assert not [finder for finder in sys.meta_path if "rescue" in type(finder).__module__]


def test_a_library_that_is_cut_off_is_not_loaded(broken: Broken) -> None:
    """The loader would end the process with SIGBUS, so the file is looked at before."""
    import soundfile

    root = broken("import os; os.kill(os.getpid(), 7)")
    (root / "lib").mkdir()
    whole = next(path for path in pathlib.Path(soundfile.__file__).parent.rglob("*.so"))
    (root / "lib" / "_torchaudio.so").write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    with pytest.warns(compat.RescueWarning, match=r"_torchaudio\.so: file too short"):
        compat.install("2.2")


@pytest.mark.parametrize("extension", [COMPILED_PART_FAILS["no lib"], _WORKING.format(sox=True, ffmpeg=False)], ids=["rescued", "real"])
def test_an_extension_for_ffmpeg_that_is_cut_off_is_not_loaded(broken: Broken, extension: str) -> None:
    """Of 2.2 to 2.8 it lies in torio, and the import asks whether it is there."""
    root = broken(extension, {**_PLAIN, "io/__init__": "theirs = True"})
    lazy = "class Lazy:\n    def is_available(self):\n        import os; os.kill(os.getpid(), 7)\ndef lazy_import_ffmpeg_ext(): return Lazy()\n"
    put({"torio/__init__.py": "", "torio/_extension.py": lazy, "torio/lib/_torio_ffmpeg6.so": b"\x7fELF\x02\x01"}, root.parent)
    with (root / "__init__.py").open("a") as file:
        file.write("from torio import _extension as streams\nstreams.lazy_import_ffmpeg_ext().is_available()\n")
    torchaudio = compat.install("2.2")
    assert not hasattr(torchaudio.io, "theirs")


def test_the_warning_points_at_the_import_where_a_release_waits_for_it(broken: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    """``compat.run`` and ``TORCHAUDIO_COMPAT_AUTO`` install a release inside of the import."""
    broken(COMPILED_PART_FAILS["no lib"])
    monkeypatch.setattr(sys, "meta_path", [FirstImport(functools.partial(compat.install, "2.0")), *sys.meta_path])
    with pytest.warns(compat.RescueWarning) as seen:
        import torchaudio  # noqa: F401
    assert [warning.filename for warning in seen] == [__file__]


def test_one_warning_names_cause_and_mend_and_what_works(broken: Broken) -> None:
    broken(COMPILED_PART_FAILS["a library of CUDA is missing"])
    with warnings.catch_warnings(record=True, action="always") as seen:
        compat.install("2.0")
        compat.install("2.2")
        with compat.pinned("2.1"):
            pass
    (told,) = seen
    assert told.category is compat.RescueWarning
    assert told.filename == __file__
    for words in (
        "libcudart.so.13",
        "torchaudio",
        "Works: transforms",
        "forced_align",
        "Does not work: functional.compute_kaldi_pitch, ",
        "pip install",
    ):
        assert words in str(told.message)


def test_what_works_is_left_alone(broken: Broken) -> None:
    """A compiled part that loads is used; neither operators nor a warning come."""
    broken(_WORKING.format(sox=True, ffmpeg=True), _PLAIN)
    with warnings.catch_warnings(action="error"):
        torchaudio = compat.install("2.0")
    assert torchaudio._extension._IS_TORCHAUDIO_EXT_AVAILABLE
    assert not operators.registered()
    assert torchaudio.sox_effects.__file__


@pytest.mark.parametrize("sox", [True, False])
@pytest.mark.parametrize("ffmpeg", [True, False])
def test_a_submodule_that_does_not_work_gives_way_to_ours(broken: Broken, sox: bool, ffmpeg: bool) -> None:
    """The core loads, and an extension behind whole submodules does not: they count as not there."""
    broken(
        _WORKING.format(sox=sox, ffmpeg=ffmpeg),
        {**_PLAIN, **dict.fromkeys(("sox_effects/__init__", "utils/sox_utils", "utils/ffmpeg_utils", "io/__init__"), "theirs = True")},
    )
    torchaudio = compat.install("2.2")
    for name in ("io", "sox_effects", "utils.ffmpeg_utils", "utils.sox_utils"):
        importlib.import_module(f"torchaudio.{name}")
    assert [hasattr(module, "theirs") for module in (torchaudio.sox_effects, torchaudio.utils.sox_utils)] == [sox, sox]
    assert [hasattr(module, "theirs") for module in (torchaudio.io, torchaudio.utils.ffmpeg_utils)] == [ffmpeg, ffmpeg]
    assert ffmpeg or "wav" in torchaudio.utils.ffmpeg_utils.get_demuxers()


def test_a_lazy_extension_is_asked_whether_it_loads(broken: Broken) -> None:
    """From 2.2 on nothing is loaded at import; one whose library is missing says so when it is asked."""
    lazy = "class Lazy:\n    def is_available(self): return False\ndef lazy_import_sox_ext(): return Lazy()\n"
    broken("_IS_TORCHAUDIO_EXT_AVAILABLE = True\n" + lazy, {**_PLAIN, "sox_effects/__init__": "theirs = True"})
    assert not hasattr(compat.install("2.2").sox_effects, "theirs")


def _modules() -> dict[str, Any]:
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] in ("torchaudio", "torio")}


def test_uninstall_leaves_nothing_and_the_import_fails_as_before(broken: Broken) -> None:
    import torch

    broken(COMPILED_PART_FAILS["an undefined symbol"])
    finders = list(sys.meta_path)
    for _ in range(2):
        compat.install("2.0")
        assert hasattr(torch.ops.torchaudio, "_overdrive_core_loop")
        compat.uninstall()
        assert _modules() == {}
        assert sys.meta_path == finders
        assert not hasattr(torch.ops.torchaudio, "_overdrive_core_loop")
        with pytest.raises(OSError, match="undefined symbol"):
            import torchaudio  # noqa: F401
        for name in _modules():
            del sys.modules[name]


def test_without_rescue_a_standin_takes_its_name_and_gives_it_back(broken: Broken) -> None:
    broken(COMPILED_PART_FAILS["an undefined symbol"])
    rescued = compat.install("2.0")
    with compat.pinned("2.0", rescue=False) as standin:
        import torchaudio

        assert torchaudio is standin is not rescued
        with pytest.raises(AttributeError, match="undefined symbol"):
            standin.datasets
        with compat.pinned("2.2") as again:
            assert again.functional.overdrive_loop
        assert sys.modules["torchaudio"] is standin
    assert sys.modules["torchaudio"] is rescued
    assert rescued.functional.overdrive_loop is not None
    assert rescued.__version__ == "2.0.2+compat"


@pytest.mark.parametrize(("release", "version"), [("2.0", "2.0.2+compat"), ("2.1", "2.1.2+compat"), ("2.9", "2.9.1+compat")])
@pytest.mark.parametrize("extension", [COMPILED_PART_FAILS["no lib"], _WORKING.format(sox=True, ffmpeg=True)], ids=["rescued", "real"])
def test_the_version_is_that_of_the_pinned_release(broken: Broken, release: str, version: str, extension: str) -> None:
    broken(extension, _PLAIN)
    torchaudio = compat.install(release)
    assert torchaudio.__version__ == torchaudio.version.__version__ == version
    assert torchaudio.version.git_version == "abc"
    assert compat.install(release, real_version=True).__version__ == "2.2.2+cu121"
    assert torchaudio.version.__version__ == "2.2.2+cu121"
    compat.uninstall()
    assert torchaudio.__version__ == torchaudio.version.__version__ == "2.2.2+cu121"


def test_workers_are_under_it_and_say_nothing_again(broken: Broken, forked: Python, tmp_path: pathlib.Path) -> None:
    """Forked, spawned, and under ``compat.run``, which tells it in a line of its own."""
    broken(COMPILED_PART_FAILS["an undefined symbol"])
    script = tmp_path / "old.py"
    script.write_text(
        "import multiprocessing as mp, torchaudio\n"
        "def work(_):\n    import torchaudio\n    return torchaudio.functional.overdrive_loop is not None, torchaudio.__version__\n"
        "if __name__ == '__main__':\n"
        "    for method in ('fork', 'spawn'):\n"
        "        with mp.get_context(method).Pool(1) as pool:\n            print(pool.map(work, [0]))\n"
    )
    done = forked("-W", "error", "-m", "compat.run", "--version", "2.0", str(script), PYTHONPATH=str(tmp_path))
    assert done.stdout.splitlines() == ["[(True, '2.0.2+compat')]"] * 2, done.stderr
    assert done.stderr.count("does not load") == 1
    assert done.stderr.startswith("python -m compat.run: the compiled part of torchaudio")


# what the program does before it imports torchaudio, variables, and what standard error says
@table(
    "before, variables, said",
    {
        "the program hears of it by a warning": ("", {}, "RescueWarning: the compiled part"),
        "a program that makes all warnings errors does not fail": (
            "import warnings; warnings.simplefilter('error'); ",
            {},
            "the compiled part",
        ),
        "nor one that makes errors of those that users see": ("", {"PYTHONWARNINGS": "error::UserWarning"}, "the compiled part"),
        "nor one whose release warns before it is installed": (
            "",
            {"PYTHONWARNINGS": "error::UserWarning", "TORCHAUDIO_USE_BACKEND_DISPATCHER": "0"},
            "RescueWarning: the compiled part",
        ),
        "nor one that asks only whether torchaudio is there": (
            "import importlib.util, warnings; warnings.simplefilter('error'); assert importlib.util.find_spec('torchaudio'); ",
            {},
            "the compiled part",
        ),
        "a program may silence it": ("import warnings; warnings.simplefilter('ignore'); ", {}, ""),
    },
)
def test_the_variable_rescues_too(
    broken: Broken, forked: Python, tmp_path: pathlib.Path, before: str, variables: dict[str, str], said: str
) -> None:
    broken(COMPILED_PART_FAILS["an undefined symbol"])
    code = f"import compat.auto; {before}import torchaudio; print(torchaudio.__version__, torchaudio.functional.overdrive_loop is not None)"
    done = forked(code=code, PYTHONPATH=str(tmp_path), TORCHAUDIO_COMPAT_AUTO="2.1", **variables)
    assert done.stdout.strip() == "2.1.2+compat True", done.stderr
    assert said in done.stderr if said else not done.stderr
