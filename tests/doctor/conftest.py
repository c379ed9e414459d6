"""What the doctor's tests share: a real torchaudio, and worlds that are built once."""

import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable

import filelock
import pytest

from tests.compat.real import wheels
from tests.doctor.worlds import World
from tests.isolation import CACHE

# so that a failing case prints what is different
pytest.register_assert_rewrite("tests.doctor.cases")

TORCHAUDIO = "2.11.0"  # on PyPI it is built for CUDA, so beside a torch for the CPU its extension cannot load


@pytest.fixture(scope="session")
def torchaudio_files(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A real torchaudio, installed by pip into a folder that worlds copy from; its wheel is fetched once and kept for later sessions."""
    cache, python = CACHE / "wheels", f"{sys.version_info[0]}.{sys.version_info[1]}"
    cache.mkdir(parents=True, exist_ok=True)
    pattern = f"torchaudio-{TORCHAUDIO}-cp{python.replace('.', '')}-*.whl"
    with filelock.FileLock(cache / "lock"):
        if not any(cache.glob(pattern)):
            wheels.downloaded(TORCHAUDIO, cache, python)
    wheel = next(cache.glob(pattern))
    folder = tmp_path_factory.mktemp("torchaudio")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", folder, wheel]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world in which all is well; nobody may change it."""
    return World(tmp_path_factory.mktemp("healthy") / "world")


@pytest.fixture
def build(tmp_path: pathlib.Path) -> Callable[..., World]:
    """Makes a world of the test's own, which it may break."""
    return lambda **given: World(tmp_path / "world", **given)


@pytest.fixture
def with_torchaudio(tmp_path: pathlib.Path, torchaudio_files: pathlib.Path) -> Callable[..., World]:
    """Makes a world that has a real torchaudio, which the test may break."""

    def make(**given: object) -> World:
        world = World(tmp_path / "world", **given)  # type: ignore[arg-type]
        shutil.copytree(torchaudio_files, world.site, dirs_exist_ok=True)
        return world

    return make
