"""Each flag, flipped alone, changes exactly what it says."""

import collections
import io
import os
import pathlib
import shutil
from typing import Any

import pytest
import soundfile
import torch

import compat
from compat import releases
from tests.conftest import ASSETS
from tests.doubles import Watched, fails
from tests.outcomes import observed, outcome

_MP3, _WAV, _M4A = (str(ASSETS / name) for name in ("stereo_cbr.mp3", "stereo_s16.wav", "stereo.m4a"))
_VARIABLE = "TORCHAUDIO_USE_BACKEND_DISPATCHER"


# A release, a flag's other value, an action, and what it gives before and after
Case = collections.namedtuple("Case", "flag release value act before after variable", defaults=(None,))


def of(case: Case, torchaudio: Any, folder: pathlib.Path) -> tuple[Any, bool]:
    """What the action of a case gives: a value, or the name of its error, and whether it warned."""
    value, told = observed(outcome, case.act, torchaudio, folder)
    return value, bool(told)


def _save(torchaudio: Any, folder: pathlib.Path, **arguments: Any) -> tuple[str, int]:
    source = arguments.pop("source", torch.zeros(2, 100))
    torchaudio.save(str(folder / "x.wav"), source, 16000, **arguments)
    with soundfile.SoundFile(folder / "x.wav") as file:
        return file.subtype, file.frames


def _peak(torchaudio: Any, folder: pathlib.Path) -> float:
    torchaudio.save(str(folder / "x.wav"), torch.full((1, 100), 2**14, dtype=torch.int16), 16000)
    return round(float(abs(soundfile.read(folder / "x.wav")[0]).max()), 3)


def _set(torchaudio: Any, _: pathlib.Path) -> Any:
    torchaudio.set_audio_backend("soundfile")
    return torchaudio.get_audio_backend()


CASES = [
    Case("choice_order", "2.2", ("soundfile", "ffmpeg"), lambda t, _: t.list_audio_backends()[0], ("ffmpeg", False), ("soundfile", False)),
    Case("save_compression", "2.2", False, lambda t, f: _save(t, f, compression=None)[1], (100, False), ("TypeError", False)),
    Case("bytes_paths", "2.2", True, lambda t, _: t.load(os.fsencode(_WAV))[1], ("RuntimeError", False), (16000, False)),
    Case("sox_path_objects", "2.2", True, lambda t, _: t.info(pathlib.Path(_WAV), backend="sox").num_frames, ("RuntimeError", False), (4000, False)),
    Case(
        "sox_signed_bits", "2.2", 32, lambda t, f: _save(t, f, encoding="PCM_S", backend="sox")[0], ("PCM_16", False), ("PCM_32", False)
    ),
    Case(
        "unseekable_objects", "2.2", True, lambda t, _: t.info(Watched(pathlib.Path(_WAV).read_bytes(), seek=fails(io.UnsupportedOperation))).num_frames,
        ("OSError", False), (4000, False),
    ),
    Case("exact_num_frames", "2.1", True, lambda t, _: t.info(_M4A).num_frames, (27, False), (26624, False)),
    Case(
        "truncated", "2.2", "error", lambda t, _: t.load(str(ASSETS / "cut_in_data.wav"))[1],
        (16000, True), ("RuntimeError", False),
    ),
    Case("scale_integers", "2.9", False, _peak, (0.5, True), (1.0, False)),
    Case("legacy_order", "2.0", ("soundfile",), lambda t, _: t.get_audio_backend(), ("sox_io", False), ("soundfile", False)),
    Case(
        "sox_io_file_objects", "2.0", False, lambda t, _: t.load(io.BytesIO(pathlib.Path(_WAV).read_bytes()))[1],
        (16000, True), ("RuntimeError", False),
    ),
    Case("sox_io_ffmpeg", "2.0", False, lambda t, _: t.load(_M4A)[1], (44100, False), ("RuntimeError", False)),
    Case("bundled_libsox", "2.0", True, lambda t, _: t.load(_MP3)[0].shape[1], (27607, False), (26460, False)),
    Case("dispatcher", "2.0", True, lambda t, _: t.load(_WAV, backend="soundfile")[1], ("TypeError", False), (16000, False)),
    Case("dispatcher_variable", "2.0", "ignored", lambda t, _: t.load(_WAV, backend="soundfile")[1], (16000, False), ("TypeError", False), "1"),
    Case("legacy_getter", "2.0", False, lambda t, _: t.get_audio_backend(), ("ValueError", True), (None, True), "1"),
    Case("global_backend", "2.2", True, _set, (None, True), ("soundfile", False)),
    Case("mixed_dialects", "2.2", True, lambda t, _: t.load(filepath=_WAV)[1], ("TypeError", False), (16000, False)),
    Case("top_level_metadata", "2.2", False, lambda t, _: hasattr(t, "AudioMetaData"), (True, False), (False, False)),
    Case("backend_modules_warn", "2.1", False, lambda t, _: bool(t.backend.common.AudioMetaData), (True, True), (True, False)),
    Case("backend_setters", "2.2", True, lambda t, _: hasattr(t.backend, "utils"), (False, False), (True, False)),
    Case("backend_classes", "2.2", False, lambda t, _: hasattr(t._backend, "ffmpeg"), (True, False), (False, False)),
    Case("names_warn", "2.2", True, lambda t, _: t.info(_WAV).num_frames, (4000, False), (4000, True)),
    Case("torchcodec_names", "2.2", True, lambda t, _: hasattr(t, "load_with_torchcodec"), (False, False), (True, False)),
    Case("torchcodec", "2.2", True, lambda t, _: str(t.load(_WAV, normalize=False)[0].dtype), ("torch.int16", False), ("torch.float32", True)),
    Case(
        "stream_positional", "2.1", True, lambda t, _: t.io.StreamReader(_WAV).add_basic_audio_stream(100, 3, 0),
        ("TypeError", False), (None, False),
    ),
    Case("effector", "2.2", False, lambda t, _: hasattr(t.io, "AudioEffector"), (True, False), (False, False)),
    Case("torio", "2.1", True, lambda t, _: t.io.StreamReader.__module__, ("torchaudio.io._stream_reader", False), ("torio.io._streaming_media_decoder", False)),
    Case("old_names", "2.9", True, lambda t, _: hasattr(t, "sox_effects"), (False, False), (True, False)),
]  # fmt: skip


