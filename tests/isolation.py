"""Tests write into folders of their own: not into the temporary folder that all users share, nor into the checkout or a home.

Each process of the tests has a temporary folder, each test a current folder, and both go at the end. An audit hook notes what Python
opens for writing anywhere else, and the test that did it fails. Only `.cache`, for downloads, is kept from run to run.
"""

import os
import pathlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing import util
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache"
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# which argument of an event is the path that comes to be
_MAKES = {"os.mkdir": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1}
# what Python and the tools of the tests keep for themselves; .gitignore has them all
_KEPT = ("/proc", str(CACHE), str(ROOT / ".hypothesis"), str(ROOT / ".pytest_cache"))
# folders of multiprocessing and Dask, which stay as long as the process that first needed them
_OF_THE_PROCESS = ("pymp-", "dask-scratch-space")
# later than multiprocessing removes its own at exit, which prints an error if that is gone already
_LAST = -200
_MEMORY, _ROOM = "/dev/shm", 4 << 30
_OF_MULTIPROCESSING = f"{_MEMORY}/pym-"  # what its processes share, and nothing by a name


def _fast() -> str:
    """A folder in memory, where there is one with room in which programs may run: thousands of tests make and remove folders."""
    try:
        state = os.statvfs(_MEMORY)
    except (AttributeError, OSError):
        return ""
    has_room = state.f_bavail * state.f_frsize >= _ROOM and not state.f_flag & os.ST_NOEXEC
    return _MEMORY if has_room and os.access(_MEMORY, os.W_OK) and "TMPDIR" not in os.environ else ""


class Isolation:
    """The temporary folder of one process of the tests, and what was written elsewhere."""

    def __init__(self) -> None:
        self.strays: list[str] = []
        self._allowed: tuple[str, ...] = ()
        home_of_all = _fast() or tempfile.gettempdir()
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", home_of_all)
        # short, since the path of a socket in it must fit into 108 bytes
        prefix = os.environ.get("PYTEST_XDIST_WORKER", "torchaudio-compat")
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix=f"{prefix}-", dir=home_of_all))
        tempfile.tempdir = self.folder
        # for the programs that the tests start; the home stays as it is, since pip is set up there
        os.environ.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self.folder))
        home = os.path.join(self.folder, "home")
        os.mkdir(home)
        os.environ.update(dict.fromkeys(("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR", "TORCHINDUCTOR_CACHE_DIR"), home))
        # what one program compiled, the next need not compile again
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYRIGHT_PYTHON_CACHE_DIR"] = str(CACHE / "pyright")
        sys.addaudithook(self._hear)

    def remove(self) -> None:
        """Remove the folder: now, or at exit if multiprocessing still has one in it."""
        if any(name.startswith("pymp-") for name in os.listdir(self.folder)):
            util.Finalize(None, shutil.rmtree, args=(self.folder,), kwargs={"ignore_errors": True}, exitpriority=_LAST)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def watch(self, *folders: str) -> None:
        """Note from now on what is written outside these folders."""
        self.strays.clear()
        self._allowed = (self.folder, *_KEPT, *map(os.path.realpath, folders))

    def rest(self) -> list[str]:
        """What has been noted; from now on nothing is."""
        self._allowed = ()
        return self.strays

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._allowed:
            return
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes) and flags & _WRITES:
                self._note(path)
        elif event in _MAKES:
            self._note(arguments[_MAKES[event]])

    def _note(self, path: str | bytes | os.PathLike[str]) -> None:
        real = os.path.realpath(os.fsdecode(path))
        is_ours = real.startswith(f"{_MEMORY}/") and self.folder.startswith(f"{_MEMORY}/")
        is_device = real.startswith("/dev/") and (not is_ours or real.startswith(_OF_MULTIPROCESSING))
        if "__pycache__" not in real and not is_device and not any(f"{real}/".startswith(f"{folder}/") for folder in self._allowed):
            self.strays.append(real)

    def held(self) -> set[str]:
        """The names in the temporary folder."""
        return {name for name in os.listdir(self.folder) if not name.startswith(_OF_THE_PROCESS)}


def without_home() -> dict[str, str | float | bool]:
    """An environment for a program that would leave something in the home, with another one."""
    return {**os.environ, "HOME": os.path.join(tempfile.gettempdir(), "home")}


_KEY = pytest.StashKey[Isolation]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the temporary folder, before the first test and before the other processes of the tests."""
    isolation = config.stash[_KEY] = Isolation()
    config.add_cleanup(isolation.remove)


@pytest.fixture(autouse=True)
def _isolated(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start in an empty folder; write into one's own, and leave nothing behind in the one of the process."""
    isolation = pytestconfig.stash[_KEY]
    before = isolation.held()
    with tempfile.TemporaryDirectory(prefix="here-", ignore_cleanup_errors=True) as here:
        monkeypatch.chdir(here)
        isolation.watch(str(tmp_path_factory.getbasetemp()))
        yield
        strays = isolation.rest()
        os.chdir(ROOT)
    assert not strays, f"written outside the folders of the test (tests/isolation.py): {strays}"
    left = sorted(isolation.held() - before)
    assert not left, f"left in the temporary folder: {left}"
