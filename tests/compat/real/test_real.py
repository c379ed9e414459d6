"""Over real releases of torchaudio, and against them."""

from __future__ import annotations

import pathlib
import subprocess
from collections.abc import Callable

import numpy as np
import pytest
import soundfile

from tests.compat.real import wheels

Python = Callable[..., subprocess.CompletedProcess[str]]
HERE = pathlib.Path(__file__).resolve().parent


def _folder(release: str) -> str:
    try:
        return str(wheels.unpacked(release))
    except wheels.NotToBeHadError as why:
        pytest.skip(f"torchaudio {release} cannot be downloaded: {why}")


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
def test_every_release_is_laid_over_it_and_taken_away(python: Python, tiny_datasets: str, release: str) -> None:
    """Restored names work, transforms and models stay, datasets read through us, and afterwards nothing is changed."""
    done = python(str(HERE / "overlay_check.py"), tiny_datasets, PYTHONPATH=_folder(release))
    assert done.stdout.startswith(f"laid over {release}"), done.stderr[-2000:]


@pytest.mark.network
def test_resampling_is_that_of_the_real_one(python: Python) -> None:
    """Over a grid of rates, methods and options, within 1e-6; the class and the function, and their errors."""
    done = python(str(HERE / "resample_check.py"), PYTHONPATH=_folder("2.2.2"))
    assert done.stdout.strip().endswith("resampled alike"), done.stderr[-2000:]


@pytest.mark.network
def test_the_soundfile_backend_is_that_of_the_real_one(python: Python) -> None:
    """Random tensors, encodings, offsets and layouts give the same file, tensor or error; the peer is live."""
    done = python(str(HERE / "soundfile_check.py"), PYTHONPATH=_folder("2.2.2"))
    assert done.stdout.strip().endswith("alike"), done.stdout + done.stderr[-3000:]