@pytest.mark.libsox
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.flag)
def test_a_flag_changes_what_it_says(case: Case, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else of what all the cases look at."""
    if case.variable is not None:
        monkeypatch.setenv(_VARIABLE, case.variable)
    assert of(case, compat.standin(case.release), tmp_path) == case.before
    assert of(case, compat.standin(case.release, **{case.flag: case.value}), tmp_path) == case.after


@pytest.mark.libsox
@pytest.mark.parametrize("case", [case for case in CASES if case.variable is None], ids=lambda case: case.flag)
def test_a_flag_changes_nothing_else(case: Case, tmp_path: pathlib.Path) -> None:
    """The actions of the other flags of the same release give the same with it and without."""
    related = {
        "old_names": {"torchcodec", "scale_integers"},
        "torchcodec": {"truncated", "bytes_paths", "unseekable_objects", "save_compression", "sox_path_objects", "sox_signed_bits", "mixed_dialects", "names_warn"},
        "choice_order": {"bytes_paths", "unseekable_objects", "torchcodec"},
        "dispatcher": {"legacy_order", "sox_io_file_objects", "sox_io_ffmpeg", "bundled_libsox"},
        "legacy_order": {"sox_io_file_objects", "sox_io_ffmpeg", "bundled_libsox"},
    }  # fmt: skip
    others = [
        other
        for other in CASES
        if other.release == case.release
        and other.flag != case.flag
        and other.variable is None
        and other.flag not in related.get(case.flag, set())
    ]
    plain, flipped = compat.standin(case.release), compat.standin(case.release, **{case.flag: case.value})
    for other in others:
        there, here = of(other, plain, tmp_path), of(other, flipped, tmp_path)
        assert here[0] == there[0], other.flag
        assert here[1] == there[1] or case.flag == "names_warn", other.flag


@pytest.mark.libsox
@pytest.mark.parametrize(("name", "format"), [("x.MP3", None), ("x.mp2", None), ("x", "MP3"), ("x", "mp2"), ("x.wav", "audio/mpeg")])
def test_no_libsox_reads_what_the_bundled_one_cannot(name: str, format: str | None, tmp_path: pathlib.Path) -> None:
    """By whatever name libsox knows it, and also where FFmpeg cannot help: the frames would be others."""
    path = str(shutil.copy(_MP3, tmp_path / name))
    assert compat.standin("2.0").load(path, format=format)[0].shape[1] == 27607
    flipped = compat.standin("2.0", bundled_libsox=True)
    if format is None:
        for place in (path, pathlib.Path(path), os.fsencode(path)):
            assert (flipped.load(place)[0].shape[1], flipped.info(place).num_frames) == (26460, 26460)
    elif format == "audio/mpeg":  # FFmpeg has no such format
        with pytest.raises(RuntimeError, match="ffmpeg backend"):
            flipped.load(path, format=format)
    else:
        assert flipped.load(path, format=format)[0].shape[1] == 26460
    for alone in (
        compat.standin("2.0", backends=["sox"], bundled_libsox=True),
        compat.standin("2.0", sox_io_ffmpeg=False, bundled_libsox=True),
    ):
        with pytest.raises(RuntimeError, match="bundled_libsox only FFmpeg"):
            alone.load(path, format=format)


def test_every_flag_has_a_case_and_a_docstring() -> None:
    """Those left out here have tests of their own: the variable at each call, a machine without libsox, playlists, slow servers, redirects,
    a real torchaudio."""
    named = {"variable_reread", "sox_io_stand_in", "also_open", "network_timeout", "follow_redirects", "rescue", "real_version"}
    assert set(releases.flags()) - named == {case.flag for case in CASES}, "each flag needs a row in CASES"
    assert not [flag.name for flag in releases.flags().values() if len(flag.doc) < 10]


def test_the_variable_is_read_again_in_2_0_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set after the import, it silences the setter of 2.0, and of no other release."""
    plain, flipped = compat.standin("2.0"), compat.standin("2.0", variable_reread=False)
    monkeypatch.setenv(_VARIABLE, "1")
    default = flipped.get_audio_backend()
    with pytest.warns(compat.CompatWarning):
        plain.set_audio_backend("soundfile")
    flipped.set_audio_backend("soundfile")
    assert flipped.get_audio_backend() == "soundfile"
    monkeypatch.delenv(_VARIABLE)
    assert plain.get_audio_backend() == default


def test_a_global_backend_beside_the_dispatcher() -> None:
    """It is asked first, by its old name or a per-call one; ``None`` takes it back; a call that names another gets that."""
    torchaudio = compat.standin("2.2", global_backend=True)
    assert torchaudio.get_audio_backend() is None
    torchaudio.set_audio_backend("soundfile")
    assert torchaudio.list_audio_backends()[0] == "soundfile"
    assert str(torchaudio.load(_WAV, normalize=False)[0].dtype) == "torch.int16"
    with pytest.raises(ValueError, match="ffmpeg"):
        torchaudio.set_audio_backend("nonsense")
    torchaudio.set_audio_backend(torchaudio.get_audio_backend())
    torchaudio.set_audio_backend(None)
    assert torchaudio.get_audio_backend() is None
    assert torchaudio.list_audio_backends()[0] == "ffmpeg"


def test_mixed_dialects_of_a_global_backend() -> None:
    """Where the dispatcher is off, ``backend=`` leaves the call to it, and both names of the first parameter are taken."""
    torchaudio = compat.standin("2.0", backends=["soundfile", "ffmpeg"], mixed_dialects=True)
    assert torchaudio.load(uri=_WAV)[1] == torchaudio.load(filepath=_WAV)[1] == torchaudio.load(_WAV, backend="ffmpeg")[1] == 16000
    with pytest.raises(TypeError, match="twice"):
        torchaudio.load(_WAV, uri=_WAV)


@pytest.mark.parametrize(
    ("flag", "says"),
    [("truncatd", r"there is no flag 'truncatd'; do you mean 'truncated'\?$"), ("nonsense", "the flags are choice_order, ")],
)
def test_a_misspelt_flag_is_told_from_an_unknown_one(flag: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        compat.release("2.0", **{flag: True})  # type: ignore[misc]


def test_a_release_is_frozen() -> None:
    with pytest.raises(AttributeError):
        compat.release("2.0").dispatcher = True  # type: ignore[misc]


@pytest.mark.parametrize(
    ("flag", "given", "kept"),
    [
        ("choice_order", "soundfile", ("soundfile",)),
        ("choice_order", ["sox", "ffmpeg"], ("sox", "ffmpeg")),
        ("choice_order", ("sox",), ("sox",)),
        ("also_open", "hls", ("hls",)),
        ("legacy_order", iter(["soundfile"]), ("soundfile",)),
    ],
)
def test_a_flag_of_several_names_takes_one_and_any_sequence(flag: str, given: Any, kept: tuple[str, ...]) -> None:
    assert getattr(compat.release("2.2", **{flag: given}), flag) == kept
