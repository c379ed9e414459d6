"""Worlds with a torchaudio that is broken as users' are: the right check is red, the cause is named, the mend is right."""

import os
import pathlib
from collections.abc import Callable

import pytest

from compat.diagnosis import dists
from compat.doctor import registry
from compat.doctor.world import World as Looked
from tests.doctor.cases import Case, worlds
from tests.doctor.worlds import World, append, plant

OTHERS = ("torch", "numpy", "av", "soundfile")  # left out where only torchaudio's files count
REINSTALL = ("--force-reinstall --no-cache-dir", "torchaudio==2.11.0")
FUNCTIONAL = "torchaudio/functional/functional.py"


def _altered(world: World) -> None:
    """Change a file and keep its size."""
    path = world.site / FUNCTIONAL
    path.write_bytes(path.read_bytes().replace(b"import", b"Import", 1))


def _deleted(world: World, pattern: str) -> None:
    for path in list((world.site / "torchaudio").rglob(pattern)):
        path.unlink()


def _truncated(world: World) -> None:
    (extension,) = (world.site / "torchaudio" / "lib").glob("_torchaudio*.so")
    os.truncate(extension, extension.stat().st_size // 3)


test_files = worlds(
    Case("a deleted file", "files", "error", "files-missing", "torchaudio", OTHERS, real=True, root="files",
         breaks=lambda world: (world.site / FUNCTIONAL).unlink(), says=(f"{{site}}/{FUNCTIONAL}",), commands=REINSTALL),
    Case("many deleted files are not all listed", "files", "error", "files-missing", "torchaudio", OTHERS, real=True,
         breaks=lambda world: _deleted(world, "models/**/*.py"), says=("\n... and ",)),
    Case("a file that grew", "files", "error", "files-altered", "torchaudio", OTHERS, real=True,
         breaks=lambda world: append(world.site / "torchaudio/__init__.py", "# by hand\n"), says=("bytes instead of",)),
    Case("a file of the same size", "files", "error", "files-altered", "torchaudio", OTHERS, real=True,
         breaks=_altered, options=("--thorough",), says=(f"{{site}}/{FUNCTIONAL}",)),
    Case("a file of the same size, which only hashes show", "files", "ok", without=OTHERS, real=True, breaks=_altered),
    Case("compiled files may be missing", "files", "ok", without=OTHERS, real=True, breaks=lambda world: _deleted(world, "*.pyc")),
    Case("a truncated extension", "files,imports,libraries", "error", "files-altered", "torchaudio", real=True, root="files",
         breaks=_truncated, says=("{site}/torchaudio/lib/_torchaudio",), commands=("--force-reinstall --no-deps torchaudio==",)),
    Case("a damaged Python part", "rescue", "warning", "python-part-damaged", real=True,
         breaks=lambda world: (world.site / FUNCTIONAL).write_text("def lfilter(:\n"), says=("SyntaxError",)),
)  # fmt: skip


TORCH_2_8 = {"__init__.py": "", "version.py": "__version__ = '2.8.0+cu128'\ncuda = '12.8'\n"}
TORCHAUDIO_2_7 = {"__init__.py": "", "version.py": "__version__ = '2.7.1+cu128'\n"}
DECODERS = """
import types

class AudioDecoder:
    def __init__(self, source):
        assert source[:4] == b"RIFF"

    def get_all_samples(self):
        return types.SimpleNamespace(data=types.SimpleNamespace(shape=(1, {})))
"""


def codec(name: str, status: str, cause: str, source: str, **files: str) -> Case:
    """A torchcodec that is there and does not load; it is not called ok."""
    modules = {"__init__.py": source, **{f"{module}.py": text for module, text in files.items()}}
    plants = {"torch 2.9.1": "", "torchaudio 2.9.1": "", "torchcodec 0.8.1": modules}
    return Case(name, "torchcodec", status, cause, without=("torch",), plants=plants)


test_packages = worlds(
    Case("a second copy on the path", "copies,environment", "error", "two-copies", "torchaudio", real=True,
         plants={"torchaudio@other 2.8.0": ""}, env={"PYTHONPATH": "{other}"}, says=("{other}", "{site}"),
         commands=("rm -r {other}/torchaudio {other}/torchaudio-2.8.0.dist-info",)),
    Case("torch in one place and torchaudio in another", "copies", "warning", "two-places",
         plants={"torchaudio@other 2.11.0": ""}, env={"PYTHONPATH": "{other}"}, says=("{site}\n{other}",),
         commands=("rm -r {other}/torchaudio {other}/torchaudio-2.11.0.dist-info && ", "pip install torchaudio==2.11.0")),
    Case("two versions in one folder", "copies", "error", "two-copies", plants={"torchaudio 2.8.0": "", "torchaudio 2.11.0": ""},
         says=("in one folder",), commands=("pip uninstall -y torchaudio && ", "pip install --force-reinstall")),
    Case("metadata of an old installer", "copies", "error", "two-copies",
         plants={"torchaudio 2.8.0": "", "torchaudio-2.8.0.egg-info": {"PKG-INFO": "Metadata-Version: 2.1\nName: torchaudio\nVersion: 2.8.0\n"}},
         says=("torchaudio-2.8.0.dist-info and torchaudio-2.8.0.egg-info",),
         commands=("rm -r {site}/torchaudio-2.8.0.egg-info && ", "pip install --force-reinstall")),
    Case("metadata that pip cannot read", "pair", "error", "mismatched-pair", without=("torch",),
         plants={"torch 2.8.0": TORCH_2_8, "torchaudio 2.7.1": TORCHAUDIO_2_7},
         breaks=lambda world: (world.site / "torchaudio-2.7.1.dist-info/METADATA").write_bytes(b"\xff\0" * 99),
         commands=("rm -r {site}/torchaudio-2.7.1.dist-info && ",)),
    Case("a RECORD that is damaged", "pair", "error", "mismatched-pair", without=("torch",),
         plants={"torch 2.8.0": TORCH_2_8, "torchaudio 2.7.1": TORCHAUDIO_2_7},
         breaks=lambda world: (world.site / "torchaudio-2.7.1.dist-info/RECORD").write_bytes(b"\xff\0,,x\n" * 99),
         commands=("rm -r {site}/torchaudio-2.7.1.dist-info && ",)),
    Case("metadata that pip cannot remove", "pair", "error", "mismatched-pair", without=("torch",),
         plants={"torch 2.8.0": TORCH_2_8, "torchaudio 2.7.1": TORCHAUDIO_2_7},
         breaks=lambda world: (world.site / "torchaudio-2.7.1.dist-info/RECORD").unlink(),
         commands=("rm -r {site}/torchaudio-2.7.1.dist-info && ", "pip install --force-reinstall --no-deps torchaudio==2.8.0")),
    Case("a pair is mended towards the torch that is there", "pair,build", "error", "mismatched-pair", without=("torch",), root="pair",
         plants={"torch 2.8.0": TORCH_2_8, "torchaudio 2.7.1": TORCHAUDIO_2_7},
         commands=("--no-deps torchaudio==2.8.0 --index-url https://download.pytorch.org/whl/cu128\n", "torch==2.7.1")),
    Case("what an interrupted pip left", "installers", "warning", "interrupted-pip", plants={"torchaudio 2.11.0": ""},
         breaks=lambda world: (world.site / "~orchaudio").mkdir(), commands=("rm -r '{site}/~orchaudio' && ",)),
    Case("conda and pip at the same package", "installers", "error", "two-installers", "torch", ("torch",), {"torch 2.8.0": ""},
         {"conda-meta/pytorch-2.5.1-py3.11_cpu_0.json": "{}"}, commands=("install --force-reinstall pytorch=2.5.1",)),
    Case("a Python that torch is not made for", "python", "warning", "python-out-of-range", without=("torch",), plants={"torch 1.13.1": ""}),
    Case("torchaudio that wants torchcodec", "torchcodec", "note", plants={"torchaudio 2.9.0": ""}),
    codec("a torchcodec without a library", "warning", "torchcodec-does-not-load", "raise RuntimeError('Could not load libtorchcodec. Likely causes: FFmpeg')"),
    codec("without a decoder", "warning", "missing-part", ""),
    codec("with another fault", "warning", "torchcodec-does-not-load", "raise ValueError('not today')"),
    codec("that ends the process", "error", "sigabrt", "import os; os.abort()"),
    codec("that decodes", "ok", "", "", decoders=DECODERS.format(800), encoders=""),
    codec("that decodes too little", "warning", "", "", decoders=DECODERS.format(3), encoders=""),
)  # fmt: skip


def test_an_extension_for_cuda_beside_a_torch_for_the_cpu(with_torchaudio: Callable[..., World]) -> None:
    torch = dists.first("torch")
    if torch is None or torch.build != "cpu":
        pytest.skip("takes a torch for the CPU")
    report = with_torchaudio().examine("--only", "files,pair,build,imports,libraries,rescue")
    assert report.code == 2
    assert report.status("files") == report.status("pair") == "ok"
    assert report.finding("build")["cause"] == report.finding("imports")["cause"] == "mixed-builds"
    assert "libtorch_cuda.so" in report.finding("libraries")["data"]["missing"]
    assert (report.verdict["root"]["check"], report.verdict["also"]) == ("build", [])
    (command,) = report.verdict["next"]["commands"]
    assert "torchaudio==2.11.0" in command
    assert command.endswith("--index-url https://download.pytorch.org/whl/cpu")
    (rescue,) = report.checks["rescue"]["findings"]
    parts = rescue["data"]["parts"]
    assert set(parts.values()) == {"torchaudio's own Python part", "torchaudio-compat"}
    assert {part for part, by in parts.items() if by == "torchaudio-compat"} == {"load, save, info", "lfilter", "forced_align", "rnnt_loss"}


# a check, the versions of torch and torchaudio in metadata, how the check comes out, its cause, and what it says
@pytest.mark.parametrize(("name", "torch", "torchaudio", "status", "cause", "says"), [
    ("pair", "2.8.0", "2.8.0", "ok", "", ""),
    ("pair", "2.13.0", "2.11.0", "ok", "", ""),
    ("pair", "2.14.1", "2.11.1", "ok", "", ""),
    ("pair", "2.10.0", "2.11.1", "error", "mismatched-pair", "this torchaudio for torch 2.11 and later"),
    ("pair", "2.0.1", "2.0.2", "ok", "", ""),
    ("pair", "2.10.0", "2.11.0", "error", "mismatched-pair",
     "for this torch there is torchaudio 2.10.0, and this torchaudio for torch 2.11 and later"),
    ("pair", "2.8.0", "2.7.1", "error", "mismatched-pair", "for this torch there is torchaudio 2.8.0, and this torchaudio for torch 2.7.1"),
    ("pair", "2.7.1", "2.7.0", "warning", "mismatched-pair", "for this torch there is torchaudio 2.7.1"),
    ("pair", "2.0.1", "2.0.1", "warning", "mismatched-pair", "for this torch there is torchaudio 2.0.2"),
    ("pair", "2.8.0", "2.10.0", "error", "mismatched-pair", "for this torch there is torchaudio 2.8.0, and this torchaudio for torch 2.10.0"),
    # younger than the table: nothing is said against them
    ("pair", "2.99.0.dev20990101", "2.98.0.dev20990101", "note", "", "not a documented pair"),
    ("pair", "3.0a0", "3.0a0", "note", "", "not a documented pair"),
    ("build", "2.8.0+cpu", "2.8.0+cpu", "ok", "", ""),
    ("build", "2.8.0+cpu", "2.8.0+cu128", "error", "mixed-builds", ""),
    ("build", "2.8.0+cu128", "2.8.0+cu126", "error", "different-cuda", ""),
    ("build", "2.14.1+cu130", "2.11.1+cu132", "note", "", ""),  # as pip installs them from PyPI
    ("build", "2.14.1+cu128", "2.11.1+cu132", "error", "different-cuda", ""),
    ("build", "2.13.0+cpu", "2.11.1+cu132", "error", "mixed-builds", ""),
    ("build", "2.8.0+rocm6.4", "2.8.0+cu126", "error", "mixed-builds", ""),
    ("build", "2.8.0+cu128", "2.8.0+cpu", "warning", "mixed-builds", ""),
    ("build", "2.8.0", "2.8.0", "ok", "", ""),
])  # fmt: skip
def test_versions_in_metadata(
    name: str, torch: str, torchaudio: str, status: str, cause: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process: the check looks at metadata alone."""
    plant(pathlib.Path("site"), f"torch {torch}", "")
    plant(pathlib.Path("site"), f"torchaudio {torchaudio}", "")
    monkeypatch.syspath_prepend("site")
    (check,) = registry.chosen([name])
    result = check.run(Looked())
    assert (result.status.word, result.findings[0].cause, says in result.summary) == (status, cause, True)


def test_a_copy_is_read_whose_metadata_is_damaged(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "torchaudio 2.8.0", "")
    (tmp_path / "torchaudio-2.8.0.dist-info" / "INSTALLER").write_bytes(b"\xff\xfep\0i\0p\0")
    monkeypatch.syspath_prepend(tmp_path)
    assert [copy.version for copy in dists.copies("torchaudio")] == ["2.8.0"]
