"""Over real releases of torchaudio, and against them."""

import pathlib

import numpy as np
import pytest
import soundfile

from tests.compat.real import wheels
from tests.conftest import ROOT, Python
from tests.tables import table

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def tiny_datasets(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One recording of YESNO and one of LIBRISPEECH, in the folders where torchaudio looks for them."""
    root = tmp_path_factory.mktemp("datasets")
    yesno, libri = root / "waves_yesno", root / "LibriSpeech" / "dev-clean" / "84" / "121123"
    yesno.mkdir()
    libri.mkdir(parents=True)
    samples = np.sin(np.arange(800) / 20) / 2
    soundfile.write(yesno / "0_1_0_1_0_1_0_1.wav", samples, 8000)
    soundfile.write(libri / "84-121123-0000.flac", samples, 16000)
    (libri / "84-121123.trans.txt").write_text("84-121123-0000 HELLO\n")
    return str(root)


@pytest.mark.network
@pytest.mark.libsox
@pytest.mark.parametrize("release", wheels.RELEASES)
def test_every_release_is_laid_over_it_and_taken_away(forked: Python, tiny_datasets: str, release: str) -> None:
    """Restored names work, transforms and models stay, datasets read through us, and afterwards nothing is changed."""
    done = forked(str(HERE / "overlay_check.py"), tiny_datasets, PYTHONPATH=str(wheels.unpacked(release)))
    assert done.stdout.startswith(f"laid over {release}"), done.stderr[-2000:]


@pytest.mark.network
@table(
    "script, says",
    {
        # a grid of rates, methods and options; the class and the function, and their errors
        "resampling": ("resample_check.py", "resampled alike"),
        # random tensors, encodings, offsets and layouts give the same file, tensor or error
        "the soundfile backend": ("soundfile_check.py", "alike"),
    },
)
def test_it_is_that_of_the_real_one(forked: Python, script: str, says: str) -> None:
    done = forked(str(HERE / script), PYTHONPATH=str(wheels.unpacked("2.2.2")))
    assert done.stdout.strip().endswith(says), done.stdout + done.stderr[-3000:]


def _loads(forked: Python, folder: str) -> bool:
    """Whether a torchaudio loads by itself: 2.11 is made for any torch from then on, a build for CUDA wants one for CUDA."""
    return not forked("-c", "import torchaudio", PYTHONPATH=folder).returncode


@pytest.mark.network
@pytest.mark.libsox
@pytest.mark.parametrize("release", wheels.RELEASES)
def test_one_whose_compiled_part_does_not_load_works_without_it(forked: Python, tiny_datasets: str, release: str) -> None:
    """As pip brings it: a training step, datasets and effects under every pin; afterwards nothing is left."""
    folder = str(wheels.unpacked(release, compiled=True))
    if _loads(forked, folder):
        pytest.skip("its compiled part does load beside this torch")
    done = forked(str(HERE / "rescue_check.py"), tiny_datasets, release, PYTHONPATH=folder)
    assert done.stdout.strip() == f"rescued {release}", done.stderr[-2000:]


@pytest.mark.network
@pytest.mark.parametrize("release", ["2.0.2", "2.11.0"])
def test_a_program_of_2021_runs_unchanged(forked: Python, tmp_path: pathlib.Path, release: str) -> None:
    """By its own alignment where the release has none, else by the operator: the same words come out."""
    program = str(ROOT / "migration_guide" / "examples" / "speech_2021.py")
    folder = str(wheels.unpacked(release, compiled=True))
    done = forked("-m", "compat.run", "--version", "2.0", program, str(tmp_path), PYTHONPATH=folder)
    *_, tea, note, atone = done.stdout.splitlines()
    assert done.stdout.startswith("torchaudio 2.0.2+compat with"), done.stderr[-2000:]
    assert [line.rpartition(" ")[2] for line in (tea, note, atone)] == ["TEA", "NOTE", "ATONE"]
    assert done.stderr.count("the compiled part of torchaudio") == (0 if _loads(forked, folder) else 1)


@pytest.mark.network
@pytest.mark.parametrize("pinned", ["2.0", "2.2", "2.9"])
def test_names_that_2_9_lost_are_refused_with_advice(forked: Python, pinned: str) -> None:
    """By `from MODULE import NAME`, where Python has words of its own; a release that is named has the name."""
    done = forked(str(HERE / "lost_names_check.py"), pinned, PYTHONPATH=str(wheels.unpacked("2.9.1")))
    counts, *faults = done.stdout.splitlines()
    assert int(counts.split()[2]) > 100, done.stderr[-2000:]
    assert not [fault for fault in faults if fault]
