"""Beside a real torchaudio whose compiled part loads: run by ``make matrix``, in cells that have one."""

import fnmatch
import importlib.metadata
import json
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from dispatcher.registry import Registry
from tests.compat.real.test_real import tiny_datasets  # noqa: F401 - a fixture
from tests.conftest import Python, printed
from tests.oracle import compare
from tests.oracle.test_oracle import accepted_here

pytestmark = pytest.mark.real
ORACLE = pathlib.Path(compare.__file__).parent
CHECKS = ORACLE.parent / "compat" / "real"
# a warning of torch's own, of transposing what has not two dimensions, which it gives once in a process
_WARNED_ONCE = ("save/three_d/*", "save/one_d/*")


@pytest.fixture(scope="module", autouse=True)
def _linked_libsox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The real one asks for ``libsox.so``, which distributions keep in their development package."""
    assert Registry().reason("sox") is None, "libsox is not on this machine"
    Registry().get("sox")
    maps = pathlib.Path("/proc/self/maps").read_text("utf-8")
    found = re.search(r"(/\S*/libsox\.so\S*)$", maps, re.MULTILINE)
    assert found
    folder = tmp_path_factory.mktemp("libsox")
    (folder / "libsox.so").symlink_to(found[1])
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LD_LIBRARY_PATH", str(folder), prepend=os.pathsep)
        yield


def _release() -> str:
    return ".".join(importlib.metadata.version("torchaudio").split(".")[:2])


def _replayed(release: str) -> dict[str, dict[str, Any]]:
    cases = [str(ORACLE / "cases" / f"{group}.jsonl") for group in ("load", "info", "save", "legacy")]
    command = [sys.executable, "-m", "tests.oracle.replay", "--release", release, *cases]
    said = printed(subprocess.run(command, cwd=ORACLE.parents[1], env=dict(os.environ), capture_output=True, text=True, check=False))
    return {outcome["id"]: outcome for outcome in map(json.loads, said.splitlines())}


def test_it_loads_by_itself() -> None:
    """The compiled part is there: otherwise this cell shows nothing."""
    code = "import torchaudio, torch; torch.ops.torchaudio._lfilter; print(torchaudio.list_audio_backends())"
    said = printed(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False))
    assert "ffmpeg" in said
    assert "sox" in said


def test_the_same_cases_come_out_the_same_on_both() -> None:
    """Each case of load, info, save and the old backends, on the real one and here, in one environment."""
    release = _release()
    theirs, ours = _replayed("real"), _replayed(release)
    differing = {name: found for name, want in theirs.items() if (found := compare.difference(want, ours.get(name)))}
    patterns = [*accepted_here(f"{release}-dispatcher"), *_WARNED_ONCE]
    unexpected = {name: found for name, found in differing.items() if not any(fnmatch.fnmatchcase(name, p) for p in patterns)}
    assert len(theirs) > 500
    assert not unexpected, "\n".join(f"{name}: {found}" for name, found in unexpected.items())


def test_every_release_is_laid_over_it_and_taken_away(python: Python, tiny_datasets: str) -> None:  # noqa: F811 - the fixture
    """Restored names work, its datasets read through us, and afterwards nothing of it is changed, its compiled part included."""
    done = python(str(CHECKS / "overlay_check.py"), tiny_datasets)
    assert done.stdout.startswith(f"laid over {_release()}"), done.stderr[-3000:]


def test_resampling_is_that_of_it(python: Python) -> None:
    """Over a grid of rates, methods and options."""
    done = python(str(CHECKS / "resample_check.py"), OMP_NUM_THREADS="1")
    assert done.stdout.strip().endswith("resampled alike"), done.stderr[-2000:]


def test_its_compiled_parts_work_under_the_overlay_and_after(python: Python) -> None:
    """Effects, filters and the streaming reader of the real one, before, under and after."""
    code = """
import warnings; warnings.simplefilter("ignore")
import io, torch, torchaudio, compat
wave = torch.rand(2, 8000) - 0.5
torchaudio.save("x.wav", wave, 8000)
def what():
    lowpass = torchaudio.functional.lowpass_biquad(wave, 8000, 1000.0)
    effects = torchaudio.sox_effects.apply_effects_tensor(wave, 8000, [["gain", "-3"]])[0]
    from torchaudio.io import StreamReader
    reader = StreamReader("x.wav"); reader.add_basic_audio_stream(4000)
    (chunk,) = next(iter(reader.stream()))
    return lowpass, effects, torch.as_tensor(chunk)
before = what()
names = torchaudio.load, torchaudio.save, torchaudio.sox_effects, torchaudio.io
compat.install("2.0")
under = what()
compat.uninstall()
after = what()
assert (torchaudio.load, torchaudio.save, torchaudio.sox_effects, torchaudio.io) == names
for one, two, three in zip(before, under, after):
    assert one.equal(three) and torch.allclose(one, two, atol=1e-4), (one, two)
print("alike")
"""
    done = python(code=code)
    assert done.stdout.strip().endswith("alike"), done.stderr[-3000:]
