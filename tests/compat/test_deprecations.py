"""Warnings: their class, their place, their number, and the facts they carry."""

import contextlib
import io
import operator
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from packaging.version import Version

import compat
from compat import releases
from compat.contents import deprecations
from compat.names import removed
from dispatcher.notices import CompatWarning
from tests.compat.conftest import Plant
from tests.conftest import ASSETS, Python


def test_a_warning_is_shown_by_default_at_the_callers_line_once(python: Python) -> None:
    """A loop over one line warns once; another line warns again."""
    code = (
        "import compat; t = compat.install('2.2', backends=['soundfile'])\n"
        "for _ in range(3):\n    t.set_audio_backend('soundfile')\n"
        "t.set_audio_backend('soundfile')\n"
    )
    said = [line for line in python(code=code).stderr.splitlines() if "Warning" in line]
    assert [line.split(": ")[0] for line in said] == ["<string>:3", "<string>:4"]
    assert all("DeprecatedNameWarning" in line and "since 2.1" in line for line in said)


def test_a_warning_of_a_submodule_points_at_the_import() -> None:
    """Through the import system, to the line that says ``from``."""
    compat.install("2.1")
    with pytest.warns(deprecations.DeprecatedNameWarning) as seen:
        from torchaudio.backend.common import AudioMetaData  # noqa: F401
    assert [warning.filename for warning in seen] == [__file__]


# a call, and how many warnings it gives under which release
CALLS: dict[str, tuple[Callable[[Any], Any], dict[str, int]]] = {
    "the setter": (lambda torchaudio: torchaudio.set_audio_backend("soundfile"), {"2.0": 0, "2.1": 1, "2.2": 1, "2.8": 2}),
    "apply_codec, in favour of AudioEffector": (
        lambda torchaudio: torchaudio.functional.apply_codec(torch.zeros(1, 800), 8000, "wav"),
        {"2.0": 0, "2.1": 1, "2.2": 1, "2.8": 1},
    ),
}


@pytest.mark.parametrize(("name", "release"), [(name, release) for name, (_, warned) in CALLS.items() for release in warned])
def test_how_often_a_release_warns_of_a_call(name: str, release: str) -> None:
    """At the caller's line; and with warnings as errors the call fails just where it warns."""
    call, warned = CALLS[name][0], CALLS[name][1][release]
    torchaudio = compat.install(release, backends=["soundfile", "ffmpeg"])
    with warnings.catch_warnings(record=True, action="always") as seen:
        call(torchaudio)
    assert {warning.filename for warning in seen if issubclass(warning.category, CompatWarning)} == ({__file__} if warned else set())
    assert len([warning for warning in seen if issubclass(warning.category, deprecations.DeprecatedNameWarning)]) == warned
    with warnings.catch_warnings(action="error"):
        with pytest.raises(CompatWarning) if warned else contextlib.nullcontext():
            call(torchaudio)


def test_a_warning_carries_the_facts() -> None:
    """Since when, until when, and what to write instead."""
    torchaudio = compat.install("2.2")
    with pytest.warns(deprecations.DeprecatedNameWarning) as seen:
        torchaudio.get_audio_backend()
    warning: Any = seen[0].message
    assert (warning.name, warning.deprecated_in, warning.removed_in) == ("get_audio_backend", "2.1", "2.9")
    assert isinstance(warning, UserWarning)
    assert not isinstance(warning, DeprecationWarning)


@pytest.mark.parametrize("release", releases.presets())
def test_docstrings_note_what_is_deprecated_by_then(release: str) -> None:
    """The notes are those of the package ``deprecation``, by its own arithmetic."""
    torchaudio = compat.install(release)
    noted = ".. deprecated:: 2.1" in getattr(torchaudio, "set_audio_backend", test_docstrings_note_what_is_deprecated_by_then).__doc__
    assert noted == (Version("2.1") <= Version(compat.release().last_patch) < Version("2.9"))


@pytest.mark.parametrize("release", releases.presets())
@pytest.mark.parametrize("name", [name for name in removed.FATES if removed.deprecated(name) and removed.removed_in(name)])
def test_a_name_past_its_removal_is_gone(release: str, name: str) -> None:
    torchaudio = compat.install(release)
    is_there = Version(compat.release().last_patch) < Version(removed.removed_in(name)) and (name, release) != ("AudioMetaData", "2.0")
    with contextlib.nullcontext() if is_there else pytest.raises(AttributeError):
        operator.attrgetter(name)(torchaudio)


_PYTHON_PART = {
    "__init__": "__version__ = '2.2.2'\nfrom torchaudio import functional, transforms\n",
    "functional": "import torch\n\ndef rnnt_loss(x: torch.Tensor) -> torch.Tensor:\n    return torch.relu(x)\n",
    "transforms": (
        "import torch\nimport torchaudio.functional as F\n\nclass RNNTLoss(torch.nn.Module):\n"
        "    def __init__(self) -> None:\n        super().__init__()\n\n"
        "    def forward(self, x: torch.Tensor) -> torch.Tensor:\n        return F.rnnt_loss(x)\n"
    ),
}


@pytest.mark.parametrize(
    ("call", "warned"),
    {
        "a function": (lambda torchaudio: torchaudio.functional.rnnt_loss, 1),
        "a function, scripted": (lambda torchaudio: torch.jit.script(torchaudio.functional.rnnt_loss), 0),
        "a class, whose method calls the function": (lambda torchaudio: torchaudio.transforms.RNNTLoss(), 1),
        "a class, scripted": (lambda torchaudio: torch.jit.script(torchaudio.transforms.RNNTLoss()), 1),
    }.values(),
)
def test_another_releases_python_part_warns_of_what_you_call_and_can_be_scripted(
    plant: Plant, call: Callable[[Any], Any], warned: int
) -> None:
    """2.8 deprecates what a torchaudio 2.2 does not; TorchScript compiles neither wrappers nor warnings."""
    plant(_PYTHON_PART)
    torchaudio = compat.install("2.8")
    with warnings.catch_warnings(record=True, action="always") as seen:
        found = call(torchaudio)(torch.tensor([-1.0, 2.0]))
    assert found.tolist() == [0.0, 2.0]
    assert [each.filename for each in seen if issubclass(each.category, CompatWarning)] == [__file__] * warned


def test_a_warning_crosses_processes() -> None:
    """A worker's error is pickled on its way home."""
    warning = deprecations.DeprecatedNameWarning("io.StreamReader", "io")
    again = pickle.loads(pickle.dumps(warning))
    assert (type(again), str(again), again.advice) == (type(warning), str(warning), warning.advice)


@pytest.mark.libsox
def test_a_warning_about_a_file_object_points_at_the_caller() -> None:
    """Through the context manager in which it comes about."""
    torchaudio = compat.standin("2.0")
    with pytest.warns(CompatWarning, match="file objects") as seen:
        torchaudio.load(io.BytesIO((ASSETS / "stereo_s16.wav").read_bytes()))
    assert [warning.filename for warning in seen] == [__file__]
