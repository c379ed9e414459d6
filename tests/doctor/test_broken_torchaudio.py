"""Worlds with a real torchaudio that is broken as users' are: the right check is red, the cause is named, the mend is right."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import pytest

from compat.diagnosis.findings import Result
from compat.doctor import registry
from compat.doctor.world import World as Looked
from tests.doctor.worlds import World, plant

Make = Callable[..., World]
OTHERS = ("torch", "numpy", "av", "soundfile")  # left out where only torchaudio's files count


@pytest.fixture
def look(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a check of metadata alone, in this process, over the torch and torchaudio of given versions."""

    def run(name: str, torch: str, torchaudio: str) -> Result:
        plant(tmp_path, "torch", {"__init__.py": ""}, torch)
        plant(tmp_path, "torchaudio", {"__init__.py": ""}, torchaudio)
        monkeypatch.syspath_prepend(tmp_path)
        (check,) = registry.chosen([name])
        return check.run(Looked())

    return run


@pytest.fixture(scope="module")
def build_of_torch() -> str:
    from compat.diagnosis import dists

    torch = dists.first("torch")
    assert torch is not None
    return torch.build


def test_an_extension_for_cuda_beside_a_torch_for_the_cpu(with_torchaudio: Make, build_of_torch: str) -> None:
    if build_of_torch != "cpu":
        pytest.skip("takes a torch for the CPU")
    report = with_torchaudio().examine("--skip", "resampling")
    assert report.code == 2
    assert report.status("files") == "ok"
    assert report.status("pair") == "ok"
    assert report.finding("build")["cause"] == "mixed-builds"
    assert report.finding("imports")["cause"] == "mixed-builds"
    assert "libtorch_cuda.so" in report.finding("libraries")["data"]["missing"]
    assert report.verdict["root"]["check"] == "build"
    (command,) = report.verdict["next"]["commands"]
    assert "torchaudio==2.11.0" in command
    assert command.endswith("--index-url https://download.pytorch.org/whl/cpu")
    assert report.verdict["also"] == []
    assert "without its compiled part" in report.verdict["meanwhile"]
    (rescue,) = report.checks["rescue"]["findings"]
    parts = rescue["data"]["parts"]
    assert set(parts.values()) == {"torchaudio's own Python part", "torchaudio-compat"}
    assert {part for part, by in parts.items() if by == "torchaudio-compat"} == {"load, save, info", "lfilter", "forced_align", "rnnt_loss"}


def test_a_damaged_python_part_is_told_apart(with_torchaudio: Make) -> None:
    world = with_torchaudio()
    (world.site / "torchaudio" / "functional" / "functional.py").write_text("def lfilter(:\n")
    found = world.examine("--only", "imports,rescue").finding("rescue")
    assert (found["status"], found["cause"]) == ("warning", "python-part-damaged")
    assert "SyntaxError" in found["text"]


def test_a_truncated_extension(with_torchaudio: Make) -> None:
    world = with_torchaudio()
    extension = next((world.site / "torchaudio" / "lib").glob("_torchaudio*.so"))
    with extension.open("r+b") as stream:
        stream.truncate(extension.stat().st_size // 3)
    report = world.examine("--only", "files,imports,libraries")
    found = report.finding("files")
    assert (found["status"], found["cause"], found["subject"]) == ("error", "files-altered", "torchaudio")
    assert str(extension) in found["evidence"][0]
    # the loader maps what is no longer there: on Linux that is a bus error
    assert report.finding("imports")["cause"] in ("truncated-file", "mixed-builds", "sigbus")
    assert report.status("libraries") == "error"
    assert report.verdict["root"]["check"] == "files"
    (command,) = report.verdict["next"]["commands"]
    assert "--force-reinstall --no-cache-dir" in command
    assert "torchaudio==2.11.0" in command


def test_a_deleted_file(with_torchaudio: Make) -> None:
    world = with_torchaudio(without=OTHERS)
    gone = world.site / "torchaudio" / "functional" / "functional.py"
    gone.unlink()
    report = world.examine("--only", "files")
    found = report.finding("files")
    assert (report.code, found["cause"], found["subject"]) == (2, "files-missing", "torchaudio")
    assert found["evidence"] == [str(gone)]
    assert "--no-cache-dir" in found["mend"]["commands"][0]


def test_many_deleted_files_are_not_all_listed(with_torchaudio: Make) -> None:
    world = with_torchaudio(without=OTHERS)
    for gone in list((world.site / "torchaudio" / "models").rglob("*.py")):
        gone.unlink()
    evidence = world.examine("--only", "files").finding("files")["evidence"]
    assert len(evidence) == 9
    assert evidence[-1].startswith("... and ")


def test_a_file_that_grew(with_torchaudio: Make) -> None:
    world = with_torchaudio(without=OTHERS)
    with (world.site / "torchaudio" / "__init__.py").open("a") as stream:
        stream.write("# by hand\n")
    found = world.examine("--only", "files").finding("files")
    assert found["cause"] == "files-altered"
    assert "bytes instead of" in found["evidence"][0]


def test_a_file_altered_without_changing_its_size_shows_only_in_its_hash(with_torchaudio: Make) -> None:
    world = with_torchaudio(without=OTHERS)
    path = world.site / "torchaudio" / "functional" / "functional.py"
    path.write_bytes(path.read_bytes().replace(b"import", b"Import", 1))
    assert world.examine("--only", "files").status("files") == "ok"
    found = world.examine("--only", "files", "--thorough").finding("files")
    assert (found["status"], found["cause"]) == ("error", "files-altered")
    assert str(path) in found["evidence"][0]


def test_compiled_files_and_programs_may_be_missing(with_torchaudio: Make) -> None:
    world = with_torchaudio(without=OTHERS)
    for compiled in list(world.site.joinpath("torchaudio").rglob("*.pyc")):
        compiled.unlink()
    assert world.examine("--only", "files").status("files") == "ok"


def test_a_second_copy_on_the_path(with_torchaudio: Make, tmp_path: pathlib.Path) -> None:
    world, other = with_torchaudio(), tmp_path / "other"
    plant(other, "torchaudio", {"__init__.py": ""}, "2.8.0")
    report = world.examine("--only", "copies,environment", env={"PYTHONPATH": str(other)})
    found = next(found for found in report.findings("copies") if found["cause"] == "two-copies")
    assert (report.code, found["status"], found["subject"]) == (2, "error", "torchaudio")
    assert str(other) in found["text"]
    assert str(world.site) in found["text"]
    assert found["mend"]["commands"] == [f"rm -r {other / 'torchaudio'} {other / 'torchaudio-2.8.0.dist-info'}"]
    assert report.verdict["root"]["cause"] == "two-copies"


def test_torch_in_one_place_and_torchaudio_in_another(build: Make, tmp_path: pathlib.Path) -> None:
    world, other = build(), tmp_path / "other"
    plant(other, "torchaudio", {"__init__.py": ""}, "2.11.0")
    report = world.examine("--only", "copies", env={"PYTHONPATH": str(other)})
    found = report.finding("copies")
    assert (report.code, found["status"], found["cause"]) == (1, "warning", "two-places")
    assert found["evidence"] == [str(world.site), str(other)]
    (command,) = found["mend"]["commands"]
    removal, install = command.split(" && ")
    assert removal == f"rm -r {other / 'torchaudio'} {other / 'torchaudio-2.11.0.dist-info'}"
    assert "pip install torchaudio==2.11.0" in install


def test_two_versions_in_one_folder(build: Make) -> None:
    world = build()
    world.plant("torchaudio", {"__init__.py": ""}, "2.8.0")
    world.plant("torchaudio", {"__init__.py": ""}, "2.11.0")
    found = world.examine("--only", "copies").finding("copies")
    assert (found["status"], found["cause"]) == ("error", "two-copies")
    assert "in one folder" in found["text"]


@pytest.mark.parametrize(
    ("torch", "torchaudio", "status", "says"),
    [
        ("2.8.0", "2.8.0", "ok", ""),
        ("2.13.0", "2.11.0", "ok", ""),
        ("2.14.1", "2.11.1", "ok", ""),
        ("2.10.0", "2.11.1", "error", "this torchaudio for torch 2.11 and later"),
        ("2.0.1", "2.0.2", "ok", ""),
        ("2.10.0", "2.11.0", "error", "for this torch there is torchaudio 2.10.0, and this torchaudio for torch 2.11 and later"),
        ("2.8.0", "2.7.1", "error", "for this torch there is torchaudio 2.8.0, and this torchaudio for torch 2.7.1"),
        ("2.7.1", "2.7.0", "warning", "for this torch there is torchaudio 2.7.1"),
        ("2.0.1", "2.0.1", "warning", "for this torch there is torchaudio 2.0.2"),
        ("2.8.0", "2.10.0", "error", "for this torch there is torchaudio 2.8.0, and this torchaudio for torch 2.10.0"),
        # younger than the table: nothing is said against them
        ("2.99.0.dev20990101", "2.98.0.dev20990101", "note", "not a documented pair"),
        ("3.0a0", "3.0a0", "note", "not a documented pair"),
    ],
)
def test_pairs_in_metadata(look: Callable[..., Result], torch: str, torchaudio: str, status: str, says: str) -> None:
    result = look("pair", torch, torchaudio)
    assert result.status.word == status
    assert says in result.summary
    if status == "error":
        assert result.findings[0].cause == "mismatched-pair"


def test_a_mismatched_pair_is_mended_towards_the_torch_that_is_there(build: Make) -> None:
    world = build(without=("torch",))
    world.plant("torch", {"__init__.py": "", "version.py": "__version__ = '2.8.0+cu128'\ncuda = '12.8'\n"}, "2.8.0")
    world.plant("torchaudio", {"__init__.py": "", "version.py": "__version__ = '2.7.1+cu128'\n"}, "2.7.1")
    report = world.examine("--only", "pair,build")
    first, second = report.verdict["next"]["commands"]
    assert "--no-deps torchaudio==2.8.0 --index-url https://download.pytorch.org/whl/cu128" in first
    assert "torch==2.7.1" in second
    assert report.verdict["root"]["check"] == "pair"


@pytest.mark.parametrize(
    ("torch", "torchaudio", "status", "cause"),
    [
        ("2.8.0+cpu", "2.8.0+cpu", "ok", ""),
        ("2.8.0+cpu", "2.8.0+cu128", "error", "mixed-builds"),
        ("2.8.0+cu128", "2.8.0+cu126", "error", "different-cuda"),
        ("2.14.1+cu130", "2.11.1+cu132", "note", ""),  # as pip installs them from PyPI
        ("2.14.1+cu128", "2.11.1+cu132", "error", "different-cuda"),
        ("2.13.0+cpu", "2.11.1+cu132", "error", "mixed-builds"),
        ("2.8.0+rocm6.4", "2.8.0+cu126", "error", "mixed-builds"),
        ("2.8.0+cu128", "2.8.0+cpu", "warning", "mixed-builds"),
        ("2.8.0", "2.8.0", "ok", ""),
    ],
)
def test_build_tags(look: Callable[..., Result], torch: str, torchaudio: str, status: str, cause: str) -> None:
    result = look("build", torch, torchaudio)
    assert result.status.word == status
    assert result.findings[0].cause == cause


def test_what_an_interrupted_pip_left(build: Make) -> None:
    world = build()
    world.plant("torchaudio", {"__init__.py": ""}, "2.11.0")
    left = world.site / "~orchaudio"
    left.mkdir()
    report = world.examine("--only", "installers")
    found = report.finding("installers")
    assert (report.code, found["cause"]) == (1, "interrupted-pip")
    assert found["mend"]["commands"][0].startswith(f"rm -r '{left}' && ")


def test_conda_and_pip_at_the_same_package(build: Make) -> None:
    world = build(without=("torch",))
    world.plant("torch", {"__init__.py": ""}, "2.8.0")
    records = world.folder / "conda-meta"
    records.mkdir()
    (records / "pytorch-2.5.1-py3.11_cpu_0.json").write_text("{}")
    found = world.examine("--only", "installers").finding("installers")
    assert (found["status"], found["cause"], found["subject"]) == ("error", "two-installers", "torch")
    assert any("install --force-reinstall pytorch=2.5.1" in command for command in found["mend"]["commands"])


def test_a_python_that_torch_is_not_made_for(build: Make) -> None:
    world = build(without=("torch",))
    world.plant("torch", {"__init__.py": ""}, "1.13.1")
    found = world.examine("--only", "python").finding("python")
    assert (found["status"], found["cause"]) == ("warning", "python-out-of-range")


def test_torchaudio_that_wants_torchcodec_is_a_note(build: Make) -> None:
    world = build()
    world.plant("torchaudio", {"__init__.py": ""}, "2.9.0")
    report = world.examine("--only", "torchcodec")
    assert (report.code, report.finding("torchcodec")["status"]) == (0, "note")


CODECS = {
    "no library": ("raise RuntimeError('Could not load libtorchcodec. Likely causes: FFmpeg')", "warning", "torchcodec-does-not-load"),
    "no decoder": ("", "warning", "missing-part"),
    "another fault": ("raise ValueError('not today')", "warning", "torchcodec-does-not-load"),
    "an end of the process": ("import os; os.abort()", "error", "sigabrt"),
}


@pytest.mark.parametrize("case", CODECS)
def test_a_torchcodec_that_is_there_and_does_not_load_is_not_called_ok(build: Make, case: str) -> None:
    source, status, cause = CODECS[case]
    world = build()
    world.plant("torchaudio", {"__init__.py": ""}, "2.9.1")
    world.plant("torchcodec", {"__init__.py": source}, "0.8.1")
    found = world.examine("--only", "torchcodec").finding("torchcodec")
    assert (found["status"], found["cause"]) == (status, cause)


@pytest.mark.parametrize(("frames", "status"), [(800, "ok"), (3, "warning")])
def test_a_torchcodec_is_called_ok_when_it_has_decoded(build: Make, frames: int, status: str) -> None:
    decoders = f"""
import torch, types

class AudioDecoder:
    def __init__(self, source):
        assert source[:4] == b"RIFF"

    def get_all_samples(self):
        return types.SimpleNamespace(data=torch.zeros(1, {frames}))
"""
    world = build()
    world.plant("torchaudio", {"__init__.py": ""}, "2.9.1")
    world.plant("torchcodec", {"__init__.py": "", "decoders.py": decoders, "encoders.py": ""}, "0.8.1")
    report = world.examine("--only", "torchcodec")
    assert report.status("torchcodec") == status
